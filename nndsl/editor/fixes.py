"""The changes that mend what a check has found, and a text with the certain ones made.

In: a text, its diagnostics, a way to check a text. Out: `Fix`es, one for each diagnostic that knows its way out; and
`mended`: the text after them. A change stays only where its fault is gone and no error is there that was not before;
one that brings errors to light stays where these can be mended too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from nndsl.diagnostics import Collector, Diagnostic, Edit, Source, Span
from nndsl.values import value

# Something is missing here, and a person has to say what or where: a quote, a bracket, a comma or an operator.
GUESSES = {"E0102", "E0105", "E0108"}
MOST_CHECKS = 200  # of one text
DEEPEST = 4  # changes in a row, each of which mends what the one before has brought to light

Check = Callable[[Source], list[Diagnostic]]
Sort = tuple[str, str]


@value
class Fix:
    """title: the change in words. is_certain: it can be made without asking."""

    title: str
    edits: tuple[Edit, ...]
    diagnostic: Diagnostic
    is_certain: bool


@value
class Mended:
    """made: the changes, each with its place in the text it was made in. left: what is found in the text after them."""

    text: str
    made: tuple[Fix, ...]
    left: tuple[Diagnostic, ...]


def checked(source: Source, folder: Path) -> list[Diagnostic]:
    """What `nndsl check` finds."""
    from nndsl.lower.check import check_program
    from nndsl.syntax import parse

    collector = Collector()
    check_program(parse(source, collector), folder, collector)
    return collector.sorted()


def fixes(source: Source, diagnostics: Iterable[Diagnostic]) -> list[Fix]:
    """One for each diagnostic with a change of this text; changes of other files are left out."""
    found: list[Fix] = []
    for diagnostic in diagnostics:
        edits = diagnostic.edits
        if edits and all(edit.span.source == source for edit in edits):
            found.append(Fix(_title(edits), edits, diagnostic, diagnostic.code not in GUESSES))
    return found


def applied(source: Source, edits: Sequence[Edit]) -> Source:
    """The text after these changes; of two that overlap, the first is made."""
    text, pieces, at = source.text, list[str](), 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        if edit.span.start >= at:
            pieces += [text[at : edit.span.start], edit.text]
            at = edit.span.end
    return Source(source.name, "".join([*pieces, text[at:]]))


def mended(source: Source, check: Check) -> Mended:
    """The text with all certain changes, as long as new ones appear."""
    return _Mender(check).run(source)


@value
class _State:
    """A text and what is found in it; made: the changes that led to it."""

    source: Source
    found: list[Diagnostic]
    made: tuple[Fix, ...] = ()


class _Mender:
    def __init__(self, check: Check) -> None:
        self.check = check
        self.checks = 0
        self.refused: set[tuple[Sort, int, int]] = set()  # changes that did not help, by their place from the end

    def run(self, source: Source) -> Mended:
        state = _State(source, self.check(source))
        while (following := self._next(state)) is not None:
            state = following
        return Mended(state.source.text, state.made, tuple(state.found))

    def _next(self, state: _State) -> _State | None:
        """After the first change that helps."""
        for fix in fixes(state.source, state.found):
            name = _name(fix, state.source)
            if not fix.is_certain or name in self.refused:
                continue
            after = self._made(state, fix, _errors(state.found), DEEPEST)
            if after is not None:
                return after
            self.refused.add(name)
        return None

    def _made(self, state: _State, fix: Fix, allowed: Counter[Sort], depth: int) -> _State | None:
        """After this change, and after those of the errors that only come to light by it; None where it does not
        help. allowed: the errors that were there before."""
        if self.checks >= MOST_CHECKS:
            return None
        self.checks += 1
        source = applied(state.source, fix.edits)
        after = _State(source, self.check(source), (*state.made, fix))
        if any(_is_same(fix, one) for one in after.found):
            return None
        new = _errors(after.found) - allowed
        if not new:
            return after
        for following in fixes(source, after.found) if depth else ():
            if following.is_certain and _sort(following.diagnostic) in new:
                return self._made(after, following, allowed, depth - 1)
        return None


def _is_same(fix: Fix, found: Diagnostic) -> bool:
    """Whether the fault of a change is still there after it. The same name may be wrong in other places too."""
    fault = fix.diagnostic
    if _sort(found) != _sort(fault) or found.span is None or fault.span is None:
        return _sort(found) == _sort(fault)
    moved = sum(
        len(edit.text) - (edit.span.end - edit.span.start) for edit in fix.edits if edit.span.end <= fault.span.start
    )
    return found.span.start == fault.span.start + moved


def _sort(diagnostic: Diagnostic) -> Sort:
    return diagnostic.code, diagnostic.message


def _sorts(found: Iterable[Diagnostic]) -> Counter[Sort]:
    return Counter(_sort(diagnostic) for diagnostic in found)


def _errors(found: Iterable[Diagnostic]) -> Counter[Sort]:
    return _sorts(diagnostic for diagnostic in found if diagnostic.severity == "error")


def _name(fix: Fix, source: Source) -> tuple[Sort, int, int]:
    """Places are counted from the end: what is mended is mostly before it."""
    span = fix.edits[0].span
    return _sort(fix.diagnostic), len(source.text) - span.start, span.end - span.start


def _title(edits: tuple[Edit, ...]) -> str:
    first = edits[0]
    if len(edits) > 1:
        return f"{len(edits)} changes"
    before, after = _short(first.span), " ".join(first.text.split())
    if not before:
        return f"insert `{after}`" if after else "remove blanks"
    return f"`{before}` -> `{after}`" if after else f"remove `{before}`"


def _short(span: Span, most: int = 60) -> str:
    text = " ".join(span.text.split())
    return text if len(text) <= most else f"{text[: most - 3]}..."
