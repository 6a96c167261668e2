"""Colours that colour-blind readers can tell apart, measured under simulated deficiencies."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from nndsl.show.palette import COLOURS, DISTINCT, SCALES, dark, hexed, looks, rgb, scaled, tint

APART = 16.0  # in CIE Lab (1976): far more than the 2.3 that are just noticed

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
SEEN = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def lab(colour: str, seen: object) -> np.ndarray:
    """CIE Lab under D65."""
    share = rgb(colour) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    xyz = np.array(to_xyz) @ np.clip(np.array(seen) @ linear, 0, 1) / [0.95047, 1, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eyes", SEEN)
def test_every_two_colours_stay_apart(eyes: str) -> None:
    seen = {colour: lab(colour, SEEN[eyes]) for colour in COLOURS}
    near = [(a, b) for a, b in combinations(COLOURS, 2) if np.linalg.norm(seen[a] - seen[b]) < APART]
    assert not near


def test_the_measure_knows_colours_that_are_mistaken() -> None:
    red, green = "#b33000", "#5c7a00"
    normal, without = (np.linalg.norm(lab(red, SEEN[k]) - lab(green, SEEN[k])) for k in ("all cones", "deuteranopia"))
    assert normal > 50 and without < 0.4 * normal


def test_more_groups_than_colours_differ_in_shape() -> None:
    assert len(set(looks(DISTINCT))) == DISTINCT == 48
    assert {look.shape for look in looks(8)} == {"circle"}
    assert looks(9)[8].colour == looks(9)[0].colour and looks(9)[8].shape != looks(9)[0].shape


@pytest.mark.parametrize("scale", ["viridis", "cividis"])
@pytest.mark.parametrize("eyes", SEEN)
def test_scales_of_numbers_grow_lighter(scale: str, eyes: str) -> None:
    light = [lab(colour, SEEN[eyes])[0] for colour in SCALES[scale]]
    assert min(np.diff(light)) > 3 and light[-1] - light[0] > 65


def test_numbers_as_colours() -> None:
    found = scaled(np.array([0.0, 1.0, 2.0, np.nan]), "viridis")
    assert [hexed(c) for c in found] == [SCALES["viridis"][0], SCALES["viridis"][-1], SCALES["viridis"][-1], "#dddddd"]
    assert tint("#0072B2", 0) == "#ffffff" and tint("#0072b2", 1) == "#0072b2"
    assert dark("#0072B2") and not dark("#F0E442")
