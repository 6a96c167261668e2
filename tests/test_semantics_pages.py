"""The pages of the codes of names, shapes and method: the wrong script yields exactly the code, the right one none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from script_tools import check

from nndsl.diagnostics.pages import codes, page

BLOCK = re.compile(r"^```nn (wrong|right)\n(.*?)^```$", re.M | re.S)
FILES = ("E0701", "E0702")  # those of files that are found before anything runs
WARNINGS = ("W0501", "W0502")  # of data: no error, so a script with it is checked like any other
RUNNING = ("E0417",)  # what only shows in the numbers, when the script is run
OURS = [
    code for code in codes() if (code[1:3] in ("02", "03", "04") and code not in RUNNING) or code in (*FILES, *WARNINGS)
]


def test_every_code_in_use_has_a_page() -> None:
    package = Path(__file__).parent.parent / "nndsl"
    texts = [path.read_text() for part in ("semantics", "lower", "data") for path in (package / part).glob("*.py")]
    used = {code for text in texts for code in re.findall(r'"([EW]\d{4})"', text)}
    assert used <= set(codes())
    ours = {code for code in OURS if code not in (*FILES, *WARNINGS)}
    assert {code for code in used if code[1:3] in ("02", "03", "04")} == ours


@pytest.mark.parametrize("code", OURS)
def test_the_scripts_of_a_page(code: str, tmp_path: Path) -> None:
    text = page(code)
    assert text is not None
    for kind, script in BLOCK.findall(text):
        _, found = check(script, tmp_path, name="page.nn")
        assert [d.code for d in found] == ([code] if kind == "wrong" else [])
