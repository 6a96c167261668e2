"""Splits: sizes, that every row is in one part, that they depend on the seed alone, strata, groups, order."""

from __future__ import annotations

import numpy as np
import pytest
from data_tools import data, fault, place, said
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nndsl.data.randoms import SPLIT, Draws
from nndsl.diagnostics import Fault

IRIS = 'from "iris.csv"\ninput all\ntarget species\n'

SIZES = [
    ("train=70%, validation=15%, test=15%", {"train": 105, "validation": 23, "test": 22}),
    ("train=rest, test=20%", {"train": 120, "test": 30}),
    ("train=100, test=50", {"train": 100, "test": 50}),
    ("train=100, validation=10, test=rest", {"train": 100, "validation": 10, "test": 40}),
    ("train=50%, test=75", {"train": 75, "test": 75}),
    ("test=1%, train=99%", {"train": 149, "test": 1}),
    ("train=rest, validation=33.3%", {"train": 101, "validation": 49}),
]


@pytest.mark.parametrize("how", ["", ", stratify=species", ", order=true", ", seed=5"])
@pytest.mark.parametrize(("parts", "sizes"), SIZES)
def test_sizes_and_every_row_once(parts: str, sizes: dict[str, int], how: str) -> None:
    if "order" in how or ("stratify" not in how and sizes.get("test") == 1):
        text = 'from "iris.csv"\ninput (sepal_length, petal_length)\n'  # a part may lack a class here
    else:
        text = IRIS
    made = data(f"{text}split {parts}{how}")
    assert made.signature.rows == sizes
    rows = np.concatenate([made.part(part).rows for part in sizes])
    assert sorted(rows.tolist()) == list(range(150))
    raw = made.column("sepal_length").astype(np.float32)
    for part in sizes:
        assert made.part(part).rows.tolist() == sorted(made.part(part).rows.tolist())
        np.testing.assert_array_equal(made.part(part).input.values[:, 0], raw[made.part(part).rows])


def test_strata_have_the_proportions_of_the_whole() -> None:
    made = data(
        'from "penguins.csv"\ninput year\ntarget species\nsplit train=70%, validation=15%, test=15%, stratify=species'
    )
    species = made.column("species")
    for name in ("Adelie", "Chinstrap", "Gentoo"):
        of = int(np.sum(species == name))
        for part, share in (("train", 0.7), ("validation", 0.15), ("test", 0.15)):
            assert abs(np.sum(species[made.part(part).rows] == name) - share * of) <= 1


@given(
    counts=st.lists(st.integers(3, 40), min_size=1, max_size=6),
    shares=st.tuples(st.integers(20, 80), st.integers(5, 19)),
    seed=st.integers(0, 2**40),
)
@settings(max_examples=40, deadline=None)
def test_strata_of_any_sizes(counts: list[int], shares: tuple[int, int], seed: int) -> None:
    labels = [f"c{i}" for i, n in enumerate(counts) for _ in range(n)]
    train, validation = shares
    text = f"from frame\ninput x\nsplit train={train}%, validation={validation}%, test=rest, stratify=k"
    assume(validation * len(labels) >= 100)  # else that part would be empty
    made = data(text, objects={"frame": {"x": np.arange(len(labels)), "k": labels}}, seed=seed)
    sizes = made.signature.rows
    assert sizes["train"] == int(train * len(labels) / 100 + 1e-9) and sum(sizes.values()) == len(labels)
    for i, n in enumerate(counts):
        for part, size in sizes.items():
            here = sum(labels[row] == f"c{i}" for row in made.part(part).rows)
            assert abs(here - n * size / len(labels)) <= 1.0 + 1e-9


