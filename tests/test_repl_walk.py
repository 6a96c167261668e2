"""One walk through a session in a real terminal, as a person would go it, with a look at the screen at every step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal_screen import Screen

PROMPT = r"^nn>(?: +\d[\d.]* \w+)?\Z"  # an empty one, at the end; how long the last entry took may stand at its right
SCRIPT = """data moon {
  from moons(300, noise=0.1)
  split train=80%, test=20%
}
network net for moon {
  dense(8) -> tanh

  dense(classes) -> softmax  # π, “quotes” and 日本 too
}"""


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    return {"NNDSL_HISTORY": str(tmp_path / "history"), "EDITOR": "false"}


@pytest.fixture
def size() -> tuple[int, int]:
    """Columns and rows, where a test says nothing else."""
    return 90, 24


@pytest.fixture
def screen(size: tuple[int, int], tmp_path: Path, variables: dict[str, str]) -> Iterator[Screen]:
    with Screen(tmp_path, *size, variables) as found:
        found.enter("clear; nndsl")
        found.wait(PROMPT)
        yield found


def entered(screen: Screen, text: str, expected: str) -> re.Match[str]:
    """What an entry shows, once the prompt is back."""
    screen.keys("C-l")
    screen.wait(rf"\A{PROMPT}")
    screen.forget()
    screen.enter(text)
    screen.wait(rf"(?s)^nn> {re.escape(text[:20])}.*\n{PROMPT}", scrolled=True)
    found = re.search(expected, screen.text(scrolled=True).rpartition(f"nn> {text[:20]}")[2], re.M)
    assert found is not None, screen.text()
    return found


@pytest.mark.parametrize("size", [(60, 20), (120, 40)], ids=["60x20", "120x40"])
def test_a_walk(screen: Screen, tmp_path: Path) -> None:
    assert re.search(r"nndsl \d\S+ `:help` lists the commands", screen.text())

    # A data set, typed line by line: lines are indented, the closing brace goes back.
    for line in ("data moon {", "from moons(300, noise=0.1)", "split train=80%, test=20%", "}"):
        screen.enter(line)
    screen.wait(
        r"^nn> data moon \{\n\.\.\.   from moons\(300, noise=0\.1\)\n\.\.\.   split train=80%, test=20%\n\.\.\. \}"
    )
    screen.wait(PROMPT)
    assert "error" not in screen.text()

    # A network; the menu offers what may follow, and Enter does not take what is not chosen.
    screen.type("network net for moon { dense(8) -> ta")
    screen.wait(r"tanh +activation")
    assert "\x1b[" in screen.styled()
    screen.enter("nh -> dense(classes) -> softmax }")
    screen.wait(PROMPT)

    # A long training; Ctrl-C in the middle keeps the weights.
    screen.enter("train net on moon as long { epochs 1_000_000_000 }")
    screen.wait(r"^long: epoch \d+ of 1000000000  loss")
    screen.keys("C-c")
    done = screen.wait(r"note: stopped after (\d+) epochs: `net` keeps what it has\s+learnt")
    screen.wait(PROMPT)
    assert entered(screen, ":who", r"^network +net .*trained for (\d+) epochs")[1] == done[1]

    # On from there, and back again.
    entered(screen, "train net on moon as more { epochs 5 }", r"^more: net trained on moon for 5 epochs")
    assert int(entered(screen, ":who", r"trained for (\d+) epochs")[1]) == int(done[1]) + 5
    entered(screen, ":undo", r"undone: `train net on moon as more`")
    entered(screen, ":undo", r"undone: `train net on moon as long`")
    assert "trained for" not in entered(screen, ":who", r"^network +net .*")[0]

    # What a fault looks like, and that it costs nothing.
    entered(screen, "print nte", r"error\[E0201\]: `nte` is not defined\n +--> entry \d+:1:7")
    entered(screen, "train net on moon as run { epochs 20 }", r"^run: net trained on moon for 20 epochs")
    loss = entered(screen, "print run.history.loss[-1]", r"^[\d.e-]+$")[0]
    entered(screen, "plot boundary(net, moon)", r"[⠁-⣿]")

    # Leaving asks; saving answers.
    screen.keys("C-d")
    screen.wait(r"^trained since the last `:save`: `net`\nLeave all the same\? \[y/N\]\Z")
    screen.type("n")
    screen.wait(PROMPT)
    entered(screen, ":save mine.nn", r"^saved")
    entered(screen, "train net on moon { epochs 1 }", r"trained on moon for 1 epoch")
    screen.keys("C-d")
    screen.wait(r"^Leave all the same\? \[y/N\]\Z")
    screen.keys("C-d")
    screen.wait(r"^\$\Z")

    # The file gives the same numbers in a new process.
    assert "train net on moon as run" in (tmp_path / "mine.nn").read_text(encoding="utf-8")
    screen.enter("clear; nndsl run mine.nn > found.txt; echo code $?")
    screen.wait(r"^code 0$")
    assert loss in (tmp_path / "found.txt").read_text(encoding="utf-8").split("\n")


def test_a_paste_of_a_long_script_runs_when_enter_says_so(screen: Screen) -> None:
    screen.paste(SCRIPT + "\ntrain net on moon as run { epochs 3 }\n")
    screen.wait(r"train net on moon as run \{ epochs 3 \}\Z")
    assert "trained" not in screen.text()
    screen.keys("Enter")
    screen.wait(r"^run: net trained on moon for 3 epochs")
    screen.wait(PROMPT)
    screen.keys("Up")
    screen.wait(r"train net on moon as run \{ epochs 3 \}\Z")  # all of it is one entry of the history
    assert "日本" in screen.text() and "“quotes”" in screen.text()
    screen.keys("C-c")
    screen.wait(PROMPT)


def test_the_terminal_may_change_its_size(screen: Screen) -> None:
    long = "print " + " + ".join(f"a{number}" for number in range(30))
    screen.type(long)
    screen.wait(r"a\s*2\s*9\Z")
    screen.resize(50, 15)
    screen.wait(r"a\s*2\s*9\Z")
    screen.resize(100, 30)
    screen.type(" + b")
    screen.wait(r"a\s*2\s*9 \+ b\Z")
    screen.keys("C-c")
    entered(screen, "print 1 + 1", r"^2$")


def test_two_sessions_share_their_history(screen: Screen, tmp_path: Path, variables: dict[str, str]) -> None:
    entered(screen, "print 41 + 1", r"^42$")
    with Screen(tmp_path, variables=variables) as other:
        other.enter("clear; nndsl --quiet")
        other.wait(PROMPT)
        other.keys("Up")
        other.wait(r"^nn> print 41 \+ 1\Z")
        other.keys("Enter")
        other.wait(r"^42$")


def test_what_is_typed_during_training_waits_for_the_prompt_and_does_not_show(screen: Screen) -> None:
    screen.paste(SCRIPT)
    screen.keys("Enter")
    screen.wait(PROMPT)
    screen.enter("train net on moon as run { epochs 50_000 }")
    screen.wait(r"^run: epoch \d+ of 50000")
    screen.enter("print 6 * 7")
    assert "6 * 7" not in screen.text()
    screen.wait(rf"^run: net trained on moon for 50000 epochs[^>]*\nnn> print 6 \* 7\n42\n{PROMPT}")


def test_ctrl_c_never_leaves(screen: Screen) -> None:
    for _ in range(3):
        screen.keys("C-c")
    screen.type("data d {")
    screen.keys("Enter", "C-c")
    entered(screen, "print 6 * 7", r"^42$")


def test_a_dumb_terminal_gets_plain_prompts(tmp_path: Path, variables: dict[str, str]) -> None:
    with Screen(tmp_path, variables=variables) as screen:
        screen.enter("clear; TERM=dumb nndsl")
        screen.wait(r"^nn>\Z")
        screen.enter("data d {")
        screen.wait(r"^\.\.\.\Z")
        screen.keys("C-c")
        screen.wait(r"^nn>\Z")
        screen.enter("print 6 * 7")
        screen.wait(r"^42\nnn>\Z")
        screen.keys("C-d")
        screen.wait(r"^\$\Z")
