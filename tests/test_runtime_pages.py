"""The pages of the codes of running: the wrong script is right as far as checks go, and its run ends with exactly the
code.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from page_pictures import do_without

from nndsl.api import RunError, compile
from nndsl.diagnostics.pages import codes, page

BLOCK = re.compile(r"^```nn (wrong run|right)\n(.*?)^```$", re.M | re.S)
FILES = ("E0701", "E0702")  # those of files that are found before anything runs
OURS = ["E0417", *(code for code in codes() if code.startswith(("E06", "E07")) and code not in FILES)]


def test_every_code_in_use_has_a_page() -> None:
    package = Path(__file__).parent.parent / "nndsl"
    texts = [
        path.read_text(encoding="utf-8")
        for part in ("runtime", "cli", "show")
        for path in (package / part).glob("*.py")
    ]
    used = {code for text in texts for code in re.findall(r'"([EW]\d{4})"', text)}
    assert used <= set(codes())
    assert set(OURS) <= used


@pytest.mark.parametrize("code", OURS)
def test_the_scripts_of_a_page(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    do_without(code, monkeypatch)
    blocks = BLOCK.findall(page(code) or "")
    assert [kind for kind, _ in blocks] == ["wrong run", "right"]
    for kind, script in blocks:
        path = tmp_path / "page.nn"
        path.write_text(script, encoding="utf-8")
        program = compile(path)
        if kind == "right":
            program.run()
            continue
        with pytest.raises(RunError) as found:
            program.run()
        assert [d.code for d in found.value.diagnostics] == [code]
        assert found.value.diagnostics[0].span is not None
