"""Short ways to a data set for the tests of `nndsl.data`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data import Dataset, DataSpec, declare, load, signature
from nndsl.diagnostics import Collector, Diagnostic, Source
from nndsl.syntax import ast, parse

EXAMPLES = Path(__file__).parent.parent / "examples" / "data"


def activation(expr: ast.Expr, x: NDArray[np.float64]) -> NDArray[Any] | None:
    """Stands for the library: two activations, one with an argument."""
    if isinstance(expr, ast.Name) and expr.text == "sigmoid":
        return 1 / (1 + np.exp(-x))
    if isinstance(expr, ast.Call) and isinstance(expr.function, ast.Name) and expr.function.text == "leaky_relu":
        slope = expr.arguments[0].value
        assert isinstance(slope, ast.Number)
        return np.where(x > 0, x, slope.value * x)
    return None


def definition(text: str) -> ast.Definition:
    """The `data` definition whose block holds `text` (or the text itself where it has one)."""
    whole = text if text.lstrip().startswith("data ") else "data d {\n" + text + "\n}"
    collector = Collector()
    module = parse(Source("test.nn", whole), collector)
    assert [d.message for d in collector] == []
    (statement,) = module.statements
    assert isinstance(statement, ast.Definition)
    return statement


def spec_of(
    text: str, collector: Collector, folder: Path = EXAMPLES, objects: Mapping[str, object] | None = None
) -> DataSpec | None:
    return declare(definition(text), folder, collector, evaluate=activation, objects=objects)


def data(
    text: str,
    folder: Path = EXAMPLES,
    objects: Mapping[str, object] | None = None,
    *,
    seed: int = 0,
    precision: str = "float32",
) -> Dataset:
    """The data set, without a fault; its signature is the one that the checks got."""
    collector = Collector()
    spec = spec_of(text, collector, folder, objects)
    assert spec is not None, [d.message for d in collector]
    seen = signature(spec, collector, seed=seed)
    made = load(spec, collector, seed=seed, precision=precision)
    assert made is not None, [d.message for d in collector]
    assert not collector
    assert seen == made.signature
    return made


def faults(
    text: str,
    folder: Path = EXAMPLES,
    objects: Mapping[str, object] | None = None,
    *,
    seed: int = 0,
    checked: bool = True,
) -> list[Diagnostic]:
    """What is wrong with it: by `signature` too, unless it takes the pictures' values to see it (not `checked`)."""
    collector = Collector()
    spec = spec_of(text, collector, folder, objects)
    if spec is None:
        assert collector.errors
        return collector.sorted()
    again = Collector()
    seen, made = signature(spec, collector, seed=seed), load(spec, again, seed=seed)
    assert (seen is None) == bool(collector.errors)
    assert (made is None) == bool(again.errors)
    assert collector.sorted() == (again.sorted() if checked else [])
    return again.sorted()


def fault(
    text: str,
    folder: Path = EXAMPLES,
    objects: Mapping[str, object] | None = None,
    *,
    seed: int = 0,
    checked: bool = True,
) -> Diagnostic:
    """The one thing that is wrong with it."""
    found = faults(text, folder, objects, seed=seed, checked=checked)
    assert len(found) == 1, [d.message for d in found]
    return found[0]


def said(diagnostic: Diagnostic) -> str:
    """All its words."""
    return " | ".join([diagnostic.message, *diagnostic.notes, diagnostic.help or ""])


def place(diagnostic: Diagnostic) -> str:
    """The text it points at."""
    assert diagnostic.span is not None
    return diagnostic.span.text
