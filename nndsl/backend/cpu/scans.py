"""Scans on the CPU: where a loop's states and what it keeps lie, and its instructions.

In: a `scan` node and where its operands lie. Out: one block of memory for all that the loop keeps, and the places of
the body's leaves at each turn. A state that is kept at all steps lies in one run of T + 1 values, so that the state
before a step and the state after it are two ways to read the same memory; one that is not kept has one value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from nndsl.backend.cpu.machine import ALIGNMENT
from nndsl.backend.cpu.memory import Place, row_major, storage_type
from nndsl.ir import build as b
from nndsl.ir.node import Node, concrete
from nndsl.values import value

Sizes = Mapping[str, int]


@value
class Run:
    """Values of one node at several steps, side by side. offset: in the scan's block, bytes. steps: how many."""

    node: Node
    offset: int
    steps: int


@value
class Layout:
    """states: a run for each state: of T + 1 values where it is kept, else of one. emits: for each kept node, its run
    and the first value's place in it. total: bytes.
    """

    states: tuple[Run, ...]
    emits: tuple[tuple[Run, int], ...]
    total: int


def result_leaf(scan: Node, index: int, what: str) -> Node:
    """A leaf of the body into whose memory a value is put: the next value of a state, or what is kept."""
    body = scan["body"]
    node = body.nexts[index] if what == "next" else body.emits[index]
    return b.input_(f"scan.{what}.{index}", node.shape, node.dtype)


def is_kept(scan: Node, index: int) -> bool:
    """Whether all values of a state are kept."""
    body = scan["body"]
    return body.states[index] in body.emits or body.nexts[index] in body.emits


def updates(scan: Node) -> tuple[tuple[Node, Node], ...]:
    """What one turn computes, as a stage of its own: (leaf, value)."""
    body, found = scan["body"], list[tuple[Node, Node]]()
    for i, after in enumerate(body.nexts):
        found.append((result_leaf(scan, i, "next") if is_kept(scan, i) else body.states[i], after))
    states = {*body.states, *body.nexts}
    return (*found, *((result_leaf(scan, i, "emit"), x) for i, x in enumerate(body.emits) if x not in states))


def layout(scan: Node, sizes: Sizes, precision: str) -> Layout:
    """Where everything lies in the block of a scan."""
    body, steps, end = scan["body"], scan["steps"], 0

    def run(node: Node, count: int) -> Run:
        nonlocal end
        made = Run(node, end, count)
        size = count * math.prod(concrete(node.shape, dict(sizes))) * storage_type(node.dtype, precision).itemsize
        end += -(-max(size, 1) // ALIGNMENT) * ALIGNMENT
        return made

    states = tuple(run(x, steps + 1 if is_kept(scan, i) else 1) for i, x in enumerate(body.states))
    emits = list[tuple[Run, int]]()
    before, after = (1, 0) if scan["reverse"] else (0, 1)
    for x in body.emits:
        if x in body.nexts:
            emits.append((states[body.nexts.index(x)], after))
        elif x in body.states:
            emits.append((states[body.states.index(x)], before))
        else:
            emits.append((run(x, steps), 0))
    return Layout(states, tuple(emits), end)


def _at(block: int, run: Run, step: int, sizes: Sizes, precision: str) -> Place:
    """One step's value in a run."""
    shape, item = concrete(run.node.shape, dict(sizes)), storage_type(run.node.dtype, precision).itemsize
    return Place(block + run.offset + step * math.prod(shape) * item, shape, row_major(shape), item)


def part(node: Node, block: int, sizes: Sizes, precision: str) -> Place:
    """Where a `part` of a scan lies whose block is at an address."""
    (scan,) = node.inputs
    run, first = layout(scan, sizes, precision).emits[node["index"]]
    one = _at(block, run, first, sizes, precision)
    shape = (scan["steps"], *one.shape)
    return Place(one.address, shape, row_major(shape), one.itemsize)


def leaves(
    scan: Node, block: int, turn: int, outer: Mapping[Node, Place], sizes: Sizes, precision: str
) -> dict[Node, Place]:
    """Where the body's leaves lie at a turn. outer: the places of the scan's own operands."""
    body, found, steps = scan["body"], dict[Node, Place](), scan["steps"]
    lay = layout(scan, sizes, precision)
    reverse = scan["reverse"]
    t = steps - 1 - turn if reverse else turn
    operands = [outer[x] for x in scan.inputs]
    count = len(body.states)
    for slot, place in zip(body.items, operands[count:], strict=False):
        found[slot] = Place(
            place.address + t * place.strides[0] * place.itemsize, place.shape[1:], place.strides[1:], place.itemsize
        )
    found.update(zip(body.fixed, operands[count + len(body.items) :], strict=True))
    before, after = (t + 1, t) if reverse else (t, t + 1)
    for i, (slot, run) in enumerate(zip(body.states, lay.states, strict=True)):
        kept = run.steps > 1 or is_kept(scan, i)
        found[slot] = _at(block, run, before if kept else 0, sizes, precision)
        if kept:
            found[result_leaf(scan, i, "next")] = _at(block, run, after, sizes, precision)
    for i, (run, _) in enumerate(lay.emits):
        found[result_leaf(scan, i, "emit")] = _at(block, run, t, sizes, precision)
    return found
