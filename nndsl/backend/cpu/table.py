"""Instructions laid out as a table that the driver walks, loops included.

In: a list of instructions and loops over them. Out: a `Table`. A loop stands in the table as an instruction of its own
after its body, with the address 0: the driver then moves those arguments of the body that differ from turn to turn,
and goes back. What moves is not said by anyone: a loop is given as its body at turn 0 and at turn 1, and the
difference is the move.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nndsl.backend.cpu import library
from nndsl.backend.cpu.cache import Text
from nndsl.backend.cpu.copies import Instruction
from nndsl.backend.cpu.linker import addresses

KERNEL = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


@dataclass(frozen=True, slots=True, eq=False)
class Again:
    """Its instructions `times` times: `first` is the body at turn 0, `second` at turn 1 (the same kernels in the same
    order).
    """

    times: int
    first: Sequence[Code]
    second: Sequence[Code]


class Meet:
    """Here the members of a team wait for each other."""


@dataclass(frozen=True, slots=True)
class Once:
    """Within a loop: instructions that are done before its first turn, or after the last one."""

    code: Sequence[Code]
    last: bool = False


MEET = Meet()
Code = Instruction | Again | Once | Meet


def once(shares: Sequence[Sequence[Code]], *, last: bool) -> list[list[Code]]:
    """What each member of a team has to do once, before a loop or after it."""
    return [
        [made for part in share if isinstance(part, Once) and part.last == last for made in part.code]
        for share in shares
    ]


def again(times: int, first: Sequence[Sequence[Code]], second: Sequence[Sequence[Code]]) -> list[list[Code]]:
    """A loop for each member of a team over what it does more than once."""

    def bare(share: Sequence[Code]) -> list[Code]:
        return [part for part in share if not isinstance(part, Once)]

    return [[Again(times, bare(a), bare(c))] if a else [] for a, c in zip(first, second, strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Instructions ready to run."""

    addresses: NDArray[np.int64]
    starts: NDArray[np.int64]
    arguments: NDArray[np.int64]

    def run(self) -> None:
        """Runs every instruction once."""
        walk = library.kernel("walk", "float32")
        arrays = (self.addresses, self.starts, self.arguments)
        call = np.array([len(self.addresses), *(a.ctypes.data for a in arrays)], np.int64)
        KERNEL(addresses([walk])[walk])(call.ctypes.data)


def texts(code: Sequence[Code]) -> Iterator[Text]:
    """The kernels that some instructions call."""
    for part in code:
        if isinstance(part, Again):
            yield from texts(part.first)
        elif isinstance(part, Once):
            yield from texts(part.code)
        elif not isinstance(part, Meet):
            yield part[0]


def table(code: Sequence[Code], barrier: Instruction | None = None) -> Table:
    """Links the kernels and lays the arguments side by side. barrier: what stands where a team meets."""
    met = list(_met(code, barrier))
    found = addresses(list(texts(met)))
    flat, places = list[int](), _Places()
    _lay(met, found.__getitem__, flat, places)
    for at, start in enumerate(places.starts):
        moves = places.repeats.get(at)
        if moves is not None:
            flat[start + 2 : start + 4] = [len(moves), len(flat)]
            flat += [value for move in moves for value in move]
    return Table(
        np.array(places.addresses, np.int64),
        np.array(places.starts, np.int64),
        np.array(flat or [0], np.int64),
    )


@dataclass(slots=True)
class _Places:
    """What is laid out so far: the address of each instruction, where its arguments start, and which of them end a
    loop, with what moves.
    """

    addresses: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    repeats: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


def _met(code: Sequence[Code], barrier: Instruction | None) -> Iterator[Instruction | Again]:
    for part in code:
        if isinstance(part, Again):
            yield Again(part.times, list(_met(part.first, barrier)), list(_met(part.second, barrier)))
        elif isinstance(part, Once):
            yield from _met(part.code, barrier)
        elif not isinstance(part, Meet):
            yield part
        elif barrier is not None:
            yield barrier


def _lay(code: Sequence[Code], address: Callable[[Text], int], flat: list[int], places: _Places) -> None:
    for part in code:
        assert not isinstance(part, Meet | Once)
        if not isinstance(part, Again):
            places.addresses.append(address(part[0]))
            places.starts.append(len(flat))
            flat += part[1]
            continue
        if part.times < 1:
            continue
        first, start = len(places.addresses), len(flat)
        _lay(part.first, address, flat, places)
        if part.times == 1 or first == len(places.addresses):
            continue
        places.repeats[len(places.addresses)] = _moves(part, start, flat, first)
        places.addresses.append(0)
        places.starts.append(len(flat))
        flat += [part.times, first, 0, 0, 0]


def _moves(part: Again, start: int, flat: list[int], first: int) -> list[tuple[int, int]]:
    """Which arguments from `start` on differ between the first two turns, and by how much."""
    other, beside = list[int](), _Places([0] * first)
    _lay(part.second, lambda text: 1, other, beside)
    assert len(other) == len(flat) - start, "the turns of a loop have the same instructions"
    return [(start + i, b - a) for i, (a, b) in enumerate(zip(flat[start:], other, strict=True)) if a != b]
