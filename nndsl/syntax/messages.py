"""What to say about a token that does not fit, in the reader's words.

In: `Trouble`: the tokens of one statement or line, and which of them stopped the parser. Out: a `Diagnostic`.
RULES are tried in order; the first that has something to say is taken. No name of a terminal or rule ever shows.
"""

from __future__ import annotations

from collections.abc import Callable

from nndsl.diagnostics import Diagnostic, Edit, Label, fault
from nndsl.syntax import foreign
from nndsl.syntax.trouble import BEGINS_VALUE, OPERATORS, Trouble

OPEN_OF = {"RPAR": ("LPAR", "_CALL"), "RSQB": ("LSQB", "_INDEX")}
SIGN_OF = {"RPAR": ")", "RSQB": "]", "LPAR": "(", "_CALL": "(", "LSQB": "[", "_INDEX": "["}
EXAMPLES = {
    "LET": "write, for example, `let width = 64`",
    "USE": 'write, for example, `use "blocks.nn"`',
    "SET": "write, for example, `set seed 7`",
}
NUMBERS = "numbers are written like 12, 0.5, 1e-3, 60_000 or 70%"
PREPOSITIONS = ("on", "as", "to", "from", "with", "in")
KEYWORDS = {"_OR", "_AND", "_NOT", "TRUE", "FALSE", "NONE"}


def explain(trouble: Trouble) -> Diagnostic:
    for rule in RULES:
        found = rule(trouble)
        if found is not None:
            return found
    return _unexpected(trouble)


def _closing(t: Trouble) -> Diagnostic | None:
    """`a)`, `(a]`."""
    if t.kind not in OPEN_OF:
        return None
    if t.opener is None:
        return fault(
            "E0107", f"this `{t.word}` closes nothing", t.span, help=f"remove it, or open it with `{_partner(t)}`"
        ).diagnostic
    if t.opener.type not in OPEN_OF[t.kind]:
        wanted = ")" if SIGN_OF[t.opener.type] == "(" else "]"
        label = Label(t.span_of(t.opener), "opened here")
        return fault(
            "E0107",
            f"`{SIGN_OF[t.opener.type]}` is closed by `{t.word}`",
            t.span,
            labels=(label,),
            help=f"write `{wanted}` here",
            edits=(Edit(t.span, wanted),),
        ).diagnostic
    return None


def _partner(t: Trouble) -> str:
    return "(" if t.kind == "RPAR" else "["


def _unclosed(t: Trouble) -> Diagnostic | None:
    """The line ends while a bracket is open."""
    if t.opener is None or (t.kind not in ("_SEP", "RBRACE", "$END", "LBRACE") and not t.starts_line):
        return None
    if t.kind not in ("_SEP", "RBRACE", "$END", "LBRACE") and t.opener.start_pos not in t.unclosed:
        return None
    sign = SIGN_OF[t.opener.type]
    wanted = ")" if sign == "(" else "]"
    end = t.after_previous
    return fault(
        "E0105",
        f"this `{sign}` is never closed",
        t.span_of(t.opener),
        help=f"write `{wanted}` where it ends",
        edits=(Edit(end, wanted),),
    ).diagnostic


def _let(t: Trouble) -> Diagnostic | None:
    """`let = 3`, `let 3 = x`, `let x 3`, `use blocks.nn`, `set = 7`."""
    first = t.first
    if first is None or first.type not in ("LET", "USE", "SET") or t.at > 2 or t.kind in KEYWORDS | {"FOREIGN"}:
        return None
    if first.type == "USE" and t.at == 1 and t.kind not in ("_SEP", "$END"):
        rest = t.span.to(t.span_of(t.tokens[-1]))
        edit = Edit(rest, f'"{rest.text}"')
        return fault(
            "E0103", "the file of `use` stands in double quotes", rest, help=f'write `use "{rest.text}"`', edits=(edit,)
        ).diagnostic
    if t.at == 1:
        found = "" if t.kind in ("_SEP", "$END", "EQUAL") else f", but there is {t.found}"
        what = "the name of a file in quotes" if first.type == "USE" else "a name"
        place = t.span if found else t.span_of(first)
        return fault(
            "E0114", f"after `{first}`, {what} is expected{found}", place, help=EXAMPLES[first.type]
        ).diagnostic
    if first.type == "LET" and "EQUAL" in t.expected and t.kind in BEGINS_VALUE:
        return fault(
            "E0110",
            f"`=` is missing after `{t.previous}`",
            t.span,
            help=EXAMPLES["LET"],
            edits=(Edit(t.after_previous, " ="),),
        ).diagnostic
    return None


