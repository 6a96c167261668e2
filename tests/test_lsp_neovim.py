"""The language server in a real editor: what Neovim shows on its screen, and what it writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor_screen import Editor, has_hints, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"not installed: {', '.join(missing())}")

TEXT = """let π = 3
data d { columns x, y; rows [[1, 2], [2, 4], [3, 6], [4, 8]]; input x; target y }
network fit for d {
  desne(π) -> relu
  dense(1)
}
train fit on d as run {epochs 3}
"""


def test_a_script_is_mended_in_the_editor(tmp_path: Path) -> None:
    path = tmp_path / "script.nn"
    path.write_text(TEXT, encoding="utf-8")
    with Editor(path) as editor:
        editor.sees("desne(π) -> relu", "`desne` is not defined", "did you mean `dense`?")  # behind the line
        editor.command("%s/desne/dense/")
        editor.misses("is not defined")
        if has_hints():
            editor.sees("[3]")

        editor.command("call cursor(4, 4)")
        editor.command("lua vim.lsp.buf.hover()")
        editor.sees("Every output is a weighted sum", "[1] to [3]")
        editor.press("Escape", "j", "k")

        editor.command("call cursor(5, 10)")
        editor.type("o  sof")
        editor.press("C-x", "C-o")
        editor.sees("softmax", "softplus")
        editor.press("C-e", "Escape")
        editor.command("undo")

        editor.command("call cursor(7, 7)")
        editor.command("lua vim.lsp.buf.rename('line')")
        editor.sees("train line on d", "network line for d")
        editor.command("lua Format()")
        editor.sees("{ epochs 3 }")
        editor.command("write")
        editor.sees("written")
    renamed = TEXT.replace("desne", "dense").replace("fit", "line").replace("{epochs 3}", "{ epochs 3 }")
    assert path.read_text(encoding="utf-8") == renamed
