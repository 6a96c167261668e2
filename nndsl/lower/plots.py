"""Whether a network fits the figure that is to be drawn of it: inputs, outputs, weights, loss.

In: a `Plot` of the program and the signatures of its data. Out: the plot with its loss chosen, or a fault: E0221 where
something is missing that the figure shows. Figures of results and tables have been checked by `nndsl.semantics.plots`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nndsl.data.types import Field, Signature
from nndsl.diagnostics import Fault, Label, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.ir.node import concrete
from nndsl.lower.graphs import EvaluationGraph, Value, Variable
from nndsl.lower.meeting import same_weights
from nndsl.lower.models import compared
from nndsl.lower.network import declared, elaborate, network_graph
from nndsl.lower.probing import probe_graph
from nndsl.lower.step import chosen_loss, evaluation_graph
from nndsl.lower.values import shape_words
from nndsl.semantics.drawings import (
    Asked,
    Boundary,
    Diagram,
    Drawing,
    Filters,
    Fit,
    Forecasts,
    Layers,
    PictureAnswers,
    PictureRows,
    Plot,
    Rows,
    Scatter,
    Surface,
    WeightHistogram,
)
from nndsl.semantics.program import Predict, Program, Train, Use
from nndsl.syntax import ast
from nndsl.values import value

Signatures = Mapping[str, Signature]


@value
class Case:
    """A plot and what it is seen in."""

    plot: Plot
    program: Program
    signatures: Signatures

    def trained(self, network: str) -> Train | None:
        """The network's last training above the plot."""
        found: Train | None = None
        for action in self.program.actions:
            if action is self.plot:
                break
            if isinstance(action, Train) and action.network == network:
                found = action
        return found

    def graph(self, asked: Asked, rows: Rows, loss: ast.Expr | None = None) -> EvaluationGraph:
        """The network in use on the rows."""
        network, signature = self.program.networks[asked.name], self.signatures[rows.data]
        first = first_used(asked.name, self.program, self.signatures, self.plot)
        if first is not None:
            same_weights(self.program, network, first, signature, rows.span)
        train = self.trained(asked.name)
        known = train.loss if train is not None else None
        return evaluation_graph(self.program, network, loss, signature, known if known is not None else loss)

    def outputs(self, asked: Asked, rows: Rows) -> tuple[tuple[Value, ...], Field | None]:
        """What is answered, and the target it is an answer for."""
        signature = self.signatures[rows.data]
        if asked.model:
            model = self.program.models[asked.name]
            return (compared(model, self.signatures[model.data], signature, rows.span),), signature.target
        graph = self.graph(asked, rows)
        return graph.outputs, graph.signature.target

    def loss(self, asked: Asked, rows: Rows) -> ast.Expr:
        """What it was trained with, else what fits its last layer and its target."""
        train = self.trained(asked.name)
        if train is not None and train.loss is not None:
            return train.loss
        network, signature = self.program.networks[asked.name], self.signatures[rows.data]
        return chosen_loss(elaborate(self.program, network, signature, training=False), signature, asked.span)[0]


def checked(plot: Plot, program: Program, signatures: Signatures) -> Plot | None:
    """The plot, completed; None where the data it needs are wrong. Raises a fault."""
    check = CHECKS.get(type(plot.drawing))
    if check is None:
        return plot
    rows = getattr(plot.drawing, "rows", None)
    if isinstance(rows, Rows) and rows.data not in signatures:
        return None
    return replace(plot, drawing=check(plot.drawing, Case(plot, program, signatures)))


def _missing(what: str, span: Span, help: str | None = None, labels: tuple[Label, ...] = ()) -> Fault:
    return fault("E0221", what, span, labels=labels, help=help)


# ---- answers as points ------------------------------------------------------------------------------------


def _scatter(drawing: Scatter, case: Case) -> Scatter:
    """Answers have columns now; other tables had them before."""
    rows = drawing.rows
    names = case.signatures[rows.data].input.names
    for name in drawing.columns:
        if re.fullmatch(r"output\d+", name) and name not in names:
            raise fault("E0211", f"`{rows.data}` has no column `{name}`", rows.span,
                        notes=(f"it has {len(names)} columns, `output1` to `output{len(names)}`",))  # fmt: skip
    if len(drawing.columns) >= 2:
        return drawing
    more = [one for one in names if one not in drawing.columns]
    columns = (*drawing.columns, *more)[: 2 if drawing.columns or len(names) != 3 else 3]
    if len(columns) < 2:
        raise _missing(f"the answers `{rows.data}` are one number each: they have no place in a plane", rows.span)
    return replace(drawing, columns=columns)


# ---- classifiers and regressions -----------------------------------------------------------------------


