"""Random numbers, a function of (seed, stream, step, element): see `nndsl.ir.philox`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir import philox
from nndsl.ir.node import DType, Node, Shape, concrete
from nndsl.ir.primitive import Primitive, Setting, precise


def _infer(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
    return attrs["shape"], "float"


def _reference(draw: Callable[[int, int, int, int], NDArray[np.float64]]) -> Callable[..., NDArray[Any]]:
    def reference(node: Node, setting: Setting) -> NDArray[Any]:
        shape = concrete(node.shape, setting.sizes)
        values = draw(setting.seed, node["stream"], setting.step, math.prod(shape))
        return values.reshape(shape).astype(precise(setting, "float"))

    return reference


ROWS = (
    Primitive("uniform", "random", 0, _infer, _reference(philox.uniform), "uniform in [0, 1): stream, shape", cost=10),
    Primitive("normal", "random", 0, _infer, _reference(philox.normal), "standard normal: stream, shape", cost=40),
)
