"""Strips: a few rows of the batch go through several steps before the next few do, so that what one step writes is
still in the cache when the next one reads it.

In: the steps of a program. Out: which runs of steps may be walked so, and how many rows a strip should have. A step
belongs to a run where each row of the batch is computed from the same row alone, or where rows are only added up.
Numbers are the same as without: rows are added up in the same order.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from nndsl.backend.cpu.machine import machine
from nndsl.backend.cpu.memory import storage_type
from nndsl.backend.cpu.program import Action, ClearStep, NestStep, Program, SingleStep
from nndsl.ir.nest import AFTER
from nndsl.ir.node import BATCH, Node
from nndsl.ir.primitives.dot import parts
from nndsl.ir.table import TABLE
from nndsl.passes.storage import INLINE, base_of
from nndsl.values import value

LEAST_BYTES = 32_768  # of a row in all that a run touches: below, a whole batch stays in the cache anyway
MOST_FIXED = 4  # times a row: what a step reads for all rows alike (weights), since each strip reads it again


@value
class Run:
    """Steps first .. last - 1 of a program, of one stage. rows: what they touch that varies with the batch. inner: what
    of it they make and nobody else reads: of that, memory holds one strip."""

    first: int
    last: int
    rows: tuple[Node, ...]
    inner: frozenset[Node]


def runs(program: Program) -> list[Run]:
    """Runs of two steps or more that may be walked in strips, as long as they can be."""
    steps, found = program.items, list[Run]()
    for (_, able), group in groupby(enumerate(steps), lambda pair: (pair[1].stage, is_able(pair[1]))):
        places = [i for i, _ in group]
        if able and len(places) > 1:
            found += _divided(program, places)
    return found


def _divided(program: Program, places: list[int]) -> list[Run]:
    """A run ends before a step that reads what an earlier one of it has added up over the rows."""
    steps, found = program.items, list[Run]()
    first, sums = places[0], set[Node]()
    for i in [*places, places[-1] + 1]:
        step = steps[i] if i <= places[-1] else None
        if step is None or any(base_of(x) in sums for x in step.read):
            if i - first > 1:
                found.append(_run(program, first, i))
            first, sums = i, set()
        if step is not None:
            sums.update(x for x in step.written if not has_rows(x))
    return found


def _run(program: Program, first: int, last: int) -> Run:
    steps = program.items
    touched = dict.fromkeys(base_of(x) for step in steps[first:last] for x in (*step.read, *step.written))
    made = {x for step in steps[first:last] for x in step.written if has_rows(x)}
    stage = steps[first].stage
    others = [step for i, step in enumerate(steps) if step.stage == stage and not first <= i < last]
    inner = made - {base_of(x) for step in others for x in step.read} - {x for s, x in program.homes if s == stage}
    return Run(first, last, tuple(filter(has_rows, touched)), frozenset(inner))


def has_rows(node: Node) -> bool:
    """Whether a value has a row for each example."""
    return bool(node.shape) and node.shape[0] == BATCH


def is_able(step: Action) -> bool:
    """Whether a step treats each row by itself, or adds rows up, and does not read far more than its rows."""
    if isinstance(step, ClearStep):
        return has_rows(step.node)
    able = _able_nest(step) if isinstance(step, NestStep) else isinstance(step, SingleStep) and _able_single(step.node)
    if not able:
        return False
    touched = set(map(base_of, (*step.read, *step.written)))
    rows = _bytes(filter(has_rows, touched), {BATCH: 1}, "float32")
    return _bytes((x for x in touched if not has_rows(x)), {BATCH: 1}, "float32") <= MOST_FIXED * rows


def _clear(nodes: Iterable[Node]) -> bool:
    """Whether the batch is the first axis wherever it is one."""
    return all(x.shape.count(BATCH) == has_rows(x) for x in nodes)


def _able_nest(step: NestStep) -> bool:
    nest = step.nest
    every = [*nest.nodes, *nest.reads]
    if not nest.space or BATCH not in nest.space[0] or not _clear(every) or not _clear(map(base_of, nest.reads)):
        return False
    rank = max(x.rank for x in every)
    for x in every:
        if has_rows(x) and x.rank != rank:
            return False
    for x in nest.nodes:
        if nest.passes[x] == AFTER or TABLE[x.op].kind == "random" or (x.op == "iota" and has_rows(x)):
            return False
        if nest.accumulates(x) and not has_rows(x) and (x.op != "sum" or x not in nest.writes):
            return False
    # a value that is the same for all rows must not be written by each strip anew, unless it is added up
    return all(has_rows(x) or nest.accumulates(x) for x in nest.writes)


_ROW_BY_ROW = ("pad", "concat", "reshape", "assemble", "overlap_add")


def _able_single(node: Node) -> bool:
    if not _clear([node, *node.inputs]) or not _clear(map(base_of, node.inputs)):
        return False
    if node.op == "einsum":
        left, right, out = parts(node["spec"])
        firsts = {letters[0] for x, letters in zip(node.inputs, (left, right), strict=True) if has_rows(x)}
        if len(firsts) != 1:
            return False
        (row,) = firsts
        if out and out[0] == row:
            return True
        return row in left and row in right and row not in out
    if node.op not in _ROW_BY_ROW or not has_rows(node) or not all(map(has_rows, node.inputs)):
        return False
    attributes: dict[str, Any] = dict(node.attrs)
    axes = attributes.get("axes", (attributes.get("axis", 1),))
    return 0 not in axes


def rows_of_strip(run: Run, sizes: dict[str, int], precision: str) -> int:
    """How many rows a strip should have, so that a run's values of it fit the second-level cache; all of them where
    strips do not pay.
    """
    one, everything = _bytes(run.rows, {**sizes, BATCH: 1}, precision), sizes[BATCH]
    if one < LEAST_BYTES:
        return everything
    return max(1, min(everything, machine().cache_bytes // 2 // one))


def _bytes(nodes: Iterable[Node], sizes: dict[str, int], precision: str) -> int:
    """Of symbolic sizes that are not given, one."""
    return sum(
        math.prod(d if isinstance(d, int) else sizes.get(d, 1) for d in x.shape)
        * storage_type(x.dtype, precision).itemsize
        for x in nodes
        if x.op not in INLINE
    )
