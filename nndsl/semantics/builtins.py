"""The functions that are built in, by name: what an equation can call besides definitions.

`nndsl.lower.builtins` says what they do.

A name may be both a function here and a definition of the library (`tanh`, `flatten`, `uniform`). The rule: a
definition comes first, and inside a definition its own name is the built-in function. So `activation tanh(x) =
tanh(x)` says that the activation
is the function.
"""

from __future__ import annotations

from nndsl.values import value


@value
class Builtin:
    """signature: how it is called.

    needs: how many values by place; a line that begins with fewer goes on from the line before.
    """

    name: str
    signature: str
    doc: str
    needs: int = 1


_ROWS = (
    Builtin("exp", "exp(x)", "e to the power x"),
    Builtin("log", "log(x)", "the natural logarithm"),
    Builtin("log2", "log2(x)", "the logarithm to the base of 2"),
    Builtin("log1p", "log1p(x)", "log(1 + x), precise near 0"),
    Builtin("expm1", "expm1(x)", "exp(x) - 1, precise near 0"),
    Builtin("sqrt", "sqrt(x)", "the square root"),
    Builtin("abs", "abs(x)", "the absolute value"),
    Builtin("sign", "sign(x)", "-1, 0 or 1"),
    Builtin("sin", "sin(x)", "the sine of radians"),
    Builtin("cos", "cos(x)", "the cosine of radians"),
    Builtin("tanh", "tanh(x)", "the hyperbolic tangent"),
    Builtin("erf", "erf(x)", "the error function"),
    Builtin("sigmoid", "sigmoid(x)", "1 / (1 + exp(-x))"),
    Builtin("floor", "floor(x)", "the greatest whole number not above x"),
    Builtin("stop_gradient", "stop_gradient(x)", "x, through which no gradient flows"),
    Builtin("mod", "mod(a, b)", "the rest of a / b, with the sign of b", 2),
    Builtin("where", "where(condition, a, b)", "a where the condition holds, else b"),
    Builtin("sum", "sum(x, axis=...)", "the sum over the axes; without `axis`, over all of one example"),
    Builtin("mean", "mean(x, axis=...)", "the mean over the axes; without `axis`, over all of one example"),
    Builtin("prod", "prod(x, axis=...)", "the product over the axes; without `axis`, over all of one example"),
    Builtin("var", "var(x, axis=...)", "the variance over the axes: the mean of the squared distance from the mean"),
    Builtin("std", "std(x, axis=...)", "the standard deviation over the axes: the root of `var`"),
    Builtin("max", "max(x, axis=...), max(a, b)", "the greatest over the axes; of two values, the greater"),
    Builtin("min", "min(x, axis=...), min(a, b)", "the least over the axes; of two values, the lesser"),
    Builtin("argmax", "argmax(x, axis=-1)", "where the greatest stands along an axis"),
    Builtin("argmin", "argmin(x, axis=-1)", "where the least stands along an axis"),
    Builtin("count", "count(x, axis=...)", "how many elements the axes hold together"),
    Builtin(
        "log_loss",
        "log_loss(y, k)",
        "minus the logarithm of the probability that y gives to class k, be y probabilities or logits",
    ),
    Builtin("decide", "decide(y)", "the class with the greatest score; for a single score, 1 where it speaks for it"),
    Builtin(
        "reshape",
        "reshape(x, a, b, ...)",
        "the same values under other sizes; one may be -1: what is left; `...` are the sizes it has in the input",
        2,
    ),
    Builtin(
        "present", "present(x, axis=0)", "for each step along an axis, whether it lies before the end of its sequence"
    ),
    Builtin("blank", "blank(x, value=0)", "a sequence with a number in the place of all that is behind its end"),
    Builtin("last", "last(x)", "the last step of a sequence: of each example, where they are of different lengths"),
    Builtin("flatten", "flatten(x)", "all values of an example along one axis"),
    Builtin(
        "transpose",
        "transpose(x), transpose(x, a, b), transpose(x, [a, b, ...])",
        "the last two axes exchanged, or the axes a and b; or all axes in the order of a list",
    ),
    Builtin("concat", "concat(a, b, ..., axis=-1)", "values side by side along an axis"),
    Builtin("split", "split(x, n)", "n equal pieces of the last axis", 2),
    Builtin("shape", "shape(x)", "the sizes of an example, as a list"),
    Builtin("arange", "arange(n)", "the whole numbers 0, 1, ... n - 1"),
    Builtin("full", "full(shape, value)", "the same number at every place of a shape"),
    Builtin("one_hot", "one_hot(k, n)", "for each id n numbers: 1 at the id, else 0", 2),
    Builtin(
        "einsum",
        'einsum("ij, jk -> ik", x, y)',
        "sums of products: a letter for each axis, those left out are summed",
        3,
    ),
    Builtin("pair", "pair(n)", "[n, n] of one number; a list of two stays as it is"),
    Builtin(
        "windows",
        'windows(x, [h, w], stride=1, dilation=1, padding="valid", fill=0)',
        "all windows of a picture [height, width, ...], or of a series for [t]; their elements are the last axes",
        2,
    ),
    Builtin(
        "overlap_add",
        'overlap_add(x, [h, w], stride=1, dilation=1, padding="valid")',
        "windows added where `windows` would take them from",
        2,
    ),
    Builtin("grouped", "grouped(x, n)", "the last axis as n groups: [..., n, size / n]", 2),
    Builtin("ungrouped", "ungrouped(x)", "the last two axes as one"),
    Builtin("gather", "gather(table, ids)", "rows of a table by their ids"),
    Builtin("normal", "normal(shape)", "standard normal numbers; shaped like its argument, or of these sizes"),
    Builtin("uniform", "uniform(shape)", "numbers between 0 and 1; shaped like its argument, or of these sizes"),
    Builtin("orthogonal", "orthogonal(x)", "the orthogonal factor of a matrix"),
)

BUILTINS: dict[str, Builtin] = {row.name: row for row in _ROWS}
CONSTANTS = ("pi", "infinity")
