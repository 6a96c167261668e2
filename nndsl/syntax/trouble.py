"""A token that stopped the parser, and what stands around it: what the rules of `messages.py` ask about."""

from __future__ import annotations

from dataclasses import replace

from nndsl.diagnostics import Source, Span
from nndsl.syntax.layout import GOES_ON
from nndsl.syntax.tree import Token
from nndsl.values import value

OPERATORS = GOES_ON | {"PREPOSITION", "DOT"}
BEGINS_VALUE = {
    "NAME",
    "PRIMED",
    "BACKQUOTED",
    "NUMBER",
    "STRING",
    "TRUE",
    "FALSE",
    "NONE",
    "ELLIPSIS",
    "LPAR",
    "LSQB",
    "_NOT",
    "NEGATIVE",
}
OPENERS = ("LPAR", "_CALL", "LSQB", "_INDEX")
WORDS = {"NUMBER": "number", "STRING": "string"}


@value
class Trouble:
    """`tokens`: those of the line (`place` is item) or of the whole statement; `at`: the one that did not fit, which is
    their number where the text ends too early. `expected`: names of terminals that would have fitted."""

    source: Source
    tokens: list[Token]
    at: int
    place: str
    expected: frozenset[str]
    unclosed: set[int]

    def back(self) -> Trouble:
        """The same trouble, seen at the token before."""
        return replace(self, at=self.at - 1)

    @property
    def token(self) -> Token:
        if self.at < len(self.tokens):
            return self.tokens[self.at]
        return self.tokens[-1].followed_by("$END") if self.tokens else Token.at("$END", "", (0, 1, 1), (0, 1, 1))

    @property
    def kind(self) -> str:
        return str(self.token.type)

    @property
    def word(self) -> str:
        return str(self.token)

    @property
    def found(self) -> str:
        """The token in a sentence."""
        if self.kind in ("_SEP", "$END"):
            return "the end of the line"
        word = WORDS.get(self.kind)
        return f"the {word} `{self.word}`" if word and len(self.word) < 30 else f"`{_short(self.word)}`"

    @property
    def span(self) -> Span:
        return self.span_of(self.token)

    def span_of(self, token: Token) -> Span:
        start, end = token.start_pos, token.end_pos
        if start == end:  # the end of a line: the last thing on it is shown
            end = start
            start = max(0, start - 1)
        return Span(self.source, start, end)

    @property
    def previous(self) -> Token | None:
        return self.tokens[self.at - 1] if 0 < self.at <= len(self.tokens) else None

    @property
    def following(self) -> Token | None:
        return self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else None

    @property
    def first(self) -> Token | None:
        return self.tokens[0] if self.tokens else None

    @property
    def after_previous(self) -> Span:
        end = self.previous.end_pos if self.previous is not None else self.token.start_pos
        return Span(self.source, end, end)

    def between(self, left: Token, right: Token) -> Span:
        return Span(self.source, left.end_pos, right.start_pos)

    @property
    def starts_line(self) -> bool:
        before = self.previous
        return before is not None and "\n" in self.between(before, self.token).text

    @property
    def opener(self) -> Token | None:
        """The innermost round or square bracket that is open at the token."""
        open: list[Token] = []
        for token in self.tokens[: self.at]:
            if token.type in OPENERS:
                open.append(token)
            elif token.type in ("RPAR", "RSQB") and open:
                open.pop()
        return open[-1] if open else None

    @property
    def depth(self) -> bool:
        return self.opener is not None

    @property
    def is_after_equals(self) -> bool:
        """An `=` outside brackets came before."""
        depth = 0
        for token in self.tokens[: self.at]:
            depth += token.type in OPENERS
            depth -= token.type in ("RPAR", "RSQB")
            if token.type == "EQUAL" and depth <= 0:
                return True
        return False

    @property
    def item_is_target(self) -> bool:
        """`f(x) = 3`: the line starts with something like a name, and this is its first `=` outside brackets."""
        return self.opener is None and self.at > 1 and not self.is_after_equals

    @property
    def span_before(self) -> Span:
        return self.span_of(self.tokens[0]).to(self.span_of(self.tokens[self.at - 1]))

    @property
    def text_before(self) -> str:
        return _short(self.span_before.text)

    @property
    def span_of_head(self) -> Span:
        """The statement up to its block or the end of its first line."""
        first = self.tokens[0]
        stop = first
        for token in self.tokens[1:]:
            if token.type == "LBRACE" or token.line != first.line:
                break
            stop = token
        return self.span_of(first).to(self.span_of(stop))

    @property
    def text_of_head(self) -> str:
        return _short(self.span_of_head.text) if self.tokens else ""

    @property
    def continued_help(self) -> str | None:
        before = self.previous
        if before is not None and self.starts_line:
            return f"a line that ends with `{before}` goes on in the next"
        return None


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:37] + "..."
