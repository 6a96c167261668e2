"""Principal component analysis: the directions in which rows differ most (Pearson 1901, Hotelling 1933).

In: rows, dense or sparse, and how many directions, or which share of the variance they shall explain. Out:
`Components`, which turn rows into scores and back. Columns are centred, never scaled: that is an encoder's matter. What
the data do not allow is `Unfit`.

Letters: N rows, D columns, k components.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nndsl.analysis.centred import BLOCK, Centred, Floats, centred
from nndsl.analysis.krylov import approximate, block_width
from nndsl.analysis.spectrum import Spectrum, exact
from nndsl.analysis.unfit import Unfit
from nndsl.analysis.watch import Watch
from nndsl.data.sparse import Sparse
from nndsl.values import value

ROUNDING = 32  # what sums of products are wrong by, in units of their precision: 22 were measured on 60000 x 784

Method = Literal["exact", "randomised"]


@value
class Components:
    """
    mean: [D]. axes: [k, D], a direction a row, of length 1; the entry largest in magnitude is positive.
    variances: [k] along each, with divisor N - 1. ratio: [k], of the total variance. singular: [k], of the centred
    rows. whiten: scores are divided by their standard deviation. method: how they were found.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    variances: NDArray[np.float64]
    ratio: NDArray[np.float64]
    total_variance: float
    singular: NDArray[np.float64]
    whiten: bool
    method: Method

    @property
    def scale(self) -> NDArray[np.float64]:
        """[k]: how much a score of 1 is along each axis."""
        return np.sqrt(self.variances) if self.whiten else np.ones(len(self.axes))

    @property
    def loadings(self) -> NDArray[np.float64]:
        """[k, D]: axes times the standard deviation along them."""
        return self.axes * np.sqrt(self.variances)[:, None]

    def transform(self, x: Floats | Sparse) -> Floats:
        """Scores, [N, k], of rows [N, D], in their precision. Along an axis without variance, whitened scores are 0."""
        kind = _precision(x)
        scale = self.scale
        axes = (self.axes / np.where(scale > 0, scale, np.inf)[:, None]).T.astype(kind)
        out = np.empty((x.shape[0], len(self.axes)), kind)
        step = max(1, BLOCK // max(1, x.shape[1]))
        for start in range(0, x.shape[0], step):
            part = slice(start, start + step)
            block = x.take(part).dense(kind) if isinstance(x, Sparse) else x[part]
            np.matmul(block - self.mean.astype(kind), axes, out=out[part])
        return out

    def inverse(self, scores: Floats) -> Floats:
        """[N, D]: the rows that have these scores, [N, k], and lie in the span of the axes."""
        kind = _precision(scores)
        return np.asarray(scores @ (self.axes * self.scale[:, None]).astype(kind) + self.mean.astype(kind))


def fit(
    x: Floats | Sparse,
    components: int | float | None = None,
    *,
    whiten: bool = False,
    method: Method | Literal["auto"] = "auto",
    seed: int = 0,
    threads: int = 1,
    watch: Watch | None = None,
) -> Components:
    """components: how many; or a share of the variance, above 0 and up to 1, as a float; or as many as there are."""
    from threadpoolctl import threadpool_limits

    watch = watch or Watch()
    share = components if isinstance(components, float) else None
    count = _count(x.shape, components)
    if method == "auto":
        method = "randomised" if share is None and randomised_pays(x, count) else "exact"
    if method == "randomised" and (share is not None or 3 * count > min(x.shape)):
        raise Unfit(
            "the randomised method needs to know how many components are wanted, at most a third of the "
            f"rows and of the columns, here {min(x.shape) // 3}"
        )
    watch.begin("components")
    # Products of sparse rows take one thread, and what is done between them is too little for two: they took twice the
    # time of one, and five to ten times as long where other programs were at work. The exact way shares rows itself.
    with threadpool_limits(1 if method == "exact" or isinstance(x, Sparse) else threads):
        about = method == "exact" and x.shape[0] >= x.shape[1]
        z = centred(x, np.float64 if _is_small(x.shape) else _precision(x), about)
        found = exact(z, count, watch, threads) if method == "exact" else approximate(z, count, seed, watch)
    if found.total <= _rounding(z):
        raise Unfit("all rows are the same: there is no direction in which they differ")
    return _components(z, found, share, whiten, method)


def randomised_pays(x: Floats | Sparse, count: int) -> bool:
    """Whether the randomised way is expected to take less than half as long as the exact one.

    Both by what they multiply, in nanoseconds of one core: N D m for the sums of products (m the shorter side) at 120
    a nanosecond, 4/3 m^3 for the eigenvectors at 16; ten steps of two products with all cells at 30 (dense) or 4
    (sparse), and the steps among themselves.
    """
    (n, d), m = x.shape, min(x.shape)
    if 3 * count > m:
        return False
    width = block_width(count)
    cells, rate = (len(x.data), 4) if isinstance(x, Sparse) else (x.size, 30)
    exactly = n * d * m / 120 + 4 * m**3 / 3 / 16
    roughly = 20 * cells * width / rate + 10 * (n + d) * (10 * width) * width / 30
    return bool(roughly < exactly / 2 and exactly > 2e8)


def _count(shape: tuple[int, ...], components: int | float | None) -> int:
    """How many components are to be computed; Unfit where there are not as many."""
    n, d = shape
    most = min(n - 1, d)
    if n < 2:
        raise Unfit(f"{'one row does' if n else 'no rows do'} not differ: components need two rows at least")
    if d < 1:
        raise Unfit("rows without columns do not differ")
    if components is None:
        return most
    if isinstance(components, float):
        if not 0 < components <= 1:
            raise Unfit(f"the share of variance must be above 0 % and up to 100 %, not {components:.4g}")
        return most
    if not 1 <= components <= most:
        raise Unfit(
            f"{n} rows of {d} {'column' if d == 1 else 'columns'} have 1 to {most} components, not {components}"
        )
    return components


def _components(z: Centred, found: Spectrum, share: float | None, whiten: bool, method: Method) -> Components:
    squares, axes = found.squares, found.axes.astype(np.float64)
    ratio = squares / found.total
    if share is not None:
        enough = int(np.searchsorted(np.cumsum(ratio), share * (1 - 1e-12))) + 1
        squares, axes, ratio = squares[:enough], axes[:enough], ratio[:enough]
    largest = axes[np.arange(len(axes)), np.abs(axes).argmax(1)]
    axes = axes * np.where(largest < 0, -1.0, 1.0)[:, None]
    freedom = z.shape[0] - 1
    real = np.where(squares > ROUNDING * np.finfo(z.dtype).eps * squares[0], squares, 0.0)
    return Components(
        found.mean, axes, real / freedom, real / found.total, found.total / freedom, np.sqrt(real), whiten, method
    )


def _precision(x: Floats | Sparse) -> np.dtype[Any]:
    kind = x.data.dtype if isinstance(x, Sparse) else x.dtype
    return np.dtype(np.float32 if kind == np.float32 else np.float64)


def _is_small(shape: tuple[int, ...]) -> bool:
    """Whether float64 costs less than about 50 ms: then digits are not worth saving."""
    return shape[0] * shape[1] * min(shape) < 2e9


def _rounding(z: Centred) -> float:
    """The sum of squares that rows which are all the same would seem to have."""
    return float(z.shape[0] * np.square(4 * np.finfo(z.dtype).eps * z.mean).sum())
