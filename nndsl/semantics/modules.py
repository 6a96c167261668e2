"""Texts that belong to a script: the library, which is read once a process, and the files it names with `use`.

In: a module's tree and its folder. Out: a `Scope` with all definitions it can see.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import tempfile
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

from nndsl.diagnostics import Collector, Fault, Label, Source, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.paths import cache_folder
from nndsl.semantics.roles import ROLES
from nndsl.semantics.scopes import Entry, Scope
from nndsl.syntax import ast, parse

LIBRARY_PREFIX = "nndsl/std/"


def in_library(span: Span) -> bool:
    """Whether a place lies in the library's text rather than in the user's."""
    return span.source.name.startswith(LIBRARY_PREFIX)


# ---- the library --------------------------------------------------------------------------------


@cache
def library() -> Scope:
    """The definitions of `nndsl/std/*.nn`, under the names everything sees."""
    scope = Scope(library=True)
    for module in _library_modules():
        for statement in module.statements:
            assert isinstance(statement, ast.Definition), statement
            known = scope.define(statement)
            assert known is None, statement.name
    return scope


def library_texts() -> list[tuple[str, str]]:
    """(name of the file, its text) of each file of the library, by name."""
    folder = files("nndsl") / "std"
    found = sorted((item for item in folder.iterdir() if item.name.endswith(".nn")), key=lambda item: item.name)
    return [(item.name, item.read_text(encoding="utf-8")) for item in found]


def _library_modules() -> list[ast.Module]:
    """The library's trees; kept in the cache folder, since reading a tree is faster than parsing."""
    texts = library_texts()
    syntax = "".join(Path(file).read_text(encoding="utf-8") for file in (ast.__file__,) if file)
    key = hashlib.sha256(repr((texts, syntax, sys.version)).encode()).hexdigest()[:24]
    path = cache_folder() / f"library-{key}.trees"
    return _read(path) or _parse(texts, path)


def _read(path: Path) -> list[ast.Module] | None:
    """The kept trees; None where they are missing or damaged."""
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    checksum, data = kept[:32], kept[32:]
    if hashlib.sha256(data).digest() != checksum:
        return None
    modules: list[ast.Module] = pickle.loads(data)
    return modules


def _parse(texts: list[tuple[str, str]], path: Path) -> list[ast.Module]:
    collector = Collector()
    modules = [parse(Source(LIBRARY_PREFIX + name, text), collector) for name, text in texts]
    if collector:
        raise AssertionError(f"the library does not parse: {[d.message for d in collector]}")
    data = pickle.dumps(modules, protocol=pickle.HIGHEST_PROTOCOL)
    with suppress(OSError):
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(data).digest() + data)
        os.replace(temporary, path)
    return modules


# ---- files of the user ----------------------------------------------------------------------------


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
    if not path.is_file():
        siblings = sorted(p.name for p in folder.glob("*.nn")) if folder.is_dir() else []
        raise fault(
            "E0701",
            f"there is no file `{statement.path.text}`",
            span,
            notes=(f"looked in `{folder}`",),
            help=did_you_mean(statement.path.text, siblings),
        )
    try:
        text = path.read_text(encoding="utf-8")
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
