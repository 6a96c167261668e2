"""The command line: `nndsl VERB ...`. In: words. Out: text on the two streams, and an exit code. It computes nothing
itself.

Everything but the reading of the words is imported when a verb needs it, so that `nndsl check` starts fast.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import NoReturn

from nndsl.cli.console import Console, wants_color
from nndsl.cli.flags import Usage, Words, read, usage

MISUSED, OURS, INTERRUPTED = 2, 70, 130


def main(argv: list[str] | None = None) -> int:
    """Runs one command; argv: the words after `nndsl` (those of the process where None). Gives the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        words = read(arguments)
    except Usage as problem:
        print(f"nndsl: {problem}\nsee `nndsl --help`", file=sys.stderr)
        return MISUSED
    console = Console(
        wants_color(sys.stderr, "--no-color" in words.flags), words.flags.get("--error-format") == "json",
        "--quiet" in words.flags, "--debug" in words.flags,
    )  # fmt: skip
    try:
        return _carry_out(words, console)
    except KeyboardInterrupt:
        return _stop_at_once(console)
    except BrokenPipeError:  # the reader of our output has gone: nobody is left to be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as problem:
        if console.debug:
            raise
        from nndsl.cli.crash import crashed

        crashed(problem, arguments, console)
        return OURS


def _carry_out(words: Words, console: Console) -> int:
    if "--help" in words.flags:
        console.show(usage(words.verb))
        return 0
    if "--version" in words.flags and not words.verb:
        words.verb = "version"
    return VERBS[words.verb](words, console)


def _stop_at_once(console: Console) -> int:
    """A second Ctrl-C, or one where nothing can be kept. Native code may still run on its thread: it must not outlive
    its memory.
    """
    console.say("stopped")
    return _end_at_once(INTERRUPTED) if "nndsl-work" in _threads() else INTERRUPTED


def _end_at_once(code: int) -> NoReturn:
    """Without waiting for the thread of native code."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _threads() -> list[str]:
    import threading

    return [thread.name for thread in threading.enumerate()]


# ---- verbs -------------------------------------------------------------------------------------------------


def _run(words: Words, console: Console) -> int:
    from nndsl.cli.script import run

    return run(words.subject or "", words.sets, console, json="--json" in words.flags)


def _check(words: Words, console: Console) -> int:
    from nndsl.cli.script import check

    return check(words.subject or "", words.sets, console)


def _fmt(words: Words, console: Console) -> int:
    from nndsl.cli.fmt import Way, fmt
    from nndsl.syntax.formatter import WIDTH

    way = Way(int(words.flags.get("--width", WIDTH)), "--check" in words.flags, "--diff" in words.flags)
    return fmt(words.subjects, way, console)


def _fix(words: Words, console: Console) -> int:
    from nndsl.cli.fix import fix

    return fix(words.subjects, "--check" in words.flags, "--diff" in words.flags, console)


def _repl(words: Words, console: Console) -> int:
    from nndsl.cli.prompt import prompt

    code = prompt(words, console)
    return _end_at_once(code) if "nndsl-work" in _threads() else code


def _explain(words: Words, console: Console) -> int:
    from nndsl.cli.pages import explain

    return explain(words.subject or "", console)


def _doc(words: Words, console: Console) -> int:
    from nndsl.cli.pages import doc

    return doc(words.subject, console)


def _ir(words: Words, console: Console) -> int:
    from nndsl.cli.stages import ir

    return ir(words.subject or "", words.sets, words.flags.get("--stage", "ir"), console)


def _lsp(words: Words, console: Console) -> int:
    from nndsl.cli.language_server import language_server

    return language_server(words.flags.get("--tcp"), console)


def _warm(words: Words, console: Console) -> int:
    from nndsl.cli.warm import warm_all

    return warm_all(words.flags.get("--precision", "float32"), console)


def _version(words: Words, console: Console) -> int:
    from nndsl.cli.pages import version

    return version(console)


VERBS: dict[str, Callable[[Words, Console], int]] = {
    "run": _run, "check": _check, "fmt": _fmt, "fix": _fix, "repl": _repl, "explain": _explain, "doc": _doc, "ir": _ir,
    "lsp": _lsp, "warm": _warm, "version": _version,
}  # fmt: skip
