"""`:grad`: every equation it writes can be read again, and is the slope that small steps measure."""

from __future__ import annotations

from pathlib import Path

import pytest
from gradient_tools import compare, derived
from hypothesis import given, settings
from hypothesis import strategies as st
from session_pages import Talk

from nndsl.ir.numerals import numeral
from nndsl.semantics.modules import library
from nndsl.semantics.program import Program
from nndsl.semantics.roles import ROLES


@pytest.fixture
def talk(tmp_path: Path) -> Talk:
    return Talk(tmp_path)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Talk(tmp_path_factory.mktemp("empty")).session.checked.program


# ---- the library ------------------------------------------------------------------------------------------

POSITIONS = ("accuracy", "precision", "recall", "f1", "confusion")  # what only counts has no derivative
GRAPHS = ("perplexity",)  # too long for words


def uses(*roles: str) -> list[tuple[str, str]]:
    """A use of each definition of the library, and the name to derive by."""
    found = []
    for entry in library().own(*roles):
        needed = [p.name for p in entry.definition.parameters if p.default is None]
        fed = needed[: max(ROLES[entry.role].fed, len(needed))]
        found.append((f"{entry.name}({', '.join(fed)})", fed[0]))
    return found


@pytest.mark.parametrize(("text", "by"), uses("activation", "loss", "regularizer", "metric"))
def test_the_library_has_derivatives(text: str, by: str, program: Program) -> None:
    name = text.partition("(")[0]
    if name in POSITIONS:
        return
    found, equation = derived(program, text, by)
    assert (equation is None) == (name in GRAPHS), text
    if equation is not None:
        compare(found, equation, by)


@pytest.mark.parametrize("name", POSITIONS)
def test_what_counts_has_none(name: str, talk: Talk) -> None:
    assert talk.wrong(f":grad {name}(y, k) wrt y").code == "E0811"


# ---- as a person would write it ---------------------------------------------------------------------------

WRITTEN = {
    "x * sigmoid(x) wrt x": ("# x a number", "s = sigmoid(x)", "dx = s + x * s * (1 - s)"),
    "x^3 wrt x": ("# x a number", "dx = 3 * x^2"),
    "x^n wrt x": ("# x a number, n a number", "dx = n * x^(n - 1)"),
    "log(sum(exp(v))) wrt v": ("# v [n]", "dv = exp(v) / sum(exp(v))"),
    "mse(y, z) wrt y": ("# y [n], z [n]", "dy = -2 / count(z) * (z - y)"),
    "elu(x) wrt x": ("# x a number", "dx = where(x > 0, 1, exp(x))"),
    "relu(x) wrt x": ("# x a number", "dx = where(x > 0, 1, 0)"),
    "softplus(x) wrt x": ("# x a number", "dx = sigmoid(x)"),
    "sqrt(sum(v^2)) wrt v": ("# v [n]", "dv = v / sqrt(sum(v^2))"),
    "bce(sigmoid(x), k) wrt x": ("# x [n], k [n]", "dx = (sigmoid(x) - k) / count(x)"),
    "nll(softmax(x), k) wrt x": (
        "# x [3], k one of 3 classes", "e = exp(x - max(x))", "dx = where(arange(3) == k, -1, 0) + e / sum(e)",
    ),
    "sum((x @ W - z)^2) wrt x": ("# x [n], W [n, m], z [m]", "dx = 2 * (x @ W - z) @ transpose(W)"),
    "sum((x @ W - z)^2) wrt W": ("# x [n], W [n, m], z [m]", 'dW = einsum("i, j -> ij", x, 2 * (x @ W - z))'),
    "sum(x @ W) wrt W with x[3], W[3, 2]": ("# x [3], W [3, 2]", "dW = reshape(x, -1, 1)"),
    "x * y wrt x, y": ("# x a number, y a number", "dx = y", "dy = x"),
    "x @ w wrt w": ("# x [n], w [n]", "dw = x"),
    "2 * y wrt y": ("# y a number", "dy = 2"),
    "floor(x) wrt x": ("# x a number", "dx = 0"),
}  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_short_equations(text: str, talk: Talk) -> None:
    assert tuple(talk(f":grad {text}").splitlines()) == WRITTEN[text]


def test_of_several_values_the_sum_is_derived_and_that_is_said(talk: Talk) -> None:
    text = talk(":grad tanh(x @ W) wrt W")
    assert "several values" in text and text.endswith('dW = einsum("i, j -> ij", x, 1 - tanh(x @ W)^2)')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("concat(v, w) wrt v", "dv = 1"),
        ("x[-1] wrt x", "dx = concat(full(2, 0), full(1, 1))"),
        ("x[k] wrt x", "dx = where(arange(3) == k, 1, 0)"),
        ("count(v) * x wrt x", "dx = count(v)"),
        ("2^x wrt x", "dx = log(2) * 2^x"),
        ("x^-2 wrt x", "dx = -2 / x^3"),
        ("stop_gradient(x) * x wrt x", "dx = x"),
        ("max(sum(v), 3) wrt v", "dv = where(sum(v) > 3, 1, 0)"),
        ("sum(A @ B @ C) wrt B", 'dB = einsum("i, j -> ij", sum(A, axis=0), sum(C, axis=1))'),
        ("x -> sigmoid wrt x", "dx = s * (1 - s)"),
        ("hinge(y, k) wrt y", "dy = -where(0 > 1 - a * y, 0, 1 / count(k)) * a"),
    ],
)
def test_lists_tables_and_flows(text: str, said: str, talk: Talk) -> None:
    assert talk(f":grad {text}").splitlines()[-1] == said