def _spaced_call(t: Trouble) -> Diagnostic | None:
    """`dense (10)` inside an expression."""
    before = t.previous
    if t.kind not in ("LPAR", "LSQB") or before is None or before.type not in ("NAME", "PRIMED", "RPAR", "RSQB"):
        return None
    if before.end_pos == t.token.start_pos:
        return None
    what = "call" if t.kind == "LPAR" else "index"
    gap = t.between(before, t.token)
    return fault(
        "E0122",
        f"the `{t.word}` of a {what} touches what is before it",
        t.span,
        help=f"write `{before}{t.word}` without a space",
        edits=(Edit(gap, ""),),
    ).diagnostic


def _missing_comma(t: Trouble) -> Diagnostic | None:
    """`f(a b)`, `[1 2]`."""
    if t.opener is None or t.previous is None or "COMMA" not in t.expected or t.kind not in BEGINS_VALUE | {"LBRACE"}:
        return None
    if t.kind == "LBRACE":
        return None
    end = t.after_previous
    return fault(
        "E0108",
        f"a comma or an operator is missing between `{t.previous}` and `{t.word}`",
        t.span,
        labels=(Label(t.span_of(t.opener), "inside this bracket"),),
        help=f"write `{t.previous}, {t.word}`",
        edits=(Edit(end, ","),),
    ).diagnostic


def _equals(t: Trouble) -> Diagnostic | None:
    """`expect a = 3`, `x = 3` as a statement, `f(x) = 3`."""
    if t.kind != "EQUAL":
        return None
    first = t.first
    if t.place == "statement" and t.at == 1 and first is not None and first.type == "NAME":
        place = t.span_of(first)
        return fault(
            "E0110",
            f"`{first}` is not bound here: a constant starts with `let`",
            place,
            help=f"write `let {first} = ...`",
            edits=(Edit(place, f"let {first}"),),
        ).diagnostic
    if first is not None and first.type == "SET" and t.at == 2:
        return fault(
            "E0110", "`set` takes its value without `=`", t.span, help=f"write `set {t.previous} ...`"
        ).diagnostic
    if t.item_is_target and not (
        first is not None and first.type == "NAME" and t.at > 1 and t.tokens[1].type == "NAME"
    ):
        what = t.text_before
        return fault(
            "E0123",
            f"`{what}` cannot be given a value: only a name can stand before `=`",
            t.span_before,
            help="write a name before `=`, or `==` to compare",
        ).diagnostic
    return fault(
        "E0109",
        "`=` gives a name its value; it cannot stand here",
        t.span,
        help="to compare, write `==`",
        edits=(Edit(t.span, "=="),),
    ).diagnostic


def _colon(t: Trouble) -> Diagnostic | None:
    """`lr: 0.1`, `network a:`, `a: 3`."""
    if t.previous is not None and t.previous.type == "COLON" and t.kind in ("_SEP", "$END", "LBRACE"):
        return _colon(t.back())  # `network a:`, where a kind of value could have followed
    if t.kind != "COLON" or t.previous is None:
        return None
    following = t.following
    if t.first is not None and t.first.type == "KIND" and (following is None or following.type in ("_SEP", "LBRACE")):
        help = "a block stands between `{` and `}`"
    elif t.opener is not None:
        help = f"a named argument is written `{t.previous}=...`"
    elif t.place == "item":
        help = f"an option is written without a colon: `{t.previous} ...`"
    else:
        help = "remove it; a block stands between `{` and `}`"
    return fault("E0112", "a `:` cannot stand here", t.span, help=help).diagnostic


