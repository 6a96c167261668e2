"""`nndsl ir FILE --stage ...`: what the compiler makes of a script, as text, one stage at a time.

In: a script. Out: its tree (ast), or a stage of each training run (`runtime/stages.py`). Nothing is trained and nothing
is compiled.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from nndsl.cli.console import Console
from nndsl.cli.script import WELL, WRONG, compiled, read
from nndsl.diagnostics import Collector, Fault, Span
from nndsl.lower import Checked
from nndsl.runtime.stages import stage
from nndsl.semantics.program import Train
from nndsl.syntax import ast, parse

INDENT = "  "


def ir(path: str, sets: Mapping[str, str], name: str, console: Console) -> int:
    """Prints one stage; the faults of a script that does not check."""
    collector = Collector()
    text = ""
    try:
        if name == "ast":
            source, _ = read(path)
            text = "\n".join(tree(parse(source, collector)))
        else:
            checked, _ = compiled(path, sets, collector)
            text = "" if collector.errors else _stages(checked, name)
    except Fault as found:
        collector.add(found.diagnostic)
    if collector.errors:
        console.report(collector)
        return WRONG
    console.show(text.rstrip("\n"))
    return WELL


def _stages(checked: Checked, name: str) -> str:
    """A stage of each training run of the script."""
    trains = [action for action in checked.program.actions if isinstance(action, Train)]
    return "\n\n".join(stage(checked, train, name) for train in trains) or "nothing is trained in this script"


# ---- the tree ----------------------------------------------------------------------------------------------


def tree(node: ast.Node, depth: int = 0, label: str = "") -> Iterator[str]:
    """A node a line, its children indented below it; words and numbers stand beside their node."""
    words, below = [], []
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if field.name == "span" or isinstance(value, Span) or value is None or value == () or value is False:
            continue
        if isinstance(value, ast.Node):
            below.append((field.name, value))
        elif isinstance(value, tuple) and isinstance(value[0], ast.Node):
            below += [(field.name, item) for item in value]
        elif field.name != "comment":
            words.append(f"{field.name}={value!r}")
    head = f"{label}: " if label else ""
    yield f"{INDENT * depth}{head}{' '.join([type(node).__name__, *words])}"
    for name, child in below:
        yield from tree(child, depth + 1, name)
