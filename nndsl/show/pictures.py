"""Figures of pictures in a grid: rows of a data set, answers shaped like pictures, filters of a convolution."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from nndsl.show.figures import Axis, Figure, Labels, Layer, Numbers, Panel, Pictures
from nndsl.show.palette import INK, scaled

GAP = 0.08  # of a picture, free between two
COARSE = 12  # pixels of a side, below which one is as wide as the gap: twice as much is free then
CAPTION = 0.2  # of a picture, for a line of text under it
SIDE = 620.0  # pixels of a grid, about


def bytes_of(pictures: Numbers, limits: tuple[float, float] | None = None) -> Numbers:
    """[n, rows, columns, 3] of bytes. pictures: [n, rows, columns] or with 1 or 3 channels at the end. limits: what is
    black and what is white; else 0 and 1, or 0 and 255, or the least and the greatest, whichever the numbers fit."""
    values = np.asarray(pictures, np.float64)
    if values.ndim == 3:
        values = values[..., None]
    low, high = limits or _limits(values)
    shares = np.clip((values - low) / (high - low or 1.0), 0, 1)
    found = np.round(np.nan_to_num(shares) * 255).astype(np.uint8)
    return found if found.shape[-1] == 3 else found[..., :1].repeat(3, axis=-1)


def _limits(values: Numbers) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    return (0.0, 255.0) if low >= 0 and high <= 255 else (low, high)


def grid(pictures: Numbers, captions: Sequence[str], title: str, subtitle: str = "", columns: int = 0) -> Figure:
    """pictures: [n, rows, columns, 3] of bytes. captions: one for each, or none. columns: how many stand side by side;
    0 is about as many as stand under one another."""
    count, high, wide = pictures.shape[:3]
    columns = min(columns or _columns(count, high / wide), count)
    lines = math.ceil(count / columns)
    size = min(SIDE / columns, 110.0)
    tall = high / wide  # of a picture, in its widths
    gap = GAP if max(high, wide) >= COARSE else 2 * GAP
    stride = tall + gap + (CAPTION if captions else 0) * max(1.0, 60 / size)
    place = np.arange(count)
    x, y = (place % columns) * (1 + gap), (place // columns) * stride
    layers: list[Layer] = [Pictures(tuple(pictures), x.astype(np.float64), y.astype(np.float64), 1.0, tall)]
    if captions:
        under = y + tall / 2
        layers.append(Labels(x, under, tuple(captions), dy=9, size=min(11.0, max(8.0, size / 7)), colours=(INK,)))
    width, height = columns * (1 + gap) - gap, lines * stride - gap
    across = Axis(shown=False, low=-0.5, high=width - 0.5)
    down = Axis(shown=False, low=-tall / 2, high=height - tall / 2, down=True)
    panel = Panel(tuple(layers), across, down, "", width * size, height * size)
    return Figure(title, (panel,), subtitle, (f"{count} pictures of {high} x {wide}.",))


def _columns(count: int, tall: float) -> int:
    """Such that the grid is a third wider than high, about, and the last line is as full as can be. tall: the height of
    a picture, in its widths."""
    best = math.sqrt(count * tall * (4 / 3))
    few, many = max(1, round(0.75 * best)), max(1, round(1.25 * best))
    return min(range(few, many + 1), key=lambda columns: (-count % columns, abs(columns - best)))


def beside(above: Numbers, below: Numbers, names: tuple[str, str], title: str, subtitle: str = "") -> Figure:
    """Pictures in two rows, such as originals and reconstructions: [n, rows, columns, 3] of bytes each."""
    count, high, wide = above.shape[:3]
    size, tall = min(SIDE / count, 110.0), high / wide
    x = np.arange(count) * (1 + GAP)
    rows = [np.full(count, k * (tall + GAP)) for k in (0, 1)]
    layers: list[Layer] = [Pictures(tuple(p), x, y, 1.0, tall) for p, y in zip((above, below), rows, strict=True)]
    heights = np.array([0.0, tall + GAP])
    layers.append(Labels(np.full(2, -0.5), heights, names, "right", -8, 0, 11.5))
    width, height = count * (1 + GAP) - GAP, 2 * tall + GAP
    room = (max(map(len, names)) * 6.5 + 14) / size  # for the names
    across = Axis(shown=False, low=-0.5 - room, high=width - 0.5)
    down = Axis(shown=False, low=-tall / 2, high=height - tall / 2, down=True)
    panel = Panel(tuple(layers), across, down, "", (width + room) * size, height * size)
    return Figure(title, (panel,), subtitle, (f"{count} pictures of {high} x {wide}, {names[0]} over {names[1]}.",))


def filters(weights: Numbers, title: str, subtitle: str = "", most: int = 64) -> Figure:
    """weights: [rows, columns, channels, filters]. Of three channels a filter is a picture in colour; else each channel
    of each filter is one: blue below 0, white at 0, vermilion above."""
    high, wide, channels, count = weights.shape
    if channels == 3:
        shown = np.moveaxis(weights, -1, 0)[:most]
        reach = abs(shown).max() or 1.0
        return grid(bytes_of(shown, (-reach, reach)), (), title, subtitle or f"{count} filters of {high} x {wide} x 3")
    flat = np.moveaxis(weights.reshape(high, wide, -1), -1, 0)[:most]
    reach = float(abs(flat).max()) or 1.0
    words = f"{count} filter{'' if count == 1 else 's'} of {high} x {wide}" + (
        "" if channels == 1 else f" x {channels}"
    )
    if len(flat) < count * channels:
        words += f", the first {len(flat)} of {count * channels} pictures"
    return grid(
        scaled(0.5 + flat / (2 * reach), "diverging"),
        (),
        title,
        subtitle or f"{words}; white is 0, vermilion {reach:.3g}",
    )
