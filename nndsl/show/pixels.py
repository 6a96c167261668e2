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
CHUNK = 1 << 21  # pixels painted at a time


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
    width, height = size[0] * fine, size[1] * fine
    canvas = np.zeros((height * width, 4), np.uint8)
    order = np.random.default_rng(0).permutation(len(at))
    columns, rows = np.round(at[order] * fine).astype(np.int64).T
    colours = np.array([[*rgb(look.colour), 255] for look in group], np.uint8)
    shapes = [_stamp(look.shape, radius * fine) for look in group]
    most = max((len(shape) for shape in shapes), default=1)
    # Every shape with the same number of pixels, the last one repeated: so that points are painted in their order.
    stamps = np.stack([np.concatenate([s, s[-1:].repeat(most - len(s), 0)]) for s in shapes])
    for begin in range(0, len(at), max(1, CHUNK // most)):
        part = slice(begin, begin + max(1, CHUNK // most))
        kinds = which[order[part]]
        x = columns[part, None] + stamps[kinds, :, 0]
        y = rows[part, None] + stamps[kinds, :, 1]
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        canvas[(y * width + x)[inside]] = np.broadcast_to(colours[kinds][:, None], (*x.shape, 4))[inside]
    return _averaged(canvas.reshape(height, width, 4))


def _averaged(fine: Bytes) -> Bytes:
    """FINE x FINE pixels to one; colours are weighted by how much they cover."""
    rows, columns = fine.shape[0] // FINE, fine.shape[1] // FINE
    parts = fine.reshape(rows, FINE, columns, FINE, 4).astype(np.uint16)
    cover = parts[..., 3].sum(axis=(1, 3))
    colour = (parts[..., :3] * (parts[..., 3:] > 0)).sum(axis=(1, 3)) // np.maximum(cover // 255, 1)[..., None]
    return np.concatenate([colour, cover[..., None] // FINE**2], axis=-1).astype(np.uint8)


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
