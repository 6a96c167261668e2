"""What was meant by an entry that is wrong here and right at other prompts: `exit`, `help(dense)`, `dense?`.

In: the text of an entry and the faults in it. Out: the faults; where a command was meant, the first one alone, and how
the command is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from nndsl.diagnostics import Diagnostic
from nndsl.diagnostics.suggest import nearest
from nndsl.semantics.options import STATEMENTS

ELSEWHERE = {  # what commands are called at other prompts
    "exit": "quit", "bye": "quit", "q": "quit", "x": "quit", "logout": "quit", "cls": "clear", "ls": "who",
    "dir": "who", "whos": "who", "vars": "who", "man": "help", "h": "help", "hist": "history",
    "timeit": "time", "info": "type",
}  # fmt: skip
_COMMAND = re.compile(r"%?(\w+)(?:\s*\(\s*\)|\s+[\w\"'./~-].*)?")
_QUESTION = re.compile(r"(?:help|man|doc)\s*[(\s]\s*[\"']?(\w+)[\"']?\s*\)?|(\w+)\s*\?+")


def as_meant(text: str, found: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """The faults of an entry."""
    help = _meant(text.strip().rstrip(";").rstrip())
    first = next((one for one in found if one.severity == "error"), None)
    if help is None or first is None:
        return found
    return [replace(first, help=help, notes=(), labels=(), edits=())]


def _meant(entry: str) -> str | None:
    asked = _QUESTION.fullmatch(entry)
    if asked is not None:
        return f"a question begins with its sign: `?{asked[1] or asked[2]}`"
    match = _COMMAND.fullmatch(entry)
    name = match[1] if match is not None else ""
    from nndsl.interactive.commands import COMMANDS

    name = name if name in COMMANDS else ELSEWHERE.get(name, "")
    if not name or (name in STATEMENTS and not STATEMENTS[name].later):
        return None
    return f"commands begin with a colon: `{f':{name} {COMMANDS[name].usage}'.strip()}`"


def near(name: str, commands: Iterable[str]) -> list[str]:
    """Commands that an unknown one may stand for: by another name, by its beginning, by a slip."""
    known = list(commands)
    other = ELSEWHERE.get(name)
    return [other] if other else [one for one in known if one.startswith(name)][:3] or nearest(name, known)
