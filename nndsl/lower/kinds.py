"""Kinds of values: real, logit, probability, category. What a parameter takes, and what a definition gives.

In: a value and what is asked of it. Out: the value, or a fault that says what it is instead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nndsl.diagnostics import Fault, Label, Span, fault
from nndsl.ir import build as b
from nndsl.lower.align import plain
from nndsl.lower.values import ACCEPTS, KIND_WORDS, Tensor, value_words
from nndsl.passes.stabilise import is_sigmoid, is_softmax
from nndsl.semantics.modules import in_library
from nndsl.semantics.scopes import Entry
from nndsl.syntax import ast

HINTS = {
    (
        "loss",
        "probability",
        "real",
    ): "end the network with `-> softmax` or `-> sigmoid`, or use a loss of logits, such as `cross_entropy`",
    (
        "loss",
        "probability",
        "logit",
    ): "end the network with `-> softmax` or `-> sigmoid`, or use a loss of logits, such as `cross_entropy`",
    (
        "loss",
        "logit",
        "probability",
    ): "leave out the last activation, or use a loss of probabilities, such as `nll` or `bce`",
    (
        "loss",
        "category",
        "real",
    ): "for a target of numbers use a loss such as `mse`; for classes write `target column -> category`",
    (
        "loss",
        "real",
        "category",
    ): "for a category use a loss such as `nll`; as numbers, write `target column -> onehot`",
    ("metric", "category", "real"): "for a target of numbers use a metric such as `r2` or `mae`",
    ("metric", "real", "category"): "for a category use a metric such as `accuracy`",
}


def accept(value: Any, parameter: ast.Parameter, entry: Entry, span: Span) -> Any:
    """The value, if it is of the kind the parameter asks for; one-hot categories become ids where a category is
    asked for."""
    assert parameter.kind is not None
    wanted = parameter.kind.text
    if not isinstance(value, Tensor):
        if isinstance(value, int | float):
            return value
        raise fault("E0206", f"`{parameter.name}` of `{entry.name}` is a tensor, not {value_words(value)}", span)
    if wanted == "category" and value.kind == "onehot" and entry.role == "metric":
        return _ids(value, span)
    if value.kind in ACCEPTS[wanted]:
        return value
    raise _wrong_kind(value, wanted, parameter, entry, span)


def _ids(k: Tensor, span: Span) -> Tensor:
    k = plain(k)
    node = b.argmax(k.node, -1, origin=span)
    return Tensor(node, (*k.ghosts[:-1], True), k.batched, "category", k.made, k.classes)


def _wrong_kind(value: Tensor, wanted: str, parameter: ast.Parameter, entry: Entry, span: Span) -> Fault:
    labels = (Label(value.made, f"{KIND_WORDS[value.kind]} from here"),) if value.made != span else ()
    if entry.role == "activation" and value.kind == "probability":
        return fault(
            "E0407",
            f"`{entry.name}` takes logits, but what flows in are probabilities already",
            span,
            labels=labels,
            help=f"leave out `-> {entry.name}`, or the activation before it",
        )
    code = {"loss": "E0406", "metric": "E0404"}.get(entry.role, "E0305")
    return fault(
        code,
        f"`{entry.name}` takes {KIND_WORDS[wanted]} as `{parameter.name}`, but gets {KIND_WORDS[value.kind]}",
        span,
        labels=labels,
        help=HINTS.get((entry.role, wanted, value.kind)),
    )


def of_result(value: Any, entry: Entry, fed: list[Any], span: Span) -> Any:
    """The result with its kind: as the definition says, or as its equation shows."""
    if not isinstance(value, Tensor) or entry.role not in ("activation", "layer", "network"):
        return value
    said = entry.definition.result
    if entry.role == "activation":
        first = fed[0] if fed and isinstance(fed[0], Tensor) else None
        if first is not None and first.shape == value.shape:
            value = replace(value, made=first.made)
    kind = said.text if said is not None else shown(value)
    value = value.of_kind(kind)
    if kind == "probability":
        _check_classes(value, entry, span)
    return value


def shown(value: Tensor) -> str:
    """The kind of a value: a softmax or a sigmoid gives probabilities, whoever wrote it."""
    if value.kind == "real" and (is_softmax(value.node) or is_sigmoid(value.node) is not None):
        return "probability"
    return value.kind


def _check_classes(value: Tensor, entry: Entry, span: Span) -> None:
    """Softmax over one value is always 1. The library may take it, as of the weights of a sequence of one step."""
    found = is_softmax(value.node)
    if found is None or in_library(span):
        return
    axes = found[1]
    if all(value.node.shape[axis] == 1 for axis in axes):
        raise fault(
            "E0405",
            f"`{entry.name}` over one value is always 1",
            span,
            labels=() if value.made == span else (Label(value.made, "one value from here"),),
            help="for two classes write `dense(1) -> sigmoid`, or `dense(2) -> softmax`",
        )
