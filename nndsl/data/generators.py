"""Made-up data sets: `from moons(500, noise=0.2)`.

In: the call as written; later the seed. Out: the columns `x`, `y` and `label` (`sine`: `x` and `y`). The rows depend on
the arguments and the seed alone. moons, circles and blobs are scikit-learn's shapes (make_moons, make_circles,
make_blobs), with our own numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from nndsl.data.randoms import GENERATE, Draws
from nndsl.data.spec import GeneratorSource
from nndsl.data.table import Column, Table
from nndsl.data.words import listed
from nndsl.diagnostics import Fault, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.syntax import ast
from nndsl.values import value

Points = NDArray[np.float64]
Made = tuple[Points, Points, Points]  # x, y, label (for sine: x, y and nothing)


@value
class Setting:
    """An argument of a generator: its default, the least it may be, and whether it is a whole number."""

    name: str
    default: float
    least: float
    whole: bool = False


@value
class Generator:
    """A made-up data set: its arguments, what makes its rows, and what its columns are called."""

    settings: tuple[Setting, ...]
    make: Callable[[Draws, dict[str, float]], Made]
    columns: tuple[str, ...] = ("x", "y", "label")


def _halves(n: int) -> tuple[int, NDArray[np.float64]]:
    first = (n + 1) // 2
    return first, np.repeat([0.0, 1.0], [first, n - first])


def _even(n: int, end: float) -> Points:
    """n angles from 0 to `end`."""
    return np.linspace(0.0, end, n)


def _moons(draws: Draws, s: dict[str, float]) -> Made:
    n = int(s["n"])
    first, label = _halves(n)
    a, b = _even(first, np.pi), _even(n - first, np.pi)
    x = np.concatenate([np.cos(a), 1 - np.cos(b)])
    y = np.concatenate([np.sin(a), 0.5 - np.sin(b)])
    return x + s["noise"] * draws.normal(n), y + s["noise"] * draws.normal(n), label


def _circles(draws: Draws, s: dict[str, float]) -> Made:
    n = int(s["n"])
    first, label = _halves(n)
    angle = np.concatenate(
        [2 * np.pi * np.arange(first) / max(first, 1), 2 * np.pi * np.arange(n - first) / max(n - first, 1)]
    )
    radius = np.where(label == 0, 1.0, s["factor"])
    return (
        radius * np.cos(angle) + s["noise"] * draws.normal(n),
        radius * np.sin(angle) + s["noise"] * draws.normal(n),
        label,
    )


def _blobs(draws: Draws, s: dict[str, float]) -> Made:
    n, classes = int(s["n"]), int(s["classes"])
    label = np.arange(n) % classes
    angle = 2 * np.pi * label / classes
    x, y = 5 * np.cos(angle), 5 * np.sin(angle)
    return x + s["noise"] * draws.normal(n), y + s["noise"] * draws.normal(n), label.astype(np.float64)


def _spiral(draws: Draws, s: dict[str, float]) -> Made:
    n, classes = int(s["n"]), int(s["classes"])
    label = np.arange(n) % classes
    along = (np.arange(n) // classes + 1) / max(1, (n + classes - 1) // classes)
    angle = 2 * np.pi * (s["turns"] * along + label / classes)
    x, y = along * np.cos(angle), along * np.sin(angle)
    return x + s["noise"] * draws.normal(n), y + s["noise"] * draws.normal(n), label.astype(np.float64)


def _xor(draws: Draws, s: dict[str, float]) -> Made:
    n = int(s["n"])
    corner = np.arange(n) % 4
    a, b = corner // 2, corner % 2
    return a + s["noise"] * draws.normal(n), b + s["noise"] * draws.normal(n), (a ^ b).astype(np.float64)


def _sine(draws: Draws, s: dict[str, float]) -> Made:
    n = int(s["n"])
    x = np.linspace(0.0, 2 * np.pi * s["periods"], n)
    return x, np.sin(x) + s["noise"] * draws.normal(n), np.zeros(0)


def _n(default: int) -> Setting:
    return Setting("n", default, 1, whole=True)


def _noise(default: float) -> Setting:
    return Setting("noise", default, 0)


GENERATORS: dict[str, Generator] = {
    "moons": Generator((_n(500), _noise(0.1)), _moons),
    "circles": Generator((_n(500), _noise(0.1), Setting("factor", 0.5, 0)), _circles),
    "blobs": Generator((_n(500), Setting("classes", 3, 1, whole=True), _noise(1.0)), _blobs),
    "spiral": Generator((_n(500), Setting("classes", 2, 1, whole=True), _noise(0.02), Setting("turns", 1, 0)), _spiral),
    "xor": Generator((_n(4), _noise(0.0)), _xor),
    "sine": Generator((_n(200), _noise(0.1), Setting("periods", 1, 0)), _sine, ("x", "y")),
}


def read_generator(value: ast.Expr, constants: Mapping[str, float]) -> GeneratorSource:
    """`moons(500, noise=0.2)` or bare `xor`; raises a fault at the argument that is wrong."""
    function = value.function if isinstance(value, ast.Call) else value
    if not isinstance(function, ast.Name) or function.text not in GENERATORS:
        word = function.text if isinstance(function, ast.Name) else ""
        raise fault(
            "E0514",
            f"there is no generator `{function.span.text}`",
            function.span,
            notes=("generators: " + listed(GENERATORS, 20),),
            help=did_you_mean(word, GENERATORS),
        )
    settings = GENERATORS[function.text].settings
    given: dict[str, float] = {}
    for place, argument in enumerate(value.arguments if isinstance(value, ast.Call) else ()):
        setting = _setting(function.text, settings, place, argument)
        if setting.name in given:
            raise fault("E0514", f"`{setting.name}` is given twice", argument.span)
        given[setting.name] = _checked(setting, argument.value, constants)
    complete = tuple((s.name, given.get(s.name, s.default)) for s in settings)
    return GeneratorSource(function.text, complete, value.span)


def _setting(name: str, settings: tuple[Setting, ...], place: int, argument: ast.Argument) -> Setting:
    names = [s.name for s in settings]
    if argument.name is None:
        if place < len(settings):
            return settings[place]
        raise fault("E0514", f"`{name}` takes at most {len(settings)} arguments: {listed(names)}", argument.span)
    for setting in settings:
        if setting.name == argument.name:
            return setting
    raise fault(
        "E0514",
        f"`{name}` has no argument `{argument.name}`",
        argument.span,
        notes=("it takes " + ", ".join(f"{s.name}={s.default:g}" for s in settings),),
        help=did_you_mean(argument.name, names),
    )


def _checked(setting: Setting, value: ast.Expr, constants: Mapping[str, float]) -> float:
    number: float | None = None
    if isinstance(value, ast.Unary) and value.op == "-" and isinstance(value.operand, ast.Number):
        number = -value.operand.value
    elif isinstance(value, ast.Number):
        number = value.value
    elif isinstance(value, ast.Name):
        number = constants.get(value.text)
    kind = "a whole number" if setting.whole else "a number"
    wrong: Fault = fault(
        "E0514", f"`{setting.name}` takes {kind} of at least {setting.least:g}, found `{value.span.text}`", value.span
    )
    if number is None or number < setting.least or (setting.whole and number != int(number)):
        raise wrong
    return number


def generate(source: GeneratorSource, seed: int) -> Table:
    """The table a generator makes with this seed."""
    generator = GENERATORS[source.name]
    made = generator.make(Draws(seed, GENERATE), dict(source.arguments))
    columns = [Column(name, values) for name, values in zip(generator.columns, made, strict=False)]
    if len(columns) == 3:  # numbered classes: as a target they are a category where nothing else is said
        label = columns.pop()
        names = tuple(str(i) for i in range(int(label.values().max()) + 1))
        columns.append(Column(label.name, label.values(), labels=names))
    return Table.of(source.shown, columns)
