"""What `:who` says: everything that has a name in a session, a line each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nndsl.data.words import counted, listed
from nndsl.runtime.results import Run
from nndsl.semantics.results import Record

if TYPE_CHECKING:
    from nndsl.interactive.session import Interactive

Row = tuple[str, str, str]  # kind, name, what it is


def inventory(session: Interactive) -> str:
    rows = [*_data(session), *_networks(session), *_results(session), *_others(session)]
    if not rows:
        return "nothing yet"
    kinds, names = max(len(row[0]) for row in rows), max(len(row[1]) for row in rows)
    return "\n".join(f"{kind:<{kinds}}  {name:<{names}}  {what}".rstrip() for kind, name, what in rows)


def _data(session: Interactive) -> Iterator[Row]:
    for name, signature in session.checked.signatures.items():
        if name not in session.book.types:
            parts = ", ".join(f"{part} {rows:,}" for part, rows in signature.rows.items())
            shape = "x".join(map(str, signature.input.shape))
            target = f", target {listed(signature.target.names, 3)}" if signature.target else ""
            yield "data", name, f"[{shape}]{target}; rows: {parts}"


def _networks(session: Interactive) -> Iterator[Row]:
    aside = {name for line in session.book.lines if line.at in session.book.aside for name in line.names}
    for name, network in session.checked.program.networks.items():
        state = session.runtime.networks[name]
        numbers = sum(state.arrays[v.leaf].size for v in state.variables.values() if v.leaf in state.arrays)
        runs = [run for run in session.runtime.results.values() if isinstance(run, Run) and run.network == name]
        epochs = sum({run.name: run.epochs for run in runs}.values())
        trained = f"trained for {counted(epochs, 'epoch')}" if epochs else "not trained"
        where = f"for {network.data}, " if network.data else ""
        size = f", {numbers:,} numbers" if numbers else ""
        yield "network", name, f"{where}{trained}{size}"
    for name in sorted(aside - session.checked.program.networks.keys()):
        yield "set aside", name, "does not fit what it stands on"


def _results(session: Interactive) -> Iterator[Row]:
    for name, kind in session.book.types.items():
        found = session.runtime.results.get(name)
        if found is None or (name == "ans" and session.book.result_of(name) is None):
            continue
        done = session.book.result_of(name)
        what = " ".join(done.statement.span.text.split("{")[0].split()) if done is not None else ""
        earlier = "" if done is None or done.live else " (of before)"
        yield kind.kind if isinstance(kind, Record) else "result", name, what + earlier


def _others(session: Interactive) -> Iterator[Row]:
    from nndsl.syntax import ast

    for line in session.book.lines:
        statement = line.statement
        if isinstance(statement, ast.Let):
            values = session.checked.program.constants
            for name in statement.names:
                yield "let", name.text, str(values.get(name.text, ""))
        elif isinstance(statement, ast.Definition) and statement.kind not in ("data", "network"):
            yield statement.kind, statement.name, " ".join(statement.comment.split())
        elif isinstance(statement, ast.Set):
            yield "set", statement.name, statement.value.span.text
        elif isinstance(statement, ast.Use):
            yield "use", statement.path.text, ""