def _boundary(drawing: Boundary, case: Case) -> Boundary:
    rows, asked = drawing.rows, drawing.asked
    signature = case.signatures[rows.data]
    seen = signature.input
    if seen.time or seen.shape != (2,) or len(seen.names) != 2:
        found = "sequences" if seen.time else f"inputs of {shape_words(seen.shape)}"
        raise _missing(
            f"a boundary is drawn over two inputs, but `{rows.data}` has {found}", rows.span,
            f"draw it over two components: `pca {rows.data} as pc`, and a network on `pc`",
            (Label(seen.span, "its input"),),
        )  # fmt: skip
    outputs, target = case.outputs(asked, rows)
    if target is None or not target.classes or len(outputs) != 1:
        raise _missing(
            f"a boundary lies between classes, and `{asked.name}` tells none", asked.span,
            f"`plot fit({asked.name}, {rows.data})` draws answers that are numbers" if target is not None else None,
        )  # fmt: skip
    return drawing


def _fit(drawing: Fit, case: Case) -> Fit:
    rows, asked = drawing.rows, drawing.asked
    signature = case.signatures[rows.data]
    if signature.input.time:
        raise _missing(f"`{rows.data}` has sequences, no rows of numbers", rows.span,
                       f"write `plot forecast({asked.name}, {rows.data})`")  # fmt: skip
    outputs, target = case.outputs(asked, rows)
    if target is None or target.classes or len(outputs) != 1:
        why = "has no target" if target is None else "has classes" if target.classes else "is told by several outputs"
        raise _missing(
            f"a fit is drawn of numbers, but `{rows.data}` {why}", asked.span,
            f"`plot boundary({asked.name}, {rows.data})` draws classes over two inputs" if target and target.classes
            else None,
        )  # fmt: skip
    return drawing


def _forecasts(drawing: Forecasts, case: Case) -> Forecasts:
    rows, asked = drawing.rows, drawing.asked
    seen = case.signatures[rows.data].input
    outputs, target = case.outputs(asked, rows)
    if not seen.time or target is None or target.classes or len(outputs) != 1:
        what = "rows, no series" if not seen.time else "classes, no numbers" if target else "no target"
        raise _missing(f"a forecast is drawn of numbers in a series, but `{rows.data}` has {what}", rows.span,
                       labels=(Label(seen.span, "its input"),))  # fmt: skip
    return drawing


# ---- losses and weights ----------------------------------------------------------------------------------


def _surface(drawing: Surface, case: Case) -> Surface:
    first, rows = drawing.networks[0], drawing.rows
    loss = case.loss(first, rows)
    graphs = [case.graph(one, rows, loss) for one in drawing.networks]
    for one, graph in zip(drawing.networks, graphs, strict=True):
        if graph.loss is None:
            raise _missing(f"`{one.name}` has no loss that is told for each row of `{rows.data}`", one.span)
    for weight in drawing.weights:
        _number(weight.name, weight.index, weight.span, first.name, graphs[0].parameters)
    if len(graphs) == 2:
        shapes = [[(v.name, concrete(v.leaf.shape, {})) for v in graph.parameters] for graph in graphs]
        if shapes[0] != shapes[1]:
            raise _missing(
                f"the weights of `{first.name}` and `{drawing.networks[1].name}` have other shapes",
                case.plot.subject_span, "the same network twice, trained in two ways, can be compared",
            )  # fmt: skip
    return replace(drawing, loss=loss)


def _number(name: str, index: tuple[int, ...], span: Span, network: str, parameters: tuple[Variable, ...]) -> None:
    """Whether a name with its index is one number."""
    shapes = {v.name: concrete(v.leaf.shape, {}) for v in parameters}
    if name not in shapes:
        raise _no_weight(name, span, network, tuple(shapes))
    shape = shapes[name]
    if len(index) == len(shape) and all(-n <= k < n for k, n in zip(index, shape, strict=True)):
        return
    if not index and math.prod(shape) == 1:
        return
    example = f"{name}[{', '.join('0' for _ in shape)}]"
    what = f"`{span.text}` is not one of them" if index else "one of them has to be chosen"
    raise _missing(f"`{name}` has {shape_words(shape)} numbers: {what}", span, f"write `{example}`")


def _no_weight(name: str, span: Span, network: str, names: tuple[str, ...]) -> Fault:
    some = ", ".join(f"`{one}`" for one in names[:12])
    return fault("E0211", f"`{network}` has no weight `{name}`", span, notes=(f"it has {some}",) if names else (),
                 help=did_you_mean(name, names))  # fmt: skip


def _layers(drawing: Layers, case: Case) -> Layers:
    network, signature = case.program.networks[drawing.asked.name], case.signatures[drawing.rows.data]
    loss = case.loss(drawing.asked, drawing.rows)
    case.graph(drawing.asked, drawing.rows, loss)
    probe_graph(case.program, network, loss, signature)
    return replace(drawing, loss=loss)


def first_used(network: str, program: Program, signatures: Signatures, before: object) -> Signature | None:
    """The data a network was used with first, which gave its weights their shapes; None where it is not used before
    an action."""
    for action in program.actions:
        if action is before:
            return None
        if isinstance(action, Use) and action.network == network:
            return signatures.get(action.data)
    return None


