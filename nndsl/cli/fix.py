"""`nndsl fix`: makes the certain changes that the suggestions of `check` speak of.

In: names of files and folders. Out: the files, mended; what was changed, what is left, and an exit code: 1 where errors
are left, or, where nothing is to be written, something would be mended.
"""

from __future__ import annotations

from nndsl.cli.console import Console
from nndsl.cli.rewrite import STDIN, Script, difference, names, replace, script
from nndsl.cli.script import WELL, WRONG
from nndsl.diagnostics import Diagnostic, Fault
from nndsl.diagnostics.location import ends
from nndsl.editor.fixes import Fix, checked, mended


def fix(words: list[str], check: bool, diff: bool, console: Console) -> int:
    left: list[Diagnostic] = []
    changes = 0
    for name in names(words):
        try:
            one = script(name)
            result = mended(one.source, lambda source, folder=one.folder: checked(source, folder))  # type: ignore[misc]
            left += result.left
            changes += len(result.made)
            if name == STDIN and not (check or diff):
                console.results.write(result.text)
                console.results.flush()
            _told(one, name, result.made, console)
            if diff and result.made:
                console.show(difference(one, result.text))
            elif result.made and not check and name != STDIN:
                replace(one, result.text)
        except Fault as problem:
            left.append(problem.diagnostic)
    console.report(left)
    if not console.json_errors and not left and not changes:
        console.say("nothing to mend")
    fails = any(one.severity == "error" for one in left) or (changes and (check or diff))
    return WRONG if fails else WELL


def _told(one: Script, name: str, made: tuple[Fix, ...], console: Console) -> None:
    """`a.nn:3:5: `dese` -> `dense``; on the stream of messages where the text itself goes to the other one."""
    tell = console.say if name == STDIN else console.show
    for change in made:
        start, _ = ends(change.edits[0].span)
        tell(f"{one.source.name}:{start.line}:{start.column}: {change.title}")
