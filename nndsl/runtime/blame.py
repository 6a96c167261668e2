"""Which equation first made a number that is not finite: the failing step once more, node by node, in the reference
backend.

Training repeats bit for bit, so the state just before the failing step can be had again from the start of its epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.reference import evaluate, first_nonfinite
from nndsl.ir.node import Node, topological
from nndsl.ir.primitive import Setting

if TYPE_CHECKING:
    from nndsl.runtime.trainer import Trainer


@dataclass(frozen=True, slots=True)
class Cause:
    """node: the first that made a number that is not finite from finite ones, if it was found. step: in which step,
    from 1.

    gradient_norm: of the step before it, None where it was the first of its epoch.
    """

    node: Node | None
    step: int
    gradient_norm: float | None


def first_cause(trainer: Trainer, epoch: int, failing: int, before: Mapping[Node, NDArray[Any]]) -> Cause:
    """failing: the step of the epoch, from 1, whose loss or update was not finite."""
    for step in range(failing, 0, -1):  # backwards to the first step that begins with sound weights
        trainer.rewind(epoch, before, step - 1)
        norm = float(np.linalg.norm(trainer.slopes.astype(np.float64))) if step > 1 else None
        if all(np.isfinite(array).all() for array in trainer.moving().values()):
            return Cause(_blamed(trainer, step - 1), step, norm)
    return Cause(None, failing, None)


def _blamed(trainer: Trainer, step: int) -> Node | None:
    """The first node that makes a number not finite from finite ones, at this step (from 0) of the epoch."""
    rows = trainer.batch_rows(step)
    bindings: dict[Node, NDArray[Any]] = dict(trainer.arrays)
    for leaf, kind in trainer.graph.inputs:
        array = trainer.rows[kind]
        bindings[leaf] = array.take(rows).floats(trainer.program.precision)
    setting = Setting(
        {"B": len(rows), "P": trainer.flat.size}, trainer.program.precision, trainer.loop.seed, int(trainer.step)
    )
    for stage in trainer.stages.stages:
        outputs = [value for _, value in stage.updates]
        known = {n: bindings[n] for n in topological(outputs) if n in bindings}
        with np.errstate(all="ignore"):
            node = first_nonfinite(outputs, known, setting)
        if node is not None:
            return node
        _update_gradients(trainer, stage.updates, known, setting, bindings)
    return None


def _update_gradients(
    trainer: Trainer,
    updates: tuple[tuple[Node, Node], ...],
    known: Mapping[Node, NDArray[Any]],
    setting: Setting,
    bindings: dict[Node, NDArray[Any]],
) -> None:
    """Puts the first stage's values where the second reads them."""
    values = evaluate([value for _, value in updates], known, setting)
    for (leaf, _), value in zip(updates, values, strict=True):
        if leaf in trainer.arrays:
            trainer.arrays[leaf][...] = np.reshape(value, trainer.arrays[leaf].shape)
            bindings[leaf] = trainer.arrays[leaf]
