"""The command `:grad EXPR wrt x`: the derived equation, as the language writes it.

In: an expression, names to derive by, and sizes of names where they are given. Out: equations, and what the names were
taken for. Nothing is left behind.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nndsl.diagnostics import Collector, Fault, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.interactive.face import Reply
from nndsl.ir.node import Dim, Shape
from nndsl.semantics.walk import names
from nndsl.syntax import ast, parse_expression
from nndsl.values import value

if TYPE_CHECKING:
    from nndsl.interactive.commands import Words
    from nndsl.interactive.session import Interactive
    from nndsl.lower.open import Opened

EXAMPLE = "as in `:grad x * sigmoid(x) wrt x`, or `:grad sum(x @ W) wrt W with x[3], W[3, 2]`"
OPEN = ("n", "m", "p", "q")  # sizes that stay open


@value
class Asked:
    """What stands behind `:grad`. by: the names to derive by, with their places. sizes: of names, where given."""

    expr: ast.Expr
    by: tuple[ast.Name, ...]
    sizes: dict[str, Shape]


def grad(session: Interactive, words: Words) -> Reply:
    from nndsl.lower.open import opened
    from nndsl.lower.slope import slope

    asked = _asked(words)
    program = session.checked.program
    found = opened(program, asked.expr, [name.text for name in asked.by], asked.sizes)
    taken = {*session.names(), *(name.text for name in names(asked.expr)), *(f"d{n.text}" for n in asked.by)}
    slopes = [slope(found, name.text, taken, name.span) for name in asked.by]
    lines = [_taken_for(found)]
    if slopes[0].summed:
        lines.append(f"`{asked.expr.span.text}` has several values: this is the gradient of their sum")
    for name, one in zip(asked.by, slopes, strict=True):
        if one.equation is None:
            from nndsl.ir.printer import show

            lines += [f"the language has no short words for d{name.text}; as a graph:", show([one.node], origins=False)]
            continue
        lines += [f"{part} = {text}" for part, text in one.equation.parts]
        lines.append(f"d{name.text} = {one.equation.result}")
    session.face.tell("\n".join(lines).rstrip("\n"))
    return Reply()


def _taken_for(found: Opened) -> str:
    return "# " + ", ".join(f"{name} {form.words}" for name, form in found.forms.items())


# ---- what is asked ----------------------------------------------------------------------------------------


def _asked(words: Words) -> Asked:
    """`EXPR wrt x, y with x[3]`."""
    line, start = words.span.source, words.span.start
    found = list(re.finditer(r"\bwrt\b", words.text))
    if not found:
        raise fault("E0810", "`:grad` needs `wrt` and the name to derive by", words.span, help=_hint(words.span))
    at = found[-1]
    expr = expression(Span(line, start, start + at.start()), words)
    rest = Span(line, start + at.end(), words.span.end)
    by_text, _, sizes_text = rest.text.partition(" with ")
    by: list[ast.Name] = []
    sizes: dict[str, Shape] = {}
    for part in _listed(Span(line, rest.start, rest.start + len(by_text)), words):
        name, shape = _sized(part)
        by.append(name)
        sizes |= {} if shape is None else {name.text: shape}
    if sizes_text:
        for part in _listed(Span(line, rest.end - len(sizes_text), rest.end), words):
            name, shape = _sized(part)
            sizes[name.text] = shape or ()
    _are_there(expr, by)
    return Asked(expr, tuple(by), sizes)


def _hint(span: Span) -> str:
    expr = parse_expression(span.source, Collector(), span)
    called = {n.span.start for n in _calls(expr)} if expr is not None else set()
    free = list(dict.fromkeys(name.text for name in names(expr) if name.span.start not in called))
    return f"`:grad {span.text} wrt {free[0]}`" if len(free) == 1 else EXAMPLE


def _calls(expr: ast.Expr) -> list[ast.Expr]:
    from nndsl.semantics.walk import nodes

    return [node.function for node in nodes(expr) if isinstance(node, ast.Call)]


def expression(place: Span, words: Words) -> ast.Expr:
    """A part of a command as an expression. Raises the fault of one that cannot be read."""
    if not place.text.strip():
        raise fault("E0803", "an expression is missing here", words.span, help=EXAMPLE)
    collector = Collector()
    expr = parse_expression(place.source, collector, place)
    if expr is None:
        raise Fault(next(iter(collector.errors)))
    return expr


def _listed(place: Span, words: Words) -> list[ast.Expr]:
    """`x, W[3, 2]`."""
    if not place.text.strip():
        raise fault("E0810", "the name to derive by is missing behind `wrt`", words.span, help=EXAMPLE)
    collector = Collector()
    opening = Span(place.source, place.start, place.end)
    parts: list[ast.Expr] = []
    depth, begun = 0, opening.start
    text = place.source.text
    for at in range(opening.start, opening.end + 1):
        sign = text[at] if at < opening.end else ","
        depth += (sign in "[(") - (sign in "])")
        if sign == "," and depth <= 0:
            expr = parse_expression(place.source, collector, Span(place.source, begun, at))
            if expr is None:
                raise Fault(next(iter(collector.errors)))
            parts.append(expr)
            begun = at + 1
    return parts


def _sized(expr: ast.Expr) -> tuple[ast.Name, Shape | None]:
    """`W[3, n]`: a name and its sizes, where they are said."""
    if isinstance(expr, ast.Name):
        return expr, None
    if isinstance(expr, ast.Index) and isinstance(expr.base, ast.Name):
        shape: list[Dim] = []
        for item in expr.items:
            if isinstance(item, ast.Number) and isinstance(item.value, int) and item.value > 0:
                shape.append(item.value)
            elif isinstance(item, ast.Name) and item.text in OPEN:
                shape.append(item.text)
            else:
                raise fault("E0810", "a size is a whole number, or `n`, `m`, `p`, `q` where it stays open", item.span)
        return expr.base, tuple(shape)
    raise fault("E0810", f"`{expr.span.text}` is no name", expr.span, help=EXAMPLE)


def _are_there(expr: ast.Expr, by: list[ast.Name]) -> None:
    there = list(dict.fromkeys(name.text for name in names(expr)))
    for name in by:
        if name.text not in there:
            hint = did_you_mean(name.text, there) or (f"it speaks of {', '.join(f'`{n}`' for n in there)}")
            raise fault("E0810", f"`{name.text}` is not in `{expr.span.text}`", name.span, help=hint if there else None)
