"""Pictures made of pixels: PNG files out of arrays, and clouds of points painted into one.

In: arrays of bytes, or places, colours and shapes of points. Out: PNG as bytes or as a `data:` address. No library is
needed: a PNG is a header and rows packed by zlib (ISO/IEC 15948).
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nndsl.show.palette import Look, rgb

Bytes = NDArray[np.uint8]
SCALE = 2  # pixels of a painted cloud a pixel of the figure
FINE = 2  # pixels that are averaged to one, along each axis: smooth edges
CHUNK = 1 << 20  # pixels painted at a time


def png(pixels: Bytes) -> bytes:
    """A PNG file. pixels: [rows, columns, 3 or 4]."""
    rows, columns, channels = pixels.shape
    packed = np.zeros((rows, 1 + columns * channels), np.uint8)  # each row begins with its filter: 0, none
    packed[:, 1:] = pixels.reshape(rows, -1)
    kind = {3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", columns, rows, 8, kind, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(packed.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


def address(pixels: Bytes) -> str:
    """The PNG as an address that holds it whole."""
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode("ascii")


def enlarged(pixels: Bytes, least: int) -> Bytes:
    """Every pixel repeated, so that both sides have at least `least`: what shows a small picture then keeps its pixels
    sharp, whatever it does between them."""
    factor = max(1, -(-least // max(min(pixels.shape[:2]), 1)))
    return pixels.repeat(factor, 0).repeat(factor, 1)


def painted(
    at: NDArray[np.float64], size: tuple[int, int], which: NDArray[np.int64], group: Sequence[Look], radius: float
) -> Bytes:
    """A cloud of opaque points as a picture [rows, columns, 4], SCALE pixels a pixel of the figure.

    at: [n, 2], columns and rows in pixels of the figure. size: (width, height) in those. which: [n], the look of each
    point among `group`. The points lie upon one another in an order drawn by chance, always the same, so that no group
    hides another by coming later.
    """
    fine = SCALE * FINE
    stamps = _stamps(group, radius * fine)
    margin = int(abs(stamps).max())  # around the picture, so that no point reaches out of it
    width, height = size[0] * fine + 2 * margin, size[1] * fine + 2 * margin
    inside = (at >= 0).all(axis=1) & (at <= size).all(axis=1)
    order = np.random.default_rng(0).permutation(np.flatnonzero(inside))
    columns, rows = np.round(at[order] * fine).astype(np.int32).T + margin
    centres, kinds = rows * width + columns, which[order]
    steps = (stamps[..., 1] * width + stamps[..., 0]).astype(np.int32)
    canvas = np.zeros(height * width, np.uint16)  # the number of a look, from 1
    chunk = max(1, CHUNK // steps.shape[1])
    for begin in range(0, len(order), chunk):
        part = slice(begin, begin + chunk)
        canvas[centres[part, None] + steps[kinds[part]]] = kinds[part, None] + 1
    return _averaged(canvas.reshape(height, width)[margin : height - margin, margin : width - margin], group)


def _averaged(canvas: NDArray[np.uint16], group: Sequence[Look]) -> Bytes:
    """FINE x FINE pixels to one, with the mean colour of those that are covered, and how many are."""
    colours = np.array([[0, 0, 0, 0], *([*rgb(look.colour), 1] for look in group)], np.uint16)
    sums = sum((colours[canvas[i::FINE, j::FINE]] for i in range(FINE) for j in range(FINE)), np.zeros(1, np.uint16))
    cover = sums[..., 3:]
    found: Bytes = np.concatenate([sums[..., :3] // np.maximum(cover, 1), cover * 255 // FINE**2], -1).astype(np.uint8)
    return found


def _stamps(group: Sequence[Look], radius: float) -> NDArray[np.int64]:
    """[looks, k, 2]: the pixels of each look's shape. All have the same number, the last one repeated: so points can be
    painted in their order, whatever their shapes."""
    shapes = [_stamp(look.shape, radius) for look in group]
    most = max(map(len, shapes))
    return np.stack([np.concatenate([shape, shape[-1:].repeat(most - len(shape), 0)]) for shape in shapes])


def _stamp(shape: str, radius: float) -> NDArray[np.int64]:
    """[k, 2]: the pixels that a shape covers, as columns and rows from its centre."""
    reach = int(np.ceil(radius * 1.3))
    x, y = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
    u, v = x / max(radius, 0.5), y / max(radius, 0.5)
    covered = {
        "circle": u**2 + v**2 <= 1,
        "square": np.maximum(abs(u), abs(v)) <= 0.89,
        "diamond": abs(u) + abs(v) <= 1.25,
        "triangle-up": (v <= 0.8) & (abs(u) <= (v + 1.2) * 0.58),
        "triangle-down": (v >= -0.8) & (abs(u) <= (1.2 - v) * 0.58),
        "cross": (np.minimum(abs(u), abs(v)) <= 0.42) & (np.maximum(abs(u), abs(v)) <= 1.15),
    }[shape]
    return np.stack([x[covered], y[covered]], axis=-1)