def own_signature(network: str, program: Program, signatures: Signatures) -> Signature | None:
    """The data a network was used with or is for, or what it says itself of its input."""
    found = program.networks[network]
    used = [a.data for a in program.actions if isinstance(a, Train | Predict) and a.network == network]
    data = used[0] if used else found.data
    return signatures.get(data) if data is not None else declared(found)


def _parameters(network: str, span: Span, case: Case) -> tuple[Variable, ...]:
    """What is trained in a network."""
    signature = own_signature(network, case.program, case.signatures)
    if signature is None:
        raise fault("E0202", f"it is not known what data `{network}` is for", span,
                    help=f"write `network {network} for` and a data set, or train it")  # fmt: skip
    return network_graph(case.program, case.program.networks[network], signature, training=False).parameters


def _weights(drawing: WeightHistogram, case: Case) -> WeightHistogram:
    parameters = _parameters(drawing.network, drawing.span, case)
    if not chosen([v.name for v in parameters], drawing.prefix):
        if not parameters:
            raise _missing(f"`{drawing.network}` has no weights", drawing.span)
        raise _no_weight(drawing.prefix, drawing.span, drawing.network, tuple(v.name for v in parameters))
    return drawing


def chosen(names: list[str], prefix: str) -> list[str]:
    """The weights that a prefix means: one, or those of a layer; all where it is empty."""
    return [name for name in names if not prefix or name == prefix or name.startswith(prefix + ".")]


def _filters(drawing: Filters, case: Case) -> Filters:
    parameters = _parameters(drawing.network, drawing.span, case)
    names = [v.name for v in parameters if len(v.leaf.shape) in (3, 4)]
    if not names:
        raise _missing(f"`{drawing.network}` has no convolution", drawing.span,
                       f"`plot histogram({drawing.network})` shows its weights")  # fmt: skip
    found = chosen(names, drawing.prefix)
    if not found:
        layers = tuple(dict.fromkeys(name.rpartition(".")[0] for name in names))
        raise _no_weight(drawing.prefix, drawing.span, drawing.network, layers)
    return replace(drawing, prefix=found[0])


def _diagram(drawing: Diagram, case: Case) -> Diagram:
    signature = own_signature(drawing.network, case.program, case.signatures)
    if signature is None:
        _parameters(drawing.network, drawing.span, case)
    return drawing


# ---- pictures ------------------------------------------------------------------------------------------


def _is_picture(shape: tuple[int, ...]) -> bool:
    return len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3))


def _pictures(drawing: PictureRows, case: Case) -> PictureRows:
    seen = case.signatures[drawing.rows.data].input
    whose = f"the rows of `{drawing.rows.data}` are"
    if seen.time:
        raise _missing(f"{whose} sequences, no pictures", drawing.rows.span)
    return replace(drawing, shape=_shape(drawing.shape, seen.shape, whose, drawing.rows.span, case))


def _shape(said: tuple[int, ...], found: tuple[int, ...], whose: str, span: Span, case: Case) -> tuple[int, ...]:
    """Of one picture: as it is, or as the script says of flat rows."""
    count = math.prod(found)
    if said and math.prod(said) != count:
        raise _missing(f"{whose} {shape_words(found)} numbers, no pictures of {shape_words(said)}",
                       case.plot.places.get("shape", span))  # fmt: skip
    if said or _is_picture(found):
        return said or found
    side = math.isqrt(count)
    square = side * side == count and side > 1
    hint = f"where they are pictures, say of what size: `shape [{side}, {side}]`" if square else None
    raise _missing(f"{whose} {shape_words(found)} numbers, no pictures", span, hint)


def _answers(drawing: PictureAnswers, case: Case) -> PictureAnswers:
    """Shaped like pictures, or flat with as many numbers as the pictures they are for."""
    predict = next(a for a in case.program.actions if isinstance(a, Predict) and a.name == drawing.answers)
    rows = Rows(predict.data, predict.part, predict.data_span)
    asked = Asked(predict.network, predict.network_span, predict.network in case.program.models)
    outputs, _ = case.outputs(asked, rows)
    if len(outputs) != 1:
        raise _missing(f"`{drawing.answers}` are the answers of several outputs", drawing.span)
    seen, shape = case.signatures[predict.data].input.shape, outputs[0].shape
    if not drawing.shape and not _is_picture(shape) and _is_picture(seen) and math.prod(shape) == math.prod(seen):
        shape = seen
    return replace(drawing, shape=_shape(drawing.shape, shape, f"`{drawing.answers}` are", drawing.span, case))


CHECKS: Mapping[type[Any], Callable[[Any, Case], Drawing]] = {
    Scatter: _scatter, Boundary: _boundary, Fit: _fit, Forecasts: _forecasts, Surface: _surface, Layers: _layers,
    WeightHistogram: _weights, Filters: _filters, Diagram: _diagram, PictureRows: _pictures, PictureAnswers: _answers,
}  # fmt: skip
