"""Where the formatter ends lines.

In: an `Item` with its blanks, an indentation and a width. Out: `Row`s, one a line. What stood on several lines at
arrows, or at commas behind an opening bracket at the end of a line, stays so; everything else is put on one line where
it fits. What does not fit is broken before `->`, at commas, behind operators, or inside a bracket, whose closing half
then stands on a line of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nndsl.syntax.formatter_items import (
    Bracket,
    Item,
    Node,
    Piece,
    Remark,
    first_of,
    last_of,
    pieces_in,
    pieces_of,
)

STEP = 2
LEVELS = ({"_OR"}, {"_AND"}, {"COMPARE"}, {"PLUS", "MINUS"}, {"STAR", "SLASH", "AT"}, {"EQUAL", "TILDE"})


@dataclass(slots=True)
class Row:
    """A line: its indentation and its text, and the comment behind it. Without a text the comment stands alone.
    verbatim: text is kept from the source as it was, indentation and all."""

    indent: int
    text: str
    remark: Remark | None = None
    blank: bool = False
    verbatim: bool = False


def above(remarks: list[Remark], indent: int) -> list[Row]:
    return [Row(indent, "", remark, remark.blank) for remark in remarks]


# ---- what is on one line -----------------------------------------------------------------------------


def flat(nodes: list[Node]) -> str:
    return "".join((" " if piece.space and i else "") + piece.text for i, piece in enumerate(_written(nodes)))


def _written(nodes: list[Node]) -> list[Piece]:
    """On one line a list needs no comma behind its last item."""
    found: list[Piece] = []
    for node in nodes:
        if isinstance(node, Piece):
            found.append(node)
            continue
        inside = node.inside
        if _has_last_comma(node) and not _is_single(node):
            inside = inside[:-1]
        found += [node.open, *_written(inside), node.close]
    return found


def _has_last_comma(bracket: Bracket) -> bool:
    return bool(bracket.inside) and first_of(bracket.inside[-1]).kind == "COMMA"


def _is_single(bracket: Bracket) -> bool:
    """`(a,)`, whose comma makes it a group."""
    return bracket.open.kind == "LPAR" and sum(first_of(node).kind == "COMMA" for node in bracket.inside) == 1


def flat_item(item: Item) -> str:
    text = flat(item.nodes)
    if item.block is None:
        return text
    inner = "; ".join(flat_item(one) for one in item.block.items)
    return f"{text} {{ {inner} }}" if inner else f"{text} {{ }}"


# ---- what may not be on one line ---------------------------------------------------------------------


def _has_remarks(nodes: list[Node]) -> bool:
    """Whether comments stand between the first and the last token of these."""
    found = list(pieces_of(nodes))
    return any(piece.above for piece in found[1:]) or any(piece.remark for piece in found[:-1])


def _must_hang(bracket: Bracket) -> bool:
    """What is inside needs lines of its own."""
    inside = bracket.inside
    if _has_remarks([bracket]):
        return True
    is_list = any(first_of(node).kind == "COMMA" for node in inside)
    if is_list and first_of(inside[0]).newline:
        return True
    return any(_breaks_before(inside, i) for i in range(1, len(inside)) if first_of(inside[i]).kind == "ARROW") or any(
        isinstance(node, Bracket) and _must_hang(node) for node in inside
    )


def _breaks_before(nodes: list[Node], i: int) -> bool:
    """Whether a line ended here, and is to end here."""
    piece, before = first_of(nodes[i]), last_of(nodes[i - 1])
    if piece.above or before.remark:
        return True
    if piece.kind == "ARROW":
        following = first_of(nodes[i + 1]) if i + 1 < len(nodes) else piece
        return piece.newline or (following.newline and not following.above and piece.remark is None)
    return before.kind == "COMMA" and piece.newline


def _stands_on_one_line(item: Item) -> bool:
    """Whether a block may: it did, or it is empty; nothing in it needs more."""
    block = item.block
    if block is None:
        return True
    found = list(pieces_in(item))
    if any(p.above for p in found[1:]) or any(p.remark for p in found[:-1]):
        return False
    start = found.index(block.open)
    inner = found[start + 1 :] if block.items else []
    return not any(piece.newline for piece in inner) and not _is_forced(item.nodes)


def _is_forced(nodes: list[Node]) -> bool:
    return any(_breaks_before(nodes, i) for i in range(1, len(nodes))) or any(
        isinstance(node, Bracket) and _must_hang(node) for node in nodes
    )


# ---- rows ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Breaker:
    """width: that of a line without the comment behind it."""

    width: int

    def item(self, item: Item, indent: int) -> list[Row]:
        first = first_of(item.nodes[0]) if item.nodes else None
        if first is None:
            return self._block(item, indent)
        rows = above(first.above, indent)
        start = len(rows)
        rows += self._body(item, indent)
        rows[start].blank = first.blank
        return rows

    def _body(self, item: Item, indent: int) -> list[Row]:
        if item.block is None:
            return self.split(item.nodes, indent, indent + STEP)
        if _stands_on_one_line(item):
            text = flat_item(item)
            if indent + len(text) <= self.width or not item.block.items:
                return [Row(indent, text, item.block.close.remark)]
        return self._block(item, indent)

    def _block(self, item: Item, indent: int) -> list[Row]:
        block = item.block
        assert block is not None
        rows = self.split([*item.nodes, block.open], indent, indent + STEP)
        begin = len(rows)
        for inner in block.items:
            rows += self.item(inner, indent + STEP)
        rows += above(block.close.above, indent + STEP)
        if len(rows) > begin:
            rows[begin].blank = False
        return [*rows, Row(indent, block.close.text, block.close.remark)]

    def split(self, nodes: list[Node], indent: int, cont: int) -> list[Row]:
        """cont: the indentation of lines that go on."""
        if not _is_forced(nodes):
            text = flat(nodes)
            if indent + len(text) <= self.width:
                return [Row(indent, text, last_of(nodes[-1]).remark)]
        parts = _cut(nodes, lambda i: _breaks_before(nodes, i))
        if len(parts) > 1:
            return self._stack(parts, indent, cont)
        hanging = [node for node in nodes if isinstance(node, Bracket) and _must_hang(node)]
        if hanging:
            return self._hang(nodes, hanging, indent)
        return self._shorten(nodes, indent, cont)

    def _stack(self, parts: list[list[Node]], indent: int, cont: int) -> list[Row]:
        rows = self.split(parts[0], indent, cont)
        for part in parts[1:]:
            rows += [Row(row.indent, "", row.remark) for row in above(first_of(part[0]).above, cont)]
            rows += self.split(part, cont, cont)
        return rows

    def _fits(self, nodes: list[Node], indent: int) -> bool:
        return indent + len(flat(nodes)) <= self.width

    def _shorten(self, nodes: list[Node], indent: int, cont: int) -> list[Row]:
        """A line that is too long, and has no place where it must end."""
        arrows, commas, operators = _ways(nodes)
        all_fit = {id(way): all(self._fits(part, cont) for part in way) for way in (arrows, commas, operators)}
        if len(arrows) > 2 or (len(arrows) > 1 and all_fit[id(arrows)]):
            return self._stack(arrows, indent, cont)
        for way in (commas, operators):
            if len(way) > 1 and all_fit[id(way)]:
                return self._fill(way, indent, cont, keeps=False)
        brackets = [node for node in nodes if isinstance(node, Bracket) and node.inside]
        for bracket in reversed(brackets):
            if self._hangs_well(nodes, bracket, indent):
                return self._hang(nodes, [bracket], indent)
        if len(arrows) > 1:
            return self._stack(arrows, indent, cont)
        for way in (commas, operators):
            if len(way) > 1:
                return self._fill(way, indent, cont, keeps=False)
        if brackets:
            return self._hang(nodes, [max(brackets, key=lambda b: len(flat([b])))], indent)
        return [Row(indent, flat(nodes), last_of(nodes[-1]).remark)]

    def _hangs_well(self, nodes: list[Node], bracket: Bracket, indent: int) -> bool:
        at = next(i for i, node in enumerate(nodes) if node is bracket)
        head, tail = [*nodes[:at], bracket.open], [bracket.close, *nodes[at + 1 :]]
        return self._fits(head, indent) and self._fits(tail, indent)

    def _hang(self, nodes: list[Node], brackets: list[Bracket], indent: int) -> list[Row]:
        """Each of these brackets ends a line where it opens, and begins one where it closes."""
        rows: list[Row] = []
        line: list[Node] = []
        for node in nodes:
            if not isinstance(node, Bracket) or not any(node is bracket for bracket in brackets):
                line.append(node)
                continue
            rows.append(Row(indent, flat([*line, node.open]), node.open.remark))
            inside = [*self._inside(node, indent + STEP), *above(node.close.above, indent + STEP)]
            for row in inside[:1]:
                row.blank = False
            rows += inside
            line = [node.close]
        return [*rows, Row(indent, flat(line), last_of(line[-1]).remark)]

    def _inside(self, bracket: Bracket, indent: int) -> list[Row]:
        if not bracket.inside:
            return []
        items = _cut(bracket.inside, lambda i: last_of(bracket.inside[i - 1]).kind == "COMMA")
        first = first_of(bracket.inside[0])
        return above(first.above, indent) + self._fill(items, indent, indent, keeps=first.newline, deeper=STEP)

    def _fill(self, parts: list[list[Node]], indent: int, cont: int, *, keeps: bool, deeper: int = 0) -> list[Row]:
        """As many parts on a line as fit. keeps: lines that ended between two of them still do. deeper: how much
        further the later lines of one part are indented."""
        rows: list[Row] = []
        line: list[Node] = []
        closed = True  # the line may not go on

        def flush() -> None:
            if line:
                made = self.split(list(line), cont if rows else indent, cont + deeper)
                made[0].blank = keeps and first_of(line[0]).blank
                rows.extend(made)
                line.clear()

        for part in parts:
            first = first_of(part[0])
            is_long = _is_forced(part) or not self._fits(part, cont)
            ends = bool(line) and bool(last_of(line[-1]).remark)
            starts = closed or ends or bool(first.above) or (keeps and first.newline) or is_long
            if starts or not self._fits([*line, *part], cont if rows else indent):
                flush()
                rows += above(first.above, cont) if part is not parts[0] else []
            line += part
            closed = is_long
        flush()
        return rows


def _cut(nodes: list[Node], before: Callable[[int], bool]) -> list[list[Node]]:
    """before: whether a part begins with the node of this number."""
    parts: list[list[Node]] = [[]]
    for i, node in enumerate(nodes):
        if i and before(i):
            parts.append([])
        parts[-1].append(node)
    return parts


def _ways(nodes: list[Node]) -> tuple[list[list[Node]], list[list[Node]], list[list[Node]]]:
    """Cut before arrows, behind commas, and behind the operators that hold loosest."""
    kinds = [node.kind if isinstance(node, Piece) else "" for node in nodes]
    level = next((level for level in LEVELS if level & set(kinds)), set[str]())
    return (
        _cut(nodes, lambda i: kinds[i] == "ARROW"),
        _cut(nodes, lambda i: kinds[i - 1] == "COMMA"),
        _cut(nodes, lambda i: kinds[i - 1] in level),
    )
