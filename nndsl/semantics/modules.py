"""Texts that belong to a script: the library, which is read once a process, and the files it names with `use`.

In: a module's tree and its folder. Out: a `Scope` with all definitions it can see.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from pathlib import Path
from typing import Any

from nndsl.diagnostics import Collector, Fault, Label, Source, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.paths import cache_folder, keep, read_kept
from nndsl.semantics.roles import ROLES
from nndsl.semantics.scopes import Entry, Kept, Scope
from nndsl.syntax import ast, parse

LIBRARY_PREFIX = "nndsl/std/"


def in_library(span: Span) -> bool:
    """Whether a place lies in the library's text rather than in the user's."""
    return span.source.name.startswith(LIBRARY_PREFIX)


# ---- the library --------------------------------------------------------------------------------


Record = tuple[str, str, bytes]  # of a definition: its kind, its name, its tree


@cache
def library() -> Scope:
    """The definitions of `nndsl/std/*.nn`, under the names everything sees.

    Their trees are kept in the cache folder, and each is read when a script first uses it: that is faster than parsing.
    """
    texts = library_texts()
    syntax = Path(ast.__file__).read_text(encoding="utf-8")
    stamp = (texts, syntax, sys.version)
    path = cache_folder() / f"library-{zlib.crc32(repr(stamp).encode()):08x}.trees"
    sources = {LIBRARY_PREFIX + name: Source(LIBRARY_PREFIX + name, text) for name, text in texts}
    records = _read(path, stamp)
    if records is None:
        records = _parse(sources)
        keep(path, pickle.dumps((stamp, records)))
    scope = Scope(library=True)
    for kind, name, tree in records:
        known = scope.define(Kept(kind, name, partial(_load, tree, sources)))
        assert known is None, name
    return scope


def library_texts() -> list[tuple[str, str]]:
    """(name of the file, its text) of each file of the library, by name."""
    found = sorted((Path(__file__).parent.parent / "std").glob("*.nn"))
    return [(path.name, path.read_text(encoding="utf-8")) for path in found]


def _read(path: Path, stamp: object) -> list[Record] | None:
    """The kept trees; None where they are missing, damaged, or of another library."""
    data = read_kept(path)
    if data is None:
        return None
    records: list[Record]
    of, records = pickle.loads(data)
    return records if of == stamp else None


def _parse(sources: Mapping[str, Source]) -> list[Record]:
    collector = Collector()
    modules = [parse(source, collector) for source in sources.values()]
    if collector:
        raise AssertionError(f"the library does not parse: {[d.message for d in collector]}")
    definitions = [statement for module in modules for statement in module.statements]
    return [(made.kind, made.name, _dump(made)) for made in definitions if isinstance(made, ast.Definition)]


class _WithoutText(pickle.Pickler):
    """Writes the name of a text in its place."""

    def persistent_id(self, part: Any) -> str | None:
        return part.name if isinstance(part, Source) else None


class _WithText(pickle.Unpickler):
    """Puts the texts of these names in their places."""

    def __init__(self, file: io.BytesIO, sources: Mapping[str, Source]) -> None:
        super().__init__(file)
        self._sources = sources

    def persistent_load(self, name: str) -> Source:
        return self._sources[name]


def _dump(definition: ast.Definition) -> bytes:
    """The tree without its text, to which all its places refer."""
    memory = io.BytesIO()
    _WithoutText(memory, protocol=pickle.HIGHEST_PROTOCOL).dump(definition)
    return memory.getvalue()


def _load(tree: bytes, sources: Mapping[str, Source]) -> ast.Definition:
    definition = _WithText(io.BytesIO(tree), sources).load()
    assert isinstance(definition, ast.Definition)
    return definition


# ---- files of the user ----------------------------------------------------------------------------


def _from_disk(path: Path) -> str:
    return path.read_text(encoding="utf-8")


_text_of: ContextVar[Callable[[Path], str]] = ContextVar("how the text of a file is found", default=_from_disk)


@contextmanager
def reading(text_of: Callable[[Path], str]) -> Iterator[None]:
    """Inside, files that scripts use are read by this: an editor has texts that are not saved. It raises what reading
    a file raises."""
    token = _text_of.set(text_of)
    try:
        yield
    finally:
        _text_of.reset(token)


def scope_of(module: ast.Module, folder: Path, collector: Collector, *, before: tuple[Path, ...] = ()) -> Scope:
    """All names a script can use: its own definitions, then those of the files it uses, then the library.

    before: the files being read already, to find a circle.
    """
    scope = Scope(library(), folder=folder)
    before = before or ((folder / Path(module.span.source.name).name).resolve(),)
    for statement in module.statements:
        if isinstance(statement, ast.Definition):
            _enter(statement, scope, collector)
        elif isinstance(statement, ast.Let):
            _enter_let(statement, scope, collector)
    for statement in module.statements:
        if isinstance(statement, ast.Use):
            try:
                _use(statement, folder, scope, collector, before)
            except Fault as found:
                collector.add(found.diagnostic)
    return scope


def _enter(definition: ast.Definition, scope: Scope, collector: Collector) -> None:
    if definition.kind not in ROLES:
        return
    known = scope.define(definition)
    if known is not None:
        collector.add(twice(definition.name, definition.name_span, known.definition.name_span).diagnostic)


def _enter_let(statement: ast.Let, scope: Scope, collector: Collector) -> None:
    for name in statement.names:
        known = scope.lets.setdefault(name.text, statement)
        if known is not statement:
            collector.add(twice(name.text, name.span, known.names[0].span).diagnostic)


def twice(name: str, span: Span, first: Span) -> Fault:
    return fault(
        "E0204",
        f"`{name}` is defined twice",
        span,
        labels=(Label(first, "first here"),),
        help="give one of them another name",
    )


def _use(statement: ast.Use, folder: Path, scope: Scope, collector: Collector, before: tuple[Path, ...]) -> None:
    span = statement.path.span
    path = (folder / statement.path.text).resolve()
    if path in before:
        circle = (*before[before.index(path) :], path)
        chain = " -> ".join(f"`{p.name}`" for p in circle)
        notes = (f"the circle is {chain}",) if len(circle) > 2 else ()
        raise fault("E0213", f"`{path.name}` uses itself", span, notes=notes)
    try:
        text = _text_of.get()(path)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        siblings = sorted(p.name for p in folder.glob("*.nn")) if folder.is_dir() else []
        raise fault(
            "E0701",
            f"there is no file `{statement.path.text}`",
            span,
            notes=(f"looked in `{folder}`",),
            help=did_you_mean(statement.path.text, siblings),
        ) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise fault("E0701", f"`{statement.path.text}` cannot be read as text", span, notes=(str(problem),)) from None
    module = parse(Source(os.path.relpath(path), text), collector)
    inner = scope_of(module, path.parent, collector, before=(*before, path))
    for entry in list(inner.entries.values()):
        _adopt(entry, statement, scope, collector)
    for name, let in inner.lets.items():
        scope.lets.setdefault(name, let)


def _adopt(entry: Entry, statement: ast.Use, scope: Scope, collector: Collector) -> None:
    known = scope.adopt(entry)
    if known is not None and known.scope is not scope and known is not entry:
        collector.add(
            fault(
                "E0204",
                f"`{entry.name}` comes from two files",
                statement.span,
                labels=(Label(known.definition.name_span, "first here"), Label(entry.definition.name_span, "and here")),
            ).diagnostic
        )
