"""An expression with names that stand for nothing yet, such as `x * sigmoid(x)` alone: what the names may be, and the
graph.

In: an expression, sizes that were given for some names. Out: `Opened`: its value over leaves with the names that were
free, each of a shape and a kind that the expression takes. Numbers are preferred, and lists where it speaks of lists;
the first choice that the compiler has nothing against is taken. Raises the fault of the best choice where none fits.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from nndsl.diagnostics import Fault, fault
from nndsl.ir import build as b
from nndsl.ir.node import Shape
from nndsl.lower.expr import evaluate
from nndsl.lower.frame import Frame, Quiet
from nndsl.lower.hints import free_names, greatest_index, hints, together
from nndsl.lower.network import new_build
from nndsl.lower.values import Tensor, shape_words, tensor, value_words
from nndsl.semantics.program import Program
from nndsl.semantics.roles import ROLES
from nndsl.semantics.scopes import Entry
from nndsl.syntax import ast
from nndsl.values import value

N, M, P, Q = "n", "m", "p", "q"  # sizes that stay open
CLASSES = 3  # where a name is a category
MOST_TRIALS = 1500
SAY_SIZES = "say the sizes of its names: `... with x[3], W[3, 2]`"
UNLIKE = 3  # how far from what is expected values of two shapes in one call are
PLACES = ("network", "metric", "schedule", "initializer")  # kinds of body whose names are tried, one after the other


@value
class Form:
    """What a free name is taken for. kind: a key of `values.KIND_WORDS`. classes: of a category."""

    shape: Shape = ()
    kind: str = "real"
    classes: int | None = None

    @property
    def words(self) -> str:
        if self.classes == 2:
            return f"{shape_words(self.shape)} of 0 and 1" if self.shape else "0 or 1"
        if self.classes is not None:
            return f"one of {self.classes} classes"
        words = shape_words(self.shape) if self.shape else "a number"
        if self.kind == "probability":
            return words.replace("a number", "a probability") if not self.shape else f"{words} of probabilities"
        return words


NUMBER, CHANCE, LIST, CHANCES = Form(), Form((), "probability"), Form((N,)), Form((N,), "probability")
CATEGORY, YES_OR_NO, ANSWERS = Form((), "category", CLASSES), Form((), "category", 2), Form((N,), "category", 2)
NEXT_LIST, MATRIX, NEXT_MATRIX, LAST_MATRIX = Form((M,)), Form((N, M)), Form((M, P)), Form((P, Q))
FORMS = (NUMBER, LIST, CHANCE, CHANCES, CATEGORY, YES_OR_NO, ANSWERS, MATRIX, NEXT_LIST, NEXT_MATRIX, LAST_MATRIX)
HINTED = {
    "list": (LIST, NEXT_LIST, CHANCES, ANSWERS, NUMBER, CHANCE, *FORMS),
    "matrix": (MATRIX, NEXT_MATRIX, LAST_MATRIX, LIST, *FORMS),
    "category": (CATEGORY, YES_OR_NO, *FORMS), "": FORMS,
}  # fmt: skip


@value
class Opened:
    """tensor: the value. forms: of the names that were free. frame: where other expressions over them can be read."""

    tensor: Tensor
    forms: Mapping[str, Form]
    leaves: Mapping[str, Tensor]
    frame: Frame

    def read(self, equations: Sequence[tuple[str, ast.Expr]], result: ast.Expr) -> Tensor | float:
        """The value of an expression over the same names, after equations for some of its parts."""
        names = dict(self.frame.names)
        try:
            for name, expr in equations:
                self.frame.names[name] = evaluate(expr, self.frame)
            found: Tensor | float = evaluate(result, self.frame)
            return found
        finally:
            self.frame.names.clear()
            self.frame.names.update(names)


def opened(program: Program, expr: ast.Expr, free: Collection[str], given: Mapping[str, Shape]) -> Opened:
    """free: names that stand for nothing here, whatever they mean elsewhere. given: the sizes of some of them."""
    place = _place(program, expr)
    names = [*dict.fromkeys((*free_names(expr, program, ROLES[place].calls), *free))]
    wanted = hints(expr, program, ROLES[place].calls)
    choices = [_choices(name, wanted.get(name, ""), given.get(name)) for name in names]
    alike = together(expr, program, ROLES[place].calls)
    groups = [tuple(names.index(name) for name in group if name in names) for group in alike]
    first: Fault | None = None
    for known in (False, True):
        sizes = {N: max(CLASSES, greatest_index(expr) + 1), M: CLASSES + 1, P: CLASSES + 2, Q: 2}
        for chosen in itertools.islice(_in_order(choices, groups), MOST_TRIALS):
            forms = dict(zip(names, chosen, strict=True))
            if known or any(form.classes == CLASSES for form in chosen):
                forms = {name: _with_sizes(form, sizes) for name, form in forms.items()}
            try:
                return _opened(program, expr, place, forms)
            except Fault as found:
                first = first or found
            except Quiet:
                raise fault("E0202", f"`{expr.span.text}` uses a definition that is wrong", expr.span) from None
            except (ValueError, TypeError, AssertionError):  # what needs sizes as numbers got an open one
                if known:
                    raise
    if first is None:
        raise fault("E0803", f"no values were found that `{expr.span.text}` takes", expr.span, help=SAY_SIZES)
    raise first


def _opened(program: Program, expr: ast.Expr, role: str, forms: Mapping[str, Form]) -> Opened:
    empty = ast.Block((), span=expr.span)
    entry = Entry(ast.Definition(role, "", expr.span, (), None, None, empty, span=expr.span), program.scope)
    classes = max((form.classes for form in forms.values() if form.classes), default=0)
    sizes = {"classes": classes} if classes else {}
    frame = Frame(new_build(program, sizes, training=False), entry, expr.span, "it")
    frame.names.update(sizes)
    leaves = {name: _leaf(name, form, expr) for name, form in forms.items()}
    frame.names.update(leaves)
    found = evaluate(expr, frame)
    if isinstance(found, bool):
        raise fault("E0811", f"`{expr.span.text}` is a truth value, and has no derivative", expr.span)
    if isinstance(found, int | float):
        found = tensor(b.const(float(found)), expr.span)
    if not isinstance(found, Tensor):
        problem = f"`{expr.span.text}` is {value_words(found)}, not a value of numbers"
        raise fault("E0803", problem, expr.span, help="give it its input, as in `sigmoid(x)`")
    return Opened(found, forms, leaves, frame)


def _leaf(name: str, form: Form, expr: ast.Expr) -> Tensor:
    node = b.input_(name, form.shape, "int" if form.classes else "float", origin=expr.span)
    return tensor(node, expr.span, kind=form.kind, classes=form.classes)


def _place(program: Program, expr: ast.Expr) -> str:
    """The kind of body in which all that the expression calls is known."""
    for role in PLACES:
        if not free_names(expr, program, ROLES[role].calls, called=True):
            return role
    return PLACES[0]


def _choices(name: str, hint: str, given: Shape | None) -> list[tuple[int, Form]]:
    """What a name may be, and how far that is from what is expected."""
    if given is not None:
        kinds = [Form(given), Form(given, "probability"), Form(given, "category", CLASSES)]
        return list(enumerate(kinds[: 2 if given else 3]))
    return list(enumerate(dict.fromkeys(HINTED[hint])))


def _in_order(
    choices: Sequence[Sequence[tuple[int, Form]]], groups: Sequence[tuple[int, ...]]
) -> Iterator[tuple[Form, ...]]:
    """All ways to choose, the nearest ones first. groups: places of names that are likely to be of one shape."""

    def far(way: tuple[tuple[int, Form], ...]) -> int:
        unlike = sum(len({way[place][1].shape for place in group}) > 1 for group in groups)
        return sum(cost for cost, _ in way) + UNLIKE * unlike

    several = len(FORMS) if len(choices) <= 4 else 5  # of many names not everything can be tried
    ways = itertools.product(*(choice[:several] for choice in choices))
    for way in sorted(ways, key=far):
        yield tuple(form for _, form in way)


def _with_sizes(form: Form, sizes: Mapping[str, int]) -> Form:
    return replace(form, shape=tuple(sizes.get(dim, dim) if isinstance(dim, str) else dim for dim in form.shape))
