"""`nndsl run` and `check`: exit codes, streams, JSON, and how a run is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from run_tools import LINE, blobs

from nndsl.cli import main

ROOT = Path(__file__).parent.parent
FIT = LINE + "network fit for line { dense(1) }\n"
GOOD = blobs(
    "train net on points as run { epochs 4; metrics accuracy }\n"
    "evaluate net on points.test as result { metrics accuracy, confusion }\n"
    'predict net on points.test as answers to "answers.csv"\n'
    "print run.best.epoch, result.rows\n"
    "expect result.rows == 30\n"
    "show net\n"
)


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes a script and gives its name; the folder is the present one."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "script.nn") -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return write


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    out, err = capsys.readouterr()
    return code, out, err


# ---- exit codes and streams ----------------------------------------------------------------------------


def test_results_are_on_stdout_and_progress_on_stderr(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, script(GOOD))
    assert code == 0
    assert out.splitlines()[0].startswith("run: net trained on points for 4 epochs: loss ")
    assert (
        "result: net on points.test (30 rows): loss " in out
        and "answers: net on points.test: 30 rows, written to `answers.csv`" in out
    )
    assert "network net for points" in out and "58 trained numbers" not in out and "51 trained numbers" in out
    assert "epoch 4 of 4" in err and "examples/s" in err and "\r" not in out + err and "\x1b" not in out + err


def test_the_same_script_prints_the_same_text(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    name = script(GOOD)
    assert run(capsys, name)[1] == run(capsys, name)[1] != run(capsys, name, "--seed", "8")[1]


def test_quiet_leaves_results_only(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "--quiet", script(GOOD))
    assert code == 0 and out and err == ""


CODES = [
    ("print 1", 0, ""),
    ("expect 1 > 2", 1, "E0602"),
    ("print nothing", 1, "E0201"),
    ("set device cuda", 1, "E0703"),
    (FIT + "train fit on line { optimizer sgd(lr=1e30); epochs 20 }", 3, "E0601"),
    (FIT + 'predict fit on line to "none/a.csv"', 1, "E0702"),
]


@pytest.mark.parametrize(("text", "code", "shown"), CODES)
def test_exit_codes(text: str, code: int, shown: str, script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    found, _, err = run(capsys, script(text))
    assert found == code and shown in err
    assert ("1 error" in err) == (code != 0)


def test_a_false_expectation_says_both_sides_and_ends_the_script(
    script: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, script("let a = 3\nexpect a + 1 == a * 2\nprint 5"))
    assert code == 1 and out == ""
    assert "`a + 1` is 4" in err and "`a * 2` is 6" in err and "script.nn:2:8" in err


def test_warnings_are_said_and_do_not_stop_a_run(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    name = script(FIT + "train fit on line { batch 100; epochs 1 }")
    code, out, err = run(capsys, name)
    assert code == 0 and out and "W0401" in err and "1 warning" in err
    assert run(capsys, "check", name)[0] == 0


def test_a_script_that_is_not_there_names_the_nearest(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    script("print 1", "penguins.nn")
    code, _, err = run(capsys, "pengiuns.nn")
    assert code == 1 and "E0701" in err and "did you mean `penguins.nn`?" in err


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_what_is_no_text_is_a_diagnostic(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.nn"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    code, _, err = run(capsys, str(path))
    assert code == 1 and "E0701" in err and "Traceback" not in err


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.nn"
    path.write_bytes("print 1".encode("utf-8-sig"))
    assert run(capsys, str(path)) == (0, "1\n", "")


def test_a_fault_of_our_own_is_said_with_a_file(
    script: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("inner words")

    monkeypatch.setenv("NNDSL_CACHE", str(tmp_path))
    monkeypatch.setattr("nndsl.cli.script.read", fail)
    code, out, err = run(capsys, "check", script("print 1"))
    assert (
        code == 70
        and out == ""
        and "nndsl itself has failed" in err
        and "inner words" not in err
        and "Traceback" not in err
    )
    (crash,) = tmp_path.glob("crash-*.txt")
    assert "inner words" in crash.read_text(encoding="utf-8")
    with pytest.raises(RuntimeError):
        main(["check", "script.nn", "--debug"])


# ---- other values -----------------------------------------------------------------------------------------


def test_set_is_read_and_checked_by_the_language(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    name = script("let width = 4\nlet twice = 2 * width\nprint twice")
    assert run(capsys, name, "--set", "width=2 + 3")[:2] == (0, "10\n")
    for value, shown in (
        ("width=1 +", "E01"),
        ("widht=3", "did you mean `width`?"),
        ("threads=0", "threads"),
        ("seed=a", "E0201"),
    ):
        code, out, err = run(capsys, name, "--set", value)
        assert (code, out) == (1, "") and shown in err, value


# ---- JSON -------------------------------------------------------------------------------------------------


def test_json_is_one_object_a_line(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, script(GOOD), "--json")
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0 and err == ""
    epochs = [line for line in lines if line["statement"] == "epoch"]
    assert [e["epoch"] for e in epochs] == [1, 2, 3, 4]
    assert set(epochs[0]) == {
        "statement",
        "run",
        "epoch",
        "loss",
        "validation_loss",
        "elapsed_s",
        "accuracy",
        "validation_accuracy",
    }
    assert all(a["elapsed_s"] <= b["elapsed_s"] for a, b in pairwise(epochs))
    actions = [line for line in lines if line["statement"] not in ("epoch", "note")]
    assert [(a["statement"], a["name"], a["line"]) for a in actions] == [
        ("train", "run", 10), ("evaluate", "result", 11), ("predict", "answers", 12),
        ("print", None, 13), ("expect", None, 14), ("show", "net", 15),
    ]  # fmt: skip
    assert all(a["elapsed_s"] >= 0 for a in actions)
    train, evaluate, predict, printed, expect, _ = actions
    assert train["epochs"] == 4 and train["last"]["loss"] == epochs[-1]["loss"]
    assert sum(map(sum, evaluate["confusion"])) == evaluate["rows"] == 30
    assert predict["path"] == "answers.csv" and printed["values"][1] == 30
    assert (expect["holds"], expect["left"], expect["right"]) == (True, 30, 30)


def test_without_a_validation_part_its_loss_is_null(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, script(FIT + "train fit on line { epochs 1 }"), "--json")
    assert (
        next(line for line in map(json.loads, out.splitlines()) if line["statement"] == "epoch")["validation_loss"]
        is None
    )


def test_errors_as_json_are_one_object_a_line(script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "check", "--error-format", "json", script("print a\nprint b"))
    found = [json.loads(line) for line in err.splitlines()]
    assert (
        code == 1
        and out == ""
        and [(d["code"], d["line"], d["file"]) for d in found] == [("E0201", 1, "script.nn"), ("E0201", 2, "script.nn")]
    )


# ---- files ------------------------------------------------------------------------------------------------


def test_answers_are_a_table_with_names_and_probabilities(
    script: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, script(GOOD))
    lines = (tmp_path / "answers.csv").read_text(encoding="utf-8").splitlines()
    header, *rows = [line.split(",") for line in lines]
    assert header[0] == "row" and header[2:] == ["P(0)", "P(1)", "P(2)"] and len(rows) == 30
    for row in rows:
        shares = [float(cell) for cell in row[2:]]
        assert sum(shares) == pytest.approx(1, abs=1e-5) and row[1] == str(shares.index(max(shares)))
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


# ---- plain lines ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("epochs", [1, 7, 100, 1234, 100_000])
def test_a_run_has_at_most_a_hundred_plain_lines(epochs: int, script: Any, capsys: pytest.CaptureFixture[str]) -> None:
    _, _, err = run(capsys, script(FIT + f"train fit on line {{ epochs {epochs} }}"))
    lines = [line for line in err.splitlines() if " of " in line]
    assert min(epochs, 10) <= len(lines) <= 60 and f"epoch {epochs} of {epochs}:" in lines[-1]


# ---- processes --------------------------------------------------------------------------------------------


def start(*words: str, **options: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "nndsl", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        **options,
    )


def test_ctrl_c_ends_the_batch_and_the_script(tmp_path: Path) -> None:
    (tmp_path / "long.nn").write_text(FIT + "train fit on line { epochs 1_000_000_000 }\nprint 5", encoding="utf-8")
    process = start("long.nn", "--json", cwd=tmp_path)
    assert process.stdout is not None
    while '"epoch"' not in process.stdout.readline():
        pass
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130 and time.monotonic() - started < 5
    assert "what was reached is kept" in err and "Traceback" not in err
    assert '"print"' not in out and '"train"' not in out


HEAVY = ("numba", "llvmlite", "duckdb", "scipy", "rich", "prompt_toolkit", "torch")


def test_check_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from nndsl.cli import main; assert main(['check', 'examples/penguins.nn']) == 0\n"
        f"print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_a_run_of_known_kernels_imports_no_compiler(tmp_path: Path) -> None:
    path = tmp_path / "a.nn"
    path.write_text(FIT + "train fit on line { epochs 2 }", encoding="utf-8")
    code = f"import sys; from nndsl.cli import main; assert main([{str(path)!r}]) == 0; print('numba' in sys.modules)"
    outcomes = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
        for _ in range(2)
    ]
    assert outcomes[1].splitlines()[-1] == "False"


def test_the_module_can_be_run(tmp_path: Path) -> None:
    process = start("version")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0 and out.startswith("nndsl ") and "numpy" in out and err == ""


def test_output_that_nobody_reads_is_no_fault(tmp_path: Path) -> None:
    process = start("doc", stdin=subprocess.DEVNULL)
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    assert process.wait(timeout=60) in (0, 1) and "Traceback" not in err and "nndsl itself" not in err
