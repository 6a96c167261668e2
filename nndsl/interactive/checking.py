"""Checks an entry against all that was there before.

In: a book, and the statements of an entry. Out: the book with its definitions, and its actions ready to be carried out;
or what is wrong. Definitions of before that do not fit what is new are set aside, since what is new may be a first
step; they count again as soon as they fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from nndsl.diagnostics import Collector, Diagnostic, Fault, Source, Span
from nndsl.interactive.book import Book, Effects
from nndsl.interactive.lines import ANS, Line, line_of, mentioned
from nndsl.lower import Checked
from nndsl.lower.check import check_program
from nndsl.runtime.faults import check_device
from nndsl.semantics.modules import reading
from nndsl.semantics.program import Action
from nndsl.syntax import ast
from nndsl.values import value


@value
class Step:
    """A definition taken up: the book behind it, and what that does."""

    statement: ast.Statement
    book: Book
    effects: Effects


@value
class Attempt:
    """An entry that was checked. found: what is to be said; with an error in it, nothing else is there.

    steps: its definitions one by one. book: behind all of them.
    actions: as checked. aside: definitions of before that do not fit any more, and why. same: names of definitions that
    say what was said.
    """

    found: tuple[Diagnostic, ...] = ()
    steps: tuple[Step, ...] = ()
    book: Book | None = None
    actions: tuple[tuple[ast.Action, Action], ...] = ()
    aside: tuple[tuple[Line, Diagnostic], ...] = ()
    same: tuple[str, ...] = ()

    @property
    def well(self) -> bool:
        return self.book is not None


def attempt(
    book: Book,
    statements: Sequence[ast.Statement],
    source: Source,
    folder: Path,
    objects: Mapping[str, object],
    at: int,
) -> Attempt:
    """at: the place of the first statement among all that was entered."""
    actions = [statement for statement in statements if isinstance(statement, ast.Action)]
    steps: list[Step] = []
    same: list[str] = []
    after = book
    for number, statement in enumerate(statements):
        if isinstance(statement, ast.Action):
            continue
        before = after
        after, effects = after.with_line(line_of(statement, at + number, folder, objects, book.checked))
        if after is before:
            same += called(statement)
        else:
            steps.append(Step(statement, after, effects))
    defined, changed = after, {name for step in steps for name in step.effects.changed}
    for action in actions:  # whose results may take names from others
        after, effects = displacing(after, action)
        changed |= effects.changed
    checked = _checked(after, actions, source, folder, objects, changed)
    made = checked.program
    if made is None:
        return Attempt(checked.found)
    defined = replace(defined, checked=made, aside=checked.out, current=True)
    new = made.program.actions[checked.before :]
    return Attempt(
        checked.found, tuple(steps), defined, tuple(zip(actions, new, strict=True)), checked.aside, tuple(same)
    )


def called(statement: ast.Statement) -> list[str]:
    """The names of a definition, as a person calls them."""
    match statement:
        case ast.Definition():
            return [statement.name]
        case ast.Let():
            return [name.text for name in statement.names]
        case ast.Set():
            return [f"set {statement.name}"]
        case ast.Use():
            return [statement.path.text]
    return []


def displacing(book: Book, action: ast.Action) -> tuple[Book, Effects]:
    """Makes room for the name that an action gives to its result with `as`, where another result has it."""
    clause = action.clause("as")
    found = clause.values if clause is not None else ()
    taken = book.types.keys() | {one.name for one in book.live}  # one that was forgotten is in the script still
    names = frozenset(expr.text for expr in found if isinstance(expr, ast.Name)) & taken
    return book.renewed(names - {ANS}) if names - {ANS} else (book, Effects())


@value
class _Checked:
    """found: what is to be said. program: None where the entry is wrong. aside: definitions that were set aside now;
    out: all that are. before: how many of the program's actions were carried out before.
    """

    found: tuple[Diagnostic, ...]
    program: Checked | None = None
    aside: tuple[tuple[Line, Diagnostic], ...] = ()
    out: frozenset[int] = frozenset()
    before: int = 0


def _checked(
    after: Book,
    actions: Sequence[ast.Action],
    source: Source,
    folder: Path,
    objects: Mapping[str, object],
    changed: set[str],
    yields: bool = False,
) -> _Checked:
    """yields: definitions may be set aside though nothing has changed: what they stand on may be gone."""
    wanted = mentioned(tuple(actions)).union(
        *(line.names for line in after.lines if line.statement.span.source == source)
    )
    lines = {line.at: line for line in after.lines}
    out = {at for at in after.aside if at in lines and not lines[at].names & wanted}
    why: dict[int, Diagnostic] = {}
    earlier = after.earlier(frozenset(changed))
    while True:
        collector = Collector()
        definitions = tuple(line.statement for line in after.lines if line.at not in out)
        module = ast.Module((*definitions, *actions), span=Span(source, 0, len(source.text)))
        with reading(after.text_of):
            made = check_program(module, folder, collector, objects=objects, earlier=earlier)
        _has_device(made, collector)
        mine = tuple(d for d in collector if d.span is None or d.span.source == source)
        faults = [d for d in collector.errors if d not in mine]
        if any(d.severity == "error" for d in mine):
            return _Checked(mine)
        if not faults:
            aside = tuple((lines[at], d) for at, d in why.items())
            return _Checked(mine, made, aside, frozenset(out), len(earlier.actions))
        blamed = {at: d for d in faults for at, line in lines.items() if at not in out and _holds(line, d)}
        if not (changed or yields) or not blamed:  # nothing is new but the actions: what they speak of is at fault
            return _Checked(tuple(faults))
        why |= blamed
        out |= set(blamed)


def _has_device(made: Checked, collector: Collector) -> None:
    """A device that is not there is said when it is chosen, since no run begins that would say it."""
    settings = made.program.settings
    try:
        check_device(settings, settings.places.get("device"))
    except Fault as found:
        collector.add(found.diagnostic)


def _holds(line: Line, diagnostic: Diagnostic) -> bool:
    span, place = line.statement.span, diagnostic.span
    return place is not None and place.source == span.source and span.start <= place.start <= span.end


def recheck(book: Book, folder: Path, objects: Mapping[str, object]) -> Book:
    """A book with its program, where that does not hold what was defined or carried out last."""
    names = set[str]() if book.current else {name for line in book.lines for name in line.names}
    done = _checked(book, (), Source("", ""), folder, objects, names, yields=True)
    assert done.program is not None, "what was well before is well now"
    return replace(book, checked=done.program, aside=done.out, current=True)
