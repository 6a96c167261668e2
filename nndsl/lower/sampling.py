"""Whether a network can go on by itself: does it answer with the next step, and from what it has seen alone?

In: a `Sample` of the program and the signature of its data. Out: a `Stepper`, or a fault: E0218 where what the network
tells is not the next step, E0411 where it looks at later steps, E0219 where the prompt does not fill its window.
"""

from __future__ import annotations

import math

from nndsl.data.types import Signature
from nndsl.data.words import counted
from nndsl.diagnostics import Label, fault
from nndsl.lower import foresight
from nndsl.lower.graphs import EvaluationGraph
from nndsl.lower.step import evaluation_graph
from nndsl.lower.targets import source_of
from nndsl.lower.values import shape_words
from nndsl.semantics.program import Program, Sample
from nndsl.syntax import ast
from nndsl.values import value


@value
class Stepper:
    """How a network is asked for the next step.

    keeps_time: it answers for each step of its window, so that a window need not be full; else for what comes after a
    full one. window: how many steps it sees at most. ahead: how many steps after the last one seen the first answer is.
    together: how many steps are answered at once. answer: the shape of one step's answer.
    """

    keeps_time: bool
    window: int
    ahead: int
    together: int
    answer: tuple[int, ...]

    @property
    def needed(self) -> int:
        """The fewest steps it can go on from."""
        return (1 if self.keeps_time else self.window) + self.ahead - 1

    @property
    def most(self) -> int:
        """As many as it can make use of."""
        return self.window + self.ahead - 1


def stepper(program: Program, action: Sample, loss: ast.Expr | None, signature: Signature) -> Stepper:
    """Reads the network's output against the sequence. loss: what it was trained with. Raises a fault."""
    network = program.networks[action.network]
    graph = evaluation_graph(program, network, loss, signature, loss)
    if len(graph.outputs) != 1:
        several = counted(len(graph.outputs), "output")
        raise fault(
            "E0218",
            f"`{action.network}` has {several}: it is not known which of them is the next step",
            action.network_span,
            labels=(Label(network.span, several),),
        )
    found = read(program, action, signature, graph)
    _long_enough(action, found)
    if found.keeps_time and foresight.is_seen(graph, signature.input):
        raise foresight.problem(network, action.network_span)
    return found


def read(program: Program, action: Sample, signature: Signature, graph: EvaluationGraph) -> Stepper:
    """What the network's only output says of the next step. Raises a fault (E0218) where that is nothing."""
    if graph.signature.target is None:
        raise fault(
            "E0218",
            f"`{action.network}` is trained with a loss that does not speak of the target: it tells no next step",
            action.network_span,
            help="train it to tell the next step: a loss by its name, or one over `target`",
        )
    field, timing, shape = signature.input, program.data[action.data].timing, graph.outputs[0].shape
    assert timing is not None
    steps_written = (step for line in program.data[action.data].inputs for step in line.steps)
    change = next((step for step in steps_written if step.kind == "diff"), None)
    if change is not None:
        raise fault(
            "E0218",
            f"`{action.network}` sees changes, and cannot go on from them by itself",
            action.network_span,
            labels=(Label(change.span, "changes from step to step"),),
            help="let it see the values, and tell the change in the network: `output now + change`",
        )
    keeps_time = source_of(graph.signature) == "shifted"
    steps = field.shape[0] if keeps_time else timing.count
    classes = len(field.classes)
    answer = (classes,) if classes else field.shape[1:]
    for one in (answer, (1,)) if classes == 2 else (answer,):  # the score of the second class tells two apart
        if math.prod(shape) == steps * math.prod(one):
            return Stepper(keeps_time, field.shape[0], timing.first or 1, timing.count, one)
    each = f"{classes} classes" if classes else counted(math.prod(answer), "value")
    raise fault(
        "E0218",
        f"`{action.network}` gives {shape_words(shape)}, but the next step of `{action.data}` has {each}",
        action.network_span,
        labels=(Label(field.span, f"a sequence of {each}"),),
    )


def _long_enough(action: Sample, found: Stepper) -> None:
    """Raises a fault (E0219) with both numbers."""
    if action.prompt is None or len(action.prompt) >= found.needed:
        return
    step = "character" if action.characters else "step"
    why = "it gives one answer after a whole window, so the window must be full"
    if found.keeps_time:
        why = f"it tells what comes {counted(found.ahead, 'step')} ahead, so those between must be known"
    raise fault(
        "E0219",
        f"the prompt has {counted(len(action.prompt), step)}; `{action.network}` goes on from {found.needed} or more",
        action.places.get("prompt", action.span),
        notes=(why,),
        help=f"write at least {counted(found.needed, step)}, or leave `prompt` out",
    )
