"""Statements whose outcome is shown, but that are not kept: no script holds them, nothing is left behind.

In: a session and the text of statements. Out: they are checked against all that is there; `peek` carries their actions
out too, and puts everything back.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nndsl.diagnostics import Collector, Fault, Source
from nndsl.interactive.checking import Attempt, attempt
from nndsl.interactive.face import Reply
from nndsl.semantics.options import STATEMENTS
from nndsl.semantics.program import Train
from nndsl.syntax import parse

if TYPE_CHECKING:
    from nndsl.interactive.session import Interactive


def tried(session: Interactive, source: Source) -> Attempt:
    """The statements as checked. Raises the first fault."""
    collector = Collector()
    module = parse(source, collector, STATEMENTS)
    for diagnostic in collector.errors:
        raise Fault(diagnostic)
    at = len(session.book.lines) + len(session.book.done)
    found = attempt(session.book, module.statements, source, session.folder, session.objects, at)
    if not found.well:
        raise Fault(next(d for d in found.found if d.severity == "error"))
    return found


def peek(session: Interactive, source: Source) -> Reply:
    """Carries actions out, shows what they find, and forgets it. Raises the fault of one that fails."""
    from nndsl.runtime.session import Interrupted

    found = tried(session, source)
    assert found.book is not None and found.book.checked is not None
    before = session.runtime.moment()
    started = time.perf_counter()
    try:
        session.runtime.adopt(found.book.checked)
        session.runtime.begin(session.book.log, session.book.trainings)
        for _, action in found.actions:
            if isinstance(action, Train):
                session.runtime.part(found.book.networks_in(action.network))
            session.runtime.carry_out(action)
    except (Interrupted, KeyboardInterrupt):
        return Reply(interrupted=True)
    finally:
        session.runtime.put_back(before)
        session.runtime.adopt(session.checked)
        session.took["work"] = session.took.get("work", 0.0) + time.perf_counter() - started
    return Reply()
