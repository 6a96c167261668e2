"""What a sequence that goes on by itself begins with: the end of a series, a place drawn by chance, or a prompt.

In: a `Prepared` that was cut from series. Out: encoded steps, as a network reads them, [steps, *item]. It knows nothing
of networks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.assemble import assemble
from nndsl.data.chains import Cells, Rows
from nndsl.data.fitting import Plan, Prepared
from nndsl.data.table import Column
from nndsl.data.types import PARTS
from nndsl.data.words import counted
from nndsl.diagnostics import Fault, Span, fault
from nndsl.values import value

THE_PROMPT = "the prompt"


@value
class Beginning:
    """values: [steps, *item], encoded. row: of the source, from 1, the last of them; None of a prompt."""

    values: NDArray[Any]
    row: int | None


def of_prompt(done: Prepared, steps: tuple[Any, ...], span: Span, precision: str) -> Beginning:
    """steps: a value, or a tuple of one for each column, a step. Raises a Fault where they cannot be encoded."""
    rows = [step if isinstance(step, tuple) else (step,) for step in steps]
    columns: dict[str, Column] = {}
    for at, chain in enumerate(done.inputs):
        cells = [row[at] for row in rows]
        if done.table("train").columns[chain.name].is_characters:
            columns[chain.name] = Column(chain.name, np.array(cells, "<U1"))
        elif chain.text:
            columns[chain.name] = Column(chain.name, np.array(cells, object))
        elif any(isinstance(cell, str) for cell in cells):  # a class of numbers goes by its name
            assert chain.classes is not None and chain.classes.numbers is not None
            numbers = dict(zip(chain.classes.names, chain.classes.numbers, strict=True))
            columns[chain.name] = Column(chain.name, np.array([numbers[cell] for cell in cells]))
        else:
            columns[chain.name] = Column(chain.name, np.array(cells, np.float64))
    array = assemble(done.inputs, columns, None, Cells(THE_PROMPT, span, new=True), precision)
    return Beginning(array.floats(precision), None)


def at_the_end(done: Prepared, part: str | None, needed: int, most: int, span: Span, precision: str) -> Beginning:
    """The last steps of a part, or of all data, that follow each other: `most` of them, or fewer, but `needed`."""
    name = part or [p for p in PARTS if p in done.rows][-1]
    longest = 0
    for first, end in reversed(_stretches(done, name)):
        if end - first >= needed:
            return _encoded(done, name, np.arange(max(first, end - most), end), precision)
        longest = max(end - first, longest)
    raise _too_short(name, needed, longest, span)


def by_chance(done: Prepared, part: str | None, needed: int, draw: float, span: Span, precision: str) -> Beginning:
    """`needed` steps of a part (of the training part, if none is said) that follow each other; of series that are seen
    whole, the first of one of them. draw: a number in [0, 1) that says which.
    """
    name = part or "train"
    places = [(first, end - needed + 1) for first, end in _stretches(done, name) if end - first >= needed]
    if done.spec.timing is not None and done.spec.timing.window is None:
        places = [(first, first + 1) for first, _ in places]
    counts = np.cumsum([end - first for first, end in places])
    if not len(counts):
        raise _too_short(name, needed, 0, span)
    at = int(draw * counts[-1])
    which = int(np.searchsorted(counts, at, side="right"))
    first = places[which][1] - int(counts[which] - at)
    return _encoded(done, name, np.arange(first, first + needed), precision)


def _too_short(part: str, needed: int, longest: int, span: Span) -> Fault:
    there = f"the {part} part has {longest} in a row at most"
    return fault(
        "E0519", f"the network goes on from {counted(needed, 'step')}, but {there}", span, help="give it a `prompt`"
    )


def _stretches(done: Prepared, part: str) -> list[tuple[int, int]]:
    """Steps of a part that follow each other in one series: the first, and the one after the last."""
    rows, plan = done.rows[part], done.plan
    assert plan is not None
    if not len(rows):
        return []
    breaks = (np.diff(rows) != 1) | _begins(plan, part)[rows[1:]]
    firsts = rows[np.concatenate([[True], breaks])]
    ends = rows[np.concatenate([breaks, [True]])] + 1
    return list(zip(firsts.tolist(), ends.tolist(), strict=True))


def _begins(plan: Plan, part: str) -> NDArray[np.bool_]:
    """[P] whether a series begins at a step."""
    series = plan.of(part)
    found = np.zeros(series.table.rows + 1, np.bool_)
    found[series.starts] = True
    return found


def _encoded(done: Prepared, part: str, steps: Rows, precision: str) -> Beginning:
    assert done.plan is not None
    cells = Cells(f"`{done.table(part).shown}`", done.inputs[0].word.span, steps, part)
    array = assemble(done.inputs, done.table(part).columns, steps, cells, precision)
    return Beginning(array.floats(precision), int(done.plan.of(part).source_rows(steps[-1:])[0]) + 1)
