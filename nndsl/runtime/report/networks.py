"""The networks of a report: their layers, shapes and weights.

In: the networks of a program, and the data they have met. Out: elements.
"""

from __future__ import annotations

from itertools import groupby

from nndsl.data.types import Signature
from nndsl.lower.layers import Layer, Weights, layers
from nndsl.runtime.lines import amount
from nndsl.runtime.report.element import Element, Part, el
from nndsl.runtime.report.sheet import Sheet
from nndsl.runtime.report.tables import Column, code, facts, size_words, sizes, table
from nndsl.runtime.showing.costs import StepCost, cost
from nndsl.semantics.program import Network, Train, Use

COLUMNS = (
    Column("layer", True),
    Column("as written", True),
    Column("output"),
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
    found, train = layers(program, network, signature), _training(network, signature, sheet)
    costs = cost(program, network, signature, train)
    about = facts(
        (
            ("for", code(signature.name)),
            ("defined in", sheet.link(network.span)),
            ("sees", size_words(signature.input.shape)),
            ("answers with", ", ".join(map(size_words, found[-1].shapes)) if found else None),
            ("trained numbers", f"{costs.trained:,}"),
            ("weights take", f"{amount(costs.weights)} in {program.settings.precision}"),
            ("a row takes", f"{costs.forward:,} multiply-adds"),
            ("a step takes", None if costs.step is None else _step(costs.step)),
        )
    )
    rows = [_row(layer) for layer in found]
    return el("article", el("h3", code(network.name)), about, table(f"Layers of {network.name}", COLUMNS, rows))


def _training(network: Network, signature: Signature, sheet: Sheet) -> Train | None:
    """The last run of the network on these data."""
    actions = [a for a in sheet.session.program.actions if isinstance(a, Train) and a.network == network.name]
    return next((a for a in reversed(actions) if a.data == signature.name), None)


def _step(step: StepCost) -> str:
    return f"{amount(step.bytes)} and {step.both:,} multiply-adds, for {step.batch} rows"


def _row(layer: Layer) -> list[Part]:
    shared = [el("span", "shared", class_="quiet")] if layer.shared and not layer.weights else []
    shapes = ", ".join(map(sizes, layer.shapes))
    return [code(layer.name), code(layer.text), shapes, [*_weights(layer.weights), *shared], f"{layer.numbers:,}"]


def _weights(weights: Weights) -> list[Part]:
    """`Wr, Wz, Wn 3 × 8, b 8`: a shape is said once for neighbours that share it."""
    groups = groupby(weights, lambda weight: weight[1])
    return [el("div", code(", ".join(name for name, _ in group)), " ", sizes(shape)) for shape, group in groups]
