"""Surprise and what is made of it, for lists of numbers: entropy, cross-entropy, divergence, perplexity. In bits.

In: probabilities, as numbers and lists; where a column of names is given, the share of each name. Out: a number or a
list; `Unfit` where what is given is no distribution. The same for tensors is `std/information.nn`.
Source: Shannon, "A mathematical theory of communication", Bell System Technical Journal 27, 1948.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from nndsl.data.words import listed

TOLERANCE = 1e-6  # how far the sum of a distribution may be from 1


class Unfit(Exception):
    """A value that a function does not take. place: which argument, from 0. way: what to write instead, with `{}` for
    the argument as it was written; it may be empty.
    """

    def __init__(self, code: str, message: str, place: int, way: str = "", note: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.place, self.way, self.note = code, message, place, way, note


def surprise(p: Any) -> float:
    """-log2(p): 0 for what is certain, 1 for a coin, infinity for what cannot be."""
    if isinstance(p, bool) or not isinstance(p, int | float):
        raise TypeError
    if not 0 <= p <= 1:
        raise Unfit("E0223", f"the surprise of {p:g}: a probability lies between 0 and 1", 0)
    return abs(math.log2(p)) if p else math.inf


def entropy(p: Any) -> float:
    """The mean surprise of a distribution under itself; what cannot be adds nothing."""
    shares = _distribution(p, 0)
    return math.fsum(x * surprise(x) for x in shares if x)


def cross_entropy(p: Any, q: Any) -> float:
    """The mean surprise of q where p is the truth."""
    return math.fsum(x * surprise(y) for x, y in _pair(p, q) if x)


def kl(p: Any, q: Any) -> float:
    """The Kullback-Leibler divergence of q from p: by how much cross_entropy(p, q) exceeds entropy(p).

    Source: Kullback and Leibler, "On information and sufficiency", Annals of Mathematical Statistics 22, 1951.
    """
    pairs = _pair(p, q)
    if any(x and not y for x, y in pairs):
        return math.inf
    return max(0.0, math.fsum(x * math.log2(x / y) for x, y in pairs if x))  # never below 0, but for rounding


def perplexity(p: Any, *q: Any) -> float:
    """Between how many equally likely things one is as uncertain: 2 to the entropy, or to the cross-entropy."""
    bits = cross_entropy(p, *q) if q else entropy(p)
    return math.inf if bits >= 1024 else 2.0**bits


def shares(values: Any) -> list[float]:
    """How often each value occurs, by the number of values; in the order of the values."""
    items = _items(values)
    if any(isinstance(item, list) or item is None or item != item for item in items):  # no value has a share
        raise TypeError
    counts = Counter(items)
    return [counts[key] / len(items) for key in sorted(counts)]


# ---- what a distribution is ---------------------------------------------------------------------------------


def _items(values: Any) -> list[Any]:
    """A list, or an array as one. Raises TypeError for anything else."""
    items = values.tolist() if hasattr(values, "tolist") else values
    if not isinstance(items, list | tuple):
        raise TypeError
    return list(items)


def _distribution(values: Any, place: int) -> list[float]:
    """Numbers of which none is below 0 and that add up to 1."""
    items = _items(values)
    if items and all(isinstance(item, str) for item in items):
        return shares(items)
    if not items:
        raise Unfit("E0223", "an empty list is no distribution", place)
    if any(isinstance(item, bool) or not isinstance(item, int | float) for item in items):
        raise TypeError
    wrong = next((item for item in items if not item >= 0 or math.isinf(item)), None)
    if wrong is not None:
        raise Unfit("E0223", f"a list with {wrong:g} in it is no distribution: no probability is {_how(wrong)}", place)
    total = math.fsum(items)
    if abs(total - 1) > TOLERANCE:
        raise Unfit(
            "E0223",
            f"the probabilities of a distribution add up to 1, but these add up to {total:.6g}",
            place,
            "{} / sum({})" if total > 0 else "",
            _often(items),
        )
    return [float(item) for item in items]


def _how(number: float) -> str:
    return "below 0" if number < 0 else "above 1" if number > 0 else "not a number"


def _often(items: Sequence[float]) -> str:
    """What else may have been meant: the values of a column, and not how often each occurs."""
    kinds = sorted(set(items))
    if len(kinds) == len(items) or any(item != int(item) for item in items):
        return ""
    return f"how often each of {listed([f'{kind:g}' for kind in kinds], 4)} occurs is " + "`shares({})`"


def _pair(p: Any, q: Any) -> list[tuple[float, float]]:
    first, second = _distribution(p, 0), _distribution(q, 1)
    if len(first) != len(second):
        raise Unfit("E0224", f"distributions over {len(first)} and over {len(second)} things", 1)
    return list(zip(first, second, strict=True))
