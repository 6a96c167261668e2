"""`explain`, `doc` and `version`: what is known, as text.

In: a code or a name. Out: its page; where there is none, what was meant, and exit code 1.
"""

from __future__ import annotations

from nndsl.cli.console import Console
from nndsl.diagnostics.suggest import did_you_mean

WIDTH = 96


def explain(code: str, console: Console) -> int:
    """The page of a diagnostic's code."""
    from nndsl.diagnostics.pages import codes, page

    text = page(code)
    if text is None:
        hint = did_you_mean(code.upper(), codes())
        console.say(
            f"there is no code `{code}`"
            + (f"; {hint}" if hint else "; they look like `E0201` and stand in brackets after `error`")
        )
        return 1
    console.show(text.rstrip())
    return 0


# ---- doc -------------------------------------------------------------------------------------------------


def doc(name: str | None, console: Console) -> int:
    """Everything that has this name, or a chapter of the manual; else what is found by these words. Without a name, all
    names."""
    from nndsl import manual

    width = _width(console)
    if name is None:
        more = "`nndsl doc NAME` says more, `nndsl doc WORDS` searches."
        console.show("\n\n".join((_chapters(), manual.contents(width=width), more)))
        return 0
    text = manual.page(name, width=width)
    if text is None and (chapter := manual.chapter(name)) is not None:
        _show_chapter(chapter, console)
        return 0
    text = text or manual.search_page(name, width=width)
    if text is None:
        hint = did_you_mean(name, sorted(manual.names()))
        console.say(f"nothing is called `{name}`" + (f"; {hint}" if hint else "; `nndsl doc` lists all names"))
        return 1
    console.show(text)
    return 0


def _width(console: Console) -> int:
    """Columns of a page: those of the terminal, where it is narrow."""
    import shutil

    return min(WIDTH, shutil.get_terminal_size().columns - 1) if console.results.isatty() else WIDTH


def _chapters() -> str:
    """The chapters of the manual, a line each."""
    from nndsl.manual import CHAPTERS

    lines = [f"  {f'nndsl doc {one.name}':<20}  {one.about}" for one in CHAPTERS]
    return "\n".join(["the manual", *lines])


def _show_chapter(text: str, console: Console) -> None:
    """Markdown: as it is into a file or a pipe; on a terminal set for reading, a page at a time."""
    if not console.results.isatty():
        console.show(text.rstrip())
        return
    import os
    from pydoc import pager

    from rich.console import Console as Screen
    from rich.markdown import Markdown

    screen = Screen(file=console.results, no_color=not console.color)
    with screen.capture() as set_text:
        screen.print(Markdown(text), width=min(WIDTH, screen.width))
    os.environ.setdefault("LESS", "FRX")  # colours as they are, and no waiting where all fits on the screen
    pager(set_text.get())


# ---- versions --------------------------------------------------------------------------------------------


def version(console: Console) -> int:
    """Ours, Python's, those of what we stand on, and the machine."""
    import platform
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    from nndsl import __version__

    console.show(f"nndsl {__version__}\npython {platform.python_version()}\n{platform.platform()}")
    for package in ("numpy", "numba", "llvmlite", "scipy", "duckdb", "lark", "rich", "prompt_toolkit"):
        try:
            console.show(f"{package} {installed(package)}")
        except PackageNotFoundError:
            console.show(f"{package} is not installed")
    return 0