def test_the_seed_and_the_number_of_rows_decide() -> None:
    text = IRIS + "split train=60%, test=40%"
    assert data(text).part("test").rows.tolist() == data(text).part("test").rows.tolist()
    assert data(text, seed=1).part("test").rows.tolist() != data(text, seed=2).part("test").rows.tolist()
    other = "from frame\ninput z\nsplit train=60%, test=40%"
    rows = data(other, objects={"frame": {"z": np.zeros(150)}}, seed=1).part("test").rows
    assert rows.tolist() == data(text, seed=1).part("test").rows.tolist()
    fixed = IRIS + "split train=60%, test=40%, seed=9"
    assert data(fixed, seed=1).part("test").rows.tolist() == data(fixed, seed=2).part("test").rows.tolist()
    assert data(fixed).part("test").rows.tolist() == data(text, seed=9).part("test").rows.tolist()


def test_the_draws_are_pinned() -> None:
    """A split must be the same with the next version of everything."""
    assert Draws(7, SPLIT).order(8).tolist() == PINNED
    assert Draws(7, SPLIT).raw(3).tolist() == np.random.Philox(key=[7, SPLIT]).random_raw(3).tolist()


PINNED = [3, 1, 6, 2, 5, 4, 0, 7]


def test_order_keeps_the_order() -> None:
    made = data('from "iris.csv"\ninput sepal_length\nsplit train=60%, validation=20%, test=20%, order=true')
    assert made.part("train").rows.tolist() == list(range(90))
    assert made.part("validation").rows.tolist() == list(range(90, 120))
    assert made.part("test").rows.tolist() == list(range(120, 150))


def test_groups_stay_together() -> None:
    group = np.repeat(np.arange(20), np.arange(1, 21))
    made = data(
        "from frame\ninput all\nsplit train=60%, validation=20%, test=20%, by=g",
        objects={"frame": {"x": np.arange(210.0), "g": group}},
    )
    assert made.signature.input.names == ("x",)  # the group is not an input
    seen = [set(group[made.part(part).rows].tolist()) for part in ("train", "validation", "test")]
    assert not (seen[0] & seen[1] or seen[0] & seen[2] or seen[1] & seen[2])
    assert sum(map(len, seen)) == 20
    assert abs(made.signature.rows["train"] - 126) < 20


FAULTY = [
    (IRIS + "split train=100, test=60", "E0509", "train=100, test=60", "160 rows, but there are 150"),
    (IRIS + "split train=100, test=20", "E0509", "train=100, test=20", "30 rows of 150"),
    (IRIS + "split train=99.9%, test=0.1%", "E0509", "test=0.1%", "test part would be empty"),
    (IRIS + "split train=150, test=rest", "E0509", "test=rest", "would be empty"),
    (IRIS + "split train=70%, test=30%, stratify=kind", "E0502", "kind", "its columns"),
    (IRIS + "split train=70%, test=30%, by=specis", "E0502", "specis", "did you mean `species`"),
    (
        IRIS + "split train=50%, test=50%, stratify=sepal_length",
        "E0510",
        "sepal_length",
        "it cannot be spread over 2 parts",
    ),
    (
        "columns a, g\nrows [[1, 1], [2, 1]]\ninput a\nsplit train=50%, test=50%, by=g",
        "E0510",
        "g",
        "1 group for 2 parts",
    ),
]


@pytest.mark.parametrize(("text", "code", "where", "words"), FAULTY)
def test_a_split_that_does_not_go(text: str, code: str, where: str, words: str) -> None:
    found = fault(text)
    assert found.code == code and where in place(found) and words in said(found)


def test_a_part_that_is_not_there() -> None:
    made = data(IRIS + "split train=50%, validation=50%")
    with pytest.raises(Fault) as found:
        made.part("test")
    assert found.value.diagnostic.code == "E0509" and "`train`, `validation`" in said(found.value.diagnostic)


def test_the_whole_is_in_the_order_of_the_source() -> None:
    made = data(IRIS + "split train=50%, validation=30%, test=20%")
    whole = made.all()
    assert whole.rows.tolist() == list(range(150))
    np.testing.assert_array_equal(whole.input.values[:, 0], made.column("sepal_length").astype(np.float32))
    assert whole.target is not None and whole.target.values.tolist() == sorted(whole.target.values.tolist())
    alone = data(IRIS)
    assert alone.all() is alone.part("train")
