"""Reads `input (a, b) -> log -> standard` and `target species -> category` into a `Line`.

In: the arguments of an `input` or `target` option. Out: its columns and its encoders, each with its place. Whether the
columns exist is not asked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from nndsl.data import formula
from nndsl.data.spec import Evaluate, Line, StepSpec, Word
from nndsl.data.words import listed
from nndsl.diagnostics import Edit, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.syntax import ast

ENCODERS = ("standard", "minmax", "max", "log", "share", "diff", "category", "onehot")
CHANGE = "diff"  # the change from the step before, in a series; what stands before it learns nothing
SHARE = "share"  # the part of its row's total, which learns nothing: about the numbers of a row, not of a column
CLASSIFIERS = ("category", "onehot")  # what turns a cell into a class: nothing can come after them
VALUE = "x"  # what a formula after `->` calls the value


def read_line(option: ast.Option, evaluate: Evaluate | None, constants: Mapping[str, float]) -> Line:
    """The line an option says; raises a fault at the first word that is wrong."""
    values = option.arguments
    if not values:
        raise fault("E0202", f"`{option.name}` names no column", option.span, help=f"write `{option.name} NAME`")
    if len(values) > 1 and any(isinstance(v.value, ast.Pipe) for v in values):
        names = ", ".join(_head(v.value).span.text.strip("()") for v in values)
        raise fault(
            "E0511",
            f"it is not clear which columns of `{option.name}` the encoder is for",
            option.span,
            help=f"put the columns in parentheses: `{option.name} ({names}) -> ...`, or write one "
            f"`{option.name}` line for each",
        )
    for value in values:
        if value.default is not None or value.initial is not None:
            raise fault("E0202", f"`{option.name}` takes columns, not settings", value.span)
    head = _head(values[0].value)
    steps = _tail(values[0].value)
    heads = [v.value for v in values] if len(values) > 1 else _members(head)
    every = len(heads) == 1 and isinstance(heads[0], ast.Name) and heads[0].text == "all"
    if every and option.name in ("input", "sequence"):
        of_all = _steps(steps, (VALUE,), evaluate, constants)
        _check_share(option.name, of_all)
        return Line((), True, of_all, option.span)
    words, first = _columns(heads, constants)
    own = (VALUE, words[0].text) if len(words) == 1 else (VALUE,)
    read = first + _steps(steps, own, evaluate, constants)
    _check_order(read)
    _check_share(option.name, read)
    return Line(words, False, read, option.span)


def _head(expr: ast.Expr) -> ast.Expr:
    while isinstance(expr, ast.Pipe):
        expr = expr.left
    return expr


def _tail(expr: ast.Expr) -> list[ast.Expr]:
    steps: list[ast.Expr] = []
    while isinstance(expr, ast.Pipe):
        steps.append(expr.right)
        expr = expr.left
    return steps[::-1]


def _members(head: ast.Expr) -> list[ast.Expr]:
    return list(head.items) if isinstance(head, ast.Group) else [head]


def _columns(heads: list[ast.Expr], constants: Mapping[str, float]) -> tuple[tuple[Word, ...], tuple[StepSpec, ...]]:
    """The columns named, and the first encoder where the head is arithmetic: `image / 255`."""
    if len(heads) == 1 and isinstance(heads[0], ast.Binary | ast.Unary | ast.Call):
        return _expression(heads[0], constants)
    words: list[Word] = []
    for head in heads:
        if not isinstance(head, ast.Name):
            raise fault(
                "E0511",
                f"`{head.span.text}` is not a column's name",
                head.span,
                help="a column whose name is not a word is written in backquotes; arithmetic "
                "stands alone: `input image / 255`",
            )
        if any(word.text == head.text for word in words):
            raise fault("E0515", f"the column `{head.text}` is named twice", head.span)
        words.append(Word(head.text, head.span))
    return tuple(words), ()


def _expression(head: ast.Expr, constants: Mapping[str, float]) -> tuple[tuple[Word, ...], tuple[StepSpec, ...]]:
    names: dict[str, ast.Name] = {}
    _names(head, constants, names)
    if len(names) != 1:
        found = "no column" if not names else "the columns " + listed(names)
        raise fault(
            "E0511",
            f"an encoder works on one column at a time; `{head.span.text}` holds {found}",
            head.span,
            help="write one `input` line for each column",
        )
    name = next(iter(names.values()))
    tree = formula.read(head, (name.text,), constants)
    return (Word(name.text, name.span),), (StepSpec("formula", head.span.text, head.span, tree),)


def _names(expr: ast.Expr, constants: Mapping[str, float], found: dict[str, ast.Name]) -> None:
    """All names of an expression that are neither functions nor constants."""
    match expr:
        case ast.Name(text=text):
            if text not in constants and text not in formula.CONSTANTS:
                found.setdefault(text, expr)
        case ast.Unary(operand=operand):
            _names(operand, constants, found)
        case ast.Binary(left=left, right=right):
            _names(left, constants, found)
            _names(right, constants, found)
        case ast.Call(arguments=arguments):
            for argument in arguments:
                _names(argument.value, constants, found)
        case _:
            pass


def _steps(
    exprs: list[ast.Expr], names: tuple[str, ...], evaluate: Evaluate | None, constants: Mapping[str, float]
) -> tuple[StepSpec, ...]:
    return tuple(_step(expr, names, evaluate, constants) for expr in exprs)


def _step(
    expr: ast.Expr, names: tuple[str, ...], evaluate: Evaluate | None, constants: Mapping[str, float]
) -> StepSpec:
    text = expr.span.text
    if isinstance(expr, ast.Name) and expr.text in ENCODERS:
        tree = formula.Formula("log", (formula.Formula("x"),)) if expr.text == "log" else None
        return StepSpec("formula" if tree else expr.text, text, expr.span, tree)
    if isinstance(expr, ast.Name) and expr.text in formula.FUNCTIONS:
        return StepSpec("formula", text, expr.span, formula.Formula(expr.text, (formula.Formula("x"),)))
    if isinstance(expr, ast.Name) and expr.text not in names:
        return _activation(expr, expr, evaluate)
    if isinstance(expr, ast.Call) and isinstance(expr.function, ast.Name):
        if expr.function.text in ENCODERS and expr.function.text not in formula.FUNCTIONS:
            raise fault(
                "E0511",
                f"the encoder `{expr.function.text}` takes no arguments",
                expr.span,
                help=f"write `-> {expr.function.text}`",
                edits=(Edit(expr.span, expr.function.text),),
            )
        if expr.function.text not in formula.FUNCTIONS:
            return _activation(expr, expr.function, evaluate)
    tree = formula.read(expr, names, constants)
    if not tree.uses:
        raise fault(
            "E0511",
            f"`{text}` does not use the value: every row would become the same",
            expr.span,
            help=f"the value is called {' or '.join(f'`{name}`' for name in names)} here",
        )
    return StepSpec("formula", text, expr.span, tree)


def _activation(expr: ast.Expr, word: ast.Name, evaluate: Evaluate | None) -> StepSpec:
    if evaluate is None or evaluate(expr, np.zeros(1)) is None:
        raise fault(
            "E0511",
            f"`{word.text}` is neither an encoder nor an activation",
            word.span,
            notes=("encoders: " + ", ".join(ENCODERS) + ", arithmetic as in `x / 255`, any activation",),
            help=did_you_mean(word.text, ENCODERS),
        )
    return StepSpec("activation", expr.span.text, expr.span, activation=expr)


def _check_share(option: str, steps: tuple[StepSpec, ...]) -> None:
    """`share` comes first, and it is for inputs."""
    places = [i for i, step in enumerate(steps) if step.kind == SHARE]
    if not places:
        return
    place, span = places[-1], steps[places[-1]].span
    if option != "input":
        why = (
            "an answer could not be turned back into numbers"
            if option == "target"
            else "the steps of a sequence have no totals"
        )
        raise fault("E0529", f"`share` is for `input`: {why}", span, help="leave it out")
    if place:
        before = steps[place - 1]
        raise fault(
            "E0529",
            f"`{before.text}` cannot stand before `share`: totals are of what was counted",
            before.span,
            help="one `share` is enough" if before.kind == SHARE else "write `-> share` first",
        )


def _check_order(steps: tuple[StepSpec, ...]) -> None:
    for before, after in pairwise(steps):
        if before.kind in CLASSIFIERS:
            raise fault(
                "E0511",
                f"nothing can follow `{before.text}`: its result is a class, not a number",
                after.span,
                help=f"leave out `-> {after.text}`",
            )
        if after.kind == CHANGE and before.kind != "formula":
            raise fault(
                "E0511",
                f"`{before.text}` cannot stand before `diff`: only a logarithm or arithmetic can",
                before.span,
                help=f"write `-> diff -> {before.text}`" if before.kind != CHANGE else "one change is enough",
            )
