"""What a session holds: live definitions with their texts, and actions that were carried out.

In: statements of an entry. Out: `Line` and `Done`, frozen values; which names they define, and which they stand on.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from nndsl.diagnostics import Collector, Source
from nndsl.editor.meanings import TOP
from nndsl.editor.references import references
from nndsl.lower import Checked
from nndsl.semantics.program import Action
from nndsl.semantics.roles import namespace
from nndsl.semantics.walk import names, nodes
from nndsl.syntax import ast, parse
from nndsl.values import value

Key = tuple[str, str]  # a space of names, and a name in it
ANS = "ans"  # the last result


READS = ("from", "test", "validation")  # options of `data` that name files and objects


class This:
    """An object of Python: the same one is equal, and no other. It is held, so that no other can take its place."""

    __slots__ = ("thing",)

    def __init__(self, thing: object) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, This) and other.thing is self.thing

    def __hash__(self) -> int:
        return id(self.thing)


Seen = tuple[tuple[str, "int | This"], ...]


@value
class Line:
    """A live definition (or `let`, `set`, `use`). text: as it was written, with the comment above it. at: its place
    among all that was entered; one that is defined anew keeps the place of the first. seen: of files and objects of
    Python that it names, as they were then. speaks_of: the names of other things in it. brought: by `use`, the names
    of another file, and what each speaks of. texts: by `use`, what the files said then, and those that they use.
    """

    statement: ast.Statement
    text: str
    at: int
    seen: Seen = ()
    speaks_of: frozenset[str] = frozenset()
    brought: Mapping[str, frozenset[str]] = field(default_factory=dict)
    texts: Mapping[Path, str] = field(default_factory=dict, repr=False)

    @property
    def keys(self) -> frozenset[Key]:
        return keys_of(self.statement)

    @property
    def names(self) -> frozenset[str]:
        """The names it defines, and a stand-in for a setting or a file."""
        return frozenset(name for _, name in self.keys) | self.brought.keys()

    def says_as(self, other: Line) -> bool:
        """Whether two lines say the same of the same."""
        return self.statement == other.statement and self.seen == other.seen and self.texts == other.texts


@value
class Done:
    """An action that was carried out, and what it found.

    text: without the name `ans`, and with the names that results have now. name: of its result; empty where it leaves
    none. stands_on: names of definitions it was made with, directly and through others. needs: the places of the
    actions whose results it used. trains: the networks it changed. live: nothing it was made with is out of date.
    told: its network is still there, so that later checks may know of it. cut: it was interrupted.
    """

    statement: ast.Action
    text: str
    at: int
    action: Action
    outcome: object = field(repr=False, compare=False)
    name: str = ""
    stands_on: frozenset[str] = frozenset()
    needs: frozenset[int] = frozenset()
    trains: frozenset[str] = frozenset()
    live: bool = True
    told: bool = True
    cut: bool = False


def line_of(
    statement: ast.Statement, at: int, folder: Path, objects: Mapping[str, object], checked: Checked | None
) -> Line:
    """A definition that was entered. folder, objects, checked: what its texts and names may stand for."""
    texts = texts_used(statement, folder) if isinstance(statement, ast.Use) else {}
    brought = brought_by(statement, folder, texts) if isinstance(statement, ast.Use) else {}
    seen = seen_in(statement, folder, objects)
    return Line(statement, text_of(statement), at, seen, spoken_of(statement, checked), brought, texts)


def spoken_of(statement: ast.Statement, checked: Checked | None) -> frozenset[str]:
    """The names of other things in a statement: definitions (the library's too, since they may be defined anew),
    constants, results; not columns, locals, fields.
    """
    if checked is None:
        return frozenset(mentioned(statement))
    module = ast.Module((statement,), span=statement.span)
    found = references(module, checked.program.scope, checked.context).all
    own = {name for _, name in keys_of(statement)}
    names = {str(one.meaning.key[1]) for one in found if one.meaning.key[0] in TOP and not one.defines}
    return frozenset(names | {str(one.echo.key[1]) for one in found if one.echo is not None}) - own


def texts_used(statement: ast.Use, folder: Path) -> dict[Path, str]:
    """What a file says that is used, and those that it uses: a session goes by that until it is used again."""
    found: dict[Path, str] = {}
    waiting = [(folder / statement.path.text).resolve()]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        with contextlib.suppress(OSError, UnicodeDecodeError):
            found[path] = path.read_text(encoding="utf-8")
            inner = parse(Source("", found[path]), Collector()).statements
            waiting += [(path.parent / one.path.text).resolve() for one in inner if isinstance(one, ast.Use)]
    return found


def brought_by(
    statement: ast.Use, folder: Path, texts: Mapping[Path, str], above: frozenset[Path] = frozenset()
) -> dict[str, frozenset[str]]:
    """The names that a file defines, and those of the files it uses, with what each speaks of. texts: of all those."""
    path = (folder / statement.path.text).resolve()
    if path in above or path not in texts:
        return {}
    found: dict[str, frozenset[str]] = {}
    for inner in parse(Source("", texts[path]), Collector()).statements:
        if isinstance(inner, ast.Use):
            found |= brought_by(inner, path.parent, texts, above | {path})
        for _, name in keys_of(inner):
            found[name] = found.get(name, frozenset()) | mentioned(inner)
    return found


def seen_in(statement: ast.Statement, folder: Path, objects: Mapping[str, object]) -> Seen:
    """Of each file that is named, when it was changed; of each object, which it is."""
    if not isinstance(statement, ast.Definition) or statement.kind != "data":
        return ()
    found: list[tuple[str, int | This]] = []
    options = read_by(statement)
    for node in nodes(options):
        if isinstance(node, ast.String):
            with contextlib.suppress(OSError, ValueError):
                found.append((node.text, (folder / node.text).stat().st_mtime_ns))
    names = mentioned(options) | {statement.name}  # without `from`, it is the object of its own name
    found += [(name, This(objects[name])) for name in sorted(names & objects.keys())]
    return tuple(found)


def read_by(definition: ast.Definition) -> tuple[ast.Option, ...]:
    """The options of a data set that say what it reads."""
    items = definition.body.items if isinstance(definition.body, ast.Block) else ()
    return tuple(item for item in items if isinstance(item, ast.Option) and item.name in READS)


def keys_of(statement: ast.Statement) -> frozenset[Key]:
    """The names a statement defines. What is spoken of by name alone shares a space: data, networks, constants."""
    match statement:
        case ast.Definition(kind="data"):
            return frozenset({("thing", statement.name)})
        case ast.Definition(kind="network"):
            return frozenset({("thing", statement.name), ("flow", statement.name)})
        case ast.Definition():
            return frozenset({(namespace(statement.kind), statement.name)})
        case ast.Let():
            return frozenset(("thing", name.text) for name in statement.names)
        case ast.Set():
            return frozenset({("setting", f"set {statement.name}")})
        case ast.Use():
            return frozenset({("file", f"use {statement.path.text}")})
    return frozenset()


def mentioned(tree: Any) -> frozenset[str]:
    """All names in a piece of syntax, whatever they mean."""
    return frozenset(name.text.rstrip("'") for name in names(tree))


def names_in(text: str, checked: Checked | None) -> frozenset[str]:
    """What the text of a statement or an expression speaks of."""
    statements = parse(Source("", text), Collector(), ()).statements
    return frozenset().union(*(spoken_of(statement, checked) for statement in statements))


def reached(first: Iterable[str], definitions: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Names, and those that their definitions mention, and so on. definitions: what each mentions."""
    found: set[str] = set()
    waiting = list(first)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += definitions.get(name, ())
    return frozenset(found)


def text_of(statement: ast.Statement) -> str:
    """As it was written: with the comment lines above it and the comment behind it, and the verb that was left out."""
    span = statement.span
    text = span.source.text
    start, end = _start(text, span.start), _end(text, span.end)
    word = f"{statement.verb} " if isinstance(statement, ast.Action) and not statement.verb_span.text else ""
    return text[start : span.start] + word + text[span.start : end]


def _start(text: str, start: int) -> int:
    """Where the comment lines above begin."""
    line = text.rfind("\n", 0, start) + 1
    if text[line:start].strip():
        return start
    while line > 0:
        above = text.rfind("\n", 0, line - 1) + 1
        if not text[above : line - 1].lstrip().startswith("#"):
            break
        line = above
    return line if text[line:start].strip() else start


def _end(text: str, end: int) -> int:
    """Behind a comment that follows on the same line."""
    stop = len(text) if (found := text.find("\n", end)) < 0 else found
    rest = text[end:stop].strip()
    return end + len(text[end:stop].rstrip()) if rest.startswith("#") else end
