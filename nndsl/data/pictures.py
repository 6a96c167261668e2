"""Folders of pictures (PNG, JPEG, BMP, GIF, WebP) with a sub-folder for each class, read by Pillow.

In: a folder, and the size and channels asked for. Out: a table for each part with the columns `image` [H, W, C] (bytes,
decoded when asked for) and `label` (the class, a text). Until then only the pictures' headers are read, and those once.
Pictures are not turned by their EXIF tags, transparency is left out, and of moving pictures the first is taken.
"""

from __future__ import annotations

import os
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.picturefolder import Labelled, is_picture_folder, pictures_of
from nndsl.data.spec import PictureForm
from nndsl.data.table import Column, Table
from nndsl.data.words import counted, listed
from nndsl.diagnostics import Fault, Span, fault
from nndsl.values import value

GREY = ("1", "L", "LA", "La", "I", "I;16", "I;16L", "I;16B")  # Pillow's modes without colour
KEPT_FOLDERS = 4
MOST_THREADS = 8
Bytes = NDArray[np.uint8]


@value
class Header:
    """What a picture says of itself before its pixels. size: height, width."""

    size: tuple[int, int]
    grey: bool


class HeaderCache:
    """Headers of the pictures of the last few folders: `check` and then `run` read them once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Path, tuple[object, list[Header | None]]] = OrderedDict()

    def headers(self, folder: Path, files: Sequence[Path], span: Span) -> list[Header | None]:
        """Of each file, in order; None where it cannot be read as a picture."""
        stamp = [(str(file), (seen := file.stat()).st_mtime_ns, seen.st_size) for file in files]
        kept = self._kept.get(folder)
        if kept is None or kept[0] != stamp:
            kept = stamp, _each(_header, files, span)
        self._kept[folder] = kept
        self._kept.move_to_end(folder)
        while len(self._kept) > KEPT_FOLDERS:
            self._kept.popitem(last=False)
        return kept[1]


CACHE = HeaderCache()


def read_folder(folder: Path, form: PictureForm, span: Span) -> dict[str, Table]:
    """Part -> table; `train` is always there."""
    parts = pictures_of(folder, span)
    labelled = [one for pictures in parts.values() for one in pictures]
    files = [file for _, file in labelled]
    headers = CACHE.headers(folder, files, span)
    _all_readable(folder, (file for file, header in zip(files, headers, strict=True) if header is None), span)
    known = [header for header in headers if header is not None]
    size = form.size or _common_size(folder, files, known, span)
    channels = form.channels or (1 if all(header.grey for header in known) else 3)
    shown = folder.resolve().name
    return {
        part: _table(shown if len(parts) == 1 else f"{shown}/{part}", folder, pictures, (*size, channels), span)
        for part, pictures in parts.items()
    }


def all_files(folder: Path) -> list[tuple[str, Path]]:
    """(its name within the folder, the file) of every picture; none where the folder is none of pictures."""
    if not is_picture_folder(folder):
        return []
    found = sorted(file for file in folder.rglob("*") if file.is_file())
    return [(file.relative_to(folder).as_posix(), file) for file in found]


def _table(shown: str, folder: Path, pictures: Sequence[Labelled], shape: tuple[int, int, int], span: Span) -> Table:
    names = np.empty(len(pictures), object)
    names[:] = [name for name, _ in pictures]

    def read() -> Bytes:
        return _decode(folder, [file for _, file in pictures], shape, span)

    return Table.of(shown, [Column("image", read, shape), Column("label", names)], len(pictures))


def _common_size(folder: Path, files: Sequence[Path], headers: Sequence[Header], span: Span) -> tuple[int, int]:
    """The one size of all pictures."""
    sizes = Counter(header.size for header in headers)
    (first, _), *others = sizes.most_common()
    if not others:
        return first
    odd = next(file for file, header in zip(files, headers, strict=True) if header.size != first)
    where = odd.relative_to(folder).as_posix()
    said = [f"{size[0]} x {size[1]} ({counted(count, 'picture')})" for size, count in sizes.most_common(4)]
    raise fault(
        "E0524",
        f"the pictures of `{folder.resolve().name}` have {len(sizes)} sizes: {', '.join(said)}"
        + (", ..." if len(sizes) > len(said) else ""),
        span,
        notes=(f"sizes are height x width; the first that differs is `{where}`",),
        help=f"bring them to one size: `from {span.text}, size=[{first[0]}, {first[1]}]`",
    )


# ---- Pillow ----------------------------------------------------------------------------------------------


def _pillow(span: Span) -> Any:
    """The module `PIL.Image`."""
    try:
        from PIL import Image
    except ImportError:
        problem = "pictures are read with Pillow, which is not installed"
        raise fault("E0503", problem, span, help='install it with `pip install "nndsl[images]"`') from None
    return Image


def _each(function: Callable[[Any, Path], Any], files: Sequence[Path], span: Span) -> list[Any]:
    """What the function makes of each file, in order; None of those that Pillow cannot read."""
    image = _pillow(span)

    def one(file: Path) -> Any:
        try:
            with image.open(file) as picture:
                return function(picture, file)
        except Exception:  # Pillow raises errors of many kinds for a damaged file; whoever asks says which it is
            return None

    if len(files) < 2 * MOST_THREADS:
        return [one(file) for file in files]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool:
        return list(pool.map(one, files))


def _header(picture: Any, file: Path) -> Header:
    return Header((picture.height, picture.width), picture.mode in GREY)


def _decode(folder: Path, files: Sequence[Path], shape: tuple[int, int, int], span: Span) -> Bytes:
    """[N, H, W, C]."""
    values = np.empty((len(files), *shape), np.uint8)
    place = {file: row for row, file in enumerate(files)}

    image = _pillow(span)

    def into_row(picture: Any, file: Path) -> bool:
        values[place[file]] = _pixels(image, picture, shape)
        return True

    done = _each(into_row, files, span)
    _all_readable(folder, (file for file, good in zip(files, done, strict=True) if not good), span)
    return values


def _pixels(image: Any, picture: Any, shape: tuple[int, int, int]) -> Bytes:
    """[H, W, C]: brought to the size by Pillow's `resize` (bilinear, over all pixels that are covered)."""
    height, width, channels = shape
    other = (picture.width, picture.height) != (width, height)
    if other:
        picture.draft(None, (2 * width, 2 * height))  # a JPEG far larger than that is decoded at a part of its size
    if picture.mode.startswith("I"):  # 16 bits: the upper eight
        upper = np.clip(np.asarray(picture).astype(np.int64) >> 8, 0, 255)
        picture = image.fromarray(upper.astype(np.uint8))
    elif picture.mode == "P":
        picture = picture.convert("RGBA")
    picture = picture.convert("L" if channels == 1 else "RGB")
    if other:
        picture = picture.resize((width, height), resample=image.Resampling.BILINEAR)
    return np.asarray(picture, np.uint8).reshape(shape)


def _all_readable(folder: Path, broken: Iterable[Path], span: Span) -> None:
    names = [file.relative_to(folder).as_posix() for file in broken]
    if names:
        raise _unreadable(folder, names, span)


def _unreadable(folder: Path, names: Sequence[str], span: Span) -> Fault:
    shown = folder.resolve().name
    if len(names) == 1:
        problem = f"`{names[0]}` of `{shown}` cannot be read: it is damaged, or not what its name says"
        return fault("E0526", problem, span, help="replace it, or take it out of the folder")
    problem = f"{len(names)} pictures of `{shown}` cannot be read: they are damaged, or not what their names say"
    listing = "they are " + listed(names)
    return fault("E0526", problem, span, notes=(listing,), help="replace them, or take them out of the folder")
