"""How the prompt looks: colours, brackets that belong together, what stands at the right, and a greeting."""

from __future__ import annotations

import io
import random
import re
from pathlib import Path

import pytest
from prompt_toolkit.application.current import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.layout.processors import TransformationInput
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from repl_tools import CTRL_C, ENTER, Fake, Step, typed

from nndsl.interactive.face import Reply
from nndsl.repl.colouring import Brackets, Coloured, style
from nndsl.repl.echo import echo
from nndsl.repl.terminal import Terminal

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.nn"))


def coloured(text: str) -> list[tuple[str, str]]:
    """Words and what they are, without blanks."""
    get = Coloured().lex_document(Document(text))
    found = [(part[1], part[0]) for number in range(text.count("\n") + 1) for part in get(number)]
    return [(word.strip(), look.removeprefix("class:nn.")) for word, look in found if word.strip()]


def test_words_have_the_colours_of_the_compiler_s_own_lexer() -> None:
    found = coloured("train mlp on iris { epochs 3 }  # data {")
    assert found[0] == ("train", "verb") and ("mlp", "name") in found and ("epochs", "option") in found
    assert ("3", "number") in found and found[-1] == ("# data {", "comment")


def test_brackets_that_nothing_closes_are_open_and_stray_ones_bad() -> None:
    assert ("{", "open") in coloured("data d {") and ("{", "bracket") in coloured("data d { }")
    assert ("(", "open") in coloured("print (1")
    assert ("}", "bad") in coloured("print 1 }")
    for few in (False, True):
        rules = dict(style(few).style_rules)
        assert "red" in rules["nn.open"] or rules["nn.open"] == "#e6241d"
        assert rules["nn.bad"] != rules["nn.open"]


def test_commands_and_questions_are_coloured() -> None:
    assert coloured(":undo") == [(":undo", "command")]
    assert coloured(":save my {file}.nn")[0] == (":save", "command")
    assert coloured("?dense") == [("?dense", "command")]
    found = coloured("let a = 1\n  :shape mlp\nprint a {")
    assert (":shape", "command") in found and ("print", "verb") in found and ("{", "open") in found
    assert (":x", "command") not in coloured("print [\n:x\n]")  # no command stands inside a bracket


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_keeps_its_characters(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    get = Coloured().lex_document(Document(text))
    lines = ["".join(part[1] for part in get(number)) for number in range(text.count("\n") + 1)]
    assert "\n".join(lines) == text


def test_no_text_fails() -> None:
    letters = "a{}()[]\"'`#:?;,.→π\t \n\r\x00\x1b\x85\u2028😀-><=@^~0e\\"
    draw = random.Random(7)
    for _ in range(200):
        text = "".join(draw.choice(letters) for _ in range(draw.randrange(40)))
        document = Document(text, draw.randint(0, len(text)))
        get = Coloured().lex_document(document)
        assert "\n".join("".join(part[1] for part in get(n)) for n in range(text.count("\n") + 1)) == text
        marked(text, document.cursor_position)


def marked(text: str, cursor: int) -> str:
    """The characters that are marked."""
    document, found = Document(text, cursor), ""
    for number, line in enumerate(document.lines):
        source = TransformationInput(
            None, document, number, lambda column: column, [("", line)], 80, 24,  # type: ignore[arg-type]
        )  # fmt: skip
        shown = Brackets().apply_transformation(source)
        found += "".join(text for look, text, *_ in shown.fragments if "bracket-pair" in look)
    return found


def test_the_bracket_at_the_cursor_and_its_partner_are_marked() -> None:
    text = 'f(a[1], "(")'
    assert marked(text, 1) == "()" and marked(text, len(text)) == "()"
    assert marked(text, 4) == "[]" and marked(text, 3) == "[]"
    assert marked(text, 0) == "" and marked(text, 10) == ""
    assert marked("a {\n  b\n}", 9) == "{}" and marked("a {", 3) == "" and marked("(]", 1) == ""


# ---- what a terminal is sent


def recorded(*steps: Step, color: bool = True, columns: int = 80, session: Fake | None = None) -> str:
    stream = io.StringIO()
    sink = Vt100_Output(
        stream, lambda: Size(24, columns), term="xterm-256color", default_color_depth=ColorDepth.DEPTH_8_BIT
    )
    sink.enable_cpr = False
    with create_app_session(output=sink):
        typed(*steps, sink=sink, color=color, session=session)
    return stream.getvalue()


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", text)


def test_the_screen_is_sent_colours_and_prompts() -> None:
    sent = recorded("data d {", ENTER, "}", ENTER)
    assert "38;5;" in sent and "nn> " in plain(sent) and "... " in plain(sent)


def test_without_colour_none_is_sent() -> None:
    sent = recorded("data d {", ENTER, "}", ENTER, "print (", CTRL_C, color=False)
    codes = {code for found in re.findall(r"\x1b\[([\d;]*)m", sent) for code in found.split(";")}
    assert codes <= {"", "0", "1", "3", "4"}  # bold, italic and underline are no colours


def test_clear_clears_the_screen() -> None:
    session = Fake({":clear": Reply(clear=True)})
    sent = recorded(":clear", ENTER, "print 1", ENTER, session=session)
    assert "\x1b[2J\x1b[0;0H" in sent and session.entered == [":clear", "print 1"]


def test_lines_that_are_too_long_go_on_without_a_prompt() -> None:
    long = "print " + "a + " * 30 + "a"
    sent = plain(recorded(long, ENTER, "print 1", ENTER, columns=60))
    assert "nn> " in sent and "... " not in sent


def test_a_terminal_shows_what_is_typed_or_not_and_is_as_it_was_then() -> None:
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    _, handle = pty.openpty()

    def echoes() -> bool:
        return bool(termios.tcgetattr(handle)[3] & termios.ECHO)

    with open(handle, "rb", buffering=0) as terminal:
        with echo(terminal, on=False):
            assert not echoes()
            with echo(terminal, on=True):
                assert echoes()
            assert not echoes()
        assert echoes()
    for nothing in (None, io.StringIO(), terminal):
        with echo(nothing, on=False):
            pass


class Slow(Fake):
    """A session whose entries take longer than is worth a word."""

    def enter(self, text: str, name: str | None = None) -> Reply:
        import time

        time.sleep(0.6)
        return super().enter(text, name)


def test_the_time_of_an_entry_stands_at_the_right_until_something_is_typed() -> None:
    shown: list[str] = []

    def look(terminal: Terminal) -> bool:
        shown.append("".join(part[1] for part in terminal._right()))
        return True

    waits: Step = lambda terminal: terminal.talk.took_s > 0.5 and not terminal.prompt.default_buffer.text  # noqa: E731
    typed_x: Step = lambda terminal: terminal.prompt.default_buffer.text == "x"  # noqa: E731
    typed("print 1", ENTER, waits, look, "x", typed_x, look, session=Slow())
    assert re.fullmatch(r"0\.6\d s", shown[0]) and shown[1] == ""
