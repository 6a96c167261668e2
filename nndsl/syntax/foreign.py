"""Rules for characters and words that are not of this language: slips of the pen, and habits from Python and its
kin."""

from __future__ import annotations

import unicodedata

from nndsl.diagnostics import Diagnostic, Edit, Span, fault
from nndsl.diagnostics.suggest import did_you_mean, nearest
from nndsl.syntax.tree import Token
from nndsl.syntax.trouble import BEGINS_VALUE, OPENERS, Trouble

PYTHON_WORDS = {
    "if": "use `where(condition, a, b)` for a value that depends on a condition",
    "elif": "use `where(condition, a, b)` for a value that depends on a condition",
    "else": "use `where(condition, a, b)` for a value that depends on a condition",
    "for": "to repeat layers, write `repeat 3 { ... }`",
    "while": "to repeat layers, write `repeat 3 { ... }`; to train on, set `epochs`",
    "def": "a function is defined as `activation f(x) = ...`, a part of a network as `layer block { ... }`",
    "lambda": "a function is defined as `activation f(x) = ...`, on a line of its own",
    "class": "a network is defined as `network mlp { ... }`, a part of one as `layer block { ... }`",
    "function": "a function is defined as `activation f(x) = ...`, a part of a network as `layer block { ... }`",
    "import": 'to take in another file\'s definitions, write `use "file.nn"`; the library needs no import',
    "return": "what a layer gives is written `output ...`",
    "var": "a constant is written `let a = ...`",
    "const": "a constant is written `let a = ...`",
    "model": "a network is defined as `network mlp { ... }`",
    "try": "faults stop a script; there is nothing to catch",
    "async": "there is nothing to wait for: statements run one after the other",
    "assert": "a condition that must hold is written `expect ...`",
    "del": "names cannot be removed; give the new value a name of its own",
    "global": "names outside a block can be used inside it as they are",
    "pass": "an empty block is written `{ }`",
}
HYPHENATED = {"t-sne": "tsne", "k-means": "kmeans", "k-nn": "knn"}
CONTROL_WORDS = ("if", "elif", "else", "for", "while", "def", "lambda", "class", "import", "return")
OPERATORS = {
    "**": "^",
    "&&": "and",
    "||": "or",
    "!": "not ",
    "===": "==",
    "!==": "!=",
    "<>": "!=",
    ":=": "=",
    "=>": "->",
}
LOOKALIKES = {
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": '"',
    "’": '"',
    "×": "*",
    "·": "*",
    "−": "-",
    "–": "-",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "≠": "==",
}


def bad_token(t: Trouble) -> Diagnostic | None:
    """Characters that form nothing: reported as such, whatever stands around them."""
    rule = {
        "OPEN_STRING": _open_string,
        "OPEN_NAME": _open_name,
        "SINGLE_QUOTED": _single_quoted,
        "BAD_NUMBER": _bad_number,
        "ILLEGAL": _illegal,
        "SEMICOLON": _semicolon,
    }.get(t.kind)
    return None if rule is None else rule(t)


def _open_string(t: Trouble) -> Diagnostic:
    return fault(
        "E0102",
        "this string does not end on its line",
        t.span,
        help='write `"` where it ends',
        edits=(Edit(Span(t.source, t.span.end, t.span.end), '"'),),
    ).diagnostic


def _open_name(t: Trouble) -> Diagnostic:
    return fault(
        "E0102", "this name in backquotes does not end on its line", t.span, help="write a backquote where it ends"
    ).diagnostic


def _single_quoted(t: Trouble) -> Diagnostic:
    text = f'"{t.word[1:-1]}"'
    edits = () if '"' in t.word else (Edit(t.span, text),)
    return fault("E0103", "strings stand in double quotes", t.span, help=f"write `{text}`", edits=edits).diagnostic


def _bad_number(t: Trouble) -> Diagnostic:
    digits = t.word[: next(i for i, c in enumerate(t.word) if c not in "0123456789")]
    rest = t.word[len(digits) :]
    help = f"to multiply, write `{digits} * {rest}`; a name cannot start with a digit"
    if "_" in t.word or rest[:1] in "eE" or (digits == "0" and rest[:1] in "xXbBoO"):
        help = "numbers are written like 12, 0.5, 1e-3, 60_000 or 70%"
    return fault("E0104", f"`{t.word}` is neither a number nor a name", t.span, help=help).diagnostic


def _semicolon(t: Trouble) -> Diagnostic | None:
    if t.opener is None:
        return None
    return fault(
        "E0101",
        "a `;` cannot stand inside brackets",
        t.span,
        help="separate values with `,`",
        edits=(Edit(t.span, ","),),
    ).diagnostic