def _definition(t: Trouble) -> Diagnostic | None:
    """A definition without a name, without a body, or with something between them."""
    first = t.first
    if t.place != "statement" or first is None or first.type != "KIND" or t.depth or t.is_after_equals:
        return None
    if t.at == 1:
        return fault(
            "E0114", f"this `{first}` needs a name", t.span_of(first), help=f"write `{first}`, then its name"
        ).diagnostic
    if t.kind in ("_SEP", "$END") and "LBRACE" in t.expected:
        return fault(
            "E0113",
            f"this `{first}` has no body",
            t.span_of(t.tokens[1]),
            help="its equation follows after `=`, or its lines between `{` and `}`",
        ).diagnostic
    if t.kind == "LPAR" and t.at == 2:
        return _spaced_call(t)
    if "LBRACE" in t.expected:
        return fault(
            "E0113",
            f"the body of this `{first}` is expected here, but there is {t.found}",
            t.span,
            help="its equation follows after `=`, or its lines between `{` and `}`",
        ).diagnostic
    return None


def _missing_after(t: Trouble) -> Diagnostic | None:
    """The line, bracket or block ends after an operator, a comma, `=`, or a preposition."""
    before = t.previous
    if before is None or "NAME" not in t.expected:
        return None
    if before.type in OPERATORS and t.kind == "LBRACE" and before.type != "PREPOSITION":
        return fault(
            "E0113", "a block cannot stand here", t.span, help="a list of values is written `[1, 2, 3]`"
        ).diagnostic
    if before.type in OPERATORS and t.kind in OPERATORS and not t.starts_line:
        both = t.span_of(before).to(t.span)
        return fault("E0116", f"something is missing between `{before}` and `{t.word}`", both).diagnostic
    if before.type == "DOT" and t.at > 1 and t.tokens[t.at - 2].type == "NUMBER":
        number = t.tokens[t.at - 2]
        return fault(
            "E0104", f"`{number}.` is not a number", t.span_of(number).to(t.span_of(before)), help=NUMBERS
        ).diagnostic
    if before.type in OPERATORS and t.kind not in BEGINS_VALUE:
        return fault(
            "E0116", f"something is missing after `{before}`", t.span_of(before), help=t.continued_help
        ).diagnostic
    if before.type in ("_CALL", "LPAR", "_INDEX", "LSQB") and t.kind in OPERATORS | {"RPAR", "RSQB"}:
        if t.kind in OPERATORS and t.kind != "COMMA":
            return fault("E0117", f"something is missing before `{t.word}`", t.span).diagnostic
        return fault(
            "E0127", f"something is missing between `{before}` and `{t.word}`", t.span_of(before).to(t.span)
        ).diagnostic
    return None


def _missing_before(t: Trouble) -> Diagnostic | None:
    """A line that starts with an operator."""
    if t.kind in OPERATORS and t.kind != "COMMA" and t.at == 0:
        return fault(
            "E0117",
            f"something is missing before `{t.word}`",
            t.span,
            help="a line goes on if the one before ends with an operator, or if it starts with `->`",
        ).diagnostic
    return None


def _keyword(t: Trouble) -> Diagnostic | None:
    """`let and = 3`, `none = 2`."""
    if t.kind in KEYWORDS and "NAME" in t.expected and not (t.expected & {"NUMBER"}):
        return fault("E0126", f"`{t.word}` has a meaning of its own and cannot be a name", t.span).diagnostic
    return None


