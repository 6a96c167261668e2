"""Colours and shapes, chosen so that colour-blind readers can tell groups apart.

Groups have the eight colours of Okabe and Ito (2008, "Color Universal Design"): under simulated protanopia,
deuteranopia and tritanopia (Machado, Oliveira and Fernandes 2009) every two of them stay more than 16 apart in CIE Lab,
which `tests/test_show_palette.py` measures. Yellow, the palest on a white page, comes last. More than eight groups have
a shape as well: two groups of one colour never have one shape. Numbers have viridis or cividis, which grow evenly
lighter and so survive a grey printer, too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nndsl.values import value

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#F0E442")
SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
DISTINCT = len(COLOURS) * len(SHAPES)  # as many groups have a look of their own

INK = "#1f2328"  # texts
QUIET = "#6b7280"  # texts that matter less, and axes
FAINT = "#e6e8eb"  # grids
PAGE = "#ffffff"

# Anchors of the scales, evenly spaced: viridis (van der Walt and Smith 2015), cividis (Nunez, Anderton and Renslow
# 2018), a blue that begins nearly white, and blue - white - vermilion for numbers on both sides of 0.
SCALES = {
    "viridis": (
        "#440154", "#482878", "#3e4a89", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725",
    ),
    "cividis": (
        "#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838",
    ),
    "blues": ("#f7f8f9", "#d7e6f2", "#a9cbe3", "#6aa6cf", "#2f80b9", "#0072b2"),
    "vermilions": ("#f7f8f9", "#f9e0cd", "#f1bb93", "#e69256", "#db7125", "#d55e00"),
    "diverging": ("#0072b2", "#6aa6cf", "#d7e6f2", "#f7f7f7", "#f9e0cd", "#e69256", "#d55e00"),
    "greys": ("#000000", "#ffffff"),
}  # fmt: skip


@value
class Look:
    """How a group is drawn."""

    colour: str
    shape: str


def looks(count: int) -> tuple[Look, ...]:
    """One for each of `count` groups. Up to eight are all discs; of more, shape changes where colours begin anew."""
    return tuple(Look(COLOURS[k % len(COLOURS)], SHAPES[k // len(COLOURS) % len(SHAPES)]) for k in range(max(count, 0)))


def rgb(colour: str) -> NDArray[np.float64]:
    """[3], from 0 to 255."""
    return np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)], np.float64)


def hexed(colour: Sequence[float] | NDArray[np.float64]) -> str:
    """`#rrggbb`."""
    return "#" + "".join(f"{round(min(max(float(c), 0), 255)):02x}" for c in colour)


def scaled(shares: NDArray[np.float64], scale: str = "viridis") -> NDArray[np.uint8]:
    """[..., 3]: the scale's colours at shares from 0 to 1; what is no number is light grey."""
    anchors = np.stack([rgb(colour) for colour in SCALES[scale]])
    known = np.isfinite(shares)
    at = np.clip(np.where(known, shares, 0), 0, 1) * (len(anchors) - 1)
    low = np.minimum(at.astype(np.int64), len(anchors) - 2)
    rest = (at - low)[..., None]
    found = anchors[low] * (1 - rest) + anchors[low + 1] * rest
    return np.where(known[..., None], np.round(found), 221).astype(np.uint8)


def tint(colour: str, strength: float) -> str:
    """The colour on a white page: 0 is white, 1 the colour itself."""
    return hexed(255 + (rgb(colour) - 255) * strength)


def dark(colour: str) -> bool:
    """Whether white letters are read better on it than black ones (relative luminance of WCAG 2)."""
    share = rgb(colour) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return bool(linear @ np.array([0.2126, 0.7152, 0.0722]) < 0.215)
