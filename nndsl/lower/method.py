"""Rules of good method that need shapes and kinds: does the last layer fit the target, and the loss both?

In: what a network gives and the target's field. Out: the loss to use where none is said, and faults with both places.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from nndsl.data.types import Field, Signature
from nndsl.data.words import visible
from nndsl.diagnostics import Diagnostic, Edit, Fault, Label, Span, fault
from nndsl.ir.node import Node, topological
from nndsl.lower.graphs import Variable
from nndsl.lower.targets import at_a_step, tensor_at_a_step
from nndsl.lower.values import Tensor, count_words, shape_words
from nndsl.passes.stabilise import is_softmax
from nndsl.syntax import ast


def no_target(signature: Signature, span: Span, network: str = "", loss: ast.Expr | None = None) -> Fault:
    """E0409. network, loss: where the data may have a target, but the network is trained with a loss without one."""
    if signature.target is not None and loss is not None:
        return fault(
            "E0409",
            f"`{network}` is trained without a target: `{_short(loss.span)}` does not speak of it",
            span,
            labels=(Label(loss.span, "nothing is compared with the target"),),
            help="leave the metrics out: the loss says how well it does; or write a loss over `target`",
        )
    return fault(
        "E0409",
        f"`{signature.name}` has no target",
        span,
        labels=(Label(signature.span, "only an input"),),
        help=f"give `{signature.name}` a `target`, or write what is compared: `loss mse(output, input)`",
    )


def only_output(outputs: tuple[Tensor, ...], span: Span) -> Tensor:
    if len(outputs) == 1:
        return outputs[0]
    raise fault(
        "E0408",
        f"the network gives {len(outputs)} values, and it is not said which one the loss is of",
        span,
        help="write the loss as an expression over names in the network: `loss mse(y, target)`",
    )


# ---- sizes ---------------------------------------------------------------------------------------------


def check_steps(output: Tensor, target: Field) -> None:
    """As many steps as the target has, where it has some."""
    if not target.time or output.shape[:1] == target.shape[:1]:
        return
    span, steps, each = output.made, target.shape[0], target.shape[1:]
    numbers = len(target.classes) if target.kind == "category" else math.prod(each)
    single = target.kind != "category" and numbers == 1
    mended = _mended(span.text, output, steps * numbers) if len(output.shape) == 1 else None
    end = f"dense({steps * numbers})" + ("" if single else f" -> reshape({steps}, {numbers})")
    end = f"-> last -> {end}" if len(output.shape) > 1 else f"-> {end}"
    gives = count_words(output.shape[0]) if len(output.shape) == 1 else shape_words(output.shape)
    raise fault(
        "E0301",
        f"`{_short(span)}` gives {gives}, but {_target_names(target)} has {steps} steps",
        span,
        labels=(Label(target.span, f"{steps} steps after what is seen"), Label(span, gives)),
        help=f"write `{mended}`" if single and mended else f"end the network with `{end}`",
        edits=(Edit(span, mended),) if single and mended else (),
    )


def check_sizes(output: Tensor, target: Field) -> None:
    """One value for each class, or as many numbers as the target has; a single unit speaks of two classes."""
    if target.kind == "category":
        classes = len(target.classes)
        axis = output.shape[len(target.shape) :]
        if not classes:
            raise fault(
                "E0301",
                f"the columns of {_target_names(target)} have classes of their own, so no one output fits them",
                output.made,
                labels=(Label(target.span, "several categories"),),
                help="give an output for each, `output a, b`, and `loss nll(a, target[0]) + nll(b, target[1])`",
            )
        fits = output.shape[: len(target.shape)] == target.shape and (
            axis == (classes,) or (classes == 2 and axis in ((), (1,)))
        )
        if not fits:
            raise _wrong_classes(output, target, classes)
        return
    shapes = (target.shape, (*target.shape, 1))
    if output.shape in shapes or (target.shape[-1:] == (1,) and output.shape == target.shape[:-1]):
        return
    if target.kind == "onehot" and len(output.shape) == 1:
        raise _wrong_classes(output, target, len(target.classes) or target.shape[-1])
    raise _wrong_size(output, target)


def _target_names(target: Field) -> str:
    names = ", ".join(f"`{name}`" for name in target.names[:3])
    return f"the target {names}" if len(target.names) <= 3 else f"the target of {len(target.names)} columns"


def _wrong_classes(output: Tensor, target: Field, classes: int) -> Fault:
    span = output.made
    known = ", ".join(map(visible, target.classes[:8])) + (", ..." if len(target.classes) > 8 else "")
    gives = (
        count_words(output.shape[0] if len(output.shape) == 1 else 1)
        if len(output.shape) < 2
        else shape_words(output.shape)
    )
    label = count_words(classes, "class").replace("classs", "classes") + (f": {known}" if known else "")
    mended = _mended(span.text, output, classes)
    return fault(
        "E0301",
        f"`{_short(span)}` gives {gives}, but {_target_names(target)} has {classes} classes",
        span,
        labels=(Label(target.span, label), Label(span, gives)),
        help=f"write `{mended}`" if mended else _ending(output, target, f"dense({classes}) -> softmax"),
        edits=(Edit(span, mended),) if mended else (),
    )


def _ending(output: Tensor, target: Field, end: str) -> str:
    """How a network ends that fits: what still has steps, or the places of a picture, is made one row first."""
    places = len(output.shape) - 1
    if target.shape not in ((), (1,)) or not places:
        return f"end the network with `{end}`"
    first = "last" if places == 1 else "flatten"
    of = "steps" if places == 1 else "places"
    return f"make one answer of all {of}: end the network with `{first} -> {end}`, or `global_pool` for `{first}`"


def _wrong_size(output: Tensor, target: Field) -> Fault:
    span = output.made
    plain = len(target.shape) == 1 and target.shape != (1,)
    wanted = count_words(target.shape[0]) if plain else shape_words(target.shape)
    wanted = "one number" if target.shape in ((), (1,)) else wanted
    gives = count_words(output.shape[0]) if len(output.shape) == 1 else shape_words(output.shape)
    size = 1 if target.shape == () else target.shape[-1]
    mended = _mended(span.text, output, int(size)) if len(target.shape) < 2 else None
    spread = target.shape in ((), (1,)) and len(output.shape) > 1
    return fault(
        "E0301",
        f"`{_short(span)}` gives {gives}, but {_target_names(target)} {'has' if plain else 'is'} {wanted}",
        span,
        labels=(Label(target.span, wanted), Label(span, gives)),
        help=f"write `{mended}`" if mended else _ending(output, target, f"dense({size})") if spread else None,
        edits=(Edit(span, mended),) if mended else (),
    )


def _short(span: Span) -> str:
    text = " ".join(span.text.split())
    return text if len(text) <= 40 else text[:37] + "..."


def _mended(text: str, output: Tensor, size: int) -> str | None:
    """`dense(10)` with the right number, where the number stands in the text."""
    match = re.fullmatch(r"(\w+\()(\d+)(\).*|,.*)", text)
    if match and len(output.shape) == 1 and int(match[2]) == output.shape[0]:
        return f"{match[1]}{size}{match[3]}"
    return None


# ---- the loss that is used where none is said ----------------------------------------------------------


def default_loss(output: Tensor, target: Field) -> tuple[str, str]:
    """(name, why): by what the last layer gives and what the target is."""
    if target.time:
        check_steps(output, target)
        output, target = tensor_at_a_step(output), at_a_step(target)
    check_sizes(output, target)
    single = output.shape[len(target.shape) :] in ((), (1,)) if target.kind == "category" else False
    names = _target_names(target)
    if target.kind in ("category", "onehot"):
        if single and output.kind == "probability":
            return "bce", f"one probability and {names}, a category of 2 classes"
        if single:
            raise _no_default(output, target, "add `-> sigmoid` for `bce`, or name a loss: `loss hinge`")
        if output.kind == "probability":
            return "nll", f"the last layer gives probabilities and {names} is a category"
        return "cross_entropy", f"the last layer gives one number for each class and {names} is a category"
    if is_softmax(output.node) is not None and target.kind == "real":
        raise fault(
            "E0406",
            f"softmax gives probabilities of classes, but {names} is a number",
            output.made,
            labels=(Label(target.span, "real numbers"),),
            help="leave out `-> softmax`; if the target is a class, write `-> category` behind it",
        )
    if target.kind == "probability" and output.kind == "probability":
        return "bce", f"the last layer gives probabilities and {names} holds probabilities"
    return "mse", f"the last layer and {names} are real numbers"


def _no_default(output: Tensor, target: Field, help: str) -> Fault:
    return fault(
        "E0408",
        f"no loss is usual for one real number and {_target_names(target)}, a category",
        output.made,
        labels=(Label(target.span, f"{len(target.classes)} classes"),),
        help=help,
    )


# ---- what the loss does not see ----------------------------------------------------------------------


def unreached(objective: Node, trained: tuple[Variable, ...], loss: ast.Expr | None) -> Iterator[Diagnostic]:
    """Parameters that no loss depends on are never trained; a loss on which none has a say is a fault."""
    seen = set(topological([objective]))
    if loss is not None and len(trained) > 1 and not any(variable.leaf in seen for variable in trained):
        yield Diagnostic(
            "E0406",
            f"the loss `{_short(loss.span)}` does not depend on the network: nothing would be trained",
            loss.span,
            help="write it over `output`, as in `loss mse(output, target)`",
        )
        return
    for variable in trained:
        if variable.leaf not in seen:
            yield Diagnostic(
                "W0403", f"no loss depends on the parameter `{variable.name}`: it is never trained", variable.span
            )
