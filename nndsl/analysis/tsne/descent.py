"""Going downhill: momentum, and for each coordinate a gain that grows while its direction stays (Jacobs 1988, as van
der Maaten and Hinton use it). No step is longer than `LONGEST`: a point that two others throw out would need long to
come back.

In: forces on the points, and how fast to follow them. Out: the points moved, in place. What is no number is found in
the step in which it comes up.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.native import Crew, kernels
from nndsl.analysis.tsne.geometry import WORTH_SHARING, map_text
from nndsl.backend.cpu.cache import Text

Floats = NDArray[np.float32]

LONGEST = 5.0
SMALL = 1e-5  # root of the mean square distance from the middle; a map begins with ten times that

_UPDATE = """
def KERNEL(g):
    # Rows first .. last: settings (exaggeration, rate, momentum, the longest step); pull, push [n, stride]; z, which
    # push is divided by, and from one row's to the next (0: all have the first); gain, speed, y [n, stride]; for
    # each member the sums of coordinates [D] and of all squares (doubles)
    first, last, settings, pull, push, z = g[0], g[1], floats(g[3]), floats(g[4]), floats(g[5]), floats(g[6])
    apart, gain, speed, y, sums = g[7], floats(g[8]), floats(g[9]), floats(g[10]), at(doubles(g[11]), g[2] * (D + 1))
    exaggeration, rate, momentum, longest = settings[0], settings[1], settings[2], settings[3]
    for c in range(D + 1):
        sums[c] = 0.0
    for i in range(first, last):
        length, scale = f4(0), f4(1) / z[i * apart]
        for e in range(i * STRIDE, i * STRIDE + D):
            slope, v = exaggeration * pull[e] - scale * push[e], speed[e]
            grown = gain[e] + f4(0.2) if (v > 0) != (slope > 0) else max(gain[e] * f4(0.8), f4(0.01))
            v = momentum * v - rate * grown * slope
            gain[e], speed[e] = grown, v
            length += v * v
        cut = longest / np.sqrt(length) if length > longest * longest else f4(1)
        for c in range(D):
            e = i * STRIDE + c
            speed[e] *= cut
            y[e] += speed[e]
            sums[c] += np.float64(y[e])
            sums[D] += np.float64(y[e]) * np.float64(y[e])
"""


class NotFinite(ArithmeticError):
    """A map has a coordinate that is not a finite number. step: the one that made it, from 1 on."""

    def __init__(self, step: int) -> None:
        super().__init__(f"the map has a coordinate that is not a finite number after step {step}")
        self.step = step


def texts(dimensions: int) -> list[Text]:
    """The kernels of this module."""
    return [map_text("update", dimensions, _UPDATE)]


class Descent:
    """Moves the rows of y [n, stride] by what pulls and pushes them. z: what push is divided by, [1] or [n]."""

    def __init__(self, y: Floats, pull: Floats, push: Floats, z: Floats, dimensions: int, crew: Crew) -> None:
        (update,), n = kernels(texts(dimensions)), len(y)
        self._y, self.gain, self.speed = y, np.ones_like(y), np.zeros_like(y)
        self._sums = np.zeros((crew.members, dimensions + 1))
        self._settings, self._step = np.empty(4, np.float32), 0
        apart = int(len(z) > 1)
        self._move = crew.prepared(
            update,
            crew.shares(n, worth=WORTH_SHARING),
            self._settings,
            pull,
            push,
            z,
            apart,
            self.gain,
            self.speed,
            y,
            self._sums,
        )

    def step(self, exaggeration: float, rate: float, momentum: float, longest: float = LONGEST) -> None:
        """One step. Raises NotFinite where a coordinate is not a finite number then."""
        self._step += 1
        self._settings[:] = exaggeration, rate, momentum, longest
        self._move()
        if not np.isfinite(self._sums.sum()):
            raise NotFinite(self._step)

    def keep_from_vanishing(self) -> None:
        """Enlarges a map that has become smaller than `SMALL`. There forces are proportional to distances, so its size
        changes nothing of what comes; but exaggeration can make few points shrink until none differs from another."""
        *middle, squares = self._sums.sum(0) / len(self._y)
        width = math.sqrt(max(squares - np.dot(middle, middle), 0))
        if 0 < width < SMALL:
            self._y[:, : len(middle)] -= np.array(middle, np.float32)
            self._y *= SMALL / width
            self.speed *= SMALL / width
