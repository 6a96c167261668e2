"""Feeds laid-out tokens to the grammar's tables, one statement at a time, so that a fault stays in its line.

In: the tokens of a statement. Out: its tree, or a stub that says which name it would have defined. A line that
cannot be read is reported and left out: the parser goes back to where the line began and on from where it ends.
"""

from __future__ import annotations

from dataclasses import dataclass

from nndsl.diagnostics import Collector, Source
from nndsl.syntax.lalr import END, Parse, Unexpected
from nndsl.syntax.messages import explain
from nndsl.syntax.tables import tables
from nndsl.syntax.tree import Token, Tree
from nndsl.syntax.trouble import OPERATORS, Trouble
from nndsl.values import value


@dataclass(slots=True)
class Begin:
    """Where the items of a block go on: the parser's stacks as they were before the item, and the item's first
    token."""

    states: list[int]
    values: list[Tree | Token]
    first: int
    brace: Token


@value
class Stopped:
    """The head of a statement could not be read; `at` is the number of the token that did not fit."""

    at: int


class Reader:
    """`broken`: where the `{` of blocks start of which a line was dropped. `breaks`: where lines start that were
    read as going on from the one before, and better were not: see `_dangling`."""

    def __init__(self, source: Source, collector: Collector, unclosed: set[int]) -> None:
        self.source = source
        self.collector = collector
        self.unclosed = unclosed
        self.broken: set[int] = set()
        self.breaks: set[int] = set()

    def read(self, tokens: list[Token], start: str) -> Tree | Stopped:
        """Parses `tokens` as `start`. Every fault is collected; only one outside all blocks stops it."""
        state = Parse(tables(), start)
        begins: list[Begin] = []
        end = _end_token(tokens)
        i = 0
        while i <= len(tokens):
            token = tokens[i] if i < len(tokens) else end
            try:
                tree = state.feed(token)
            except Unexpected as unexpected:
                self._report(tokens, i, begins, state, start, unexpected)
                if not begins or token.type == END:
                    return Stopped(i)
                i = self._drop_item(tokens, i, begins[-1], state)
                continue
            if tree is not None:
                return tree
            self._remember(state, begins, token, i)
            i += 1
        raise AssertionError("the last token ends the parse")

    def read_lost_blocks(self, tokens: list[Token], i: int) -> list[Tree]:
        """The blocks among tokens that were dropped, from number `i` on, read for the faults in them."""
        trees: list[Tree] = []
        while i < len(tokens):
            if tokens[i].type != "LBRACE":
                i += 1
                continue
            stop = _closing(tokens, i)
            is_value = i > 0 and tokens[i - 1].type in OPERATORS - {"PREPOSITION"}  # `x = {1: 2}` is no block
            tree = None if is_value else self.read(tokens[i : stop + 1], "block")
            if isinstance(tree, Tree):
                trees.append(tree)
            i = stop + 1
        return trees

    @staticmethod
    def _remember(state: Parse, begins: list[Begin], token: Token, i: int) -> None:
        if token.type == "LBRACE":
            begins.append(Begin(list(state.states), list(state.values), i + 1, token))
        elif token.type == "_SEP" and begins:
            begins[-1] = Begin(list(state.states), list(state.values), i + 1, begins[-1].brace)
        elif token.type == "RBRACE":
            begins.pop()

    def _drop_item(self, tokens: list[Token], i: int, begin: Begin, state: Parse) -> int:
        """Back to the stacks before the item; gives the number of the token that ends it."""
        state.states[:] = begin.states
        state.values[:] = begin.values
        self.broken.add(begin.brace.start_pos)
        stop = _item_end(tokens, i)
        self.read_lost_blocks(tokens[begin.first : stop], i - begin.first)
        return stop

    def _report(
        self,
        tokens: list[Token],
        i: int,
        begins: list[Begin],
        state: Parse,
        start: str,
        unexpected: Unexpected,
    ) -> None:
        first = begins[-1].first if begins else 0
        self.breaks.update(_dangling(tokens, first, i))
        stop = _item_end(tokens, i) if begins else len(tokens)
        expected = unexpected.expected
        place = "item" if begins else start
        trouble = Trouble(self.source, tokens[first:stop], i - first, place, expected, self.unclosed)
        self.collector.add(explain(trouble))


def _end_token(tokens: list[Token]) -> Token:
    if not tokens:
        return Token.at(END, "", (0, 1, 1), (0, 1, 1))
    return tokens[-1].followed_by(END)


def _dangling(tokens: list[Token], first: int, i: int) -> list[int]:
    """`let a = 3 +`, and below it a line that is not indented: it may be meant for itself. Where that line starts."""
    for k in range(first + 1, min(i, len(tokens) - 1) + 1):
        before, token = tokens[k - 1], tokens[k]
        if before.type in OPERATORS and token.line > before.end_line:
            return [token.start_pos] if token.column <= tokens[first].column else []
    return []


def _item_end(tokens: list[Token], i: int) -> int:
    """The number of the separator or `}` that ends the item of token i; blocks in between belong to it."""
    depth = 0
    while i < len(tokens):
        kind = tokens[i].type
        if depth == 0 and kind in ("_SEP", "RBRACE"):
            return i
        depth += kind == "LBRACE"
        depth -= kind == "RBRACE"
        i += 1
    return i


def _closing(tokens: list[Token], i: int) -> int:
    """The number of the `}` that closes the `{` at i; the last token if there is none."""
    depth = 0
    for j in range(i, len(tokens)):
        depth += tokens[j].type == "LBRACE"
        depth -= tokens[j].type == "RBRACE"
        if depth == 0:
            return j
    return len(tokens) - 1
