"""A script that is carried out again because it has changed: only what has to be done again is.

In: a session, the script's text as it is now, where its actions of before begin. Out: the session as the script says.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from nndsl.diagnostics import Collector, Source
from nndsl.interactive.face import Reply
from nndsl.semantics.options import STATEMENTS
from nndsl.syntax import ast, parse

if TYPE_CHECKING:
    from nndsl.interactive.session import Interactive


def run_again(session: Interactive, source: Source, begun: int) -> Reply:
    """Actions that are as they were, and stand on what is as it was, are left alone; the others are taken back, and
    carried out as they are now. begun: how many actions there were before the script's first.
    """
    collector = Collector()
    module = parse(source, collector, STATEMENTS)
    if collector.errors:  # nothing is taken back for a text that cannot be read
        session.face.report(list(collector))
        return Reply(well=False)
    actions = [statement for statement in module.statements if isinstance(statement, ast.Action)]
    before = [one.statement for one in session.book.done[begun:]]
    same = sum(1 for _ in takewhile(bool, (a == b for a, b in zip(actions, before, strict=False))))
    _go_back_to(session, begun + same)
    definitions = [statement for statement in module.statements if not isinstance(statement, ast.Action)]
    tried = session.tried(definitions, source)
    if tried.book is not None:
        aged = [number for number, one in enumerate(tried.book.done[begun:]) if not one.live]
        same = min([same, *aged])
        _go_back_to(session, begun + same)
    return session.run(source, skip=same)


def _go_back_to(session: Interactive, count: int) -> None:
    """To where so many actions had been carried out."""
    while len(session.book.done) > count and session.go_back() is not None:
        pass
