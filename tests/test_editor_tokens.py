"""What each piece of a text is, and how it looks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nndsl.diagnostics import Source
from nndsl.editor import palette
from nndsl.editor.palette import LOOKS
from nndsl.editor.tokens import KINDS, OF_TERMINAL, classified
from nndsl.syntax.tables import tables

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted([*(ROOT / "examples").rglob("*.nn"), *(ROOT / "nndsl" / "std").glob("*.nn")])
BLANKS = " \t\f\v\ufeff\r\n"


def pieces(text: str) -> list[tuple[str, str]]:
    """The text of each piece, and what it is; checked for their order, and for what lies between them."""
    found, at = [], 0
    for piece in classified(Source("text", text)):
        assert at <= piece.start < piece.end and not text[at : piece.start].strip(BLANKS)
        assert piece.kind in KINDS
        found.append((text[piece.start : piece.end], piece.kind))
        at = piece.end
    assert not text[at:].strip(BLANKS)
    return found


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_pieces_cover_scripts_and_nothing_in_them_is_bad(path: Path) -> None:
    assert not [piece for piece in pieces(path.read_text(encoding="utf-8")) if piece[1] in ("bad", "open")]


PLACES = """
set seed 7                                         | seed        | option
set seed 7                                         | set         | word
set seed 7                                         | 7           | number
let lr = 0.1                                       | let         | word
let lr = 0.1                                       | lr          | definition
let a, b = f(1)                                    | b           | definition
let a, b = f(1)                                    | f           | call
let a = b == true                                  | ==          | operator
let a = b == true                                  | true        | constant
let a = not b or c                                 | or          | word
let a = not b or c                                 | not         | word
let a = x.or                                       | or          | name
let on = 1                                         | on          | definition
use "more.nn"                                      | use         | word
use "more.nn"                                      | "more.nn"   | string
use = 3                                            | use         | word
data d { from "a.csv" }                            | data        | kind
data d { from "a.csv" }                            | d           | definition
data d { from "a.csv" }                            | from        | option
data d { input all -> x / 16 }                     | x           | name
data d { input (a, loss) -> standard }             | loss        | name
data d { input (a, loss) -> standard }             | standard    | layer
data d { input loss -> standard }                  | loss        | name
data d { target data }                             | data        | name
data d { input `a b` }                             | `a b`       | column
data d { split train=70%, test=rest }              | train       | argument
data d { split train=70%, test=rest }              | 70%         | number
data d { split train=70%, test=rest }              | rest        | name
network n for d { dense(8) -> relu }               | for         | word
network n for d { dense(8) -> relu }               | n           | definition
network n for d { dense(8) -> relu }               | dense       | layer
network n for d { dense(8) -> relu }               | ->          | arrow
network n for d { dense(8) -> relu }               | relu        | layer
network n { flatten; dense(8) }                    | flatten     | layer
network n { flatten; dense(8) }                    | ;           | punctuation
network n { repeat 2 { dense(8) } }                | repeat      | option
network n { repeat 2 { dense(8) } }                | {           | bracket
network n { h = x -> last }                        | h           | definition
network n { h = x -> last }                        | x           | name
layer l(units = 3) { param W[in, units] ~ zeros }  | units       | argument
layer l(units = 3) { param W[in, units] ~ zeros }  | param       | option
layer l(units = 3) { param W[in, units] ~ zeros }  | W           | name
layer l(units = 3) { param W[in, units] ~ zeros }  | in          | name
layer l(units = 3) { param W[in, units] ~ zeros }  | zeros       | name
layer l { input x[..., in] }                       | ...         | number
layer l { loss own(y) = y }                        | loss        | kind
layer l { let a = 2 }                              | let         | word
loss own(y, z) = mean(abs(y - z))                  | z           | argument
loss own(y, z) = mean(abs(y - z))                  | mean        | call
loss own(y, z) = mean(abs(y - z))                  | abs         | call
initializer zeros = full(shape, 0)                 | shape       | name
cell c { h' = x @ W }                              | h'          | state
cell c { h' = x @ W }                              | @           | operator
train n on d with r as run { loss mse }            | train       | verb
train n on d with r as run { loss mse }            | on          | word
train n on d with r as run { loss mse }            | run         | definition
train n on d with r as run { loss mse }            | loss        | option
train n on d with r as run { loss mse }            | mse         | name
train n on d { optimizer adam(lr=1) }              | adam        | call
train n on d { optimizer adam(lr=1) }              | lr          | argument
train n on d { epochs 3                            | {           | open
train                                              | train       | verb
train.loss                                         | train       | name
train(n)                                           | train       | call
x + 1                                              | x           | name
print -1                                           | -           | operator
print run.history.loss[-1]                         | loss        | name
print run.history.loss[-1]                         | .           | punctuation
print (1                                           | (           | open
print 1)                                           | )           | bad
print (1]                                          | ]           | bad
print 1 }                                          | }           | bad
print "open                                        | "open       | open
print `open                                        | `open       | open
print 'single'                                     | 'single'    | bad
print 1a ** 2                                      | 1a          | bad
print 1a ** 2                                      | **          | bad
print a $ b                                        | $           | bad
print a # and so on                                | # and so on | comment
"""


@pytest.mark.parametrize("row", PLACES.strip().splitlines())
def test_what_a_piece_is(row: str) -> None:
    text, piece, kind = (part.strip() for part in row.rsplit("|", 2))
    assert (piece, kind) in pieces(text)
    assert text.count(piece) > 1 or [found for found in pieces(text) if found[0] == piece] == [(piece, kind)]


def test_a_word_may_be_several_things_in_one_line() -> None:
    found = [
        kind
        for text, kind in pieces("train train on data as as { seed seed }")
        if text in ("train", "as", "data", "seed")
    ]
    assert found == ["verb", "name", "name", "word", "definition", "option", "name"]


def test_a_statement_may_go_on_below() -> None:
    text = "print a,\n  b\nprint c\nnetwork n {\n  dense(8)\n    -> relu\n}"
    assert [kind for _, kind in pieces(text)][:6] == ["verb", "name", "punctuation", "name", "verb", "name"]
    assert ("relu", "layer") in pieces(text)


def test_blocks_that_are_too_deep_are_covered_too() -> None:
    text = "network n { " + "repeat 2 { " * 60 + "let a = b" + " }" * 61
    assert ("a", "name") in pieces(text) and ("let", "name") in pieces(text)


WORDS = ["let ", "use ", "set ", "for ", "data ", "loss ", "train ", "on ", "as ", "true", "or ", "not ", "x", "y'"]
SIGNS = ["{", "}", "(", ")", "[", "]", "\n", ";", ",", "=", "->", "...", ".", "-", "+", "~", ":", "\r\n", "\r", "\t"]
ODD = [" ", "`a b`", "`a", "'a", '"a', '"b"', "1", "1a", "#c\n", "\u00e9", "\u00a0", "\ufeff"]
FRAGMENTS = st.sampled_from([*WORDS, *SIGNS, *ODD])


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.one_of(st.lists(FRAGMENTS, max_size=40).map("".join), st.text(max_size=60)))
def test_any_text_is_classified(text: str) -> None:
    pieces(text)


def test_every_terminal_is_of_a_kind() -> None:
    """A terminal that is new in the grammar needs a row, or is bad until it has one."""
    made_by_layout = {"_CALL", "_INDEX", "NEGATIVE"}
    assert (
        OF_TERMINAL.keys() - made_by_layout
        == set(tables().terminals) - {"NEWLINE", "_SEP", "$END"} - made_by_layout - ignored()
    )
    assert set(OF_TERMINAL.values()) <= KINDS


def ignored() -> set[str]:
    return set(tables().ignored)


# ---- looks ---------------------------------------------------------------------------------------

XTERM = {"magenta": "#cd00cd", "red": "#cd0000", "brightblue": "#5c5cff", "brightblack": "#7f7f7f"}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrasts(colour: str) -> tuple[float, float]:
    """With black and with white."""
    own = luminance(colour)
    return (own + 0.05) / 0.05, 1.05 / (own + 0.05)


def test_every_kind_has_a_look() -> None:
    assert LOOKS.keys() == KINDS


@pytest.mark.parametrize("kind", [kind for kind, look in LOOKS.items() if look.colour[0]])
def test_colours_can_be_read_on_black_and_on_white(kind: str) -> None:
    many, few = LOOKS[kind].colour
    assert min(contrasts(many)) >= 4.5
    if few:
        assert min(contrasts(XTERM[few])) >= 3.5  # as xterm has them; other terminals have their own


def test_styles_are_those_that_prompt_toolkit_and_rich_read() -> None:
    from prompt_toolkit.styles import Style
    from rich.style import Style as RichStyle

    for few in (False, True):
        attributes = Style.from_dict(palette.for_prompt(few)).get_attrs_for_style_str("class:nn.kind")
        assert attributes.bold and attributes.color == ("ansimagenta" if few else "ab4ccb")
        assert RichStyle.parse(palette.for_rich("comment", few)).italic
        assert all(RichStyle.parse(palette.for_rich(kind, few)) is not None for kind in KINDS)
    assert palette.for_rich("name") == ""


def test_the_style_sheet_of_reports_has_every_class() -> None:
    sheet = (ROOT / "nndsl" / "runtime" / "report" / "style.css").read_text(encoding="utf-8")
    assert all(f".{look.css} {{" in sheet for look in LOOKS.values() if look.css)