def _illegal(t: Trouble) -> Diagnostic:
    character = t.word
    meant = LOOKALIKES.get(character)
    if meant is not None:
        return fault(
            "E0101",
            f"`{character}` is not a character of the language",
            t.span,
            help=f"write `{meant}`",
            edits=(Edit(t.span, meant),),
        ).diagnostic
    if character == "%":
        return fault("E0101", "a `%` stands right after a number, as in `70%`", t.span).diagnostic
    if character == "'":
        return fault(
            "E0103", "strings stand in double quotes", t.span, help="a `'` right after a name is its next value: `h'`"
        ).diagnostic
    if character.isprintable() and not character.isspace():
        help = (
            "the language uses letters, digits and `_ ' + - * / @ ^ < > = ! ~ . , : ; ( ) [ ] { }`, others in strings"
        )
        return fault("E0101", f"`{character}` is not a character of the language", t.span, help=help).diagnostic
    name = unicodedata.name(character, f"character {ord(character):#x}").lower()
    return fault(
        "E0101", f"an invisible character stands here: {name}", t.span, help="remove it, or write a space"
    ).diagnostic


def python_verb(word: str, span: Span, is_option: bool) -> Diagnostic | None:
    """`if x > 3 { ... }` and `return x` fit the rules, as statements and options that nobody knows."""
    if word not in (CONTROL_WORDS if is_option else PYTHON_WORDS):
        return None
    return fault("E0111", f"there is no `{word}` in this language", span, help=PYTHON_WORDS[word]).diagnostic


def python_word(t: Trouble) -> Diagnostic | None:
    """`if`, `for`, `def`, `import` and others at the start of a line, or at the token that did not fit."""
    first = t.first
    if first is None:
        return None
    if str(first) == "from" and any(str(token) == "import" for token in t.tokens):
        return _word(t, 0, "import")
    if str(first) in PYTHON_WORDS and first.type == "NAME" and t.at > 0:
        return _word(t, 0, str(first))
    for i in (t.at, t.at - 1):
        if 0 < i < len(t.tokens) and t.tokens[i].type == "NAME" and str(t.tokens[i]) in ("if", "else", "for", "lambda"):
            if str(t.tokens[i]) == "for" and nearest(str(first), ("network",)):  # `netwrok mlp for iris {`
                return _misspelt(t, first)
            return _word(t, i, str(t.tokens[i]))
    return None


def called_print(t: Trouble) -> Diagnostic:
    """`print("hello")`."""
    last, depth = t.at, 0
    while last < len(t.tokens):
        depth += (t.tokens[last].type in OPENERS) - (t.tokens[last].type in ("RPAR", "RSQB"))
        if not depth:
            break
        last += 1
    written, edits = "print ...", list[Edit]()
    if last == len(t.tokens) - 1 > t.at + 1:
        inside = t.span_of(t.tokens[t.at + 1]).to(t.span_of(t.tokens[last - 1])).text
        written = f"print {inside}"
        edits.append(Edit(t.span_of(t.tokens[0]).to(t.span_of(t.tokens[last])), written))
    problem = "`print` is a statement, and has no brackets"
    return fault("E0115", problem, t.span, help=f"write `{written}`", edits=tuple(edits)).diagnostic


def hyphenated(t: Trouble) -> Diagnostic | None:
    """`t-sne data`: names of methods as books write them."""
    written = "".join(str(token) for token in t.tokens[:3])
    name = HYPHENATED.get(written.lower())
    if name is None or t.at != 3:
        return None
    place = t.span_of(t.tokens[0]).to(t.span_of(t.tokens[2]))
    message = f"no statement begins with `{written}`"
    return fault("E0201", message, place, help=f"did you mean `{name}`?", edits=(Edit(place, name),)).diagnostic


def _misspelt(t: Trouble, first: Token) -> Diagnostic:
    """As for a statement that can be read and begins with no known word."""
    message = f"no statement begins with `{first}`"
    return fault("E0201", message, t.span_of(first), help=did_you_mean(str(first), ("network",))).diagnostic


def _word(t: Trouble, i: int, word: str) -> Diagnostic:
    return fault(
        "E0111", f"there is no `{t.tokens[i]}` in this language", t.span_of(t.tokens[i]), help=PYTHON_WORDS[word]
    ).diagnostic


def python_operator(t: Trouble) -> Diagnostic | None:
    """`**`, `&&`, `+=`, `//`; and `*` twice with a space."""
    if t.kind != "FOREIGN":
        return None
    word = t.word
    if word.endswith("=") and word[0] in "+-*/@" and t.previous is not None and t.previous.type in BEGINS_VALUE:
        name, op = str(t.previous), word[:-1]
        op = {"**": "^", "//": "/"}.get(op, op)
        return fault(
            "E0125",
            f"there is no `{word}` in this language",
            t.span,
            help=f"write `{name}' = {name} {op} ...` for a state, or give the new value a name",
        ).diagnostic
    if word == "//":
        help = "a comment starts with `#`; for a whole quotient write `floor(a / b)`"
        return fault("E0125", "there is no `//` in this language", t.span, help=help).diagnostic
    meant = OPERATORS.get(word)
    if meant is None:
        return fault("E0125", f"there is no `{word}` in this language", t.span).diagnostic
    help = f"write `{meant.strip()}`"
    return fault(
        "E0125", f"there is no `{word}` in this language", t.span, help=help, edits=(Edit(t.span, meant),)
    ).diagnostic
