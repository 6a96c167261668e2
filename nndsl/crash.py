"""A fault of our own, in a file: what is needed to mend it. Nobody has to look at a traceback."""

from __future__ import annotations

import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from nndsl import __version__
from nndsl.paths import cache_folder

SAID = "nndsl itself has failed, which is not your script's fault."


def told(problem: BaseException, arguments: Sequence[str]) -> str:
    """Writes the file, and says what has happened and where it is."""
    path = write_crash(problem, arguments)
    if path is None:
        return SAID
    return f"{SAID}\nWhat is needed to mend it is in `{path}`: please send it with the script to the project's issues."


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
