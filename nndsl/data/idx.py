"""Folders of MNIST-style IDX files (LeCun 1998), plain or `.gz`: `train-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`.

In: a folder. Out: a table for each part, with the columns `image` [H, W, C] (bytes, read when asked for) and `label`;
`classes.csv` beside them names the labels.
"""

from __future__ import annotations

import gzip
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.csvfile import read_small
from nndsl.data.table import Column, Table
from nndsl.data.words import listed
from nndsl.diagnostics import Fault, Span, fault
from nndsl.values import value

NAME = re.compile(r"(?:.*-)?(?P<part>train|t10k|test)-(?P<what>images|labels)[-.]idx\d-ubyte(?:\.gz)?$")
PART_OF = {"train": "train", "t10k": "test", "test": "test"}
TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


@value
class Header:
    """What an IDX file says about itself before its numbers."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    bytes: int  # where the numbers begin


def is_idx_folder(folder: Path) -> bool:
    return any(NAME.match(entry.name) for entry in folder.iterdir())


def files(folder: Path) -> dict[tuple[str, str], Path]:
    """(part, `images` or `labels`) -> file; a plain file goes before its `.gz`."""
    found: dict[tuple[str, str], Path] = {}
    for entry in sorted(folder.iterdir()):
        match = NAME.match(entry.name)
        if match:
            found.setdefault((PART_OF[match["part"]], match["what"]), entry)
    return found


def read_folder(folder: Path, span: Span) -> dict[str, Table]:
    """Part -> table; only headers and labels are read now."""
    found = files(folder)
    names = _class_names(folder, span)
    tables = {}
    for part in ("train", "test"):
        images, labels = found.get((part, "images")), found.get((part, "labels"))
        if images is not None:
            tables[part] = _table(folder, part, images, labels, names, span)
        elif labels is not None:
            raise fault("E0503", f"`{folder.name}` has {part} labels, but no {part} images", span)
    if "train" not in tables:
        raise fault(
            "E0503", f"`{folder.name}` has no training images: it holds " + listed(p.name for p in found.values()), span
        )
    return tables


def _table(folder: Path, part: str, images: Path, labels: Path | None, names: tuple[str, ...], span: Span) -> Table:
    header = _header(images, span)
    shape = header.shape[1:] if len(header.shape) != 3 else (*header.shape[1:], 1)
    columns = [Column("image", _reader(images, header, shape, span), shape)]
    if labels is not None:
        values = _read(labels, _header(labels, span), span).astype(np.float64)
        if len(values) != header.shape[0]:
            raise fault(
                "E0503",
                f"`{images.name}` holds {header.shape[0]} pictures, but `{labels.name}` {len(values)} labels",
                span,
            )
        columns.append(Column("label", values, labels=names))
    return Table.of(f"{folder.name}/{images.name}", columns, header.shape[0])


def _reader(path: Path, header: Header, shape: tuple[int, ...], span: Span) -> Callable[[], NDArray[Any]]:
    def read() -> NDArray[Any]:
        values = _read(path, header, span)
        if values.dtype != np.uint8:
            values = values.astype(np.float32)
        return values.reshape(header.shape[0], *shape)

    return read


def _class_names(folder: Path, span: Span) -> tuple[str, ...]:
    """The names in `classes.csv` (columns label, name), or none."""
    path = folder / "classes.csv"
    if not path.exists():
        return ()
    table = read_small(path, span)
    columns = list(table.columns.values())
    if len(columns) < 2 or columns[0].is_text or not columns[1].is_text:
        raise fault("E0503", f"`{path.name}` in `{folder.name}` must give a number and a name in each row", span)
    pairs = sorted(zip(columns[0].values().tolist(), columns[1].values().tolist(), strict=True))
    if [number for number, _ in pairs] != list(range(len(pairs))):
        raise fault("E0503", f"`{path.name}` in `{folder.name}` must number the classes 0, 1, 2, ...", span)
    return tuple(str(name) for _, name in pairs)


def _open(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _header(path: Path, span: Span) -> Header:
    try:
        with _open(path) as file:
            zero, kind, axes = struct.unpack(">HBB", file.read(4))
            shape = struct.unpack(f">{axes}I", file.read(4 * axes))
    except (OSError, EOFError, struct.error):
        raise _damaged(path, span) from None
    if zero != 0 or kind not in TYPES or axes == 0:
        raise _damaged(path, span)
    return Header(np.dtype(TYPES[kind]), shape, 4 + 4 * axes)


def _read(path: Path, header: Header, span: Span) -> NDArray[Any]:
    """The numbers, read straight into their array: no second copy of a large file."""
    values = np.empty(header.shape, header.dtype)
    view = memoryview(values.reshape(-1).view(np.uint8))  # type: ignore[arg-type]
    try:
        with _open(path) as file:
            file.read(header.bytes)
            done = 0
            while done < len(view):
                got = file.readinto(view[done:])  # type: ignore[attr-defined]
                if not got:
                    raise _damaged(path, span)
                done += got
    except (OSError, EOFError):
        raise _damaged(path, span) from None
    return values.astype(header.dtype.newbyteorder("="), copy=False)


def _damaged(path: Path, span: Span) -> Fault:
    return fault("E0503", f"`{path.name}` is not a whole IDX file", span)
