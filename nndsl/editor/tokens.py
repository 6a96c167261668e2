"""The colours of a text: what each piece of it is, as the compiler's own lexer and layout read it.

In: a source. Out: pieces in order that cover all but blanks and ends of lines. Never fails, and nothing is checked, so
it serves each key that is pressed. A column that is called `loss` is a name here, since it stands where names stand.
"""

from __future__ import annotations

from collections.abc import Iterator

from nndsl.diagnostics import Collector, Source
from nndsl.semantics.options import STATEMENTS
from nndsl.syntax.layout import CALLABLE, OPENERS, lay_out, raw_tokens
from nndsl.syntax.tree import Token
from nndsl.values import value

MEANINGS = {
    "comment": "from `#` to the end of the line",
    "string": "a text in quotes",
    "number": "a number, and `...`",
    "constant": "true, false, none",
    "word": "a word of the grammar where it stands as one: let, use, set, for, a preposition, or, and, not",
    "kind": "the word that a definition begins with: data, network, layer",
    "verb": "the word that an action begins with: train, print",
    "option": "the word that a line of a block begins with, and the one after `set`",
    "definition": "a name where it is defined: by a definition, `let`, `as`, or a line `name = ...`",
    "argument": "the name of a parameter, and of an argument that is given by name",
    "layer": "what values flow through: a name after `->`, or one that a flow begins with",
    "call": "a name that is called, outside a flow",
    "name": "any other name",
    "state": "a name with a prime: the next value of a state",
    "column": "a name in backquotes",
    "operator": "what computes, compares or binds",
    "arrow": "`->`",
    "bracket": "round, square and curly ones",
    "punctuation": "a comma, a dot, a colon, a semicolon",
    "open": "a bracket or a quote that nothing closes, or not yet",
    "bad": "what no text of the language can have, and a bracket that closes nothing",
}
KINDS = frozenset(MEANINGS)

# What a terminal of `grammar/nn.lark` is by itself. What a NAME is depends on where it stands.
OF_TERMINAL = {
    "COMMENT": "comment",
    "STRING": "string",
    **dict.fromkeys(("NUMBER", "ELLIPSIS"), "number"),
    **dict.fromkeys(("TRUE", "FALSE", "NONE"), "constant"),
    **dict.fromkeys(("LET", "USE", "SET", "_FOR", "PREPOSITION", "_OR", "_AND", "_NOT"), "word"),
    "KIND": "kind",
    "NAME": "name",
    "PRIMED": "state",
    "BACKQUOTED": "column",
    "ARROW": "arrow",
    **dict.fromkeys(("COMPARE", "PLUS", "MINUS", "NEGATIVE", "STAR", "SLASH", "AT"), "operator"),
    **dict.fromkeys(("CIRCUMFLEX", "EQUAL", "TILDE"), "operator"),
    **dict.fromkeys(("LPAR", "RPAR", "LSQB", "RSQB", "LBRACE", "RBRACE", "_CALL", "_INDEX"), "bracket"),
    **dict.fromkeys(("COMMA", "DOT", "COLON", "SEMICOLON"), "punctuation"),
    **dict.fromkeys(("OPEN_STRING", "OPEN_NAME"), "open"),
    **dict.fromkeys(("BAD_NUMBER", "SINGLE_QUOTED", "FOREIGN", "ILLEGAL"), "bad"),
}
# Words of the grammar that the layout made plain names: what they are in a part of the text that it left out.
LEFT_OUT = dict.fromkeys(("LET", "USE", "SET", "_FOR", "PREPOSITION", "KIND"), "name")

CLOSES = {"RPAR": ("LPAR", "_CALL"), "RSQB": ("LSQB", "_INDEX"), "RBRACE": ("LBRACE",)}
NAMES = ("NAME", "PRIMED", "BACKQUOTED")
OF_FLOW = ("", "_SEP", "RBRACE", "RPAR", "RSQB", "COMMA", "ARROW", "_CALL", "LBRACE")  # behind what values flow through
# What an option's value, or an action's subject, can begin with; and a block.
BEGINS_VALUE = (CALLABLE - {"RPAR", "RSQB"}) | {
    "TRUE", "FALSE", "NONE", "ELLIPSIS", "LPAR", "LSQB", "LBRACE", "NEGATIVE", "_NOT", "OPEN_STRING", "OPEN_NAME",
}  # fmt: skip


@value
class Piece:
    """Characters from `start` up to `end`, and what they are: one of KINDS."""

    start: int
    end: int
    kind: str


