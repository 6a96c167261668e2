"""The colours of what is typed, and which bracket belongs to the one at the cursor.

In: the text at the prompt. Out: styled pieces, line by line. What a piece is, is the compiler's business; how it looks,
`editor.palette` says. A fault of either leaves the text plain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache

from prompt_toolkit.application.current import get_app
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.styles import Style

from nndsl.diagnostics import Source
from nndsl.editor.palette import RED, for_prompt
from nndsl.editor.tokens import classified
from nndsl.interactive.entries import SIGNS
from nndsl.repl.indent import CLOSES, OPENS
from nndsl.syntax import is_complete
from nndsl.syntax.layout import raw_tokens

COMMAND = "command"  # a line such as `:undo` or `?dense`
FURNITURE = {
    "prompt": "bold",
    "continuation": "ansibrightblack",
    "took": "ansibrightblack",
    "bracket-pair": "bold underline",
    "auto-suggestion": "ansibrightblack",
    "completion-menu": "bg:#3a3a3a #d0d0d0",
    "completion-menu.completion": "",
    "completion-menu.completion.current": "noreverse bg:#005f87 #ffffff",
    "completion-menu.meta.completion": "bg:#303030 #a8a8a8",
    "completion-menu.meta.completion.current": "bg:#004f6f #e4e4e4",
    "completion-menu.meta.completion kind": "italic",
}


def style(few: bool = False) -> Style:
    """Of everything at the prompt. few: for a terminal of sixteen colours."""
    rules = for_prompt(few)
    rules["nn.open"] = RED[few] if not few else f"ansi{RED[few]}"  # here it says why Enter does not submit
    rules[f"nn.{COMMAND}"] = rules["nn.verb"]
    return Style.from_dict(rules | FURNITURE)


class Coloured(Lexer):
    """Colours of what is typed."""

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        try:
            lines = _lines(document.text)
        except Exception:  # colours are a help: without them the text is still there
            lines = [[("", line)] for line in document.lines]
        return lambda number: lines[number] if number < len(lines) else []


def _lines(text: str) -> list[StyleAndTextTuples]:
    """Styled fragments of each line."""
    lines: list[StyleAndTextTuples] = [[]]
    place = 0
    for start, end, kind in (*_pieces(text), (len(text), len(text), "")):
        start, end = max(start, place), max(end, place)  # a comment may reach behind a strange end of a line
        _add(lines, "", text[place:start])
        _add(lines, f"class:nn.{kind}" if kind else "", text[start:end])
        place = end
    return lines


def _add(lines: list[StyleAndTextTuples], style: str, text: str) -> None:
    first, *rest = text.split("\n")
    lines[-1].append((style, first))
    for line in rest:
        lines.append([(style, line)])


def _pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each piece starts and ends, and what it is; in order."""
    commands = list(_commands(text))
    code = text
    for start, end in commands:
        code = code[:start] + " " * (end - start) + code[end:]
    found = [(piece.start, piece.end, piece.kind) for piece in classified(Source("", code))]
    yield from sorted(found + [(start, _word_end(text, start, end), COMMAND) for start, end in commands])


def _commands(text: str) -> Iterator[tuple[int, int]]:
    """Lines that are commands."""
    place, before = 0, ""
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        if bare.startswith(SIGNS) and is_complete(before):
            start = place + len(line) - len(line.lstrip())
            yield start, start + len(bare)
            before = ""
        else:
            before += line
        place += len(line)


def _word_end(text: str, start: int, end: int) -> int:
    """Behind the command's own word; `?dense` is coloured whole."""
    return start + len(text[start:end].split(None, 1)[0])


class Brackets(Processor):
    """Marks the bracket at the cursor and the one that belongs to it."""

    def apply_transformation(self, ti: TransformationInput) -> Transformation:
        pair = () if get_app().is_done else _pair(ti.document.text, ti.document.cursor_position)
        fragments = ti.fragments
        for place in pair:
            row, column = ti.document.translate_index_to_position(place)
            if row == ti.lineno:
                fragments = explode_text_fragments(fragments)
                shown = ti.source_to_display(column)
                if shown < len(fragments):
                    fragments[shown] = (f"{fragments[shown][0]} class:bracket-pair", fragments[shown][1])
        return Transformation(fragments)


@lru_cache(maxsize=4)  # it is asked once a line
def _pair(text: str, cursor: int) -> tuple[int, ...]:
    """The places of the bracket at the cursor, or right before it, and of its partner; nothing where there is none."""
    held: list[tuple[str, int]] = []
    partners: dict[int, int] = {}
    for token in raw_tokens(text):
        if token.type in OPENS:
            held.append((token.type, token.start_pos))
        elif token.type in CLOSES and held and held[-1][0] == CLOSES[token.type]:
            place = held.pop()[1]
            partners |= {place: token.start_pos, token.start_pos: place}
    for place in (cursor, cursor - 1):
        if place in partners:
            return place, partners[place]
    return ()
