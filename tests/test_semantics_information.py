"""Surprise, entropy and their kin for lists of numbers, against SciPy; arithmetic on lists; and what is refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from script_tools import check

import nndsl
from nndsl.cli import main
from nndsl.diagnostics import Collector, Source
from nndsl.semantics.constants import FUNCTION_WORDS, FUNCTIONS, evaluate, lookup_in
from nndsl.semantics.information import TOLERANCE, cross_entropy, entropy, kl, perplexity, shares, surprise
from nndsl.syntax import ast, parse

stats = pytest.importorskip("scipy.stats")
RNG = np.random.default_rng(5)
PAIRS = [RNG.dirichlet(np.ones(n), 2) for n in (1, 2, 3, 10, 1000)]


def value(text: str, **constants: Any) -> Any:
    """The value of an expression over constants."""
    (statement,) = parse(Source("x.nn", f"let it = {text}"), Collector()).statements
    assert isinstance(statement, ast.Let)
    return evaluate(statement.value, lookup_in(constants))


# ---- against SciPy --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.shape[1]} classes")
def test_as_in_scipy(pair: Any) -> None:
    p, q = pair
    assert entropy(p) == pytest.approx(stats.entropy(p, base=2), rel=1e-12, abs=1e-15)
    assert kl(p, q) == pytest.approx(stats.entropy(p, q, base=2), rel=1e-9, abs=1e-12)
    assert cross_entropy(p, q) == pytest.approx(stats.entropy(p, base=2) + stats.entropy(p, q, base=2), rel=1e-9)
    assert perplexity(p) == pytest.approx(2 ** stats.entropy(p, base=2), rel=1e-12)
    assert cross_entropy(p, p) == pytest.approx(entropy(p), rel=1e-12, abs=1e-15) and kl(p, p) == 0


def test_what_is_known_by_heart() -> None:
    assert [surprise(x) for x in (1, 0.5, 0.25, 0)] == [0, 1, 2, math.inf]
    assert str(surprise(1)) == "0.0", "not -0"
    assert entropy([0.5, 0.5]) == 1 and entropy([0.25] * 4) == 2 and entropy([1, 0]) == 0
    assert perplexity([0.25] * 4) == 4 and perplexity([0.5, 0.5], [0.25, 0.75]) == pytest.approx(2 / math.sqrt(0.75))
    assert cross_entropy([1, 0], [0.5, 0.5]) == 1 and cross_entropy([1, 0], [0, 1]) == math.inf
    assert kl([1, 0], [0, 1]) == math.inf and kl([1, 0], [1, 0]) == 0 and kl([0, 1], [0.5, 0.5]) == 1


def test_shares_are_in_the_order_of_the_values() -> None:
    assert shares(["b", "a", "b", "b"]) == [0.25, 0.75] and shares(np.array([3, 1, 1, 1])) == [0.75, 0.25]
    assert entropy(np.array(["x", "y", "x", "y"], object)) == 1


def test_probabilities_of_single_precision_are_a_distribution() -> None:
    p = RNG.dirichlet(np.ones(50)).astype(np.float32)
    assert abs(float(np.sum(p, dtype=np.float64)) - 1) < TOLERANCE
    assert entropy(p) == pytest.approx(stats.entropy(p, base=2), rel=1e-6)


# ---- arithmetic on lists ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[3, 1, 4] / 8", [0.375, 0.125, 0.5]),
        ("[1, 2] + [10, 20]", [11, 22]),
        ("1 - [0.25, 0.5]", [0.75, 0.5]),
        ("-[1, 2] * 2", [-2, -4]),
        ("2 ^ [1, 2, 3]", [2, 4, 8]),
        ("[[1, 2], [3, 4]] * 10", [[10, 20], [30, 40]]),
        ("log2([1, 2, 8])", [0, 1, 3]),
        ("surprise([1, 0.5])", [0, 1]),
        ("sqrt(c)", [3, 2]),
        ("c / sum(c)", [9 / 13, 4 / 13]),
        ("sum([0.1, 0.2, 0.3, 0.4] * surprise([0.1, 0.2, 0.3, 0.4]))", entropy([0.1, 0.2, 0.3, 0.4])),
        ("[1, 2] == [1, 2]", True),
    ],
)
def test_lists_go_element_by_element(text: str, wanted: Any) -> None:
    np.testing.assert_allclose(value(text, c=np.array([9.0, 4.0])), wanted, rtol=1e-15)


def test_sums_of_a_column_are_not_rounded_on_the_way() -> None:
    column = np.full(10**5, 0.1, np.float32)
    assert value("sum(c)", c=column) == pytest.approx(1e4, rel=1e-7) and value("sum([1, 2])") == 3
    assert isinstance(value("sum([1, 2])"), int)


# ---- what is refused -------------------------------------------------------------------------------------------

REFUSED = [
    ("entropy([3, 1, 4])", "E0223", "add up to 8", "write `[3, 1, 4] / sum([3, 1, 4])`"),
    ("entropy(2 * [1, 1])", "E0223", "add up to 4", "write `(2 * [1, 1]) / sum(2 * [1, 1])`"),
    ("entropy([0.5, 0.5 + 2e-6])", "E0223", "add up to 1", None),
    ("entropy([-0.5, 1.5])", "E0223", "no probability is below 0", None),
    ("entropy([])", "E0223", "empty", None),
    ("entropy([infinity - infinity, 1])", "E0223", "not a number", None),
    ("surprise(1.5)", "E0223", "between 0 and 1", None),
    ("surprise([0.5, -1])", "E0223", "between 0 and 1", None),
    ("kl([0.5, 0.5], [2, 2])", "E0223", "add up to 4", "write `[2, 2] / sum([2, 2])`"),
    ("kl([0.5, 0.5], [1])", "E0224", "over 2 and over 1", None),
    ("[1, 2] + [1, 2, 3]", "E0224", "2 and 3 values", None),
    ('[1, 2] + ["a", "b"]', "E0217", "a text", None),
    ("[1, 2] / [1, 0]", "E0217", "division by zero", None),
    ("[[1, 2], [3, 4]] * [1, 2]", "E0217", "a list of lists", None),
    ("[1, 2] < 3", "E0217", "a list", None),
    ("entropy(3)", "E0217", "the number 3", None),
    ("entropy([[0.5, 0.5]])", "E0217", "a list", None),
    ("entropy([0.5, 0.5], [1])", "E0217", "cannot be taken", None),
]


@pytest.mark.parametrize(("text", "code", "words", "way"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(text: str, code: str, words: str, way: str | None, tmp_path: Path) -> None:
    _, found = check(f"let it = {text}\nprint it", tmp_path)
    assert [d.code for d in found] == [code] and words in found[0].message
    assert way is None or found[0].help == way


def test_values_of_a_column_are_taken_for_counts_only_with_a_note(tmp_path: Path) -> None:
    _, found = check("let kinds = [1, 1, 2]\nlet it = entropy(kinds)\nprint it", tmp_path)
    assert found[0].notes == ("how often each of `1`, `2` occurs is `shares(kinds)`",)


# ---- in a script -----------------------------------------------------------------------------------------------

SCRIPT = """
data d {
  columns a, k
  rows [[0, "n"], [1, "y"], [2, "y"], [3, "y"]]
  input a
  target k -> category
}
network n for d { dense(classes) -> softmax }
predict n on d as said
let p = [1, 3] / 4
print p, entropy(p), shares(said.k), said.k[0]
expect entropy(p) == cross_entropy(p, p)
expect abs(sum(p * surprise(p)) - entropy(p)) < 1e-12
expect perplexity(p) <= 2
expect entropy(said.k) <= 1
expect said.k[0] == "n" or said.k[0] == "y"
"""


def test_in_let_print_and_expect() -> None:
    results = nndsl.compile(SCRIPT).run()
    assert set(results["said"].columns["k"]) <= {"n", "y"}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("print said.k + said.k", ""),
        ("expect [1, 2] > 1", "a list of numbers"),
        ("expect entropy([1, 0])", "not a comparison"),
        ("expect surprise([1, 0.5]) < 3", "a list of numbers"),
        ("print entropy(n)", "has no value"),
        ("print log(said)", "the answers"),
        ('print -"a"', ""),
    ],
)
def test_types_are_checked_before_anything_runs(line: str, words: str, tmp_path: Path) -> None:
    _, found = check(SCRIPT.split("let p")[0] + line, tmp_path)
    assert not words or ([d.code for d in found] == ["E0217"] and words in found[0].message)


# ---- columns of data -------------------------------------------------------------------------------------------

FLOWERS = {"size": [1.0, 2.0, 3.0, 4.0, None, 6.0], "kind": ["a", "b", "b", "b", "a", "a"]}
COLUMNS = """
data flowers {
  from flowers
  input size -> standard
  target kind -> category
  missing drop
  split train=60%, test=40%, order=true
}
print flowers.size, flowers.kind, entropy(flowers.kind), entropy(shares(flowers.size)), flowers.train.kind
print flowers, flowers.train, flowers.kind[0]
expect flowers.kind[0] == "a" and flowers.size[-1] == 6
expect mean(flowers.size) == 3.2 and max(flowers.test.size) == 6
"""


class Ears:
    """Keeps what is printed."""

    def __init__(self) -> None:
        self.heard: list[list[Any]] = []

    def done(self, action: Any, outcome: Any, elapsed_s: float) -> None:
        if isinstance(outcome, list):
            self.heard.append(outcome)

    def note(self, text: str) -> None: ...


def test_columns_of_data_are_of_the_rows_that_are_used() -> None:
    ears = Ears()
    nndsl.compile(COLUMNS, data={"flowers": FLOWERS}).run(listener=ears)  # type: ignore[arg-type]
    size, kind, bits, of_numbers, train = ears.heard[0]
    assert size.tolist() == [1, 2, 3, 4, 6] and kind.tolist() == ["a", "b", "b", "b", "a"]
    assert bits == pytest.approx(stats.entropy([2, 3], base=2)) and of_numbers == pytest.approx(math.log2(5))
    assert train.tolist() == ["a", "b", "b"]
    whole, part, first = ears.heard[1]
    assert dict(whole)["rows"] == 5 and dict(part) == {"rows": 3} and first == "a", "columns are no fields"


def test_columns_of_series_are_those_of_the_source() -> None:
    text = "data d {\n  from d\n  sequence x -> standard\n  window 3\n  split train=70%, test=30%\n}\n"
    ears = Ears()
    nndsl.compile(text + "print d.x", data={"d": {"x": list(range(20))}}).run(listener=ears)  # type: ignore[arg-type]
    assert ears.heard[0][0].tolist() == list(range(20))


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("print flowers.sise", "E0211", "`sise`"),
        ("expect flowers.size > 1", "E0217", "a column, not one number"),
        ("print entropy(flowers)", "E0217", "not a number"),
    ],
)
def test_columns_are_checked_before_anything_runs(line: str, code: str, words: str, tmp_path: Path) -> None:
    text = COLUMNS.split("print")[0].replace(
        "from flowers", 'columns size, kind\n  rows [[1, "a"], [2, "b"], [3, "a"]]'
    )
    _, found = check(text.replace("split train=60%, test=40%, order=true", "") + line, tmp_path)
    assert [d.code for d in found if d.severity == "error"] == [code] and words in found[0].message


# ---- words -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_says_what_it_is(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert set(FUNCTION_WORDS) == set(FUNCTIONS) and FUNCTION_WORDS[name][0].startswith(f"{name}(")
    assert main(["doc", name]) == 0
    out = capsys.readouterr().out
    call, meaning = FUNCTION_WORDS[name]
    assert any(line.startswith(call) and line.endswith("a function of numbers") for line in out.splitlines())
    assert "in `let`, `print` and `expect`" in out and meaning[1:] in " ".join(out.split())


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("print entropy([0.5, 0.6])", "E0223"),
        ("let p = [0.5, 0.6]\nprint 2 * kl(p / 1.1, [1])", "E0224"),
        ("expect surprise(2) > 1", "E0223"),
        ("expect d.rows > surprise(-1)", "E0223"),
        ("print [1, 2] - [1]", "E0224"),
    ],
)
def test_what_is_known_is_worked_out_before_anything_runs(line: str, code: str, tmp_path: Path) -> None:
    data = "data d { columns x, y; rows [[1, 2], [2, 3]]; input x; target y }\nprint d.rows\n"
    _, found = check(data + line, tmp_path)
    assert [one.code for one in found] == [code]


def test_how_a_function_is_called_is_said(tmp_path: Path) -> None:
    _, (found,) = check("print kl([0.5, 0.5])", tmp_path)
    assert found.notes == ("it is called as `kl(p, q)`",)
