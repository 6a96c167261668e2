"""A session as a script, and scripts as entries.

In: a book. Out: the text of a script that gives the same numbers in a process of its own, and what had to be left out.
Paths are written as seen from the file's folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from nndsl.diagnostics import Collector, Source
from nndsl.interactive.book import Book
from nndsl.interactive.lines import Done, Line, This, read_by, text_of
from nndsl.interactive.renaming import with_clause
from nndsl.lower.check import check_program
from nndsl.runtime.growing import Listing
from nndsl.runtime.results import Run
from nndsl.semantics.modules import reading
from nndsl.semantics.program import Action
from nndsl.semantics.walk import nodes
from nndsl.syntax import ast, parse
from nndsl.values import value


@value
class Script:
    """text: the script. left_out: what is not in it, and why, in a line each; differs: what may differ from it."""

    text: str
    left_out: tuple[str, ...] = ()
    differs: tuple[str, ...] = ()


def script_of(book: Book, folder: Path, goal: Path, objects: Mapping[str, object]) -> Script:
    """All that is live. folder: that of the session; goal: that of the file."""
    lines = [line for line in book.lines if line.at not in book.aside]
    said = [f"{_names(line)}: it does not fit what it stands on" for line in book.lines if line.at in book.aside]
    done = [one for one in book.live if one.told]
    gone = [one.name for one in book.done if one.name and not (one.live and one.told)]
    if gone:
        said.append("made with earlier definitions: " + ", ".join(f"`{name}`" for name in dict.fromkeys(gone)))
    while True:
        text, starts = _joined(lines, done)
        source, collector = Source("", text), Collector()
        with reading(book.text_of):
            checked = check_program(parse(source, collector), folder, collector, objects=dict(objects))
        wrong = {d.span.start: d.message for d in reversed(collector.errors) if d.span is not None}
        named = _with_names(done, starts, checked.program.actions)
        if named != done:
            done = named
            continue
        blamed = {
            at: message
            for at, (start, end) in starts.items()
            for place, message in wrong.items()
            if start <= place <= end
        }
        if not blamed:
            break
        said += [f"{_names(line)}: it would be wrong there: {blamed[line.at]}" for line in lines if line.at in blamed]
        said += [
            f"`{one.text.splitlines()[0]}`: it would be wrong there: {blamed[one.at]}"
            for one in done
            if one.at in blamed
        ]
        lines = [line for line in lines if line.at not in blamed]
        done = [one for one in done if one.at not in blamed]
    text, _ = _joined(lines, [_with_word(one) for one in done])
    if any(isinstance(what, This) for line in lines for _, what in line.seen):
        said.append("objects of Python: hand them to `nndsl.compile(..., data={...})`")
    return Script(moved(text, folder, goal), tuple(said), tuple(_differing(lines, done)))


def _differing(lines: list[Line], done: list[Done]) -> Iterator[str]:
    """What a run of the file may do in another way than it was done here."""
    for one in done:
        if one.cut:
            yield f"`{one.text.splitlines()[0]}` was stopped by Ctrl-C; from the file it goes to its end"
    for path, text in {path: text for line in lines for path, text in line.texts.items()}.items():
        if not path.is_file():
            yield f"`{path.name}`, which is used, is not there any more"
        elif path.read_text(encoding="utf-8", errors="replace") != text:
            yield f"`{path.name}` says something else than when it was used here; `use` it again to go by that"


def _with_names(done: list[Done], starts: Mapping[int, tuple[int, int]], actions: Sequence[Action]) -> list[Done]:
    """Actions with their names written out where the language would give them others. starts: where each stands."""
    given = {action.span.start: getattr(action, "name", "") for action in actions}
    found: list[Done] = []
    for one in done:
        start, end = starts[one.at]
        names = [name for place, name in given.items() if start <= place < end]
        other = one.name and names and names[0] != one.name
        found.append(replace(one, text=with_clause(one.text, one.name)) if other else one)
    return found


def listing_of(book: Book, report: ast.Action, action: Action) -> Listing:
    """All that counts, as one text, for a report that is about to be written."""
    last = max([*(line.at for line in book.lines), *(one.at for one in book.done)], default=0)
    this = Done(report, text_of(report), last + 1, action, None)
    lines, done = [line for line in book.lines if line.at not in book.aside], [*book.live, this]
    text, starts = _joined(lines, done)
    spans = {line.at: line.statement.span for line in lines} | {one.at: one.statement.span for one in done}
    places = tuple(
        (spans[at], start + text[start:end].find(spans[at].text)) for at, (start, end) in starts.items()
        if spans[at].text in text[start:end]
    )  # fmt: skip
    return Listing(Source("session", text), places)


def _joined(lines: list[Line], done: list[Done]) -> tuple[str, dict[int, tuple[int, int]]]:
    """The text, and where each part of it stands, by its place among all that was entered."""
    order = {line.at: number for number, line in enumerate(lines)}
    parts = sorted(
        [(line.at, line.text) for line in lines] + [(one.at, one.text) for one in done], key=lambda part: part[0]
    )
    if list(order) != sorted(order):  # a `let` that stands behind one that came later
        texts = iter([line.text for line in lines])
        parts = [(at, next(texts) if at in order else text) for at, text in parts]
    text, places = "", dict[int, tuple[int, int]]()
    for number, (at, part) in enumerate(parts):
        apart = number and ("\n" in part or "\n" in parts[number - 1][1])
        text += "\n" if apart else ""
        places[at] = (len(text), len(text) + len(part))
        text += part + "\n"
    return text, places


def _with_word(one: Done) -> Done:
    """With a comment that says how far it came, where it was interrupted."""
    if not one.cut:
        return one
    epochs = f" after {one.outcome.epochs} of its epochs" if isinstance(one.outcome, Run) else ""
    return replace(one, text=f"# was stopped by Ctrl-C{epochs}\n{one.text}")


def _names(line: Line) -> str:
    return ", ".join(f"`{name}`" for name in sorted(line.names))


def moved(text: str, folder: Path, goal: Path) -> str:
    """A script whose paths are seen from another folder."""
    if folder.resolve() == goal.resolve():
        return text
    statements = parse(Source("", text), Collector()).statements
    places = {string.span.start: string for statement in statements for string in _paths(statement)}
    for start in sorted(places, reverse=True):
        string = places[start]
        path = os.path.relpath((folder / string.text).resolve(), goal.resolve()).replace(os.sep, "/")
        text = text[:start] + '"' + path + '"' + text[string.span.end :]
    return text


def _paths(statement: ast.Statement) -> Iterator[ast.String]:
    """The texts of a statement that are paths: of files that are read, and of files that are written."""
    if isinstance(statement, ast.Use):
        yield statement.path
        return
    parts: list[object] = []
    if isinstance(statement, ast.Definition) and statement.kind == "data":
        parts = [*read_by(statement)]
    elif isinstance(statement, ast.Action):
        items = statement.block.items if statement.block is not None else ()
        parts = [clause for clause in statement.clauses if clause.preposition == "to"]
        parts += [item for item in items if isinstance(item, ast.Option) and item.name == "to"]
    for part in parts:
        for node in nodes(part):
            is_path = isinstance(node, ast.String) and not Path(node.text).is_absolute() and "://" not in node.text
            if is_path and isinstance(node, ast.String):
                yield node
