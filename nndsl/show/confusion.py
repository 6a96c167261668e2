"""Figures of a confusion matrix: which classes are taken for which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nndsl.show.figures import Axis, Boxes, Figure, Labels, Layer, Numbers, Panel, Pictures
from nndsl.show.palette import INK, PAGE, dark, hexed, scaled

MOST_CELLS = 40  # classes whose cells are drawn one by one; of more, a picture is
SHARES = 9  # classes up to which a share stands under each count
COUNTS = 25  # classes up to which counts are written


def confusion(matrix: Numbers, names: Sequence[str], title: str = "", subtitle: str = "") -> Figure:
    """matrix: [classes, classes] of counts, rows are true classes, columns answers. A cell's colour is its share of its
    row: blue where the answer is right, vermilion where it is wrong."""
    counts = np.asarray(matrix, np.float64)
    rows = counts.sum(axis=1, keepdims=True)
    shares = counts / np.where(rows > 0, rows, 1)
    many = len(names)
    side = max(_side(many) * many, 150.0)
    layers: list[Layer] = [_cells(shares) if many <= MOST_CELLS else _picture(shares)]
    if many <= COUNTS:
        layers += _texts(counts, shares, many)
    across = Axis("answer", tuple(names), grid=False)
    down = Axis("true class", tuple(names), down=True, grid=False)
    right = float(np.trace(counts) / max(counts.sum(), 1))
    subtitle = subtitle or f"{right:.1%} of {int(counts.sum()):,} are right; colours are shares of the true class"
    return Figure(
        title or "Confusion", (Panel(tuple(layers), across, down, "", side, side),), subtitle, _facts(counts, names)
    )


def _side(many: int) -> float:
    """Of a cell, in pixels."""
    return (
        62
        if many <= 5
        else 50
        if many <= SHARES
        else 34
        if many <= 14
        else 27
        if many <= COUNTS
        else max(600 / many, 4)
    )


def _colours(shares: Numbers) -> Numbers:
    """[classes, classes, 3]"""
    right = np.eye(len(shares), dtype=bool)[..., None]
    return np.where(right, scaled(shares, "blues"), scaled(shares, "vermilions"))


def _cells(shares: Numbers) -> Boxes:
    many = len(shares)
    row, column = (index.ravel().astype(np.float64) for index in np.mgrid[0:many, 0:many])
    fills = tuple(hexed(colour) for colour in _colours(shares).reshape(-1, 3))
    return Boxes(column - 0.5, column + 0.5, row - 0.5, row + 0.5, fills, edge=PAGE)


def _picture(shares: Numbers) -> Pictures:
    many, middle = len(shares), np.array([(len(shares) - 1) / 2])
    return Pictures((_colours(shares).astype(np.uint8),), middle, middle, many, many)


def _texts(counts: Numbers, shares: Numbers, many: int) -> Iterator[Labels]:
    """Counts, and shares under them where there is room. A cell without any stays empty, but for a pale 0."""
    row, column = (index.ravel().astype(np.float64) for index in np.mgrid[0:many, 0:many])
    fills = [hexed(colour) for colour in _colours(shares).reshape(-1, 3)]
    flat, part = counts.ravel(), shares.ravel()
    ink = tuple(PAGE if dark(fill) else INK if n else "#b6bcc4" for fill, n in zip(fills, flat, strict=True))
    size = 13 if many <= SHARES else 11 if many <= 14 else 9
    roomy = many <= SHARES
    yield Labels(column, row, tuple(_count(n) for n in flat), size=size, colours=ink, bold=roomy, dy=-7 if roomy else 0)
    if roomy:
        quiet = tuple(PAGE if dark(fill) else INK for fill in fills)
        texts = tuple(f"{share:.0%}" if n else "" for share, n in zip(part, flat, strict=True))
        yield Labels(column, row, texts, size=10, colours=quiet, dy=9)


def _count(number: float) -> str:
    return f"{number:,.0f}" if number < 1e5 else f"{number / 1e3:,.0f}k"


def _facts(counts: Numbers, names: Sequence[str]) -> tuple[str, ...]:
    """How many are right, and the three commonest mistakes."""
    total, right = int(counts.sum()), int(np.trace(counts))
    wrong = counts * (1 - np.eye(len(counts)))
    order = np.argsort(-wrong, axis=None, kind="stable")[:3]
    pairs = [np.unravel_index(k, wrong.shape) for k in order if wrong.flat[k] > 0]
    mistakes = ", ".join(f"{names[i]} taken for {names[j]} {int(counts[i, j])}" for i, j in pairs)
    return (f"{right} of {total} are right" + (f"; {mistakes}." if mistakes else "."),)
