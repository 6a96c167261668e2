"""Numbers as a person would write them in an equation: `1 / 3`, `sqrt(2) / 2`, `0.01`.

In: a number. Out: an expression of the language that is worth just that number, up to its last digit.
"""

from __future__ import annotations

import math
from fractions import Fraction

FACTORS = {
    "sqrt(2)": math.sqrt(2), "sqrt(pi)": math.sqrt(math.pi), "sqrt(2 * pi)": math.sqrt(2 * math.pi), "pi": math.pi,
    "log(2)": math.log(2),
}  # fmt: skip
SHORT = 7  # characters that need no better words
MOST = 24  # the greatest denominator that is tried
LEAST, GREATEST = 1e-3, 1e3  # numbers between which short words are looked for
NEAR = 4e-16


def numeral(number: float) -> str:
    """`2`, `0.5`, `1 / 3`, `-2 / sqrt(pi)`, `infinity`."""
    if isinstance(number, bool) or number != number:
        return str(number).lower()
    if math.isinf(number):
        return "infinity" if number > 0 else "-infinity"
    plain = str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(float(number))
    if len(plain) <= SHORT or not LEAST < abs(number) < GREATEST:
        return plain
    sign, size = ("-", -number) if number < 0 else ("", number)
    for factor, worth in ({"": 1.0} | FACTORS).items():
        for over in (False, True) if factor else (False,):
            share = Fraction(size * worth if over else size / worth).limit_denominator(MOST)
            found = float(share) / worth if over else float(share) * worth
            short = repr(float(share))
            if not factor and len(short) <= SHORT and abs(float(share) - size) <= NEAR * size:
                return sign + short
            if 0 < share <= MOST and abs(found - size) <= NEAR * size:
                return sign + _fraction(share, factor, over)
    return plain


def _fraction(share: Fraction, factor: str, over: bool) -> str:
    top, bottom = share.numerator, share.denominator
    if not factor:
        return f"{top} / {bottom}"
    if over:
        below = factor if bottom == 1 else f"({bottom} * {factor})"
        return f"{top} / {below}"
    above = factor if top == 1 else f"{top} * {factor}"
    return above if bottom == 1 else f"{above} / {bottom}"
