"""Entries as text for a terminal: `nndsl doc NAME`, `?name`, `??name`.

In: names and entries. Out: lines of at most `width` columns, without colours; code keeps the lines it has.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from nndsl.manual.entry import Entry, title
from nndsl.manual.lookup import catalogue, entries
from nndsl.manual.lookup import search as found_by
from nndsl.semantics.scopes import Scope

WIDTH = 96
LABEL = 12  # columns of what stands before a fact
NARROWEST = 20  # columns of words, however narrow the terminal is
LISTED = 30  # how many entries a search shows


def page(name: str, scope: Scope | None = None, width: int = WIDTH) -> str | None:
    """All that has this name, one page below the other; None where nothing has it."""
    from nndsl.diagnostics.pages import page as code_page

    found = [as_text(entry, width) for entry in entries(name, scope)]
    if not found and (text := code_page(name)) is not None:
        return text.rstrip()
    return "\n\n".join(found) or None


def equation(name: str, scope: Scope | None = None) -> str | None:
    """How it is defined, and where: for `??name`. None where nothing of this name is defined in the language."""
    found = [
        f"# {entry.place}\n{entry.equation or entry.signature}"
        for entry in entries(name, scope)
        if entry.equation or (entry.kind == "constant" and entry.place)
    ]
    return "\n\n".join(found) or None


def as_text(entry: Entry, width: int = WIDTH) -> str:
    """One entry: head, meaning, arguments, facts, equation, example, relatives, place."""
    blocks = [
        [_head(entry, width)],
        [*_wrapped(entry.meaning, width), *_wrapped(entry.text, width)],
        list(pairs(entry.arguments, width)),
        list(pairs(_facts(entry, "stands", "source", without=True), width)),
        textwrap.indent(entry.equation, "  ").splitlines(),
        list(pairs(_last(entry), width)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _head(entry: Entry, width: int) -> str:
    """The signature at the left and the kind at the right."""
    kind = title(entry.kind)
    if "\n" in entry.signature or len(entry.signature) + len(kind) + 3 > width:
        return f"{entry.signature}\n{kind:>{width}}"
    return f"{entry.signature}{kind:>{width - len(entry.signature)}}"


def _facts(entry: Entry, *names: str, without: bool = False) -> tuple[tuple[str, str], ...]:
    return tuple(fact for fact in entry.facts if (fact[0] in names) != without)


def _last(entry: Entry) -> Iterator[tuple[str, str]]:
    for line in entry.example.splitlines():
        yield "example", line
    yield from _facts(entry, "stands")
    if entry.see_also:
        yield "see also", ", ".join(entry.see_also)
    yield from _facts(entry, "source")
    if entry.place:
        yield "defined in", entry.place


def pairs(rows: Iterable[tuple[str, str]], width: int = WIDTH) -> Iterator[str]:
    """`name   what it is`, with what is too long for a line below its beginning."""
    rows = list(rows)
    left = max([LABEL, *(len(name) + 2 for name, _ in rows)])
    for name, words in rows:
        if name == "example" and len(words) + 2 + left > width:  # code is not broken
            yield from (f"  {name}", f"    {words}")
        else:
            yield from _wrapped(words, width, 2 + left, f"  {name:<{left}}")


def _wrapped(text: str, width: int, indent: int = 2, first: str | None = None) -> list[str]:
    """A text in lines; what stands between backquotes is kept together where it fits."""
    blank = " " * indent
    held = _hold(text)
    lines = textwrap.wrap(
        held, max(width, indent + NARROWEST), initial_indent=blank if first is None else first,
        subsequent_indent=blank, break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return [line.replace(HOLD, " ").rstrip() for line in lines]


HOLD = "\0"


def _hold(text: str) -> str:
    """With a sign in the place of blanks inside backquotes."""
    pieces = text.split("`")
    return "`".join(piece.replace(" ", HOLD) if i % 2 and len(piece) < 60 else piece for i, piece in enumerate(pieces))


# ---- lists -------------------------------------------------------------------------------------------------------


def contents(scope: Scope | None = None, width: int = WIDTH) -> str:
    """All names, a paragraph for each kind."""
    lines = []
    for kind, names in catalogue(scope).items():
        lines += [kind, *_wrapped(", ".join(names), width)]
    return "\n".join(lines)


def listing(found: Sequence[Entry], width: int = WIDTH) -> str:
    """Entries as a list, a line each: name, kind and meaning."""
    shown = found[:LISTED]
    name = max((len(entry.name) for entry in shown), default=0)
    kind = max((len(entry.kind) for entry in shown), default=0)
    lines = []
    for entry in shown:
        left = f"{entry.name:<{name}}  {entry.kind:<{kind}}  "
        lines.append(left + textwrap.shorten(entry.meaning, max(width - len(left), NARROWEST), placeholder=" ..."))
    if len(found) > LISTED:
        lines.append(f"and {len(found) - LISTED} more")
    return "\n".join(lines)


def search_page(words: str, scope: Scope | None = None, width: int = WIDTH) -> str | None:
    """What is found by words, as a list; None where nothing is."""
    return listing(found_by(words, scope), width) or None