def _statement_start(t: Trouble) -> Diagnostic | None:
    """`dense(10) -> relu` or `3 + 4` outside a block."""
    if t.place != "statement" or t.first is None or t.first.type in ("KIND", "LET", "USE", "SET"):
        return None
    whole = t.text_of_head
    if t.kind == "LBRACE" and t.at == 0:
        return fault("E0113", "a block follows a statement, and there is none before this one", t.span).diagnostic
    if t.at == 0:
        return fault(
            "E0115",
            f"a statement starts with a word, not with {t.found}",
            t.span,
            help="to see a value, write `print ...`",
        ).diagnostic
    if t.at == 1 and t.kind == "_CALL" and str(t.first) == "print":
        return foreign.called_print(t)
    if t.at == 1 and t.kind in OPERATORS | {"_CALL", "_INDEX", "DOT"} and t.kind != "COMMA":
        return fault(
            "E0115",
            f"`{whole}` is a value, not a statement",
            t.span_of_head,
            help=f"write `print {whole}`; layers stand inside a `network`",
        ).diagnostic
    return None


def _block_in_line(t: Trouble) -> Diagnostic | None:
    if t.kind == "LBRACE":
        return fault(
            "E0113", "a block cannot start here", t.span, help="a block follows its statement or option"
        ).diagnostic
    if t.previous is not None and t.previous.type == "RBRACE":
        return fault(
            "E0118", f"after `}}`, {t.found} needs a line of its own", t.span, help="start a new line, or write `;`"
        ).diagnostic
    return None


def _unexpected(t: Trouble) -> Diagnostic:
    before = t.previous
    if (
        before is not None
        and before.type == "NUMBER"
        and t.kind in ("DOT", "NUMBER")
        and before.end_pos == t.token.start_pos
    ):
        return fault(
            "E0104", f"`{before}{t.word}` is not a number", t.span_of(before).to(t.span), help=NUMBERS
        ).diagnostic
    if t.kind in ("_SEP", "$END", "RBRACE"):
        what = f"after `{before}`" if before is not None else "here"
        place = t.span_of(before) if before is not None else t.span
        return fault("E0116", f"something is missing {what}", place).diagnostic
    if before is None:
        return fault("E0118", f"{t.found} cannot stand here", t.span).diagnostic
    if str(before) in PREPOSITIONS and t.at > 1 and t.tokens[t.at - 2].type in OPERATORS:
        return fault(
            "E0116", f"something is missing between `{t.tokens[t.at - 2]}` and `{before}`", t.span_of(before)
        ).diagnostic
    if _is_option_outside(t):
        help = f"options stand in a block behind it: `{{ {t.word} ... }}`"
        return fault("E0118", f"`{t.word}` cannot follow `{before}`", t.span, help=help).diagnostic
    if before.type in BEGINS_VALUE | {"RPAR", "RSQB"} and t.kind in BEGINS_VALUE:
        return fault(
            "E0118",
            f"`{t.word}` cannot follow `{before}`",
            t.span,
            help="a `->`, an operator, a comma or the end of the line is missing between them",
        ).diagnostic
    is_list = t.kind == "COMMA" and t.place == "item" and before.type == "RPAR" and t.opener is None
    apart = "what comes next stands behind `->`, or on a line of its own" if is_list else None
    return fault("E0118", f"{t.found} cannot follow `{before}`", t.span, help=apart).diagnostic


def _is_option_outside(t: Trouble) -> bool:
    """`train mlp on iris epochs=5`."""
    follows = t.following is not None and t.following.type in ("EQUAL", "NUMBER")
    is_behind = t.at > 2 and t.tokens[t.at - 2].type == "PREPOSITION"
    return t.place == "statement" and t.kind == "NAME" and follows and is_behind


RULES: tuple[Callable[[Trouble], Diagnostic | None], ...] = (
    foreign.bad_token,
    foreign.python_word,
    foreign.hyphenated,
    _closing,
    _unclosed,
    _colon,
    _let,
    _definition,
    _equals,
    _spaced_call,
    foreign.python_operator,
    _missing_comma,
    _missing_before,
    _keyword,
    _statement_start,
    _missing_after,
    _block_in_line,
)
