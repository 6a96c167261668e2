"""A metric as a graph over a whole part.

In: a metric, what a network gives, and the target. Out: two leaves [N, ...] and the result.
"""

from __future__ import annotations

from nndsl.data.types import Field
from nndsl.diagnostics import fault
from nndsl.ir import build as b
from nndsl.ir.node import Node
from nndsl.lower import calls, method
from nndsl.lower.expr import evaluate
from nndsl.lower.frame import Frame
from nndsl.lower.graphs import Value
from nndsl.lower.network import leaf, new_build
from nndsl.lower.objective import beside
from nndsl.lower.targets import at_a_step, output_at_a_step
from nndsl.lower.values import Template, Tensor, value_words
from nndsl.semantics.program import Metric, Program
from nndsl.semantics.scopes import Entry
from nndsl.syntax import ast

ROWS = "N"


def metric_graph(program: Program, metric: Metric, output: Value, target: Field) -> tuple[tuple[Node, Node], Node]:
    """((outputs [N, *shape], targets [N, *shape]), the result: one number, or a table such as `confusion`).

    With a target for each step N counts the steps of all rows, and shapes are those of one.
    """
    span = metric.expr.span
    if target.time:
        output, target = output_at_a_step(output), at_a_step(target)
    y = Tensor(
        b.input_("output", (ROWS, *output.shape), origin=output.span),
        (False,) * (len(output.shape) + 1),
        False,
        output.kind,
        output.span,
    )
    method.check_sizes(Tensor(y.node, (True, *y.ghosts[1:]), False, y.kind, y.made), target)
    z = leaf(target, "target", ROWS)
    leaves = (y.node, z.node)
    sizes = {"classes": len(target.classes)} if target.classes else {}
    build = new_build(program, sizes, training=False)
    empty = ast.Block((), span=span)
    entry = Entry(ast.Definition("metric", "metric", span, (), None, None, empty, span=span), program.scope)
    frame = Frame(build, entry, span, metric.name)
    template = evaluate(metric.expr, frame)
    if not isinstance(template, Template) or template.entry.role != "metric":
        raise fault("E0205", f"`{span.text}` is {value_words(template)}, not a metric", span)
    value = calls.feed(template, list(beside(y, z)), [], frame, span)
    if isinstance(value, int | float):
        return leaves, b.const(float(value), origin=span)
    if not isinstance(value, Tensor) or ROWS in value.shape:
        raise fault(
            "E0302",
            f"a metric is a number for the whole part, but `{metric.name}` gives one for each row",
            span,
            help="take its `mean`",
        )
    return leaves, b.reshape(value.node, value.shape, origin=span)
