"""The one form of a script: what `nndsl fmt` writes.

In: a text, and the width of a line. Out: the same script, with two blanks of indentation and one statement or item a
line. No comment is lost or moved to another token, nothing is reordered, and the tree stays the same; what cannot be
read is kept as it is, byte for byte, with the lines it stands on. Formatting twice is formatting once.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nndsl.diagnostics import Collector, Source
from nndsl.syntax.formatter_columns import written
from nndsl.syntax.formatter_items import Anchor, Item, Piece, attach, settle, to_item
from nndsl.syntax.formatter_lines import Breaker, Row, above
from nndsl.syntax.formatter_spacing import space
from nndsl.syntax.layout import Layout, lay_out, raw_tokens
from nndsl.syntax.parser import MOST_READINGS, parse
from nndsl.syntax.reader import Reader, Stopped
from nndsl.syntax.tree import Token

WIDTH = 120
MOST_ROUNDS = 6  # until nothing changes any more; the second one nearly always changes nothing


def formatted(source: Source, width: int = WIDTH) -> str:
    """The text in its one form; lines that are longer than `width` are broken where they can be. Never raises."""
    text = source.text
    for _ in range(MOST_ROUNDS):
        after = _once(Source(source.name, text), width)
        if after == text:
            return text
        text = after
    return source.text  # two forms that lead to each other: none is better than a flicker


def _once(source: Source, width: int) -> str:
    units = _units(source)
    raw = raw_tokens(source.text)
    text = _written(source.text, raw, units, width)
    if text == source.text or _says_the_same(source.text, text):
        return text
    for unit in units:
        lone = source.text[unit.start : unit.end]
        inside = [token for token in raw if unit.start <= token.start_pos < unit.end]
        if not unit.is_kept:
            unit.is_kept = not _says_the_same(lone, _written(source.text, inside, [unit], width))
    text = _written(source.text, raw, _joined(units, _Lines(source.text)), width)
    return text if _says_the_same(source.text, text) else source.text


# ---- the text in parts -------------------------------------------------------------------------------


@dataclass(slots=True)
class Unit:
    """A statement, or lines that are kept. start, end: its place; of what is kept, that of its lines."""

    start: int
    end: int
    is_kept: bool = False
    tokens: list[Token] = field(default_factory=list)


class _Lines:
    """Where lines begin and end."""

    def __init__(self, text: str) -> None:
        ends = [token for token in raw_tokens(text) if token.type == "NEWLINE"]
        self.starts = [0, *(token.end_pos for token in ends)]
        self.ends = [*(token.start_pos for token in ends), len(text)]

    def around(self, start: int, end: int) -> tuple[int, int]:
        """The lines that these characters stand on."""
        from bisect import bisect_left, bisect_right

        return self.starts[bisect_right(self.starts, start) - 1], self.ends[bisect_left(self.ends, end)]


def _units(source: Source) -> list[Unit]:
    layout, broken = _readable(source)
    units: list[Unit] = []
    taken: set[int] = set()
    for tokens, is_broken in zip(layout.statements, broken, strict=True):
        units.append(Unit(tokens[0].start_pos, max(token.end_pos for token in tokens), is_broken, tokens))
        taken.update(token.start_pos for token in tokens)
    for token in raw_tokens(source.text):
        if token.type not in ("NEWLINE", "COMMENT", "SEMICOLON") and token.start_pos not in taken:
            units.append(Unit(token.start_pos, token.end_pos, True))  # what the layout left out
    return _joined(sorted(units, key=lambda unit: unit.start), _Lines(source.text))


def _joined(units: list[Unit], lines: _Lines) -> list[Unit]:
    """What stands on a line with something that is kept is kept as well."""
    joined: list[Unit] = []
    for unit in units:
        if unit.is_kept:
            unit.start, unit.end = lines.around(unit.start, unit.end)
        while joined and joined[-1].end > unit.start - (unit.is_kept or joined[-1].is_kept):
            before = joined.pop()
            unit = Unit(*lines.around(min(before.start, unit.start), max(before.end, unit.end)), True)
        joined.append(unit)
    return joined


def _readable(source: Source) -> tuple[Layout, list[bool]]:
    """The statements of a text, and which of them cannot be read: the same reading as `parser.parse`'s."""
    breaks: frozenset[int] = frozenset()
    for _ in range(MOST_READINGS):
        found = Collector()
        layout = lay_out(source, found, breaks=breaks)
        reader = Reader(source, found, layout.unclosed)
        broken: list[bool] = []
        indented_under = 0
        for tokens in layout.statements:
            below = bool(indented_under) and tokens[0].column > indented_under
            if not below:
                indented_under = tokens[0].column if tokens[-1].type == "COLON" else 0
            count = len(found.sorted())
            broken.append(below or isinstance(reader.read(tokens, "statement"), Stopped) or len(found.sorted()) > count)
        if reader.breaks <= breaks:
            break
        breaks |= reader.breaks
    faults = Collector()
    parse(source, faults)  # it knows more: what has the shape of a statement, and is none
    spots = [diagnostic.span.start for diagnostic in (*found, *faults) if diagnostic.span is not None]
    for i, tokens in enumerate(layout.statements):
        broken[i] = broken[i] or any(tokens[0].start_pos <= spot <= tokens[-1].end_pos for spot in spots)
    return layout, broken


# ---- the parts as text -------------------------------------------------------------------------------


def _written(text: str, raw: list[Token], units: list[Unit], width: int) -> str:
    """The text of these units, with the comments among the raw tokens."""
    anchors: dict[int, Anchor] = {}
    items: list[Item | Anchor] = []
    kept: list[tuple[int, int]] = []
    for unit in units:
        if unit.is_kept:
            first = next(token.start_pos for token in raw if token.start_pos >= unit.start)
            kept.append((first, unit.end))
            items.append(anchors.setdefault(first, Anchor()))
            continue
        made: dict[int, Piece] = {}
        items.append(to_item(unit.tokens, made))
        anchors.update(made)
    rest = attach(text, raw, anchors, kept)
    breaker = Breaker(width)
    rows: list[Row] = []
    for unit, item in zip(units, items, strict=True):
        if isinstance(item, Anchor):
            rows += [*above(item.above, 0), Row(0, text[unit.start : unit.end], None, item.blank, True)]
        else:
            settle(item)
            space(item)
            rows += breaker.item(item, 0)
    lines = written([*rows, *above(rest, 0)])
    newline = next((str(token) for token in raw if token.type == "NEWLINE"), "\n")
    newline = "\r\n" if newline == "\r\n" else "\n"
    return newline.join(lines) + newline if lines else ""


# ---- the proof -----------------------------------------------------------------------------------------


def _says_the_same(before: str, after: str) -> bool:
    """Whether two texts have the same tree, the same faults and the same comments, each at its token."""
    return _meaning(before) == _meaning(after)


def _meaning(text: str) -> tuple[object, ...]:
    collector = Collector()
    module = parse(Source("", text), collector)
    documented = [getattr(statement, "comment", "") for statement in module.statements]
    return module, [found.code for found in collector], documented, remarks(text)


def remarks(text: str) -> list[tuple[str, str]]:
    """Each comment, and the last token before it that is more than a separator."""
    found: list[tuple[str, str]] = []
    last = ""
    for token in raw_tokens(text):
        if token.type == "COMMENT":
            found.append((str(token).rstrip(), last))
        elif token.type not in ("NEWLINE", "SEMICOLON", "COMMA"):
            last = str(token)
    return found
