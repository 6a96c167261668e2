"""Feeds laid-out tokens to the grammar's tables, one statement at a time, so that a fault stays in its line.

In: the tokens of a statement. Out: its tree, or a stub that says which name it would have defined. A line that
cannot be read is reported and left out: the parser goes back to where the line began and on from where it ends.
"""

from __future__ import annotations

from dataclasses import dataclass

from lark import Token, Tree, UnexpectedToken
from lark.parsers.lalr_parser_state import ParserState

from nndsl.diagnostics import Collector, Source
from nndsl.syntax.messages import explain
from nndsl.syntax.tables import tables
from nndsl.syntax.trouble import OPERATORS, Trouble

END = "$END"


@dataclass(slots=True)
class Begin:
    """Where the items of a block go on: the parser's stacks as they were before the item, and the item's first
    token."""

    states: list[int]
    values: list[object]
    first: int
    brace: Token


@dataclass(frozen=True, slots=True)
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

    def read(self, tokens: list[Token], start: str) -> Tree[Token] | Stopped:
        """Parses `tokens` as `start`. Every fault is collected; only one outside all blocks stops it."""
        state = _fresh(start)
        begins: list[Begin] = []
        end = _end_token(tokens)
        i = 0
        while i <= len(tokens):
            token = tokens[i] if i < len(tokens) else end
            try:
                tree = state.feed_token(token, token.type == END)
            except UnexpectedToken as unexpected:
                self._report(tokens, i, begins, state, start, unexpected)
                if not begins or token.type == END:
                    return Stopped(i)
                i = self._drop_item(tokens, i, begins[-1], state)
                continue
            if token.type == END:
                return tree if isinstance(tree, Tree) else _lonely(tree)
            self._remember(state, begins, token, i)
            i += 1
        raise AssertionError("the last token ends the parse")

    def read_lost_blocks(self, tokens: list[Token], i: int) -> list[Tree[Token]]:
        """The blocks among tokens that were dropped, from number `i` on, read for the faults in them."""
        trees: list[Tree[Token]] = []
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
    def _remember(state: ParserState[int], begins: list[Begin], token: Token, i: int) -> None:
        if token.type == "LBRACE":
            begins.append(Begin(list(state.state_stack), list(state.value_stack), i + 1, token))
        elif token.type == "_SEP" and begins:
            begins[-1] = Begin(list(state.state_stack), list(state.value_stack), i + 1, begins[-1].brace)
        elif token.type == "RBRACE":
            begins.pop()

    def _drop_item(self, tokens: list[Token], i: int, begin: Begin, state: ParserState[int]) -> int:
        """Back to the stacks before the item; gives the number of the token that ends it."""
        state.state_stack[:] = begin.states
        state.value_stack[:] = begin.values
        self.broken.add(begin.brace.start_pos or 0)
        stop = _item_end(tokens, i)
        self.read_lost_blocks(tokens[begin.first : stop], i - begin.first)
        return stop

    def _report(
        self,
        tokens: list[Token],
        i: int,
        begins: list[Begin],
        state: ParserState[int],
        start: str,
        unexpected: UnexpectedToken,
    ) -> None:
        first = begins[-1].first if begins else 0
        self.breaks.update(_dangling(tokens, first, i))
        stop = _item_end(tokens, i) if begins else len(tokens)
        expected = frozenset(unexpected.expected)
        place = "item" if begins else start
        trouble = Trouble(self.source, tokens[first:stop], i - first, place, expected, self.unclosed)
        self.collector.add(explain(trouble))


def _fresh(start: str) -> ParserState[int]:
    return tables().parse_interactive("", start=start).parser_state


def _end_token(tokens: list[Token]) -> Token:
    if not tokens:
        return Token(END, "", 0, 1, 1, 1, 1, 0)
    last = tokens[-1]
    return Token(END, "", last.end_pos, last.end_line, last.end_column, last.end_line, last.end_column, last.end_pos)


def _dangling(tokens: list[Token], first: int, i: int) -> list[int]:
    """`let a = 3 +`, and below it a line that is not indented: it may be meant for itself. Where that line starts."""
    for k in range(first + 1, min(i, len(tokens) - 1) + 1):
        before, token = tokens[k - 1], tokens[k]
        if before.type in OPERATORS and (token.line or 0) > (before.end_line or 0):
            return [token.start_pos or 0] if (token.column or 1) <= (tokens[first].column or 1) else []
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


def _lonely(value: object) -> Tree[Token]:
    raise AssertionError(f"a start rule gave {value!r}")
