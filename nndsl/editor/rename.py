"""Another name for something, wherever the text speaks of it.

In: a text that was read, an offset in it, the new name. Out: the changes, or the reason why there are none. What is
promised is checked: the changed text is read again, and every name in it must mean what it meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from nndsl.diagnostics import Collector, Edit, Fault, Label, Source, Span, fault
from nndsl.editor.in_bodies import given_in
from nndsl.editor.meanings import Key, Meaning, Reference
from nndsl.editor.references import References, references
from nndsl.semantics.constants import CONSTANTS
from nndsl.semantics.modules import library, scope_of
from nndsl.semantics.options import BODY
from nndsl.semantics.parts import Context
from nndsl.semantics.roles import ROLES, SIZES, namespace
from nndsl.semantics.scopes import Scope
from nndsl.syntax import ast, parse
from nndsl.syntax.layout import EVERYWHERE, raw_tokens
from nndsl.values import value

SCHEDULED = "lr"  # the parameter of an optimizer that schedules act on, by its name (`nndsl.lower.optimizer`)
THINGS = ("data", "constant", "result")  # one name, one thing; networks too
IN_BODIES = ("parameter", "local")
TACIT = ("optimizer", "initializer", "loss", "metric")  # one of the library may be meant where none is named
IN_BACKQUOTES = re.compile(r"[^`\n\r]+")


@value
class Target:
    """What would be renamed. span: the name at the offset, without what else is in its word."""

    meaning: Meaning
    span: Span


def target(found: References, offset: int) -> Target | None:
    """What the name at an offset is the name of."""
    at = found.at(offset)
    if at is None:
        return None
    if at.echo is not None and at.echo.span.start <= offset <= at.echo.span.end:
        meaning = next((one.meaning for one in found.all if one.meaning.key == at.echo.key), None)
        if meaning is not None:
            return Target(meaning, at.echo.span)
    return Target(at.meaning, at.span)


def refusal(found: References, offset: int, source: Source) -> Fault | None:
    """Why what stands at an offset can have no other name; None where it can."""
    at = target(found, offset)
    return fault("E0820", "no name stands here", None) if at is None else _fixed(at, source)


def rename(
    module: ast.Module, scope: Scope, offset: int, new: str, context: Context | None = None
) -> list[Edit] | Fault:
    """The changes that give what stands at an offset another name, in the order of the text."""
    found = references(module, scope, context)
    source = module.span.source
    at = target(found, offset)
    if at is None:
        return fault("E0820", "no name stands here", None)
    if new == at.meaning.name:
        return []
    wrong = _fixed(at, source) or _no_name(at, new) or _taken(at, new, found, scope)
    if wrong is not None:
        return wrong
    edits = _edits(at.meaning, new, found, module)
    return _changed(at, new, found, edits, module, scope) or edits


# ---- what stays as it is ---------------------------------------------------------------------------------


def _fixed(at: Target, source: Source) -> Fault | None:
    """The fault of a name that is not the text's own."""
    meaning, name = at.meaning, at.span.text
    why, help = _why(meaning, source)
    if not why:
        return None
    return fault("E0820", f"`{name}` cannot have another name: {why}", at.span, help=help)


def _why(meaning: Meaning, source: Source) -> tuple[str, str | None]:
    article = ROLES[meaning.role].article if meaning.role in ROLES else ""
    if meaning.origin == "library":
        return f"it is {article} of the library" if article else "it belongs to the library", None
    if meaning.role == "column" and meaning.origin == "file":
        return "it is a column of the data", None
    if meaning.origin == "language":
        return "the language gives it", None
    if meaning.origin == "nowhere":
        return "nothing defines it", None
    if meaning.name == SCHEDULED and _of_optimizer(meaning):
        return "it is what schedules act on", None
    place = meaning.place
    if place is None or place.source != source:
        file = f"`{place.source.name}`" if place is not None else "another text"
        return f"it is defined in {file}", "rename it there"
    space = namespace(meaning.role) if meaning.role in ROLES else ""
    if space in TACIT and (space, meaning.name) in library().entries:
        return (
            f"it stands in for {article} of the library, which statements may mean without naming it",
            "give the definition itself another name, and name it where it is meant",
        )
    return "", None


