"""Products, rows by ids and sums under ids on the CPU against the reference."""

from __future__ import annotations

import numpy as np
import pytest
from cpu_tools import compare

from nndsl.ir import Setting
from nndsl.ir import build as b

SPECS = (
    "ik,kj->ij",
    "ki,kj->ij",
    "ik,jk->ij",
    "ki,jk->ij",
    "ik,kj->ji",
    "ki,jk->ji",
    "bik,bkj->bij",
    "bik,bjk->bij",
    "bki,bkj->bij",
    "bik,kj->bij",
    "ki,bkj->bij",
    "bik,bkj->ibj",
    "bik,bkj->ijb",
    "bi,bj->bij",
    "bqhd,bkhd->bhqk",
    "bhqk,bkhd->bqhd",
    "bhqk,bqhd->bkhd",
    "bqhd,hde->bqe",
    "bqe,hde->bqhd",
    "bi,bi->b",
    "bi,bi->bi",
    "bi,b->i",
    "b,bi->i",
    "i,i->",
    "i,j->ij",
    "b,b->b",
    "bi,i->b",
    "i,bi->b",
    "bi,bi->i",
    "bij,bij->ij",
    "kil,klj->ij",
    "lik,kjl->ij",
    "lik,kjbl->bij",
    "ki,abkj->aibj",
    "abik,abkj->abij",
    "abik,abkj->baij",
    "kl,kl->",
    "ikl,klj->ij",
    "ikl,lkj->ij",
    "ik,k->i",
    ",i->i",
    ",->",
    "ij,->ij",
)
SIZE = {"a": 2, "b": 3, "h": 4, "q": 5, "i": 7, "j": 18, "k": 6, "l": 3, "d": 5, "e": 35}
RNG = np.random.default_rng(5)


def _check(spec: str, size: dict[str, int], precision: str) -> None:
    left, right = spec.split("->")[0].split(",")
    x, y = b.input_("x", tuple(size[s] for s in left)), b.input_("y", tuple(size[s] for s in right))
    given = {n: RNG.normal(size=n.shape) for n in (x, y)}
    compare([b.einsum(spec, x, y)], given, Setting({}, precision), 2e-5 if precision == "float32" else None)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("spec", SPECS)
def test_a_product(spec: str, precision: str) -> None:
    _check(spec, SIZE, precision)


@pytest.mark.parametrize("size", [0, 1, 2])
@pytest.mark.parametrize("spec", SPECS)
def test_a_product_with_each_axis_of_an_edge_size(spec: str, size: int) -> None:
    for letter in dict.fromkeys(s for s in spec if s.isalpha()):
        _check(spec, {**SIZE, letter: size}, "float32")
    _check(spec, dict.fromkeys(SIZE, size), "float32")


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100])
def test_sizes_around_those_of_the_tiles(n: int) -> None:
    for m, k in ((1, n), (n, 1), (n, n), (13, n), (n, 5)):
        x, y, z = b.input_("x", (m, k)), b.input_("y", (k, n)), b.input_("z", (n, k))
        given = {v: RNG.normal(size=v.shape) for v in (x, y, z)}
        outputs = [
            b.einsum("ik,kj->ij", x, y),
            b.einsum("ik,jk->ij", x, z),
            b.einsum("ji,jk->ik", x, b.reshape(b.einsum("ik,jk->ij", x, z), (m, n))),
        ]
        compare(outputs, given, Setting(), 3e-5)


def test_a_product_of_what_is_computed_and_of_scalars() -> None:
    x, w = b.input_("x", ("B", 6)), b.param("w", (6, 4))
    y = b.einsum("bi,ij->bj", b.tanh(x), b.mul(2.0, w))
    outputs = [
        y,
        b.einsum("bi,bj->ij", y, y),
        b.einsum("ij,bj->bi", w, b.maximum(y, 0.0)),
        b.einsum("bi,->bi", x, b.const(3.0)),
    ]
    compare(outputs, {x: RNG.normal(size=(5, 6)), w: RNG.normal(size=(6, 4))}, Setting({"B": 5}), 1e-5)


def test_what_is_not_a_number_spreads_through_a_product() -> None:
    x, y = b.input_("x", (3, 4)), b.input_("y", (4, 5))
    spoilt = RNG.normal(size=(3, 4))
    spoilt[1, 2] = np.nan
    compare([b.einsum("ik,kj->ij", x, y)], {x: spoilt, y: np.zeros((4, 5))}, Setting())


@pytest.mark.parametrize("dtype", ["float", "int", "bool"])
@pytest.mark.parametrize(
    ("rest", "ids"), [((4,), ("B",)), ((), ("B",)), ((2, 3), ("B", 5)), ((4,), ()), ((1,), (1,)), ((0,), (3,))], ids=str
)
def test_rows_by_ids_and_sums_under_ids(rest: tuple[int, ...], ids: tuple[int | str, ...], dtype: str) -> None:
    table, k = b.input_("table", (6, *rest), dtype), b.input_("k", ids, "int")  # type: ignore[arg-type]
    rows = b.gather(table, k)
    outputs = [rows]
    if dtype != "bool":
        outputs += [b.scatter_add(k, rows, 6), b.scatter_add(k, b.add(rows, 1), 9)]
    sizes = tuple(4 if d == "B" else int(d) for d in ids)
    given = {table: RNG.integers(0, 2, (6, *rest)), k: RNG.integers(0, 6, sizes)}
    compare(outputs, given, Setting({"B": 4}))


def test_rows_of_a_view_by_ids_that_are_computed() -> None:
    table, k = b.input_("table", (4, 6)), b.input_("k", (3, 2), "int")
    turned = b.transpose(table, (1, 0))
    ids = b.add(b.transpose(k, (1, 0)), 1)
    outputs = [
        b.gather(turned, ids),
        b.gather(turned, b.transpose(k, (1, 0))),
        b.scatter_add(ids, b.gather(turned, ids), 6),
    ]
    compare(outputs, {table: RNG.normal(size=(4, 6)), k: RNG.integers(0, 5, (3, 2))}, Setting())
