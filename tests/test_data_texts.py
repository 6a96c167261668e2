"""Texts as sequences of characters: reading them, the vocabulary, characters that training never saw."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from data_tools import data, fault, said, spec_of

from nndsl.data import load
from nndsl.diagnostics import Collector

TEXT = "to be or not to be"


def test_a_text_in_the_script() -> None:
    made = data(f'text "{TEXT}"\nsequence characters\nwindow 4, stride=1')
    assert made.signature.input.classes == (" ", "b", "e", "n", "o", "r", "t")
    assert made.signature.sizes == {"time": 4, "features": 1, "vocabulary": 7, "classes": 7}
    part = made.part("train")
    ids = part.input.values
    assert "".join(made.signature.input.classes[i] for i in ids[0]) == "to b"
    assert part.target is not None and made.signature.input.classes[part.target.values[0]] == "e"


@pytest.mark.parametrize("ending", ["txt", "txt.gz"])
def test_files(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    written = "one\r\ntwo \N{GREEK SMALL LETTER PI}\n".encode()
    path.write_bytes(gzip.compress(written) if ending.endswith("gz") else written)
    made = data(f'from "a.{ending}"\nsequence characters\nwindow 2, stride=1', tmp_path)
    assert made.signature.input.classes == ("\n", " ", "e", "n", "o", "t", "w", "π")
    assert made.notes == ("`characters` has a vocabulary of 8: \\n enotwπ",)


def test_a_text_from_python() -> None:
    made = data("from speech\nsequence characters\nwindow 5", objects={"speech": TEXT})
    assert made.signature.rows == {"train": 3}
    assert "".join(made.column("characters")) == TEXT


def test_windows_of_a_text_lie_side_by_side() -> None:
    made = data(f'text "{TEXT}"\nsequence characters\nwindow 5')
    assert np.diff(made.part("train").rows).tolist() == [5, 5]
    assert made.signature.rows == {"train": 3}  # 18 characters: three windows of 5, each with the one after it


def test_a_long_text_costs_a_few_bytes_a_character() -> None:
    text = "abcdefghij" * 50_000
    data("from t\nsequence characters\nwindow 64, stride=1", objects={"t": text[:1000]})  # what is imported once
    tracemalloc.start()
    made = data("from t\nsequence characters\nwindow 64, stride=1", objects={"t": text})
    kept, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 30 * len(text) and most < 50 * len(text)
    part = made.part("train")
    assert part.input.count == 500_000 - 64
    for array in (part.input, part.target, part.shifted):
        assert array is not None and array.nbytes <= 4 * len(text)


def test_characters_that_training_lacks() -> None:
    collector = Collector()
    spec = spec_of('text "aabbaabbaabbaabxyx"\nsequence characters\nwindow 2\nsplit train=14, test=4', collector)
    assert spec is not None
    made = load(spec, collector, seed=0)
    (warning,) = collector
    assert warning.code == "W0501" and "3 in the test part" in warning.message
    assert made is not None
    assert made.signature.input.classes == ("a", "b", "\N{REPLACEMENT CHARACTER}")
    assert made.part("test").input.values.tolist() == [[1, 2]]
    assert made.encoders.from_state(made.encoders_state()).inputs[0].classes == made.encoders.inputs[0].classes


def test_names_with_classes() -> None:
    made = data('columns name, lang\nrows [["Anna", "de"], ["Bo", "en"]]\nsequence name\ntarget lang -> category')
    part = made.part("train")
    assert part.lengths is not None and part.lengths.tolist() == [4, 2]
    assert part.input.values.tolist() == [[0, 3, 3, 2], [1, 4, 0, 0]]


def test_characters_as_onehot() -> None:
    made = data(f'text "{TEXT}"\nsequence characters -> onehot\nwindow 4')
    assert made.signature.input.shape == (4, 7) and made.signature.input.kind == "onehot"
    assert made.signature.sizes["vocabulary"] == 7


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"\xff\xfe\x00", "not UTF-8")],
)
def test_files_that_are_no_texts(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    found = fault('from "a.txt"\nsequence characters\nwindow 2', tmp_path)
    assert found.code == "E0503" and words in said(found)


def test_a_damaged_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt.gz").write_bytes(b"no gzip")
    assert fault('from "a.txt.gz"\nsequence characters\nwindow 2', tmp_path).code == "E0503"


def test_characters_are_no_numbers() -> None:
    found = fault(f'text "{TEXT}"\nsequence characters -> standard\nwindow 4')
    assert found.code == "E0505"
