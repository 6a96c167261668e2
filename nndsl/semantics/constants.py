"""Numbers, texts, truth values and lists that are known before anything runs: `let width = 64`, `batch 2 * width`.

In: an expression and the constants in scope. Out: a Python value, or a fault. The same arithmetic serves `print` and
`expect`, where names are results of actions. Lists go with lists and with numbers element by element.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nndsl.diagnostics import Diagnostic, Fault, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.semantics import habits, information
from nndsl.semantics.information import Unfit
from nndsl.syntax import ast


@dataclass(frozen=True, slots=True)
class Wrong:
    """Stands for a constant whose fault has been reported: who uses it says that same fault, which is kept once."""

    diagnostic: Diagnostic


Lookup = Callable[[ast.Name], Any]
Field = Callable[[Any, ast.Attribute], Any]

BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "^": operator.pow,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
    "and": lambda a, b: bool(a and b), "or": lambda a, b: bool(a or b),
}  # fmt: skip
ORDER = ("<", "<=", ">", ">=")
LISTWISE = ("+", "-", "*", "/", "^")  # what goes with lists, element by element


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    def function(*values: Any) -> Any:
        return choose(values[0]) if len(values) == 1 else choose(values)

    return function


def _sum(values: Any) -> Any:
    """Without rounding on the way, whatever the precision of the column; whole numbers stay whole."""
    items = _items(values)
    return sum(items) if all(isinstance(item, int) for item in items) else math.fsum(items)


def _mean(values: Any) -> float:
    return float(_sum(values)) / len(values)


# Functions of one number; of a list they are taken element by element.
ELEMENTWISE: dict[str, Callable[[Any], Any]] = {
    "abs": abs, "sqrt": math.sqrt, "exp": math.exp, "log": math.log, "log2": math.log2, "floor": math.floor, "round":
    round, "sin": math.sin, "cos": math.cos, "tanh": math.tanh, "surprise": information.surprise,
}  # fmt: skip
# Functions of whole lists that give one number.
REDUCING: dict[str, Callable[..., Any]] = {
    "min": _extreme(min), "max": _extreme(max), "mean": _mean, "sum": _sum, "length": len, "entropy":
    information.entropy, "cross_entropy": information.cross_entropy, "kl": information.kl, "perplexity":
    information.perplexity,
}  # fmt: skip
# Functions of whole lists that give another list.
LISTING: dict[str, Callable[..., Any]] = {"shares": information.shares}
FUNCTIONS: dict[str, Callable[..., Any]] = {**ELEMENTWISE, **REDUCING, **LISTING}
# How each is called, and what it gives.
FUNCTION_WORDS = {
    "abs": ("abs(x)", "the absolute value"),
    "sqrt": ("sqrt(x)", "the square root"),
    "exp": ("exp(x)", "e to the power x"),
    "log": ("log(x)", "the natural logarithm"),
    "log2": ("log2(x)", "the logarithm to the base of 2"),
    "floor": ("floor(x)", "the greatest whole number not above x"),
    "round": ("round(x), round(x, digits)", "the nearest number with so many digits behind the point"),
    "sin": ("sin(x)", "the sine of radians"),
    "cos": ("cos(x)", "the cosine of radians"),
    "tanh": ("tanh(x)", "the hyperbolic tangent"),
    "surprise": ("surprise(p)", "the surprise of an event of probability p, in bits: -log2(p)"),
    "min": ("min(values), min(a, b, ...)", "the least"),
    "max": ("max(values), max(a, b, ...)", "the greatest"),
    "mean": ("mean(values)", "the mean"),
    "sum": ("sum(values)", "the sum"),
    "length": ("length(values)", "how many there are"),
    "entropy": ("entropy(p)", "the mean surprise of a distribution, in bits; of names, that of their shares"),
    "cross_entropy": ("cross_entropy(p, q)", "the mean surprise of q where p is the truth, in bits"),
    "kl": ("kl(p, q)", "the Kullback-Leibler divergence of q from p, in bits: cross_entropy(p, q) - entropy(p)"),
    "perplexity": (
        "perplexity(p), perplexity(p, q)",
        "between how many things, all as likely, one would be as uncertain: 2 to the entropy, or to the cross-entropy",
    ),
    "shares": ("shares(values)", "how often each value occurs, by how many there are; in the order of the values"),
}
CONSTANTS = {"pi": math.pi, "infinity": math.inf}


def arithmetic(op: str, left: Any, right: Any, span: Span) -> Any:
    """`left op right` for values that are not tensors; a fault where they do not go together."""
    if op == "@":
        raise fault("E0217", "`@` is the product of tensors; numbers are multiplied with `*`", span)
    if op in LISTWISE and (is_list(left) or is_list(right)):
        return _pairwise(op, left, right, span)
    if op not in ("==", "!=", "and", "or"):
        for value in (left, right):
            if not _fits(op, value, left, right):
                raise fault("E0217", f"`{op}` does not go with {describe(value)}", span)
    try:
        result = BINARY[op](_items(left), _items(right))
    except ZeroDivisionError:
        raise fault("E0217", "division by zero", span) from None
    except OverflowError:
        raise fault("E0217", "the number is too large", span) from None
    if isinstance(result, complex):
        raise fault("E0217", "a root of a negative number", span)
    return result


def is_list(value: Any) -> bool:
    """A list of the script, or the column of a result."""
    return isinstance(value, list | tuple) or getattr(value, "ndim", 0) > 0


def each(value: Any, function: Callable[[Any], Any]) -> Any:
    """A function of every element of a list, of lists within it too; of a single value, of it."""
    return [each(item, function) for item in _items(value)] if is_list(value) else function(value)


def _items(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def _pairwise(op: str, left: Any, right: Any, span: Span) -> list[Any]:
    """`left op right` element by element; a single number goes with each."""
    if not is_list(right):
        return [arithmetic(op, item, right, span) for item in _items(left)]
    if not is_list(left):
        return [arithmetic(op, left, item, span) for item in _items(right)]
    if len(left) != len(right):
        raise fault("E0224", f"`{op}` goes with lists of one length, not of {len(left)} and {len(right)} values", span)
    pairs = list(zip(_items(left), _items(right), strict=True))
    if any(is_list(a) != is_list(c) for a, c in pairs):
        raise fault("E0217", f"`{op}` does not go with a list of lists and a list of numbers", span)
    return [arithmetic(op, a, c, span) for a, c in pairs]


def _fits(op: str, value: Any, left: Any, right: Any) -> bool:
    if isinstance(value, str):
        return op in ORDER and isinstance(left, str) and isinstance(right, str)
    return isinstance(value, int | float) or (hasattr(value, "dtype") and not is_list(value))


def describe(value: Any) -> str:
    """What a value is, for messages."""
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, int | float):
        return f"the number {value:g}"
    if isinstance(value, str):
        return "a text"
    if is_list(value):
        return "a list"
    return "`none`" if value is None else "this value"


def evaluate(expr: ast.Expr, lookup: Lookup, field: Field | None = None) -> Any:
    """The value of an expression.

    lookup: of a name; it raises the fault where there is none. field: of `value.name`.
    """
    match expr:
        case ast.Number() | ast.Constant():
            return expr.value
        case ast.String():
            return expr.text
        case ast.Name():
            return lookup(expr)
        case ast.List():
            return [evaluate(item, lookup, field) for item in expr.items]
        case ast.Unary():
            return _unary(expr, evaluate(expr.operand, lookup, field))
        case ast.Binary():
            return arithmetic(
                expr.op, evaluate(expr.left, lookup, field), evaluate(expr.right, lookup, field), expr.span
            )
        case ast.Attribute() if field is not None:
            return field(evaluate(expr.base, lookup, field), expr)
        case ast.Index():
            return _index(expr, lookup, field)
        case ast.Call():
            return _call(expr, lookup, field)
    raise fault("E0217", f"`{expr.span.text}` is not a value that is known here", expr.span)


def check_known(expr: ast.Expr, lookup: Lookup, known: Mapping[str, Any]) -> None:
    """Evaluates those parts of an expression that are known before anything runs. Raises their faults: `entropy` of
    numbers that add up to 2, say."""
    if _is_known(expr, known):
        evaluate(expr, lookup)
        return
    for part in _parts(expr):
        check_known(part, lookup, known)


def _is_known(expr: ast.Expr, known: Mapping[str, Any]) -> bool:
    match expr:
        case ast.Name():
            return expr.text in CONSTANTS or (expr.text in known and not isinstance(known[expr.text], Wrong))
        case ast.Number() | ast.String() | ast.Constant():
            return True
        case ast.List() | ast.Unary() | ast.Binary() | ast.Call():
            return all(_is_known(part, known) for part in _parts(expr))
    return False


def _parts(expr: ast.Expr) -> tuple[ast.Expr, ...]:
    match expr:
        case ast.List():
            return expr.items
        case ast.Unary():
            return (expr.operand,)
        case ast.Binary():
            return expr.left, expr.right
        case ast.Call():
            return tuple(argument.value for argument in expr.arguments)
    return ()


def _unary(expr: ast.Unary, value: Any) -> Any:
    if expr.op == "not":
        return not value
    if is_list(value):
        return each(value, lambda item: _unary(expr, item))
    if isinstance(value, str) or value is None:
        raise fault("E0217", f"`-` does not go with {describe(value)}", expr.span)
    return -value


def _index(expr: ast.Index, lookup: Lookup, field: Field | None) -> Any:
    value = evaluate(expr.base, lookup, field)
    for item in expr.items:
        if isinstance(item, ast.Slice):
            ends = [None if end is None else evaluate(end, lookup, field) for end in (item.start, item.stop)]
            value = value[ends[0] : ends[1]]
            continue
        place = evaluate(item, lookup, field)
        try:
            value = value[place]
        except (IndexError, KeyError):
            raise fault(
                "E0306", f"there is no `[{place}]` in `{expr.base.span.text}`, which has {len(value)} values", item.span
            ) from None
        except TypeError:
            raise fault("E0217", f"`{expr.base.span.text}` has no elements to choose from", expr.span) from None
    return value


def _call(expr: ast.Call, lookup: Lookup, field: Field | None) -> Any:
    name = expr.function.text if isinstance(expr.function, ast.Name) else ""
    function = FUNCTIONS.get(name)
    if function is None:
        hint = habits.of_call(expr.function, FUNCTIONS)
        raise fault(
            "E0201",
            f"no function of numbers is called `{expr.function.span.text}`",
            expr.function.span,
            notes=() if hint else ("known: " + ", ".join(f"`{n}`" for n in FUNCTIONS),),
            help=hint,
        )
    values = [evaluate(argument.value, lookup, field) for argument in expr.arguments]
    try:
        return each(values[0], function) if name in ELEMENTWISE and len(values) == 1 else function(*values)
    except Fault:
        raise
    except Unfit as found:
        raise _unfit(found, expr) from None
    except (TypeError, ValueError, ZeroDivisionError, OverflowError, IndexError):
        given = ", ".join(describe(value) for value in values)
        raise fault("E0217", f"`{name}` cannot be taken of {given or 'nothing'}", expr.span,
                    notes=(f"it is called as `{FUNCTION_WORDS[name][0]}`",)) from None  # fmt: skip


def _unfit(found: Unfit, expr: ast.Call) -> Fault:
    """What a function does not take, with the way out in the words of the script."""
    given = expr.arguments[found.place].value
    text = " ".join(given.span.text.split())
    bare = f"({text})" if isinstance(given, ast.Binary | ast.Unary) else text
    way = found.way.replace("{}", bare, 1).replace("{}", text)
    return fault(
        found.code,
        found.message,
        given.span,
        notes=(found.note.replace("{}", text),) if found.note else (),
        help=f"write `{way}`" if way else None,
    )


def value_of(constant: Any) -> Any:
    """The value of a constant; the fault of one that is wrong."""
    if isinstance(constant, Wrong):
        raise Fault(constant.diagnostic)
    return constant


def lookup_in(constants: Mapping[str, Any]) -> Lookup:
    """Names that are constants; any other is a fault with what was meant."""

    def lookup(name: ast.Name) -> Any:
        if name.text in constants:
            return value_of(constants[name.text])
        if name.text in CONSTANTS:
            return CONSTANTS[name.text]
        raise fault(
            "E0201", f"`{name.text}` is not defined", name.span, help=did_you_mean(name.text, [*constants, *CONSTANTS])
        )

    return lookup
