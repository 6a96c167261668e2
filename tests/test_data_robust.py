"""Whatever a `data` block says, and whatever a file holds: a data set or diagnostics, never an exception."""

from __future__ import annotations

from pathlib import Path

import pytest
from data_tools import EXAMPLES, activation
from hypothesis import given, settings
from hypothesis import strategies as st

from nndsl.data import declare, load, signature
from nndsl.diagnostics import Collector, Source
from nndsl.syntax import ast, parse

WORDS = (
    "from", "input", "target", "drop", "missing", "split", "columns", "rows", "test", "validation", "all", "rest",
    "mean", "mode", "standard", "minmax", "onehot", "category", "log", "moons", "xor", "sine", "train", "validation",
    "test", "stratify", "by", "seed", "order", "species", "island", "sex", "year", "body_mass_g", "x", "none", "true",
    '"penguins.csv"', '"iris.csv"', '"digits.csv.gz"', '"README.md"', '"."', "70%", "30%", "0", "3", "1e300", "->",
    "=", ",", "(", ")", "[", "]", "/", "+", "-", "^", "{", "}", "\n", "\n",
)  # fmt: skip
LINES = (
    'from "penguins.csv"',
    "input (bill_length_mm, body_mass_g) -> standard",
    "input all",
    "input island -> onehot",
    "target species",
    "target body_mass_g -> log",
    "missing drop",
    "missing mean",
    "missing mode",
    "split train=70%, test=30%",
    "drop species",
    "split train=rest, test=40, stratify=species",
    "split train=300, test=rest, by=island",
    "columns a, b",
    "rows [[1, 2], [3, none]]",
    "from xor",
    "from moons(30)",
    "input x -> sigmoid",
    "input (x, y) -> x ^ 2",
    'test "iris.csv"',
    "input sex -> category",
    "let n = 3",
    "input a",
    "target b",
    "input year -> 1 / (x - 2008)",
    "input year -> log -> log -> log",
    "target sex -> onehot",
)


def run(text: str, folder: Path = EXAMPLES) -> Collector:
    collector = Collector()
    for statement in parse(Source("t", text), collector).statements:
        if isinstance(statement, ast.Definition) and statement.kind == "data":
            before = len(collector.errors)
            spec = declare(statement, folder, collector, evaluate=activation)
            if spec is not None:
                seen = signature(spec, collector)
                made = load(spec, collector, seed=0)
                assert (made is None) == (len(collector.errors) > before)
                assert made is None or made.signature == seen
    return collector


def check(collector: Collector) -> None:
    for found in collector:
        assert found.span is not None and 0 <= found.span.start <= found.span.end <= len(found.span.source.text)
        assert "Error" not in found.message and "Traceback" not in found.message and "nndsl." not in found.message


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=7))
@settings(max_examples=150, deadline=None)
def test_lines_in_any_order(lines: list[str]) -> None:
    check(run("data d {\n" + "\n".join(lines) + "\n}"))


@given(st.lists(st.sampled_from(WORDS), max_size=25))
@settings(max_examples=150, deadline=None)
def test_words_in_any_order(words: list[str]) -> None:
    check(run("data d {\n" + " ".join(words) + "\n}"))


@given(
    st.binary(max_size=60), st.sampled_from(["t.csv", "t.tsv", "t.csv.gz", "t.npy", "t.npz", "t.jsonl", "t.parquet"])
)
@settings(max_examples=60, deadline=None)
def test_any_bytes_in_a_file(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    (folder / name).write_bytes(content)
    check(run(f'data d {{ from "{name}"; input all }}', folder))


@given(
    st.binary(max_size=40), st.sampled_from(["train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz", "classes.csv"])
)
@settings(max_examples=30, deadline=None)
def test_any_bytes_in_a_folder(tmp_path_factory: pytest.TempPathFactory, content: bytes, name: str) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    (folder / "train-images-idx3-ubyte").write_bytes(b"\0\0\x08\3" + b"\0\0\0\2" * 3 + bytes(8))
    (folder / name).write_bytes(content)
    check(run('data d { from "."; input all }', folder))
