"""`nndsl repl`, and `nndsl` alone: which reader of entries there is, and what it starts with.

In: words, the process's own streams. Out: an exit code. The session and its readers do the rest.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from nndsl import __version__
from nndsl.cli.console import Console
from nndsl.cli.flags import Words, usage
from nndsl.diagnostics import Fault, Source

if TYPE_CHECKING:
    from nndsl.repl.talk import Talk

WELL, WRONG, MISUSED = 0, 1, 2
GREETING = f"nndsl {__version__}. `:help` lists the commands, `?name` explains, Ctrl-D leaves."


def prompt(words: Words, console: Console) -> int:
    """Until the person leaves, the pipe ends, or the file that is replayed does."""
    is_person = _is_terminal(sys.stdin)
    replay = words.flags.get("--replay")
    lines: Iterator[str] = iter(())
    if not is_person and replay is None:
        lines = _lines(sys.stdin)
        first = next(lines, None)
        if first is None and words.is_bare:
            console.say(usage())
            return MISUSED
        lines = chain([] if first is None else [first], lines)
    from nndsl.cli.script import read

    try:
        file = None if words.subject is None else read(words.subject)
        again = None if replay is None else read(replay)
    except Fault as found:
        console.report([found.diagnostic])
        return WRONG
    talk = _talk(words, console, Path.cwd() if file is None else file[1])
    if is_person and again is None and not console.quiet:
        from nndsl.runtime.folding import folded

        console.say(folded(GREETING, shutil.get_terminal_size().columns - 1))
    if _begin(talk, words, file[0] if file else None):
        return WELL if talk.well else WRONG
    if again is not None:
        from nndsl.repl.plain import from_file

        return from_file(talk, again[0].text, console.show)
    return _listen(talk, lines, is_person, console)


def _begin(talk: Talk, words: Words, file: Source | None) -> bool:
    """What the command line gives, and the file. Whether that asked for the end."""
    from nndsl.repl.given import placed

    first, text = placed(file.text if file else "", words.sets)
    if first and talk.enter(first, "--set").quit:
        return True
    if file is None:
        return False
    reply = talk.enter(text, file.name)
    if reply.well and not reply.interrupted and not words.sets:
        talk.session.unsaved = ()  # what the file has trained, it trains again
    return reply.quit


def _listen(talk: Talk, lines: Iterator[str], is_person: bool, console: Console) -> int:
    from nndsl.repl.plain import PlainTerminal, from_pipe

    if not is_person:
        return from_pipe(talk, lines)
    if not _is_terminal(sys.stdout) or os.environ.get("TERM") == "dumb":
        return PlainTerminal(talk, sys.stdin, sys.stdout if _is_terminal(sys.stdout) else sys.stderr).run()
    from nndsl.paths import history_path
    from nndsl.repl.history import HistoryFile
    from nndsl.repl.terminal import Terminal

    return Terminal(talk, HistoryFile(history_path()), color=console.color).run()


def _talk(words: Words, console: Console, folder: Path) -> Talk:
    from nndsl.cli.crash import crashed
    from nndsl.interactive.session import Interactive
    from nndsl.repl.screen import Screen
    from nndsl.repl.talk import Talk, Ways

    def told(problem: Exception) -> None:
        if console.debug:
            import traceback

            console.say("".join(traceback.format_exception(problem)))
        else:
            crashed(problem, ["repl", *([words.subject] if words.subject else [])], console)

    report = partial(console.report, counted=False)
    screen = Screen(console.results, console.messages, report, quiet=console.quiet, color=console.color)
    return Talk(Interactive(folder, screen), Ways(console.say, told))


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it is closed
        return False


def _lines(stream: TextIO | None) -> Iterator[str]:
    """Lines as they come, without a byte-order mark; none where nothing can be read."""
    if stream is None:
        return
    with contextlib.suppress(OSError, ValueError):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # what is no text is found by the compiler, at its place
        yield from chain((line.removeprefix("\ufeff") for line in islice(stream, 1)), stream)
