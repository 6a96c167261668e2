"""What the lexer and the parser make: tokens, and trees of them. No meaning, no text of their own."""

from __future__ import annotations


class Token(str):
    """A piece of the text, with its terminal and its place. Lines and columns count from 1, positions from 0; ends
    are behind the last character."""

    __slots__ = ("column", "end_column", "end_line", "end_pos", "line", "start_pos", "type")

    type: str
    start_pos: int
    line: int
    column: int
    end_pos: int
    end_line: int
    end_column: int

    @staticmethod
    def at(kind: str, text: str, start: tuple[int, int, int], end: tuple[int, int, int]) -> Token:
        """start, end: position, line and column."""
        token = Token(text)
        token.type = kind
        token.start_pos, token.line, token.column = start
        token.end_pos, token.end_line, token.end_column = end
        return token

    def turned_into(self, kind: str) -> Token:
        """The same piece of text as another terminal."""
        return Token.at(kind, self, (self.start_pos, self.line, self.column), self.end)

    def followed_by(self, kind: str, text: str = "") -> Token:
        """A token that the text does not have, straight behind this one."""
        return Token.at(kind, text, self.end, self.end)

    @property
    def end(self) -> tuple[int, int, int]:
        return self.end_pos, self.end_line, self.end_column

    def __repr__(self) -> str:
        return f"Token({self.type!r}, {str(self)!r})"


class Tree:
    """A rule, or the name it goes by, and what it holds.

    start_pos, end_pos: of the rule's own text. outer_start, outer_end: the same, or of the parentheses around it: a
    rule that only passes a tree on widens these.
    """

    __slots__ = ("children", "data", "end_pos", "outer_end", "outer_start", "start_pos")

    def __init__(self, data: str, children: list[Tree | Token | None], start: int, end: int) -> None:
        self.data = data
        self.children = children
        self.start_pos = self.outer_start = start
        self.end_pos = self.outer_end = end

    def __repr__(self) -> str:
        return f"Tree({self.data!r}, {self.children!r})"
