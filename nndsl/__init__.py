"""nndsl: a language and compiler for experiments with neural networks.

From Python: `compile`, which gives a `Program`; its `run` gives `Results`. `Session` is the prompt. Everything is
imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nndsl.api import CompileError, Interrupted, Network, Program, Results, RunError, compile
    from nndsl.live import Session

__version__ = "0.1.0"
__all__ = [
    "CompileError",
    "Interrupted",
    "Network",
    "Program",
    "Results",
    "RunError",
    "Session",
    "__version__",
    "compile",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'nndsl' has no attribute {name!r}")
    if name == "Session":
        from nndsl.live import Session

        return Session
    import nndsl.api

    return getattr(nndsl.api, name)


def load_ipython_extension(shell: object) -> None:
    """`%load_ext nndsl` in IPython and Jupyter: cells that begin with `%%nn`."""
    from nndsl.notebook.extension import load

    load(shell)


def unload_ipython_extension(shell: object) -> None:
    """`%unload_ext nndsl`."""
    from nndsl.notebook.extension import unload

    unload(shell)


def __dir__() -> list[str]:
    return __all__
