"""The layers of a network as a list: in the order of the flow, with their shapes, weights and what each reads."""

from __future__ import annotations

from std_tools import checked

from nndsl.lower.layers import INPUT, Layer, layers

DATA = """data d {
  columns a, b, c, k
  rows [[1, 2, 3, "x"], [2, 3, 4, "y"], [3, 4, 5, "x"], [4, 5, 6, "y"]]
  input (a, b, c)
  target k -> category
}
"""


def of(text: str, name: str = "n", data: str = "d") -> tuple[Layer, ...]:
    done = checked(DATA + text)
    return layers(done.program, done.program.networks[name], done.signatures[data])


def test_an_activation_stands_beside_its_layer_and_what_drops_stands_alone() -> None:
    found = of("network n for d { dense(8) -> relu -> dropout(0.2)\n dense(classes)\n -> softmax }")
    assert [(x.name, x.text, x.shape) for x in found] == [
        ("dense_1", "dense(8) -> relu", (8,)),
        ("dropout_1", "dropout(0.2)", (8,)),
        ("dense_2", "dense(classes) -> softmax", (2,)),
    ]
    assert [x.weights for x in found] == [
        (("W", (3, 8)), ("b", (8,))), (), (("W", (8, 2)), ("b", (2,))),
    ]  # fmt: skip
    assert [x.numbers for x in found] == [32, 0, 18] and [x.sources for x in found] == [(INPUT,), (0,), (1,)]
    assert " ".join(found[0].span.text.split()) == "dense(8) -> relu"


def test_repeat_is_written_out_and_a_layer_of_layers_is_one() -> None:
    block = "layer block { h = x -> dense(in) -> batchnorm -> relu\n output h + x }\n"
    found = of(block + "network n for d { repeat 3 { block } }")
    assert [x.name for x in found] == ["block_1", "block_2", "block_3"]
    assert found[1].weights == (
        ("dense_1.W", (3, 3)), ("dense_1.b", (3,)), ("batchnorm_1.scale", (3,)), ("batchnorm_1.shift", (3,)),
    )  # fmt: skip
    assert found[1].states == (("batchnorm_1.average", (3,)), ("batchnorm_1.spread", (3,)))
    assert found[1].numbers == 18 and [x.sources for x in found] == [(INPUT,), (0,), (1,)]


def test_branches_say_what_they_read() -> None:
    found = of("network n for d { input x[in]\n a = x -> dense(3)\n b = x -> dense(3) -> tanh\n output a + b + x }")
    assert [(x.text, x.role, x.sources) for x in found] == [
        ("dense(3)", "layer", (INPUT,)),
        ("dense(3) -> tanh", "layer", (INPUT,)),
        ("a + b + x", "equation", (INPUT, 0, 1)),
    ]


def test_equations_have_the_weights_they_name() -> None:
    text = "network n for d {\n input x[in]\n param w[in], V[in, 2], c[2] = 0\n h = tanh(w * x)\n output h @ V + c }"
    found = of(text)
    assert [(x.name, x.text, x.shape) for x in found] == [("h", "tanh(w * x)", (3,)), ("output", "h @ V + c", (2,))]
    assert [x.weights for x in found] == [(("w", (3,)),), (("V", (3, 2)), ("c", (2,)))]


def test_a_network_within_a_network_is_one_and_its_weights_count_once() -> None:
    text = "network part for d { dense(3) -> tanh }\nnetwork n for d { part -> part -> dense(2) }"
    found = of(text)
    assert [(x.name, x.role, x.numbers, x.shared) for x in found] == [
        ("part", "network", 12, False), ("part", "network", 0, True), ("dense_1", "layer", 8, False),
    ]  # fmt: skip


def test_functions_that_values_flow_through() -> None:
    found = of("network n for d { reshape(3, 1) -> lstm(4) -> last -> exp\n dense(2) }")
    assert [(x.text, x.role, x.shape) for x in found] == [
        ("reshape(3, 1)", "layer", (3, 1)),
        ("lstm(4)", "cell", (3, 4)),
        ("last -> exp", "function", (4,)),
        ("dense(2)", "layer", (2,)),
    ]
    assert sum(x.numbers for x in found) == 4 * (1 * 4 + 4 * 4 + 4) + 4 * 2 + 2


def test_several_outputs_have_a_shape_each() -> None:
    text = (
        "layer both { input x[in]\n output x -> dense(4), x -> dense(2) }\n"
        "network n for d { input x[in]\n a, b = both(x)\n output b }"
    )
    assert of(text)[0].shapes == ((4,), (2,))
