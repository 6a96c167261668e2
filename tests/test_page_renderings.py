"""What a newcomer reads: the rendering of each page's wrong script, kept in `tests/golden/pages/`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from golden import check_golden
from page_pictures import do_without, folders_for
from session_pages import entered

from nndsl.api import DiagnosticError, compile
from nndsl.diagnostics import Collector, Diagnostic, Source
from nndsl.diagnostics.pages import codes, page
from nndsl.diagnostics.render import render
from nndsl.lower import check_program
from nndsl.syntax import parse

WIDTH = 100
BLOCK = re.compile(r"^```nn (wrong|wrong run|wrong session)\n(.*?)^```$", re.M | re.S)
CHANGING = re.compile(r"\b\d+\.\d{3,}\b|\b[\d,]+\.\d TB")  # what was measured, and what depends on the machine
FROM_PYTHON = "E0517"  # rows handed over from Python: no script can do this


def read(text: str, folder: Path) -> list[Diagnostic]:
    collector = Collector()
    check_program(parse(Source("page.nn", text), collector), folder, collector)
    return list(collector)


def carry_out(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Diagnostic]:
    """What ends the run of a script; the rows of data are read then, if not before."""
    monkeypatch.chdir(folder)
    Path("page.nn").write_text(text, encoding="utf-8")
    with pytest.raises(DiagnosticError) as found:
        compile("page.nn").run()
    return found.value.diagnostics


@pytest.mark.parametrize("code", [code for code in codes() if code != FROM_PYTHON])
def test_the_wrong_script_of_a_page(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ((kind, script),) = BLOCK.findall(page(code) or "")
    folders_for(code, tmp_path)
    do_without(code, monkeypatch)
    if kind == "wrong session":
        found = [d for d in entered(script, tmp_path) if d.severity == "error"]
    else:
        found = carry_out(script, tmp_path, monkeypatch) if kind == "wrong run" else read(script, tmp_path)
    text = "\n\n".join(render(d, WIDTH) for d in found) + "\n"
    check_golden(
        f"pages/{code}.txt", CHANGING.sub("...", text.replace(str(tmp_path), "FOLDER").replace(tmp_path.name, "FOLDER"))
    )
