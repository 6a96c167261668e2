"""Windows, sums of products and groups in scripts: what they give, and what is said where they do not fit."""

from __future__ import annotations

import numpy as np
import pytest
from script_tools import check
from std_tools import field, network, rng, setting

from nndsl.backend.reference import evaluate

HEAD = """data points {
  from blobs(60, classes=3)
  split train=80%, test=20%
}
network n for points {
  dense(64) -> reshape(8, 8, 1)
"""
# lines of a network on pictures of 8 x 8; the code, and words that the message must hold
WRONG: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("conv(4, 9, padding=\"valid\")", "E0307", ("`conv` is 9 x 9", "8 x 8")),
    ("conv(4, [3, 9], padding=[0, 0])", "E0307", ("`conv` is 3 x 9", "8 x 8")),
    ("conv(4, 5, dilation=3, padding=\"valid\")", "E0307", ("13 x 13", "8 x 8", "5 x 5")),
    ("maxpool(9)", "E0307", ("`maxpool` is 9 x 9", "8 x 8")),
    ("maxpool(2) -> maxpool(2) -> avgpool(3)", "E0307", ("`avgpool` is 3 x 3", "2 x 2")),
    ("conv(4, 11, padding=1)", "E0307", ("11 x 11", "8 x 8 with its padding")),
    ("reshape(64, 1) -> conv1d(4, 70, padding=\"valid\")", "E0307", ("`conv1d` is 70", "series", "64")),
    ("conv_transpose(4, 3, padding=9)", "E0307", ("padding of 9", "[8, 8]")),
    ("flatten -> conv(4, 3)", "E0303", ("`conv` takes [height, width, in]", "[64]")),
    ("reshape(8, 8) -> conv(4, 3)", "E0303", ("`conv` takes [height, width, in]", "[8, 8]")),
    ("conv1d(4, 3)", "E0303", ("`conv1d` takes [time, in]", "[8, 8, 1]")),
    ("conv(4, 3, groups=2)", "E0308", ("1 channel", "2 equal groups")),
    ("conv(8, 3) -> conv(9, 3, groups=2)", "E0308", ("9 filters", "2 equal groups")),
    ("conv(4, 3, groups=0)", "E0206", ("`groups` of `conv`", "from 1", "0")),
    ("conv(4, 3, stride=0)", "E0206", ("`stride` of `conv`", "from 1", "0")),
    ("conv(4, 3, dilation=[1, 0])", "E0206", ("`dilation` of `conv`", "[1, 0]")),
    ("conv(4, 3, stride=none)", "E0206", ("`stride` of `conv`",)),
    ("conv(4, [3, 3, 3])", "E0206", ("`size` of `conv`", "[3, 3, 3]")),
    ("conv(4, 2.5)", "E0206", ("`size` of `conv`", "2.5")),
    ("conv(0, 3)", "E0206", ("`filters` of `conv`", "0")),
    ("conv(4, 3, padding=\"sam\")", "E0206", ("`padding` of `conv`", '"same", "valid" or a number', '"sam"')),
    ("conv(4, 3, padding=none)", "E0206", ("`padding` of `conv`", "nothing")),
    ("conv(4, 3, padding=-1)", "E0206", ("`padding` of `conv`", "from 0", "-1")),
    ("conv(4, 3, stride=\"2\")", "E0206", ("`stride` of `conv` is a number", '"2"')),
    ("maxpool(0)", "E0206", ("`size` of `maxpool`", "0")),
    ("maxpool(2, padding=2)", "E0206", ("`padding` of `maxpool`", "2 x 2")),
    ("upsample(0)", "E0206", ("`factor` of `upsample`", "0")),
    ("depthwise(3, multiplier=0)", "E0206", ("`depthwise` needs multiplier >= 1", "0")),
    ("global_pool(\"max\")", "E0206", ("`by` of `global_pool`", "`mean`", '"max"')),
    ("y = windows(x, 9)", "E0307", ("`windows` is 9", "8")),
    ("y = windows(x, [2, 2, 2, 2])", "E0302", ("4 axes", "[8, 8, 1]")),
    ("y = windows(x, 2, fill=\"zero\")", "E0206", ("`fill`", '"zero"')),
    ("y = overlap_add(x, [3])", "E0302", ("[3]", "[8, 8, 1]")),
    ("y = grouped(x, 3)", "E0308", ("1 channel", "3 equal groups")),
    ("y = ungrouped(flatten(x) @ full([64], 1))", "E0302", ("last two axes",)),
    ("y = einsum(\"hwc -> hw\", x, x)", "E0206", ('"hwc -> hw"', "ij, jk -> ik")),
    ("y = einsum(3, x, x)", "E0206", ("letters", "3")),
    ("y = einsum(\"hw, hwc -> c\", x, x)", "E0302", ('"hw"', "2 axes", "[8, 8, 1]")),
    ("y = einsum(\"hwc, whd -> cd\", x, maxpool(x, 2))", "E0302", ("8 values", "4 in the other")),
    ("y = einsum(\"hwh, hwc -> c\", x, x)", "E0206", ('"hwh"', "twice")),
    ("y = einsum(\"hwc, hwd -> e\", x, x)", "E0206", ("`e`",)),
)  # fmt: skip


