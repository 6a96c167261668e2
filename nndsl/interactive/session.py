"""A session that grows entry by entry: what the prompt, the notebook and `nndsl.Session` share. It has no screen.

In: entries, as they were typed. Out: what they do is shown through a `Face`; how it went is a `Reply`. A definition
that is wrong changes nothing; an action that fails leaves everything as it was before it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nndsl.backend.cpu.linker import SPENT
from nndsl.diagnostics import Collector, Diagnostic, Fault, Source, Span
from nndsl.interactive.book import Book, Effects
from nndsl.interactive.checking import Attempt, attempt, called, displacing, recheck
from nndsl.interactive.checking import Step as Definition
from nndsl.interactive.columns import Columns
from nndsl.interactive.entries import Piece, is_hidden, pieces, ready, stripped
from nndsl.interactive.face import Face, Nobody, Reply
from nndsl.interactive.habits import as_meant
from nndsl.interactive.lines import ANS, Done, Line, mentioned, text_of
from nndsl.interactive.parts import about_ans, before_the_first_wrong, by_ans, words_of
from nndsl.interactive.relay import Relay
from nndsl.interactive.renaming import with_name
from nndsl.interactive.scripts import listing_of
from nndsl.interactive.steps import Step, Steps
from nndsl.lower import Checked
from nndsl.lower.check import check_program
from nndsl.runtime.growing import Growing
from nndsl.runtime.results import Run
from nndsl.runtime.session import Interrupted
from nndsl.semantics.options import STATEMENTS
from nndsl.semantics.program import Action, Report, Show, Train
from nndsl.syntax import ast, parse

if TYPE_CHECKING:
    from nndsl.editor.completion import Completion


class Interactive:
    """See the head of this module.

    folder: what paths are relative to. objects: Python data, by the name that `from` says.
    entries: what was entered. unsaved: networks trained since the last `:save`. took: seconds of the last entry, by
    what they went to.
    """

    def __init__(
        self, folder: Path | None = None, face: Face | None = None, objects: Mapping[str, object] | None = None
    ) -> None:
        self.folder = folder or Path.cwd()
        self.face: Face = face or Nobody()
        self.objects: Mapping[str, object] = objects if objects is not None else {}
        self.entries: list[str] = []
        self.unsaved: tuple[str, ...] = ()
        self.own_files: set[Path] = set()  # that `:save` wrote
        self.took: dict[str, float] = {}
        self.took_before: dict[str, float] = {}
        self.steps = Steps()
        self.columns = Columns()
        self.relay = Relay(self.face)
        self._at = 0  # which only grows: what was forgotten may come back
        self.start_anew()

    def start_anew(self) -> None:
        """Without definitions, actions and weights."""
        empty = ast.Module((), span=Span(Source("", ""), 0, 0))
        self.book = Book(checked=check_program(empty, self.folder, Collector()))
        self.runtime = Growing(self.checked, self.folder, self.relay)
        self.ans = ""

    @property
    def checked(self) -> Checked:
        """All that is live, as the compiler knows it."""
        assert self.book.checked is not None
        return self.book.checked

    # ---- entries

    def enter(self, text: str, name: str | None = None) -> Reply:
        """Carries out what a person entered. name: of the text, in diagnostics."""
        self.entries.append(text)
        self.took_before, self.took = self.took, {}
        source_name = name or f"entry {len(self.entries)}"
        started, reply = time.perf_counter(), Reply()
        kernels, compile_s = SPENT.kernels, SPENT.seconds
        try:
            for piece in pieces(stripped(text)):
                reply = self._enter(piece, source_name)
                if not reply.well or reply.interrupted or reply.quit:
                    break
        except KeyboardInterrupt:  # while it was checked: nothing has happened yet
            reply = Reply(interrupted=True)
        self.took["all"] = time.perf_counter() - started
        self.took |= {"kernels": SPENT.kernels - kernels, "compile": SPENT.seconds - compile_s}
        return reply

    def _enter(self, piece: Piece, name: str) -> Reply:
        if not piece.command:
            return self.run(Source(name, piece.text), hidden=is_hidden(piece.text))
        from nndsl.interactive.commands import carry_out

        return carry_out(self, piece.text)

    def is_complete(self, text: str) -> bool:
        """Whether Enter would submit."""
        return ready(stripped(text))

    def complete(self, text: str, offset: int) -> list[Completion]:
        """What can be written at an offset, best first."""
        from nndsl.interactive.completing import complete

        return complete(self, text, offset)

    def peek(self, text: str) -> Reply:
        """Carries statements out and shows what they find, but keeps nothing of it."""
        from nndsl.interactive.peeking import peek

        try:
            return peek(self, Source("prompt", text))
        except Fault as found:
            self.face.report([found.diagnostic])
            return Reply(well=False)

    def run(self, source: Source, hidden: bool = False, skip: int = 0) -> Reply:
        """Statements and expressions. Those before the first that is wrong are carried out. skip: how many actions are
        left out, the first ones.
        """
        collector = Collector()
        module = parse(source, collector, STATEMENTS)
        if collector.errors:
            self.face.report(as_meant(source.text, list(collector)))
            return Reply(well=False)
        actions = [statement for statement in module.statements if isinstance(statement, ast.Action)]
        out = {id(statement) for statement in actions[:skip]}
        reply = Reply()
        for part in by_ans([statement for statement in module.statements if id(statement) not in out]):
            reply = self._run(part, source, hidden)
            if not reply.well or reply.interrupted:
                break
        return reply

    def _run(self, found: Sequence[ast.Statement], source: Source, hidden: bool) -> Reply:
        """Statements that are checked together."""
        statements = [self._shown(statement) for statement in found]
        started = time.perf_counter()
        tried = self.tried(statements, source)
        self._took("check", started)
        if tried.well:
            return self._take(tried, hidden)
        first = before_the_first_wrong(statements, tried.found)
        if first:
            before = self.tried(statements[:first], source)
            if before.well:
                reply = self._take(before, hidden)
                if not reply.well or reply.interrupted:
                    return reply
        self.face.report(as_meant(source.text, tried.found))
        return Reply(well=False)

    def tried(self, statements: Sequence[ast.Statement], source: Source) -> Attempt:
        tried = attempt(self.book, statements, source, self.folder, self.objects, self._at)
        return replace(tried, found=tuple(map(about_ans, tried.found))) if self.ans else tried

    def _shown(self, statement: ast.Statement) -> ast.Statement:
        """The name of a network or of data alone is shown."""
        if not isinstance(statement, ast.Action) or statement.verb_span.start != statement.verb_span.end:
            return statement
        (subject,) = statement.subjects
        known = {*self.checked.program.networks, *self.checked.program.data, *self.book.types}
        if isinstance(subject, ast.Name) and subject.text in known:
            return replace(statement, verb="show")
        return statement

    # ---- what an entry does

    def _take(self, tried: Attempt, hidden: bool) -> Reply:
        """Definitions first, then the actions in order."""
        assert tried.book is not None
        self.face.report(tried.found)
        for name in tried.same:
            self.relay.note(f"`{name}` is as it was" + self._is_trained(name))
        before, count = self._now(""), len(self.steps.done)
        try:
            self._define(tried.book, tried.steps)
        except BaseException:  # Ctrl-C in the middle
            del self.steps.done[count:]
            self._put_back(before)
            self.refresh()
            raise
        for line, diagnostic in tried.aside:
            self._say_aside(line, f": {diagnostic.message}")
        self._at = max([self._at, *(line.at + 1 for line in self.book.lines)])
        for statement, action in tried.actions:
            reply = self._carry_out(statement, action, hidden)
            if not reply.well or reply.interrupted:
                self.refresh()  # without the actions that were not carried out
                return reply
        if not (self.book.types.keys() - {ANS}) <= self.checked.results.keys():
            self.refresh()  # one of them took the name of another's result
        return Reply()

    def _define(self, book: Book, steps: Sequence[Definition]) -> None:
        for step in steps:
            self.remember(" ".join(["the definition of", *(f"`{n}`" for n in called(step.statement))]))
            self.apply(step.book, step.effects)
        self.book = book
        self.runtime.adopt(self.checked)

    def apply(self, book: Book, effects: Effects, quiet: bool = False) -> None:
        """What a definition means for weights and results, and what there is to say of it."""
        self.runtime.forget(book.loaded_anew(effects))
        if effects.networks:
            self.runtime.renew(effects.networks, effects.kept)
        told = [(name, new) for name, new in effects.moved.items() if name in self.runtime.results]
        for name, new in told:
            self.runtime.rename(name, new)
            self.ans = with_name(self.ans, name, new, self.checked) if self.ans else ""
        lost = effects.networks - effects.kept.keys()  # they have no weights any more, and nothing keeps those
        self.unsaved = tuple(effects.kept.get(name, name) for name in self.unsaved if name not in lost)
        if ANS in effects.changed:
            self.ans = ""
            self.runtime.results.pop(ANS, None)
        self.book = book
        for name, new in () if quiet else effects.kept.items():
            self.relay.note(f"`{name}` is untrained now; the trained one is kept as `{new}`")
        if told and not quiet:
            pairs = ", ".join(f"`{name}` is now `{new}`" for name, new in told)
            self.relay.note(f"what was there before has another name: {pairs}")

    def _carry_out(self, statement: ast.Action, action: Action, hidden: bool) -> Reply:
        """One action, or nothing where it fails."""
        stopped = self._is_frozen(action)
        if stopped is not None:
            self.face.report([stopped])
            return Reply(well=False)
        before = self._now(words_of(statement))
        self.apply(*displacing(self.book, statement))
        stands_on, needs = self.book.stands_on(statement, action, self.ans)
        trains = self.book.networks_in(action.network) if isinstance(action, Train) else frozenset[str]()
        self.runtime.part(trains)
        self.runtime.begin(self.book.log, self.book.trainings)
        if isinstance(action, Report):
            self.runtime.listing = listing_of(self.book, statement, action)
        self.relay.hidden = hidden
        started, cut = time.perf_counter(), False
        try:
            self.runtime.carry_out(action)
        except Interrupted:
            cut = True
            if len(self.runtime.log) == len(self.book.live):  # it was cut before it had found anything
                self._put_back(before)
                return Reply(interrupted=True)
        except Fault as found:
            self._put_back(before)
            self.face.report([found.diagnostic])
            return Reply(well=False, failed=True)
        except KeyboardInterrupt:
            self._put_back(before)
            self.relay.note("stopped at once: everything is as it was before")
            return Reply(interrupted=True)
        except BaseException:
            self._put_back(before)
            raise
        finally:
            self.relay.hidden = False
            self._took("work", started)
        outcome = self.runtime.log[-1][1]
        self.steps.keep(before)
        done = Done(
            statement, self._plain(statement), self._at, action, outcome, getattr(action, "name", ""), stands_on, needs,
            trains, cut=cut, live=self._is_live(statement, stands_on, needs),
        )  # fmt: skip
        if isinstance(action, Show):
            done = replace(done, name="")
        self._at += 1
        self._record(done)
        if cut:
            self._say_cut(done)
        return Reply(interrupted=cut)

    def _record(self, done: Done) -> None:
        """An action that is done, its result, and what that is."""
        types, tables, models = dict(self.book.types), dict(self.book.tables), dict(self.book.models)
        name, checked = done.name, self.checked
        if name:
            types[name] = checked.results.get(name, "anything")
            if name in checked.program.data and name in checked.signatures:
                tables[name] = (checked.program.data[name], checked.signatures[name])
            if name in checked.program.models:
                models[name] = checked.program.models[name]
        self.book = replace(self.book, done=(*self.book.done, done), types=types, tables=tables, models=models)
        self.unsaved = tuple(dict.fromkeys((*self.unsaved, *sorted(done.trains))))
        self._set_ans(done)

    def _set_ans(self, done: Done) -> None:
        """`ans` is the last result, or the last value that was printed."""
        if ANS in self.book.definitions or self.book.result_of(ANS) is not None:
            return
        types = {name: kind for name, kind in self.book.types.items() if name != ANS}
        values: dict[str, Any] = {}
        if done.name:
            self.ans, found = done.name, self.runtime.results[done.name]
            types[ANS] = self.book.types[done.name]
        elif isinstance(done.outcome, list) and len(done.outcome) == 1:
            (subject,), (found,) = done.statement.subjects, done.outcome
            self.ans, values[ANS] = f"({self._plain_text(subject.span.text)})", found
        else:
            return
        self.runtime.results[ANS] = found
        self.book = replace(self.book, types=types, values=values)

    def _plain(self, statement: ast.Action) -> str:
        return self._plain_text(text_of(statement))

    def _plain_text(self, text: str) -> str:
        """A text that says what `ans` means."""
        return with_name(text, ANS, self.ans, self.checked) if self.ans and ANS in text else text

    def _is_live(self, statement: ast.Action, stands_on: frozenset[str], needs: frozenset[int]) -> bool:
        """Whether a new process would find what an action has found."""
        book, spoken = self.book, mentioned(statement) | stands_on
        others = book.versions.keys() | book.astray
        return not spoken & others and all(one.live for one in book.done if one.at in needs)

    def _is_frozen(self, action: Action) -> Diagnostic | None:
        if isinstance(action, Train) and action.network in self.book.versions:
            return Diagnostic(
                "E0801",
                f"`{action.network}` is an earlier version, which stays as it is",
                action.network_span,
                help="`:undo` takes back what made it one",
            )
        return None

    def _is_trained(self, name: str) -> str:
        if any(name in one.trains for one in self.book.live):
            return f"; `:reset {name}` takes its weights"
        return ""

    def _say_cut(self, done: Done) -> None:
        if isinstance(done.outcome, Run):
            count = done.outcome.epochs
            epochs = f"{count} epoch{'' if count == 1 else 's'}"
            self.relay.note(
                f"stopped after {epochs}: `{done.outcome.network}` keeps what it has learnt; `train` goes on from there"
            )

    def _took(self, what: str, started: float) -> None:
        self.took[what] = self.took.get(what, 0.0) + time.perf_counter() - started

    def names(self) -> list[str]:
        """All that has a name here."""
        return list(dict.fromkeys((*self.book.definitions, *self.book.types, *self.book.versions)))

    # ---- going back

    def _now(self, what: str) -> Step:
        return Step(what, self.book, self.runtime.moment(), self.unsaved, self.ans)

    def remember(self, what: str) -> None:
        self.steps.keep(self._now(what))

    def go_back(self) -> str | None:
        """Takes the last definition or action back; what it was, or None where there is none."""
        return self._go(self.steps.done, self.steps.undone)

    def go_forth(self) -> str | None:
        """Brings back what was taken back last."""
        return self._go(self.steps.undone, self.steps.done)

    def _go(self, origin: list[Step], goal: list[Step]) -> str | None:
        if not origin:
            return None
        step = origin.pop()
        goal.append(self._now(step.what))
        self._put_back(step)
        self.refresh()
        return step.what

    def _put_back(self, step: Step) -> None:
        self.book, self.unsaved, self.ans = step.book, step.unsaved, step.ans
        self.runtime.put_back(step.moment)

    def refresh(self) -> None:
        """What the compiler knows, made to be of what is there."""
        before, self.book = self.book.aside, recheck(self.book, self.folder, self.objects)
        self.runtime.adopt(self.checked)
        for line in self.book.lines:
            if line.at in self.book.aside - before:
                self._say_aside(line)

    def _say_aside(self, line: Line, why: str = "") -> None:
        names = ", ".join(f"`{name}`" for name in called(line.statement))
        self.relay.note(f"{names} does not fit any more, and is set aside until it does{why}")
