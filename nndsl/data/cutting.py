"""Where examples begin in series: windows that lie in one stretch of one part, or series as a whole.

In: stretches (of one series and one part, without a hole), sizes. Out: first steps and lengths. It knows no values.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from nndsl.data.chains import Rows
from nndsl.data.types import Array

Stretch = tuple[int, int]  # the first step, and the one after the last


def window_starts(stretches: Sequence[Stretch], span: int, stride: int, whole: NDArray[np.bool_] | None) -> Rows:
    """The first step of each window of `span` steps (the ones it sees and the ones it predicts) that lies in a stretch.

    Windows begin `stride` steps apart, counted from the stretch's first. whole: [P] whether a step has all its values;
    a window with one that has not is left out.
    """
    found = [np.arange(first, stop - span + 1, stride, dtype=np.int64) for first, stop in stretches]
    starts = np.concatenate(found) if found else np.zeros(0, np.int64)
    if whole is None or not len(starts):
        return starts
    holes = np.concatenate([[0], np.cumsum(~whole)])
    return np.asarray(starts[holes[starts + span] == holes[starts]], np.int64)


def cut(base: NDArray[np.generic], starts: Rows, steps: int | None) -> Array:
    """`base[start : start + steps]` for each start, [N, steps, *shape], as a view; without the axis of time for
    None.
    """
    rest, strides = base.shape[1:], base.strides
    inner = (rest, strides[1:]) if steps is None else ((steps, *rest), strides)
    distances = np.diff(starts)
    if not len(distances) or (distances == distances[0]).all():
        apart = int(distances[0]) if len(distances) else 1
        begin = base[int(starts[0]) :] if len(starts) else base
        shape, stride = (len(starts), *inner[0]), (apart * strides[0], *inner[1])
        return Array(as_strided(begin, shape, stride, writeable=False))
    every = len(base) - (steps or 1) + 1
    view = as_strided(base, (every, *inner[0]), (strides[0], *inner[1]), writeable=False)
    return Array(view, picks=starts.astype(np.int32))


def pad(base: NDArray[np.generic], starts: Rows, lengths: Rows, steps: int) -> Array:
    """`base[start : start + length]` for each start, [N, steps, *shape], with zeros behind."""
    if (lengths == steps).all():
        return cut(base, starts, steps)
    out = np.zeros((len(starts), steps, *base.shape[1:]), base.dtype)
    for row, (start, length) in enumerate(zip(starts.tolist(), lengths.tolist(), strict=True)):
        out[row, :length] = base[start : start + length]
    return Array(out)
