"""How a diagnostic looks on a terminal and as JSON."""

from __future__ import annotations

import json
import re

import pytest
from golden import check_golden

from nndsl.diagnostics import Diagnostic, Edit, Label, Source, Span
from nndsl.diagnostics.jsonl import to_json
from nndsl.diagnostics.location import cells, locate
from nndsl.diagnostics.render import render, short, summary

PENGUINS = """\
data penguins {
  from "penguins.csv"
  input (bill_length_mm, bill_depth_mm) -> standard
  input (island, sex) -> onehot
  target species -> category
  missing drop
  split train=70%, validation=15%, test=15%
}

network mlp {
  dense(16) -> relu
  dropout(0.5)

  dense(10) -> softmax
}
"""


def at(text: str, part: str, name: str = "penguins.nn", nth: int = 0) -> Span:
    start = -1
    for _ in range(nth + 1):
        start = text.index(part, start + 1)
    return Span(Source(name, text), start, start + len(part))


def example() -> Diagnostic:
    span = at(PENGUINS, "dense(10)")
    return Diagnostic(
        "E0301",
        "`dense(10)` gives 10 values, but the target `species` has 3 classes",
        span,
        (Label(at(PENGUINS, "species"), "3 classes: Adelie, Chinstrap, Gentoo"), Label(span, "10 values")),
        help="write `dense(3)`",
    )


def test_the_example_of_the_design_is_shown_to_the_letter() -> None:
    assert render(example(), 100, False) == (
        "error[E0301]: `dense(10)` gives 10 values, but the target `species` has 3 classes\n"
        "  --> penguins.nn:14:3\n"
        "   |\n"
        " 5 |   target species -> category\n"
        "   |          ------- 3 classes: Adelie, Chinstrap, Gentoo\n"
        "14 |   dense(10) -> softmax\n"
        "   |   ^^^^^^^^^ 10 values\n"
        "   |\n"
        "   = help: write `dense(3)`"
    )


TABBED = "let a = 1\r\n\tlet b\t= aa\r\nprint b\r\n"
WIDE = 'let 名前 = "日本" + x\nlet e\u0301 = π + yy\n'
LONG = "let value = " + " + ".join(f"number_{i}" for i in range(40))
THREE = "train a on b.test with fast as run"
CASES = {
    "plain": example(),
    "warning without a place": Diagnostic("W0701", "the device `cuda` is not there", None, help="use `cpu`"),
    "notes and help": Diagnostic(
        "E0201",
        "unknown layer `dens`",
        at("dens(3)\n", "dens"),
        notes=("layers are listed by `nndsl doc`", "two\nlines"),
        help="did you mean `dense`?",
    ),
    "no remarks": Diagnostic("E0201", "unknown layer `dens`", at("dens(3)\n", "dens")),
    "tabs and CRLF": Diagnostic(
        "E0201", "unknown name `aa`", at(TABBED, "aa"), (Label(at(TABBED, "let b"), "for this"),)
    ),
    "wide and combining characters": Diagnostic(
        "E0201",
        "unknown name `x`",
        at(WIDE, "x"),
        (Label(at(WIDE, "名前"), "to be this"), Label(at(WIDE, "yy"), "and this")),
    ),
    "three labels on a line": Diagnostic(
        "E0401",
        "the test part cannot be trained on",
        at(THREE, "b.test"),
        (
            Label(at(THREE, "train"), "this trains"),
            Label(at(THREE, "fast"), "as told here"),
            Label(at(THREE, "b.test"), "this is the test part"),
        ),
    ),
    "a label inside the primary": Diagnostic(
        "E0401", "no", at(THREE, "train a on b.test"), (Label(at(THREE, "on"), "here"),)
    ),
    "a span of two lines": Diagnostic("E0401", "no", at(PENGUINS, "missing drop\n  split")),
    "a span of many lines": Diagnostic(
        "E0201",
        "this data has no input",
        at(PENGUINS, PENGUINS[: PENGUINS.index("}") + 1]),
        (Label(at(PENGUINS, "mlp"), "for this"),),
        help="add `input`",
    ),
    "another file": Diagnostic(
        "E0202",
        "`mlp` is defined twice",
        at(PENGUINS, "mlp"),
        (Label(at("layer mlp { }\n", "mlp", "blocks.nn"), "first here"),),
    ),
    "the end of a text": Diagnostic("E0101", "something is missing", Span(Source("a.nn", "let a =\n"), 7, 7)),
    "behind the last line end": Diagnostic("E0101", "something is missing", Span(Source("a.nn", "let a =\n"), 8, 8)),
    "an empty text": Diagnostic("E0101", "nothing", Span(Source("a.nn", ""), 0, 0)),
    "a line wider than the terminal": Diagnostic(
        "E0201",
        "unknown name `number_20`",
        at(LONG, "number_20"),
        (Label(at(LONG, "value"), "far left"), Label(at(LONG, "number_20"), "here")),
    ),
    "control characters": Diagnostic("E0101", "odd \x1b[31m character", at("a \x1b[31m b\x00", "b"), notes=("\x07",)),
}


