"""How each kind of piece looks, in one table: for terminals, Pygments, TextMate grammars and the report's style sheet.

In: a kind of `tokens.py`. Out: its look. A terminal's background is not known, so each colour here has a contrast of
4.5 with black and with white, which only middling luminances have; and of the sixteen colours those are used that can
be read on both. `tests/test_editor_tokens.py` measures them.
"""

from __future__ import annotations

from nndsl.values import value

PURPLE, BLUE, BROWN = ("#ab4ccb", "magenta"), ("#1c7ac6", "brightblue"), ("#b85e0f", "red")
GREEN, GREY, RED = ("#188661", ""), ("#6a7787", "brightblack"), ("#e6241d", "red")
INK = ("", "")  # as the terminal writes


@value
class Look:
    """colour: the one of many, and that of sixteen; empty for the terminal's own. font: bold, italic, underline.
    css: the class in the report's style sheet. token: Pygments' name. scope: a TextMate grammar's, as themes know it.
    """

    colour: tuple[str, str]
    token: str
    scope: str
    css: str = ""
    font: str = ""


LOOKS = {
    "comment": Look(GREY, "Comment.Single", "comment.line.number-sign", "comment", "italic"),
    "string": Look(BROWN, "Literal.String.Double", "string.quoted.double", "text"),
    "number": Look(GREEN, "Literal.Number", "constant.numeric", "number"),
    "constant": Look(GREEN, "Keyword.Constant", "constant.language", "number"),
    "word": Look(PURPLE, "Keyword", "keyword.control", "word"),
    "kind": Look(PURPLE, "Keyword.Declaration", "storage.type", "word", "bold"),
    "verb": Look(PURPLE, "Keyword.Reserved", "keyword.other.verb", "word", "bold"),
    "option": Look(BLUE, "Name.Attribute", "support.type.property-name", "key"),
    "definition": Look(INK, "Name.Class", "entity.name.type", font="bold"),
    "argument": Look(INK, "Name.Variable", "variable.parameter", font="italic"),
    "layer": Look(INK, "Name.Function", "entity.name.function"),
    "call": Look(INK, "Name.Function", "entity.name.function"),
    "name": Look(INK, "Name", "variable.other"),
    "state": Look(INK, "Name.Variable.Instance", "variable.other.state", font="underline"),
    "column": Look(BROWN, "Name.Other", "variable.other.quoted", "text"),
    "operator": Look(INK, "Operator", "keyword.operator"),
    "arrow": Look(GREY, "Operator.Arrow", "keyword.operator.arrow", "arrow"),
    "bracket": Look(INK, "Punctuation", "punctuation.section"),
    "punctuation": Look(INK, "Punctuation", "punctuation.separator"),
    "open": Look(BROWN, "Punctuation.Open", "string.unclosed", font="bold"),
    "bad": Look(RED, "Error", "invalid.illegal", font="underline"),
}


def for_prompt(few: bool = False) -> dict[str, str]:
    """Style rules of prompt_toolkit: `class:nn.verb` is the class of a verb. few: for a terminal of sixteen colours."""
    return {f"nn.{kind}": _prompt(look, few) for kind, look in LOOKS.items()}


def for_rich(kind: str, few: bool = False) -> str:
    """A style of rich; empty where nothing differs from other text."""
    look = LOOKS[kind]
    colour = look.colour[few]
    return " ".join(filter(None, (look.font, colour.replace("bright", "bright_") if few else colour)))


def _prompt(look: Look, few: bool) -> str:
    colour = look.colour[few]
    return " ".join(filter(None, (look.font, f"ansi{colour}" if few and colour else colour)))
