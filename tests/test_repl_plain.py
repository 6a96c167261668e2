"""Entries from a pipe, a file that is replayed, and a terminal that can do nothing."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from repl_tools import Fake, Told

from nndsl.cli.flags import read
from nndsl.cli.prompt import _begin
from nndsl.diagnostics import Source
from nndsl.interactive.entries import ready
from nndsl.interactive.face import Reply
from nndsl.repl.gather import as_typed, gathered, replayed
from nndsl.repl.given import placed
from nndsl.repl.plain import PlainTerminal, from_file, from_pipe
from nndsl.repl.talk import Talk

ROOT = Path(__file__).parent.parent
BLOCK = "data d {\n\n  from moons(10)\n}"


def test_lines_are_gathered_until_they_are_complete() -> None:
    lines = ["\n", "let a = 1\n", *BLOCK.splitlines(keepends=True), ":undo\r\n", "print [\n", "1\n"]
    assert list(gathered(lines, ready)) == ["let a = 1", BLOCK, ":undo", "print [\n1"]


def test_an_entry_is_there_as_soon_as_its_last_line() -> None:
    read: list[str] = []

    def lines() -> object:
        for line in ("print 1\n", "print 2\n"):
            read.append(line)
            yield line

    entries = gathered(lines(), ready)  # type: ignore[arg-type]
    assert next(entries) == "print 1" and read == ["print 1\n"]


def test_a_file_without_prompts_is_its_statements() -> None:
    assert replayed(f"# one\nlet a = 1\n\n{BLOCK}\nprint a\n", ready) == ["# one", "let a = 1", BLOCK, "print a"]
    assert replayed("layer l = dense(3)\n  -> relu\nprint 1", ready) == ["layer l = dense(3)\n  -> relu", "print 1"]


def test_of_a_transcript_answers_are_left_out() -> None:
    text = "nndsl 1\nnn> data d {\n...   from moons(10)\n... }\nnn> print 1\n1\n... not typed\nnn>\nnn> print 2\n"
    assert replayed(text, ready) == ["data d {\n  from moons(10)\n}", "print 1", "", "print 2"]


def test_what_is_shown_as_typed_replays_as_it_was() -> None:
    for entry in (BLOCK, "print 1", ":undo", ""):
        assert replayed(as_typed(entry), ready) == [entry]


# ---- a pipe, and a replay


def piped(text: str, session: Fake) -> tuple[int, Told]:
    told = Told()
    return from_pipe(Talk(session, told.ways()), io.StringIO(text)), told


def test_a_pipe_is_carried_out_to_its_end_and_says_in_its_code_whether_all_was_well() -> None:
    session = Fake({"print b": Reply(well=False)})
    assert piped("print a\nprint b\nprint c\n", session)[0] == 1
    assert session.entered == ["print a", "print b", "print c"]
    assert piped("print a\n", Fake())[0] == 0
    assert piped("", Fake())[0] == 0


def test_a_pipe_that_ends_in_an_entry_submits_it() -> None:
    session = Fake()
    piped("data d {\n  from", session)
    assert session.entered == ["data d {\n  from"]


def test_quit_ends_a_pipe_without_a_question_and_ctrl_c_ends_it() -> None:
    session = Fake({":quit": Reply(quit=True)}, unsaved=("mlp",))
    assert piped(":quit\nprint 1\n", session)[0] == 0 and session.entered == [":quit"]
    session = Fake({"train": Reply(interrupted=True)})
    assert piped("train\nprint 1\n", session)[0] == 130 and session.entered == ["train"]


def test_nothing_is_edited_in_a_pipe() -> None:
    code, told = piped(":edit\n", Fake({":edit": Reply(edit="x")}))
    assert code == 1 and "no terminal" in told.said[0]


def test_a_fault_of_our_own_ends_no_pipe() -> None:
    session = Fake({"print 1": ValueError("ours")})
    code, told = piped("print 1\nprint 2\n", session)
    assert code == 1 and len(told.faults) == 1 and session.entered == ["print 1", "print 2"]


def test_a_replay_shows_entries_as_typed() -> None:
    session, shown = Fake(), list[str]()
    assert from_file(Talk(session, Told().ways()), f"{BLOCK}\nprint 1\n", shown.append) == 0
    assert shown == ["nn> data d {\n... \n...   from moons(10)\n... }", "nn> print 1"]
    assert session.entered == [BLOCK, "print 1"]


# ---- a terminal that can do nothing


def plainly(text: str, session: Fake) -> str:
    """What is written while this is typed; the end of it is Ctrl-D."""
    prompts = io.StringIO()
    talk = Talk(session, Told().ways())
    assert PlainTerminal(talk, io.StringIO(text), prompts).run() == 0
    return prompts.getvalue()


def test_prompts_are_written_and_blank_lines_submit() -> None:
    session = Fake()
    assert plainly("data d {\n\nprint 1\n\n", session) == "nn> ... nn> nn> nn> \n"
    assert session.entered == ["data d {\n", "print 1"]


@pytest.mark.parametrize(("answers", "asked", "entered"), [("", 1, 0), ("y\n", 1, 0), ("n\nprint 1\n", 2, 1)])
def test_leaving_asks_once(answers: str, asked: int, entered: int) -> None:
    session = Fake({":quit": Reply(quit=True)}, unsaved=("mlp",))
    written = plainly(f":quit\n{answers}", session)
    assert written.count("trained since the last `:save`: `mlp`\nLeave all the same? [y/N] ") == asked
    assert session.entered[1:] == ["print 1"] * entered


def test_ctrl_c_clears_what_was_typed() -> None:
    class Keys(io.StringIO):
        lines = iter(["data d {\n", None, "print 1\n", ""])

        def readline(self, size: int | None = -1, /) -> str:
            line = next(self.lines)
            if line is None:
                raise KeyboardInterrupt
            return line

    session, prompts = Fake(), io.StringIO()
    assert PlainTerminal(Talk(session, Told().ways()), Keys(), prompts).run() == 0
    assert session.entered == ["print 1"] and prompts.getvalue() == "nn> ... \nnn> nn> \n"


# ---- values from the command line


def test_values_from_the_command_line_are_written_over_those_of_the_script() -> None:
    script = "set seed 1\nlet width = 8 * 2  # wide\nlet rate = 0.1\nprint width\n"
    first, text = placed(script, {"seed": "7", "width": "[1, 2]", "threads": "2", "depth": "3"})
    assert first == "set threads 2\nlet depth = 3"
    assert text == "set seed 7\nlet width = [1, 2]  # wide\nlet rate = 0.1\nprint width\n"
    assert placed("", {}) == ("", "") and placed(script, {}) == ("", script)


# ---- the whole way


def nndsl(*words: str, typed: str | None = None, folder: Path | None = None, **variables: str) -> tuple[int, str, str]:
    """(exit code, results, messages) of a process; typed: what stands in its standard input, None for nothing."""
    done = subprocess.run(
        [sys.executable, "-m", "nndsl", *words], input=typed, capture_output=True, text=True, check=False, timeout=60,
        stdin=subprocess.DEVNULL if typed is None else None, cwd=folder or ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_nndsl_alone_reads_a_pipe_and_is_wrong_usage_without_one() -> None:
    code, out, err = nndsl(typed="let a = 3\nprint a * 2\n")
    assert (code, out, err) == (0, "6\n", "")
    code, out, err = nndsl()
    assert code == 2 and out == "" and "nndsl FILE.nn" in err
    assert nndsl("repl") == (0, "", "")


def test_a_fault_in_a_pipe_is_shown_without_prompts_and_does_not_end_it() -> None:
    code, out, err = nndsl("--quiet", typed="let a = 1\nprint b\nprint a\ndata d {\n")
    assert code == 1 and out == "1\n" and "nn>" not in err
    assert "`b` is not defined" in err and "E0106" in err and "--> entry 2:1:7" in err


def test_bytes_that_are_no_text_are_a_fault_of_the_entry() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nndsl"], input=b"\xef\xbb\xbflet a = 1\nlet b = \xff\nprint a\n", capture_output=True,
        check=False, timeout=60, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 1 and done.stdout == b"1\n" and b"error[" in done.stderr


def test_a_script_comes_first_with_values_from_the_command_line(tmp_path: Path) -> None:
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "data.csv").write_text("x,y\n" + "1,2\n3,4\n" * 5, encoding="utf-8")
    script = 'let a = 1\ndata d { from "data.csv"; input x; target y }\nprint a\n'
    (folder / "mine.nn").write_text(script, encoding="utf-8")
    code, out, err = nndsl(
        "repl", "scripts/mine.nn", "--set", "a=5", "--seed=3", typed="print a + 1\nd", folder=tmp_path
    )
    assert code == 0 and out.startswith("5\n6\n") and "error" not in err
    code, out, err = nndsl("repl", "scripts/mien.nn", typed="print 1\n", folder=tmp_path)
    assert code == 1 and "did you mean" in err and out == ""


def test_a_replay_of_what_was_shown_shows_the_same(tmp_path: Path) -> None:
    (tmp_path / "first.nn").write_text("let a = 3\n\nprint a,\n  a + 1\nprint zzz\n", encoding="utf-8")
    code, out, err = nndsl("repl", "--replay", "first.nn", folder=tmp_path)
    assert code == 1 and out == "nn> let a = 3\nnn> print a,\n...   a + 1\n3  4\nnn> print zzz\n"
    assert "`zzz` is not defined" in err
    (tmp_path / "shown.txt").write_text(out, encoding="utf-8")
    assert nndsl("repl", "--replay", "shown.txt", folder=tmp_path)[:2] == (1, out)


def test_only_what_is_needed_is_imported(tmp_path: Path) -> None:
    code = "import sys\nfrom nndsl.cli import main\nmain([])\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], input="print 1\n", capture_output=True, text=True, check=True, cwd=ROOT
    )
    modules = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert not modules & {"numba", "llvmlite", "duckdb", "scipy", "rich", "prompt_toolkit", "torch", "pandas"}


def test_a_prompt_imports_nothing_but_itself() -> None:
    code = """
import sys
from pathlib import Path
from prompt_toolkit.input import DummyInput
from prompt_toolkit.output import DummyOutput
from nndsl.interactive.session import Interactive
from nndsl.repl.history import HistoryFile
from nndsl.repl.talk import Talk, Ways
from nndsl.repl.terminal import Terminal
session = Interactive(Path.cwd())
talk = Talk(session, Ways(print, print))
assert Terminal(talk, HistoryFile(Path("none")), color=True, source=DummyInput(), sink=DummyOutput()).run() == 0
assert session.complete("tra", 3) and session.enter("let a = 1").well
print(*sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    modules = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert "prompt_toolkit" in modules
    assert not modules & {"numba", "llvmlite", "duckdb", "scipy", "rich", "torch", "pandas", "pygments", "IPython"}


def test_leaving_after_a_script_that_trains_asks_nothing(tmp_path: Path) -> None:
    for words, left in (([], ()), (["--seed", "3"], ("mlp",))):
        session = Fake(unsaved=("mlp",))
        assert not _begin(
            Talk(session, Told().ways()), read(["repl", "a.nn", *words]), Source("a.nn", "train mlp on d")
        )
        assert session.unsaved == left and session.names[-1] == "a.nn"
