"""Functions that arrange values anew, against NumPy: axes in another order, sizes with `...`, counting, and what is
said of a wrong use."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from cpu_tools import run
from std_tools import Array, checked, field, network, refused, rng, setting

from nndsl.backend.reference import evaluate

X = rng("arrange").normal(size=(2, 3, 4, 6))  # two examples
VALUES: dict[str, Callable[[Array], Array]] = {
    "transpose(x)": lambda x: x.swapaxes(-1, -2),
    "transpose(x, 0, 2)": lambda x: x.swapaxes(1, 3),
    "transpose(x, -3, -2)": lambda x: x.swapaxes(1, 2),
    "transpose(x, 1, 1)": lambda x: x,
    "transpose(x, [2, 0, 1])": lambda x: x.transpose(0, 3, 1, 2),
    "transpose(x, [-1, -2, -3])": lambda x: x.transpose(0, 3, 2, 1),
    "reshape(x, ..., 2, 3)": lambda x: x.reshape(2, 3, 4, 2, 3),
    "reshape(x, ..., -1, 2)": lambda x: x.reshape(2, 3, 4, 3, 2),
    "reshape(transpose(x, 0, 1), 4, 18)": lambda x: x.swapaxes(1, 2).reshape(2, 4, 18),
    "x + arange(6)": lambda x: x + np.arange(6),
    "x * reshape(arange(4), 4, 1)": lambda x: x * np.arange(4)[:, None],
    "x / (1 + arange(6))": lambda x: x / (1 + np.arange(6)),
    "where(arange(4) <= reshape(arange(3), 3, 1), x[:, :, 0], 0)": lambda x: np.tril(x[..., 0]),
    "x * one_hot(arange(6), 6)[2]": lambda x: x * np.eye(6)[2],
    "mod(x, 2)": lambda x: np.mod(x, 2),
    "x * mod(arange(6), 2)": lambda x: x * (np.arange(6) % 2),
    "x * mod(7, 4)": lambda x: x * 3,
    "min(x, infinity) + 0 * max(x, -infinity)": lambda x: x,
    "transpose(x, 0, 1) @ transpose(transpose(x, 0, 1))": lambda x: x.swapaxes(1, 2) @ x.transpose(0, 2, 3, 1),
}


@pytest.mark.parametrize("text", VALUES)
def test_values(text: str) -> None:
    graph = network(f"  input x[..., n]\n  output {text}", field(X.shape[1:]))
    node, values = graph.outputs[0].node, {graph.inputs[0].node: X}
    want = VALUES[text](X)
    have = evaluate([node], values, setting(2))[0]
    np.testing.assert_allclose(have, want, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(run([node], values, setting(2))[0], want, rtol=1e-12, atol=1e-12)


def test_dots_are_those_of_the_body_they_are_written_in() -> None:
    """`reshape` is a layer too, with an input of its own."""
    before = "layer halves {\n  input x[..., n]\n  output x -> reshape(..., 2, 3)\n}"
    graph = network("  input x[a, b, c]\n  x -> halves", field((3, 4, 6)), before=before)
    assert graph.outputs[0].shape == (3, 4, 2, 3)


WRONG = {
    "transpose(x, 0)": ("E0203", "exchanges two axes, but one is given"),
    "transpose(x, 0, 3)": ("E0306", "there is no axis 3"),
    "transpose(x, 0, 0.5)": ("E0206", "an axis of `transpose` is a whole number"),
    "transpose(x, [0, 1])": ("E0306", "names each of its 3 axes once"),
    "transpose(x, [0, 0, 1])": ("E0306", "names each of its 3 axes once"),
    "transpose(x[0, 0])": ("E0302", "needs two axes"),
    "reshape(x, ..., 4)": ("E0302", "[3, 4, 6] holds 72 values, but [3, 4, 4] holds 48"),
    "x + arange(0)": ("E0206", "a whole number from 1"),
    "x + arange(n, 3)": ("E0203", "takes 1 value"),
    "mod(3, 0) * x": ("E0217", "division by zero"),
}


@pytest.mark.parametrize("text", WRONG)
def test_wrong_uses_are_said(text: str) -> None:
    code, words = WRONG[text]
    script = f"layer l {{\n  input x[..., n]\n  output {text}\n}}\nnetwork net {{\n  input x[3, 4, 6]\n  l\n}}\n"
    ((have, message),) = refused(script)
    assert (have, words in message) == (code, True), message


def test_dots_without_an_input_are_refused() -> None:
    ((code, message),) = refused("network net {\n  input x[3, 4]\n  reshape(..., 2, 2)\n}\n")
    assert code == "E0306" and "`...`" in message


# ---- names of parameters -------------------------------------------------------------------------------


def test_a_definition_may_be_called_where_a_number_has_its_name() -> None:
    done = checked(
        "layer block(units, dropout = 0.5) {\n  input x[in]\n  x -> dense(units) -> dropout(dropout)\n"
        "  output dropout(x, dropout)\n}\nnetwork n {\n  input x[4]\n  block(3, dropout=0.2)\n}\n"
    )
    assert "n" in done.program.networks


@pytest.mark.parametrize("value", ["1", "0.5", "none", '"yes"'])
def test_what_is_true_or_false_is_not_given_as_something_else(value: str) -> None:
    ((code, message),) = refused(f"network n {{\n  input x[4, 4]\n  attention(causal={value})\n}}\n")
    assert (code, message.startswith("`causal` of `attention` is true or false, not")) == ("E0206", True), message
