"""Names with dots between them. In: tokens. Out: the names."""

from __future__ import annotations

from nndsl.editor.place import Tokens

NAMED = ("NAME", "PRIMED", "BACKQUOTED")


def path_before(tokens: Tokens) -> tuple[str, ...]:
    """`("run", "history")` of tokens that end with `run.history.`; empty where something else stands before the dot."""
    names: list[str] = []
    at = len(tokens)
    while at > 1 and tokens[at - 1].type == "DOT":
        if tokens[at - 2].type not in NAMED:
            return ()
        names.insert(0, str(tokens[at - 2]).strip("`"))
        at -= 2
    return tuple(names)
