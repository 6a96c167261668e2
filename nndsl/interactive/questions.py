"""Commands that ask: `:help`, `:who`, and questions after `?`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nndsl.diagnostics import Source, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.interactive.face import Reply

if TYPE_CHECKING:
    from nndsl.interactive.commands import Words
    from nndsl.interactive.session import Interactive


def help_(session: Interactive, words: Words) -> Reply:
    from nndsl.interactive.commands import COMMANDS

    name = words.text.removeprefix(":")
    if name and name not in COMMANDS:
        raise words.wrong(f"there is no command `:{name}`", did_you_mean(name, COMMANDS))
    rows = [COMMANDS[name]] if name else list(COMMANDS.values())
    width = max(len(f"{row.name} {row.usage}") for row in rows)
    lines = [f"  :{f'{row.name} {row.usage}':<{width}}  {row.meaning}" for row in rows]
    if not name:
        lines += [
            f"  {'?NAME':<{width + 1}}  what a name means: a layer, a statement, an option, something of your own",
            f"  {'??NAME':<{width + 1}}  its equation",
            f"  {'?WORDS':<{width + 1}}  searches all names and what they mean",
        ]
    session.face.tell("\n".join(lines))
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
    scope = session.checked.program.scope
    if not text:
        return help_(session, _nothing(line))
    found = manual.equation(text, scope) if deep else manual.page(text, scope)
    if found is None:
        entries = manual.search(text, scope)
        if not entries:
            place = Span(Source("prompt", line), len(line) - len(text), len(line))
            hint = did_you_mean(text, manual.names())
            session.face.report(
                [fault("E0804", f"nothing is called `{text}`, or speaks of it", place, help=hint).diagnostic]
            )
            return Reply(well=False)
        width = max(len(entry.name) for entry in entries)
        found = "\n".join(f"  {entry.name:<{width}}  {entry.kind}: {entry.meaning}" for entry in entries)
    session.face.tell(found)
    return Reply()


def _nothing(line: str) -> Words:
    from nndsl.interactive.commands import Words

    return Words("", Span(Source("prompt", line), 0, len(line)))
