"""An optimizer's equations over all trained numbers side by side, with its schedule and the clipping of gradients put
in.

In: the options of a training run. Out: an `OptimizerGraph` over vectors [P].
"""

from __future__ import annotations

from typing import Any

from nndsl.diagnostics import Fault, fault
from nndsl.ir import build as b
from nndsl.lower import calls
from nndsl.lower.expr import evaluate
from nndsl.lower.frame import Frame
from nndsl.lower.graphs import OptimizerGraph
from nndsl.lower.network import Elaborated, new_build
from nndsl.lower.objective import outer_frame
from nndsl.lower.operators import elementwise
from nndsl.lower.values import Template, Tensor, tensor, value_words
from nndsl.semantics.program import Program, Train
from nndsl.semantics.roles import ROLES
from nndsl.syntax import ast

ALL = ("P",)
TINY = 1e-6  # beside the norm of a gradient, as in PyTorch's clip_grad_norm_


def optimizer_graph(program: Program, train: Train, found: Elaborated, total: int) -> OptimizerGraph:
    """total: how many steps the whole run has."""
    build = new_build(program, {}, training=True)
    scene = Elaborated(build, found.frame, found.input, found.outputs)
    template = _template(program, scene, "optimizer", train.optimizer)
    span = train.optimizer.span
    path = f"{train.name}.{template.entry.name}"
    w, g = b.state(f"{path}.w", ALL, origin=span), b.state(f"{path}.g", ALL, origin=span)
    frame = Frame(build, template.entry, span, path, active=(template.entry,))
    gradient = tensor(g, span)
    if train.clip is not None:
        gradient = _clipped(gradient, train.clip, frame, train.places.get("clip", span))
    step = tensor(b.step(origin=span), span)
    frame.names.update(w=tensor(w, span), g=gradient, t=step)
    frame.local_states["w"] = w
    try:
        calls.set_parameters(frame, template, {}, span)
        _schedule(program, train, scene, frame, step, total)
        build.run(frame, [])
    except Fault as problem:
        raise calls.at_call(problem, template.entry, span) from None
    if w not in build.updates:
        raise fault(
            "E0214",
            f"the optimizer `{template.entry.name}` does not say how `w` moves",
            template.entry.definition.name_span,
            help="write `w' = w - lr * g`",
        )
    return OptimizerGraph(w, g, tuple(build.slots.items()), tuple(build.updates.items()))


def _template(program: Program, scene: Elaborated, role: str, expr: ast.Expr) -> Template:
    frame = outer_frame(program, scene, role, expr.span)
    head = expr.function if isinstance(expr, ast.Call) else expr
    assert isinstance(head, ast.Name)
    entry = program.scope.find(head.text, (role,))
    assert entry is not None, head.text  # the options have been read
    calls.check_use(entry, (), scene.build, expr.span)
    template = Template(entry)
    if isinstance(expr, ast.Call):
        arguments = [(argument, evaluate(argument.value, frame)) for argument in expr.arguments]
        fed = ROLES[role].fed
        template = calls.partial(template, arguments, frame, expr.span, fed)
    return template


def _clipped(g: Tensor, most: float, frame: Frame, span: Any) -> Tensor:
    """g * min(1, most / norm(g)): a gradient longer than `most` is shortened (Pascanu, Mikolov and Bengio, ICML
    2013)."""
    squares = b.reduce_sum(b.mul(g.node, g.node, origin=span), origin=span)
    norm = b.add(b.sqrt(squares, origin=span), TINY, origin=span)
    factor = b.minimum(1.0, b.div(most, norm, origin=span), origin=span)
    return tensor(b.mul(g.node, factor, origin=span), span)


def _schedule(program: Program, train: Train, scene: Elaborated, frame: Frame, step: Tensor, total: int) -> None:
    """Multiplies the schedule into `lr`."""
    if train.schedule is None:
        return
    expr = train.schedule
    if "lr" not in frame.names:
        raise fault("E0210", f"the optimizer `{frame.entry.name}` has no `lr` for a schedule to change", expr.span)
    template = _template(program, scene, "schedule", expr)
    outer = outer_frame(program, scene, "schedule", expr.span)
    factor = calls.feed(template, [step, float(total)], [], outer, expr.span)
    if not isinstance(factor, Tensor | int | float) or (isinstance(factor, Tensor) and factor.shape):
        raise fault("E0302", f"a schedule gives one number, not {value_words(factor)}", expr.span)
    if isinstance(factor, Tensor):
        frame.names["lr"] = elementwise("mul", (frame.names["lr"], factor), frame, expr.span)
    else:
        frame.names["lr"] = frame.names["lr"] * factor
