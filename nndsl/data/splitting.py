"""`split train=70%, validation=15%, test=15%, stratify=species`: reading it, and dealing out rows by it.

In: the option; later the number of rows, the seed, the labels to stratify or group by. Out: a `Split`; later the rows
of each part, ascending. The rows depend on the seed, the number of rows and the labels alone.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.randoms import SPLIT, Draws
from nndsl.data.spec import Share, Split, Word
from nndsl.data.types import PARTS
from nndsl.data.words import counted, listed
from nndsl.diagnostics import Label, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.syntax import ast

Rows = NDArray[np.int64]
SETTINGS = ("stratify", "by", "seed", "order")


def read_split(option: ast.Option, constants: Mapping[str, float]) -> Split:
    """The split an option says; raises a fault at the word that is wrong."""
    given: dict[str, ast.OptionArgument] = {}
    for argument in option.arguments:
        if not isinstance(argument.value, ast.Name) or argument.default is None:
            raise fault(
                "E0509",
                f"`{argument.span.text}` does not say which part it is",
                argument.span,
                help="as in `split train=70%, validation=15%, test=15%`",
            )
        key = argument.value.text
        if key not in (*PARTS, *SETTINGS):
            raise fault(
                "E0207",
                f"`split` has no part or setting `{key}`",
                argument.value.span,
                notes=(f"parts: {listed(PARTS)}; settings: {listed(SETTINGS)}",),
                help=did_you_mean(key, (*PARTS, *SETTINGS)),
            )
        if key in given:
            raise fault(
                "E0208", f"`{key}` is given twice", argument.span, labels=(Label(given[key].span, "first here"),)
            )
        given[key] = argument
    shares = tuple(_share(part, given[part], constants) for part in PARTS if part in given)
    split = Split(
        shares, option.span, _word(given.get("stratify")), _word(given.get("by")), _seed(given.get("seed")),
        _flag(given.get("order")),
    )  # fmt: skip
    _check_shares(split)
    _check_settings(split, given)
    return split


def _share(part: str, argument: ast.OptionArgument, constants: Mapping[str, float]) -> Share:
    value = argument.default
    assert value is not None
    if isinstance(value, ast.Name) and value.text == "rest":
        return Share(part, argument.span)
    number = value.value if isinstance(value, ast.Number) else None
    percent = isinstance(value, ast.Number) and value.percent
    if isinstance(value, ast.Name) and value.text in constants:
        number = constants[value.text]
    if number is not None and percent and 0 < number <= 1:
        return Share(part, argument.span, fraction=float(number))
    if number is not None and not percent and number > 0 and number == int(number):
        return Share(part, argument.span, count=int(number))
    fraction = isinstance(number, float) and 0 < number < 1
    raise fault(
        "E0509",
        f"`{part}` takes a percentage, a count of rows or `rest`, found `{value.span.text}`",
        value.span,
        help=f"write `{part}={number * 100:g}%`" if fraction and number is not None and not percent else None,
    )


def _word(argument: ast.OptionArgument | None) -> Word | None:
    if argument is None or argument.default is None:
        return None
    if not isinstance(argument.default, ast.Name):
        raise fault("E0202", f"`{argument.default.span.text}` is not a column's name", argument.default.span)
    return Word(argument.default.text, argument.default.span)


def _seed(argument: ast.OptionArgument | None) -> int | None:
    if argument is None:
        return None
    value = argument.default
    if not isinstance(value, ast.Number) or not isinstance(value.value, int):
        raise fault("E0202", "`seed` takes a whole number", argument.span)
    return value.value


def _flag(argument: ast.OptionArgument | None) -> bool | None:
    if argument is None:
        return None
    if not isinstance(argument.default, ast.Constant) or argument.default.value is None:
        raise fault("E0202", "`order` is `true` or `false`", argument.span)
    return argument.default.value


def _check_shares(split: Split) -> None:
    rests = [share for share in split.shares if share.fraction is None and share.count is None]
    fractions = sum(share.fraction or 0.0 for share in split.shares)
    percent = f"{round(fractions * 100, 6):g}%"
    if len(rests) > 1:
        raise fault("E0509", "only one part can be the rest", rests[1].span, labels=(Label(rests[0].span, "the rest"),))
    if not any(share.part == "train" for share in split.shares):
        raise fault("E0509", "the split leaves nothing to train on", split.span, help="add `train=rest`")
    if fractions > 1 + 1e-9:
        raise fault("E0509", f"the parts add up to {percent}, more than all rows", split.span)
    if fractions > 1 - 1e-9 and len([s for s in split.shares if s.fraction]) < len(split.shares):
        raise fault("E0509", "the percentages take all rows already: the other parts would be empty", split.span)
    if fractions < 1 - 1e-9 and all(share.fraction for share in split.shares):
        raise fault(
            "E0509",
            f"the parts add up to {percent}: some rows would be in no part",
            split.span,
            help="let one part be the rest, as in `train=rest`",
        )


def _check_settings(split: Split, given: Mapping[str, ast.OptionArgument]) -> None:
    contradictions = (
        ("order", "stratify", "rows in their order cannot be stratified"),
        ("order", "seed", "rows in their order are not drawn: the seed changes nothing"),
        ("order", "by", "rows in their order cannot be kept in groups"),
        ("by", "stratify", "groups cannot be stratified"),
    )
    for first, second, why in contradictions:
        if first in given and second in given and (first != "order" or split.order):
            raise fault(
                "E0210",
                why,
                given[second].span,
                labels=(Label(given[first].span, "because of this"),),
                help="keep one of them",
            )
    if len(split.shares) == 1 and given.keys() - {"train"}:
        key = next(key for key in given if key != "train")
        raise fault("E0210", f"`{key}` changes nothing: all rows are in one part", given[key].span)


def check_own_parts(split: Split, parts: Container[str]) -> None:
    """A part that the source keeps apart is not made by the split too."""
    twice = next((share for share in split.shares if share.part in parts and share.part != "train"), None)
    if twice is not None:
        raise fault(
            "E0210",
            f"the source has a {twice.part} part of its own",
            twice.span,
            help=f"leave `{twice.part}` out of the split",
        )


# ---- dealing out rows ---------------------------------------------------------------------------


def sizes(split: Split, n: int) -> dict[str, int]:
    """Rows of each part; raises a fault where they do not add up to `n`."""
    counts = sum(share.count or 0 for share in split.shares)
    if counts > n:
        raise fault("E0509", f"the parts ask for {counts} rows, but there are {n}", split.span)
    exact = {share.part: share.fraction * n for share in split.shares if share.fraction}
    whole = len(exact) == len(split.shares) and abs(sum(exact.values()) - n) < 1e-6
    found = _apportion(exact, n) if whole else {part: int(value + 1e-9) for part, value in exact.items()}
    found |= {share.part: share.count for share in split.shares if share.count is not None}
    left = n - sum(found.values())
    rest = next((s for s in split.shares if s.fraction is None and s.count is None), None)
    if rest is not None:
        found[rest.part] = left
    elif left != 0:
        said = (
            f"{counted(left, 'row')} of {n} would be in no part"
            if left > 0
            else f"they are {-left} more than the {n} rows"
        )
        raise fault(
            "E0509", f"the parts do not add up: {said}", split.span, help="let one part be the rest, as in `train=rest`"
        )
    for share in split.shares:
        if found[share.part] <= 0:
            there = f"there {'is' if n == 1 else 'are'} {counted(n, 'row')}"
            raise fault("E0509", f"the {share.part} part would be empty: {there}", share.span)
    return {share.part: found[share.part] for share in split.shares}


def _apportion(exact: Mapping[str, float], n: int) -> dict[str, int]:
    """Whole numbers that add up to n, by largest remainder."""
    found = {part: int(value + 1e-9) for part, value in exact.items()}
    by_remainder = sorted(exact, key=lambda part: found[part] - exact[part])
    for part in by_remainder[: n - sum(found.values())]:
        found[part] += 1
    return found


def deal(
    split: Split, n: int, seed: int, labels: NDArray[Any] | None, shown: list[str] | None = None
) -> dict[str, Rows]:
    """The rows of each part, ascending.

    labels: [n] integer classes or groups for `stratify` or `by`; shown: their names.
    """
    wanted = sizes(split, n)
    if split.order:
        ends = np.cumsum(list(wanted.values()))
        return {part: np.arange(end - wanted[part], end) for part, end in zip(wanted, ends, strict=True)}
    order = Draws(split.seed if split.seed is not None else seed, SPLIT).order(n)
    if split.stratify is not None and labels is not None:
        return _stratified(split.stratify, wanted, order, labels, shown or [])
    if split.by is not None and labels is not None:
        return _grouped(split, wanted, order, labels)
    pieces = np.split(order, np.cumsum(list(wanted.values()))[:-1])
    return {part: np.sort(piece) for part, piece in zip(wanted, pieces, strict=True)}


def _stratified(
    word: Word, wanted: dict[str, int], order: Rows, labels: NDArray[Any], shown: list[str]
) -> dict[str, Rows]:
    """Each class in the proportions of the whole, the parts' sizes exact."""
    n = len(order)
    classes, counts = np.unique(labels, return_counts=True)
    small = [(shown[int(c)], int(k)) for c, k in zip(classes, counts, strict=True) if k < len(wanted)]
    if small:
        name, rows = small[0]
        raise fault(
            "E0510",
            f"`{name}` has {counted(rows, 'row')}: it cannot be spread over {len(wanted)} parts",
            word.span,
            notes=(f"{len(small)} values of `{word.text}` are that rare: " + listed([s for s, _ in small]),)
            if len(small) > 1
            else (),
            help="stratify by a column of a few values that are all frequent, or leave `stratify` out",
        )
    left = dict(wanted)
    given: dict[tuple[int, str], int] = {}
    for c, k in zip(classes, counts, strict=True):
        for part, size in wanted.items():
            given[int(c), part] = int(k) * size // n
            left[part] -= given[int(c), part]
    for c, k in zip(classes, counts, strict=True):
        over = int(k) - sum(given[int(c), part] for part in wanted)
        for part in sorted(wanted, key=lambda p: -left[p])[:over]:
            given[int(c), part] += 1
            left[part] -= 1
    pieces: dict[str, list[Rows]] = {part: [] for part in wanted}
    for c in classes:
        rows = order[labels[order] == c]
        ends = np.cumsum([given[int(c), part] for part in wanted])[:-1]
        for part, piece in zip(wanted, np.split(rows, ends), strict=True):
            pieces[part].append(piece)
    return {part: np.sort(np.concatenate(found)) for part, found in pieces.items()}


def _grouped(split: Split, wanted: dict[str, int], order: Rows, labels: NDArray[Any]) -> dict[str, Rows]:
    """Whole groups, each to the part that lacks most; sizes are met as nearly as the groups allow."""
    assert split.by is not None
    first = labels[order]
    groups = first[np.sort(np.unique(first, return_index=True)[1])]
    counts = dict(zip(*np.unique(labels, return_counts=True), strict=True))
    if len(groups) < len(wanted):
        raise fault(
            "E0510", f"`{split.by.text}` has {counted(len(groups), 'group')} for {len(wanted)} parts", split.by.span
        )
    left = dict(wanted)
    where = np.zeros(int(labels.max()) + 1, np.int64)
    names = list(wanted)
    empty = set(names)
    for place, group in enumerate(groups):
        among = empty if len(groups) - place <= len(empty) else set(names)
        part = max(names, key=lambda p: (p in among, left[p] / wanted[p]))
        where[group] = names.index(part)
        left[part] -= int(counts[group])
        empty.discard(part)
    of = where[labels]
    return {part: np.flatnonzero(of == i).astype(np.int64) for i, part in enumerate(names)}
