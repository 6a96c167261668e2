"""Rough versions of scripts: the same tokens, with blanks, ends of lines and comments anywhere they may stand."""

from __future__ import annotations

import random
import re
from pathlib import Path

from nndsl.diagnostics import Collector, Source
from nndsl.syntax.layout import CALLABLE, GOES_ON, OPENERS, lay_out
from nndsl.syntax.tree import Token

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted(ROOT.glob("examples/**/*.nn")) + sorted(ROOT.glob("nndsl/std/*.nn"))
MORE = sorted(ROOT.glob("tests/syntax_scripts/*.nn"))
WORD = re.compile(r"[\w'`.%]")


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def pages() -> list[tuple[str, str]]:
    """The scripts in the pages of codes."""
    found: list[tuple[str, str]] = []
    for path in sorted(ROOT.glob("nndsl/diagnostics/pages/*.md")):
        blocks = re.findall(r"^```nn[^\n]*\n(.*?)^```", path.read_text(encoding="utf-8"), re.M | re.S)
        found += [(f"{path.stem}-{i}", block) for i, block in enumerate(blocks)]
    return found


def statements(text: str) -> list[list[Token]]:
    return lay_out(Source("", text), Collector()).statements


class Roughener:
    """only_blanks: the lines stay as they are, and no comment is added."""

    def __init__(self, seed: int, only_blanks: bool = False) -> None:
        self.random = random.Random(seed)
        self.only_blanks = only_blanks
        self.count = 0

    def rough(self, text: str) -> str:
        found = [self.above()]
        for tokens in statements(text):
            open: list[str] = []
            for i, token in enumerate(tokens):
                before = tokens[i - 1] if i else None
                found.append(self.between(before, token, open) if before is not None else "")
                if token.type in OPENERS or token.type == "LBRACE":
                    open.append(token.type)
                elif token.type in ("RPAR", "RSQB", "RBRACE"):
                    open.pop()
                if token.type != "_SEP":
                    found.append(str(token))
            found.append(self.separator())
        return "".join(found)

    def blanks(self, least: int = 0) -> str:
        return "".join(self.random.choice("    \t") for _ in range(self.random.choice((least, least, 1, 2, 5))))

    def comment(self) -> str:
        self.count += 1
        return f"#{self.random.choice(('', ' ', '  '))}c{self.count}{self.random.choice(('', '  '))}"

    def line_end(self) -> str:
        comment = self.blanks() + self.comment() if self.random.random() < 0.3 else ""
        return comment + self.random.choice(("\n", "\n", "\n\n", "\n  \n\n\n")) + self.above() + self.blanks()

    def above(self) -> str:
        if self.only_blanks:
            return ""
        return "".join(self.blanks() + self.comment() + "\n" for _ in range(self.random.choice((0, 0, 0, 0, 1, 2))))

    def separator(self) -> str:
        if self.only_blanks:
            return self.blanks() + "\n" + self.blanks()
        if self.random.random() < 0.15:
            return self.blanks() + ";" + self.blanks()
        return self.blanks() + self.line_end()

    def between(self, before: Token, token: Token, open: list[str]) -> str:
        if "_SEP" in (before.type, token.type):
            if token.type == "_SEP" and self.only_blanks:
                return self.blanks() + ("\n" if str(token) == "\n" else ";") + self.blanks()
            return self.separator() if token.type == "_SEP" else self.blanks()
        if token.type in ("_CALL", "_INDEX", "DOT") or before.type in ("DOT", "NEGATIVE"):
            return ""
        least = bool(WORD.match(str(token)[0]) and WORD.match(str(before)[-1]))
        least |= token.type in ("LPAR", "LSQB") and before.type in CALLABLE
        least |= "MINUS" in (token.type, before.type) or token.type in ("NEGATIVE", "BACKQUOTED", "STRING")
        least |= before.type == "ARROW" or token.type in ("COMPARE", "EQUAL", "ARROW")
        may_end = self.may_end(before, token, open) and not self.only_blanks
        if may_end and self.random.random() < 0.12:
            return self.blanks() + self.line_end()
        return self.blanks(int(least))

    @staticmethod
    def may_end(before: Token, token: Token, open: list[str]) -> bool:
        if open and open[-1] != "LBRACE":
            return True
        if before.type == "LBRACE" or token.type == "RBRACE":
            return True
        return before.type in GOES_ON - {"NEGATIVE"} or token.type == "ARROW"
