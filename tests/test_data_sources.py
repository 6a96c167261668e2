"""Sources that are not CSV: IDX, NumPy files, Parquet, JSON lines, Python objects, generators, files for parts."""

from __future__ import annotations

import gzip
import pickle
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from data_tools import EXAMPLES, data, fault, place, said, spec_of
from numpy.typing import NDArray

from nndsl.data import column_names, load, signature, sources
from nndsl.data.spec import FileSource
from nndsl.data.table import Table
from nndsl.diagnostics import Collector, Span

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (40, 5, 4), dtype=np.uint8)
IMAGES[0, 0, 0] = 0
LABELS = (np.arange(40) % 3).astype(np.uint8)


def idx(array: NDArray[np.uint8]) -> bytes:
    return struct.pack(">HBB", 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture(params=["", ".gz"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    pack: Callable[[bytes], bytes] = gzip.compress if request.param else bytes
    for part, rows in (("train", slice(0, 30)), ("t10k", slice(30, 40))):
        (tmp_path / f"{part}-images-idx3-ubyte{request.param}").write_bytes(pack(idx(IMAGES[rows])))
        (tmp_path / f"{part}-labels-idx1-ubyte{request.param}").write_bytes(pack(idx(LABELS[rows])))
    (tmp_path / "classes.csv").write_text("label,name\n0,Coat\n1,Bag\n2,Dress\n")
    return tmp_path


def test_an_idx_folder(folder: Path) -> None:
    made = data('from "."\ninput image / 255\ntarget label', folder)
    assert made.signature.rows == {"train": 30, "test": 10}
    assert made.signature.input.shape == (5, 4, 1)
    assert made.signature.sizes == {"features": 20, "classes": 3}
    train = made.part("train").input
    assert train.values.dtype == np.uint8 and (train.scale, train.shift) == (1 / 255, 0)
    np.testing.assert_array_equal(train.values[..., 0], IMAGES[:30])
    np.testing.assert_allclose(made.part("test").input.floats()[..., 0], IMAGES[30:] / 255, rtol=1e-6)
    target = made.part("train").target
    assert target is not None and target.values.tolist() == LABELS[:30].tolist()
    assert made.decode_target(np.array([2, 0]))["label"].tolist() == ["Dress", "Coat"]
    assert made.notes[0] == "`label` holds class numbers, so it is a category"


@pytest.mark.parametrize("order", ["", ", order=true"])
def test_a_split_of_pictures_moves_them_within_their_array(folder: Path, order: str) -> None:
    made = data(
        f'from "."\ninput image -> standard\ntarget label -> category\nsplit train=rest, validation=9{order}', folder
    )
    assert made.signature.rows == {"train": 21, "validation": 9, "test": 10}
    for name in ("train", "validation"):
        part = made.part(name)
        np.testing.assert_array_equal(part.input.values[..., 0], IMAGES[part.rows])
        assert part.target is not None and part.target.values.tolist() == LABELS[part.rows].tolist()
    train = IMAGES[made.part("train").rows].astype(np.float64)  # one mean and deviation, of the training pictures alone
    np.testing.assert_allclose(
        made.part("test").input.floats("float64")[..., 0], (IMAGES[30:] - train.mean()) / train.std()
    )
    np.testing.assert_allclose(
        made.encode_input(IMAGES[0])[0, ..., 0], (IMAGES[0] - train.mean()) / train.std(), rtol=1e-5
    )


SCALES: list[tuple[str, Callable[[Any], Any]]] = [
    ("image -> max", lambda x: x / IMAGES[:30].max()),
    ("image -> minmax", lambda x: (x - IMAGES[:30].min()) / float(np.ptp(IMAGES[:30]))),
    ("image / 127.5 - 1", lambda x: x / 127.5 - 1),
    ("image -> x / 255 -> standard", lambda x: (x - IMAGES[:30].mean()) / IMAGES[:30].std()),
]


@pytest.mark.parametrize(("line", "expected"), SCALES)
def test_affine_encoders_leave_pictures_as_bytes(folder: Path, line: str, expected: Callable[[Any], Any]) -> None:
    made = data(f'from "."\ninput {line}', folder)
    assert made.part("train").input.values.dtype == np.uint8
    np.testing.assert_allclose(
        made.part("test").input.floats("float64")[..., 0], expected(IMAGES[30:].astype(float)), rtol=1e-9
    )
    np.testing.assert_allclose(
        made.encode_input(IMAGES[30:])[..., 0], expected(IMAGES[30:].astype(float)), rtol=1e-4, atol=1e-6
    )


def test_other_encoders_make_floats(folder: Path) -> None:
    made = data('from "."\ninput image -> sqrt -> sigmoid', folder)
    assert made.part("train").input.values.dtype == np.float32
    np.testing.assert_allclose(
        made.part("test").input.values[..., 0], 1 / (1 + np.exp(-np.sqrt(IMAGES[30:].astype(float)))), rtol=1e-6
    )
    assert "where the value is `0`" in fault('from "."\ninput image -> log', folder, checked=False).message


def test_pictures_beside_columns_become_one_vector(folder: Path) -> None:
    made = data('from "."\ninput label -> onehot\ninput image / 255', folder)
    assert made.signature.input.shape == (23,)
    np.testing.assert_allclose(made.part("test").input.values[:, 3:], IMAGES[30:].reshape(10, 20) / 255, rtol=1e-6)


def test_the_signature_reads_no_pictures(folder: Path) -> None:
    for path in folder.glob("t*images*"):
        whole = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        cut = whole[:-1]
        path.write_bytes(gzip.compress(cut) if path.suffix == ".gz" else cut)
    collector = Collector()
    spec = spec_of('from "."\ninput image / 255', collector, folder)
    assert spec is not None and signature(spec, collector) is not None and not collector
    assert load(spec, collector, seed=0) is None
    assert [d.code for d in collector] == ["E0503"] and "not a whole IDX file" in collector.sorted()[0].message


BROKEN_IDX: list[tuple[str, bytes, str]] = [
    ("train-labels-idx1-ubyte", idx(LABELS[:29]), "holds 30 pictures, but `train-labels-idx1-ubyte` 29 labels"),
    ("train-labels-idx1-ubyte", b"\0\0", "not a whole IDX file"),
    ("train-images-idx3-ubyte", b"\1\2\3\4" * 9, "not a whole IDX file"),
    ("classes.csv", b"label,name\n0,a\n2,b\n", "must number the classes"),
]


@pytest.mark.parametrize(("name", "content", "words"), BROKEN_IDX)
def test_a_damaged_folder(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(IMAGES[:30]))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx(LABELS[:30]))
    (tmp_path / name).write_bytes(content)
    found = fault('from "."\ninput image', tmp_path)
    assert found.code == "E0503" and words in said(found)


def test_a_part_of_its_own_and_one_by_the_split(folder: Path) -> None:
    found = fault('from "."\ninput image\nsplit train=80%, test=20%', folder)
    assert found.code == "E0210" and place(found) == "test=20%"
    assert fault('from "."\ninput pixels', folder).code == "E0502"
    assert fault('from "."\ninput image -> onehot', folder).code == "E0511"


def test_files_for_the_parts(tmp_path: Path) -> None:
    for name, rows in (("a", "1,x\n3,y\n"), ("b", "5,x\n"), ("c", "7,y\n9,x\n")):
        (tmp_path / f"{name}.csv").write_text("v,k\n" + rows)
    made = data(
        'from "a.csv"\nvalidation "b.csv"\ntest "c.csv"\ninput v -> standard\ntarget k', tmp_path, precision="float64"
    )
    assert made.signature.rows == {"train": 2, "validation": 1, "test": 2}
    assert made.part("test").input.values[:, 0].tolist() == [5.0, 7.0]  # (7 - 2) / 1, by the mean of a.csv alone
    assert made.all().rows.tolist() == [0, 1, 0, 0, 1]
    assert made.raw_table("test")["v"].tolist() == [7.0, 9.0]
    (tmp_path / "c.csv").write_text("v,k\n7,z\n")
    found = fault('from "a.csv"\ntest "c.csv"\ninput v\ntarget k', tmp_path)
    assert found.code == "E0507" and "`z` in row 1 of `c.csv`" in found.message
    (tmp_path / "c.csv").write_text("w,k\n7,x\n")
    assert "`c.csv` has no column `v`" in fault('from "a.csv"\ntest "c.csv"\ninput v\ntarget k', tmp_path).message


# ---- NumPy files -----------------------------------------------------------------------------------


def test_npy(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.arange(6.0).reshape(3, 2))
    made = data('from "m.npy"\ninput x0\ntarget x1', tmp_path)
    assert made.part("train").input.values.tolist() == [[0], [2], [4]]
    np.save(tmp_path / "p.npy", IMAGES)
    assert data('from "p.npy"\ninput all', tmp_path).signature.input.shape == (5, 4, 1)
    np.save(tmp_path / "s.npy", np.array([(1, "a"), (2, "b")], dtype=[("n", "i4"), ("t", "U1")]))
    assert data('from "s.npy"\ninput n\ntarget t', tmp_path).signature.sizes == {"features": 1, "classes": 2}


def test_npz(tmp_path: Path) -> None:
    vectors = RNG.normal(size=(40, 3))
    np.savez_compressed(tmp_path / "d.npz", pictures=IMAGES, label=LABELS, vectors=vectors)
    made = data('from "d.npz"\ninput pictures / 255\ntarget label -> category\nsplit train=30, test=10', tmp_path)
    np.testing.assert_array_equal(made.part("train").input.values[..., 0], IMAGES[made.part("train").rows])
    again = data('from "d.npz"\ninput vectors -> standard\ntarget label -> category', tmp_path, precision="float64")
    expected = (vectors - vectors.mean(axis=0)) / vectors.std(
        axis=0
    )  # a vector has a statistic for each of its numbers
    np.testing.assert_allclose(again.part("train").input.values, expected)
    np.testing.assert_array_equal(
        data('from "d.npz"\ninput pictures', tmp_path).part("train").input.values[..., 0], IMAGES
    )


def test_npz_with_python_objects_is_not_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "o.npz", a=np.array([{"x": 1}], dtype=object))
    found = fault('from "o.npz"\ninput a', tmp_path)
    assert found.code == "E0503" and "could run code" in found.message
    (tmp_path / "q.npy").write_bytes(pickle.dumps([1]))
    assert fault('from "q.npy"\ninput a', tmp_path).code == "E0503"
    np.savez(tmp_path / "u.npz", a=np.zeros(3), b=np.zeros(4))
    assert "`a` 3, `b` 4" in said(fault('from "u.npz"\ninput a', tmp_path))


# ---- through duckdb -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["t.parquet", "t.jsonl"])
def test_parquet_and_json_lines(tmp_path: Path, name: str) -> None:
    rows = "(1, 2.5, 'a', true), (2, null, 'b', false), (3, 4.5, null, true), (4, 5.5, 'b', false)"
    how = "" if name.endswith("parquet") else " (format json)"
    duckdb.sql(f"copy (select * from (values {rows}) t(i, x, k, b)) to '{tmp_path / name}'{how}")
    made = data(f'from "{name}"\ninput (i, x, b)\ntarget k\nmissing drop', tmp_path)
    assert made.part("train").input.values.tolist() == [[1, 2.5, 1], [4, 5.5, 0]]
    raw = made.raw_table()
    assert raw["k"].tolist() == ["a", "b", None, "b"] and np.isnan(raw["x"][1])


def test_files_that_are_not_what_their_names_say(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("no")
    assert fault('from "t.parquet"\ninput all', tmp_path).code == "E0503"
    (tmp_path / "t.xyz").write_text("no")
    found = fault('from "t.xyz"\ninput all', tmp_path)
    assert found.code == "E0503" and "`.csv`" in said(found)
    (tmp_path / "empty").mkdir()
    assert "is empty" in fault('from "empty"\ninput all', tmp_path).message


# ---- Python objects -------------------------------------------------------------------------------------

COLUMNS: dict[str, Any] = {"n": [1.0, None, 3.0], "i": [1, 2, 3], "k": ["b", "a", None]}
FRAMES: dict[str, Callable[[], Any]] = {
    "dict": lambda: {"n": np.array([1, np.nan, 3]), "i": np.array([1, 2, 3]), "k": np.array(["b", "a", None], object)},
    "pandas": lambda: pd.DataFrame(COLUMNS),
    "pandas category": lambda: pd.DataFrame(COLUMNS).astype({"k": "category", "n": "Float64"}),
    "polars": lambda: pl.DataFrame(COLUMNS),
    "polars category": lambda: pl.DataFrame(COLUMNS).with_columns(pl.col("k").cast(pl.Categorical)),
    "arrow": lambda: pa.table(COLUMNS),
    "arrow dictionary": lambda: pa.table({**COLUMNS, "k": pa.array(COLUMNS["k"]).dictionary_encode()}),
    "duckdb": lambda: pl.DataFrame(COLUMNS).to_arrow(),
    "list of rows": lambda: [{"n": n, "i": i, "k": k} for n, i, k in zip(*COLUMNS.values(), strict=True)],
}


@pytest.mark.parametrize("name", list(FRAMES))
def test_frames_of_every_kind_are_the_same(name: str) -> None:
    made = data("data frame { input (i, n)\ninput k -> onehot\nmissing mode }", objects={"frame": FRAMES[name]()})
    assert made.part("train").input.values.tolist() == [[1, 1, 0, 1], [2, 1, 1, 0], [3, 3, 1, 0]]


class Foreign:
    """An array of another library."""

    shape = (3, 2)

    def __array__(self, dtype: object = None, copy: object = None) -> NDArray[np.float64]:
        return np.arange(6.0).reshape(3, 2)


def test_an_array_of_another_library_is_one() -> None:
    made = data("from m\ninput x0\ntarget x1", objects={"m": Foreign()})
    assert made.part("train").input.values.tolist() == [[0], [2], [4]]
    assert data("from m\ninput (x0, x1)", objects={"m": np.eye(2)}).encode_input(Foreign()).shape == (3, 2)


def test_arrays_handed_over_are_not_changed() -> None:
    before = IMAGES.copy()
    made = data(
        "from both\ninput p / 255\ntarget k -> category\nsplit train=50%, test=50%",
        objects={"both": {"p": IMAGES, "k": LABELS}},
    )
    np.testing.assert_array_equal(IMAGES, before)
    np.testing.assert_array_equal(made.part("train").input.values[..., 0], IMAGES[made.part("train").rows])
    made = data("from m\ninput (x0, x1)", objects={"m": np.eye(3)})
    assert made.signature.rows == {"train": 3}


WRONG_OBJECTS: list[tuple[Any, str]] = [
    (3, "is a int"),
    (None, "is a NoneType"),
    ({"a": [1, 2], "b": [1]}, "different lengths"),
    ({"a": [[1], 2]}, "some cells hold lists"),
    ({"a": np.array([1j])}, "complex"),
    ({}, "has no rows"),
    (np.float64(3), "is a float64"),
    (np.array(3), "a single number"),
    ([[1, 2], [3]], "different lengths"),
    (pd.DataFrame([[1, 2]], columns=["a", "a"]), "two columns"),
    (pa.table({"a": [{"b": 1}]}), "lists or records"),
]


@pytest.mark.parametrize(("value", "words"), WRONG_OBJECTS, ids=[w[1] for w in WRONG_OBJECTS])
def test_objects_that_are_no_tables(value: Any, words: str) -> None:
    found = fault("from frame\ninput a", objects={"frame": value})
    assert found.code in ("E0503", "E0516") and words in said(found) and place(found) == "frame"


# ---- generators ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["moons", "circles", "blobs", "spiral", "xor", "sine"])
def test_generators(name: str) -> None:
    made = data(f"from {name}")
    other, same = data(f"from {name}", seed=1), data(f"from {name}", seed=0)
    np.testing.assert_array_equal(made.part("train").input.values, same.part("train").input.values)
    assert made.fingerprint == same.fingerprint
    if name == "sine":
        assert made.signature.input.names == ("x",) and made.signature.target is not None
        assert made.signature.target.names == ("y",) and made.signature.target.kind == "real"
        return
    assert made.signature.input.names == ("x", "y")
    assert made.signature.target is not None and made.signature.target.kind == "category"
    assert made.signature.sizes["classes"] == (3 if name == "blobs" else 2)
    if name != "xor":  # four points without noise
        assert (made.part("train").input.values != other.part("train").input.values).any()
        assert made.fingerprint != other.fingerprint


def test_generators_with_arguments() -> None:
    made = data("from moons(301, noise=0)\ninput (x, y) -> minmax\nsplit train=80%, test=rest, stratify=label")
    assert sum(made.signature.rows.values()) == 301
    assert made.part("train").input.values.min() == 0
    x, y = made.column("x"), made.column("y")
    on_arc = np.where(made.column("label") == 0, np.hypot(x, y), np.hypot(x - 1, y - 0.5))
    np.testing.assert_allclose(on_arc, 1)
    assert data("from xor").part("train").input.values.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert data("from sine(9, noise=0, periods=2)").column("x")[-1] == pytest.approx(4 * np.pi)
    assert data("from spiral(90, classes=3)").signature.sizes["classes"] == 3


# ---- what was read lately -------------------------------------------------------------------------------------


def test_a_file_is_read_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    real = sources._read_file

    def counting(path: Path, span: Span) -> Table:
        reads.append(path.name)
        return real(path, span)

    monkeypatch.setattr(sources, "_read_file", counting)
    path = tmp_path / "t.csv"
    path.write_text("a\n1\n2\n")
    text = 'from "t.csv"\ninput a'
    assert data(text, tmp_path).signature.rows == {"train": 2}
    assert reads == ["t.csv"]  # the signature and the arrays
    first = data(text, tmp_path).fingerprint
    path.write_text("a\n1\n2\n3\n")
    made = data(text, tmp_path)
    assert made.signature.rows == {"train": 3} and made.fingerprint != first
    assert reads == ["t.csv", "t.csv"]


def test_inline_rows_and_fingerprints() -> None:
    one, two = (data(f"columns a\nrows [[1], [{n}]]\ninput a") for n in (2, 3))
    assert one.fingerprint != two.fingerprint and len(one.fingerprint) == 64
    assert (
        data('from "iris.csv"\ninput sepal_length').fingerprint
        == data('from "iris.csv"\ninput petal_width').fingerprint
    )
    assert (EXAMPLES / "README.md").exists()


def test_a_generators_target_gives_way_to_an_input() -> None:
    made = data("from moons(20)\ninput (x, label)")
    assert made.signature.target is None
    assert data("from moons(20)\ninput (x, y) -> standard\ntarget label -> onehot").signature.target is not None


def test_the_names_of_the_columns() -> None:
    collector = Collector()
    spec = spec_of('from "iris.csv"\ninput nothing', collector)
    assert spec is not None and column_names(spec)[-1] == "species"
    gone = replace(spec, source=FileSource(EXAMPLES / "gone.csv", spec.span))
    assert column_names(gone) == ()
    assert signature(gone, collector) is None  # it was there when the script was read
    assert [d.code for d in collector] == ["E0501"]
