"""`nndsl fmt`: brings scripts into their one form.

In: names of files and folders. Out: the files, changed where they were not in form, and an exit code: 1 where something
cannot be read or written, or, where nothing is to be written, would change.
"""

from __future__ import annotations

from nndsl.cli.console import Console
from nndsl.cli.rewrite import STDIN, Script, difference, names, replace, script
from nndsl.cli.script import WELL, WRONG
from nndsl.diagnostics import Collector, Diagnostic, Fault
from nndsl.syntax import parse
from nndsl.syntax.formatter import WIDTH, formatted
from nndsl.values import value


@value
class Way:
    """check: only says what would change. diff: shows it. Neither writes."""

    width: int = WIDTH
    check: bool = False
    diff: bool = False


def fmt(words: list[str], way: Way, console: Console) -> int:
    found: list[Diagnostic] = []
    changes = 0
    listed = names(words)
    for name in listed:
        try:
            one = script(name)
            collector = Collector()
            parse(one.source, collector)
            found += collector.errors
            changes += _formatted(one, name, way, console)
        except Fault as problem:
            found.append(problem.diagnostic)
    console.report(found)
    writes = not (way.check or way.diff)
    if len(listed) != 1 or not (found or listed == [STDIN]):
        _summary(len(listed), changes, writes, console)
    return WRONG if found or (changes and not writes) else WELL


def _formatted(one: Script, name: str, way: Way, console: Console) -> bool:
    """One file; whether it was not in form."""
    text = formatted(one.source, way.width)
    changes = text != one.source.text
    if way.diff and changes:
        console.show(difference(one, text))
    if way.check and changes:
        console.show(f"{one.source.name} would change")
    if way.check or way.diff:
        return changes
    if name == STDIN:
        console.results.write(text)
        console.results.flush()
    elif changes:
        replace(one, text)
        console.show(f"{name}: formatted")
    return changes


def _summary(files: int, changes: int, writes: bool, console: Console) -> None:
    if console.json_errors or console.quiet:
        return
    what = "1 file" if files == 1 else f"{files} files"
    if not files:
        console.say("no scripts are there")
    elif not changes:
        console.say(f"{what}: all in form" if files > 1 else f"{what}: in form")
    else:
        console.say(f"{what}: {changes} {'changed' if writes else 'would change'}")
