"""Where a body is read: the names it knows, its place in the network, and what all bodies of one graph share.

`Build` is one graph in the making; `Frame` is one use of one definition in it. Neither computes anything.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from nndsl.diagnostics import Span
from nndsl.ir.node import Node, Shape
from nndsl.lower.graphs import Variable
from nndsl.lower.recurrence import Recurrence
from nndsl.lower.stages import Stage
from nndsl.lower.values import Template
from nndsl.lower.watch import Watch
from nndsl.semantics.modules import in_library
from nndsl.semantics.roles import ROLES
from nndsl.semantics.scopes import Entry


@dataclass(slots=True)
class Build:
    """
    training: for training or for use. constants: what `let` has named. sizes: what the data lends to a network
    (`classes`).
    variables, states: by the leaf's name, in the order of first use. updates: next values of states, by leaf. slots:
    the states of an optimizer and what they begin with.
    wrong: definitions that hold a fault already said: whoever uses them stops quietly.
    lengths: [B], how many steps of each example's sequence are real; None where all are. steps: how many
    the longest has. marks, misused: what
    `timeline` has found of the nodes. stages: what values go through in the network's own body, in order.
    watch: notes what is made on the way, where a probe asks for it.
    run: reads a definition's body in its frame and gives its outputs; handed in by `network.py`, since bodies call
    bodies.
    """

    training: bool
    constants: Mapping[str, Any]
    sizes: Mapping[str, int]
    wrong: frozenset[Entry]
    run: Callable[[Frame, list[Any]], list[Any]]
    variables: dict[str, Variable] = field(default_factory=dict)
    states: dict[str, Variable] = field(default_factory=dict)
    updates: dict[Node, Node] = field(default_factory=dict)
    penalties: dict[str, Node] = field(default_factory=dict)
    draws: dict[str, int] = field(default_factory=dict)
    slots: dict[Node, float] = field(default_factory=dict)
    lengths: Node | None = None
    steps: int = 0
    marks: dict[Node, tuple[str, ...]] = field(default_factory=dict)
    misused: list[Node] = field(default_factory=list)
    stages: list[Stage] = field(default_factory=list)
    watch: Watch | None = None

    def stream(self, path: str) -> int:
        """The number of a new stream of random numbers: it depends on the place in the network, not on what else is
        there."""
        count = self.draws.get(path, 0)
        self.draws[path] = count + 1
        return stream_of(f"{path}#{count}")


def stream_of(name: str) -> int:
    return zlib.crc32(name.encode()) & 0x7FFFFFFF


class Quiet(Exception):
    """Stops at a definition whose fault has been reported already."""


@dataclass(slots=True)
class Frame:
    """
    entry: the definition whose body is read. names: what is bound so far. places: where arguments were written.
    sizes: what gave a named size of an input its number.
    site: the user's text that asked for this. path: of parameters, `lenet.dense_1`; empty where none can be made.
    current: the value of the line before. dots: how many axes the declared input names before and after `...`.
    spread: the sizes that `...` stands for there. active: the definitions being read, outermost first.
    recurrence, template: of a cell, the loop in the making, and what the use gives.
    """

    build: Build
    entry: Entry
    site: Span
    path: str
    names: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Span] = field(default_factory=dict)
    sizes: dict[str, Span] = field(default_factory=dict)
    current: Any = None
    dots: tuple[int, int] | None = None
    spread: Shape = ()
    fed: list[Any] = field(default_factory=list)
    outputs: list[Any] | None = None
    counters: dict[str, int] = field(default_factory=dict)
    local_states: dict[str, Node] = field(default_factory=dict)
    active: tuple[Entry, ...] = ()
    recurrence: Recurrence | None = None
    template: Template | None = None
    top: bool = False

    def at(self, span: Span) -> Span:
        """The place in the user's text that a place stands for: itself, or the call that led into the library."""
        return self.site if in_library(span) else span

    @property
    def spaces(self) -> tuple[str, ...]:
        """Namespaces in which names of definitions are looked up here."""
        return ROLES[self.entry.role].calls

    def child_path(self, name: str) -> str:
        """`dense_1`, `dense_2`, ...: each use of a layer makes its own weights."""
        number = self.counters.get(name, 0) + 1
        self.counters[name] = number
        return f"{self.path}.{name}_{number}"
