"""Which values to keep, so that others can be computed from them later, at the least price.

In: the values that will be wanted, what each can be computed from again, and what keeping each costs. Out: those to
keep. A minimum cut between what cannot be computed again and what is wanted, by shortest augmenting paths (Edmonds and
Karp, "Theoretical improvements in algorithmic efficiency for network flow problems", 1972).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from nndsl.ir.node import Node, topological

NOMINAL = 32  # what a symbolic size counts as, where sizes are compared before they are known
_SOURCE, _SINK = "source", "sink"
_Vertex = tuple[Node, int] | str  # a node's front (0) and back (1), with its price between them


def bulk(node: Node) -> int:
    """About how many bytes a value takes, in float32."""
    count = math.prod(NOMINAL if isinstance(d, str) else d for d in node.shape)
    return max(count, 1) * (1 if node.dtype == "bool" else 4)


def cheapest(
    wanted: Iterable[Node], below: Callable[[Node], Sequence[Node] | None], price: Callable[[Node], float]
) -> list[Node]:
    """Nodes to keep, so that all that is wanted can be computed from them; of all such sets one of least price, and of
    those the one that leaves least to compute.

    below: from what a node can be computed again (nothing: it is always there), or None if it cannot be.
    """
    flow = _Flow()
    wanted = list(dict.fromkeys(wanted))
    waiting = list(wanted)
    for node in waiting:
        flow.add((node, 1), _SINK, math.inf)
    seen = set(waiting)
    while waiting:
        node = waiting.pop()
        flow.add((node, 0), (node, 1), price(node))
        inputs = below(node)
        if inputs is None:
            flow.add(_SOURCE, (node, 0), math.inf)
        for x in inputs or ():
            flow.add((x, 1), (node, 0), math.inf)
            if x not in seen:
                seen.add(x)
                waiting.append(x)
    flow.fill()
    reaching = flow.reaching()
    return [n for n in topological(wanted) if n in seen and (n, 0) not in reaching and (n, 1) in reaching]


class _Flow:
    """A network and the flow through it: `rest` is what each edge can still take."""

    def __init__(self) -> None:
        self.rest: dict[_Vertex, dict[_Vertex, float]] = {_SOURCE: {}, _SINK: {}}

    def add(self, start: _Vertex, end: _Vertex, capacity: float) -> None:
        self.rest.setdefault(start, {})[end] = capacity
        self.rest.setdefault(end, {}).setdefault(start, 0.0)

    def fill(self) -> None:
        """Sends as much as possible from the source to the sink."""
        while (path := self._path()) is not None:
            amount = min(self.rest[start][end] for start, end in path)
            assert amount < math.inf, "a value is wanted that can neither be kept nor be computed again"
            for start, end in path:
                self.rest[start][end] -= amount
                self.rest[end][start] += amount

    def _path(self) -> list[tuple[_Vertex, _Vertex]] | None:
        """The edges of a shortest way that can take more."""
        came: dict[_Vertex, _Vertex] = {_SOURCE: _SOURCE}
        waiting: deque[_Vertex] = deque([_SOURCE])
        while waiting:
            here = waiting.popleft()
            if here == _SINK:
                break
            for end, capacity in self.rest[here].items():
                if capacity > 0 and end not in came:
                    came[end] = here
                    waiting.append(end)
        else:
            return None
        path: list[tuple[_Vertex, _Vertex]] = []
        last: _Vertex = _SINK
        while last != _SOURCE:
            path.append((came[last], last))
            last = came[last]
        return path

    def reaching(self) -> set[_Vertex]:
        """From where more could still reach the sink."""
        found: set[_Vertex] = {_SINK}
        waiting: list[_Vertex] = [_SINK]
        while waiting:
            end = waiting.pop()
            for start in self.rest[end]:
                if start not in found and self.rest[start][end] > 0:
                    found.add(start)
                    waiting.append(start)
        return found
