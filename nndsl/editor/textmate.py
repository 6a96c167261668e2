"""A TextMate grammar for editors that colour with such: VS Code before its server is there, Sublime Text, GitHub.

In: the terminals of `grammar/nn.lark`, and the compiler's tables. Out: the grammar, as a dictionary that is JSON. It
sees one line at a time, so it is less exact than `tokens.py`; `tests/test_editor_textmate.py` compares the two on all
scripts. `python -m nndsl.editor` writes it. Its expressions are of the kind that Python reads, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from nndsl.data import ENCODERS, GENERATORS
from nndsl.editor.palette import LOOKS
from nndsl.semantics.builtins import BUILTINS
from nndsl.semantics.modules import library
from nndsl.semantics.options import STATEMENTS
from nndsl.semantics.roles import ROLES
from nndsl.syntax.tables import grammar_text

Rule = dict[str, Any]

TERMINAL = re.compile(r"^(\w+)(?:\.-?\d+)?: /(.*)/$", re.M)
STARTS_ITEM = r"(?:^|(?<=[;{]))\s*"
FLOWS_ON = r"(?=\(|\s*(?:->|[,;)\]}#]|$))"  # behind the name of a layer
VALUE = r"""(?=\s+(?!(?:or|and)\b)(?:[\w"`(\[]|\.[.\d]|-[^\s>])|\s*\{)"""  # behind the name of an option
BINDS = r"\s*=(?!=)"


def terminals() -> dict[str, str]:
    """The expressions of the grammar's terminals, by their names."""
    return dict(TERMINAL.findall(grammar_text()))


def grammar() -> Rule:
    """The whole of it."""
    has = terminals()
    name = has["NAME"]
    return {
        "name": "nn",
        "scopeName": "source.nn",
        "fileTypes": ["nn"],
        "patterns": [_include("statements"), _include("block"), _include("expression")],
        "repository": {
            "statements": {"patterns": _statements(has, name)},
            "block": _between(r"\{", r"\}", ["items", "block", "expression"]),
            "items": {"patterns": _items(has, name)},
            "group": {"patterns": [_group(r"\(", r"\)"), _group(r"\[", r"\]")]},
            "expression": {"patterns": _expression(has, name)},
        },
    }


# ---- statements and lines of blocks --------------------------------------------------------------


def _statements(has: dict[str, str], name: str) -> list[Rule]:
    verb = _words(row.verb for row in STATEMENTS.values())
    prepositions, behind = has["PREPOSITION"], r"(?<=[\w\])\"`%])\s+"
    return [
        _definition(has, name, "^\\s*"),
        *_simple(has, name),
        {
            "begin": rf"{STARTS_ITEM}({verb})(?![\w'])(?=\s+[\w\"`(\[.-]|\s*$)(?!\s+->)",
            "end": r"$|(?=[{;])",
            "beginCaptures": _captures("verb"),
            "patterns": [
                _match(rf"{behind}(as)(?![\w'])\s+({name})", "word", "definition"),
                _match(rf"{behind}({prepositions})", "word"),
                _include("expression"),
            ],
        },
    ]


def _items(has: dict[str, str], name: str) -> list[Rule]:
    """What the lines of a block begin with."""
    is_definition = rf"{STARTS_ITEM}(?={has['KIND']}\s+{name}\s*(?:\(.*\)\s*)?(?:=(?!=)|\{{|:|for\b))"
    return [
        _definition(has, name, is_definition),
        *_simple(has, name)[:1],
        _bind(has, name),
        _match(rf"{STARTS_ITEM}({name}){VALUE}", "option"),
        _match(rf"{STARTS_ITEM}({name}){FLOWS_ON}", "layer"),
    ]


def _definition(has: dict[str, str], name: str, where: str) -> Rule:
    return {
        "begin": rf"{where}({has['KIND']})\s+({name})",
        "end": r"(?=[={;])|$",
        "beginCaptures": _captures("kind", "definition"),
        "patterns": [
            {
                "begin": r"\(",
                "end": r"\)|(?=[{}])",
                "beginCaptures": {"0": {"name": _scope("bracket")}},
                "endCaptures": {"0": {"name": _scope("bracket")}},
                "patterns": [_match(rf"(?:^|(?<=[(,]))\s*({name})", "argument"), _include("expression")],
            },
            _match(rf"({has['_FOR']})", "word"),
            _include("expression"),
        ],
    }


def _simple(has: dict[str, str], name: str) -> list[Rule]:
    """`let`, `use` and `set`."""
    return [
        {
            "begin": rf"{STARTS_ITEM}({has['LET']})(?=\s+{name})",
            "end": r"(?=[=;])|$",
            "beginCaptures": _captures("word"),
            "patterns": [_match(f"({has['NAME']})", "definition"), _include("expression")],
        },
        _match(rf"{STARTS_ITEM}({has['USE']})(?=\s*\")", "word"),
        _match(rf"{STARTS_ITEM}({has['SET']})\s+({name})", "word", "option"),
    ]


def _bind(has: dict[str, str], name: str) -> Rule:
    """Names at the beginning of a line, with `=` behind them."""
    some = rf"(?:{has['PRIMED']}|{name})"
    return {
        "begin": rf"{STARTS_ITEM}(?={some}(?:\s*,\s*{some})*{BINDS})",
        "end": r"(?==)",
        "patterns": [
            _match(f"({has['PRIMED']})", "state"),
            _match(f"({name})", "definition"),
            _match("(,)", "punctuation"),
        ],
    }


# ---- expressions -----------------------------------------------------------------------------------


def _expression(has: dict[str, str], name: str) -> list[Rule]:
    plain = (
        ("COMMENT", "comment"),
        ("STRING", "string"),
        ("BACKQUOTED", "column"),
        ("OPEN_STRING", "open"),
        ("OPEN_NAME", "open"),
    )
    words = (
        ("_OR", "word"),
        ("_AND", "word"),
        ("_NOT", "word"),
        ("TRUE", "constant"),
        ("FALSE", "constant"),
        ("NONE", "constant"),
    )
    return [
        *(_match(f"({has[terminal]})", kind) for terminal, kind in plain),
        _match(r"(\.\.\.)", "number"),
        _match(f"({has['NUMBER']})", "number"),
        _match(f"({has['BAD_NUMBER']})", "bad"),
        _match(rf"(\.)\s*({name})", "punctuation", "name"),
        _match(rf"(->)\s*({name}){FLOWS_ON}", "arrow", "layer"),
        _match("(->)", "arrow"),
        *(_match(f"({has[terminal]})", kind) for terminal, kind in words),
        _match(f"({has['PRIMED']})", "state"),
        _match(rf"({name})(?={BINDS})", "argument"),
        *({"match": rf"{_words(names)}(?=\()", "name": f"support.function.{role}.nn"} for role, names in _known()),
        _match(rf"({name})(?=\()", "call"),
        _match(f"({name})", "name"),
        _match(f"({has['SINGLE_QUOTED']})", "bad"),
        _match(f"({has['FOREIGN']})", "bad"),
        _match(r"([-+*/@^~=<>]=?|!=)", "operator"),
        _match(r"([,.:;])", "punctuation"),
        _include("group"),
        _match(r"([)\]}])", "bad"),
    ]  # fmt: skip


def _known() -> list[tuple[str, list[str]]]:
    """What can be called without being defined first, by what it is."""
    library_names = {role: [entry.name for entry in library().own(role)] for role in ROLES}
    builtin = [name for name in BUILTINS if not any(name in names for names in library_names.values())]
    known = {**library_names, "encoder": list(ENCODERS), "generator": list(GENERATORS), "builtin": builtin}
    return [(role, sorted(names)) for role, names in known.items() if names]


# ---- rules -----------------------------------------------------------------------------------------


def _words(words: Iterable[str]) -> str:
    """One of some words, as a whole."""
    return rf"\b(?:{'|'.join(words)})\b"


def _match(expression: str, *kinds: str) -> Rule:
    """kinds: of the groups of the expression, in order."""
    return {"match": expression, "captures": _captures(*kinds)}


def _captures(*kinds: str) -> Rule:
    return {str(number): {"name": _scope(kind)} for number, kind in enumerate(kinds, 1)}


def _between(begin: str, end: str, inside: list[str]) -> Rule:
    bracket = {"0": {"name": _scope("bracket")}}
    return {
        "begin": begin,
        "end": end,
        "beginCaptures": bracket,
        "endCaptures": bracket,
        "patterns": [_include(name) for name in inside],
    }


def _group(begin: str, end: str) -> Rule:
    """Round or square brackets; where nothing closes them, they end before the next block."""
    return _between(begin, rf"{end}|(?=[{{}}])", ["expression"])


def _include(name: str) -> Rule:
    return {"include": f"#{name}"}


def _scope(kind: str) -> str:
    return f"{LOOKS[kind].scope}.nn"
