"""Figures in characters, and what a terminal is told to show."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
from show_figures import every

from nndsl.show.canvas import Canvas
from nndsl.show.figures import Axis, Figure, Line, Panel, Points
from nndsl.show.screen import Screen, screen, shown
from nndsl.show.terminal import plain, terminal

FIGURES = every()
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
TRUE_COLOUR = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


@pytest.mark.parametrize("width", [40, 80, 133])
@pytest.mark.parametrize("name", FIGURES)
def test_no_line_is_too_wide(name: str, width: int) -> None:
    text = terminal(FIGURES[name], width, "full")
    lines = ESCAPE.sub("", text).split("\n")
    assert max(map(len, lines)) <= width and len(lines) > 5
    assert FIGURES[name].title[:width] == lines[0]
    open_at_end = [line for line in text.split("\n") if ESCAPE.findall(line)[-1:] not in ([], ["\x1b[0m"])]
    assert not open_at_end  # colours never run over into the next line


@pytest.mark.parametrize("name", FIGURES)
def test_without_colours_there_are_no_escapes(name: str) -> None:
    text = terminal(FIGURES[name], 80, "none")
    assert "\x1b" not in text
    assert re.search(r"[\u2801-\u28ff█▓▒░ox]|\d", text)


def test_256_colours() -> None:
    codes = {code for code in ESCAPE.findall(terminal(FIGURES["surface"], 80, "256")) if ";5;" in code}
    assert len(codes) > 10 and ";2;" not in "".join(codes)


def test_a_line_goes_where_it_should() -> None:
    """A rising line: its first dots at the lower left, its last at the upper right."""
    canvas = Canvas(10, 5)
    canvas.line(np.array([0.0, 1.0]), np.array([0.0, 1.0]), None)
    lines = canvas.lines("none")
    assert [line.strip() != "" for line in lines] == [True] * 5
    assert lines[4][:2].strip() and not lines[4][4:].strip() and lines[0][8:].strip() and not lines[0][:6].strip()


def test_groups_without_colours_have_letters() -> None:
    points = Points(np.arange(4.0), np.arange(4.0), np.array([0, 1, 0, 1]), ("left", "right"))
    text = terminal(Figure("Groups", (Panel((points,)),)), 60, "none")
    legend, drawn = text.split("\n")[1], "\n".join(text.split("\n")[2:])
    assert legend == "o left   x right" and drawn.count("o") == 2 and drawn.count("x") == 2


def test_marks_of_an_axis() -> None:
    line = Line(np.arange(1.0, 101.0), np.geomspace(1e-4, 1, 100), "loss")
    text = terminal(Figure("Loss", (Panel((line,), Axis("epoch", whole=True), Axis("loss", log=True)),)), 80, "none")
    assert all(mark in text for mark in ("0.0001┤", "0.01┤", "1┤", " 20 ", "100", "epoch"))


def test_sentences() -> None:
    text = plain(FIGURES["curves of one run"])
    assert text.startswith("Training of run\n  run: 30 epochs, best 20: loss 0.1084, validation_loss 0.2084")
    assert plain(FIGURES["confusion"]).endswith("50 of 53 are right; b taken for Größe π 2, Größe π taken for "
                                                '</script><b>"quoted" 1.')  # fmt: skip


@pytest.mark.parametrize(("environment", "is_terminal", "expected"), [
    ({}, False, Screen(False, 80)),
    ({"TERM": "dumb"}, True, Screen(False, 80)),
    ({"TERM": "xterm-256color", "NO_COLOR": "1"}, True, Screen(True, 80, "none")),
    ({"TERM": "xterm-256color"}, True, Screen(True, 80, "256")),
    (TRUE_COLOUR, True, Screen(True, 80, "full")),
    ({"TERM": "linux"}, True, Screen(True, 80, "none")),
    ({"TERM": "xterm-kitty"}, True, Screen(True, 80, "256", "kitty")),
    ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, True, Screen(True, 80, "full", "iterm")),
    ({"TERM": "xterm-kitty", "NO_COLOR": "1"}, True, Screen(True, 80, "none")),
    ({"TERM": "tmux-256color", "TMUX": "/tmp/t,1,0", "KITTY_WINDOW_ID": "1"}, True, Screen(True, 80, "256")),
])  # fmt: skip
def test_what_a_terminal_can_show(environment: dict[str, str], is_terminal: bool, expected: Screen) -> None:
    assert screen(environment, is_terminal, 80) == expected


def test_pictures_for_kitty() -> None:
    text = shown(FIGURES["histogram"], Screen(True, 80, "full", "kitty"))
    parts = re.findall(r"\x1b_G(.*?);(.*?)\x1b\\", text)
    assert "".join(f"\x1b_G{head};{body}\x1b\\" for head, body in parts) == text
    assert parts[0][0].startswith("a=T,f=100,q=2,c=") and parts[0][0].endswith("m=1") and parts[-1][0] == "m=0"
    assert all(len(body) <= 4096 for _, body in parts)
    assert base64.b64decode("".join(body for _, body in parts)).startswith(b"\x89PNG")


def test_pictures_for_iterm() -> None:
    text = shown(FIGURES["histogram"], Screen(True, 40, "full", "iterm"))
    head, body = text.removeprefix("\x1b]1337;File=").removesuffix("\a").split(":")
    data = base64.b64decode(body)
    assert head == f"inline=1;size={len(data)};width=40;preserveAspectRatio=1" and data.startswith(b"\x89PNG")


def test_what_is_no_terminal_gets_sentences() -> None:
    assert shown(FIGURES["histogram"], Screen(False)) == plain(FIGURES["histogram"])
