"""Checks texts beside the conversation with the editor: on a thread of its own, one at a time, always the newest.

In: documents that have changed. Out: a verdict for each, handed over on the conversation's own thread. A check is begun
when nothing was typed for a moment; one that is under way when its text changes is finished, and its verdict is kept
until the next, but no editor is told of it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from nndsl.lsp.documents import Document
from nndsl.lsp.verdict import Verdict, judge

PAUSE = 0.2  # seconds without a key

Found = Callable[[str, Verdict], None]
Failed = Callable[[Exception], None]


class Checker:
    """found, failed: called on the checker's thread."""

    def __init__(self, found: Found, failed: Failed) -> None:
        self._found, self._failed = found, failed
        self._due: dict[str, tuple[float, Document]] = {}
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._work, name="nndsl-check", daemon=True)
        self._thread.start()

    def ask(self, document: Document, pause: float = PAUSE) -> None:
        """A check of the document's text, as it is when the check begins."""
        with self._changed:
            self._due[document.uri] = (time.monotonic() + pause, document)
            self._changed.notify()

    def forget(self, uri: str) -> None:
        with self._changed:
            self._due.pop(uri, None)

    def end(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify()

    def _work(self) -> None:
        while (document := self._next()) is not None:
            try:
                self._found(document.uri, judge(document.source, document.folder, document.among.text_of))
            except Exception as problem:
                self._failed(problem)

    def _next(self) -> Document | None:
        """Waits for the text that is due first; None at the end."""
        with self._changed:
            while not self._ended:
                uri, (when, document) = min(self._due.items(), key=lambda due: due[1][0], default=("", (0.0, None)))
                left = when - time.monotonic() if document is not None else None
                if document is not None and left is not None and left <= 0:
                    del self._due[uri]
                    return document
                self._changed.wait(left)
        return None
