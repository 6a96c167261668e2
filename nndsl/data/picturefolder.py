"""Which pictures a folder holds: `pictures/cat/1.png` is of the class `cat`, `pictures/test/cat/2.png` is in the test
part.

In: a folder. Out: for each part its pictures with their classes, sorted by name. No picture is opened here. Hidden
files, and files beside the folders of the classes, are no matter of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nndsl.data.words import counted, listed
from nndsl.diagnostics import Fault, Span, fault

SUFFIXES = (".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".gif", ".webp")
PART_OF = {
    "train": "train", "training": "train", "validation": "validation", "valid": "validation", "val": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip
LEFT_BY_SYSTEMS = ("thumbs.db", "desktop.ini")  # files that nobody has put there
Labelled = tuple[str, Path]  # a picture's class and its file
LAYOUT = (
    "a folder has a sub-folder for each class, as in `{0}/cat/1.png`, or such folders in `{0}/train` and `{0}/test`"
)


def is_picture_folder(folder: Path) -> bool:
    """Whether there is a picture in the folder, or in a folder of it, or in one of those."""
    return next(_pictures(folder, 2), None) is not None


def _pictures(folder: Path, deeper: int) -> Iterator[Path]:
    folders, files = _entries(folder)
    yield from (file for file in files if is_picture(file))
    for inner in folders if deeper else []:
        yield from _pictures(inner, deeper - 1)


def is_picture(file: Path) -> bool:
    """Whether its ending is that of a picture."""
    return file.suffix.lower() in SUFFIXES


def pictures_of(folder: Path, span: Span) -> dict[str, list[Labelled]]:
    """Part -> its pictures, by class and name; `train` is always there."""
    folders, files = _entries(folder)
    shown = folder.resolve().name
    _no_strays(files, shown, span)
    parts = {inner: PART_OF[inner.name.lower()] for inner in folders if inner.name.lower() in PART_OF}
    alone = bool(parts) and len(parts) == len(folders)
    if not alone and not any(_entries(inner)[0] for inner in parts):  # a class may be called `test`
        return {"train": _classes(folder, shown, span)}
    if not alone:
        other = next(inner for inner in folders if inner not in parts)
        raise _layout(shown, f"`{other.name}` stands beside the part `{next(iter(parts)).name}`", span)
    found: dict[str, list[Labelled]] = {}
    for inner, part in sorted(parts.items(), key=lambda pair: pair[1] != "train"):
        if part in found:
            raise _layout(shown, f"`{inner.name}` is a second folder of the {part} part", span)
        found[part] = _classes(inner, f"{shown}/{inner.name}", span)
    if "train" not in found:
        raise _layout(shown, f"there is no part `train` beside {listed(inner.name for inner in parts)}", span)
    return found


def _entries(folder: Path) -> tuple[list[Path], list[Path]]:
    """The folders and the files in a folder, by name, without what is hidden."""
    seen = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    folders = [entry for entry in seen if entry.is_dir()]
    return folders, [entry for entry in seen if entry not in folders and entry.name.lower() not in LEFT_BY_SYSTEMS]


def _classes(folder: Path, shown: str, span: Span) -> list[Labelled]:
    """The pictures in the folders of the classes."""
    folders, files = _entries(folder)
    _no_strays(files, shown, span)
    if not folders:
        raise _layout(shown, f"`{shown}` has no folder of a class", span)
    found: list[Labelled] = []
    for inner in folders:
        deeper, pictures = _entries(inner)
        if deeper:
            raise _layout(shown, f"the class `{shown}/{inner.name}` holds the folder `{deeper[0].name}`", span)
        others = [file.name for file in pictures if not is_picture(file)]
        if others:
            raise _no_pictures(f"{shown}/{inner.name}", others, span)
        if not pictures:
            raise _layout(shown, f"the class `{shown}/{inner.name}` has no pictures", span)
        found += [(inner.name, file) for file in pictures]
    return found


def _no_strays(files: list[Path], shown: str, span: Span) -> None:
    """Pictures outside of all classes would be lost in silence."""
    strays = [file.name for file in files if is_picture(file)]
    if strays:
        what = counted(len(strays), "picture")
        lies = "lies" if len(strays) == 1 else "lie"
        raise _layout(shown, f"{what} of `{shown}` {lies} in no folder of a class: {listed(strays, 3)}", span)


def _layout(shown: str, problem: str, span: Span) -> Fault:
    return fault("E0525", problem, span, help=LAYOUT.format(shown.partition("/")[0]))


def _no_pictures(shown: str, names: list[str], span: Span) -> Fault:
    problem = f"`{shown}` holds {counted(len(names), 'file')} that {'is' if len(names) == 1 else 'are'} no picture"
    return fault(
        "E0526",
        f"{problem}{'' if len(names) == 1 else 's'}: {listed(names, 3)}",
        span,
        notes=("pictures end in " + listed(SUFFIXES, 20),),
        help="move it elsewhere" if len(names) == 1 else "move them elsewhere",
    )
