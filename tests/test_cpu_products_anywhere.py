"""Products of operands that lie anywhere: windows, slices, turned and stretched axes, more loops than a kernel has; in
any number of threads the same bits."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from cpu_tools import arrays_for, into_leaves, result_leaf
from numpy.lib.stride_tricks import as_strided, sliding_window_view
from numpy.typing import NDArray

from nndsl.backend.cpu import library, product_texts, products, team
from nndsl.backend.cpu.copies import Instruction
from nndsl.backend.cpu.loop import Loop
from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.memory import Place, aligned
from nndsl.backend.cpu.plan import compile_stages
from nndsl.backend.cpu.table import Meet, Once, table
from nndsl.ir import Node, Setting
from nndsl.ir import build as b
from nndsl.ir.primitives.dot import parts

Array = NDArray[np.floating]
SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 20, 33)
MOST = 60_000  # multiplications of a random product


@dataclass
class Memory:
    """What products ask for when they are made."""

    precision: str
    places: dict[Node, Place]
    strip: int | None = None
    same: bool = False
    mine: list[Array] = field(default_factory=list)
    tables: dict[bytes, NDArray[np.int64]] = field(default_factory=dict)

    def place(self, node: Node) -> Place:
        return self.places[node]

    def scratch(self, count: int) -> int:
        self.mine.append(aligned(count, np.float64))
        return int(self.mine[-1].ctypes.data)

    def kept(self, node: Node, count: int) -> int:
        return self.scratch(count)

    def panels(self, node: Node, count: int) -> int:
        return self.scratch(count)

    def steady(self, node: Node) -> bool:
        return self.same

    def table(self, values: NDArray[np.int64]) -> int:
        return int(self.tables.setdefault(values.tobytes(), values).ctypes.data)

    def added(self, node: Node) -> int | None:
        return self.strip


def _place(x: Array) -> Place:
    return Place(x.ctypes.data, x.shape, tuple(s // x.itemsize for s in x.strides), x.itemsize)


def _made(
    spec: str, x: Array, y: Array, out: Array, strip: int | None = None, same: bool = False
) -> tuple[list[Any], Memory]:
    nodes = b.input_("x", x.shape), b.input_("y", y.shape)
    node = b.einsum(spec, *nodes)
    memory = Memory(str(x.dtype), {nodes[0]: _place(x), nodes[1]: _place(y), node: _place(out)}, strip, same)
    return products.einsum(node, memory), memory


def _result(spec: str, x: Array, y: Array) -> Array:
    left, right, out = parts(spec)
    size = dict(zip(left + right, x.shape + y.shape, strict=True))
    found = aligned(tuple(size[s] for s in out), x.dtype)
    found[...] = 77
    return found


def _check(spec: str, x: Array, y: Array) -> None:
    """Against NumPy; and shared among members, the same bits."""
    out = _result(spec, x, y)
    made, _memory = _made(spec, x, y, out)
    table(made).run()
    want = np.asarray(np.einsum(spec, x.astype(np.float64), y.astype(np.float64)))
    rounding = 3e-6 if x.dtype == np.float32 else 1e-13
    scale = rounding * max(1.0, float(np.abs(want).max(initial=0.0)), math.sqrt(x.size * y.size / max(want.size, 1)))
    np.testing.assert_allclose(out, want, rtol=rounding, atol=scale, err_msg=spec)
    for members in (2, 3):
        again = _result(spec, x, y)
        made, _memory = _made(spec, x, y, again)
        shares = team.divided(made, members)
        for step in zip(*(_between_meetings(share) for share in shares), strict=True):
            for share in reversed(step):
                table(share).run()
        np.testing.assert_array_equal(out, again, err_msg=f"{spec} in {members} shares")


def _between_meetings(share: list[object]) -> list[list[Instruction]]:
    found: list[list[Instruction]] = [[]]
    for made in share:
        if isinstance(made, Meet):
            found.append([])
        else:
            assert isinstance(made, tuple)
            found[-1].append(made)
    return found


@pytest.fixture(autouse=True)
def _share_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team, "WORTH_SHARING", 0)
    monkeypatch.setattr(team, "WORTH_MULTIPLYING", 0)


def _lying_anywhere(shape: tuple[int, ...], dice: random.Random, dtype: str) -> Array:
    """Numbers whose axes lie in any order, some backwards, some with gaps, some stretched, some overlapping."""
    order = dice.sample(range(len(shape)), len(shape))
    steps = [dice.choice((1, 1, 1, 2)) for _ in shape]
    numbers = np.random.default_rng(dice.randrange(1000))
    base = np.asarray(numbers.standard_normal([shape[i] * steps[i] for i in order]), dtype)
    gaps: list[Any] = [*(slice(None, None, s) for s in steps), ...]
    turns: list[Any] = [*(slice(None, None, dice.choice((1, 1, 1, -1))) for _ in shape), ...]
    x: Array = base.transpose(np.argsort(order))[tuple(gaps)][tuple(turns)]
    if len(shape) > 1 and dice.random() < 0.2:
        axis = dice.randrange(len(shape))
        strides = tuple(0 if i == axis else s for i, s in enumerate(x.strides))
        x = as_strided(x, x.shape, strides, writeable=False)
    return x


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("seed", range(120))
def test_products_of_numbers_that_lie_anywhere(seed: int, precision: str) -> None:
    dice = random.Random(seed)
    letters = dice.sample("abcdefgh", dice.randrange(1, 8))
    roles = {s: dice.choice(("left", "right", "summed", "summed", "batch")) for s in letters}
    size = dict.fromkeys(letters, 1)
    for s in letters:
        size[s] = dice.choice([n for n in SIZES if n * math.prod(size.values()) <= MOST])
    left = [s for s in letters if roles[s] != "right"]
    right = [s for s in letters if roles[s] != "left"]
    out = [s for s in letters if roles[s] != "summed"]
    for side in (left, right, out):
        dice.shuffle(side)
    x, y = (_lying_anywhere(tuple(size[s] for s in side), dice, precision) for side in (left, right))
    _check(f"{''.join(left)},{''.join(right)}->{''.join(out)}", x, y)


def _windows(x: Array, size: int, stride: int, dilation: int) -> Array:
    whole = sliding_window_view(x, (dilation * (size - 1) + 1,) * 2, axis=(1, 2))
    found: Array = whole[:, ::stride, ::stride, :, ::dilation, ::dilation]
    return found


@pytest.mark.parametrize("channels", [1, 3, 16])
@pytest.mark.parametrize("units", [1, 10, 32, 70])
@pytest.mark.parametrize(("size", "stride", "dilation"), [(3, 1, 1), (1, 1, 1), (2, 2, 1), (3, 2, 1), (3, 1, 2)])
def test_convolutions(channels: int, units: int, size: int, stride: int, dilation: int) -> None:
    numbers = np.random.default_rng(1)
    pictures = numbers.standard_normal((2, 9, 8, channels)).astype("float32")
    kernel = numbers.standard_normal((size, size, channels, units)).astype("float32")
    seen = _windows(pictures, size, stride, dilation)
    slopes = numbers.standard_normal((*seen.shape[:3], units)).astype("float32")
    around = [(0, 0), *[(dilation * (size - 1),) * 2] * 2, (0, 0)]
    _check("bhwcyx,yxco->bhwo", seen, kernel)
    _check("bhwcyx,bhwo->yxco", seen, slopes)
    _check("bhwcyx,bhwo->oyxc", seen, slopes)
    if stride == 1:
        _check("bhwoyx,yxco->bhwc", _windows(np.pad(slopes, around), size, 1, dilation), kernel[::-1, ::-1])


@pytest.mark.parametrize("channels", [1, 7, 8, 20, 70])
@pytest.mark.parametrize(("size", "stride"), [(3, 1), (2, 2)])
def test_convolutions_of_each_channel_alone(channels: int, size: int, stride: int) -> None:
    numbers = np.random.default_rng(6)
    pictures = numbers.standard_normal((2, 6, 7, channels)).astype("float32")
    kernel = numbers.standard_normal((size, size, channels)).astype("float32")
    seen = _windows(pictures, size, stride, 1)
    slopes = numbers.standard_normal(seen.shape[:4]).astype("float32")
    _check("bhwcyx,yxc->bhwc", seen, kernel)
    _check("yxc,bhwcyx->bhwc", kernel, seen)
    _check("bhwcyx,bhwc->yxc", seen, slopes)
    _check("bhwcyx,yxcf->bhwcf", seen, np.repeat(kernel[..., None], 2, -1))
    _check("bhwcyx,yxcf->bhwfc", seen, np.repeat(kernel[..., None], 2, -1))


NARROW = tuple((wide, (6, 2, 1)) for wide in (2, 1))


@pytest.mark.parametrize("vector_bytes", [16, 32])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_machines_with_narrower_vectors(vector_bytes: int, precision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(machine(), vector_bytes=vector_bytes, tiles=NARROW)
    for module in (library, product_texts, products, team):
        monkeypatch.setattr(module, "machine", lambda: other)
    numbers = np.random.default_rng(7)
    pictures = numbers.standard_normal((2, 6, 7, 20)).astype(precision)
    kernel = numbers.standard_normal((3, 3, 20, 37)).astype(precision)
    _check("bhwcyx,yxco->bhwo", _windows(pictures, 3, 1, 1), kernel)
    _check("bhwcyx,yxc->bhwc", _windows(pictures, 3, 1, 1), kernel[..., 0].copy())


@pytest.mark.parametrize("length", [1, 5, 16, 33])
def test_attention(length: int) -> None:
    numbers = np.random.default_rng(2)
    q, k, v = (numbers.standard_normal((3, length, 2, 12)).astype("float32") for _ in range(3))
    weights = numbers.standard_normal((3, 2, length, length)).astype("float32")
    _check("bqhd,bkhd->bhqk", q, k)
    _check("bhqk,bkhd->bqhd", weights, v)
    _check("bhqk,bqhd->bkhd", weights, q)


@pytest.mark.parametrize("k", [255, 256, 257, 509, 1024, 1500])
@pytest.mark.parametrize("m", [5, 390, 400])
def test_sums_that_are_walked_in_blocks(m: int, k: int) -> None:
    numbers = np.random.default_rng(3)
    x, y = (numbers.standard_normal(shape).astype("float32") for shape in ((m, 2, k), (2, k, 20)))
    _check("iak,akj->ij", x, y)


@pytest.mark.parametrize("spec", ["ik,kj->ij", "iak,akj->ij", "bik,bkj->bij", "ik,kj->ji", "bik,bkj->ijb"])
@pytest.mark.parametrize("size", [0, 1, 3, 7, 19, 45, 100])
def test_later_strips_add_to_what_is_there(spec: str, size: int) -> None:
    numbers = np.random.default_rng(4)
    left, right, _ = parts(spec)
    of = {"i": size, "j": max(size - 2, 1), "k": 10, "a": 3, "b": 2}
    strips = [
        [numbers.standard_normal([of[s] for s in side]).astype("float32") for side in (left, right)] for _ in "ab"
    ]
    out = _result(spec, *strips[0])
    for strip, (x, y) in enumerate(strips):
        made, _memory = _made(spec, x, y, out, strip)
        table(made).run()
    np.testing.assert_allclose(out, sum(np.einsum(spec, x, y) for x, y in strips), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("spec", "x", "y"),
    [
        ("ik,kj->ij", (100, 8), (8, 20)),
        ("ik,kj->ij", (8, 100), (100, 128)),
        ("iak,kaj->ij", (100, 2, 8), (8, 2, 20)),
        ("bic,bc->ic", (9, 40, 32), (9, 32)),
        ("ik,k->i", (40, 64), (64,)),
        ("bk,bk->b", (10, 64), (10, 64)),
        ("bic,bc->ic", (9, 3, 200), (9, 200)),
        ("bhik,bhkj->bhij", (2, 2, 5, 6), (2, 2, 6, 7)),
        ("bhik,bhjk->bhij", (2, 2, 5, 6), (2, 2, 7, 6)),
    ],
)
def test_every_member_has_a_share(spec: str, x: tuple[int, ...], y: tuple[int, ...]) -> None:
    given = np.ones(x, np.float32), np.ones(y, np.float32)
    made, _memory = _made(spec, *given, _result(spec, *given))
    assert all(team.divided(made, 2))


@pytest.mark.parametrize(("m", "k", "n"), [(5, 6, 7), (40, 300, 128), (32, 1100, 1024)])
@pytest.mark.parametrize("turned", [False, True])
def test_an_operand_that_stays_the_same(m: int, k: int, n: int, turned: bool) -> None:
    numbers = np.random.default_rng(8)
    x, y = numbers.standard_normal((m, k)), numbers.standard_normal((n, k) if turned else (k, n))
    x, y, spec = x.astype("float32"), y.astype("float32"), "ik,jk->ij" if turned else "ik,kj->ij"
    out = _result(spec, x, y)
    made, _memory = _made(spec, x, y, out, same=True)
    table([part for code in made if isinstance(code, Once) for part in code.code]).run()
    for turn in range(2):
        out[...] = turn
        table([code for code in made if not isinstance(code, Once)]).run()
        np.testing.assert_allclose(out, np.einsum(spec, x.astype("float64"), y), rtol=1e-4, atol=1e-4)
    assert turned == any(isinstance(code, Once) for code in made) or n > 100


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("terms", [256, 300, 512])
def test_long_sums_in_blocks(terms: int, precision: str) -> None:
    """Against NumPy; and walked by a team, the same bits."""
    numbers = np.random.default_rng(terms)
    x, y = (b.input_(name, ("B", n)) for name, n in (("x", 96), ("y", 256)))
    given = {n: numbers.standard_normal((terms, n.shape[1])) for n in (x, y)}
    node, found = b.einsum("kj,ki->ji", x, y), list[Array]()
    stage = into_leaves([node])
    for threads in (1, 2, 3):
        leaves = arrays_for([stage], given, Setting({"B": terms}, precision))
        program = compile_stages([stage], precision)
        Loop(program, leaves, (), rows=terms, batch=terms, seed=0, threads=threads).walk()
        found.append(np.array(leaves[result_leaf(0, node)]))
    want = given[x].T @ given[y]
    np.testing.assert_allclose(
        found[0], want, rtol=0, atol=(2e-6 if precision == "float32" else 1e-13) * abs(want).max()
    )
    for other in found[1:]:
        np.testing.assert_array_equal(found[0], other)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(("m", "k"), [(1, 40), (3, 100), (70, 33), (65, 64)])
def test_few_columns(m: int, n: int, k: int, precision: str) -> None:
    numbers = np.random.default_rng(9)
    x, y, z = (numbers.standard_normal(shape).astype(precision) for shape in ((m, k), (k, n), (2, m, 3, k)))
    _check("ik,kj->ij", x, y)
    _check("ik,jk->ij", x, y.T.copy())
    _check("ik,jk->ji", x, y.T.copy())
    _check("ik,ik->i", x, x[::-1])
    _check("aibk,bkj->aij", z, numbers.standard_normal((3, k, n)).astype(precision))
