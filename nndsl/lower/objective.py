"""What is made small: the loss of an example, chosen or given, and the terms that are added to it.

In: a network that has been read, the target, and an expression. Out: a tensor of one number an example; faults where
they do not fit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nndsl.data.types import Signature
from nndsl.diagnostics import Fault, Span, fault
from nndsl.ir import build as b
from nndsl.ir.node import Node
from nndsl.lower import calls, method, targets
from nndsl.lower.each_step import at_all_steps
from nndsl.lower.expr import evaluate
from nndsl.lower.frame import Frame
from nndsl.lower.graphs import Variable
from nndsl.lower.network import Elaborated, leaf
from nndsl.lower.operators import labels, per_example
from nndsl.lower.values import Template, Tensor, shape_words, tensor, value_words
from nndsl.semantics.builtins import BUILTINS
from nndsl.semantics.program import Program
from nndsl.semantics.scopes import Entry, wrong_role
from nndsl.semantics.walk import names as walk_names
from nndsl.syntax import ast


def outer_frame(program: Program, found: Elaborated, role: str, span: Span) -> Frame:
    """A frame for expressions that stand in an action, with the names of a role's definitions in reach."""
    empty = ast.Block((), span=span)
    definition = ast.Definition(role, role, span, (), None, None, empty, span=span)
    frame = Frame(found.build, Entry(definition, program.scope), span, "", active=())
    return frame


def loss_of(program: Program, found: Elaborated, signature: Signature, expr: ast.Expr, span: Span) -> Tensor:
    """The loss: a tensor over the batch. With a target for each step it is computed at each and averaged.

    expr: a loss's name, or an expression over `output`, `target`, `input` and the network's names.
    """
    if signature.target is not None and signature.target.time and targets.speaks_of_target(program, expr):
        return _over_time(program, found, signature, expr, span)
    names: dict[str, Any] = {
        name: value for name, value in found.frame.names.items() if isinstance(value, Tensor | int | float)
    }
    names |= {"input": found.input, "output": found.outputs[0] if len(found.outputs) == 1 else found.outputs}
    target = leaf(signature.target, "target") if signature.target is not None else None
    return _loss(program, found, signature, expr, span, names, target)


def _over_time(program: Program, found: Elaborated, signature: Signature, expr: ast.Expr, span: Span) -> Tensor:
    """The mean over the real steps of each example of the loss at each: [B]."""
    target = signature.target
    assert target is not None
    output = method.only_output(found.outputs, expr.span)
    method.check_steps(output, target)
    whole, steps = leaf(target, "target"), target.shape[0]
    leaves: dict[Node, Node] = {}

    def one(x: Tensor, name: str) -> Tensor:
        node = b.input_(f"{name} at a step", (x.node.shape[0], *x.node.shape[2:]), x.node.dtype, origin=x.made)
        leaves[node] = x.node
        return replace(x, node=node, ghosts=x.ghosts[1:])

    known = {**found.frame.names, "input": found.input}
    names: dict[str, Any] = {
        name: one(x, name) if isinstance(x, Tensor) and x.batched and x.core[:1] == (steps,) else x
        for name, x in known.items()
        if isinstance(x, Tensor | int | float)
    }
    names["output"] = one(output, "output")
    at_a_step = replace(signature, target=targets.at_a_step(target), shifted=None)
    value = _loss(program, found, at_a_step, expr, span, names, one(whole, "target"))
    if not value.batched:
        return value
    each = at_all_steps(per_example(value), leaves, steps)
    return Tensor(_mean_of_steps(each, found.build.lengths if target.ragged else None), (), True, "real", value.made)


def _mean_of_steps(each: Node, lengths: Node | None) -> Node:
    """[B] from a number for each step [B, T]; padding behind an end counts for nothing."""
    at = each.origin
    if lengths is None:
        return b.reshape(b.mean(each, (1,), origin=at), each.shape[:1], origin=at)
    real = b.less(b.iota(each.shape[1], origin=at), b.reshape(lengths, (each.shape[0], 1), origin=at), origin=at)
    total = b.reduce_sum(b.where(real, each, 0.0, origin=at), (1,), origin=at)
    return b.div(b.reshape(total, each.shape[:1], origin=at), b.cast(lengths, "float", origin=at), origin=at)


