"""`show NET`: the layers in the order of the flow, with shapes, weights and how many there are; then what it costs.

In: a network of a session. Out: its facts, or lines of text for a terminal of 80 columns.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nndsl.data.types import Signature
from nndsl.lower import network_graph
from nndsl.lower.layers import Layer, Weights, layers
from nndsl.lower.values import shape_words
from nndsl.runtime.lines import WIDTH, amount, shortened, table
from nndsl.runtime.showing.costs import Cost, StepCost, cost
from nndsl.semantics.program import Train, Use
from nndsl.syntax import ast

if TYPE_CHECKING:
    from nndsl.runtime.session import Session

LONGEST = 32  # characters of a layer as written; the rest of a long equation is in the script
NARROWEST = 18  # characters of the column of weights


def facts(name: str, session: Session) -> dict[str, Any]:
    """For programs."""
    signature = signature_of(name, session)
    if signature is None:
        return {"network": name, "data": None}
    program, network = session.program, session.program.networks[name]
    train = _training(name, session)
    found = cost(program, network, signature, train)
    step = found.step
    return {
        "network": name,
        "data": signature.name,
        "layers": [_layer_facts(layer) for layer in layers(program, network, signature)],
        "trained": found.trained,
        "weights_bytes": found.weights,
        "multiply_adds": found.forward,
        "step": None if step is None else {
            "batch": step.batch, "bytes": step.bytes, "weights_bytes": step.weights, "gradients_bytes": step.gradients,
            "optimizer_bytes": step.optimizer, "values_bytes": step.values, "forward": step.forward, "both": step.both,
        },
    }  # fmt: skip


def _layer_facts(layer: Layer) -> dict[str, Any]:
    weights = {name: list(shape) for name, shape in layer.weights}
    kept = {name: list(shape) for name, shape in layer.states}
    shapes = [list(shape) for shape in layer.shapes]
    return {
        "name": layer.name, "text": layer.text, "shape": shapes[0] if len(shapes) == 1 else shapes, "weights": weights,
        "states": kept, "numbers": layer.numbers,
    }  # fmt: skip


def shown(name: str, session: Session) -> str:
    """For people."""
    signature = signature_of(name, session)
    if signature is None:
        return f"{name}: its sizes follow from data, and none is named yet"
    program, network = session.program, session.program.networks[name]
    graph = network_graph(program, network, signature, training=False)
    outputs = ", ".join(f"{shape_words(out.shape)}, {out.kind}" for out in graph.outputs)
    inputs = ", ".join(shape_words(value.shape) for value in graph.inputs)
    lines = [f"network {name} for {signature.name}", f"  input {inputs}"]
    found = layers(program, network, signature)
    lines += layer_table(found) if found else []
    lines.append(f"  output {outputs}")
    train = _training(name, session)
    return "\n".join([*lines, *_costs(cost(program, network, signature, train), program.settings.precision, train)])


# ---- the table ------------------------------------------------------------------------------------------------


def layer_table(found: Sequence[Layer]) -> list[str]:
    texts = [shortened(layer.text, LONGEST) for layer in found]
    shapes = [" and ".join(map(shape_words, layer.shapes)) for layer in found]
    numbers = [f"{layer.numbers:,}" if layer.numbers else "" for layer in found]
    columns = ([*texts, "layer"], [*shapes, "output"], [*numbers, "numbers"])
    others = sum(max(map(len, column)) + 2 for column in columns)
    room = max(WIDTH - others - 2, NARROWEST)
    rows: list[list[str]] = []
    for place, (layer, text, shape, count) in enumerate(zip(found, texts, shapes, numbers, strict=True)):
        first, *more = _as_before(layer, found[:place]) or _weights(layer, room) or [""]
        rows.append([text, shape, first, count])
        rows += [["", "", line, ""] for line in more]
    return table(["layer", "output", "weights", "numbers"], rows, left=3)


def _as_before(layer: Layer, earlier: Sequence[Layer]) -> list[str]:
    """A layer of layers that is like an earlier one is not taken apart again."""
    if not any("." in name for name, _ in layer.weights):
        return []
    like = next((x for x in earlier if (x.weights, x.states) == (layer.weights, layer.states)), None)
    return [] if like is None else [layer.name, f"  as {like.name}"]


def _weights(layer: Layer, room: int) -> list[str]:
    """`dense_1: W [9, 16], b [16]`; of a layer of layers a line for each of them, below its own name."""
    inner = list(dict.fromkeys(name.rpartition(".")[0] for name, _ in (*layer.weights, *layer.states)))
    own = "" if layer.role == "equation" else layer.name
    lines = [own] if own and any(inner) else []
    for name in inner:
        head = f"  {name}" if name else own if not lines else ""
        first, *kept = _grouped(_of(layer.states, name)) or [""]
        parts = _grouped(_of(layer.weights, name)) + ([f"keeps {first}", *kept] if first else [])
        lines += _filled(parts, f"{head}: " if head else "", room)
    if layer.shared:
        lines.append("and some from above" if lines else "those from above")
    return lines


def _of(weights: Weights, inner: str) -> Weights:
    """`dense_1.W` is `W` of `dense_1`, a layer within."""
    parts = [(*name.rpartition(".")[::2], shape) for name, shape in weights]
    return tuple((name, shape) for layer, name, shape in parts if layer == inner)


def _grouped(weights: Weights) -> list[str]:
    """`Wr, Wz, Wn [3, 8]` and `b [8]`: a shape is said once for neighbours that share it, and not of one number."""
    groups = itertools.groupby(weights, lambda weight: weight[1])
    found = [(", ".join(name for name, _ in group), shape) for shape, group in groups]
    return [f"{names} {shape_words(shape)}" if shape else names for names, shape in found]


def _filled(parts: Sequence[str], head: str, room: int) -> list[str]:
    """The parts in lines of at most `room` characters; one that is longer than a line is broken between its names."""
    indent = " " * (len(head) - len(head.lstrip()) + 2)
    lines = [head]
    for number, part in enumerate(parts):
        whole = part + ("," if number < len(parts) - 1 else "")
        pieces = [whole] if len(indent) + len(whole) <= room else _names(whole)
        for piece in pieces:
            if lines[-1].strip() and len(lines[-1]) + len(piece) > room:
                lines.append(indent)
            lines[-1] += piece + " "
    return [line.rstrip() for line in lines]


def _names(part: str) -> list[str]:
    """`Wq, Wk [8, 8]` as `Wq,` and `Wk [8, 8]`."""
    names, bracket, shape = part.partition(" [")
    pieces = [f"{name}," for name in names.split(", ")]
    return [*pieces[:-1], pieces[-1].removesuffix(",") + bracket + shape]


# ---- what it costs ----------------------------------------------------------------------------------------------


def _costs(found: Cost, precision: str, train: Train | None) -> list[str]:
    lines = [f"  {found.trained:,} trained numbers, {amount(found.weights)} in {precision}"]
    if found.step is None or train is None:
        return [*lines, *([f"  {found.forward:,} multiply-adds for one row"] if found.forward else [])]
    return [*lines, *_step(found.step, train)]


def _step(step: StepCost, train: Train) -> list[str]:
    head = train.optimizer.function if isinstance(train.optimizer, ast.Call) else train.optimizer
    name = head.text if isinstance(head, ast.Name) else head.span.text
    parts = [("weights", step.weights), ("gradients", step.gradients), (name, step.optimizer)]
    said = ", ".join(f"{what} {amount(size)}" for what, size in (*parts, ("values", step.values)) if size)
    return [
        f"  one step of {train.name} ({step.batch} rows): {amount(step.bytes)}",
        f"    {said}",
        f"    {step.forward:,} multiply-adds forward, {step.both:,} with the way back",
    ]


# ---- what it meets ----------------------------------------------------------------------------------------------


def _training(name: str, session: Session) -> Train | None:
    """The last training of the network in the script."""
    found = [a for a in session.program.actions if isinstance(a, Train) and a.network == name]
    state = session.networks[name]
    met = [a for a in found if state.dataset is not None and a.data == state.dataset.signature.name]
    return (met or found or [None])[-1]  # type: ignore[list-item]


def signature_of(name: str, session: Session) -> Signature | None:
    """Of the data a network was last used with, is for, or will be used with."""
    state, train = session.networks[name], _training(name, session)
    if train is not None:
        return session.signatures[train.data]
    if state.dataset is not None:
        return state.dataset.signature
    named = session.program.networks[name].data
    if named is None:
        users = (a for a in session.program.actions if isinstance(a, Use) and a.network == name)
        named = next((a.data for a in users), None)
    return None if named is None else session.signatures.get(named)
