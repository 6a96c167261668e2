"""Products in loops over time: as few and as large as the matrices allow that are the same at every step.

In: a `Loop`. Out: one of the same values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from nndsl.ir import build as b
from nndsl.ir.body import rebuilt, remade
from nndsl.ir.node import Dim, Node, make, topological, users
from nndsl.ir.primitives.dot import parts
from nndsl.passes.keep import NOMINAL
from nndsl.passes.lift import depends
from nndsl.passes.loop import Loop


def _moving(loop: Loop) -> set[Node]:
    """The nodes that are not the same at every step."""
    return depends(topological(loop.body.results), {*loop.body.states, *loop.body.items})


def _few_rows(table: Node, ids: Node, times: int) -> bool:
    """Whether a table has fewer rows than there are ids, in so many steps."""
    count = times
    for d in ids.shape:
        count *= NOMINAL if isinstance(d, str) else d
    return isinstance(table.shape[0], int) and table.shape[0] <= count


def rows_of_products(loop: Loop) -> Loop:
    """gather(E, ids) @ W -> gather(E @ W, ids), where E and W are the same at every step, and E has fewer rows than
    there are ids in all steps.
    """
    moving = _moving(loop)
    by: dict[Node, Node] = {}
    for node in topological(loop.body.results):
        found = _rows_of_product(node, moving, loop.steps)
        if found is not None:
            by[node] = found
    return loop.over(by)


def _rows_of_product(node: Node, moving: Collection[Node], times: int) -> Node | None:
    if node.op != "einsum" or node.inputs[0].op != "gather":
        return None
    (rows, weight), (table, ids) = node.inputs, node.inputs[0].inputs
    left, right, out = parts(node["spec"])
    named, rest = left[: ids.rank], left[ids.rank :]
    if weight in moving or table in moving or ids not in moving or set(named) & set(right):
        return None
    if not out.startswith(named) or not set(rest) & set(right) or not _few_rows(table, ids, times):
        return None
    row = next(letter for letter in "vwxyzabcdefghijklmnopqrstu" if letter not in node["spec"])
    made = b.einsum(f"{row}{rest},{right}->{row}{out[ids.rank :]}", table, weight, origin=node.origin)
    return b.gather(made, ids, origin=rows.origin)


def packed(loop: Loop) -> Loop:
    """x @ U, x @ V, ... -> slices of x @ [U V ...], for matrices that are the same at every step."""
    moving = _moving(loop)
    groups: dict[tuple[Node, str, str], list[tuple[Node, int]]] = {}
    for node in topological(loop.body.results):
        found = _column_product(node, moving)
        if found is not None:
            key, axis = found
            groups.setdefault(key, []).append((node, axis))
    by: dict[Node, Node] = {}
    for (x, _, _), members in groups.items():
        if len(members) > 1:
            by.update(_joined(x, members))
    return loop.over(by)


def _column_product(node: Node, moving: set[Node]) -> tuple[tuple[Node, str, str], int] | None:
    """What products have in common that can be one (the operand, its letters and those of the matrix, in standard
    form), and the matrix's axis of columns; None for other products.
    """
    if node.op != "einsum" or node.inputs[0] not in moving or node.inputs[1] in moving:
        return None
    left, right, out = parts(node["spec"])
    columns = [letter for letter in right if letter not in left]
    rows = [letter for letter in left if letter not in right]
    if len(columns) != 1 or list(out) != [*rows, *columns] or not isinstance(node.shape[-1], int):
        return None
    standard = {letter: chr(ord("a") + i) for i, letter in enumerate(left)} | {columns[0]: "Z"}
    axis = right.index(columns[0])
    return (node.inputs[0], "".join(standard[s] for s in left), "".join(standard[s] for s in right)), axis


def _joined(x: Node, members: Sequence[tuple[Node, int]]) -> dict[Node, Node]:
    """One product in the place of several, and a slice of it for each."""
    first, axis = members[0]
    matrix = b.concat([node.inputs[1] for node, _ in members], axis)
    whole = make("einsum", x, matrix, spec=first["spec"], origin=first.origin)
    found, start = dict[Node, Node](), 0
    for node, _ in members:
        size: Dim = node.shape[-1]
        stop = start + int(size)
        found[node] = b.slice_(whole, node.rank - 1, start, stop, origin=node.origin)
        start = stop
    return found


# ---- sums with rows of a table


def terms_in_rows(loop: Loop) -> Loop:
    """gather(E, ids) + c -> gather(E + c, ids), for a row c and a table E of few rows that are the same at every step;
    also where the rows are cut into slices, and where c is added to a sum that they are a part of. So a bias costs
    nothing at each step, and its gradient is a sum over the table's rows.
    """
    moving = _moving(loop)
    readers = users(topological(loop.body.results))
    tables: dict[Node, Node] = {}  # of each gather: its table with all that is added
    dropped: dict[Node, int] = {}  # of each sum that is done in a table: which operand is what remains
    for node in readers:
        if node.op != "gather" or node.rank != node.inputs[1].rank + 1 or not _from_few(node, moving, loop.steps):
            continue
        found = {piece: _term_of(piece, moving, readers, loop.body.results) for piece in _pieces(node, readers[node])}
        if any(term is not None for term in found.values()):
            rows = [b.zeros(piece.shape[-1:]) if t is None else t[1] for piece, t in found.items()]
            rows = [
                b.expand(b.reshape(x, x.shape[-1:]), piece.shape[-1:]) for x, piece in zip(rows, found, strict=True)
            ]
            tables[node] = b.add(node.inputs[0], b.concat(rows, 0))
            dropped.update((t[0], t[2]) for t in found.values() if t is not None)

    def build(node: Node, inputs: list[Node]) -> Node:
        if node in tables:
            return b.gather(tables[node], inputs[1], origin=node.origin)
        return inputs[dropped[node]] if node in dropped else remade(node, inputs)

    return loop.with_results(rebuilt(loop.body.results, {}, build)) if tables else loop


def _from_few(node: Node, moving: Collection[Node], times: int) -> bool:
    table, ids = node.inputs
    return table not in moving and table.dtype == "float" and ids in moving and _few_rows(table, ids, times)


def _pieces(rows: Node, readers: Sequence[Node]) -> list[Node]:
    """Slices that the rows are cut into, side by side; the rows themselves, where they are not cut."""
    axis, at = rows.rank - 1, 0
    if not readers or any(x.op != "slice" or x["axis"] != axis or x["step"] != 1 for x in readers):
        return [rows]
    found = sorted(readers, key=lambda x: int(x["start"]))
    for x in found:
        if x["start"] != at:
            return [rows]
        at = x["stop"]
    return found if at == rows.shape[axis] else [rows]


def _term_of(
    node: Node, moving: Collection[Node], readers: Mapping[Node, Sequence[Node]], results: Sequence[Node]
) -> tuple[Node, Node, int] | None:
    """The sum in which a row is added to the node, or to a sum it is a part of; the row; the number of the other
    operand.
    """
    while node not in results and len(readers[node]) == 1 and readers[node][0].op == "add":
        (total,) = readers[node]
        mine = total.inputs.index(node)
        other = total.inputs[1 - mine]
        if other not in moving and other.rank > 0 and all(d == 1 for d in other.shape[:-1]):
            return (total, other, mine) if total.shape == node.shape else None
        node = total
    return None