@pytest.mark.parametrize(
    "text",
    ["flatten(v)", "sum(windows(v, [3]))", "split(v, 2)[0]", "last(v)", "v[0, 1]", "gather(v, k)", "softmax(v) * v",
     "attend(v, k, w)", "reshape(v, 3, 1)", "one_hot(k, 3) * v", "log_loss(v, k)"],
)  # fmt: skip
def test_no_function_stops_it(text: str, talk: Talk) -> None:
    assert "dv" in talk(f":grad {text} wrt v")


def test_own_definitions_and_constants_count(talk: Talk) -> None:
    talk("activation swish(x) = x * sigmoid(x)\nlet rate = 3")
    assert talk(":grad rate * swish(x) wrt x").splitlines()[-1] == "dx = 3 * s + 3 * x * s * (1 - s)"
    assert talk(":grad rate^2 wrt rate").splitlines() == ["# rate a number", "drate = 2 * rate"]


def test_parts_take_no_name_that_is_there(talk: Talk) -> None:
    talk("let s = 2")
    assert talk(":grad x * sigmoid(x) wrt x").splitlines()[1:] == ["s2 = sigmoid(x)", "dx = s2 + x * s2 * (1 - s2)"]


def test_what_has_no_short_words_is_shown_as_a_graph(talk: Talk) -> None:
    assert "as a graph:\n%0 = " in talk(":grad perplexity(y, k) wrt y")


# ---- what cannot be ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("x * y", "E0810", "wrt"),
        ("x wrt", "E0810", "missing"),
        ("x * y wrt z", "E0810", "not in"),
        ("x wrt 3", "E0810", "no name"),
        ("x @ W wrt W with W[0]", "E0810", "size"),
        ("x * wrt x", "E0116", "missing"),
        ("x * sigmod(x) wrt x", "E0201", "sigmod"),
        ("argmax(x) wrt x", "E0811", "whole number"),
        ("x > 0 wrt x", "E0811", "truth value"),
        ("nll(y, k) wrt k", "E0811", "category"),
        ("x * normal(3) wrt x", "E0812", "chance"),
        ("sum(x -> dense(3)) wrt x", "E0812", "weights"),
        ("x -> lstm(3) wrt x", "E0812", "weights"),
        ("mse(y) wrt y", "E0203", "needs"),
        ("x @ W wrt x with x[3], W[4, 2]", "E0302", "3"),
    ],
)
def test_faults_say_what_is_wrong(text: str, code: str, word: str, talk: Talk) -> None:
    found = talk.wrong(f":grad {text}")
    assert found.code == code and word in found.message
    assert found.span is not None and found.span.source.text == f":grad {text}"


# ---- expressions made by chance ---------------------------------------------------------------------------

NUMBERS = st.sampled_from(["x", "y", "2 * x", "y + 0.5", "3 - x"])


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions over smaller ones that are smooth and finite wherever those are."""
    one = st.sampled_from(
        [
            "sin({})", "cos({})", "tanh({})", "sigmoid(2 * ({}))", "softplus({})", "exp(-({})^2)", "sqrt(1 + ({})^2)",
            "log(2 + ({})^2)", "erf({})", "-({})", "({})^2", "({})^3", "silu({})", "elu({})", "gelu({})",
        ]
    )  # fmt: skip
    two = st.sampled_from(
        ["({}) + ({})", "({}) - ({})", "({}) * ({})", "({}) / (2 + ({})^2)", "where(x > y, {}, {})", "max({}, {})"]
    )
    singles = st.builds(lambda shape, a: shape.format(a), one, inner)
    return singles | st.builds(lambda shape, a, c: shape.format(a, c), two, inner, inner)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(st.recursive(NUMBERS, grown, max_leaves=6))
def test_equations_of_expressions_are_their_slopes(program: Program, text: str) -> None:
    found, equation = derived(program, f"({text}) + 0 * x", "x")
    assert equation is not None, text
    compare(found, equation, "x", draws=1)


REDUCED = st.sampled_from(
    [
        "sum({})",
        "mean({})",
        "std({})",
        "log(sum(exp({})))",
        "sum(softmax({}) * w)",
        "sum(w * ({}))",
        "sqrt(1 + sum(({})^2))",
    ]
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(REDUCED, st.recursive(st.sampled_from(["v", "v", "w", "2 * v"]), grown, max_leaves=4))
def test_equations_over_lists_are_their_slopes(program: Program, whole: str, inside: str) -> None:
    inside = inside.replace("x > y", "v > w")
    text = whole.format(f"({inside}) + v")
    found, equation = derived(program, text, "v", {"v": ("n",), "w": ("n",)})
    assert equation is not None, text
    compare(found, equation, "v", draws=1)


# ---- numbers ----------------------------------------------------------------------------------------------


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-40, 40).map(lambda n: n / 24))
def test_numerals_are_worth_their_number(number: float) -> None:
    from nndsl.diagnostics import Collector, Source
    from nndsl.semantics.constants import CONSTANTS, evaluate
    from nndsl.syntax import parse_expression

    expr = parse_expression(Source("test", numeral(number)), Collector())
    assert expr is not None
    value = evaluate(expr, lambda name: CONSTANTS[name.text], lambda base, field: None)
    assert value == number or abs(value - number) <= 1e-15 * abs(number)
