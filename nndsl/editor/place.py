"""What stands around the cursor, as the compiler's own lexer and layout read it.

In: a text and an offset. Out: a `Place`: the blocks and brackets that are open there, the tokens of the line so far,
the word that is being typed. Text after the cursor says only which options and arguments are given there already.
Never fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from nndsl.diagnostics import Collector, Source
from nndsl.syntax.brackets import Mark, match
from nndsl.syntax.layout import ENDS_VALUE, GOES_ON, OPENERS, SPECIAL, lay_out, marks_of, raw_tokens
from nndsl.syntax.tree import Token
from nndsl.values import value

Tokens = tuple[Token, ...]

WORDS = {"NAME", "PRIMED", "BACKQUOTED", "OPEN_NAME", "_OR", "_AND", "_NOT", "TRUE", "FALSE", "NONE"} | SPECIAL
SILENT = {
    "COMMENT",
    "STRING",
    "NUMBER",
    "BAD_NUMBER",
    "SINGLE_QUOTED",
    "FOREIGN",
    "ILLEGAL",
}  # where nothing is
CLOSERS = {"LPAR": ")", "LSQB": "]", "LBRACE": "}"}
STAND_IN = "x"  # for the word at the cursor, so that the layout sees a word there


@value
class Bracket:
    """A `(` or `[` that is open at the cursor. kind: `_CALL`, `_INDEX`, LPAR or LSQB. head: what is called or indexed.
    arguments: the tokens of each so far; the last one is at the cursor. later: names of arguments after the cursor."""

    kind: str
    head: Tokens
    arguments: tuple[Tokens, ...]
    later: tuple[str, ...] = ()

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the arguments that are given by name, but for the one at the cursor."""
        return (*(key for tokens in self.arguments[:-1] if (key := key_of(tokens))), *self.later)

    @property
    def by_place(self) -> int:
        """How many arguments before the cursor are given without a name."""
        return sum(1 for tokens in self.arguments[:-1] if tokens and not key_of(tokens))

    @property
    def name(self) -> str:
        """What is called, where that is a single name."""
        return str(self.head[0]) if len(self.head) == 1 and self.kind == "_CALL" else ""


@value
class Block:
    """A `{` that is open at the cursor. head: what stands before it in its statement or line. lines: those before the
    cursor. later: the first words of those after it."""

    head: Tokens
    lines: tuple[Tokens, ...]
    later: tuple[Tokens, ...] = ()

    @property
    def given(self) -> tuple[str, ...]:
        """The first words of its other lines."""
        return tuple(str(line[0]) for line in (*self.lines, *self.later) if line)


