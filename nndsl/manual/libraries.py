"""Writes `grammar/std.md`: every entry of the library with its equation, shapes, example and reference.

In: the entries of the library. Out: Markdown, a section for each role.
"""

from __future__ import annotations

from nndsl.manual.definitions import library_entries
from nndsl.manual.entry import KINDS, Entry, plural
from nndsl.manual.layout import anchor, blocks, fence, paragraph
from nndsl.manual.markdown import CODE
from nndsl.semantics.roles import ROLES

HEAD = """\
# The library

Every activation, layer, cell, loss, metric, optimizer, schedule, regularizer and initializer, as the equation that is
compiled. There is nothing behind them: what is written here is what runs, and your own are compiled by the same path.
An equation may be copied into a script, renamed and changed.

Shapes are those of one example: the batch is never written, and `...` stands for any axes. A layer stands in a network
after `->`; the [reference](reference.md#definitions) says where the others stand.

This file is written by `python -m nndsl.manual` from the comments and equations of `nndsl/std/`."""


def library_chapter() -> str:
    """The whole chapter."""
    roles = [kind for kind in KINDS if any(entry.kind == kind for entry in library_entries())]
    listed = [_contents(role) for role in roles]
    return blocks(HEAD, "\n".join(listed), *(_section(role) for role in roles)) + "\n"


def _of(role: str) -> list[Entry]:
    return [entry for entry in library_entries() if entry.kind == role]


def _contents(role: str) -> str:
    names = ", ".join(f"[{entry.name}]({anchor(heading(entry))})" for entry in _of(role))
    title = plural(role)
    return f"- [{title[0].upper()}{title[1:]}]({anchor(title)}): {names}"


def _section(role: str) -> str:
    title = plural(role)
    place = f"They stand {ROLES[role].place}."
    return blocks(f"## {title[0].upper()}{title[1:]}", place, *(_entry(entry) for entry in _of(role)))


def heading(entry: Entry) -> str:
    """Names may be those of two roles, as `mse`: their headings differ all the same."""
    twice = sum(other.name == entry.name for other in library_entries()) > 1
    return f"{entry.name} ({entry.kind})" if twice else entry.name


def _entry(entry: Entry) -> str:
    facts = [f"- {name}: {_fact(name, words)}" for name, words in entry.facts if name not in ("stands", "source")]
    used = ", ".join(f"`{line}`" for line in entry.example.splitlines())
    near = ", ".join(f"`{name}`" for name in entry.see_also)
    source = next((words for name, words in entry.facts if name == "source"), "")
    return blocks(
        f"### {heading(entry)}",
        paragraph(" ".join(part for part in (entry.meaning, entry.text) if part)),
        fence(entry.equation),
        "\n".join([
            f"- written: `{entry.signature}`, as in {used}",
            *(f"- {name}: {words}" for name, words in _arguments(entry)),
            *facts,
            *([f"- see also: {near}"] if near else []),
            *([f"- source: {source}"] if source else []),
        ]),
    )  # fmt: skip


def _arguments(entry: Entry) -> list[tuple[str, str]]:
    return [(", ".join(f"`{one}`" for one in names.split(", ")), words) for names, words in entry.arguments]


def _fact(name: str, words: str) -> str:
    if name in CODE:
        return f"`{words}`"
    return words
