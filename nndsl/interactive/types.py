"""The command `:type`: what an expression, a network, data, a result or a definition is.

In: an expression. Out: a line or two: `a list of numbers`, `[2] -> [1], probability`, the fields of a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nndsl.data.words import listed
from nndsl.diagnostics import Fault
from nndsl.interactive import shapes
from nndsl.interactive.deriving import expression
from nndsl.interactive.face import Reply
from nndsl.semantics.results import Names, Record, Type, data_record, type_words
from nndsl.syntax import ast

if TYPE_CHECKING:
    from nndsl.interactive.commands import Words
    from nndsl.interactive.session import Interactive


def type_(session: Interactive, words: Words) -> Reply:
    expr = expression(words.span, words)
    session.face.tell(_of_name(session, expr.text) if isinstance(expr, ast.Name) else _of(session, expr))
    return Reply()


def _of_name(session: Interactive, name: str) -> str:
    """What has a name here, or in the language."""
    program, found = session.checked.program, session.book.types.get(name)
    if found is not None:
        return described(found)
    if name in session.checked.signatures:
        return "\n".join(shapes.data_lines(session.checked.signatures[name]))
    if name in program.networks:
        return _network(session, name)
    if name in program.constants:
        return described(_constant(program.constants[name]))
    return _defined(session, name)


def _network(session: Interactive, name: str) -> str:
    from nndsl.lower.network import declared
    from nndsl.runtime.showing.networks import signature_of

    chosen = session.checked.program.networks[name]
    signature = signature_of(name, session.runtime) or declared(chosen)
    if signature is None:
        return "a network, whose sizes follow from the data that it meets"
    return f"a network: {shapes.signature_words(session.checked.program, chosen, signature)}"


def _defined(session: Interactive, name: str) -> str:
    from nndsl import manual

    entries = manual.entries(name, session.checked.program.scope)
    lines: list[str] = []
    for entry in entries:
        facts = dict(entry.facts)
        lines.append(": ".join(part for part in (f"{entry.kind} {entry.signature}", facts.get("shapes", "")) if part))
    if lines:
        return "\n".join(dict.fromkeys(lines))
    return _of(session, _name(name))


def _name(name: str) -> ast.Name:
    from nndsl.diagnostics import Source, Span

    return ast.Name(name, span=Span(Source("prompt", name), 0, len(name)))


def _of(session: Interactive, expr: ast.Expr) -> str:
    """Over results and data first; then as an equation, in which names may stand for nothing yet."""
    checked = session.checked
    known: dict[str, Type] = {name: data_record(signature) for name, signature in checked.signatures.items()}
    known |= {name: _constant(found) for name, found in checked.program.constants.items()}
    known |= session.book.types
    try:
        return described(Names(known, networks=frozenset(checked.program.networks)).check(expr))
    except Fault as fault:
        return _equation(session, expr, fault)


def _equation(session: Interactive, expr: ast.Expr, first: Fault) -> str:
    from nndsl.lower.open import opened
    from nndsl.lower.values import KIND_WORDS, shape_words

    try:
        found = opened(session.checked.program, expr, (), {})
    except Fault as fault:
        speaks_of_results = any(name in session.book.types for name in _mentioned(expr))
        raise first if speaks_of_results or isinstance(expr, ast.Name) else fault from None
    if isinstance(expr, ast.Name):
        raise first
    shape = shape_words(found.tensor.shape).replace("one number", "a number")
    kind = KIND_WORDS[found.tensor.kind]
    plain = found.tensor.kind == "real"
    what = shape if plain else f"{shape}, {kind}"
    taken = ", ".join(f"{name} {form.words}" for name, form in found.forms.items())
    return f"{what}   # {taken}" if taken else what


def _mentioned(expr: ast.Expr) -> list[str]:
    from nndsl.semantics.walk import names

    return [name.text for name in names(expr)]


def _constant(found: object) -> Type:
    if isinstance(found, bool):
        return "truth"
    if isinstance(found, int | float):
        return "number"
    if isinstance(found, list | tuple):
        return "texts" if found and all(isinstance(one, str) for one in found) else "numbers"
    return "text" if isinstance(found, str) else "anything"


def described(kind: Type) -> str:
    """A type, with its fields where it has some."""
    if not isinstance(kind, Record):
        return type_words(kind)
    lines = [f"{kind.words}, with"]
    width = max((len(name) for name in kind.fields), default=0)
    for name, field in kind.fields.items():
        what = listed(tuple(field.fields), 8) if isinstance(field, Record) else type_words(field)
        lines.append(f"  {name:<{width}}  {'with ' if isinstance(field, Record) else ''}{what}")
    return "\n".join(lines)
