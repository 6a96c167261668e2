"""Which equation first made a number that is not finite: the failing step once more, node by node, in the reference backend.

Training repeats bit for bit, so the state just before the failing step can be had again from the start of its epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.reference import first_nonfinite
from nndsl.ir.node import Node, topological
from nndsl.ir.primitive import Setting

if TYPE_CHECKING:
    from nndsl.runtime.trainer import Trainer


def first_cause(trainer: Trainer, epoch: int, failing: int, before: Mapping[Node, NDArray[Any]]) -> tuple[Node | None, float]:
    """(the node, the norm of the gradient just before). failing: the step of the epoch, from 1, whose loss was not finite."""
    trainer.rewind(epoch, before, failing - 1)
    norm = float(np.linalg.norm(trainer.slopes.astype(np.float64)))
    healthy = all(np.isfinite(a).all() for a in trainer.moving().values())
    if healthy:
        return _blamed(trainer, failing - 1, stages=1), norm
    for step in range(failing - 1, 0, -1):  # the weights were spoilt earlier: by which update?
        trainer.rewind(epoch, before, step - 1)
        if all(np.isfinite(a).all() for a in trainer.moving().values()):
            return _blamed(trainer, step - 1, stages=2), float(np.linalg.norm(trainer.slopes.astype(np.float64)))
    return None, norm


def _blamed(trainer: Trainer, step: int, stages: int) -> Node | None:
    """The first node that makes a number not finite from finite ones, at this step (from 0) of the epoch."""
    rows = trainer.batch_rows(step)
    bindings: dict[Node, NDArray[Any]] = dict(trainer.arrays)
    for leaf, kind in trainer.graph.inputs:
        array = trainer.rows[kind]
        bindings[leaf] = type(array)(array.values[rows], array.scale, array.shift).floats(trainer.program.precision)
    setting = Setting(
        {"B": len(rows), "P": trainer.flat.size}, trainer.program.precision, trainer.loop.seed, int(trainer.step)
    )
    for stage in trainer.stages.stages[:stages]:
        outputs = [value for _, value in stage.updates]
        known = {n: bindings[n] for n in topological(outputs) if n in bindings}
        with np.errstate(all="ignore"):
            node = first_nonfinite(outputs, known, setting)
        if node is not None:
            return node
        if stages == 1:
            break
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
    from nndsl.backend.reference import evaluate

    values = evaluate([value for _, value in updates], known, setting)
    for (leaf, _), value in zip(updates, values, strict=True):
        if leaf in trainer.arrays:
            trainer.arrays[leaf][...] = np.reshape(value, trainer.arrays[leaf].shape)
            bindings[leaf] = trainer.arrays[leaf]
