"""What names stand for while bodies are read: tensors, Python numbers, texts and lists, and definitions that wait for
their input.

A tensor's node keeps reduced axes with size 1. Such an axis is a *ghost*: the language does not count it (`mean(x)`
is one number), but it stays beside the values it came from, so that `x - mean(x, axis=-1)` fits without a reshape.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from nndsl.diagnostics import Span
from nndsl.ir.node import BATCH, Dim, Node, Shape
from nndsl.semantics.roles import ROLES
from nndsl.semantics.scopes import Entry

# What a parameter that asks for a kind takes.
ACCEPTS: dict[str, tuple[str, ...]] = {
    "real": ("real", "logit", "probability", "onehot"),
    "logit": ("real", "logit"),
    "probability": ("probability", "onehot"),
    "scores": ("real", "logit", "probability"),
    "category": ("category", "onehot"),
}
KIND_WORDS = {
    "real": "real numbers",
    "logit": "logits",
    "probability": "probabilities",
    "scores": "logits or probabilities",
    "category": "a category",
    "onehot": "a one-hot category",
    "truth": "truth values",
}


@dataclass(frozen=True, slots=True)
class Tensor:
    """
    node: [B, *core] if `batched`, else [*core]. ghosts: for each axis of the core, whether the language leaves it out.
    kind: a key of KIND_WORDS. made: the user's text that gave it its shape.
    classes: of a category, how many there are, if that is known. memory: the states of the cell that gave it, at all
    steps, by name.
    """

    node: Node
    ghosts: tuple[bool, ...]
    batched: bool
    kind: str
    made: Span = field(compare=False)
    classes: int | None = None
    memory: tuple[tuple[str, Tensor], ...] = field(default=(), compare=False, repr=False)

    @property
    def core(self) -> Shape:
        return self.node.shape[1:] if self.batched else self.node.shape

    @property
    def shape(self) -> Shape:
        """As the language sees it: without the batch and without ghosts."""
        return tuple(dim for dim, ghost in zip(self.core, self.ghosts, strict=True) if not ghost)

    def of_kind(self, kind: str) -> Tensor:
        return self if kind == self.kind else replace(self, kind=kind)


@dataclass(frozen=True, slots=True)
class Template:
    """A definition and the arguments it has so far. given: by parameter; places: where they were written."""

    entry: Entry
    given: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Function:
    """A built-in function."""

    name: str


class BatchAxis:
    """What `batch` means in `axis=[batch, ...]`."""


@dataclass(frozen=True, slots=True)
class Dots:
    """What `...` means among axes and sizes: what it stands for in the declared input of the body it is written in.

    around: how many axes the input names before and after it; None where there is no such input. sizes: of those
    between.
    """

    around: tuple[int, int] | None
    sizes: Shape


BATCH_AXIS = BatchAxis()


def tensor(node: Node, made: Span, *, batched: bool = False, kind: str = "real", classes: int | None = None) -> Tensor:
    """A tensor all of whose axes count."""
    rank = node.rank - (1 if batched else 0)
    assert not batched or node.shape[0] == BATCH, node
    return Tensor(node, (False,) * rank, batched, kind, made, classes)


def shape_words(shape: Shape) -> str:
    """`[28, 28]`; one number has no brackets."""
    return "one number" if not shape else "[" + ", ".join(map(str, shape)) + "]"


def value_words(value: Any) -> str:
    """What a value is, for messages."""
    if isinstance(value, Tensor):
        return f"a tensor of shape {shape_words(value.shape)}" if value.shape else "a number of each example"
    if isinstance(value, Template):
        return f"{ROLES[value.entry.role].article} (`{value.entry.name}`)"
    if isinstance(value, Function):
        return f"the function `{value.name}`"
    if isinstance(value, bool):
        return "a truth value"
    if isinstance(value, int | float):
        return f"the number {value:g}"
    if isinstance(value, str):
        return f'the text "{value}"'
    if isinstance(value, list | tuple):
        return "a list"
    return "nothing" if value is None else "this"


def count_words(n: Dim, thing: str = "value") -> str:
    return f"{n} {thing}" + ("" if n == 1 else "s")
