"""The one fault that looking at data has: the data do not allow what is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Unfit(ValueError):
    """The data do not allow what is asked for; the message is for a person."""


def finite(rows: NDArray[Any]) -> None:
    """Raises Unfit where a number is missing or infinite."""
    with np.errstate(invalid="ignore", over="ignore"):  # of infinities of both signs; sums that are too large
        if not np.isfinite(rows.sum()) and not np.isfinite(rows).all():
            raise Unfit("some of the numbers are missing or infinite")
