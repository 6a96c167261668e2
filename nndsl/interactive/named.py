"""What commands speak of by name: networks (earlier versions too), data sets, and a network on data.

In: the words behind a command. Out: what they name, or a fault that says what is there.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from nndsl.data.types import Signature
from nndsl.diagnostics import Fault, Source, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.semantics.program import Network

if TYPE_CHECKING:
    from nndsl.interactive.commands import Words
    from nndsl.interactive.session import Interactive

_ON = re.compile(r"\s+on\s+")


def apart(words: Words) -> tuple[Span, Span | None]:
    """`NET on DATA`: the places of both; the last `on` counts."""
    found = list(_ON.finditer(words.text))
    if not found:
        return words.span, None
    line, start = words.span.source, words.span.start
    return Span(line, start, start + found[-1].start()), Span(line, start + found[-1].end(), words.span.end)


def network(session: Interactive, place: Span) -> Network:
    networks = session.checked.program.networks
    found = networks.get(place.text)
    if found is None:
        raise nothing_called(session, place, "network", list(networks))
    return found


def data(session: Interactive, place: Span) -> Signature:
    signatures = session.checked.signatures
    found = signatures.get(place.text)
    if found is None:
        raise nothing_called(session, place, "data set", list(signatures))
    return found


def typed(found: Fault, made: Source, words: Words, shift: int) -> Fault:
    """A fault in a text that was made of a command, as one in the command. shift: how far what was typed has moved."""
    entry, start, end = words.span.source, words.span.start, words.span.end

    def back(span: Span) -> Span:
        if span.source != made:
            return span
        return Span(entry, *(min(max(at - shift, start), end) for at in (span.start, span.end)))

    d = found.diagnostic
    span = None if d.span is None else back(d.span)
    return Fault(replace(d, span=span, labels=tuple(replace(x, span=back(x.span)) for x in d.labels), edits=()))


def nothing_called(session: Interactive, place: Span, what: str, known: list[str]) -> Fault:
    """What is said of a name that stands for nothing of the kind."""
    name = place.text
    there = f"{what}s here: {', '.join(f'`{one}`' for one in known)}" if known else f"there is no {what} here yet"
    is_other = name in session.names() or name in session.checked.program.networks
    problem = f"`{name}` is no {what}" if is_other else f"no {what} here is called `{name}`"
    return fault("E0803", problem, place, help=did_you_mean(name, known) or there)


def met(session: Interactive, chosen: Network, on: Span | None, place: Span) -> Signature:
    """The data that a network is looked at with: what is named, else what it was used with, is for, or asks for."""
    from nndsl.lower.network import declared
    from nndsl.runtime.showing.networks import signature_of

    if on is not None:
        return data(session, on)
    found = signature_of(chosen.name, session.runtime) or declared(chosen)
    if found is None:
        known = list(session.checked.signatures)
        hint = f"say which: `{chosen.name} on {known[0]}`" if known else "define data, and say `on` which"
        problem = f"`{chosen.name}` has not met any data, so its sizes are not known"
        raise fault("E0813", problem, place, help=hint)
    return found
