"""Marching squares against curves whose equations are known."""

from __future__ import annotations

import numpy as np
import pytest

from nndsl.show.contours import contours, levels


def test_a_circle_is_one_closed_line() -> None:
    side = np.linspace(-2, 2, 81)
    x, y = np.meshgrid(side, side)
    (line,) = contours(x**2 + y**2, side, side, 1.0)
    assert np.allclose(np.hypot(*line.T), 1, atol=1e-3) and np.array_equal(line[0], line[-1])
    length = np.hypot(*np.diff(line, axis=0).T).sum()
    assert length == pytest.approx(2 * np.pi, rel=1e-3)


def test_a_plane_has_straight_lines_from_edge_to_edge() -> None:
    x, y = np.linspace(0, 3, 7), np.linspace(0, 1, 5)
    (line,) = contours(np.add.outer(y * 0, x), x, y, 1.3)
    assert np.allclose(line[:, 0], 1.3) and {line[0, 1], line[-1, 1]} == {0.0, 1.0}


def test_two_hills_and_a_saddle() -> None:
    side = np.linspace(-4, 4, 80)
    x, y = np.meshgrid(side, side)
    hills = np.exp(-((x - 1.5) ** 2) - y**2) + np.exp(-((x + 1.5) ** 2) - y**2)
    assert len(contours(hills, side, side, 0.8)) == 2 and len(contours(hills, side, side, 0.1)) == 1
    assert contours(hills, side, side, 5.0) == []


def test_every_crossing_is_drawn_once() -> None:
    """Random heights: as many places on lines as there are edges that cross the level."""
    heights = np.random.default_rng(0).normal(size=(30, 40))
    above = heights >= 0
    crossed = (above[:, 1:] != above[:, :-1]).sum() + (above[1:] != above[:-1]).sum()
    lines = contours(heights, np.arange(40.0), np.arange(30.0), 0.0)
    places = {tuple(place) for line in lines for place in line.tolist()}
    assert len(places) == crossed
    assert sum(len(line) - np.array_equal(line[0], line[-1]) for line in lines) == crossed


def test_beside_what_is_no_number_there_is_no_line() -> None:
    side = np.linspace(-2, 2, 41)
    x, y = np.meshgrid(side, side)
    heights = np.where(x > 0, np.nan, x**2 + y**2)
    assert all((line[:, 0] <= 0).all() for line in contours(heights, side, side, 1.0))


def test_levels() -> None:
    assert levels(np.array([0.0, 10.0]), 4, False) == pytest.approx([2, 4, 6, 8])
    assert levels(np.array([1.0, 1000.0, -1.0]), 2, True) == pytest.approx([10, 100])
    assert levels(np.full(3, 2.0), 4, False) == []
