"""Arrays as JSON has them: as many digits as a picture can show, and nothing that is no number."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

DIGITS = 5  # of a number, and of what it differs by from others: more than a picture can show


def listed(values: NDArray[Any]) -> list[float | None]:
    """Floats with DIGITS digits, or more where all are nearly the same, as times are; None for what is infinite or no
    number."""
    column = np.asarray(values, np.float64).ravel()
    known = np.isfinite(column)
    safe = np.where(known & (column != 0), column, 1.0)
    apart = float(column[known].max() / 2 - column[known].min() / 2) * 2 if known.any() else 0.0
    smallest = np.minimum(abs(safe), apart or np.inf)
    power = DIGITS - 1 - np.floor(np.log10(smallest))
    factor = 10.0 ** np.clip(power, -300, 300)
    rounded = np.where(column == 0, 0.0, np.round(safe * factor) / factor)
    return [float(f"{v:.12g}") if ok else None for v, ok in zip(rounded.tolist(), known.tolist(), strict=True)]
