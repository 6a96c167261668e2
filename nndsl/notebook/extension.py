"""The magics: `%%nn` for cells, `%nn` for a line. All cells share one session, whose Python face is the variable `nn`.

In: IPython's shell. Out: what a cell does, shown in its output; a cell that is wrong has failed, without a traceback.
"""

from __future__ import annotations

import sys
from io import TextIOBase
from pathlib import Path
from typing import Any, TextIO

from nndsl.crash import told
from nndsl.diagnostics.render import render, summary
from nndsl.live import Session
from nndsl.notebook.completing import matcher
from nndsl.notebook.face import WIDTH, Cell
from nndsl.notebook.variables import Variables
from nndsl.runtime.progress import Human

NAME = "nn"  # of the variable and of the magics
HELP = "a cell that begins with `%%nn` holds statements; `%nn` is for one line of them; `nn` is their results in Python"


class Failed(Exception):
    """A cell that went wrong. IPython shows what we say of it, and no traceback; the cells after it do not run."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def _render_traceback_(self) -> list[str]:
        """What IPython asks an exception for that knows best how to be shown."""
        return self.text.splitlines()


class Notebook:
    """The magics of one shell."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.face: Any = Cell() if is_notebook(shell) else _Terminal()
        self.session = Session(Variables(shell.user_ns), folder=Path.cwd(), face=self.face)
        self.matcher = matcher(self.session)

    def cell(self, line: str, cell: str) -> None:
        """`%%nn`: the lines below it. What stands beside it is said to mean nothing."""
        if line.strip():
            raise Failed(f"`%%{NAME}` stands alone on its line, without `{line.strip()}`")
        self._enter("\n" + cell)

    def line(self, line: str) -> None:
        """`%nn print run.loss`, `%nn :undo`, `%nn ?dense`; alone it says what it is for."""
        if not line.strip():
            print(HELP)
            return
        self._enter(line)

    def _enter(self, text: str) -> None:
        self.face.wrong = []
        count = len(self.shell.user_ns.get("In", ())) - 1  # the number beside the cell under way
        try:
            reply = self.session.inner.enter(text, f"cell {count}")
        except Exception as problem:  # a fault of ours: the session is as it was before
            raise Failed(told(problem, ("notebook", text))) from None
        if reply.interrupted:
            raise Failed("interrupted: what was reached is kept, and nothing after it was run")
        if not reply.well:
            found = self.face.wrong
            raise Failed("\n\n".join([*(render(d, width=WIDTH) for d in found), summary(found)]))
        if reply.quit:
            print("a notebook is left by closing it")
        if reply.edit is not None:
            print(reply.edit)


class _Terminal(Human):
    """IPython in a terminal: as at the prompt."""

    def __init__(self) -> None:
        super().__init__(_Now("stdout"), _Now("stderr"))
        self.wrong: list[Any] = []

    def tell(self, text: str) -> None:
        self.show(self.fitted(text))

    def report(self, diagnostics: Any) -> None:
        self.wrong += [d for d in diagnostics if d.severity == "error"]
        for diagnostic in diagnostics:
            if diagnostic.severity != "error":
                print(render(diagnostic) + "\n", file=sys.stderr)


class _Now(TextIOBase, TextIO):
    """The process's stream of a name, as it is at each time: `%%capture` puts another one in its place."""

    def __init__(self, name: str) -> None:
        self._name = name

    def write(self, text: str) -> int:
        return int(getattr(sys, self._name).write(text))

    def flush(self) -> None:
        getattr(sys, self._name).flush()

    def isatty(self) -> bool:
        return bool(getattr(sys, self._name).isatty())


def is_notebook(shell: Any) -> bool:
    """Whether a kernel stands behind the shell, so that outputs may be pictures and may change."""
    return getattr(shell, "kernel", None) is not None


def load(shell: Any) -> None:
    """`%load_ext nndsl`. A variable `nn` of the user's own is left alone, and said."""
    notebook = Notebook(shell)
    shell.register_magic_function(notebook.cell, "cell", NAME)
    shell.register_magic_function(notebook.line, "line", NAME)
    shell.Completer.custom_matchers.append(notebook.matcher)
    if NAME in shell.user_ns and not isinstance(shell.user_ns[NAME], Session):
        print(f"note: the variable `{NAME}` is yours; `%{NAME}` and `%%{NAME}` work all the same")
    else:
        shell.user_ns[NAME] = notebook.session
    shell.nndsl = notebook  # so that it can be taken out again


def unload(shell: Any) -> None:
    """`%unload_ext nndsl`."""
    notebook = shell.__dict__.pop("nndsl", None)
    if notebook is None:
        return
    if notebook.matcher in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.remove(notebook.matcher)
    for kind in ("cell", "line"):
        shell.magics_manager.magics[kind].pop(NAME, None)
    if shell.user_ns.get(NAME) is notebook.session:
        del shell.user_ns[NAME]
