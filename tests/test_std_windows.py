"""Layers that slide windows, against PyTorch: values and gradients from the same weights, for random shapes, strides,
dilations, paddings and groups; by the reference in float64, natively in float64 and float32.

PyTorch counts [batch, channels, height, width] and pads evenly, so pictures are turned and padded by hand here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from cpu_tools import run
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from std_tools import Array, close, field, network, rng, setting, slopes, weights_of

from nndsl.backend.reference import evaluate
from nndsl.ir.node import concrete
from nndsl.ir.primitive import Setting

torch = pytest.importorskip("torch")
F = torch.nn.functional
Padding = str | int | list[int]
Expected = Callable[[Any, dict[str, Any]], Any]
PRECISIONS = {"float64": 1e-10, "float32": 1e-5}
CHECKED = {  # tested below
    "conv", "conv1d", "conv_transpose", "depthwise", "maxpool", "maxpool1d", "avgpool", "avgpool1d", "global_pool",
    "upsample",
}  # fmt: skip
COMMON = settings(max_examples=16, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])


def agree(text: str, shape: tuple[int, ...], expected: Expected, batch: int = 2, before: str = "") -> None:
    """A layer and PyTorch's give the same values, and the same gradients by input and weights."""
    made = rng(text, shape, batch)
    graph = network(f"  input x[...]\n  x -> {text}", field(shape), training=True, before=before)
    (x,), (output,) = graph.inputs, graph.outputs
    names = {v.name.removeprefix("n."): v.leaf for v in graph.parameters}
    leaves = {
        "x": x.node,
        **{name if "->" in text or before else name.rpartition(".")[2]: v for name, v in names.items()},
    }
    values = {leaf: made.normal(size=concrete(leaf.shape, {"B": batch})) for leaf in leaves.values()}
    tensors = {name: torch.tensor(values[leaf], requires_grad=True) for name, leaf in leaves.items()}
    y = expected(tensors["x"], tensors)
    assert tuple(y.shape) == concrete(output.node.shape, {"B": batch})
    (y * torch.tensor(weights_of(output.node, setting(batch)))).sum().backward()
    wanted: list[Array] = [y.detach().numpy(), *(t.grad.numpy() for t in tensors.values())]
    compiled = slopes(output.node, list(leaves.values()))
    for have, want in zip(evaluate(compiled, values, setting(batch)), wanted, strict=True):
        close(have, want, PRECISIONS["float64"])
    for precision, tolerance in PRECISIONS.items():
        for have, want in zip(run(compiled, values, Setting({"B": batch}, precision)), wanted, strict=True):
            close(have, want, tolerance)


# ---- how windows lie


