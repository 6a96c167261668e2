"""A graph as text, one numbered node a line: for people, `nndsl ir --stage ir`, and golden files.

In: outputs. Out: text such as `%3 = add(%1, %2) : float[B, 10]   # penguins.nn:14`. Numbers stand where they are used.
The body of a loop stands indented below it, its leaves by their roles: `state 0`, `item 1`, `fixed 0`.
"""

from __future__ import annotations

from collections.abc import Sequence

from nndsl.diagnostics import Span
from nndsl.ir.body import Body, body_of
from nndsl.ir.node import Node, topological
from nndsl.ir.shapes import text


def show(outputs: Sequence[Node], *, origins: bool = True) -> str:
    """The graph, inputs before users, and a last line that names the outputs. origins: with the place of each node's
    source text.
    """
    lines, names = _lines(outputs)
    width = max((len(left) for left, _ in lines), default=0)
    body = [f"{left:<{width}}   # {place}" if place and origins else left for left, place in lines]
    return "\n".join([*body, "return " + ", ".join(names[x] for x in outputs)]) + "\n"


def _lines(outputs: Sequence[Node]) -> tuple[list[tuple[str, str]], dict[Node, str]]:
    """Each line with its place in the source text, and what each node is called."""
    names: dict[Node, str] = {}
    lines: list[tuple[str, str]] = []
    for number, node in enumerate(n for n in topological(outputs) if n.op != "const"):
        names[node] = f"%{number}"
    names.update((n, repr(n["value"])) for n in topological(outputs) if n.op == "const")
    for node in topological(outputs):
        if node.op != "const":
            kind = f"{node.dtype}{text(node.shape)}"
            body = body_of(node)
            lines.append(
                (f"{names[node]} = {_call(node, names)}" + ("" if body else f" : {kind}"), _place(node.origin))
            )
            lines += _within(body) if body else []
    return lines, names


def _within(body: Body) -> list[tuple[str, str]]:
    lines, names = _lines(body.results)
    for role, found in (("next", body.nexts), ("emit", body.emits)):
        if found:
            lines.append((f"{role} " + ", ".join(names[x] for x in found), ""))
    return [("    " + left, place) for left, place in lines]


def _call(node: Node, names: dict[Node, str]) -> str:
    if node.op == "slot":
        return f"{node['role']} {node['index']}"
    attrs = [
        f"{key}={_value(value)}"
        for key, value in node.attrs
        if not (key in ("shape", "dtype") and not node.inputs) and not isinstance(value, Body)
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
