"""Sparse matrices with labels, from folders, files and Python: encoded without their zeros, trained on; `share`."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from data_folder import data_folder
from data_tools import data, fault, faults, place, said
from matrix_folders import MATRIX, csr, write_folder
from numpy.typing import NDArray

import nndsl
from nndsl.api import DiagnosticError
from nndsl.data import sparsearray
from nndsl.data.fitted import Encoders
from nndsl.data.sparse import Sparse, stacked
from nndsl.data.sparsearray import SparseArray
from nndsl.diagnostics import Fault
from nndsl.runtime.events import Silent
from nndsl.runtime.showing import Shown

LABELS = "cell_type\nB\nB\nT\nT\n"
RNG = np.random.default_rng(5)
WIDE = (RNG.poisson(3, (60, 40)) * (RNG.random((60, 40)) < 0.2)).astype(np.float32)
WIDE[7], WIDE[:, 3] = 0, 0


def script(steps: str = "", source: str = "blood/", more: str = "") -> str:
    return f'from "{source}"\ninput counts{steps}\ntarget cell_type -> category\n{more}'


def blood(folder: Path, dense: NDArray[Any] = MATRIX, **instead: NDArray[Any] | None) -> Path:
    """The folder that holds `blood/`, with a label for each row."""
    labels = "cell_type\n" + "".join("BT"[i % 2] + "\n" for i in range(len(dense)))
    write_folder(
        folder / "blood", dense, labels, "gene\n" + "".join(f"g{i}\n" for i in range(dense.shape[1])), **instead
    )
    return folder


def wide(**more: Any) -> dict[str, object]:
    """The wide matrix as an object, dense or as it is handed over."""
    return {"d": {"counts": scipy.sparse.csr_matrix(WIDE), "cell_type": ["BT"[i % 2] for i in range(60)], **more}}


# ---- the matrix itself ---------------------------------------------------------------------------------


def sparse_of(dense: NDArray[Any]) -> Sparse:
    arrays = csr(dense)
    return Sparse.of(arrays["data"], arrays["indices"], arrays["indptr"], (dense.shape[0], dense.shape[1]))


@pytest.mark.parametrize(
    "rows",
    [
        np.array([3, 3, 0, 59]),
        slice(2, 9),
        slice(5, 2),
        slice(None, None, -1),
        np.array([], np.int64),
        np.arange(60) > 50,
    ],
    ids=["again", "slice", "none", "backwards", "empty", "mask"],
)
def test_rows_of_a_matrix_are_those_of_the_dense_one(rows: Any) -> None:
    assert np.array_equal(sparse_of(WIDE).take(rows).dense(), WIDE[rows])


def test_a_matrix_maps_adds_and_stacks_as_the_dense_one_does() -> None:
    sparse = sparse_of(WIDE)
    assert np.array_equal(Sparse.of_dense(WIDE).dense(np.float64), WIDE)
    assert np.array_equal(sparse.map(np.sqrt).dense(), np.sqrt(WIDE))
    assert np.array_equal(sparse.row_sums(), WIDE.sum(axis=1))
    assert np.array_equal(sparse.scale_rows(np.arange(60)).dense(), WIDE * np.arange(60)[:, None])
    assert np.array_equal(stacked([sparse.take(slice(0, 9)), sparse.take(slice(9, None))]).dense(), WIDE)
    assert sparse.nbytes == sparse.data.nbytes + sparse.indices.nbytes + sparse.indptr.nbytes


def test_cells_in_any_order_are_put_in_order_and_added() -> None:
    made = Sparse.of(np.array([1, 2, 3, 4]), np.array([2, 0, 2, 1]), np.array([0, 3, 3, 4]), (3, 4))
    assert made.dense().tolist() == [[2, 0, 4, 0], [0, 0, 0, 0], [0, 4, 0, 0]]
    assert made.indices.tolist() == [0, 2, 1]


# ---- reading -------------------------------------------------------------------------------------------


def test_a_folder_is_a_table_with_the_matrix_beside_its_labels(tmp_path: Path) -> None:
    made = data(script(), blood(tmp_path))
    into = made.part("train").input
    assert isinstance(into, SparseArray) and into.sparse is not None
    assert into.sparse.dense().tolist() == MATRIX.tolist() == into.values.tolist()
    assert made.signature.input.shape == (5,) and made.signature.input.parts == ("g0", "g1", "g2", "g3", "g4")
    assert made.signature.target is not None and made.signature.target.classes == ("B", "T")
    assert made.beside("cell_type").tolist() == ["B", "T", "B", "T"]
    assert made.column("counts").tolist() == MATRIX.tolist()
    assert isinstance(made.source_column("counts").source, Sparse) and made.source_column("cell_type").is_text


def test_both_tables_may_be_absent_or_packed(tmp_path: Path) -> None:
    import gzip

    folder = write_folder(tmp_path / "blood", MATRIX)
    assert data('from "blood/"\ninput counts', tmp_path).signature.input.parts == ()
    (folder / "cells.csv.gz").write_bytes(gzip.compress(b"cell_type\nB\nB\nT\nT\n"))
    assert data(script(), tmp_path).signature.target is not None


@pytest.mark.parametrize("name", ["counts.npz", "words.npz"])
def test_a_matrix_alone_is_called_as_its_file(name: str, tmp_path: Path) -> None:
    scipy.sparse.save_npz(tmp_path / name, scipy.sparse.csr_matrix(MATRIX))
    made = data(f'from "{name}"\ninput all', tmp_path)
    assert made.signature.input.names == (name.removesuffix(".npz"),)
    assert made.part("train").input.values.tolist() == MATRIX.tolist()


@pytest.mark.parametrize("kind", ["csr_matrix", "csc_matrix", "coo_array", "csr_array", "lil_matrix"])
def test_matrices_of_scipy_are_handed_over(kind: str) -> None:
    value = getattr(scipy.sparse, kind)(MATRIX)
    labelled = {"d": {"counts": value, "cell_type": ["B", "B", "T", "T"]}}
    made = data("input counts\ntarget cell_type", objects=labelled)
    assert made.part("train").input.sparse is not None
    assert made.part("train").input.values.tolist() == MATRIX.tolist()
    alone = data("input counts", objects={"d": value})
    assert alone.part("train").input.values.tolist() == MATRIX.tolist()
    assert alone.fingerprint == data("input counts", objects={"d": scipy.sparse.csr_matrix(MATRIX)}).fingerprint


def test_a_file_that_changes_is_read_anew(tmp_path: Path) -> None:
    first = data(script(), blood(tmp_path)).fingerprint
    (tmp_path / "blood" / "cells.csv").write_text("cell_type\nT\nT\nT\nBB\n", encoding="utf-8")
    second = data(script(), tmp_path)
    assert second.beside("cell_type").tolist() == ["T", "T", "T", "BB"]
    assert first != second.fingerprint


def test_parts_are_split_and_joined_without_zeros() -> None:
    text = "input counts -> share\ntarget cell_type\nsplit train=60%, validation=20%, test=20%, stratify=cell_type"
    made = data(text, objects=wide())
    total = WIDE.sum(axis=1, dtype=np.float64)
    expected = (WIDE / np.where(total == 0, 1, total)[:, None]).astype(np.float32)
    for part in made.parts.values():
        assert isinstance(part.input, SparseArray) and part.input.count == len(part.rows)
        assert np.array_equal(part.input.take(slice(1, 3)).floats(), expected[part.rows[1:3]])
    assert made.all().input.sparse is not None
    assert np.array_equal(made.all().input.values, expected)


# ---- encoders ------------------------------------------------------------------------------------------

KEPT = (
    "",
    " -> minmax",
    " -> log(x + 1)",
    " -> sqrt",
    " / 255",
    " -> share",
    " -> share -> log(x * 10_000 + 1)",
    " -> max",
)
FILLED = (
    " -> standard",
    " -> minmax -> x + 1",
    " -> log(x + 2)",
    " -> share -> log(x * 100 + 1) -> standard -> x * 2",
    " -> exp",
)
MADE_DENSE = (" -> sigmoid", " -> log(x + 1) -> leaky_relu(0.1)")


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("steps", KEPT + FILLED + MADE_DENSE)
def test_encoders_give_what_they_give_of_the_dense_matrix(steps: str, precision: str) -> None:
    text = f"input counts{steps}\ntarget cell_type\nsplit train=70%, test=30%"
    sparse = data(text, objects=wide(), precision=precision)
    dense = data(text, objects=wide(counts=WIDE), precision=precision)
    for name, part in sparse.parts.items():
        found, expected = part.input, dense.part(name).input
        assert (found.sparse is not None) == (steps in KEPT)
        assert isinstance(found, SparseArray) == (steps not in MADE_DENSE)
        # The same to the last bit, but for the order in which a mean is added up.
        np.testing.assert_allclose(found.values, expected.values, rtol=1e-12 if precision == "float64" else 1e-6)
        assert found.values.dtype == precision


def test_share_divides_each_row_by_its_total() -> None:
    objects = {"d": {"counts": np.array([[1, 3, 0], [0, 0, 0], [2, 2, 4]], np.float32)}}
    made = data("input counts -> share", objects=objects)
    assert made.part("train").input.values.tolist() == [[0.25, 0.75, 0], [0, 0, 0], [0.25, 0.25, 0.5]]


def test_share_of_a_picture_is_of_all_its_points() -> None:
    pictures = RNG.integers(0, 256, (6, 4, 3, 1)).astype(np.uint8)
    made = data("input image -> share -> x * 12", objects={"d": {"image": pictures}})
    expected = 12.0 * pictures / pictures.sum(axis=(1, 2, 3), keepdims=True)
    np.testing.assert_allclose(made.part("train").input.values, expected, rtol=1e-6)


def test_share_of_columns_is_within_the_row() -> None:
    table = {"a": [1.0, 0, 5], "b": [3.0, 0, 5], "c": [9.0, 8, 7]}
    made = data("input (a, b) -> share -> x * 100\ninput c", objects={"d": table})
    assert made.part("train").input.values.tolist() == [[25, 75, 9], [0, 0, 8], [50, 50, 7]]
    assert made.signature.input.names == made.signature.input.parts == ("a", "b", "c")
    assert made.encode_input({"c": [1], "b": [1], "a": [3]}).tolist() == [[75, 25, 1]]
    assert made.encode_input([[1, 1, 1]]).tolist() == [[50, 50, 1]]
    again = Encoders.from_state(made.encoders_state())
    assert again.encode_input([[1, 1, 1]]).tolist() == [[50, 50, 1]] and again.columns == ("a", "b", "c")


def test_share_of_all_columns_leaves_out_what_is_dropped_and_told() -> None:
    table = {"name": ["p", "q", "r"], "a": [1.0, 2, 5], "b": [3.0, 2, 5], "y": [1.0, 2, 3]}
    made = data("input all -> share\ntarget y\ndrop name", objects={"d": table})
    assert made.part("train").input.values.tolist() == [[0.25, 0.75], [0.5, 0.5], [0.5, 0.5]]


def test_rows_that_miss_a_cell_have_no_shares() -> None:
    table = {"a": [1.0, None, 5], "b": [3.0, 2, 5]}
    made = data("input (a, b) -> share\nmissing drop", objects={"d": table})
    assert made.part("train").input.values.tolist() == [[0.25, 0.75], [0.5, 0.5]]
    with pytest.raises(Fault, match="missing"):
        made.encode_input([[None, 1.0]])


def test_numbers_that_never_change_are_divided_by_1_and_that_is_said() -> None:
    made = data("input counts -> standard", objects=wide())
    assert made.notes[0].startswith("`standard` of `counts`: 1 number of 40 is the same in all training rows")
    assert not made.part("train").input.values[:, 3].any()


# ---- new rows, training --------------------------------------------------------------------------------


def test_new_rows_come_sparse_or_dense() -> None:
    made = data("input counts -> share\ntarget cell_type", objects=wide())
    new = RNG.poisson(1, (3, 40)).astype(np.float64)
    expected = (new / new.sum(axis=1, keepdims=True)).astype(np.float32)
    matrix = scipy.sparse.csr_matrix(new)
    for rows in (matrix, {"counts": matrix}, new, {"counts": new}, new.tolist()):
        np.testing.assert_array_equal(made.encode_input(rows), expected)
    with pytest.raises(Fault, match="shape \\[39\\]"):
        made.encode_input(matrix[:, :39])


NETWORK = """
set seed 3
data d {{
  input counts -> share -> log(x * 100 + 1)
  target cell_type -> category
  split train=70%, test=30%, stratify=cell_type
}}
network net for d {{
  dense(4) -> tanh
  dense(classes)
}}
train net on d as run {{ epochs 3; batch 8 }}
evaluate net on d.test as result {{ metrics accuracy }}
{more}"""


def test_a_network_learns_the_same_of_both() -> None:
    found = [
        nndsl.compile(NETWORK.format(more="predict net on d.test as answers\n"), data=objects).run()
        for objects in (wide(), wide(counts=WIDE))
    ]
    runs, results = [f["run"].last for f in found], [f["result"] for f in found]
    assert runs[0] == runs[1] and results[0].loss == results[1].loss
    assert found[0]["answers"]["cell_type"].tolist() == found[1]["answers"]["cell_type"].tolist()
    new = [f["net"].predict({"counts": scipy.sparse.csr_matrix(WIDE[:5])}) for f in found]
    assert new[0].tolist() == new[1].tolist() and set(new[0]) <= {"B", "T"}


def test_what_is_shown_of_a_matrix_and_of_shares() -> None:
    class Ears(Silent):
        said = ""

        def done(self, action: object, outcome: object, elapsed_s: float) -> None:
            assert isinstance(outcome, Shown)
            self.said = outcome.text

    text = "data d {\n  input counts -> share -> sqrt\n  input (a, b) -> share\n  target cell_type\n}\nshow d\n"
    ears = Ears()
    nndsl.compile(text, data=wide(a=list(range(60)), b=list(range(1, 61)))).run(listener=ears)
    lines = [" ".join(line.split()) for line in ears.said.splitlines()]
    counts = next(line for line in lines if line.startswith("counts "))
    assert "40" in counts and counts.endswith(f"share -> sqrt 0 to {WIDE.max():g}")
    assert "a number share 0 to 59" in lines and "b number share 1 to 60" in lines


# ---- what is wrong -------------------------------------------------------------------------------------

GOOD = csr(MATRIX)
BROKEN: dict[str, tuple[dict[str, Any], str, str]] = {
    "no shape": ({"shape": None}, "E0527", "it has no array `shape`"),
    "a shape of one": ({"shape": np.array([4])}, "E0527", "is not two whole numbers above 0"),
    "nothing": ({"shape": np.array([0, 5])}, "E0527", "is not two whole numbers above 0"),
    "columns outside": ({"indices": np.array([0, 2, 1, 7, 0, 4, 1, 2])}, "E0527", "row 2 has the index 7, but 5"),
    "columns below 0": ({"indices": np.array([0, 2, 1, -1, 0, 4, 1, 2])}, "E0527", "row 2 has the index -1"),
    "columns in parts": ({"indices": GOOD["indices"] / 2}, "E0527", "its `indices` are not whole numbers"),
    "too few columns": ({"indices": GOOD["indices"][:-1]}, "E0527", "it has 8 values, but 7 places"),
    "too few rows": ({"indptr": GOOD["indptr"][:-1]}, "E0527", "has 4 numbers, but 4 rows need 5"),
    "rows that go back": ({"indptr": np.array([0, 5, 2, 6, 8])}, "E0527", "does not run from 0 to 8"),
    "an end too early": ({"indptr": np.array([0, 2, 4, 6, 7])}, "E0527", "does not run from 0 to 8"),
    "texts": ({"data": np.array(list("abcdefgh"))}, "E0527", "not numbers"),
    "complex numbers": ({"data": GOOD["data"] * 1j}, "E0527", "not numbers"),
    "two axes": ({"data": GOOD["data"][None]}, "E0527", "not one row of numbers each"),
    "objects": ({"data": np.array([{}] * 8, object)}, "E0527", "pickle"),
    "by columns": ({"format": np.array(b"csc")}, "E0527", "in the form `csc`, not in compressed rows"),
    "NaN": ({"data": np.where(GOOD["data"] == 3, np.nan, GOOD["data"])}, "E0504", "row 2, `g2` of `counts.npz`: `nan`"),
    "infinite": ({"data": GOOD["data"] * np.float64(1e200)}, "E0504", "8 of its 8 numbers other than 0"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_wrong_with_a_file_is_said(case: str, tmp_path: Path) -> None:
    instead, code, words = BROKEN[case]
    found = fault(script(), blood(tmp_path, MATRIX, **instead))
    assert found.code == code and words in said(found) and place(found) == '"blood/"'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a whole NumPy file"),
        (b"PK\x03\x04 cut off", "not a whole NumPy file"),
        (pickle.dumps([1, 2]), "pickle"),
    ],
    ids=["empty", "damaged", "a pickle"],
)
def test_what_is_no_file_of_arrays_is_said(content: bytes, words: str, tmp_path: Path) -> None:
    (blood(tmp_path) / "blood" / "counts.npz").write_bytes(content)
    found = fault(script(), tmp_path)
    assert found.code == "E0527" and words in found.message


def test_a_file_cut_in_the_middle_is_damaged(tmp_path: Path) -> None:
    file = blood(tmp_path, WIDE) / "blood" / "counts.npz"
    whole = file.read_bytes()
    for size in range(0, len(whole), 97):
        file.write_bytes(whole[:size])
        assert fault(script(), tmp_path).code == "E0527"
    file.write_bytes(whole[:100] + bytes(40) + whole[140:])
    assert fault(script(), tmp_path).code == "E0527"


def test_one_array_is_no_matrix(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", MATRIX)
    (blood(tmp_path) / "blood" / "counts.npz").write_bytes((tmp_path / "a.npy").read_bytes())
    assert "it holds one array" in fault(script(), tmp_path).message


TABLES: dict[str, tuple[str | None, str | None, str]] = {
    "a label less": ("cell_type\nB\nB\nT\n", None, "has 4 rows, but `cells.csv` 3 rows"),
    "a gene less": (LABELS, "gene\na\nb\nc\nd\n", "has 5 columns, but `genes.csv` 4 rows (its first line is taken"),
    "genes more": (LABELS, "gene\n" + "a\n" * 9, "has 5 columns, but `genes.csv` 9 rows"),
    "on its side": ("cell_type\nB\nB\nT\nT\nT\n", "gene\na\nb\nc\nd\n", "the matrix lies on its side"),
    "the same name": ("counts,cell_type\n1,B\n2,B\n3,T\n4,T\n", None, "has a column `counts`"),
}


@pytest.mark.parametrize("case", TABLES)
def test_tables_that_do_not_fit_the_matrix(case: str, tmp_path: Path) -> None:
    cells, genes, words = TABLES[case]
    write_folder(tmp_path / "blood", MATRIX, cells, genes)
    found = fault(script(), tmp_path)
    assert found.code == "E0528" and words in said(found)


def test_a_test_part_has_the_same_columns(tmp_path: Path) -> None:
    write_folder(tmp_path / "blood", MATRIX, LABELS, "gene\na\nb\nc\nd\ne\n")
    write_folder(tmp_path / "other", MATRIX, LABELS, "gene\na\nb\nd\nc\ne\n")
    assert data(script(more='test "blood/"'), tmp_path).signature.rows == {"train": 4, "test": 4}
    found = fault(script(more='test "other/"'), tmp_path)
    assert found.code == "E0528" and "column 3 of `counts` is `c` in training, but `d` in `other`" in found.message
    write_folder(tmp_path / "narrow", MATRIX[:, :4], LABELS)
    assert fault(script(more='test "narrow/"'), tmp_path).code == "E0503"


BELOW = {"d": {"counts": scipy.sparse.csr_matrix(-MATRIX), "cell_type": list("BBTT")}}
SHARES: dict[str, tuple[str, dict[str, object] | None, str]] = {
    "of one column": ("columns a, b\nrows [[1, 2], [3, 4]]\ninput a -> share", None, "its share of itself is always 1"),
    "of a target": ("columns a, b\nrows [[1, 2], [3, 4]]\ninput a\ntarget b -> share", None, "is for `input`"),
    "of a sequence": ("columns a, b\nrows [[1, 2], [3, 4]]\nsequence (a, b) -> share\nwindow 1", None, "for `input`"),
    "too late": ("columns a, b\nrows [[1, 2], [3, 4]]\ninput (a, b) -> sqrt -> share", None, "write `-> share` first"),
    "too late, of all": ("columns a, b\nrows [[1, 2], [3, 4]]\ninput all -> sqrt -> share", None, "`-> share` first"),
    "twice": ("columns a, b\nrows [[1, 2], [3, 4]]\ninput (a, b) -> share -> share", None, "one `share` is enough"),
    "below 0": ("columns a, b\nrows [[1, 2], [3, -4]]\ninput (a, b) -> share", None, "`b` is `-4` in row 2 of `rows`"),
    "filled": ("columns a, b\nrows [[1, 2], [3, none]]\ninput (a, b) -> share\nmissing mean", None, "`missing drop`"),
    "a matrix below 0": ("input counts -> share", BELOW, "`counts` is `-5` in row 1 of `d`"),
    "a matrix beside a column": ("input all -> share", wide(n=list(range(60))), "write `input counts -> share`"),
}  # fmt: skip


@pytest.mark.parametrize("case", SHARES)
def test_share_where_there_is_no_total(case: str) -> None:
    text, objects, words = SHARES[case]
    found = fault(text, objects=objects)
    assert found.code == "E0529" and words in said(found)


def test_texts_have_no_shares() -> None:
    objects = {"d": {"a": ["x", "y"], "b": [1.0, 2]}}
    assert fault("input all -> share", objects=objects).code == "E0505"


def test_encoders_that_make_no_number_of_a_zero() -> None:
    found = fault("input counts -> log", objects=wide())
    assert found.code == "E0511" and "in row 1 of `d`, where the value is `0`" in found.message
    assert found.help is not None and "log(x + 1)" in found.help
    found = fault("input counts -> log(3 - x)", objects={"d": {"counts": scipy.sparse.csr_matrix(MATRIX)}})
    assert "in row 1 of `d`, where the value is `5`" in found.message


def test_what_cannot_become_dense_is_said_and_not_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = data("input counts\ntarget cell_type", objects=wide())
    monkeypatch.setattr(sparsearray, "memory_bytes", lambda: 1000)
    with pytest.raises(Fault) as found:
        _ = made.part("train").input.values
    assert found.value.diagnostic.code == "E0603" and place(found.value.diagnostic) == "counts"
    (beside,) = faults("input counts\ninput n -> standard", objects=wide(n=list(range(60))), checked=False)
    assert beside.code == "E0603"
    with pytest.raises(DiagnosticError) as failed:
        nndsl.compile(NETWORK.format(more=""), data=wide()).run()
    assert [d.code for d in failed.value.diagnostics] == ["E0603"]


def test_a_large_matrix_is_not_made_dense_by_reading_it() -> None:
    matrix = scipy.sparse.csr_matrix((np.ones(3), ([0, 5, 9], [0, 7, 999_999])), (1000, 1_000_000))
    made = data("input counts -> share -> log(x + 1)\nsplit train=50%, test=50%", objects={"d": {"counts": matrix}})
    assert made.notes == ("`counts` is kept sparse; a network reads it with all its zeros, which takes 4.0 GB",)
    assert made.all().input.nbytes < 100_000


# ---- real ones -----------------------------------------------------------------------------------------


def test_tabula_muris() -> None:
    folder = data_folder("tabula-muris")
    made = data(script(" -> share", "tabula-muris/", "split train=70%, test=30%, stratify=cell_type"), folder.parent)
    assert made.signature.rows == {"train": 2800, "test": 1200}
    assert made.signature.input.parts[:3] == ("Cts7", "Sdr42e1", "Commd5") and made.signature.input.shape == (2000,)
    np.testing.assert_allclose(made.all().input.values.sum(axis=1), 1, rtol=1e-5)
    with np.load(folder / "counts.npz") as file:
        known = scipy.sparse.csr_matrix((file["data"], file["indices"], file["indptr"]), file["shape"])
    assert np.array_equal(data(script("", "tabula-muris/"), folder.parent).all().input.values, known.toarray())


def test_mouse_bladder() -> None:
    folder = data_folder("mouse-bladder")
    text = 'from "mouse-bladder/"\ninput counts -> share -> log(x * 10_000 + 1)\ntarget cluster -> category'
    into = data(text, folder.parent).part("train").input
    assert into.sparse is not None and into.sparse.shape == (2100, 20670) and len(into.sparse.data) == 2_214_875
    assert into.nbytes < 20_000_000