@value
class Place:
    """word: what is typed so far, from `start`. text: whether it is a text in quotes, without the first one.
    blocks, brackets: those that are open, outermost first. line: the statement or the line of a block so far, up to
    the outermost open bracket. silent: inside a comment or a number, where nothing can be offered."""

    word: str
    start: int
    text: bool = False
    silent: bool = False
    blocks: tuple[Block, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    line: Tokens = ()

    @property
    def tail(self) -> Tokens:
        """What stands before the word in the innermost bracket's argument; in the line where no bracket is open."""
        return self.brackets[-1].arguments[-1] if self.brackets else self.line

    @property
    def before(self) -> str:
        """The kind of the token before the word; empty at the start of a line or an argument."""
        return self.tail[-1].type if self.tail else ""

    @property
    def after_value(self) -> bool:
        """Whether a value has ended there, so that only an operator can come."""
        return self.before in ENDS_VALUE


def place_at(text: str, offset: int) -> Place:
    """What stands around an offset."""
    offset = max(0, min(offset, len(text)))
    word, start, kind = _word(text[:offset])
    if kind in SILENT:
        return Place(word, start, silent=True)
    is_text = kind == "OPEN_STRING"
    before = text[: start - is_text]
    tokens, at = _laid_out(before, text[offset:], is_text)
    blocks, line = _blocks(tokens[:at])
    plain, brackets = _brackets(line)
    after = _Rest(text[offset:], len(brackets))
    if blocks:
        blocks = (*blocks[:-1], Block(blocks[-1].head, blocks[-1].lines, after.lines))
    if brackets:
        last = brackets[-1]
        brackets = (*brackets[:-1], Bracket(last.kind, last.head, last.arguments, after.keys))
    return Place(word, start, is_text, False, blocks, brackets, plain)


def key_of(tokens: Sequence[Token]) -> str:
    """`lr` of the argument `lr=0.1`; empty where an argument has no name."""
    return str(tokens[0]) if len(tokens) > 1 and tokens[1].type == "EQUAL" and tokens[0].type in WORDS else ""


def outside(tokens: Sequence[Token]) -> Tokens:
    """The tokens that are in no bracket; of each pair, the one that closes it stands for it."""
    found: list[Token] = []
    depth = 0
    for token in tokens:
        if token.type in ("RPAR", "RSQB"):
            depth = max(0, depth - 1)
        if not depth and token.type not in OPENERS:
            found.append(token)
        depth += token.type in OPENERS
    return tuple(found)


def divided(tokens: Sequence[Token]) -> tuple[Tokens, ...]:
    """At commas outside brackets; of nothing, one part that is empty."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += token.type in OPENERS
        depth -= token.type in ("RPAR", "RSQB")
        if token.type == "COMMA" and depth <= 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return tuple(map(tuple, parts))


# ---- the word at the cursor ------------------------------------------------------------------------------------


def _word(before: str) -> tuple[str, int, str]:
    """(the word that ends at the cursor, where it starts, its terminal); empty where none does. Of a text in quotes and
    of a name in backquotes, what stands behind the first quote."""
    line = before.rfind("\n") + 1
    raw = raw_tokens(before[line:])  # no token but an end of line goes on from one line to the next
    if not raw or line + raw[-1].end_pos != len(before):
        return "", len(before), ""
    last = raw[-1]
    start = line + last.start_pos
    if last.type == "OPEN_STRING":
        return str(last)[1:], start + 1, "OPEN_STRING"
    if last.type in WORDS:
        return str(last).strip("`"), start, "NAME"
    if last.type in SILENT:
        return str(last), start, last.type
    return "", len(before), ""


# ---- the tokens before it --------------------------------------------------------------------------------------


def _laid_out(before: str, after: str, is_text: bool) -> tuple[list[Token], int]:
    """The tokens of the statement at the cursor, and the number of the one that stands in for the word there."""
    stand_in = f'"{STAND_IN}"' if is_text else STAND_IN
    space = " " if _goes_on_inside(after) else ""  # at the left edge, a word may end a block whose `}` is missing
    marked = f"{before}{space}{stand_in}"
    raw = raw_tokens(marked)
    closers = _closers(raw)
    layout = lay_out(Source("", marked + closers), Collector())
    where = len(before) + len(space)
    for tokens in layout.statements:
        for i, token in enumerate(tokens):
            if token.start_pos == where and token.end_pos > where:
                return tokens, i
    return [], 0


def _goes_on_inside(after: str) -> bool:
    """Whether what follows the cursor is of the block that is open there: its `}`, or lines that are indented."""
    line, _, rest = after.partition("\n")
    for token in raw_tokens(rest[:2000]):
        if token.type not in ("NEWLINE", "COMMENT"):
            return token.type == "RBRACE" or token.column > 1
    return "}" in line


def _closers(raw: list[Token]) -> str:
    """What closes all that is open at the end of some tokens, innermost first."""
    marks = marks_of(raw)
    found = match(marks)
    braces = found.closed_before.get(len(marks), [])
    inner = max(braces, default=-1)
    rounds = [i for i in sorted(found.unclosed) if i > inner and not _ended(marks, i)]
    return "".join(CLOSERS[marks[i].token.type] for i in (*reversed(rounds), *sorted(braces, reverse=True)))


def _ended(marks: list[Mark], opened: int) -> bool:
    """Whether a bracket was rather forgotten than left open: a line after it ends without going on."""
    return any(
        later.first and before.token.type not in GOES_ON and before.token.type not in ("LPAR", "LSQB")
        for before, later in pairwise(marks[opened:])
    )


def _blocks(tokens: Sequence[Token]) -> tuple[tuple[Block, ...], Tokens]:
    """The blocks that are open at the end of a statement's tokens, and the line there."""
    open_: list[tuple[Tokens, list[Tokens]]] = []
    line: list[Token] = []
    inner: list[list[Token]] = []  # the lines around the blocks that are open
    for token in tokens:
        if token.type == "LBRACE":
            open_.append((tuple(line), []))
            inner.append(line)
            line = []
        elif token.type == "RBRACE" and open_:
            open_.pop()
            line = [*inner.pop(), token]
        elif token.type == "_SEP":
            if open_ and line:
                open_[-1][1].append(tuple(line))
            line = []
        else:
            line.append(token)
    return tuple(Block(head, tuple(lines)) for head, lines in open_), tuple(line)


def _brackets(line: Tokens) -> tuple[Tokens, tuple[Bracket, ...]]:
    """The line up to the outermost bracket that is open at its end, and all brackets that are."""
    open_: list[int] = []
    for i, token in enumerate(line):
        if token.type in OPENERS:
            open_.append(i)
        elif token.type in ("RPAR", "RSQB") and open_:
            open_.pop()
    found: list[Bracket] = []
    for place, end in pairwise((*open_, len(line))):
        kind = line[place].type
        head = _postfix(line[:place]) if kind in ("_CALL", "_INDEX") else ()
        found.append(Bracket(kind, head, divided(line[place + 1 : end])))
    return line[: open_[0]] if open_ else line, tuple(found)


def _postfix(tokens: Sequence[Token]) -> Tokens:
    """What a bracket at the end is of: `run.history` of `print run.history[`."""
    start = len(tokens)
    while start > 0 and tokens[start - 1].type in ("NAME", "PRIMED", "BACKQUOTED"):
        start -= 1
        if start == 0 or tokens[start - 1].type != "DOT":
            break
        start -= 1
    return tuple(tokens[start:])


class _Rest:
    """What stands after the cursor: names of arguments in the bracket, and the first words of lines in the block."""

    def __init__(self, after: str, depth: int) -> None:
        self.lines: tuple[Tokens, ...] = ()
        keys: list[str] = []
        lines: list[Tokens] = []
        fresh = False  # a new line of the block starts here
        previous: Token | None = None
        for token, following in _pairs(raw_tokens(after)):
            if token.type == "NEWLINE":
                fresh = fresh or (depth <= 0 and (previous is None or previous.type not in GOES_ON))
                continue
            if depth < 0 or (fresh and not depth and token.column == 1 and token.type != "RBRACE"):
                break
            if depth == 0 and token.type == "RBRACE":
                break
            if token.type == "SEMICOLON" and not depth:
                fresh = True
                continue
            if following is not None and following.type == "EQUAL" and token.type in WORDS and previous is not None:
                keys += [str(token)] if previous.type == "COMMA" and not lines and not fresh else []
            if fresh and not depth:
                lines.append((token, following) if following is not None else (token,))
                fresh = False
            depth += token.type in CLOSERS
            depth -= token.type in ("RPAR", "RSQB", "RBRACE")
            previous = token
        self.lines = tuple(lines)
        self.keys = tuple(keys)


def _pairs(raw: list[Token]) -> Iterator[tuple[Token, Token | None]]:
    kept: list[Token | None] = [token for token in raw if token.type != "COMMENT"]
    for token, following in pairwise([*kept, None]):
        if token is not None:
            yield token, following
