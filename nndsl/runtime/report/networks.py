"""The networks of a report: their layers, shapes and weights.

In: the networks of a program, and the data they have met. Out: elements.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from nndsl.data.types import Signature
from nndsl.lower.layers import Layer, Shape, Weights, layers
from nndsl.runtime.report.element import Element, Part, el
from nndsl.runtime.report.sheet import Sheet
from nndsl.runtime.report.tables import Column, code, facts, table
from nndsl.semantics.program import Network, Use

COLUMNS = (
    Column("layer", True),
    Column("as written", True),
    Column("gives"),
    Column("weights", True),
    Column("numbers"),
)


def networks(sheet: Sheet) -> list[Element]:
    """An article for each network that the script uses up to here or is to use."""
    known = ((network, _met(network, sheet)) for network in sheet.session.program.networks.values())
    return [_article(network, signature, sheet) for network, signature in known if signature is not None]


def _met(network: Network, sheet: Sheet) -> Signature | None:
    """Of the data a network was last used with, is for, or will be used with."""
    session = sheet.session
    met = session.networks[network.name].dataset
    if met is not None:
        return met.signature
    users = (a.data for a in session.program.actions if isinstance(a, Use) and a.network == network.name)
    name = network.data or next(users, None)
    return None if name is None else session.signatures.get(name)


def _article(network: Network, signature: Signature, sheet: Sheet) -> Element:
    program = sheet.session.program
    found = layers(program, network, signature)
    total, size = sum(layer.numbers for layer in found), np.dtype(program.settings.precision).itemsize
    about = facts(
        (
            ("for", code(signature.name)),
            ("defined in", sheet.link(network.span)),
            ("sees", _shape(signature.input.shape)),
            ("answers with", ", ".join(map(_shape, found[-1].shapes)) if found else None),
            ("trained numbers", f"{total:,}, {_bytes(total * size)} in {program.settings.precision}"),
        )
    )
    rows = [_row(layer) for layer in found]
    return el("article", el("h3", code(network.name)), about, table(f"Layers of {network.name}", COLUMNS, rows))


def _row(layer: Layer) -> list[Part]:
    shared = [el("span", "shared", class_="quiet")] if layer.shared and not layer.weights else []
    shapes = ", ".join(map(_shape, layer.shapes))
    return [code(layer.name), code(layer.text), shapes, [*_weights(layer.weights), *shared], f"{layer.numbers:,}"]


def _weights(weights: Weights) -> list[Part]:
    """`Wr, Wz, Wn 3 × 8, b 8`: a shape is said once for neighbours that share it."""
    groups = groupby(weights, lambda weight: weight[1])
    return [el("div", code(", ".join(name for name, _ in group)), " ", _shape(shape)) for shape, group in groups]


def _shape(shape: Sequence[int] | Shape) -> str:
    return " × ".join(map(str, shape)) or "1"


def _bytes(count: int) -> str:
    unit, size = next((u, s) for u, s in (("MB", 1 << 20), ("kB", 1 << 10), ("bytes", 1)) if count >= s or s == 1)
    return f"{count / size:,.1f} {unit}" if size > 1 else f"{count} {unit}"
