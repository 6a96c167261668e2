"""What a text, or a session, has said so far: what completion can offer besides the language and its library.

In: a checked program. Out: a `Known`. Tables are looked into here, never while a word is completed. What a broken text
says besides is found by `said.py`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from nndsl.data.dataset import column_names as source_columns
from nndsl.data.dataset import source_column
from nndsl.data.declare import declare
from nndsl.data.spec import DataSpec, FileSource, MadeSource
from nndsl.data.table import Column as SourceColumn
from nndsl.data.types import Signature
from nndsl.diagnostics import Collector, Fault
from nndsl.lower.check import Checked
from nndsl.lower.frame import Quiet
from nndsl.lower.network import declared, network_graph
from nndsl.semantics.analyses import BESIDE
from nndsl.semantics.constants import Wrong
from nndsl.semantics.modules import library
from nndsl.semantics.program import Use
from nndsl.semantics.results import Record, Type, data_record
from nndsl.semantics.scopes import Scope
from nndsl.syntax import ast
from nndsl.values import value

SOURCE_OPTIONS = ("from", "columns", "rows", "text")  # of `data`: what says which columns there are
MOST_KEPT = 64  # files whose columns are kept


@value
class Column:
    """A column of a data set. kind: for people: numbers, texts, pictures."""

    name: str
    kind: str = ""


@value
class Table:
    """A data set. parts: of its rows. record: what can be said of it in `print`."""

    name: str
    columns: tuple[Column, ...] = ()
    parts: Mapping[str, int] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    record: Type = "anything"


def _no_weights(network: str) -> tuple[str, ...]:
    return ()


@value
class Known:
    """
    scope: definitions. constants: by name, with their values. data: data sets, those that statements make among them.
    networks: by name, with the data each is for. models: what can be asked like a network. results: with their fields.
    objects: names of Python objects that `from` can take. folder: what file names are relative to; None where there is
    none. weights: of a network by name, as `dense_1.W`.
    """

    scope: Scope
    constants: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Table] = field(default_factory=dict)
    networks: Mapping[str, str | None] = field(default_factory=dict)
    models: frozenset[str] = frozenset()
    results: Mapping[str, Type] = field(default_factory=dict)
    objects: tuple[str, ...] = ()
    folder: Path | None = None
    weights: Callable[[str], tuple[str, ...]] = field(default=_no_weights, compare=False, repr=False)


def nothing_known(folder: Path | None = None) -> Known:
    """The language and its library alone."""
    return Known(library(), folder=folder)


def known(checked: Checked, folder: Path | None = None, objects: Iterable[str] = ()) -> Known:
    """What a checked text has said. Looks into the tables of its data sets for their columns. objects: names of those
    that were handed over, as by `compile(data={...})`."""
    program, context = checked.program, checked.context
    data = {name: _table(name, spec, checked) for name, spec in context.data.items()}
    for entry in program.scope.own("data"):
        if context.data.get(entry.name) is None:
            data[entry.name] = half_written(entry.definition, entry.scope.folder or folder, context.constants)
    return Known(
        program.scope,
        {name: None if isinstance(said, Wrong) else said for name, said in program.constants.items()},
        data,
        {name: network.data for name, network in program.networks.items()},
        frozenset(context.models),
        dict(context.results),
        tuple(objects),
        folder or context.folder,
        cache(partial(_weights, checked)),
    )


def _weights(checked: Checked, name: str) -> tuple[str, ...]:
    """The names of a network's weights, for the data that it met last."""
    program = checked.program
    network = program.networks.get(name)
    if network is None:
        return ()
    used = [action.data for action in program.actions if isinstance(action, Use) and action.network == name]
    data = used[-1] if used else network.data
    signature = checked.signatures.get(data) if data is not None else declared(network)
    if signature is None:
        return ()
    try:
        return tuple(one.name for one in network_graph(program, network, signature, training=False).parameters)
    except (Fault, Quiet, RecursionError):
        return ()  # it is said where the network is checked


_COLUMNS: OrderedDict[tuple[object, ...], tuple[Column, ...]] = OrderedDict()


# ---- columns ---------------------------------------------------------------------------------------------------


def _table(name: str, spec: DataSpec | None, checked: Checked) -> Table:
    signature = checked.signatures.get(name)
    if spec is None:
        return Table(name)
    columns = tuple(_columns(spec, signature, checked))
    if signature is None:
        return Table(name, columns)
    return Table(name, columns, signature.rows, signature.sizes, data_record(signature))


def _columns(spec: DataSpec, signature: Signature | None, checked: Checked) -> Iterator[Column]:
    """Of a table that a statement made, its own columns and those of what it was made of."""
    if isinstance(spec.source, MadeSource):
        own = signature.input.names if signature is not None else ()
        yield from (Column(name, "numbers") for name in (*own, *BESIDE.get(spec.source.verb, ())))
        source = checked.context.data.get(spec.source.data)
        if source is not None:
            yield from _columns(source, checked.signatures.get(spec.source.data), checked)
        return
    columns = _of_source(spec)
    yield from columns
    if signature is not None:
        names = {column.name for column in columns}
        yield from (Column(name, "numbers") for name in signature.input.parts if name not in names)


def _of_source(spec: DataSpec) -> tuple[Column, ...]:
    """The columns of the source. Those of files are kept as long as the file stays as it is: a large table is not."""
    key = _stamp(spec)
    columns = _COLUMNS.get(key) if key is not None else None
    if columns is None:
        columns = tuple(_read(spec))
        if key is not None and columns:
            _COLUMNS[key] = columns
            while len(_COLUMNS) > MOST_KEPT:
                _COLUMNS.popitem(last=False)
    return columns


def _stamp(spec: DataSpec) -> tuple[object, ...] | None:
    """What tells a file from what it was before; None of what is no file."""
    if not isinstance(spec.source, FileSource):
        return None
    try:
        seen = spec.source.path.stat()
    except OSError:
        return None
    return (str(spec.source.path), seen.st_mtime_ns, seen.st_size) if spec.source.path.is_file() else None


def _read(spec: DataSpec) -> Iterator[Column]:
    for name in source_columns(spec):
        found = source_column(spec, name)
        yield Column(name, _kind(found) if found is not None else "")


def _kind(column: SourceColumn) -> str:
    if column.is_characters:
        return "characters"
    if column.is_text or column.labels:
        return "texts"
    if column.is_block:
        return f"numbers, {' x '.join(map(str, column.shape))} a row"
    return "numbers"


def half_written(definition: ast.Definition, folder: Path | None, constants: Mapping[str, Any]) -> Table:
    """A data set that does not check yet: the columns of its source, if that is there."""
    if not isinstance(definition.body, ast.Block):
        return Table(definition.name)
    items = tuple(i for i in definition.body.items if isinstance(i, ast.Option) and i.name in SOURCE_OPTIONS)
    span = definition.name_span
    every = ast.OptionArgument(ast.Name("all", span=span), span=span)
    body = ast.Block((*items, ast.Option("input", span, (every,), span=span)), span=definition.body.span)
    texts = {name: said for name, said in constants.items() if isinstance(said, str)}
    numbers = {name: said for name, said in constants.items() if isinstance(said, int | float)}
    bare = replace(definition, body=body, broken=False)
    spec = declare(bare, folder or Path(), Collector(), constants=numbers, texts=texts)
    return Table(definition.name, _of_source(spec) if spec is not None else ())


def is_record(found: Type, *kinds: str) -> bool:
    """Whether a result is of one of some kinds; one that is not known is of all."""
    return found == "anything" or (isinstance(found, Record) and (not kinds or found.kind in kinds))
