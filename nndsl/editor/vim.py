"""A syntax file for Vim, and for Neovim where no server runs.

In: the terminals of `grammar/nn.lark`, and the compiler's tables. Out: the file's text. Words are coloured where they
stand at the beginning of a line or behind `{` and `;`, as `textmate.py` does it.
"""

from __future__ import annotations

from collections.abc import Iterable

from nndsl.data import ENCODERS, GENERATORS, OPTIONS
from nndsl.editor.textmate import terminals
from nndsl.semantics.builtins import BUILTINS
from nndsl.semantics.modules import library
from nndsl.semantics.options import BODY, SETTINGS, STATEMENTS
from nndsl.semantics.roles import ROLES

# kind of piece -> Vim's group
GROUPS = {
    "comment": "Comment", "string": "String", "number": "Number", "constant": "Boolean", "word": "Statement",
    "kind": "Structure", "verb": "Statement", "option": "Identifier", "definition": "Type", "call": "Function",
    "state": "Special", "column": "String", "arrow": "Operator", "bad": "Error",
}  # fmt: skip
BEGINS = r"\%(^\s*\|[;{]\s*\)\@<="
FLOWS_ON = r"\ze\%((\|\s*\%(->\|[,;)}#]\|$\)\)"  # behind what is called, or what values flow through
HEAD = """\
" Vim's colours for nn. Made by `python -m nndsl.editor` from the grammar and the compiler's tables.
if exists("b:current_syntax")
  finish
endif
"""


def syntax() -> str:
    """The whole file. Of rules that match at one place, Vim takes the last."""
    rules = [
        _match("call", r"\<\h\w*\ze("),
        _match("call", rf"{_one_of(sorted({*BUILTINS, *ENCODERS, *GENERATORS, *_library()}))}\>{FLOWS_ON}"),
        _match("number", r"\<\d[0-9_]*\%(\.\d[0-9_]*\)\?\%([eE][-+]\?\d\+\)\?%\?"),
        _match("number", r"\.\.\."),
        "syn keyword nnConstant true false none",
        "syn keyword nnWord or and not",
        _match("word", rf"\%(\w\|[])\"`]\)\@1<=\s\+\zs\<{_one_of(_words('PREPOSITION'))}\>\ze\s"),
        _match("word", r"\<for\>\ze\s\+\h\w*\s*[{=]"),
        _match("definition", r"\%(\<as\s\+\)\@<=\h\w*"),
        _match("option", rf"{BEGINS}{_one_of(_options())}\>\ze\%(\s\+[-\[:alnum:]_\"`(.[]\|\s*{{\)"),
        _match("verb", rf"{BEGINS}{_one_of(STATEMENTS)}\>\ze\%(\s\+[-\[:alnum:]_\"`(.[]\|$\)"),
        _match("word", rf"{BEGINS}\%(let\|use\|set\)\>\ze\s"),
        _match("option", rf"\%(^\s*set\s\+\)\@<={_one_of(option.name for option in SETTINGS)}\>"),
        _match("kind", rf"^{_one_of(_words('KIND'))}\>\ze\s\+\h"),
        _match("definition", rf"\%(^{_one_of(_words('KIND'))}\s\+\)\@<=\h\w*"),
        _match("definition", r"\%(^\s*let\s\+\)\@<=\h\w*"),
        _match("state", r"\<\h\w*'"),
        _match("arrow", "->"),
        _match("column", r"`[^`]*`"),
        _match("string", r'"\%(\\.\|[^"\\]\)*"'),
        _match("bad", r'"\%(\\.\|[^"\\]\)*$'),
        _match("comment", "#.*"),
    ]
    links = [f"hi def link nn{kind.title()} {group}" for kind, group in GROUPS.items()]
    return "\n".join([HEAD, *rules, "", *links, 'let b:current_syntax = "nn"']) + "\n"


def _match(kind: str, expression: str) -> str:
    delimiter = next(sign for sign in "/+!|" if sign not in expression)
    return f"syn match nn{kind.title()} {delimiter}{expression}{delimiter}"


def _words(terminal: str) -> list[str]:
    """The words of a terminal that is one of some words."""
    inside = terminals()[terminal]
    return inside[inside.index("(?:") + 3 : inside.index(")")].split("|")


def _one_of(words: Iterable[str]) -> str:
    return r"\<\%(" + r"\|".join(words) + r"\)"


def _options() -> list[str]:
    of_actions = (option.name for row in STATEMENTS.values() for option in row.options if not option.later)
    return sorted({*of_actions, *OPTIONS, *(option.name for option in BODY)})


def _library() -> list[str]:
    return [entry.name for entry in library().own(*ROLES) if entry.name.isascii()]
