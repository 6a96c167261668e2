"""What the first completions need, read while the person reads the greeting: the library's texts, the manual's entries.

In: a session. Out: nothing; later completions of it, or of any, answer at once.
"""

from __future__ import annotations

import contextlib
import threading

from nndsl.repl.talk import Session

BEGINNINGS = ("t", "network n { d", "network n { dense(8) -> ", "train n on d { optimizer a", "print r", ":s", "?d")


def read_ahead(session: Session) -> threading.Thread:
    """Begins, and comes back at once."""
    thread = threading.Thread(target=_read, args=(session,), name="nndsl-ahead", daemon=True)
    thread.start()
    return thread


def _read(session: Session) -> None:
    with contextlib.suppress(Exception):  # a fault is told when a person asks for a completion
        for text in BEGINNINGS:
            session.complete(text, len(text))
