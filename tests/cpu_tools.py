"""What the tests of the CPU backend share: graphs run through schedule, texts and tables, beside the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu.memory import aligned, storage_type
from nndsl.backend.cpu.plan import Binding, Stage, compile_stages, memory_leaves, table
from nndsl.backend.reference import evaluate
from nndsl.ir import Node, Setting, concrete
from nndsl.ir import build as b

Arrays = dict[Node, NDArray[Any]]


def into_leaves(values: Sequence[Node]) -> Stage:
    """A stage that puts each value into a leaf of its own."""
    return Stage(tuple((result_leaf(i, v), v) for i, v in enumerate(values)))


def result_leaf(i: int, value: Node) -> Node:
    return b.input_(f"result {i}", value.shape, value.dtype)


def arrays_for(stages: Sequence[Stage], given: Mapping[Node, Any], setting: Setting) -> Arrays:
    """Memory for the leaves, filled with what is given; results start as rubbish."""
    leaves: Arrays = {}
    for node in [*memory_leaves(stages), b.step()]:
        array = aligned(concrete(node.shape, setting.sizes), storage_type(node.dtype, setting.precision))
        array[...] = setting.step if node.op == "step" else given.get(node, 77)
        leaves[node] = array
    return leaves


def run_stages(stages: Sequence[Stage], given: Mapping[Node, Any], setting: Setting) -> Arrays:
    """The leaves after the stages."""
    leaves = arrays_for(stages, given, setting)
    binding = Binding(compile_stages(stages, setting.precision), leaves, setting.sizes, setting.seed)
    table(binding.instructions(setting.sizes)).run()
    return leaves


def run(outputs: Sequence[Node], given: Mapping[Node, Any], setting: Setting) -> list[NDArray[Any]]:
    """The values of the outputs, as the CPU backend computes them."""
    leaves = run_stages([into_leaves(outputs)], given, setting)
    return [leaves[result_leaf(i, out)] for i, out in enumerate(outputs)]


def compare(
    outputs: Sequence[Node], given: Mapping[Node, Any], setting: Setting, tolerance: float | None = None
) -> None:
    """Asserts that the CPU backend agrees with the reference: numbers up to rounding of the largest element, the rest
    exactly.
    """
    rounding = tolerance or {"float32": 2e-6, "float64": 1e-12}[setting.precision]
    found, wanted = run(outputs, given, setting), evaluate(outputs, given, setting)
    for out, have, want in zip(outputs, found, wanted, strict=True):
        assert have.shape == want.shape, out
        if out.dtype != "float":
            np.testing.assert_array_equal(have, want, err_msg=repr(out))
            continue
        finite = np.abs(want[np.isfinite(want)])
        scale = max(1.0, float(finite.max())) if finite.size else 1.0
        np.testing.assert_allclose(have, want, rtol=rounding, atol=rounding * scale, err_msg=repr(out))