def _of_optimizer(meaning: Meaning) -> bool:
    return meaning.role == "parameter" and meaning.of is not None and meaning.of.role == "optimizer"


def _no_name(at: Target, new: str) -> Fault | None:
    """The fault of a text that is no name."""
    if at.meaning.role == "column" and IN_BACKQUOTES.fullmatch(new) and new == new.strip():
        return None
    tokens = raw_tokens(new)
    if len(tokens) == 1 and str(tokens[0]) == new and tokens[0].type in EVERYWHERE:
        return fault("E0820", f"`{new}` is a word of the language", at.span, help="choose another name")
    if not is_plain(new):
        way = "a name is letters, digits and `_`, and begins with no digit"
        return fault("E0820", f"`{new}` is no name", at.span, help=way)
    return None


def is_plain(name: str) -> bool:
    """Whether it is a name without backquotes."""
    return re.fullmatch(r"[^\W\d]\w*", name) is not None and not any(t.type in EVERYWHERE for t in raw_tokens(name))


# ---- what is taken ---------------------------------------------------------------------------------------


def _taken(at: Target, new: str, found: References, scope: Scope) -> Fault | None:
    """The fault of a name that something else has where both can be spoken of."""
    meaning = at.meaning
    why = _of_language(meaning, new, scope)
    if why:
        return fault("E0204", f"`{new}` {why}", at.span, help="choose another name")
    place = _holder(meaning, new, found, scope)
    if place is None:
        return None
    return fault(
        "E0204", f"`{new}` is the name of something else already", at.span,
        labels=(Label(place, "here"),), help="choose another name",
    )  # fmt: skip


def _of_language(meaning: Meaning, new: str, scope: Scope) -> str:
    """What a name is to the language or to its library; empty where it is nothing to either."""
    is_thing = meaning.key[0] in THINGS or meaning.role == "network"
    owner = meaning.of.entry.definition if meaning.of is not None and meaning.of.entry is not None else None
    if new in SIZES and is_thing:
        return "is a size that data give to their networks"
    if is_thing and new in CONSTANTS:
        return "is a number of the language"
    if meaning.role in IN_BODIES and owner is not None and owner.kind in ROLES and new in given_in(owner):
        return f"is a name that the language gives to `{owner.name}`"
    if new in (row.name for row in BODY) and (meaning.role in IN_BODIES or namespace(meaning.role) == "flow"):
        return "begins lines of bodies"
    if new == SCHEDULED and _of_optimizer(meaning):
        return "is what schedules act on"
    entry = scope.find(new, (namespace(meaning.role),)) if meaning.role in ROLES else None
    return f"is {ROLES[entry.role].article} of the library" if entry is not None and entry.library else ""


def _holder(meaning: Meaning, new: str, found: References, scope: Scope) -> Span | None:
    """The place of what has a name already, where both would be looked up together."""
    if meaning.key[0] in THINGS or meaning.role == "network":
        place = _thing(new, found, scope)
        if place is not None:
            return place
    if meaning.role == "constant":  # definitions that statements name are evaluated where constants are known too
        return next((one.span for one in found.all if one.name == new and one.meaning.role in ROLES), None)
    if meaning.role in ROLES:
        entry = scope.find(new, (namespace(meaning.role),))
        if entry is not None:
            return entry.definition.name_span
        return (
            next((name.span for name in scope.lets[new].names if name.text == new), None) if new in scope.lets else None
        )
    if meaning.role in IN_BODIES and meaning.of is not None:
        owner = meaning.of.key
        same = (one.meaning for one in found.all if one.defines and one.name == new)
        return next((m.place for m in same if m.of is not None and m.of.key == owner and m.key != meaning.key), None)
    return None


