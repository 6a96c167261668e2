"""The question before a session with trained networks is left. In: names, answers. Out: texts, and whether to leave."""

from __future__ import annotations

from collections.abc import Sequence

from nndsl.data.words import listed


def question(names: Sequence[str]) -> str:
    """Asked once: leaving again, or `y`, leaves."""
    return f"trained since the last `:save`: {listed(names)}\nLeave all the same? [y/N] "


def is_yes(answer: str) -> bool:
    return answer.strip().lower() in ("y", "yes")
