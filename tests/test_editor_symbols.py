"""The outline of a text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from editor_tools import EXAMPLES, IDS, read

from nndsl.diagnostics import Collector, Source
from nndsl.editor.symbols import Symbol, symbols
from nndsl.syntax import parse


def outline(text: str) -> tuple[Symbol, ...]:
    return symbols(parse(Source("text.nn", text), Collector()))


def lines(found: tuple[Symbol, ...], depth: int = 0) -> Iterator[str]:
    for one in found:
        yield "  " * depth + " | ".join((one.kind, one.name, one.detail, one.name_span.text))
        yield from lines(one.children, depth + 1)


def test_statements_and_what_is_in_them() -> None:
    found = outline(
        "let n = 2 * 3\nset seed 7\ndata d {\n  from moons(100)\n  input (x, y) -> standard\n  target label\n}\n"
        "cell c(k = 1) {\n  param U[in, k] ~ normal, b[k] = 0\n  state s[k] = 0\n  s' = x @ U + s + b\n  output s'\n}\n"
        "network net for d {\n  input z[in]\n  repeat 2 { h = dense(n) }\n  h = dense(2)\n}\n"
        "train net on d as run {\n  epochs 1\n}\npca d\nprint run.epochs\n"
    )
    assert list(lines(found)) == [
        "constant | n | 2 * 3 | n",
        "setting | set seed | 7 | seed",
        "data | d | data | d",
        "  line | input (x, y) -> standard |  | input",
        "  line | target label |  | target",
        "cell | c | cell | c",
        "  parameter | k |  | k",
        "  weight | U | [in, k] | U",
        "  weight | b | [k] | b",
        "  state | s | [k] | s",
        "network | net | network for d | net",
        "  input | z | [in] | z",
        "  value | h |  | h",
        "verb | train net on d as run |  | run",
        "verb | pca d |  | pca",
        "verb | print run.epochs |  | print",
    ]


def test_a_text_that_cannot_be_read_whole_has_an_outline() -> None:
    found = outline("network a { dense( }\nlayer b { input x[in]; param W[in,, 3] }\nlet c =\nlet d = 4\n")
    assert [one.name for one in found if one.kind != "verb"][-1] == "d"
    assert {"a", "b"} <= {one.name for one in found}


@pytest.mark.parametrize("path", EXAMPLES, ids=IDS)
def test_places_lie_within_one_another(path: Path) -> None:
    text = read(path.read_text(encoding="utf-8"), path.parent, path.name)
    found = symbols(text.module)
    assert len(found) == len(text.module.statements)
    waiting = list(found)
    while waiting:
        one = waiting.pop()
        assert one.name and one.name_span.text
        assert one.span.start <= one.name_span.start < one.name_span.end <= one.span.end
        for inner in one.children:
            assert one.span.start <= inner.span.start < inner.span.end <= one.span.end
        waiting += one.children
