"""Classes that are never the answer: the network has given them up, as happens to rare ones among frequent ones.

He and Garcia, "Learning from imbalanced data" (IEEE Transactions on Knowledge and Data Engineering 21, 2009).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nndsl.data.words import counted, visible
from nndsl.runtime.diagnosis.finding import UNKNOWN, Case, Finding, percent, severity
from nndsl.runtime.network import class_ids, tells
from nndsl.runtime.probes import Probes

LEAST_ROWS = 5  # of a class: of fewer the answer may be missing by chance
LEAST_SHARE = 0.005  # rarer characters of a text are no class to be told


def never_predicted(case: Case) -> tuple[float, list[Finding]]:
    """How many classes occur in the rows but are never the answer; UNKNOWN where the answer is no class."""
    ids = _answers(case.probes)
    target = case.probes.signature.target
    if ids is None or target is None:
        return UNKNOWN, []
    true, said = ids
    classes = target.classes
    counts, answers = (np.bincount(x, minlength=len(classes)) for x in (true, said))
    least = max(LEAST_ROWS, LEAST_SHARE * len(true))
    missing = [k for k in range(len(classes)) if counts[k] >= least and not answers[k]]
    if not missing:
        return 0.0, []
    share = float(sum(counts[k] for k in missing)) / len(true)
    names = ", ".join(f"`{visible(classes[k])}` ({counts[k]:,})" for k in missing[:8])
    names += f" and {len(missing) - 8} more" if len(missing) > 8 else ""
    most = int(answers.argmax())
    return float(len(missing)), [
        Finding(
            "never_predicted",
            float(len(missing)),
            severity(len(missing) == len(classes) - 1 or share > 0.25),
            f"{counted(len(missing), 'class is', 'classes are')} never the answer: {names} of {len(true):,}",
            target.span,
            f"{percent(share)} of the answers asked for",
            "more `epochs` or another `lr`; where a class is rare, more rows of it, and `stratify` in the `split`",
            (f"`{classes[most]}` is the answer to {percent(float(answers[most] / max(len(said), 1)))} of them",),
        )
    ]


def _answers(probes: Probes) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """(the true classes, those the network says): of all rows, and of steps that are real."""
    target, output = probes.signature.target, probes.output
    if target is None or probes.targets is None or not target.classes or not tells(output, target):
        return None
    if target.kind == "onehot":
        true, said = probes.targets.argmax(axis=-1), probes.outputs.argmax(axis=-1)
    elif target.kind == "category":
        true, said = probes.targets.astype(np.int64), class_ids(output, probes.outputs, target)
    else:
        return None
    if target.ragged and probes.lengths is not None:
        real = np.arange(true.shape[1]) < np.asarray(probes.lengths)[:, None]
        true, said = true[real], said[real]
    return np.asarray(true, np.int64).reshape(-1), np.asarray(said, np.int64).reshape(-1)
