"""The words after `nndsl`: where options stand, what is meant by a wrong one, and that each mistake is exit code 2."""

from __future__ import annotations

import io

import pytest

from nndsl.cli import main
from nndsl.cli.flags import FLAGS, VERBS, Usage, read

RIGHT = [
    (["run", "a.nn"], "run", "a.nn", {}),
    (["a.nn"], "run", "a.nn", {}),
    (["--json", "run", "a.nn"], "run", "a.nn", {"--json": ""}),
    (["run", "--json", "a.nn"], "run", "a.nn", {"--json": ""}),
    (["a.nn", "--json"], "run", "a.nn", {"--json": ""}),
    (["check", "a.nn", "--error-format=json"], "check", "a.nn", {"--error-format": "json"}),
    (["check", "--error-format", "json", "a.nn"], "check", "a.nn", {"--error-format": "json"}),
    (["ir", "--stage", "plan", "a.nn"], "ir", "a.nn", {"--stage": "plan"}),
    (["explain", "e0201"], "explain", "e0201", {}),
    (["doc"], "doc", None, {}),
    (["-h"], "", None, {"--help": ""}),
    ([], "repl", None, {}),
    (["--quiet"], "repl", None, {"--quiet": ""}),
    (["repl", "a.nn"], "repl", "a.nn", {}),
    (["repl", "--replay", "a.txt"], "repl", None, {"--replay": "a.txt"}),
    (["run", "--", "--json"], "run", "--json", {}),
    (["folder/script"], "run", "folder/script", {}),
    (["-q", "-"], "run", "-", {"--quiet": ""}),
]


@pytest.mark.parametrize(("line", "verb", "subject", "flags"), RIGHT)
def test_options_stand_before_and_after_the_verb(
    line: list[str], verb: str, subject: str | None, flags: dict[str, str]
) -> None:
    words = read(line)
    assert (words.verb, words.subject, words.flags) == (verb, subject, flags)


def test_values_for_the_script_are_gathered_from_all_options() -> None:
    words = read(
        [
            "--set",
            "a=1",
            "run",
            "--seed",
            "-3",
            "x.nn",
            "--set=b = [1, 2]",
            "--threads=2",
            "--device",
            "cpu",
            "--precision",
            "float64",
        ]
    )
    assert words.sets == {
        "a": "1",
        "b": "[1, 2]",
        "seed": "-3",
        "threads": "2",
        "device": "cpu",
        "precision": "float64",
    }


WRONG = [
    (["--jsn", "a.nn"], "there is no option `--jsn`; did you mean `--json`?"),
    (["-x", "a.nn"], "there is no option `-x`"),
    (["rnu", "a.nn"], "there is no command `rnu`; did you mean `run`?"),
    (["train"], "there is no command `train`"),
    (["run"], "`nndsl run` needs a FILE"),
    (["explain"], "`nndsl explain` needs a CODE"),
    (["run", "a.nn", "b.nn"], "takes one FILE; `b.nn` is too much"),
    (["version", "a"], "takes nothing more; `a` is too much"),
    (["run", "a.nn", "--seed"], "`--seed` needs a value: `--seed N`"),
    (["run", "--seed", "--json", "a.nn"], "`--seed` needs a value"),
    (["run", "a.nn", "--json=yes"], "`--json` takes no value"),
    (["run", "a.nn", "--device", "gpu"], "`--device` is `auto` or `cpu` or `cuda`, not `gpu`"),
    (["run", "a.nn", "--device", "cud"], "did you mean `cuda`?"),
    (["check", "a.nn", "--error-format", "xml"], "not `xml`"),
    (["ir", "a.nn", "--stage", "fuse"], "did you mean `fused`?"),
    (["run", "a.nn", "--set", "width"], "`--set` takes NAME=VALUE, not `width`"),
    (["run", "a.nn", "--set", "=3"], "`--set` takes NAME=VALUE"),
    (["run", "a.nn", "--set", "a=1", "--set", "a=2"], "`a` is set twice"),
    (["run", "a.nn", "--seed", "1", "--seed", "2"], "`--seed` is given twice"),
    (["run", "a.nn", "--seed", "1", "--set", "seed=2"], "`seed` is given twice"),
    (["--json"], "`nndsl repl` takes no `--json`; it takes"),
    (["run", "a.nn", "--replay", "b.nn"], "`nndsl run` takes no `--replay`"),
    (["check", "a.nn", "--json"], "`nndsl check` takes no `--json`; it takes"),
    (["explain", "E0201", "--set", "a=1"], "`nndsl explain` takes no `--set`"),
    (["run", "a.nn", "--stage", "ir"], "`nndsl run` takes no `--stage`"),
]


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_a_wrong_word_says_what_was_meant(line: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Usage) as found:
        read(line)
    assert message in str(found.value)
    assert main(line) == 2
    out, err = capsys.readouterr()
    assert out == "" and message in err and "nndsl --help" in err


@pytest.mark.parametrize("verb", ["", *(verb.name for verb in VERBS)])
def test_help_is_there_for_every_verb(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*([verb] if verb else []), "--help"]) == 0
    text = capsys.readouterr().out
    named = [flag.name for flag in FLAGS if f"  {flag.name} " in text]
    row = next((v for v in VERBS if v.name == verb), None)
    assert set(named) == {flag.name for flag in FLAGS if row is None or flag.name in row.flags or flag.name in COMMON}


COMMON = ("--error-format", "--no-color", "--debug", "--help", "--version")


def test_no_words_at_all_are_wrong_usage_where_nothing_can_be_entered(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for nothing in (io.StringIO(""), None):
        monkeypatch.setattr("sys.stdin", nothing)
        assert main([]) == 2
        assert "nndsl FILE.nn" in capsys.readouterr().err


def test_no_words_at_all_are_a_prompt_where_something_is_entered(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("print 6 * 7\n"))
    assert main([]) == 0
    assert capsys.readouterr() == ("42\n", "")