def classified(source: Source) -> list[Piece]:
    """What each piece of a text is."""
    layout = lay_out(source, Collector())
    placed: dict[int, str] = {}
    for statement in layout.statements:
        for token, kind in zip(statement, _Statement(statement).kinds(), strict=True):
            if token.end_pos > token.start_pos and token.type != "_SEP":
                placed[token.start_pos] = kind
    unclosed = layout.unclosed | layout.lost
    return list(_pieces(raw_tokens(source.text), placed, unclosed))


def _pieces(raw: list[Token], placed: dict[int, str], unclosed: set[int]) -> Iterator[Piece]:
    for token in raw:
        if token.type == "NEWLINE":
            continue
        kind = placed.get(token.start_pos)
        if kind is None:  # the layout left it out: a comment, a `;`, a `}` too many, what is nested too deeply
            stray = token.type == "RBRACE"
            kind = "bad" if stray else LEFT_OUT.get(token.type) or OF_TERMINAL.get(token.type, "bad")
        elif kind == "bracket" and token.start_pos in unclosed:
            kind = "open"
        yield Piece(token.start_pos, token.end_pos, kind)


class _Statement:
    """One walk over the tokens of a statement. `open`: the places of the brackets that are open."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.open: list[int] = []
        self.begins = True  # a statement, or a line of a block, begins here
        self.binds = False  # names before `=` are defined here
        self.parameters = -1  # how many brackets are open where names are parameters

    def kinds(self) -> list[str]:
        return [self._kind(place, token) for place, token in enumerate(self.tokens)]

    def _kind(self, place: int, token: Token) -> str:
        begins, self.begins = self.begins, token.type in ("_SEP", "LBRACE")
        if begins:
            self.binds = token.type == "LET" or (token.type in NAMES and self._is_bound(place))
            self.parameters = -1
        if token.type in OPENERS or token.type == "LBRACE":
            self.open.append(place)
        elif token.type in CLOSES:
            return self._closing(token)
        elif token.type == "EQUAL" and self.binds and self._type(place - 1) in NAMES:
            self.binds = False
        elif token.type == "NAME":
            return self._name(place, begins)
        return OF_TERMINAL.get(token.type, "bad")

    def _closing(self, token: Token) -> str:
        """A bracket that closes another kind of bracket, or none, is bad. None reaches through a `{`."""
        opener = self._type(self.open[-1]) if self.open else ""
        while token.type == "RBRACE" and len(self.open) > 1 and opener != "LBRACE":
            self.open.pop()
            opener = self._type(self.open[-1])
        if opener and (opener != "LBRACE" or token.type == "RBRACE"):
            self.open.pop()
        if len(self.open) < self.parameters:
            self.parameters = -1
        return "bracket" if opener in CLOSES[token.type] else "bad"

    def _name(self, place: int, begins: bool) -> str:
        before, after = self._type(place - 1), self._type(place + 1)
        if self.binds and not begins and before == "LET":
            return "definition"
        if begins:
            return self._first(place, after)
        if before == "KIND" or (before == "PREPOSITION" and self.tokens[place - 1] == "as"):
            if before == "KIND" and after == "_CALL":
                self.parameters = len(self.open) + 1
            return "definition"
        if self.binds and before == "COMMA" and not self._is_inside():
            return "definition"
        if before == "SET":
            return "option"
        is_parameter = len(self.open) == self.parameters and before in ("_CALL", "COMMA")
        if is_parameter or (after == "EQUAL" and before != "DOT"):
            return "argument"
        if before == "ARROW" and after in OF_FLOW:
            return "layer"
        return "call" if after == "_CALL" else "name"

    def _first(self, place: int, after: str) -> str:
        """The name that a statement or a line of a block begins with."""
        if self.binds:
            return "definition"
        if not self.open:
            is_verb = self.tokens[place] in STATEMENTS and (after in BEGINS_VALUE or after in ("", "PREPOSITION"))
            return "verb" if is_verb else "call" if after == "_CALL" else "name"
        if after in BEGINS_VALUE:
            return "option"
        return "layer" if after in OF_FLOW and after != "COMMA" else "name"

    def _is_bound(self, place: int) -> bool:
        """Whether a line begins with names and `=`."""
        while self._type(place) in NAMES:
            after = self._type(place + 1)
            if after == "EQUAL":
                return True
            if after != "COMMA":
                return False
            place += 2
        return False

    def _is_inside(self) -> bool:
        return bool(self.open) and self._type(self.open[-1]) != "LBRACE"

    def _type(self, place: int) -> str:
        return self.tokens[place].type if 0 <= place < len(self.tokens) else ""
