"""Runs the grammar's tables: a lexer that never fails, and an LALR parser that is fed token by token.

In: `Tables`, plain values that `tables.py` makes or reads; a text, or tokens. Out: tokens, trees. Its trees are those
that lark builds from the same grammar (a test compares them); it is here so that a start from kept tables need not
import lark, which takes longer than parsing a script.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from nndsl.syntax.tree import Token, Tree

END = "$END"


class Rule(NamedTuple):
    """One line of the grammar, and how its tree is made from what it matched.

    origin: the rule's name; size: how many symbols it matches. tree: the name of the tree. passes_on: a single child
    stands for the tree. children: (number of the symbol, whether its children are taken in its place, how many Nones
    for left-out parts come before it); nones: how many come last.
    """

    origin: str
    size: int
    tree: str
    passes_on: bool
    children: list[tuple[int, bool, int]]
    nones: int


class Tables(NamedTuple):
    """pattern: a regular expression with a group for each terminal; ignored: those that make no token.

    actions: by state, what a terminal does: the state it leads to, or ~n to reduce by rule n. gotos: by state, where
    a finished rule leads. starts, ends: by start rule, the first and the last state.
    """

    pattern: str
    ignored: list[str]
    terminals: list[str]
    rules: list[Rule]
    actions: list[dict[str, int]]
    gotos: list[dict[str, int]]
    starts: dict[str, int]
    ends: dict[str, int]


class Lexer:
    def __init__(self, tables: Tables) -> None:
        self.match = re.compile(tables.pattern).match
        self.ignored = frozenset(tables.ignored)

    def lex(self, text: str) -> list[Token]:
        """Every token of a text. The grammar has a terminal for any character, so there is always a next one."""
        tokens: list[Token] = []
        position, line, line_start = 0, 1, 0
        while position < len(text):
            found = self.match(text, position)
            assert found is not None and found.lastgroup is not None
            piece, kind = found[0], found.lastgroup
            start = (position, line, position - line_start + 1)
            newlines = piece.count("\n")
            if newlines:
                line += newlines
                line_start = position + piece.rindex("\n") + 1
            position = found.end()
            if kind not in self.ignored:
                tokens.append(Token.at(kind, piece, start, (position, line, position - line_start + 1)))
        return tokens


class Unexpected(Exception):
    """A token that does not fit; `expected`: the terminals that would have."""

    def __init__(self, expected: frozenset[str]) -> None:
        self.expected = expected


class Parse:
    """One parse under way. Its two stacks may be copied and put back, which takes the parse back to where it was."""

    def __init__(self, tables: Tables, start: str) -> None:
        self.tables = tables
        self.states = [tables.starts[start]]
        self.values: list[Tree | Token] = []
        self.last = tables.ends[start]

    def feed(self, token: Token) -> Tree | None:
        """Takes one token. Gives the finished tree at `END`, else None. Raises Unexpected where it does not fit."""
        tables, states, values = self.tables, self.states, self.values
        kind = token.type
        while True:
            action = tables.actions[states[-1]].get(kind)
            if action is None:
                raise Unexpected(frozenset(tables.actions[states[-1]]))
            if action >= 0:
                states.append(action)
                values.append(token)
                return None
            rule = tables.rules[~action]
            value = _reduce(rule, values[-rule.size :])
            del states[-rule.size :]
            del values[-rule.size :]
            states.append(tables.gotos[states[-1]][rule.origin])
            values.append(value)
            if kind == END and states[-1] == self.last:
                assert isinstance(value, Tree)
                return value


def _reduce(rule: Rule, matched: list[Tree | Token]) -> Tree | Token:
    children: list[Tree | Token | None] = []
    for number, takes_children, nones in rule.children:
        if nones:
            children += [None] * nones
        child = matched[number]
        if takes_children:
            assert isinstance(child, Tree)
            if children:
                children += child.children
            else:
                children = child.children  # a list that grows on the left is never copied
        else:
            children.append(child)
    if rule.nones:
        children += [None] * rule.nones
    first, last = matched[0], matched[-1]
    start = first.outer_start if isinstance(first, Tree) else first.start_pos
    end = last.outer_end if isinstance(last, Tree) else last.end_pos
    if not (rule.passes_on and len(children) == 1):
        return Tree(rule.tree, children, start, end)
    passed = children[0]
    assert passed is not None
    if isinstance(passed, Tree):
        passed.outer_start, passed.outer_end = start, end
    return passed
