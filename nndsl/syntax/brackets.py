"""Which bracket belongs to which, in a text that may have too many or too few of them.

In: the tokens of a text, without comments. Out: `Brackets`: the round and square ones that nothing closes, the braces
that nothing opens, and the places where a missing `}` must have stood. Reports nothing: `layout.py` and `reader.py` do.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nndsl.syntax.tree import Token

CLOSES = {"RPAR": "LPAR", "RSQB": "LSQB"}
FIRST_WORDS = ("KIND", "LET", "USE", "SET")
WORDS = ("NAME", "PREPOSITION", *FIRST_WORDS)


@dataclass(slots=True)
class Mark:
    """One token, and whether a new line starts with it."""

    token: Token
    first: bool


@dataclass(slots=True)
class Brackets:
    """Numbers of tokens. `closed_before[i]` holds the `{` that must have been closed before token i; None for a lost
    `}` too many.

    `opened_before[i]` is the `}` for which a `{` must have stood before token i.
    """

    unclosed: set[int] = field(default_factory=set)
    stray: set[int] = field(default_factory=set)
    too_early: dict[int, int] = field(default_factory=dict)
    opened_before: dict[int, int] = field(default_factory=dict)
    closed_before: dict[int, list[int]] = field(default_factory=dict)


def match(marks: list[Mark]) -> Brackets:
    """Pairs the brackets. Where the braces do not add up, the indentation says where one is missing."""
    plain = _Matcher(marks, by_indentation=False).run()
    if len(marks) in plain.closed_before:
        return _Matcher(marks, by_indentation=True).run()
    return plain


class _Matcher:
    def __init__(self, marks: list[Mark], by_indentation: bool) -> None:
        self.marks = marks
        self.by_indentation = by_indentation
        self.found = Brackets()
        self.open: list[int] = []  # numbers of all brackets that are open here
        self.last_outer: int | None = None  # the last `}` that closed a statement's block

    def run(self) -> Brackets:
        for i, mark in enumerate(self.marks):
            if self.by_indentation and mark.first and self.open and self._starts_statement(i):
                self._close_braces(i)
            kind = mark.token.type
            if kind in ("LPAR", "LSQB"):
                self.open.append(i)
            elif kind in CLOSES:
                self._close(kind)
            elif kind == "LBRACE":
                self._drop_round()
                self.open.append(i)
            elif kind == "RBRACE":
                self._close_brace(i)
        self._close_braces(len(self.marks))
        return self.found

    def _close(self, kind: str) -> None:
        """A `)` closes what is on top, even a `[`: the parser says that they do not fit. It never reaches through a
        `{`."""
        if self.open and self._kind(self.open[-1]) != "LBRACE":
            if self._kind(self.open[-1]) != CLOSES[kind] and len(self.open) > 1:
                below = self._kind(self.open[-2])
                if below == CLOSES[kind]:  # `(a[1)`: the inner one was forgotten
                    self.found.unclosed.add(self.open.pop())
            self.open.pop()

    def _close_brace(self, i: int) -> None:
        self._drop_round()
        while self.by_indentation and len(self.open) > 1 and self._stands_left_of_block(i):
            self.found.closed_before.setdefault(i, []).append(self.open.pop())
            self._drop_round()
        if self.open:
            self.open.pop()
            if not self.open:
                self.last_outer = i
            return
        self.found.stray.add(i)
        if self.last_outer is not None and self._indented_between(self.last_outer, i):
            self.found.too_early[i] = self.last_outer
            self.last_outer = i
            return
        first = self._first_of_block(i)
        if first is not None:
            self.found.stray.discard(i)
            self.found.opened_before[first] = i
            self.last_outer = i

    def _drop_round(self) -> None:
        while self.open and self._kind(self.open[-1]) != "LBRACE":
            self.found.unclosed.add(self.open.pop())

    def _close_braces(self, before: int) -> None:
        self._drop_round()
        lost: list[int] = []
        while self.open:
            self._drop_round()
            if self.open:
                lost.append(self.open.pop())
        if lost:
            self.found.closed_before.setdefault(before, []).extend(lost)

    def _first_of_block(self, i: int) -> int | None:
        """A `}` below indented lines, below a line that is not: a `{` is missing there. The first token it would
        hold."""
        if not self.marks[i].first:
            return None
        edge = self.marks[i].token.column
        first: int | None = None
        for j in range(i - 1, (self.last_outer or 0) - 1, -1):
            if self.marks[j].first:
                if self.marks[j].token.column <= edge:
                    return first
                first = j
        return None

    def _stands_left_of_block(self, i: int) -> bool:
        """A `}` at the start of a line, further left than the line that opened the innermost block: it closes
        another."""
        mark = self.marks[i]
        brace = self.open[-1]
        opening = next(m.token for m in reversed(self.marks[: brace + 1]) if m.first)
        return mark.first and mark.token.column < opening.column

    def _kind(self, i: int) -> str:
        return str(self.marks[i].token.type)

    def _starts_statement(self, i: int) -> bool:
        """A word at the left edge that cannot belong to the open block: a definition, or anything if the block is
        indented."""
        token = self.marks[i].token
        if token.column != 1 or token.type not in WORDS:
            return False
        brace = next((j for j in self.open if self._kind(j) == "LBRACE"), None)
        if brace is None:
            return False
        following = self.marks[i + 1].token.type if i + 1 < len(self.marks) else ""
        if token.type in FIRST_WORDS and following in WORDS:
            return True
        inside = next((m.token for m in self.marks[brace + 1 : i] if m.first), None)
        return i > brace + 1 if inside is None else inside.column != 1

    def _indented_between(self, start: int, end: int) -> bool:
        between = [m.token for m in self.marks[start + 1 : end] if m.first]
        return bool(between) and all(token.column != 1 for token in between)