def _loss(
    program: Program, found: Elaborated, signature: Signature, expr: ast.Expr, span: Span, names: dict[str, Any],
    target: Tensor | None,
) -> Tensor:  # fmt: skip
    """The loss where `names` are known beside the target."""
    frame = outer_frame(program, found, "loss", span)
    frame.names.update(names)
    if target is not None:
        frame.names["target"] = target
    _check_name(expr, frame)
    value = _evaluate(expr, frame, signature)
    if isinstance(value, Template):
        if value.entry.role != "loss":
            raise fault("E0205", f"`{expr.span.text}` is {value_words(value)}, not a loss", expr.span)
        value = _apply(value, found, target, signature, frame, expr)
    if isinstance(value, int | float):
        value = Tensor(b.const(float(value)), (), False, "real", expr.span)
    if not isinstance(value, Tensor):
        raise fault("E0206", f"a loss is a number, not {value_words(value)}", expr.span)
    if value.node.dtype == "bool":
        raise fault("E0305", "a loss is a number, but this is a truth value", expr.span)
    return value


def _check_name(expr: ast.Expr, frame: Frame) -> None:
    """A lone name that is no loss but something else, or stands in quotes."""
    scope = frame.entry.scope
    if isinstance(expr, ast.String):
        known = scope.find(expr.text, ("loss",)) is not None
        help = f"write it without quotes: `loss {expr.text}`" if known else None
        raise fault("E0202", f"`loss` takes the name of a loss, not `{expr.span.text}`", expr.span, help=help)
    head = expr.function if isinstance(expr, ast.Call) else expr
    if isinstance(head, ast.Name) and head.text not in frame.names and head.text not in BUILTINS:
        other = scope.elsewhere(head.text)
        if other is not None and scope.find(head.text, frame.spaces) is None:
            raise wrong_role(other, head.span, "a loss")


def _evaluate(expr: ast.Expr, frame: Frame, signature: Signature) -> Any:
    for name in walk_names(expr):
        if name.text == "target" and signature.target is None:
            raise method.no_target(signature, name.span)
    return evaluate(expr, frame)


def _apply(
    loss: Template, found: Elaborated, target: Tensor | None, signature: Signature, frame: Frame, expr: ast.Expr
) -> Any:
    if target is None or signature.target is None:
        raise method.no_target(signature, expr.span)
    output = frame.names["output"]
    if not isinstance(output, Tensor):
        output = method.only_output(output, expr.span)
    method.check_sizes(output, signature.target)
    output, target = beside(output, target)
    return calls.feed(loss, [output, target], [], frame, expr.span)


def beside(output: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """An output of one unit is one number where the target is one number."""
    rank = len(target.shape)
    if len(output.shape) == rank + 1 and output.shape[-1] == 1:
        return replace(output, ghosts=(*output.ghosts[:-1], True)), target
    if rank == len(output.shape) + 1 and target.shape[-1] == 1:
        return output, replace(target, ghosts=(*target.ghosts[:-1], True))
    return output, target


# ---- terms beside the loss --------------------------------------------------------------------------------


def regularizers(program: Program, found: Elaborated, exprs: tuple[ast.Expr, ...], span: Span) -> list[Node]:
    """Each regularizer of each trained tensor with two or more axes, as nodes of shape ()."""
    frame = outer_frame(program, found, "regularizer", span)
    terms: list[Node] = []
    for expr in exprs:
        template = evaluate(expr, frame)
        if not isinstance(template, Template) or template.entry.role != "regularizer":
            raise fault("E0205", f"`{expr.span.text}` is {value_words(template)}, not a regularizer", expr.span)
        terms.extend(_term(template, variable, frame, expr) for variable in weights(found))
    return terms


def weights(found: Elaborated) -> list[Variable]:
    """What regularizers speak of: weights, not biases and scales."""
    return [v for v in found.build.variables.values() if v.leaf.rank >= 2]


def _term(template: Template, variable: Variable, frame: Frame, expr: ast.Expr) -> Node:
    value = calls.feed(template, [tensor(variable.leaf, variable.span)], [], frame, expr.span)
    if isinstance(value, int | float):
        return b.const(float(value), origin=expr.span)
    if not isinstance(value, Tensor) or value.shape:
        shape = shape_words(value.shape) if isinstance(value, Tensor) else value_words(value)
        raise _not_one_number(template, shape, value, expr.span)
    return b.reshape(value.node, (), origin=expr.span)


def _not_one_number(template: Template, shape: str, value: Any, span: Span) -> Fault:
    shown = labels(value) if isinstance(value, Tensor) else ()
    return fault(
        "E0302",
        f"the regularizer `{template.entry.name}` gives {shape}, not one number",
        span,
        labels=shown,
        help="take its `sum`",
    )
