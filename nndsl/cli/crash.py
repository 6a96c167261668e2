"""A fault of our own: said plainly, with a file that holds what is needed to mend it. Never a traceback on the
screen.
"""

from __future__ import annotations

import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from nndsl import __version__
from nndsl.cli.console import Console
from nndsl.paths import cache_folder


def crashed(problem: BaseException, arguments: Sequence[str], console: Console) -> None:
    """Tells the user, and writes the crash file."""
    console.say("nndsl itself has failed, which is not your script's fault.")
    path = write_crash(problem, arguments)
    if path is not None:
        console.say(
            f"What is needed to mend it is in `{path}`: please send it with the script to the project's issues."
        )
    console.say("`--debug` shows it here.")


def write_crash(problem: BaseException, arguments: Sequence[str]) -> Path | None:
    """The file with what is needed to mend it; None where none could be written."""
    trace = "".join(traceback.format_exception(problem))
    facts = f"nndsl {__version__}\nPython {sys.version}\n{platform.platform()}\nnndsl {' '.join(arguments)}\n\n{trace}"
    name = time.strftime("crash-%Y%m%d-%H%M%S.txt")
    for folder in (cache_folder(), Path(tempfile.gettempdir())):
        try:
            path = folder / name
            path.write_text(facts, encoding="utf-8")
        except OSError:
            continue
        return path
    return None
