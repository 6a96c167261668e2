"""The pages of the codes of data errors: the wrong script yields exactly the code, the right one none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from data_tools import activation
from page_pictures import folders_for

from nndsl.data import declare, load
from nndsl.diagnostics import Collector, Source
from nndsl.diagnostics.pages import codes, page
from nndsl.syntax import ast, parse

OURS = [code for code in codes() if code.startswith("E05") or code == "E0210"]
BLOCK = re.compile(r"```nn (wrong|right)(?: run)?\n(.*?)```", re.DOTALL)


def found(text: str, folder: Path) -> list[str]:
    collector = Collector()
    for statement in parse(Source("page.nn", text), collector).statements:
        assert isinstance(statement, ast.Definition)
        spec = declare(statement, folder, collector, evaluate=activation)
        if spec is not None:
            load(spec, collector, seed=0)
    return [d.code for d in collector]


def test_every_code_in_use_has_a_page() -> None:
    package = Path(__file__).parent.parent / "nndsl" / "data"
    used = {code for path in package.glob("*.py") for code in re.findall(r'"(E05\d\d)"', path.read_text())}
    assert used == {code for code in OURS if code != "E0210"}


@pytest.mark.parametrize("code", OURS)
def test_the_scripts_of_a_page(code: str, tmp_path: Path) -> None:
    text = page(code)
    assert text is not None and text.startswith(f"# {code}: ")
    folders_for(code, tmp_path)
    scripts = dict(BLOCK.findall(text))
    if code == "E0517":  # rows handed over from Python: no script can do this
        assert not scripts
        return
    assert found(scripts["wrong"], tmp_path) == [code]
    assert found(scripts["right"], tmp_path) == []