@pytest.mark.parametrize(("line", "code", "words"), WRONG, ids=[w[0] for w in WRONG])
def test_wrong(line: str, code: str, words: tuple[str, ...]) -> None:
    body = f"  x = dense(64) -> reshape(8, 8, 1)\n  {line}\n" if line.startswith("y = ") else f"  {line}\n"
    head = HEAD if not line.startswith("y = ") else HEAD.replace("  dense(64) -> reshape(8, 8, 1)\n", "")
    _, found = check(
        head + body + "  output dense(x -> flatten, classes)\n}\n" if "y = " in line else head + body + "}\n"
    )
    errors = [d for d in found if d.severity == "error"]
    assert [d.code for d in errors] == [code], [(d.code, d.message) for d in errors]
    for word in words:
        assert word in errors[0].message
    assert errors[0].span is not None and errors[0].span.source.name == "script.nn"


@pytest.mark.parametrize(
    ("line", "help"),
    [
        ("flatten -> conv(4, 3)", "`reshape(8, 8, 1)`"),
        ("dense(48) -> flatten -> dense(48) -> conv(4, 3)", "`reshape(4, 4, 3)`"),
        ("flatten -> dense(7) -> conv(4, 3)", "`reshape(height, width, channels)`"),
        ("reshape(8, 8) -> conv(4, 3)", "`reshape(8, 8, 1)`"),
        ("flatten -> conv1d(4, 3)", "`reshape(64, 1)`"),
        ("conv(4, 3, padding=\"SAME\")", "`same`"),
        ("conv(9, 3) -> conv(9, 3, groups=2)", "1, 3 or 9 groups"),
        ("conv(4, 9, padding=\"valid\")", '`padding="same"`'),
        ("global_pool(\"max\")", "`global_pool(by=max)`"),
    ],
)  # fmt: skip
def test_help(line: str, help: str) -> None:
    _, found = check(HEAD + f"  {line.replace('dense(48) -> flatten -> ', 'flatten -> ')}\n}}\n")
    (error,) = [d for d in found if d.severity == "error"]
    assert error.help is not None and help in error.help


def test_a_kernel_larger_than_the_given_picture_is_a_slip_though_padding_would_make_it_fit() -> None:
    head = HEAD.replace("  dense(64) -> reshape(8, 8, 1)\n", "").replace("blobs(60, classes=3)", "pictures")
    pictures = {"image": np.zeros((12, 8, 8), np.float32), "kind": np.array(["a", "b", "c"] * 4)}
    head = head.replace("}\nnetwork", "  input image\n  target kind -> category\n}\nnetwork")
    tail = " -> flatten -> dense(classes)\n}\n"
    objects = {"pictures": pictures}
    _, found = check(head + "  input image[8, 8, 1]\n  conv(4, 9)" + tail, objects=objects)
    assert [d.code for d in found] == ["E0307"]
    _, found = check(head + "  input image[8, 8, 1]\n  conv(4, 9, padding=4)" + tail, objects=objects)
    assert [d.code for d in found] == []
    deep = "  input image[8, 8, 1]\n  maxpool(4) -> conv(4, 3)"  # 2 x 2 places: usual in deep networks
    _, found = check(head + deep + tail, objects=objects)
    assert [d.code for d in found] == []


# ---- values


def value(body: str, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """The input of two examples, and what a network makes of it."""
    graph = network(f"  input x[...]\n{body}", field(shape))
    made = rng(body).normal(size=(2, *shape))
    (out,) = evaluate([graph.outputs[0].node], {graph.inputs[0].node: made}, setting(2))
    return made, out


@pytest.mark.parametrize("spec", ["hwc, hwc -> c", "hwc,hwd->dhc", " hwc , adc -> ah ", "hwc, hwc ->"])
def test_einsum(spec: str) -> None:
    x, found = value(f'  output einsum("{spec}", x, x)', (3, 3, 2))
    left, right, out = (
        spec.replace(",", " ").replace("->", " ").split() if not spec.endswith("->") else ("hwc", "hwc", "")
    )
    wanted = np.einsum(f"z{left},z{right}->z{out}", x, x)
    np.testing.assert_allclose(found.reshape(wanted.shape), wanted, rtol=1e-12)


def test_einsum_with_something_that_is_the_same_for_all_examples() -> None:
    x, found = value('  output einsum("hw, wk -> kh", x, full([3, 2], 0.5))', (2, 3))
    np.testing.assert_allclose(found, np.einsum("zhw,wk->zkh", x, np.full((3, 2), 0.5)), rtol=1e-12)


def test_windows_of_a_series_and_back() -> None:
    x, found = value("  output windows(x, 3, stride=2)", (7, 2))
    wanted = np.lib.stride_tricks.sliding_window_view(x, 3, 1)[:, ::2]
    np.testing.assert_array_equal(found, wanted)
    _, back = value("  output overlap_add(windows(x, 3, stride=3), 3, stride=3)", (9, 2))
    x, _ = value("  output overlap_add(windows(x, 3, stride=3), 3, stride=3)", (9, 2))
    np.testing.assert_array_equal(back, x)


def test_fill_is_what_stands_around() -> None:
    _, found = value("  output windows(x, [2], padding=1, fill=-7)", (3, 1))
    np.testing.assert_array_equal(found[:, 0, 0, 0], [-7, -7])
    np.testing.assert_array_equal(found[:, -1, 0, 1], [-7, -7])


def test_groups() -> None:
    x, found = value("  output grouped(x, 2)", (3, 6))
    np.testing.assert_array_equal(found, x.reshape(2, 3, 2, 3))
    x, found = value("  output ungrouped(grouped(x, 3))", (3, 6))
    np.testing.assert_array_equal(found, x)
