"""CSV and TSV files: types, quotes, missing cells, delimiters, and two engines that give the same."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from data_tools import EXAMPLES, fault, place, said
from hypothesis import given, settings
from hypothesis import strategies as st

from nndsl.data.csvfile import read_large, read_small, sniff
from nndsl.data.table import Table
from nndsl.diagnostics import Fault, Source, Span

SPAN = Span(Source("t", "x"), 0, 1)


def write(folder: Path, text: str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def cells(table: Table) -> dict[str, list[object]]:
    return {
        name: [None if v is None or v != v else v for v in column.values().tolist()]
        for name, column in table.columns.items()
    }


def both(path: Path) -> dict[str, list[object]]:
    small, large = read_small(path, SPAN), read_large(path, SPAN)
    assert {n: c.is_text for n, c in small.columns.items()} == {n: c.is_text for n, c in large.columns.items()}
    assert cells(small) == cells(large)
    assert small.rows == large.rows
    return cells(small)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.csv*")), ids=lambda p: p.name)
def test_both_engines_agree_on_the_examples(path: Path) -> None:
    assert both(path)


def test_types_and_missing_cells(tmp_path: Path) -> None:
    text = 'n,t,b,q\n1,a,true,"x, ""y"""\n NA ,NA,false,?\n-2.5e1,,true," 3 "\n.5,null,NaN,None\n'
    assert both(write(tmp_path, text)) == {
        "n": [1.0, None, -25.0, 0.5],
        "t": ["a", None, None, None],
        "b": ["true", "false", "true", None],  # true and false stay texts
        "q": ['x, "y"', None, "3", None],
    }


@pytest.mark.parametrize("cell", ["1_000", "٣", "1,5", "0x10", "1e", "--1", "1 000", "- 5"])
def test_what_is_no_number_makes_a_column_of_texts(tmp_path: Path, cell: str) -> None:
    assert both(write(tmp_path, f'a,b\n"{cell}",1\n2,2\n'))["a"] == [cell, "2"]


@pytest.mark.parametrize("cell", ["5", "+5", "5 ", " 5", "005", "5.", "0.5e1", '"5"'])
def test_ways_to_write_a_number(tmp_path: Path, cell: str) -> None:
    assert both(write(tmp_path, f"a,b\n{cell},1\n"))["a"] == [5.0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["a", "b", "c"], ["1", "x, y; z", "2"], ["3", "u", "4"]]
    with (tmp_path / "t.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    assert both(tmp_path / "t.csv") == {"a": [1.0, 3.0], "b": ["x, y; z", "u"], "c": [2.0, 4.0]}


def test_tab_separated_may_hold_commas_only(tmp_path: Path) -> None:
    assert both(write(tmp_path, "a,b\n1,2\n", "t.tsv")) == {"a,b": ["1,2"]}


def test_line_ends_byte_order_mark_and_blank_lines(tmp_path: Path) -> None:
    assert both(write(tmp_path, "\ufeffa,b\r\n1,x\r\n\r\n2,y\r\n")) == {"a": [1.0, 2.0], "b": ["x", "y"]}
    assert both(write(tmp_path, "a,b\r1,x\r2,y\r")) == {"a": [1.0, 2.0], "b": ["x", "y"]}


def test_one_column_and_a_delimiter_too_many(tmp_path: Path) -> None:
    assert both(write(tmp_path, "a\n1\n\n2\n")) == {"a": [1.0, 2.0]}
    assert both(write(tmp_path, "a,b\n1,2\n3,4,\n")) == {"a": [1.0, 3.0], "b": [2.0, 4.0]}


def test_a_quoted_line_break(tmp_path: Path) -> None:
    assert both(write(tmp_path, 'a,b\n"x\ny",1\n')) == {"a": ["x\ny"], "b": [1.0]}


def test_numbers_alone_are_no_header(tmp_path: Path) -> None:
    assert both(write(tmp_path, "1,2\n3,4\n")) == {"column0": [1.0, 3.0], "column1": [2.0, 4.0]}


def test_a_name_that_is_missing_gets_one(tmp_path: Path) -> None:
    assert both(write(tmp_path, ",b\n1,2\n")) == {"column0": [1.0], "b": [2.0]}


def test_a_column_without_any_cell_is_numeric(tmp_path: Path) -> None:
    assert both(write(tmp_path, "a,b\nNA,1\n,2\n")) == {"a": [None, None], "b": [1.0, 2.0]}


def test_packed_is_the_same(tmp_path: Path) -> None:
    plain = both(EXAMPLES / "iris.csv")
    packed = tmp_path / "iris.csv.gz"
    packed.write_bytes(gzip.compress((EXAMPLES / "iris.csv").read_bytes()))
    assert both(packed) == plain


CELL = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.floats(allow_nan=False, allow_infinity=False, width=64).map(repr),
    st.sampled_from(
        ["", "NA", "?", "null", "NaN", "None", "N/A", "nan", "yes", "no", "true", "3a", "#1", "'", 'a"b', " 7 "]
    ),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"], exclude_characters="\ufeff"), max_size=5
    ),
)


