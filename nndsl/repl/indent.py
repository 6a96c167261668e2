"""Where a new line begins, by the brackets that are open: two columns further in than the line that opened the last.

In: the text before the cursor. Out: columns. Brackets in strings and comments do not count: the compiler's lexer says.
"""

from __future__ import annotations

from nndsl.syntax.layout import GOES_ON, raw_tokens

STEP = 2
OPENS = {"LPAR": "RPAR", "LSQB": "RSQB", "LBRACE": "RBRACE"}
CLOSES = {closer: opener for opener, closer in OPENS.items()}


def open_brackets(text: str) -> list[int]:
    """Where the brackets stand that nothing closes yet, the innermost last."""
    held: list[tuple[str, int]] = []
    for token in raw_tokens(text):
        if token.type in OPENS:
            held.append((token.type, token.start_pos))
        elif token.type in CLOSES and held and held[-1][0] == CLOSES[token.type]:
            held.pop()
    return [place for _, place in held]


def columns(text: str) -> int:
    """The indentation of a line that follows this text."""
    line = text[text.rfind("\n") + 1 :]
    held = open_brackets(text)
    depth = _blank(_line_at(text, held[-1])) + STEP if held else 0
    if not _goes_on(text) or (held and text[held[-1]] != "{"):  # within round and square ones, lines mean nothing
        return depth
    own = _blank(line)  # the first line that goes on is one step further in, the next ones stand below it
    before = text[: max(len(text) - len(line) - 1, 0)]
    return own if _goes_on(before) and own > depth else max(own, depth) + STEP


def closing(text: str) -> int:
    """The indentation of a line that begins with the bracket that closes the innermost one."""
    held = open_brackets(text)
    return _blank(_line_at(text, held[-1])) if held else 0


def _goes_on(text: str) -> bool:
    """Whether the last line ends with an operator or a comma."""
    tokens = [token for token in raw_tokens(text) if token.type not in ("NEWLINE", "COMMENT")]
    return bool(tokens) and tokens[-1].type in GOES_ON


def _line_at(text: str, place: int) -> str:
    start = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    return text[start:] if end < 0 else text[start:end]


def _blank(line: str) -> int:
    return len(line) - len(line.lstrip())
