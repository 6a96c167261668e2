"""Sessions of entries by chance: what is written by `:save` gives the same, wrong entries change nothing, `:undo` leads
to nothing and `:redo` back, whatever was entered. More of them: `python tests/random_sessions.py FIRST LAST LENGTH`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from random_sessions import complaint, entries
from session_tools import MLP, MOONS, TRAIN, Desk

LENGTHS = (8, 14, 20)


@pytest.mark.parametrize("seed", range(60))
def test_a_session_keeps_its_promises(seed: int, tmp_path: Path) -> None:
    texts = entries(seed, LENGTHS[seed % len(LENGTHS)])
    assert complaint(tmp_path, texts) is None, texts


def test_entries_go_everywhere() -> None:
    """That those above are worth something: most statements and commands are among them."""
    everything = "\n".join(text for seed in range(60) for text in entries(seed, 20))
    for word in ("train", "evaluate", "predict", "pca", "tsne", "kmeans", "knn", "diagnose", "plot", "use", ":undo"):
        assert everything.count(word) > 5, word


def test_what_is_held_does_not_grow_without_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.enter(MOONS, MLP, *[TRAIN] * 120)
    runtime, steps = desk.session.runtime, desk.session.steps
    assert len(steps.done) <= 101 and len(runtime.shelf.arrays) == 4 and list(runtime.datasets) == ["m"]
    assert len({id(found) for one in steps.done for found in one.moment.datasets.values()}) == 1
