"""What runs once, before training, in NumPy on every backend."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.ir.node import DType, Node, Shape, ShapeError
from nndsl.ir.primitive import Primitive, Setting


def _infer(inputs: tuple[Node, ...], attrs: dict[str, Any]) -> tuple[Shape, DType]:
    (x,) = inputs
    if x.rank != 2 or x.dtype != "float" or any(isinstance(d, str) for d in x.shape):
        raise ShapeError("only a matrix of known sizes has an orthogonal factor", operands=(0,), sizes=x.shape)
    return x.shape, "float"


def _orthonormal(node: Node, setting: Setting, x: NDArray[Any]) -> NDArray[Any]:
    """Q of the QR decomposition, each column turned so that R's diagonal is positive (Saxe et al. 2014, as
    `torch.nn.init.orthogonal_`).

    [n, m]: the columns are orthonormal if n >= m, else the rows.
    """
    tall = x if x.shape[0] >= x.shape[1] else x.T
    q, r = np.linalg.qr(tall.astype(np.float64))
    q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
    return np.ascontiguousarray(q if tall is x else q.T).astype(x.dtype)


ROWS = (Primitive("orthonormal", "host", 1, _infer, _orthonormal, "the orthogonal factor of a matrix", cost=1000),)
