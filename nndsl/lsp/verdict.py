"""What a check finds, kept until the next one: by the same functions as `nndsl check`.

In: a text, its folder, how files are read. Out: a `Verdict`. Data is looked at here, so it may take its time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from nndsl.diagnostics import Collector, Diagnostic, Source
from nndsl.editor.hints import Hint, hints
from nndsl.editor.known import Known, known
from nndsl.lower.check import Checked, check_program
from nndsl.semantics.modules import reading
from nndsl.syntax import ast, parse
from nndsl.values import value


@value
class Verdict:
    """files: those that the text uses, directly or not."""

    source: Source
    module: ast.Module
    checked: Checked
    diagnostics: tuple[Diagnostic, ...]
    known: Known
    hints: tuple[Hint, ...]
    files: frozenset[Path]


def judge(source: Source, folder: Path, text_of: Callable[[Path], str]) -> Verdict:
    """Checks a text."""
    files: set[Path] = set()

    def read(path: Path) -> str:
        files.add(path)
        return text_of(path)

    collector = Collector()
    with reading(read):
        module = parse(source, collector)
        checked = check_program(module, folder, collector)
        found = hints(module, checked)
    return Verdict(source, module, checked, tuple(collector.sorted()), known(checked, folder), found, frozenset(files))


@cache
def nothing_checked() -> Checked:
    """Of a text that says nothing."""
    return check_program(parse(Source("", ""), Collector()), Path(), Collector())
