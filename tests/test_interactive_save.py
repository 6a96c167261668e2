"""A session as a script: `:save`, then a new process gives the same numbers; and scripts taken into a session."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from session_tools import MLP, MOONS, TRAIN, Desk, same

import nndsl

EXAMPLES = Path(__file__).parent.parent / "examples"
OTHER = "network mlp for m { dense(8) -> tanh\n dense(classes) -> softmax }"


def run_file(path: Path) -> list[dict[str, Any]]:
    """What `nndsl run --json` says of a file, in a process of its own."""
    command = [sys.executable, "-m", "nndsl", "run", str(path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_saved_session_gives_the_same_numbers_in_a_new_process(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.enter(
        "set seed 7", MOONS, "layer block(n) { dense(n) -> relu -> dropout(0.2) }",
        "network mlp for m { block(8)\n dense(classes) -> softmax }",
        "train mlp on m as run { epochs 3; batch 16 }",
        "evaluate mlp on m.test as result { metrics accuracy }",
        "network mlp for m { block(12)\n dense(classes) -> softmax }",  # all before it is of an earlier version
        "train mlp on m { epochs 2 }", ":undo",
        "train mlp on m { epochs 4; optimizer adam(0.01) }",
        "expect run.epochs == 4",
        "train mlp on m as run { epochs 2 }",  # which takes the name of the one before
        "evaluate mlp on m.test { metrics accuracy }",
        "result.loss", "ans * 2", "print run.history.loss[-1] - run_2.history.loss[-1]", "let late = 3", "mlp",
    )  # fmt: skip
    assert desk.wrong("train mlp on nothing") != []
    for text in ("result.loss", "run.history.loss", "run_2.history.loss", "result.accuracy"):
        desk.enter(f"print {text}")
    printed = [one.outcome for one in desk.session.book.live if one.statement.verb == "print"]
    desk.enter(":save there")
    lines = run_file(tmp_path / "there.nn")
    assert [line["values"] for line in lines if line["statement"] == "print"] == printed and len(printed) == 7
    assert "dense(8)" not in (tmp_path / "there.nn").read_text() and ":undo" not in (tmp_path / "there.nn").read_text()


def test_weights_of_a_saved_session_are_the_same_bit_for_bit(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.enter(MOONS, MLP, TRAIN, "data m { from moons(100, noise=0.1) }", TRAIN, "train mlp on m as more { epochs 5 }")
    desk.enter(":save a.nn")
    results = nndsl.compile(tmp_path / "a.nn").run()
    assert same(results.networks["mlp"].weights, desk.weights("mlp"))


def test_samples_count_as_in_a_new_process(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.enter('data t { text "to be or not to be that is the question whether"\n sequence characters; window 8 }')
    desk.enter("network s for t { embedding(vocabulary, 8) -> elman(8) -> dense(vocabulary) -> softmax }")
    desk.enter("train s on t { epochs 3 }", "sample s as gone { length 20 }", ":undo", "sample s as one { length 20 }")
    desk.enter("sample s as two { length 20 }")
    one, two = desk.value("one.text"), desk.value("two.text")
    desk.enter(":save a.nn")
    results = nndsl.compile(tmp_path / "a.nn").run()
    assert (results["one"].text, results["two"].text) == (one, two) and one != two


def test_comments_and_texts_are_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.enter("# how wide\nlet width = 3   # numbers\n\n# twice that\nlet twice = 2 * width", "width + 1", ":save a")
    assert (tmp_path / "a.nn").read_text() == (
        "# how wide\nlet width = 3   # numbers\n\n# twice that\nlet twice = 2 * width\n\nprint width + 1\n"
    )


def test_a_constant_that_speaks_of_a_later_one_stands_behind_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.enter("let a = 1", "let b = 2", "let a = b + 1", "a * b", ":save x.nn")
    assert desk.value("a") == 3
    assert run_file(tmp_path / "x.nn")[-1]["values"] == [6]


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.enter(MOONS, MLP, TRAIN, OTHER, "evaluate mlp_1 on m.test as old", "mlp_1", "old.loss", ":save x.nn")
    assert "`run_1`" in desk.notes and "`old`" in desk.notes
    text = (tmp_path / "x.nn").read_text()
    assert "mlp_1" not in text and "old" not in text and "tanh" in text
    run_file(tmp_path / "x.nn")


def test_an_interrupted_training_is_told_of(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.enter(MOONS, MLP)
    desk.face.interrupts = 1
    desk.try_("train mlp on m as run { epochs 100_000 }")
    desk.enter(":save x.nn")
    assert "Ctrl-C" in desk.notes and "# was stopped by Ctrl-C" in (tmp_path / "x.nn").read_text()


def test_a_file_of_somebody_else_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.nn").write_text("let precious = 1\n")
    desk = Desk(tmp_path)
    desk.enter("let a = 2")
    assert desk.wrong(":save mine.nn") == ["E0805"]
    assert (tmp_path / "mine.nn").read_text() == "let precious = 1\n"
    desk.enter(":save! mine.nn", "let b = 3", ":save mine.nn")
    assert (tmp_path / "mine.nn").read_text() == "let a = 2\nlet b = 3\n"
    assert desk.wrong(":save nowhere/x.nn") == ["E0702"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.nn"]


def test_paths_are_those_of_the_file(tmp_path: Path) -> None:
    data, scripts = tmp_path / "data", tmp_path / "scripts"
    for folder in (data, scripts):
        folder.mkdir()
    (data / "a.csv").write_text("x,y\n" + "".join(f"{i},{i % 3}\n" for i in range(40)))
    (data / "mine.nn").write_text("layer wide(n) { dense(n) }\n")
    desk = Desk(data)
    desk.enter('use "mine.nn"', 'data a { from "a.csv"\n input x; target y }', "network n for a { wide(1) }")
    desk.enter("train n on a { epochs 2 }", ":save ../scripts/s.nn")
    assert 'from "../data/a.csv"' in (scripts / "s.nn").read_text()
    run_file(scripts / "s.nn")
    other = Desk(tmp_path)
    other.enter(":run scripts/s.nn")
    assert same(other.weights("n"), desk.weights("n"))


def test_saving_means_that_nothing_is_unsaved(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.enter(MOONS, MLP)
    assert desk.session.unsaved == ()
    desk.enter(TRAIN)
    assert desk.session.unsaved == ("mlp",)
    desk.enter(":save a")
    assert desk.session.unsaved == ()
    desk.enter(TRAIN, OTHER)
    assert desk.session.unsaved == ("mlp_1",)


def test_python_objects_are_named(tmp_path: Path) -> None:
    import numpy as np

    desk = Desk(tmp_path, {"frame": {"x": np.arange(30.0), "y": np.arange(30) % 2}})
    desk.enter("data a { from frame\n input x; target y -> category }", "network n for a { dense(classes) -> softmax }")
    desk.enter("train n on a { epochs 1 }", ":save x")
    assert "data={...}" in desk.notes


# ---- scripts taken in ------------------------------------------------------------------------------------------


def test_load_takes_definitions_alone(tmp_path: Path) -> None:
    (tmp_path / "a.nn").write_text(f"{MOONS}\n{MLP}\n{TRAIN}\nprint run.epochs\n")
    desk = Desk(tmp_path)
    assert "2 actions" in desk.enter(":load a.nn")
    assert desk.session.book.done == () and list(desk.session.runtime.networks) == ["mlp"]
    desk.enter(TRAIN)


def test_run_does_it_all(tmp_path: Path) -> None:
    (tmp_path / "a.nn").write_text(f"{MOONS}\n{MLP}\n{TRAIN}\nprint run.epochs\n")
    desk = Desk(tmp_path)
    assert desk.enter(":run a").splitlines()[-1] == "3"
    assert desk.wrong(":run b.nn") == ["E0701"] and desk.wrong(":load") == ["E0803"]


@pytest.mark.parametrize("name", ["penguins", "own-layer", "own-optimizer", "knn-boundary"])
def test_an_example_in_a_session_is_an_example(name: str) -> None:
    path = EXAMPLES / f"{name}.nn"
    desk = Desk(EXAMPLES)
    desk.enter(f":run {path.name}")
    results = nndsl.compile(path).run()
    for network in results.networks:
        assert same(results.networks[network].weights, desk.weights(network))


def test_watch_runs_what_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.nn"
    path.write_text(f"{MOONS}\n{MLP}\n{TRAIN}\nprint 1\n")
    desk = Desk(tmp_path)
    seen: list[list[str]] = []

    def change() -> None:
        """Waits for each turn to be done, then changes the file; at the end presses Ctrl-C."""
        for text in (f"{MOONS}\n{MLP}\n{TRAIN}\nprint 2\n", f"{MOONS}\n{OTHER}\n{TRAIN}\nprint 2\n", ""):
            stop = time.perf_counter() + 30
            while not any("waiting" in line for line in desk.face.shown) and time.perf_counter() < stop:
                time.sleep(0.02)
            seen.append(list(desk.face.shown))
            desk.face.shown.clear()
            if text:
                path.write_text(text)
        import os
        import signal

        os.kill(os.getpid(), signal.SIGINT)

    worker = threading.Thread(target=change)
    worker.start()
    reply = desk.session.enter(":watch a.nn")
    worker.join()
    assert reply.well
    trained = [sum("trained on" in line for line in turn) for turn in seen]
    assert trained == [1, 0, 1], seen
    assert "2" in seen[1] and "1" not in seen[1]
    desk.enter("print run.epochs")


def test_a_report_of_a_session_lists_the_session(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.enter(MOONS, OTHER, MLP, TRAIN, "evaluate mlp on m.test { metrics accuracy }", 'report to "r.html"')
    page = (tmp_path / "r.html").read_text()
    assert "session: nndsl report" in page and "entry " not in page and "tanh" not in page
    assert 'href="#line-7"' in page, "the training stands in the seventh line"


def test_only_objects_that_were_read_are_spoken_of(tmp_path: Path) -> None:
    """A notebook's other variables are no part of a script, nor is one that is called like a column."""
    (tmp_path / "a.csv").write_text("x,y\n" + "".join(f"{i},{i % 3}\n" for i in range(30)))
    objects: dict[str, object] = {"x": {"x": [1.0, 2.0]}, "n": {"y": [1.0]}}
    desk = Desk(tmp_path, objects)
    data = 'data a { from "a.csv"\n input x; target y }'
    desk.enter(data, "network net for a { dense(1) }", "train net on a { epochs 1 }", ":save s")
    assert "Python" not in desk.notes
    objects["x"] = {"x": [3.0]}
    desk.enter(data)
    assert "`a` is as it was" in desk.notes
