"""The characters of a text as classes: those of the training part, and one for all others, where there are others.

In: what is prepared, and a fitted chain. Out: the chain with a class for unknown characters, W0501 that counts them,
and sentences that show the vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nndsl.data.chains import Chain
from nndsl.data.encoders import Classes
from nndsl.data.fitting import Prepared
from nndsl.data.textfile import code_points
from nndsl.data.words import counted, listed, visible
from nndsl.diagnostics import Collector, Diagnostic

UNKNOWN = "\N{REPLACEMENT CHARACTER}"  # the class of characters that only later parts have


def with_unknown(made: Prepared, chain: Chain, found: Collector) -> Chain:
    """Characters that no training step has become one class of their own, and are counted aloud."""
    classes = chain.classes
    if classes is None or not made.tables["train"].columns[chain.name].is_characters:
        return chain
    known = np.array([ord(name) for name in classes.names], np.uint32)
    strange: dict[str, int] = {}
    parts: dict[str, int] = {}
    for part, rows in made.rows.items():
        points = code_points(made.table(part).columns[chain.name].values()[rows])
        new = points[~np.isin(points, known)]
        for point, count in zip(*np.unique(new, return_counts=True), strict=True):
            strange[chr(point)] = strange.get(chr(point), 0) + int(count)
        if len(new):
            parts[part] = len(new)
    if not strange:
        return chain
    where = " and ".join(f"{count} in the {part} part" for part, count in parts.items())
    found.add(
        Diagnostic(
            "W0501",
            f"{counted(len(strange), 'character')} of `{chain.name}` never occur{'s' if len(strange) == 1 else ''} in "
            f"the training part: {where}",
            chain.word.span,
            notes=(f"they are read as one unknown character `{UNKNOWN}`: " + listed(map(visible, strange)),),
        )
    )
    more = Classes(classes.kind, (*classes.names, UNKNOWN), unknown=True)
    return replace(chain, steps=(*chain.steps[:-1], more))


def characters_said(chains: Sequence[Chain]) -> list[str]:
    """The characters there are, in words."""
    said: list[str] = []
    for chain in chains:
        classes = chain.classes
        if classes is not None and chain.text and all(len(name) == 1 for name in classes.names):
            shown = "".join(map(visible, classes.names))
            more = shown if len(shown) <= 80 else shown[:77] + "..."
            said.append(f"`{chain.name}` has a vocabulary of {len(classes.names)}: {more}")
    return said
