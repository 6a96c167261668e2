"""The pages of the codes of the prompt: the wrong entries give exactly the code, the right ones none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from session_pages import entered

from nndsl.diagnostics.pages import codes, page

BLOCK = re.compile(r"^```nn (wrong|right) session\n(.*?)^```$", re.M | re.S)
OURS = [code for code in codes() if code.startswith(("E080", "E081"))]


def test_every_code_in_use_has_a_page() -> None:
    package = Path(__file__).parent.parent / "nndsl"
    texts = [
        path.read_text(encoding="utf-8") for part in ("interactive", "lower") for path in (package / part).glob("*.py")
    ]
    used = {code for text in texts for code in re.findall(r'"(E08[01]\d)"', text)}
    assert used == set(OURS)


@pytest.mark.parametrize("code", OURS)
def test_the_entries_of_a_page(code: str, tmp_path: Path) -> None:
    blocks = BLOCK.findall(page(code) or "")
    assert [kind for kind, _ in blocks] == ["wrong", "right"]
    for kind, entries in blocks:
        found = [d for d in entered(entries, tmp_path) if d.severity == "error"]
        assert [d.code for d in found] == ([code] if kind == "wrong" else []), [d.message for d in found]
        assert all(d.span is not None for d in found)
