"""A real editor on a real screen: Neovim within tmux, with the language server of this source.

In: keys. Out: what stands on the screen. tmux has a socket of its own, so no other session is touched.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

WAIT = 20.0  # seconds until what does not come is a failure
WIDTH, HEIGHT = 150, 40
FOR_VIM = Path(__file__).parent.parent / "grammar" / "editors" / "vim"
NEEDED = ("nvim", "tmux")

# Neovim 0.7 has other names for starting and formatting than later versions, and no hints within lines before 0.10.
INIT = """
vim.o.swapfile = false
vim.o.shada = ""
vim.opt.runtimepath:append("{folder}")
vim.cmd("filetype plugin indent on")
vim.diagnostic.config({{ virtual_text = true }})
vim.api.nvim_create_autocmd("FileType", {{
  pattern = "nn",
  callback = function(event)
    local config = {{ name = "nndsl", cmd = {{ "{python}", "-m", "nndsl", "lsp" }}, root_dir = vim.fn.getcwd() }}
    if vim.lsp.start then
      vim.lsp.start(config)
    else
      vim.lsp.buf_attach_client(event.buf, vim.lsp.start_client(config))
    end
    vim.bo[event.buf].omnifunc = "v:lua.vim.lsp.omnifunc"
    if vim.lsp.inlay_hint then
      vim.lsp.inlay_hint.enable(true)
    end
  end,
}})
function Format()
  if vim.lsp.buf.format then vim.lsp.buf.format() else vim.lsp.buf.formatting_sync() end
end
"""


def missing() -> list[str]:
    """What is not installed."""
    return [name for name in NEEDED if shutil.which(name) is None]


def has_hints() -> bool:
    """Whether this Neovim can show hints within lines."""
    done = subprocess.run(
        ["nvim", "--headless", "-u", "NONE", "+lua io.write(tostring(vim.lsp.inlay_hint ~= nil))", "+q"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return "true" in done.stdout + done.stderr


class Editor:
    """Neovim with one file open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.socket = f"nndsl-{uuid.uuid4().hex[:12]}"

    def __enter__(self) -> Editor:
        init = self.path.parent / "init.lua"
        init.write_text(INIT.format(folder=FOR_VIM, python=sys.executable), encoding="utf-8")
        self._tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", str(WIDTH), "-y", str(HEIGHT), "-c", str(self.path.parent),
            "env", "LC_ALL=C.UTF-8", "nvim", "-u", str(init), self.path.name,
        )  # fmt: skip
        return self

    def __exit__(self, kind: type[BaseException] | None, what: BaseException | None, at: TracebackType | None) -> None:
        self._tmux("kill-server")

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-u", "-L", self.socket, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def type(self, text: str) -> None:
        """Characters as they are."""
        self._tmux("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        """Keys by their names: Enter, Escape, C-x."""
        self._tmux("send-keys", *keys)

    def command(self, text: str) -> None:
        self.press("Escape")
        self.type(f":{text}")
        self.press("Enter")

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    def sees(self, *words: str) -> str:
        """The screen once all of these stand on it."""
        return self._until(lambda screen: all(word in screen for word in words), f"{words} are not seen")

    def misses(self, word: str) -> str:
        """The screen once this is gone from it."""
        return self._until(lambda screen: word not in screen, f"`{word}` is still seen")

    def _until(self, done: Callable[[str], bool], what: str) -> str:
        end = time.monotonic() + WAIT
        while not done(screen := self.screen()):
            assert time.monotonic() < end, f"{what}:\n{screen}"
            time.sleep(0.05)
        return screen
