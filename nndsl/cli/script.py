"""`run` and `check`: a script from a file to its end.

In: a path, values from the command line, a console. Out: an exit code. What is wrong is reported, never raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nndsl.cli.console import Console
from nndsl.diagnostics import Collector, Diagnostic, Fault, Source, fault

if TYPE_CHECKING:
    from nndsl.lower.check import Checked

WELL, WRONG, FAILED, INTERRUPTED = 0, 1, 3, 130


def read(path_text: str) -> tuple[Source, Path]:
    """A script's text, and the folder that its paths are relative to; `-` is standard input. Raises a Fault (E0701)."""
    import sys

    if path_text == "-":
        return Source("<stdin>", sys.stdin.read()), Path.cwd()
    path = Path(path_text)
    if path.suffix != ".nn":
        from nndsl.data.sources import holds_a_table

        if holds_a_table(path.name):
            hint = f'a script reads it: `data {path.name.split(".")[0]} {{ from "{path_text}"; ... }}`'
            raise fault("E0701", f"`{path_text}` holds data, and no script", None, help=hint)
    try:
        return Source(path_text, path.read_text(encoding="utf-8-sig")), path.parent
    except UnicodeDecodeError as problem:
        raise fault(
            "E0701", f"`{path_text}` is not text in UTF-8", None, notes=(f"byte {problem.start} is not",)
        ) from None
    except IsADirectoryError:
        raise fault("E0701", f"`{path_text}` is a folder, not a script", None) from None
    except OSError as problem:
        raise unreadable(path, problem) from None


def unreadable(path: Path, problem: OSError) -> Fault:
    """The fault of a file that is not there, or not to be read."""
    from nndsl.diagnostics.suggest import did_you_mean

    if not isinstance(problem, FileNotFoundError):
        reason = problem.strerror or str(problem)
        return fault("E0701", f"`{path}` cannot be read: {reason.lower()}", None)
    beside = [p.name for p in sorted(path.parent.glob("*.nn"))] if path.parent.is_dir() else []
    hint = did_you_mean(path.name, beside)
    return fault("E0701", f"there is no file `{path}`", None, help=hint)


def check(path_text: str, sets: Mapping[str, str], console: Console) -> int:
    """Reports what is wrong with a script."""
    collector = Collector()
    try:
        compiled(path_text, sets, collector)
    except Fault as found:
        collector.add(found.diagnostic)
    console.report(collector)
    if not collector and not console.quiet and not console.json_errors:
        console.say(f"{path_text}: nothing wrong")
    return WRONG if collector.errors else WELL


def compiled(path_text: str, sets: Mapping[str, str], collector: Collector) -> tuple[Checked, Path]:
    """The checked program and its folder; what is wrong is in the collector. Raises a Fault where there is no text."""
    from nndsl.lower.check import check_program
    from nndsl.syntax import parse

    source, folder = read(path_text)
    module = parse(source, collector)
    return check_program(module, folder, collector, overrides=dict(sets)), folder


def run(path_text: str, sets: Mapping[str, str], console: Console, *, json: bool) -> int:
    """Carries a script out."""
    collector = Collector()
    try:
        checked, folder = compiled(path_text, sets, collector)
    except Fault as found:
        collector.add(found.diagnostic)
    if collector.errors:
        console.report(collector)
        return WRONG
    if collector:
        console.report(collector)
    from nndsl.runtime.events import Listener
    from nndsl.runtime.jsonl import Lines
    from nndsl.runtime.progress import Human
    from nndsl.runtime.session import Interrupted, Session

    listener: Listener = (
        Lines(console.results)
        if json
        else Human(console.results, console.messages, quiet=console.quiet, color=console.color)
    )
    session = Session(checked, folder, listener)
    try:
        session.run()
    except Fault as found:
        console.report([found.diagnostic])
        return exit_code(found.diagnostic)
    except Interrupted:
        if not console.json_errors:
            console.say("interrupted: what was reached is kept; nothing after it was run")
        return INTERRUPTED
    return WELL


def exit_code(diagnostic: Diagnostic) -> int:
    """Of a fault while running: a false `expect` and faults of the script or its data are 1, what fails in the run
    itself is 3.
    """
    is_failure = diagnostic.code.startswith(("E06", "E07")) and diagnostic.code not in ("E0602", "E0703")
    return FAILED if is_failure else WRONG
