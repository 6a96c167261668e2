"""A statement as the formatter sees it: items, brackets and blocks, and the comments between their tokens.

In: the tokens of a statement as `layout.py` lays them out, and the raw tokens of the text. Out: an `Item` whose pieces
know what stood around them: comments, ends of lines, empty lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from nndsl.syntax.layout import OPENERS
from nndsl.syntax.tree import Token

TAB = 8  # columns from one tab stop to the next, where the place of a comment is measured


@dataclass(slots=True)
class Remark:
    """A comment. column: where it stood, from 0. blank: an empty line stood above it. continues: it stands alone on its
    line, straight below the comment that it goes on from."""

    text: str
    column: int
    blank: bool = False
    continues: bool = False


@dataclass(slots=True)
class Anchor:
    """A place that comments belong to. above: those on lines of their own before it. remark: the one behind it, on its
    line. newline: it was not on the line of what is before it; blank: an empty line stood above it."""

    above: list[Remark] = field(default_factory=list)
    remark: Remark | None = None
    newline: bool = False
    blank: bool = False


@dataclass(slots=True)
class Piece(Anchor):
    """A token. space: it is written with a blank before it."""

    kind: str = ""
    text: str = ""
    space: bool = True


@dataclass(slots=True)
class Bracket:
    """`( ... )` or `[ ... ]`."""

    open: Piece
    inside: list[Node]
    close: Piece


Node = Piece | Bracket


@dataclass(slots=True)
class Block:
    """`{ ... }`."""

    open: Piece
    items: list[Item]
    close: Piece


@dataclass(slots=True)
class Item:
    """A statement, or what stands on a line of a block. A block is the last of it."""

    nodes: list[Node]
    block: Block | None = None


def pieces(node: Node) -> Iterator[Piece]:
    if isinstance(node, Piece):
        yield node
        return
    yield node.open
    for inner in node.inside:
        yield from pieces(inner)
    yield node.close


def pieces_of(nodes: Iterable[Node]) -> Iterator[Piece]:
    for node in nodes:
        yield from pieces(node)


def pieces_in(item: Item) -> Iterator[Piece]:
    yield from pieces_of(item.nodes)
    if item.block is not None:
        yield item.block.open
        for inner in item.block.items:
            yield from pieces_in(inner)
        yield item.block.close


def first_of(node: Node) -> Piece:
    return node if isinstance(node, Piece) else node.open


def last_of(node: Node) -> Piece:
    return node if isinstance(node, Piece) else node.close


# ---- from tokens to items ----------------------------------------------------------------------------


def to_item(tokens: list[Token], made: dict[int, Piece]) -> Item:
    """A statement that can be read, as an item. made: gets its pieces, by where their tokens start."""
    return _Items(tokens, made).item()


class _Items:
    def __init__(self, tokens: list[Token], made: dict[int, Piece]) -> None:
        self.tokens = tokens
        self.made = made
        self.at = 0

    def item(self) -> Item:
        nodes: list[Node] = []
        while self.at < len(self.tokens) and self.tokens[self.at].type not in ("_SEP", "RBRACE"):
            if self.tokens[self.at].type == "LBRACE":
                return Item(nodes, self.block())
            nodes.append(self.node())
        return Item(nodes)

    def node(self) -> Node:
        piece = self.piece()
        if piece.kind not in OPENERS:
            return piece
        inside: list[Node] = []
        while self.tokens[self.at].type not in ("RPAR", "RSQB"):
            inside.append(self.node())
        return Bracket(piece, inside, self.piece())

    def block(self) -> Block:
        opened = self.piece()
        items: list[Item] = []
        while self.tokens[self.at].type != "RBRACE":
            if self.tokens[self.at].type == "_SEP":
                self.at += 1
            else:
                items.append(self.item())
        return Block(opened, items, self.piece())

    def piece(self) -> Piece:
        token = self.tokens[self.at]
        self.at += 1
        piece = Piece(kind=token.type, text=str(token))
        self.made[token.start_pos] = piece
        return piece


# ---- comments and ends of lines ----------------------------------------------------------------------


def attach(text: str, raw: list[Token], anchors: dict[int, Anchor], skipped: list[tuple[int, int]]) -> list[Remark]:
    """Gives every comment to its anchor; anchors: by where they start. skipped: places that are kept as they are.

    Gives the comments behind the last anchor that stand on lines of their own.
    """
    waiting: list[Remark] = []
    last: Anchor | None = None
    before: Remark | None = None  # a comment on the line above that may be gone on from
    lines, broke = 0, False  # ends of lines since the last token or comment, and whether there was one since the token
    skip = iter(skipped)
    start, stop = next(skip, (len(text), len(text)))
    line_start = 0
    for token in raw:
        while token.start_pos >= stop and start < len(text):
            start, stop = next(skip, (len(text), len(text)))
        if token.type == "NEWLINE":
            line_start = token.end_pos
        if start < token.start_pos < stop:
            continue
        if token.type == "NEWLINE":
            lines, broke = lines + 1, True
        elif token.type == "COMMENT" and token.start_pos != start:
            column = len(text[line_start : token.start_pos].expandtabs(TAB))
            remark = Remark(str(token).rstrip(), column, lines > 1)
            if last is not None and not broke and last.remark is None:
                last.remark = before = remark
            else:
                remark.continues = before is not None and lines == 1 and before.column == column
                before = remark if remark.continues else None
                waiting.append(remark)
            lines = 0
        elif token.start_pos in anchors:
            last = anchors[token.start_pos]
            last.above, last.newline, last.blank = waiting, broke, lines > 1
            waiting, lines, broke, before = [], 0, False, None
    return waiting


def settle(item: Item) -> None:
    """A comma at the beginning of a line goes to the end of the one before, and the comment there behind it."""
    found = list(pieces_in(item))
    for before, comma in pairwise(found):
        if comma.kind == "COMMA" and before.remark is not None and comma.remark is None and not comma.above:
            before.remark, comma.remark = None, before.remark