@given(st.integers(2, 4).flatmap(lambda k: st.lists(st.lists(CELL, min_size=k, max_size=k), min_size=1, max_size=8)))
@settings(max_examples=60, deadline=None)
def test_both_engines_agree_on_any_table(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("h") / "t.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([[f"c{i}" for i in range(len(rows[0]))], *rows])
    both(path)


BROKEN = [
    ("a,b\n1,2\n3\n", "row 2 of `t.csv` has 1 cell, but there are 2 columns"),
    ("a,b\n1,2\n3,4,5\n", "row 2 of `t.csv` has 3 cells"),
    ("", "is empty"),
    ("a,b\n", "has no rows"),
    ("a,a\n1,2\n", "two columns of `t.csv` are called `a`"),
]


@pytest.mark.parametrize(("text", "words"), BROKEN)
def test_a_file_that_is_no_table(tmp_path: Path, text: str, words: str) -> None:
    write(tmp_path, text)
    found = fault('from "t.csv"\ninput all', tmp_path)
    assert found.code == "E0503" and place(found) == '"t.csv"'
    assert words in said(found)
    with pytest.raises(Fault) as large:
        read_large(tmp_path / "t.csv", SPAN)
    assert large.value.diagnostic.message == found.message


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"a,b\n\xff\xfe,1\n")
    found = said(fault('from "t.csv"\ninput all', tmp_path))
    assert "not UTF-8" in found and "iconv" in found
    (tmp_path / "u.csv.gz").write_bytes(b"no gzip")
    assert "cannot be opened or unpacked" in said(fault('from "u.csv.gz"\ninput all', tmp_path))


def test_sniffing_reads_the_head_alone(tmp_path: Path) -> None:
    path = write(tmp_path, "a;b\n" + "1,5;2\n" * 50_000)
    assert sniff(path, SPAN).delimiter == ";"


def test_the_check_of_a_small_table_does_not_import_duckdb() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests'); from data_tools import data;"
        "data('from \"penguins.csv\"\\ninput body_mass_g -> standard\\ntarget species\\nmissing drop');"
        "print([m for m in ('duckdb', 'numba', 'scipy', 'pandas', 'prompt_toolkit') if m in sys.modules])"
    )
    root = Path(__file__).parent.parent
    out = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_a_large_table_is_read_by_the_other_engine_to_the_same_end(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    lines = [f"{x!r},{'ab'[i % 2]}" for i, x in enumerate(rng.normal(size=150_000).tolist())]
    path = write(tmp_path, "x,k\n" + "\n".join(lines) + "\n")
    assert path.stat().st_size > 2_000_000
    assert both(path)["k"][:3] == ["a", "b", "a"]
