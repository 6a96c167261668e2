"""From characters to the tokens that the rules of `grammar/nn.lark` see.

In: a text. Out: a `Layout`: the tokens of each statement, the comments, and the faults of brackets found on the way.
Ends of lines become separators where a statement or an item can end; words that are special in some places only become
plain names in all others; a call's parenthesis is told from a group's, and a sign from a difference. Never fails.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nndsl.diagnostics import Collector, Edit, Label, Source, Span, fault
from nndsl.syntax.brackets import Brackets, Mark, match
from nndsl.syntax.tables import lexer
from nndsl.syntax.tree import Token

GOES_ON = {
    "COMMA",
    "ARROW",
    "PLUS",
    "MINUS",
    "NEGATIVE",
    "STAR",
    "SLASH",
    "AT",
    "CIRCUMFLEX",
    "COMPARE",
    "EQUAL",
    "TILDE",
    "_OR",
    "_AND",
    "_NOT",
}
ENDS_VALUE = {"NAME", "PRIMED", "BACKQUOTED", "NUMBER", "STRING", "TRUE", "FALSE", "NONE", "ELLIPSIS", "RPAR", "RSQB"}
CALLABLE = {"NAME", "PRIMED", "BACKQUOTED", "NUMBER", "STRING", "RPAR", "RSQB"}
SPECIAL = {"KIND", "LET", "USE", "SET", "_FOR", "PREPOSITION"}
EVERYWHERE = {"_OR", "_AND", "_NOT", "TRUE", "FALSE", "NONE"}
DEEPEST_BLOCK = 40
OPENERS = {"LPAR", "LSQB", "_CALL", "_INDEX"}


@dataclass(slots=True)
class Layout:
    """statements: the tokens of each, without separators around it. comments: the comment lines straight above the
    token that starts at this character. unclosed: where a `(` or `[` starts that nothing closes. lost: where a `{`
    starts whose `}` is missing."""

    statements: list[list[Token]] = field(default_factory=list)
    comments: dict[int, str] = field(default_factory=dict)
    unclosed: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)


def raw_tokens(text: str) -> list[Token]:
    """Every token of a text, with comments and ends of lines, without blanks."""
    return lexer().lex(text)


def is_complete(text: str) -> bool:
    """Whether Enter would end this text: nothing is open, and it does not end with an operator or a comma."""
    marks = marks_of(raw_tokens(text))
    depth = 0
    for mark in marks:
        depth += mark.token.type in ("LPAR", "LSQB", "LBRACE")
        depth = max(0, depth - (mark.token.type in ("RPAR", "RSQB", "RBRACE")))
    return depth == 0 and (not marks or marks[-1].token.type not in GOES_ON)


def lay_out(
    source: Source, collector: Collector, is_expression: bool = False, breaks: frozenset[int] = frozenset()
) -> Layout:
    """`is_expression`: the text is one expression, in which no statement starts. `breaks`: where tokens start that
    do not go on from the line before, though it ends as if they did."""
    raw = raw_tokens(source.text)
    marks = _without_deep_blocks(marks_of(raw), source, collector)
    brackets = match(marks)
    layout = Layout(comments=_comments(raw))
    layout.unclosed = {marks[i].token.start_pos for i in brackets.unclosed}
    tokens = _Words(marks, brackets, layout, is_expression, breaks).run()
    layout.statements = _split(tokens)
    _report(source, marks, brackets, collector)
    return layout


def marks_of(raw: list[Token]) -> list[Mark]:
    """Tokens without comments and ends of lines, and whether each is the first of its line."""
    marks: list[Mark] = []
    first = True
    for token in raw:
        if token.type == "NEWLINE":
            first = True
        elif token.type != "COMMENT":
            marks.append(Mark(token, first))
            first = False
    return marks


def _without_deep_blocks(marks: list[Mark], source: Source, collector: Collector) -> list[Mark]:
    """What reads blocks may recurse: those that are nested too deeply are reported once and left out."""
    kept: list[Mark] = []
    deep: Token | None = None
    depth = 0
    for mark in marks:
        kind = mark.token.type
        depth += kind == "LBRACE"
        if depth <= DEEPEST_BLOCK:
            kept.append(mark)
        elif deep is None:
            deep = mark.token
        depth = max(0, depth - (kind == "RBRACE"))
    if deep is not None:
        place = Span(source, deep.start_pos, deep.end_pos)
        message = f"blocks are nested more than {DEEPEST_BLOCK} levels deep"
        collector.add(fault("E0120", message, place, help="make a `layer` of the inner ones").diagnostic)
    return kept


def _comments(raw: list[Token]) -> dict[int, str]:
    """Comments that stand alone on their lines, gathered under the token that starts the next line."""
    found: dict[int, str] = {}
    lines: list[str] = []
    alone = True  # nothing but a comment stood on this line so far
    empty = True
    for token in raw:
        if token.type == "NEWLINE":
            if empty:
                lines.clear()
            alone, empty = True, True
        elif token.type == "COMMENT":
            empty = False
            if alone:
                lines.append(str(token)[1:].strip())
        else:
            if alone and lines:
                found[token.start_pos] = "\n".join(lines)
            lines.clear()
            alone, empty = False, False
    return found


class _Words:
    """One walk over the tokens of a text that gives each its part in the sentence."""

    def __init__(
        self, marks: list[Mark], brackets: Brackets, layout: Layout, is_expression: bool, breaks: frozenset[int]
    ) -> None:
        self.marks = marks
        self.brackets = brackets
        self.layout = layout
        self.is_expression = is_expression
        self.breaks = breaks
        self.out: list[Token] = []
        self.open: list[str] = []
        self.begin = True  # an item or a statement starts here
        self.head: str = ""  # how the statement or item started: KIND, SET, VERB, or nothing
        self.begin_index = 0

    def run(self) -> list[Token]:
        for i, mark in enumerate(self.marks):
            for brace in self.brackets.closed_before.get(i, ()):
                self._close_lost(brace)
            if i in self.brackets.opened_before:
                self._open_lost()
            token = mark.token
            if mark.first and self._line_ends(token):
                self._separate(token)
            ends = token.type == "SEMICOLON" and not self._inside_brackets()
            if ends or self._is_skipped(i):
                self._separate(token)
            else:
                self._take(i, token)
        for brace in self.brackets.closed_before.get(len(self.marks), ()):
            self._close_lost(brace)
        return self.out

    def _is_skipped(self, i: int) -> bool:
        """A `}` that closes nothing; or, where one closed a block too early, that one instead of the last."""
        if self.marks[i].token.type == "RBRACE" and "LBRACE" not in self.open:
            return True
        early = self.brackets.too_early
        return (i in self.brackets.stray and i not in early) or i in early.values()

    def _take(self, i: int, token: Token) -> None:
        previous = self.out[-1] if self.out and not self.begin else None
        kind = self._kind(i, token, previous)
        token = token if kind == token.type else token.turned_into(kind)
        if self.begin:
            self.begin_index = len(self.out)
            self.head = "VERB" if kind == "NAME" else kind
            self.begin = False
        self.out.append(token)
        if kind in OPENERS:
            if i not in self.brackets.unclosed:
                self.open.append(kind)
        elif kind in ("RPAR", "RSQB"):
            if self._inside_brackets():
                self.open.pop()
        elif kind == "LBRACE":
            self.open.append(kind)
            self.begin = True
        elif kind == "RBRACE" and self.open:
            self.open.pop()
        elif kind == "EQUAL" and not self._inside_brackets():
            self.head = "" if self.head == "KIND" else self.head

    def _kind(self, i: int, token: Token, previous: Token | None) -> str:
        kind: str = token.type
        if kind in EVERYWHERE:
            return "NAME" if previous is not None and previous.type == "DOT" else kind
        if kind in SPECIAL:
            return self._special(i, kind, previous)
        touches = previous is not None and previous.type in CALLABLE and previous.end_pos == token.start_pos
        if kind == "LPAR":
            return "_CALL" if touches else kind
        if kind == "LSQB":
            return "_INDEX" if touches else kind
        if kind == "MINUS":
            return "NEGATIVE" if self._is_sign(i, token, previous) else kind
        return kind

    def _special(self, i: int, kind: str, previous: Token | None) -> str:
        if self.is_expression:
            return "NAME"
        if previous is None:
            if kind == "KIND":
                return kind if not self.open or self._defines(i) else "NAME"
            if kind == "LET" and self.open:
                return kind if self._type(i + 1) in {"NAME", "PRIMED", "BACKQUOTED"} | SPECIAL else "NAME"
            return kind if kind in ("LET", "USE", "SET") and not self.open else "NAME"
        if kind == "_FOR":
            return kind if self.head == "KIND" and not self._inside_brackets() else "NAME"
        if kind == "PREPOSITION" and self.head == "VERB" and not self.open:
            return kind if previous.type in ENDS_VALUE else "NAME"
        return "NAME"

    def _is_sign(self, i: int, token: Token, previous: Token | None) -> bool:
        """`a - 1` is a difference; `print -1` and, in a block, `shift -1` are a word and a negative number."""
        if previous is None or previous.type not in ENDS_VALUE:
            return True
        after_word = len(self.out) - 1 == self.begin_index and previous.type == "NAME"
        if self.head == "SET" and not self.open:
            return len(self.out) - 2 == self.begin_index
        if not after_word or self.is_expression:
            return False
        following = self.marks[i + 1].token if i + 1 < len(self.marks) else None
        tight = following is not None and following.start_pos == token.end_pos
        return not self.open or (tight and previous.end_pos != token.start_pos)

    def _defines(self, i: int) -> bool:
        """Inside a block, `loss mine(y, z) = ...` defines, while `loss mine(output, input)` is an option."""
        if self._type(i + 1) not in {"NAME"} | SPECIAL:
            return False
        j = i + 2
        if self._type(j) == "LPAR" and j not in self.brackets.unclosed:
            depth = 0
            while j < len(self.marks):
                depth += self._type(j) in ("LPAR", "LSQB")
                depth -= self._type(j) in ("RPAR", "RSQB")
                j += 1
                if not depth:
                    break
        return self._type(j) in ("EQUAL", "LBRACE", "COLON", "_FOR")

    def _type(self, i: int) -> str:
        return str(self.marks[i].token.type) if i < len(self.marks) else ""

    def _inside_brackets(self) -> bool:
        return bool(self.open) and self.open[-1] != "LBRACE"

    def _line_ends(self, token: Token) -> bool:
        if self.begin or not self.out or self._inside_brackets() or token.type == "ARROW":
            return False
        return self.out[-1].type not in GOES_ON or token.start_pos in self.breaks

    def _separate(self, token: Token) -> None:
        if self.out:
            value = str(token) if token.type == "SEMICOLON" else "\n"
            self.out.append(self.out[-1].followed_by("_SEP", value))
        self.begin = True
        self.head = ""

    def _open_lost(self) -> None:
        """Puts in the `{` that is missing: an empty one, behind the last token, where one is left."""
        if not self.out:
            return
        last = self.out[-1]
        self.out.append(last.followed_by("LBRACE"))
        self.open.append("LBRACE")
        self.begin = True
        self.layout.lost.add(last.end_pos)

    def _close_lost(self, brace: int) -> None:
        """Puts in the `}` that is missing: an empty one, behind the last token."""
        while self._inside_brackets():
            self.open.pop()
        if self.open:
            self.open.pop()
        self.out.append(self.out[-1].followed_by("RBRACE"))
        self.layout.lost.add(self.marks[brace].token.start_pos)


def _split(tokens: list[Token]) -> list[list[Token]]:
    """At separators outside all braces."""
    statements: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += token.type == "LBRACE"
        depth -= token.type == "RBRACE"
        if token.type == "_SEP" and depth <= 0:
            statements.append([])
        else:
            statements[-1].append(token)
    return [s for s in statements if s]


def _report(source: Source, marks: list[Mark], brackets: Brackets, collector: Collector) -> None:
    def span(i: int) -> Span:
        return Span(source, marks[i].token.start_pos, marks[i].token.end_pos)

    for before, braces in brackets.closed_before.items():
        for brace in braces[:1]:
            labels = (Label(span(before), _why_ended(marks[before])),) if before < len(marks) else ()
            found = fault(
                "E0106", "this `{` is never closed", span(brace), labels=labels, help="put a `}` where its block ends"
            )
            collector.add(found.diagnostic)
    for first, brace in brackets.opened_before.items():
        labels = (Label(span(brace), "this closes a block that was never opened"),)
        place = span(first - 1)
        edits = (Edit(Span(source, place.end, place.end), " {"),)
        message = "a `{` is missing at the end of this line"
        collector.add(fault("E0113", message, place, labels=labels, help="write `{` here", edits=edits).diagnostic)
    for i in brackets.stray:
        early = brackets.too_early.get(i)
        labels = () if early is None else (Label(span(early), "the block ends here already"),)
        collector.add(
            fault("E0107", "this `}` closes nothing", span(i), labels=labels, help="remove one `}`").diagnostic
        )


def _why_ended(mark: Mark) -> str:
    if mark.token.type == "RBRACE":
        return "this closes the block around it, by where it stands"
    return "a new statement starts here"
