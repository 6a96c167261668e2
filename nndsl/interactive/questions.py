"""Commands that ask: `:help`, `:who`, and questions after `?`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nndsl.diagnostics import Source, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.interactive.face import Reply

if TYPE_CHECKING:
    from nndsl.interactive.commands import Words
    from nndsl.interactive.session import Interactive

LISTED = 20  # how many entries a search shows


def help_(session: Interactive, words: Words) -> Reply:
    from nndsl.interactive.commands import COMMANDS
    from nndsl.manual import pairs

    name = words.text.removeprefix(":")
    if name and name not in COMMANDS:
        raise words.wrong(f"there is no command `:{name}`", did_you_mean(name, COMMANDS))
    rows = [COMMANDS[name]] if name else list(COMMANDS.values())
    lines = [(f":{row.name} {row.usage}".strip(), row.meaning) for row in rows]
    if not name:
        lines += [
            ("?NAME", "what a name means: a layer, a statement, an option, something of your own"),
            ("??NAME", "its equation"),
            ("?WORDS", "searches all names and what they mean"),
        ]
    session.face.tell("\n".join(pairs(lines, session.face.columns)))
    return Reply()


def who(session: Interactive, words: Words) -> Reply:
    """Data sets, networks, results, other definitions: a line each."""
    from nndsl.interactive.inventory import inventory

    session.face.tell(inventory(session))
    return Reply()


def ask(session: Interactive, line: str) -> Reply:
    """`?dense`, `??dense`, `?early stopping`."""
    from nndsl import manual

    deep, text = line.startswith("??"), line.lstrip("?").strip()
    scope, columns = session.checked.program.scope, session.face.columns
    if not text:
        return help_(session, _nothing(line))
    found = (manual.equation(text, scope) if deep else None) or manual.page(text, scope, columns)
    if found is None:
        entries = manual.search(text, scope)
        if not entries:
            place = Span(Source("prompt", line), len(line) - len(text), len(line))
            hint = did_you_mean(text, manual.names())
            session.face.report(
                [fault("E0804", f"nothing is called `{text}`, or speaks of it", place, help=hint).diagnostic]
            )
            return Reply(well=False)
        rows = [(entry.name, f"{entry.kind}: {entry.meaning}") for entry in entries[:LISTED]]
        if len(entries) > LISTED:
            rows.append(("...", f"and {len(entries) - LISTED} more; another word narrows it down"))
        found = "\n".join(manual.pairs(rows, columns))
    session.face.tell(found)
    return Reply()


def _nothing(line: str) -> Words:
    from nndsl.interactive.commands import Words

    return Words("", Span(Source("prompt", line), 0, len(line)))
