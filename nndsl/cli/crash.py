"""A fault of our own on the command line: said plainly, with the file that holds what is needed to mend it."""

from __future__ import annotations

from collections.abc import Sequence

from nndsl.cli.console import Console
from nndsl.crash import told


def crashed(problem: BaseException, arguments: Sequence[str], console: Console) -> None:
    """Tells the user, and writes the crash file."""
    console.say(told(problem, arguments))
    console.say("`--debug` shows it here.")
