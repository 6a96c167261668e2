"""Compiles several kernels side by side: in this process, and in a second one where there are cores for both.

In: texts. Out: their object code. numba holds Python's lock while it compiles, so threads would not help; the second
process is this module run by the same Python, which is given one text after the other. If it cannot be started, or
ends, the work is done here.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import nndsl
from nndsl.backend.cpu.cache import Object, Text

ENOUGH = 4  # texts for which a second process, which takes half a second to start, is worth it

Progress = Callable[[int, int], None]  # how many of how many are done


def compile_texts(texts: Iterable[Text], progress: Progress | None = None) -> dict[Text, Object]:
    """The object code of each text. The longest are begun first."""
    work = _Work(texts, progress)
    helper = None
    if len(work.waiting) >= ENOUGH and (os.cpu_count() or 1) > 1:
        helper = threading.Thread(target=_with_second_process, args=(work,), daemon=True)
        helper.start()
    try:
        _compile_here(work)
        if helper is not None:
            helper.join()
            _compile_here(work)  # what the second process gave back
    finally:
        work.waiting.clear()  # after a fault the second process shall not go on
    return work.done


class _Work:
    """What is still to be compiled, shared by two threads."""

    def __init__(self, texts: Iterable[Text], progress: Progress | None) -> None:
        self.waiting = sorted(set(texts), key=lambda text: (len(text.source), text.name))
        self.total, self.progress = len(self.waiting), progress
        self.done: dict[Text, Object] = {}
        self.lock = threading.Lock()

    def take(self) -> Text | None:
        with self.lock:
            return self.waiting.pop() if self.waiting else None

    def give_back(self, text: Text) -> None:
        with self.lock:
            self.waiting.append(text)

    def finish(self, text: Text, made: Object) -> None:
        with self.lock:
            self.done[text] = made
            if self.progress is not None:
                self.progress(len(self.done), self.total)


def _compile_here(work: _Work) -> None:
    from nndsl.backend.cpu.compiler import compile_text

    while (text := work.take()) is not None:
        work.finish(text, compile_text(text))


def _with_second_process(work: _Work) -> None:
    try:
        process = _start()
    except OSError:
        return
    assert process.stdin is not None and process.stdout is not None
    while (text := work.take()) is not None:
        try:
            pickle.dump(text, process.stdin)
            process.stdin.flush()
            work.finish(text, pickle.load(process.stdout))
        except (OSError, EOFError, pickle.UnpicklingError):
            work.give_back(text)
            break
    process.kill()
    process.wait()
    with contextlib.suppress(OSError):  # a text may still be on its way
        process.stdin.close()
    process.stdout.close()


def _start() -> subprocess.Popen[bytes]:
    """A process that runs `serve`, with this package on its path."""
    if not sys.executable:
        raise OSError("this Python does not know its own program")
    here = str(Path(nndsl.__file__).parent.parent)
    path = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, "-m", "nndsl.backend.cpu.workshop"],
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def serve() -> None:
    """Compiles the texts that come through standard input until it ends; the object code goes to standard output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what others print must not get between
    from nndsl.backend.cpu.compiler import compile_text

    while True:
        try:
            text = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(compile_text(text), out)
        out.flush()


if __name__ == "__main__":
    serve()
