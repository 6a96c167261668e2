"""What the arguments of a kernel are, before sizes, addresses and numbers are known: a plan puts them in."""

from __future__ import annotations

import struct

from nndsl.backend.cpu.cache import Text
from nndsl.ir.node import Dim, Node
from nndsl.values import value


@value
class Length:
    """The length of a merged axis: the product of some sizes."""

    dims: tuple[Dim, ...]


@value
class Number:
    """The bits of a number, as a double."""

    value: float


@value
class Whole:
    """An integer."""

    value: int


@value
class Size:
    """The bits of a symbolic size, as a double."""

    dim: Dim


@value
class Address:
    """Where a node's memory begins."""

    node: Node
    written: bool


@value
class Stride:
    """How far apart a node's elements are along an axis of the space (from the right), in elements."""

    node: Node
    axis: int


@value
class Scratch:
    """The address of memory for this kernel alone: as many elements as the product of the sizes."""

    dims: tuple[Dim, ...]


@value
class Key:
    """The key of a random stream."""

    stream: int


@value
class Step:
    """The address of the training step, a float."""


@value
class Bound:
    """Where a member's share of a kernel's divided axis begins, or ends; alone it has all of it."""

    dims: tuple[Dim, ...]
    end: bool


@value
class Keep:
    """Nonzero where sums over the batch go on from what is there: it is walked in strips, and this is not the first."""


@value
class Division:
    """How a nest may be shared among threads: along one of its merged axes, whose shares begin at multiples of `unit`.

    space: all sizes of the nest. cost: of one element.
    """

    axis: int
    dims: tuple[Dim, ...]
    unit: int
    space: tuple[Dim, ...]
    cost: int


Argument = Bound | Length | Number | Whole | Size | Address | Stride | Scratch | Key | Step | Keep


@value
class Kernel:
    """A kernel's text, what to put into `g`, in order, and how it may be divided (None: it may not)."""

    text: Text
    arguments: tuple[Argument, ...]
    division: Division | None = None


def bits(value: float) -> int:
    """The bits of a double, as an integer that `g` can hold."""
    return int(struct.unpack("<q", struct.pack("<d", value))[0])
