"""The syntax tree: frozen values, each with the place it came from. Says what was written, nothing about what it means.

The grammar is generic: `conv(8, 3)`, `batch 64` and `input x[in]` are calls and options here, whatever they will mean.
Equality and hashing leave the place out, so that two texts that say the same make equal trees.
"""

from __future__ import annotations

from dataclasses import field

from nndsl.diagnostics import Span
from nndsl.values import value


@value
class Node:
    """Any part of the tree, with its place."""

    span: Span = field(compare=False, repr=False, kw_only=True)


# ---- expressions ------------------------------------------------------------------------------


@value
class Name(Node):
    """`h`, `h'` (the next value of a state; the quote is part of `text`), a backquoted column (without its quotes)."""

    text: str


@value
class Number(Node):
    """`1`, `0.5`, `1e-3`, `60_000`; `70%` is 0.7 with `percent` set. An int where it was written without point,
    exponent or %."""

    value: int | float
    percent: bool = False


@value
class String(Node):
    """`"iris.csv"`, without its quotes and with its escapes read."""

    text: str


@value
class Constant(Node):
    """`true`, `false`, `none`."""

    value: bool | None


@value
class Ellipsis(Node):
    """`...`: all axes that are not named, as in `input x[..., in]` and `axis=[batch, ...]`."""


@value
class List(Node):
    """`[a, b]`."""

    items: tuple[Expr, ...]


@value
class Group(Node):
    """`(a, b)`: several things as one. A single expression in parentheses is just that expression."""

    items: tuple[Expr, ...]


@value
class Unary(Node):
    """`-x`, `not x`."""

    op: str
    operand: Expr


@value
class Binary(Node):
    """`or and < <= > >= == != + - * / @ ^`."""

    op: str
    left: Expr
    right: Expr


@value
class Pipe(Node):
    """`left -> right`: the value on the left goes into the thing on the right."""

    left: Expr
    right: Expr


@value
class Argument(Node):
    """One argument of a call; `name` is None where it is given by position."""

    name: str | None
    value: Expr


@value
class Call(Node):
    """`conv(8, 3)`."""

    function: Expr
    arguments: tuple[Argument, ...]


@value
class Slice(Node):
    """`a:b` inside an index."""

    start: Expr | None
    stop: Expr | None


@value
class Index(Node):
    """`x[i]`, `x[a:b]`, `image[28, 28, 1]`, `x[..., in]`."""

    base: Expr
    items: tuple[Expr | Slice, ...]


@value
class Attribute(Node):
    """`run.history`; `name_span` is the place of the last word alone."""

    base: Expr
    name: str
    name_span: Span = field(compare=False, repr=False)


Expr = (
    Name | Number | String | Constant | Ellipsis | List | Group | Unary | Binary | Pipe | Call | Slice | Index
    | Attribute
)  # fmt: skip


# ---- items of a block ---------------------------------------------------------------------------


@value
class OptionArgument(Node):
    """`value`, `key=value` (`key` may be `b[units]`: then it is an expression too), or `W[in, units] ~ glorot`."""

    value: Expr
    default: Expr | None = None  # after `=`
    initial: Expr | None = None  # after `~`


@value
class Option(Node):
    """`batch 64`, `input (a, b) -> standard`, `param W[in, units] ~ glorot, b[units] = 0`.

    Also with a block: `repeat depth { ... }`, `step critic { ... }`, `train { ... }`.
    `name_span` is the place of the first word.
    """

    name: str
    name_span: Span = field(compare=False, repr=False)
    arguments: tuple[OptionArgument, ...]
    block: Block | None = None


@value
class Bind(Node):
    """`h = x -> dense(4)`, `a, b = encoder(x)`, `w' = w - lr * g`."""

    names: tuple[Name, ...]
    value: Expr


@value
class Flow(Node):
    """A line that is just an expression: `dense(64) -> relu`, `flatten`."""

    value: Expr


@value
class Block(Node):
    """`{ ... }`. `broken`: lines of it could not be read and were reported; what is missing is not reported again."""

    items: tuple[Item, ...]
    broken: bool = field(default=False, compare=False)


# ---- statements -------------------------------------------------------------------------------


@value
class Let(Node):
    """`let width = 64`; inside a block too. `broken`: its value could not be read; it stands for its names only."""

    names: tuple[Name, ...]
    value: Expr
    broken: bool = field(default=False, compare=False)


@value
class Use(Node):
    """`use "blocks.nn"`."""

    path: String


@value
class Set(Node):
    """`set seed 7`."""

    name: str
    name_span: Span = field(compare=False, repr=False)
    value: Expr


@value
class Parameter(Node):
    """A parameter of a definition: `units`, `rate = 0.5`, `y: probability` (what kind of value it asks for)."""

    name: str
    kind: Name | None
    default: Expr | None


@value
class Definition(Node):
    """`kind name(params) [: result] [for data] = expr` or `... { block }`.

    kind: the word it begins with, as `network` or `loss`. `result`: the kind of value it gives, as in
    `activation softmax(x): probability = ...`.
    `broken`: something in it could not be read; it stands for its name, and is not to be checked further.
    `comment`: the comment lines straight above it, without `#`: its documentation.
    """

    kind: str
    name: str
    name_span: Span = field(compare=False, repr=False)
    parameters: tuple[Parameter, ...]
    result: Name | None
    data: Name | None
    body: Expr | Block
    broken: bool = field(default=False, compare=False)
    comment: str = field(default="", compare=False)


@value
class Clause(Node):
    """`on iris`, `as run`, `to "file"`, `from "file"`, `with fast`, `in world`."""

    preposition: str
    preposition_span: Span = field(compare=False, repr=False)
    values: tuple[Expr, ...]


@value
class Action(Node):
    """`verb subject, subject [clauses] [{ options }]`: train, evaluate, predict, show, print, expect, save, ..."""

    verb: str
    verb_span: Span = field(compare=False, repr=False)
    subjects: tuple[Expr, ...]
    clauses: tuple[Clause, ...]
    block: Block | None
    broken: bool = field(default=False, compare=False)

    def clause(self, preposition: str) -> Clause | None:
        return next((c for c in self.clauses if c.preposition == preposition), None)


Item = Option | Bind | Flow | Let | Definition
Statement = Let | Use | Set | Definition | Action


@value
class Module(Node):
    """A whole text."""

    statements: tuple[Statement, ...]
