"""What the tests of running share: small scripts, and running them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nndsl.api import Program, Results, compile
from nndsl.diagnostics import Collector, Source
from nndsl.lower.check import Checked, check_program
from nndsl.syntax import parse

BLOBS = """set seed {seed}
data points {{
  from blobs(150, classes=3, noise=0.5)
  split train=60%, validation=20%, test=20%
}}
network net for points {{
  dense(8) -> tanh
  dense(classes) -> softmax
}}
"""

LINE = """data line {
  columns x, y
  rows [[0.1, 0.2], [0.2, 0.4], [0.3, 0.6], [0.4, 0.8]]
  input x
  target y
}
"""


def blobs(actions: str, seed: int = 1) -> str:
    """Three clouds of points, a small network, and what is done with them."""
    return BLOBS.format(seed=seed) + actions


def program(text: str) -> Program:
    return compile(text if "\n" in text else text + "\n")


def results(text: str) -> Results:
    return program(text).run()


def checked(text: str, folder: Path | None = None) -> Checked:
    """The program of a script that must be well."""
    collector = Collector()
    found = check_program(parse(Source("script.nn", text), collector), folder or Path.cwd(), collector)
    assert not collector.errors, [d.message for d in collector]
    return found


def same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Whether two sets of weights agree in every bit."""
    return a.keys() == b.keys() and all(a[k].tobytes() == b[k].tobytes() for k in a)
