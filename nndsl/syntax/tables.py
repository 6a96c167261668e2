"""The grammar made ready: from `grammar/nn.lark` to plain tables, kept between runs.

In: the grammar file that ships with the package. Out: the `Tables` that `lalr.py` runs. Lark builds them, and is
imported only for that. Building takes longer than using them, so they are kept in the user's cache folder under a
name that holds a checksum of the grammar. A file there that is damaged, or cannot be written, costs time and nothing
else.
"""

from __future__ import annotations

import pickle
import zlib
from functools import cache
from pathlib import Path
from typing import Any

from nndsl.paths import cache_folder, keep, read_kept
from nndsl.syntax.lalr import Lexer, Rule, Tables

START = ["statement", "block", "pipe"]
LAYOUT_ONLY = (
    "NEWLINE",
    "SEMICOLON",
    "COMMENT",
    "BAD_NUMBER",
    "OPEN_STRING",
    "OPEN_NAME",
    "SINGLE_QUOTED",
    "FOREIGN",
    "ILLEGAL",
)
FORMAT = 2  # of the kept file; goes up when `Tables` changes


class Everything:
    """Tells Lark to keep the terminals that no rule names; the layout is done after lexing, in `layout.py`."""

    always_accept = LAYOUT_ONLY

    def process(self, stream: Any) -> Any:
        return stream


def grammar_text(name: str = "nn.lark") -> str:
    """A file of the grammar folder: inside the package where it was installed, beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "grammar" / name
    path = installed if installed.is_file() else package.parent / "grammar" / name
    return path.read_text(encoding="utf-8")


@cache
def tables() -> Tables:
    """The tables; read from the cache folder, or built and put there."""
    grammar = grammar_text()
    path = cache_folder() / f"grammar-{FORMAT}-{zlib.crc32(grammar.encode()):08x}.tables"
    return _read(grammar, path) or _build(grammar, path)


@cache
def lexer() -> Lexer:
    return Lexer(tables())


def _read(grammar: str, path: Path) -> Tables | None:
    """The kept tables; None where they are missing, damaged, or of another grammar."""
    made: Tables
    data = read_kept(path)
    if data is None:
        return None
    text, made = pickle.loads(data)
    return made if text == grammar else None


def _build(grammar: str, path: Path) -> Tables:
    made = build(grammar)
    keep(path, pickle.dumps((grammar, made), protocol=pickle.HIGHEST_PROTOCOL))
    return made


def build(grammar: str) -> Tables:
    """The tables of a grammar, by lark. They are read from its insides, which lark's own way of keeping them writes
    out too."""
    from lark import Lark

    lark: Any = Lark(grammar, parser="lalr", lexer="basic", postlex=Everything(), start=START)
    lexing, table = lark.parser.lexer.lexer, lark.parser.parser._parse_table
    (scanner,) = lexing.scanner._mres
    assert not lexing.callback, "a word of the grammar is also a pattern of the same priority"
    states = {state: number for number, state in enumerate(sorted(table.states))}
    rules: list[Rule] = []
    numbers: dict[Any, int] = {}
    actions: list[dict[str, int]] = []
    gotos: list[dict[str, int]] = []
    for state in sorted(table.states):
        here: dict[str, int] = {}
        after: dict[str, int] = {}
        for token, (_, target) in table.states[state].items():
            symbol = str(token)  # lark's names are tokens; what is kept must not need lark
            if isinstance(target, int):
                (here if symbol.isupper() else after)[symbol] = states[target]
                continue
            if target not in numbers:
                numbers[target] = len(rules)
                rules.append(_rule(target))
            here[symbol] = ~numbers[target]
        actions.append(here)
        gotos.append(after)
    starts = {str(name): states[state] for name, state in table.start_states.items()}
    ends = {str(name): states[state] for name, state in table.end_states.items()}
    terminals = sorted(str(terminal.name) for terminal in lark.terminals)
    ignored = sorted(str(name) for name in lexing.ignore_types)
    return Tables(str(scanner.pattern), ignored, terminals, rules, actions, gotos, starts, ends)


def _rule(rule: Any) -> Rule:
    """What the tree of one of lark's rules holds: no terminals without a name, helper rules by their parts."""
    options = rule.options
    assert rule.expansion and not options.keep_all_tokens
    left_out = "".join("x" if empty else "|" for empty in options.empty_indices).split("|")
    gaps = [len(nones) for nones in left_out] if options.empty_indices else [0] * (len(rule.expansion) + 1)
    children: list[tuple[int, bool, int]] = []
    nones = 0
    for number, symbol in enumerate(rule.expansion):
        nones += gaps[number]
        if not (symbol.is_term and symbol.filter_out):
            children.append((number, not symbol.is_term and symbol.name.startswith("_"), nones))
            nones = 0
    passes_on = bool(options.expand1) and not rule.alias
    name = rule.alias or rule.origin.name
    return Rule(str(rule.origin.name), len(rule.expansion), str(name), passes_on, children, nones + gaps[-1])