@dataclass(frozen=True)
class Lie:
    """The settings of windows over some axes, as they stand in a script and as PyTorch wants them."""

    sizes: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    padding: Padding

    def text(self, dilated: bool = True) -> str:
        found = f"stride={written(self.strides)}"
        if dilated:
            found += f", dilation={written(self.dilations)}"
        return found + f", padding={written(self.padding)}"

    def around(self, shape: tuple[int, ...]) -> list[tuple[int, int]]:
        """What is put before and after along each axis."""
        found = []
        for i, size in enumerate(shape):
            reach = self.dilations[i] * (self.sizes[i] - 1) + 1
            if self.padding == "same":
                whole = max((-(-size // self.strides[i]) - 1) * self.strides[i] + reach - size, 0)
                found.append((whole // 2, whole - whole // 2))
            elif self.padding == "valid":
                found.append((0, 0))
            else:
                one = self.padding if isinstance(self.padding, int) else self.padding[i]
                found.append((int(one), int(one)))
        return found

    def fits(self, shape: tuple[int, ...]) -> bool:
        reaches = [d * (k - 1) + 1 for d, k in zip(self.dilations, self.sizes, strict=True)]
        around = self.around(shape)
        padded = all(a + n + c >= reach for n, (a, c), reach in zip(shape, around, reaches, strict=True))
        return padded and (self.padding != "same" or all(r <= n for r, n in zip(reaches, shape, strict=True)))


def written(value: Padding | tuple[int, ...]) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, int):
        return str(value)
    return str(value[0]) if len(value) == 1 else f"[{', '.join(map(str, value))}]"


def lies(axes: int, most_dilation: int = 3) -> st.SearchStrategy[Lie]:
    def several(least: int, most: int) -> st.SearchStrategy[tuple[int, ...]]:
        return st.tuples(*[st.integers(least, most)] * axes)

    numbers = st.integers(0, 2) if axes == 1 else st.lists(st.integers(0, 2), min_size=axes, max_size=axes)
    padding: st.SearchStrategy[Padding] = st.sampled_from(["same", "valid"]) | numbers
    return st.builds(Lie, several(1, 4), several(1, 3), several(1, most_dilation), padding)


def channels_first(x: Any) -> Any:
    return x.movedim(-1, 1)


def channels_last(x: Any) -> Any:
    return x.movedim(1, -1)


def padded(x: Any, around: list[tuple[int, int]], value: float = 0.0) -> Any:
    """x [B, C, ...] with numbers around its last axes."""
    return F.pad(x, [n for pair in reversed(around) for n in pair], value=value)


def kernel_first(w: Any) -> Any:
    """[..., in, out] as PyTorch's [out, in, ...]."""
    return w.movedim(-1, 0).movedim(-1, 1).contiguous()


def convolution(lie: Lie, groups: int = 1) -> Expected:
    def expected(x: Any, p: dict[str, Any]) -> Any:
        y = padded(channels_first(x), lie.around(tuple(x.shape[1:-1])))
        conv = F.conv1d if y.ndim == 3 else F.conv2d
        return channels_last(conv(y, kernel_first(p["W"]), p["b"], lie.strides, 0, lie.dilations, groups))

    return expected


# ---- convolutions

PICTURES = st.tuples(st.integers(1, 9), st.integers(1, 9))


@COMMON
@given(PICTURES, lies(2), st.integers(1, 3), st.integers(1, 3), st.sampled_from([1, 1, 2, 3]))
@example((8, 8), Lie((3, 3), (1, 1), (1, 1), "same"), 3, 4, 1)
@example((8, 7), Lie((3, 3), (2, 2), (1, 1), "same"), 2, 3, 1)
@example((9, 9), Lie((3, 2), (2, 1), (1, 2), "valid"), 2, 1, 2)
@example((5, 5), Lie((1, 1), (1, 1), (1, 1), "same"), 3, 4, 1)
@example((5, 6), Lie((1, 1), (2, 3), (1, 1), "valid"), 3, 4, 1)
@example((6, 6), Lie((3, 3), (1, 1), (1, 1), [2, 2]), 2, 2, 1)
@example((8, 8), Lie((4, 4), (4, 4), (1, 1), "valid"), 1, 5, 1)
@example((9, 8), Lie((2, 2), (3, 3), (1, 1), "same"), 2, 2, 1)
@example((4, 4), Lie((4, 4), (1, 1), (1, 1), "valid"), 2, 3, 1)
def test_conv(picture: tuple[int, int], lie: Lie, width: int, filters: int, groups: int) -> None:
    assume(lie.fits(picture))
    text = f"conv({filters * groups}, {written(lie.sizes)}, {lie.text()}, groups={groups})"
    agree(text, (*picture, width * groups), convolution(lie, groups))


@COMMON
@given(st.integers(1, 12), lies(1), st.integers(1, 3), st.integers(1, 3), st.sampled_from([1, 2]))
def test_conv1d(time: int, lie: Lie, width: int, filters: int, groups: int) -> None:
    assume(lie.fits((time,)))
    text = f"conv1d({filters * groups}, {written(lie.sizes)}, {lie.text()}, groups={groups})"
    agree(text, (time, width * groups), convolution(lie, groups))


@COMMON
@given(PICTURES, lies(2, most_dilation=2), st.integers(1, 4), st.integers(1, 2))
@example((6, 6), Lie((3, 3), (1, 1), (1, 1), "same"), 4, 1)
@example((7, 6), Lie((3, 3), (2, 2), (1, 1), "same"), 3, 2)
def test_depthwise(picture: tuple[int, int], lie: Lie, width: int, multiplier: int) -> None:
    assume(lie.fits(picture))
    text = f"depthwise({written(lie.sizes)}, {lie.text()}, multiplier={multiplier})"
    agree(text, (*picture, width), convolution(lie, width))


def transposed(lie: Lie) -> Expected:
    def expected(x: Any, p: dict[str, Any]) -> Any:
        y = F.conv_transpose2d(
            channels_first(x),
            p["W"].movedim(2, 0).movedim(3, 1).contiguous(),
            None,
            lie.strides,
            0,
            0,
            1,
            lie.dilations,
        )
        for i, size in enumerate(x.shape[1:-1]):
            reach, s, axis = lie.dilations[i] * (lie.sizes[i] - 1) + 1, lie.strides[i], 2 + i
            whole = (size - 1) * s + reach
            start, stop = 0, max(whole, size * s)
            if lie.padding == "same":
                start = max(reach - s, 0) // 2
                stop = start + size * s
            elif lie.padding != "valid":
                start = int(lie.padding if isinstance(lie.padding, int) else lie.padding[i])
                stop = whole - start
            around = [(0, 0), (0, 0)]
            around[i] = (0, max(stop - whole, 0))
            y = padded(y, around).narrow(axis, start, stop - start)
        return channels_last(y) + p["b"]

    return expected


@COMMON
@given(st.tuples(st.integers(1, 5), st.integers(1, 5)), lies(2), st.integers(1, 3), st.integers(1, 3))
@example((4, 4), Lie((3, 3), (2, 2), (1, 1), "same"), 2, 3)
@example((3, 4), Lie((2, 2), (2, 2), (1, 1), "valid"), 2, 3)
@example((3, 4), Lie((3, 3), (1, 1), (1, 1), "same"), 2, 3)
@example((3, 3), Lie((1, 2), (3, 3), (1, 1), "same"), 2, 3)
@example((4, 4), Lie((4, 4), (2, 2), (1, 1), [1, 1]), 2, 3)
def test_conv_transpose(picture: tuple[int, int], lie: Lie, width: int, filters: int) -> None:
    if not isinstance(lie.padding, str):
        reaches = [d * (k - 1) + 1 for d, k in zip(lie.dilations, lie.sizes, strict=True)]
        whole = [(n - 1) * s + r for n, s, r in zip(picture, lie.strides, reaches, strict=True)]
        paddings = [lie.padding] * 2 if isinstance(lie.padding, int) else lie.padding
        assume(all(2 * p < n for p, n in zip(paddings, whole, strict=True)))
    agree(f"conv_transpose({filters}, {written(lie.sizes)}, {lie.text()})", (*picture, width), transposed(lie))


# ---- pooling


def pooled(lie: Lie, kind: str) -> Expected:
    def expected(x: Any, p: dict[str, Any]) -> Any:
        around = lie.around(tuple(x.shape[1:-1]))
        flat = channels_first(x)
        if kind == "max":
            pool = F.max_pool1d if flat.ndim == 3 else F.max_pool2d
            return channels_last(pool(padded(flat, around, -np.inf), lie.sizes, lie.strides))

        def sums(values: Any) -> Any:
            means = F.avg_pool1d if values.ndim == 3 else F.avg_pool2d
            return means(padded(values, around), lie.sizes, lie.strides) * float(np.prod(lie.sizes))

        return channels_last(sums(flat) / sums(torch.ones_like(flat)))

    return expected


@settings(COMMON, max_examples=8)
@given(PICTURES, lies(2, most_dilation=1), st.integers(1, 3), st.sampled_from(["max", "avg"]))
@example((8, 8), Lie((2, 2), (2, 2), (1, 1), "valid"), 3, "max")
@example((7, 9), Lie((2, 2), (2, 2), (1, 1), "valid"), 3, "max")
@example((8, 8), Lie((3, 3), (2, 2), (1, 1), "valid"), 3, "max")
@example((8, 8), Lie((3, 3), (2, 2), (1, 1), "same"), 2, "max")
@example((6, 6), Lie((3, 3), (1, 1), (1, 1), "same"), 2, "max")
@example((8, 8), Lie((2, 2), (2, 2), (1, 1), "valid"), 3, "avg")
@example((8, 8), Lie((3, 3), (2, 2), (1, 1), "same"), 3, "avg")
@example((5, 5), Lie((2, 3), (3, 3), (1, 1), "valid"), 2, "avg")
@example((9, 9), Lie((6, 6), (2, 2), (1, 1), "valid"), 2, "max")
@example((9, 9), Lie((6, 6), (3, 1), (1, 1), "valid"), 2, "avg")
@example((9, 8), Lie((7, 7), (7, 7), (1, 1), "same"), 2, "avg")
def test_pooling(picture: tuple[int, int], lie: Lie, width: int, kind: str) -> None:
    assume(lie.fits(picture) and all(lie.sizes[i] > a for i, pair in enumerate(lie.around(picture)) for a in pair))
    agree(f"{kind}pool({written(lie.sizes)}, {lie.text(False)})", (*picture, width), pooled(lie, kind))


@COMMON
@given(st.integers(1, 12), lies(1, most_dilation=1), st.integers(1, 3), st.sampled_from(["max", "avg"]))
def test_pooling_of_series(time: int, lie: Lie, width: int, kind: str) -> None:
    assume(lie.fits((time,)) and lie.sizes[0] > max(lie.around((time,))[0]))
    agree(f"{kind}pool1d({written(lie.sizes)}, {lie.text(False)})", (time, width), pooled(lie, kind))


@pytest.mark.parametrize("shape", [(6, 6, 2), (5, 7, 1)])
def test_of_equal_maxima_the_first_gets_the_gradient(shape: tuple[int, int, int]) -> None:
    """As in PyTorch; shared among them, a flat picture would learn to stay flat."""
    graph = network("  input x[...]\n  x -> maxpool(3, stride=2)", field(shape), training=True)
    (x,), node = graph.inputs, graph.outputs[0].node
    for value in (np.zeros((2, *shape)), rng(shape).integers(0, 2, (2, *shape)).astype(float)):
        picture = torch.tensor(value, requires_grad=True)
        y = pooled(Lie((3, 3), (2, 2), (1, 1), "valid"), "max")(picture, {})
        (y * torch.tensor(weights_of(node, setting(2)))).sum().backward()
        for have in (
            evaluate(slopes(node, [x.node]), {x.node: value}, setting(2)),
            run(slopes(node, [x.node]), {x.node: value}, setting(2)),
        ):
            close(have[0], y.detach().numpy(), 1e-10)
            close(have[1], picture.grad.numpy(), 1e-10)


GLOBAL: dict[str, Expected] = {
    "global_pool": lambda x, p: x.flatten(1, -2).mean(1),
    "global_pool(mean)": lambda x, p: x.flatten(1, -2).mean(1),
    "global_pool(max)": lambda x, p: x.flatten(1, -2).amax(1),
}


@pytest.mark.parametrize("shape", [(4, 5, 3), (7, 2), (1, 1, 1)])
@pytest.mark.parametrize("text", GLOBAL)
def test_global_pool(text: str, shape: tuple[int, ...]) -> None:
    agree(text, shape, GLOBAL[text])


@pytest.mark.parametrize("factor", [(1, 1), (2, 2), (3, 3), (2, 3), (1, 4)])
@pytest.mark.parametrize("shape", [(4, 5, 3), (1, 1, 1), (3, 1, 2)])
def test_upsample(shape: tuple[int, ...], factor: tuple[int, int]) -> None:
    def expected(x: Any, p: dict[str, Any]) -> Any:
        return channels_last(F.interpolate(channels_first(x), scale_factor=factor, mode="nearest"))

    agree(f"upsample({written(factor)})", shape, expected)


# ---- layers after one another


def of(p: dict[str, Any], layer: str) -> dict[str, Any]:
    """The weights of one layer."""
    return {name: next(v for k, v in p.items() if k.endswith(f"{layer}.{name}")) for name in ("W", "b")}


def plain(size: int, stride: int = 1, padding: Padding = "same") -> Lie:
    return Lie((size, size), (stride, stride), (1, 1), padding)


def lenet(x: Any, p: dict[str, Any]) -> Any:
    for layer in ("conv_1", "conv_2"):
        x = convolution(plain(3))(x, of(p, layer)).relu()
        x = pooled(plain(2, 2, "valid"), "max")(x, {})
    return x.flatten(1) @ p["dense_1.W"] + p["dense_1.b"]


def there_and_back(x: Any, p: dict[str, Any]) -> Any:
    h = convolution(plain(3, 2))(x, of(p, "conv_1")).tanh()
    h = pooled(plain(3), "avg")(h, {})
    h = transposed(plain(3, 2))(h, of(p, "conv_transpose_1"))
    return pooled(plain(3, 2, "same"), "max")(h + x, {})


def early(x: Any, p: dict[str, Any]) -> Any:
    h = convolution(plain(5, 2, 2))(x, of(p, "conv_1"))
    h = pooled(plain(3, 2, 1), "max")(torch.nn.functional.gelu(h), {})
    return convolution(plain(1))(h, of(p, "conv_2")).relu().flatten(1, 2).mean(1)


DEEP: dict[str, tuple[Expected, str]] = {
    "x -> conv(4, 3) -> relu -> maxpool(2) -> conv(5, 3) -> relu -> maxpool(2) -> flatten -> dense(3)": (lenet, ""),
    "x -> around": (
        there_and_back,
        "layer around {\n  input x[height, width, in]\n  h = x -> conv(4, 3, stride=2) -> tanh ->"
        ' avgpool(3, stride=1, padding="same") -> conv_transpose(in, 3, stride=2)\n'
        '  output maxpool(h + x, 3, stride=2, padding="same")\n}',
    ),
    "x -> conv(6, 5, stride=2, padding=2) -> gelu -> maxpool(3, stride=2, padding=1) -> conv(4, 1) -> relu"
    " -> global_pool": (early, ""),
}


@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("shape", [(8, 8, 2), (10, 8, 1)])
@pytest.mark.parametrize("text", DEEP)
def test_deep(text: str, shape: tuple[int, ...], batch: int) -> None:
    expected, before = DEEP[text]
    agree(text.removeprefix("x -> "), shape, expected, batch, before)