def _thing(new: str, found: References, scope: Scope) -> Span | None:
    """The place of a data set, network, constant or result of this name."""
    entries = (scope.entries.get(("data", new)), scope.entries.get(("flow", new)))
    for entry in entries:
        if entry is not None and entry.role in ("data", "network"):
            return entry.definition.name_span
    if new in scope.lets:
        return next(name.span for name in scope.lets[new].names if name.text == new)
    return next((one.span for one in found.results if one.name == new), None)


# ---- changes ---------------------------------------------------------------------------------------------


def _edits(meaning: Meaning, new: str, found: References, module: ast.Module) -> list[Edit]:
    edits = [Edit(span, _written(span, new)) for span in found.uses(meaning)]
    named = any(one.defines and one.meaning.key == meaning.key for one in found.all)
    if meaning.role == "result" and not named and meaning.span is not None:
        place = _behind(meaning.span, module)
        if place is not None:
            edits.append(Edit(place, f" as {new}"))
    return sorted(edits, key=lambda edit: edit.span.start)


def _written(span: Span, name: str) -> str:
    """As it stands in a text: in backquotes where it is no word, but not inside a text in quotes."""
    in_text = span.start > 0 and span.source.text[span.start - 1] == '"'
    return name if in_text or is_plain(name) else f"`{name}`"


def _behind(verb: Span, module: ast.Module) -> Span | None:
    """Where `as name` goes in the statement that begins with a verb."""
    action = next((s for s in module.statements if isinstance(s, ast.Action) and s.verb_span == verb), None)
    if action is None:
        return None
    end = max((part.span.end for part in (*action.subjects, *action.clauses)), default=verb.end)
    return Span(verb.source, end, end)


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text with the changes in it."""
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def _changed(
    at: Target, new: str, before: References, edits: list[Edit], module: ast.Module, scope: Scope
) -> Fault | None:
    """The fault of changes after which a name means something else than before."""
    source = module.span.source
    text = Source(source.name, applied(source.text, edits))
    again = parse(text, Collector())
    after = references(again, scope_of(again, scope.folder or Path(), Collector()))
    same = references(module, scope)
    added = _added(edits)
    other = _other(same.all, [one for one in after.all if one.span.start not in added])
    if other is None:
        return None
    return fault(
        "E0204", f"with the name `{new}`, another name would mean something else", at.span,
        labels=(Label(other, "this one"),), help="choose another name",
    )  # fmt: skip


def _added(edits: Sequence[Edit]) -> set[int]:
    """Where names stand in the changed text that were not there before: behind ` as `."""
    found: set[int] = set()
    moved = 0
    for edit in edits:
        if edit.span.start == edit.span.end:
            found.add(edit.span.start + moved + len(edit.text) - len(edit.text.split()[-1]))
        moved += len(edit.text) - (edit.span.end - edit.span.start)
    return found


def _other(before: Sequence[Reference], after: Sequence[Reference]) -> Span | None:
    """The first place of the text before that means something else in the text after."""
    forth: dict[Key, Key] = {}
    back: dict[Key, Key] = {}
    for old, now in zip_longest(before, after):
        if old is None or now is None:
            return old.span if old is not None else before[-1].span if before else None
        same = (old.meaning.role, old.meaning.origin, old.defines) == (
            now.meaning.role,
            now.meaning.origin,
            now.defines,
        )
        pairs = [(old.meaning.key, now.meaning.key)]
        if old.echo is not None and now.echo is not None:
            pairs.append((old.echo.key, now.echo.key))
        elif old.echo is not now.echo:
            return old.span
        for first, second in pairs:
            if not same or forth.setdefault(first, second) != second or back.setdefault(second, first) != first:
                return old.span
    return None
