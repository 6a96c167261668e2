"""Kernels compiled before they are needed, in two processes where there is enough to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from nndsl.backend.cpu import cache, compiler, library, workshop
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.product_texts import PRODUCTS
from nndsl.backend.cpu.warm import standard_texts, warm

SMALL = [
    library.kernel("fill", "float32"),
    library.kernel("fill", "float64"),
    library.kernel("rows_out", "int32"),
    library.kernel("rows_out", "uint8"),
    library.rows_in("int32", "int32"),
    library.rows_in("uint8", "float32"),
]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNDSL_CACHE", str(tmp_path))


def test_what_is_missing_is_compiled_once() -> None:
    seen: list[tuple[int, int]] = []
    assert warm([*SMALL, SMALL[0]], lambda done, total: seen.append((done, total))) == len(SMALL)
    assert seen == [(i + 1, len(SMALL)) for i in range(len(SMALL))]
    assert all(cache.fetch(text.key) for text in SMALL)
    assert warm(SMALL) == 0


def test_a_second_process_takes_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    before = compiler.compiled
    made = workshop.compile_texts([*SMALL, *standard_texts("float64")[4:10]])
    assert 0 < compiler.compiled - before <= len(made)
    assert all(code.symbol and code.code for code in made.values())


@pytest.mark.parametrize("program", ["/nowhere/python", "/bin/false"])
def test_without_a_second_process_all_is_done_here(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr("sys.executable", program)
    before = compiler.compiled
    assert set(workshop.compile_texts(SMALL)) == set(SMALL)
    assert compiler.compiled - before == len(SMALL)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_standard_kernels_are_all_of_the_library(precision: str) -> None:
    texts = standard_texts(precision)
    assert len(set(texts)) == len(texts)
    kinds = {text.name.rsplit("_", 1)[0] for text in texts}
    assert kinds >= set(library._SIMPLE) | set(PRODUCTS)


def test_a_text_that_is_wrong_says_so() -> None:
    with pytest.raises(SyntaxError):
        workshop.compile_texts([Text("f", "def f(:", "float32")])
