"""Completion within cells that begin with `%%nn`: the same as at the prompt.

In: what IPython says of a cell and its cursor. Out: what can be written there, in IPython's words.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nndsl.live import Session

MAGIC = "%%nn"


def matcher(session: Session) -> Callable[[Any], dict[str, Any]]:
    """A matcher for `IPCompleter.custom_matchers`, which takes over in our cells."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    def nndsl_matcher(context: Any) -> dict[str, Any]:
        found = inside(context.full_text, context.cursor_line, context.cursor_position)
        if found is None:
            return {"completions": [], "suppress": False}
        text, offset = found
        completions = session.complete(text, offset)
        length = {offset - one.start for one in completions}
        fragment = text[offset - length.pop() : offset] if len(length) == 1 else ""
        return {
            "completions": [SimpleCompletion(one.text, type=one.kind) for one in completions],
            "matched_fragment": fragment,
            "suppress": True,
            "do_not_suppress": set(),
        }

    made: Callable[[Any], dict[str, Any]] = context_matcher(identifier="nndsl")(nndsl_matcher)
    return made


def inside(text: str, line: int, column: int) -> tuple[str, int] | None:
    """(the part of a cell that is ours, the offset of the cursor in it); None in other cells, and in the first line."""
    first, _, rest = text.partition("\n")
    if not first.startswith(MAGIC) or line == 0:
        return None
    offset = sum(len(one) + 1 for one in rest.split("\n")[: line - 1]) + column
    return rest, offset
