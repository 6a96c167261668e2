"""What is told of the input or the target of one example: names, shape, kind, classes.

In: what is prepared, and the chains of one side. Out: a `Field`.
"""

from __future__ import annotations

import numpy as np

from nndsl.data.assemble import shape_of
from nndsl.data.chains import Chain
from nndsl.data.fitting import Prepared
from nndsl.data.spec import DataSpec
from nndsl.data.types import Field
from nndsl.diagnostics import Span


def field_of(done: Prepared, chains: tuple[Chain, ...], role: str) -> Field:
    """The field of some chains; role: input or target."""
    names = tuple(chain.shown for chain in chains)
    span = chains[0].word.span if len(chains) == 1 else _span(done.spec, role)
    classes = chains[0].classes.names if len(chains) == 1 and chains[0].classes else ()
    kind = "real"
    if all(chain.is_ids for chain in chains):
        kind = "category"
    elif all(chain.classes is not None for chain in chains):
        kind = "onehot"
    elif role == "target" and _is_distribution(done, chains):
        kind = "probability"
    return Field(names, shape_of(chains), kind, span, classes, parts=_parts(done, chains))


def _parts(done: Prepared, chains: tuple[Chain, ...]) -> tuple[str, ...]:
    """A name for each number of an example, where the source has one for each."""
    columns = done.table("train").columns
    names: list[str] = []
    for chain in chains:
        if chain.is_ids:
            return ()
        if chain.classes is not None:
            names += [f"{chain.shown}={name}" for name in chain.classes.names]
        elif not chain.shape:
            names.append(chain.shown)
        elif columns[chain.name].parts:
            names += columns[chain.name].parts
        else:
            return ()
    return tuple(names)


def _span(spec: DataSpec, role: str) -> Span:
    if role == "target":
        return spec.target.span if spec.target else spec.span
    return spec.inputs[0].span if spec.inputs else spec.span


def _is_distribution(done: Prepared, chains: tuple[Chain, ...]) -> bool:
    """Several columns without encoders that are in [0, 1] and add up to 1 in every training row: soft targets."""
    if len(chains) < 2 or any(chain.steps or chain.shape or chain.text for chain in chains):
        return False
    columns = done.table("train").columns
    rows = done.rows["train"]
    x = np.stack([np.asarray(columns[chain.name].values()[rows], np.float64) for chain in chains], axis=1)
    return bool(np.all((x >= 0) & (x <= 1)) and np.allclose(x.sum(axis=1), 1, atol=1e-6))
