"""The operators of expressions and the signs that hold a text together, with their meaning; the loosest come first.

A table; a test checks that each example parses, and that none that the parser knows is missing.
"""

from __future__ import annotations

from nndsl.values import value


@value
class Operator:
    """name: the sign. form: how it stands. level: operators of one level are read from left to right."""

    name: str
    form: str
    meaning: str
    example: str
    level: int


OPERATORS = (
    Operator("->", "a -> b", "the value on the left goes into what stands on the right", "dense(16) -> tanh", 1),
    Operator("or", "a or b", "true where one of both is", "a < 0 or a > 1", 2),
    Operator("and", "a and b", "true where both are", "a > 0 and a < 1", 3),
    Operator("not", "not a", "true where it is not", "not training", 4),
    Operator("==", "a == b", "whether both are equal", "classes == 2", 5),
    Operator("!=", "a != b", "whether they differ", "classes != 2", 5),
    Operator("<", "a < b", "whether the left is less", "rate < 1", 5),
    Operator("<=", "a <= b", "whether the left is less, or equal", "rate <= 1", 5),
    Operator(">", "a > b", "whether the left is more", "rate > 0", 5),
    Operator(">=", "a >= b", "whether the left is more, or equal", "rate >= 0", 5),
    Operator("+", "a + b", "the sum, element by element", "x @ W + b", 6),
    Operator("-", "a - b, -a", "the difference, element by element; before a value, its negative", "z - y", 6),
    Operator("*", "a * b", "the product, element by element", "2 * x", 7),
    Operator("/", "a / b", "the quotient, element by element", "x / (1 - rate)", 7),
    Operator("@", "a @ b", "the product of matrices over the last two axes", "x @ W", 7),
    Operator("^", "a^b", "the power, element by element; read from right to left", "(z - y)^2", 9),
    Operator("[]", "x[i], x[a:b]", "a part of a list or of an axis: the first place is 0, -1 the last", "y[k]", 10),
    Operator(".", "a.b", "a field of a result, a part of a data set, a state of a cell", "run.history", 10),
)