def test_all_forms() -> None:
    shown = [f"## {name}\n\n{render(diagnostic, 80, False)}\n" for name, diagnostic in CASES.items()]
    check_golden("diagnostics-forms.txt", "\n".join(shown))


@pytest.mark.parametrize("name", CASES)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    colored = render(CASES[name], 80, True)
    assert "\x1b[" in colored
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == render(CASES[name], 80, False)


def test_colours_of_errors_and_warnings_differ() -> None:
    assert "\x1b[1;31merror" in render(CASES["plain"], 80, True)
    assert "\x1b[1;33mwarning" in render(CASES["warning without a place"], 80, True)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("width", [1, 40, 80, 200])
def test_source_lines_fit_the_terminal(name: str, width: int) -> None:
    for line in render(CASES[name], width, False).splitlines():
        if re.match(r"\s*\d+ \|", line):
            assert cells(line) <= max(width, 30)


@pytest.mark.parametrize(
    ("text", "part", "line", "column"),
    [
        ("ab\ncd", "d", 2, 2),
        ("ab\r\ncd", "c", 2, 1),
        ("ab\rcd", "c", 2, 1),
        ("\tab", "a", 1, 5),
        (" \tab", "a", 1, 5),
        ("ππx", "x", 1, 3),
        ("日本x", "x", 1, 5),
        ("e\u0301x", "x", 1, 2),
    ],
)
def test_lines_and_columns(text: str, part: str, line: int, column: int) -> None:
    place = locate(Source("a.nn", text), text.index(part))
    assert (place.line, place.column) == (line, column)


def test_json_is_one_line_with_everything_in_it() -> None:
    span = at(PENGUINS, "dense(10)")
    diagnostic = Diagnostic("E0301", "no", span, example().labels, ("a note",), "help", (Edit(span, "dense(3)"),))
    text = to_json(diagnostic)
    assert "\n" not in text
    value = json.loads(text)
    assert list(value) == [
        "severity",
        "code",
        "message",
        "file",
        "line",
        "column",
        "end_line",
        "end_column",
        "labels",
        "notes",
        "help",
        "edits",
    ]
    assert (value["severity"], value["code"], value["file"]) == ("error", "E0301", "penguins.nn")
    assert (value["line"], value["column"], value["end_line"], value["end_column"]) == (14, 3, 14, 12)
    assert value["labels"][0] == {
        "file": "penguins.nn",
        "line": 5,
        "column": 10,
        "end_line": 5,
        "end_column": 17,
        "message": "3 classes: Adelie, Chinstrap, Gentoo",
    }
    assert value["notes"] == ["a note"] and value["help"] == "help" and value["edits"][0]["text"] == "dense(3)"


def test_json_without_a_place_and_with_what_cannot_be_encoded() -> None:
    value = json.loads(to_json(Diagnostic("W0701", "odd \ud800 character", None)))
    assert value["severity"] == "warning" and value["file"] is None and value["line"] is None
    to_json(Diagnostic("W0701", "odd \ud800", None)).encode("utf-8")


def test_short_form() -> None:
    assert short(example()).startswith("penguins.nn:14:3: error[E0301]: `dense(10)` gives")
    assert short(CASES["warning without a place"]) == "warning[W0701]: the device `cuda` is not there"


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([], ""),
        (["E0101"], "1 error"),
        (["E0101", "W0101", "E0102"], "2 errors, 1 warning"),
        (["W0101", "W0102"], "2 warnings"),
    ],
)
def test_summary(codes: list[str], expected: str) -> None:
    assert summary(Diagnostic(code, "", None) for code in codes) == expected
