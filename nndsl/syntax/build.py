"""From the parser's trees to the syntax tree of `ast.py`.

In: the tree of one statement, block or expression. Out: its node. Reports, item by item, what the rules let through and
the language does not (`a < b < c`, an unknown escape in a string); such an item is left out and its block marked
broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from nndsl.diagnostics import Collector, Edit, Fault, Source, Span, fault
from nndsl.syntax import ast
from nndsl.syntax.foreign import python_verb
from nndsl.syntax.literals import number_value, string_value
from nndsl.syntax.tree import Token, Tree

DEEPEST = 200  # nested expressions; what reads a tree may recurse
T = TypeVar("T")
Child = Tree | Token | None


class Builder:
    """`broken`: where the `{` of blocks start of which items were dropped already."""

    def __init__(self, source: Source, collector: Collector, comments: dict[int, str], broken: set[int]) -> None:
        self.source = source
        self.collector = collector
        self.comments = comments
        self.broken = broken
        self.depth = 0
        self.statements: dict[str, Callable[[Tree], ast.Statement | ast.Item]] = {
            "let": self._let,
            "use": self._use,
            "set": self._set,
            "definition": self._definition,
            "action": self._action,
            "bind": self._bind,
            "option": self._option,
            "flow": self._flow,
        }
        self.expressions: dict[str, Callable[[Tree], ast.Expr]] = {
            "pipe": self._pipe,
            "or": self._or,
            "and": self._and,
            "negation": self._negation,
            "comparison": self._comparison,
            "sum": self._chain,
            "product": self._chain,
            "negative": self._negative,
            "power": self._power,
            "call": self._call,
            "index": self._index,
            "attribute": self._attribute,
            "name": self._name,
            "number": self._number,
            "string": self._string,
            "constant": self._constant,
            "ellipsis": self._ellipsis,
            "group": self._group,
            "list": self._list,
            "slice": self._slice,
        }

    # ---- places ----

    def span(self, place: Tree | Token) -> Span:
        return Span(self.source, place.start_pos, place.end_pos)

    # ---- statements and items ----

    def statement(self, tree: Tree) -> ast.Statement:
        """May raise Fault; faults inside blocks are collected."""
        return self.statements[str(tree.data)](tree)  # type: ignore[return-value]

    def block(self, tree: Tree) -> ast.Block:
        items: list[ast.Item] = []
        broken = tree.start_pos in self.broken
        for child in _trees(tree.children):
            try:
                items.append(self.statements[str(child.data)](child))  # type: ignore[arg-type]
            except Fault as found:
                self.collector.add(found.diagnostic)
                broken = True
        broken = broken or any(_is_broken(item) for item in items)
        return ast.Block(tuple(items), broken, span=self.span(tree))

    def _let(self, tree: Tree) -> ast.Let:
        _, names, value = tree.children
        return ast.Let(self._names(names), self.expression(value), span=self.span(tree))

    def _use(self, tree: Tree) -> ast.Use:
        path = _token(tree.children[1])
        return ast.Use(ast.String(string_value(path, self.span(path)), span=self.span(path)), span=self.span(tree))

    def _set(self, tree: Tree) -> ast.Set:
        name = _token(tree.children[1])
        return ast.Set(str(name), self.span(name), self.expression(tree.children[2]), span=self.span(tree))

    def _definition(self, tree: Tree) -> ast.Definition:
        kind, name, parameters, result, data, body = tree.children
        made = self._body(body)
        given = () if parameters is None else tuple(self._parameter(p) for p in _trees(_tree(parameters).children))
        return ast.Definition(
            str(kind),
            str(name),
            self.span(_token(name)),
            given,
            self._word(result),
            self._word(data),
            made,
            isinstance(made, ast.Block) and made.broken,
            self.comments.get(tree.start_pos, ""),
            span=self.span(tree),
        )

    def _body(self, body: Child) -> ast.Expr | ast.Block:
        if isinstance(body, Tree) and body.data == "block":
            return self.block(body)
        return self.expression(body)

    def _parameter(self, tree: Tree) -> ast.Parameter:
        name, kind, default = tree.children
        value = None if default is None else self.expression(default)
        return ast.Parameter(str(name), self._word(kind), value, span=self.span(tree))

    def _word(self, token: Child) -> ast.Name | None:
        return None if token is None else ast.Name(str(token), span=self.span(_token(token)))

    def _action(self, tree: Tree) -> ast.Action:
        verb, subjects, *rest = tree.children
        self._refuse_foreign(_token(verb), False)
        block = rest.pop()
        made = None if block is None else self.block(_tree(block))
        values = () if subjects is None else self._all(_tree(subjects).children)
        clauses = tuple(self._clause(c) for c in _trees(rest))
        broken = made is not None and made.broken
        return ast.Action(str(verb), self.span(_token(verb)), values, clauses, made, broken, span=self.span(tree))

    def _clause(self, tree: Tree) -> ast.Clause:
        word = _token(tree.children[0])
        return ast.Clause(str(word), self.span(word), self._all(tree.children[1:]), span=self.span(tree))

    def _bind(self, tree: Tree) -> ast.Bind:
        return ast.Bind(self._names(tree.children[0]), self.expression(tree.children[1]), span=self.span(tree))

    def _option(self, tree: Tree) -> ast.Option:
        name = _token(tree.children[0])
        self._refuse_foreign(name, True)
        arguments: tuple[ast.OptionArgument, ...] = ()
        block = None
        for child in _trees(tree.children[1:]):
            if child.data == "block":
                block = self.block(child)
            else:
                arguments = tuple(self._option_argument(a) for a in _trees(child.children))
        return ast.Option(str(name), self.span(name), arguments, block, span=self.span(tree))

    def _refuse_foreign(self, word: Token, is_option: bool) -> None:
        found = python_verb(str(word), self.span(word), is_option)
        if found is not None:
            raise Fault(found)

    def _option_argument(self, tree: Tree) -> ast.OptionArgument:
        value, second = self.expression(tree.children[0]), tree.children[1]
        given = None if second is None else self.expression(second)
        if tree.data == "option_initial":
            return ast.OptionArgument(value, None, given, span=self.span(tree))
        return ast.OptionArgument(value, given, None, span=self.span(tree))

    def _flow(self, tree: Tree) -> ast.Flow:
        return ast.Flow(self.expression(tree.children[0]), span=self.span(tree))

    def _names(self, tree: Child) -> tuple[ast.Name, ...]:
        return tuple(self._name(name) for name in _trees(_tree(tree).children))

    # ---- expressions ----

    def expression(self, tree: Child, below: int = 0) -> ast.Expr:
        """`below`: how many levels the expression lies under the one that is being built, beyond the first."""
        place = _tree(tree)
        self.depth += 1 + below
        try:
            if self.depth > DEEPEST:
                raise fault(
                    "E0120",
                    f"this expression is nested more than {DEEPEST} levels deep",
                    self.span(place),
                    help="give a part of it a name, on a line of its own",
                )
            return self.expressions[str(place.data)](place)
        finally:
            self.depth -= 1 + below

    def _all(self, children: Iterable[Child]) -> tuple[ast.Expr, ...]:
        return tuple(self.expression(child) for child in children if child is not None)

    def _fold(self, operands: list[Child]) -> list[ast.Expr]:
        """The operands of a chain that groups to the left: the first lies deepest."""
        last = len(operands) - 1
        return [self.expression(child, last - max(i, 1)) for i, child in enumerate(operands)]

    def _pipe(self, tree: Tree) -> ast.Expr:
        left, *rest = self._fold(list(tree.children))
        for right, end in zip(rest, _ends(tree), strict=True):
            left = ast.Pipe(left, right, span=Span(self.source, tree.start_pos, end))
        return left

    def _or(self, tree: Tree) -> ast.Expr:
        return self._same(tree, "or")

    def _and(self, tree: Tree) -> ast.Expr:
        return self._same(tree, "and")

    def _same(self, tree: Tree, op: str) -> ast.Expr:
        return self._join(self._fold(list(tree.children)), [op] * (len(tree.children) - 1), tree)

    def _chain(self, tree: Tree) -> ast.Expr:
        operands = self._fold(list(tree.children[::2]))
        return self._join(operands, [str(op) for op in tree.children[1::2]], tree)

    def _join(self, operands: list[ast.Expr], ops: list[str], tree: Tree) -> ast.Expr:
        """Spans start with the tree's, which sees a parenthesis that its first operand does not."""
        left = operands[0]
        for op, right, child in zip(ops, operands[1:], _ends(tree), strict=True):
            left = ast.Binary(op, left, right, span=Span(self.source, tree.start_pos, child))
        return left

    def _comparison(self, tree: Tree) -> ast.Expr:
        if len(tree.children) > 3:
            first, op, second, other, third = [self._source_text(c) for c in tree.children[:5]]
            span = self.span(tree)
            text = f"{first} {op} {second} and {second} {other} {third}"
            edits = (Edit(span, text),) if len(tree.children) == 5 else ()
            raise fault("E0119", "comparisons cannot be chained", span, help=f"write `{text}`", edits=edits)
        return self._chain(tree)

    def _source_text(self, child: Child) -> str:
        if isinstance(child, Token):
            return str(child)
        return self.span(_tree(child)).text

    def _negation(self, tree: Tree) -> ast.Expr:
        return ast.Unary("not", self.expression(tree.children[0]), span=self.span(tree))

    def _negative(self, tree: Tree) -> ast.Expr:
        return ast.Unary("-", self.expression(tree.children[1]), span=self.span(tree))

    def _power(self, tree: Tree) -> ast.Expr:
        base, exponent = self._all(tree.children)
        return ast.Binary("^", base, exponent, span=self.span(tree))

    def _call(self, tree: Tree) -> ast.Expr:
        called, *arguments = tree.children
        function = self.expression(called)
        if isinstance(function, ast.Number | ast.String):
            raise fault(
                "E0122",
                f"`{function.span.text}` cannot be called",
                function.span,
                help=f"to multiply, write `{function.span.text} * (...)`",
            )
        return ast.Call(function, tuple(self._argument(a) for a in _trees(arguments)), span=self.span(tree))

    def _argument(self, tree: Tree) -> ast.Argument:
        if tree.data == "named_argument":
            name, value = tree.children
            return ast.Argument(str(name), self.expression(value), span=self.span(tree))
        return ast.Argument(None, self.expression(tree.children[0]), span=self.span(tree))

    def _index(self, tree: Tree) -> ast.Expr:
        base, *items = self._all(tree.children)
        return ast.Index(base, tuple(items), span=self.span(tree))

    def _slice(self, tree: Tree) -> ast.Expr:
        start, stop = (None if part is None else self.expression(part) for part in tree.children)
        return ast.Slice(start, stop, span=self.span(tree))

    def _attribute(self, tree: Tree) -> ast.Expr:
        base, name = tree.children
        word = _token(name)
        return ast.Attribute(self.expression(base), str(word).strip("`"), self.span(word), span=self.span(tree))

    def _name(self, tree: Tree) -> ast.Name:
        return ast.Name(str(tree.children[0]).strip("`"), span=self.span(tree))

    def _number(self, tree: Tree) -> ast.Expr:
        token = _token(tree.children[0])
        value, percent = number_value(token, self.span(token))
        return ast.Number(value, percent, span=self.span(tree))

    def _string(self, tree: Tree) -> ast.Expr:
        token = _token(tree.children[0])
        return ast.String(string_value(token, self.span(token)), span=self.span(tree))

    def _constant(self, tree: Tree) -> ast.Expr:
        values = {"true": True, "false": False, "none": None}
        return ast.Constant(values[str(tree.children[0])], span=self.span(tree))

    def _ellipsis(self, tree: Tree) -> ast.Expr:
        return ast.Ellipsis(span=self.span(tree))

    def _group(self, tree: Tree) -> ast.Expr:
        return ast.Group(self._all(tree.children), span=self.span(tree))

    def _list(self, tree: Tree) -> ast.Expr:
        return ast.List(self._all(tree.children), span=self.span(tree))


def _ends(tree: Tree) -> list[int]:
    """Where each operand but the first ends; the last with the tree, which may close a parenthesis."""
    operands = [c for c in tree.children if isinstance(c, Tree)]
    ends = [c.outer_end for c in operands[1:]]
    return [*ends[:-1], tree.end_pos]


def _is_broken(item: ast.Item) -> bool:
    if isinstance(item, ast.Option):
        return item.block is not None and item.block.broken
    return isinstance(item, ast.Definition) and item.broken


def _trees(children: Iterable[Child]) -> list[Tree]:
    return [child for child in children if isinstance(child, Tree)]


def _tree(child: Child) -> Tree:
    assert isinstance(child, Tree)
    return child


def _token(child: Child) -> Token:
    assert isinstance(child, Token)
    return child
