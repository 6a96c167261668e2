"""Reading a `data` definition: every wrong option is said, at its word, with what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
from data_tools import EXAMPLES, definition, fault, faults, place, said, spec_of

from nndsl.data import declare
from nndsl.diagnostics import Collector

TWO = "columns a, b\nrows [[1, 2], [3, 4], [5, 7], [6, 9]]\n"
IO = TWO + "input a\ntarget b\n"

# what is written, the code, the text it points at, words that must be said
WRONG = [
    ("inptu a", "E0207", "inptu", "did you mean `input`"),
    ('from "iris.csv"\ninput all\ntarget species\nshuffle true', "E0207", "shuffle", "`split`"),
    ("a = 3", "E0207", "a", "not an option"),
    (IO + "target b", "E0208", "target", "given twice"),
    (IO + "missing drop\nmissing mean", "E0208", "missing", "given twice"),
    (IO + "missing dorp", "E0202", "dorp", "did you mean `drop`"),
    (IO + 'missing "drop"', "E0202", '"drop"', "or a number"),
    (IO + "missing drop, mean", "E0202", "missing drop, mean", "one rule"),
    (TWO + "target b", "E0209", "d", "`input all`"),
    ("input a", "E0209", "d", "where its rows come from"),
    ("columns a\ninput a", "E0209", "columns", "needs `rows`"),
    ("rows [[1]]\ninput a", "E0209", "rows", "needs `columns`"),
    ('from "iris.csv"\n' + IO, "E0210", "rows", "not both"),
    (IO + "drop b", "E0515", "b", "dropped and used"),
    (TWO + "input a\ndrop b", "E0210", "drop b", "`input all`"),
    (TWO + "input (a, b)\ntarget b", "E0515", "b", "read the answer"),
    (TWO + "input (a, a)", "E0515", "a", "named twice"),
    (TWO + "input a\ninput a", "E0515", "input a", "already"),
    (TWO + "input all\ninput all", "E0208", "input all", "given twice"),
    (TWO + "input a, b -> standard", "E0511", "input a, b -> standard", "(a, b) -> ..."),
    (TWO + "input (a, b) -> log, b -> max", "E0511", "input (a, b) -> log, b -> max", "input (a, b, b) -> ..."),
    (TWO + "input (a + b)\n", "E0511", "a + b", "one column at a time"),
    (TWO + "input a -> standart\ntarget b", "E0511", "standart", "did you mean `standard`"),
    (TWO + "input a -> standard()\ntarget b", "E0511", "standard()", "takes no arguments"),
    (TWO + "input a -> 2 * 3\ntarget b", "E0511", "2 * 3", "does not use the value"),
    (TWO + "input a -> b / 2\ntarget b", "E0511", "b", "`x` or `a`"),
    (TWO + "input (a, b) -> a / 2", "E0511", "a", "called `x`"),
    (TWO + "input a -> onehot -> standard\ntarget b", "E0511", "standard", "nothing can follow `onehot`"),
    (TWO + 'input "a"', "E0511", '"a"', "backquotes"),
    ("columns a, b\nrows [[1, 2], [3]]\ninput a", "E0513", "[3]", "row 2 has 1 value,"),
    ("columns a, b\nrows [[1, x], [3, 1]]\ninput a", "E0513", "x", "a number, a text in quotes"),
    ("columns a, b\nrows 3\ninput a", "E0513", "rows 3", "list of rows"),
    ("columns a, b\nrows []\ninput a", "E0513", "[]", "empty"),
    ("columns a, a\nrows [[1, 2]]\ninput a", "E0515", "a", "named twice"),
    ("from moon(500)", "E0514", "moon", "did you mean `moons`"),
    ("from moons(500, noisy=0.1)", "E0514", "noisy=0.1", "did you mean `noise`"),
    ("from moons(0)", "E0514", "0", "at least 1"),
    ("from moons(2.5)", "E0514", "2.5", "whole number"),
    ("from moons(10, noise=-1)", "E0514", "-1", "at least 0"),
    ("from moons(10, 0.1, 3)", "E0514", "3", "at most 2"),
    ("from moons(10, n=3)", "E0514", "n=3", "given twice"),
    ("from moons(10, noise=big)", "E0514", "big", "a number"),
    ("from frame\ninput a", "E0516", "frame", "compile("),
    ("from 3\ninput a", "E0202", "3", "a file in quotes"),
    ('from "iris.cvs"\ninput all', "E0501", '"iris.cvs"', "did you mean `iris.csv`"),
    ('from "nowhere/iris.csv"\ninput all', "E0501", '"nowhere/iris.csv"', "that folder holds"),
    ('from moons(50)\ntest "iris.csv"', "E0210", 'test "iris.csv"', "do not come from a file"),
    ('from "iris.csv"\ntest "iris.csv"\ninput all\nsplit train=50%, test=50%', "E0210", "test=50%", "keep one"),
    (IO + "split train=70%, testing=30%", "E0207", "testing", "did you mean `test`"),
    (IO + "split 70%, 30%", "E0509", "70%", "which part"),
    (IO + "split train=0.7, test=0.3", "E0509", "0.7", "`train=70%`"),
    (IO + "split train=-5, test=rest", "E0509", "-5", "a percentage"),
    (IO + "split train=70%, test=70%", "E0509", "split train=70%, test=70%", "140%"),
    (IO + "split train=70%, test=20%", "E0509", "split train=70%, test=20%", "90%"),
    (IO + "split train=rest, test=rest", "E0509", "test=rest", "only one part"),
    (IO + "split test=rest", "E0509", "split test=rest", "train=rest"),
    (IO + "split train=100%, test=rest", "E0509", "split train=100%, test=rest", "take all rows"),
    (IO + "split train=3, train=1", "E0208", "train=1", "given twice"),
    (IO + "split train=50%, test=50%, seed=x", "E0202", "seed=x", "whole number"),
    (IO + "split train=50%, test=50%, order=3", "E0202", "order=3", "`true` or `false`"),
    (IO + "split train=50%, test=50%, order=true, seed=3", "E0210", "seed=3", "changes nothing"),
    (IO + "split train=50%, test=50%, by=a, stratify=b", "E0210", "stratify=b", "cannot be stratified"),
    (IO + "split train=rest, seed=3", "E0210", "seed=3", "all rows are in one part"),
]


@pytest.mark.parametrize(("text", "code", "where", "words"), WRONG, ids=[f"{w[1]}-{w[2]}" for w in WRONG])
def test_what_is_wrong_is_said_at_its_word(text: str, code: str, where: str, words: str) -> None:
    found = fault(text)
    assert found.code == code
    assert place(found) == where
    assert words in said(found)


def test_independent_errors_are_all_reported() -> None:
    text = TWO + "input a -> standart\nmissing dorp\nsplit train=70%, test=20%\ncolour red"
    assert [d.code for d in faults(text)] == ["E0511", "E0202", "E0509", "E0207"]


def test_a_definition_that_was_not_read_whole_is_not_reported_again() -> None:
    from nndsl.diagnostics import Source
    from nndsl.syntax import ast, parse

    collector = Collector()
    module = parse(Source("t", "data d {\n input ((\n}"), collector)
    assert collector.errors
    again = Collector()
    for statement in module.statements:
        if isinstance(statement, ast.Definition):
            assert declare(statement, EXAMPLES, again) is None
    assert not again


def test_a_contradiction_shows_both_places() -> None:
    found = fault(TWO + "input (a, b)\ntarget b")
    assert [label.message for label in found.labels] == ["the target"]


def test_numbers_may_be_named() -> None:
    collector = Collector()
    spec = declare(definition("let n = 30\nfrom moons(n, noise=quiet)"), EXAMPLES, collector, constants={"quiet": 0.01})
    assert spec is not None and not collector
    assert dict(spec.source.arguments) == {"n": 30, "noise": 0.01}  # type: ignore[union-attr]


def test_an_object_with_the_name_of_the_data_set_needs_no_from() -> None:
    spec = spec_of("data iris { input a }", Collector(), Path(), {"iris": {"a": [1, 2]}})
    assert spec is not None and spec.source.shown == "iris"


def test_equal_definitions_are_equal() -> None:
    first, second = (spec_of(IO + "split train=50%, test=50%", Collector()) for _ in range(2))
    assert first == second
