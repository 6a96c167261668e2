"""A graph as text, one numbered node a line: for people, `nndsl ir --stage ir`, and golden files.

In: outputs. Out: text such as `%3 = add(%1, %2) : float[B, 10]   # penguins.nn:14`. Numbers stand where they are used.
"""

from __future__ import annotations

from collections.abc import Sequence

from nndsl.diagnostics import Span
from nndsl.ir.node import Node, topological
from nndsl.ir.shapes import text


def show(outputs: Sequence[Node], *, origins: bool = True) -> str:
    """The graph, inputs before users, and a last line that names the outputs. origins: with the place of each node's
    source text.
    """
    names: dict[Node, str] = {}
    lines: list[tuple[str, str]] = []
    for node in topological(outputs):
        if node.op == "const":
            names[node] = repr(node["value"])
            continue
        names[node] = f"%{len(lines)}"
        lines.append((f"{names[node]} = {_call(node, names)} : {node.dtype}{text(node.shape)}", _place(node.origin)))
    width = max((len(left) for left, _ in lines), default=0)
    body = [f"{left:<{width}}   # {place}" if place and origins else left for left, place in lines]
    return "\n".join([*body, "return " + ", ".join(names[x] for x in outputs)]) + "\n"


def _call(node: Node, names: dict[Node, str]) -> str:
    attrs = [
        f"{key}={_value(value)}" for key, value in node.attrs if not (key in ("shape", "dtype") and not node.inputs)
    ]
    return f"{node.op}({', '.join([*(names[x] for x in node.inputs), *attrs])})"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(str(v) for v in value) + "]"
    return str(value)


def _place(origin: Span | None) -> str:
    if origin is None:
        return ""
    return f"{origin.source.name}:{origin.source.text.count(chr(10), 0, origin.start) + 1}"
