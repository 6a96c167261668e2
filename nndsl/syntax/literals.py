"""What numbers and strings in a text are worth. In: one token of either. Out: its value, or a fault at its place."""

from __future__ import annotations

import math

from nndsl.diagnostics import Span, fault

ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "r": "\r", "0": "\0"}
MOST_DIGITS = 300


def number_value(text: str, span: Span) -> tuple[int | float, bool]:
    """`1e-3` is (0.001, False), `70%` (0.7, True). An int where there is no point, exponent or %."""
    percent = text.endswith("%")
    digits = text.rstrip("%").replace("_", "")
    if digits.isdecimal() and not percent:
        if len(digits) > MOST_DIGITS:
            raise fault("E0104", f"this number has {len(digits)} digits, more than {MOST_DIGITS}", span)
        return int(digits), False
    value = float(digits)
    if math.isinf(value):
        raise fault("E0104", "this number is too large", span, help="the largest is about 1.8e308")
    return (value / 100 if percent else value), percent


def string_value(text: str, span: Span) -> str:
    r"""The text between the quotes, with `\"`, `\\`, `\n`, `\t`, `\r` and `\0` read."""
    inner = text[1:-1]
    if "\\" not in inner:
        return inner
    parts: list[str] = []
    at = 0
    while at < len(inner):
        character = inner[at]
        if character == "\\":
            at += 1
            if inner[at] not in ESCAPES:
                place = Span(span.source, span.start + at, span.start + at + 2)
                raise fault(
                    "E0121",
                    f"`\\{inner[at]}` has no meaning in a string",
                    place,
                    help="write `\\\\` for a backslash; in paths, `/` works on every system",
                )
            character = ESCAPES[inner[at]]
        parts.append(character)
        at += 1
    return "".join(parts)
