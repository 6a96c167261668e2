"""A session whose program grows: statements are added to it one after another, and it can be put back to how it was.

In: checked programs, each with all that was there before. Out: what any session leaves. What is kept of an earlier
state shares all arrays with the present one but those that training writes into.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nndsl.backend.cpu.memory import aligned
from nndsl.data import Dataset
from nndsl.data.derived import Derived
from nndsl.diagnostics import Source, Span
from nndsl.lower import Checked
from nndsl.runtime.events import Listener
from nndsl.runtime.network import NetworkState
from nndsl.runtime.results import Drawn, Run
from nndsl.runtime.session import Session
from nndsl.runtime.weights import Shelf
from nndsl.semantics.program import Action, Sample, Train
from nndsl.values import value


@dataclass(slots=True)
class Moment:
    """All that a session holds at one time."""

    datasets: dict[str, Dataset]
    networks: dict[str, NetworkState]
    versions: frozenset[str]
    shelf: Shelf
    results: dict[str, Any]

    def sizes(self) -> dict[int, int]:
        """Bytes of weights and of data, each array and each data set by what it is, since moments share them."""
        found = {id(array): array.nbytes for array in self.shelf.arrays.values()}
        for dataset in self.datasets.values():
            found[id(dataset)] = sum(part.input.nbytes for part in dataset.parts.values())
        return found


@value
class Listing:
    """A session as one text, and where each of its statements stands there: its place of before, and the new one."""

    source: Source
    places: tuple[tuple[Span, int], ...] = ()


class Growing(Session):
    """versions: names of networks that were defined anew since they were trained; they are as they were. listing: what
    a report shows as the script.
    """

    def __init__(self, checked: Checked, folder: Path, listener: Listener) -> None:
        super().__init__(checked, folder, listener)
        self.shelf = Shelf()
        self.listing: Listing | None = None
        self.versions: frozenset[str] = frozenset()
        self.trained: list[tuple[Train, Run]] = []

    def script(self, text: Source) -> Source:
        return text if self.listing is None else self.listing.source

    def placed(self, span: Span) -> Span:
        for before, start in self.listing.places if self.listing is not None else ():
            if before.source == span.source and before.start <= span.start <= before.end:
                assert self.listing is not None
                moved = start - before.start
                return Span(self.listing.source, span.start + moved, span.end + moved)
        return span

    def adopt(self, checked: Checked) -> None:
        """Goes on with another program: new networks have no weights yet, those that are gone are forgotten."""
        self.program, self.signatures = checked.program, checked.signatures
        found: dict[str, NetworkState] = {n: s for n, s in self.networks.items() if n in self.versions}
        for name, network in self.program.networks.items():
            if name in self.versions:
                continue
            state, known = NetworkState(self.program, network, self.shelf), self.networks.get(name)
            if known is not None:
                state.take_over(known)
            found[name] = state
        self.networks = found

    def begin(
        self,
        before: Iterable[tuple[Action, object]],
        trained: Iterable[tuple[Train, Run]] = (),
    ) -> None:
        """What the next action is to find behind it: the actions that still count, with what they found. trained: how
        all networks that are there were trained, earlier versions too.
        """
        self.log, self.trained = list(before), list(trained)
        drawn = [found.figure for _, found in self.log if isinstance(found, Drawn)]
        self.figures = [(figure.title, figure) for figure in drawn]
        self._drawn = sum(isinstance(action, Sample) and action.seed is None for action, _ in self.log)
        self._runs = {}
        for action, _ in self.log:
            if isinstance(action, Train):
                self._runs[action.network] = self._runs.get(action.network, 0) + 1

    def last_run(self, network: str) -> tuple[Train, Run]:
        """Also where its result was forgotten."""
        return next((train, run) for train, run in reversed(self.trained) if train.network == network)

    def forget(self, data: Collection[str]) -> None:
        """Data sets that will be read again."""
        self.datasets = {name: dataset for name, dataset in self.datasets.items() if name not in data}
        self._said = set()

    def renew(self, names: Collection[str], kept: Mapping[str, str]) -> None:
        """Networks without weights. kept: of those that stay as they are, under another name, which name."""
        shelf, heads = Shelf(), tuple(name + "." for name in names)
        for name, variable in self.shelf.variables.items():
            if not name.startswith(heads):
                shelf.variables[name] = variable
                if variable.leaf in self.shelf.arrays:
                    shelf.arrays[variable.leaf] = self.shelf.arrays[variable.leaf]
        networks: dict[str, NetworkState] = {}
        for name, state in self.networks.items():
            if name in self.versions:
                networks[name] = state
            elif name in kept:
                networks[kept[name]] = state
            if name not in self.versions:
                fresh = networks[name] = NetworkState(self.program, state.network, shelf)
                if name not in names:
                    fresh.take_over(state)
        self.shelf, self.networks = shelf, networks
        self.versions |= frozenset(kept.values())
        for name, found in self.results.items():
            network: str = getattr(found, "network", "")
            if network in kept:
                of_before: Any = found
                self.results[name] = replace(of_before, network=kept[network])

    def drop_version(self, name: str) -> None:
        if name in self.versions:
            self.versions -= {name}
            self.networks.pop(name, None)

    def rename(self, name: str, new: str) -> None:
        """A result under another name; where it is a table, the data set too."""
        found: Any = self.results.pop(name)
        table = getattr(found, "table", None)
        if isinstance(table, Derived):
            table = copy(table)
            table.spec = replace(table.spec, name=new)
            table.signature = replace(table.signature, name=new)
            self.datasets.pop(name, None)
            self.datasets[new] = table
            found = replace(found, table=table)
        self.results[new] = replace(found, name=new)

    def part(self, networks: Iterable[str]) -> None:
        """Gives these networks arrays of their own to be trained in, so that what was kept stays as it is."""
        heads = tuple(name + "." for name in networks)
        for name, variable in self.shelf.variables.items():
            if name.startswith(heads) and variable.leaf in self.shelf.arrays:
                before = self.shelf.arrays[variable.leaf]
                own = aligned(before.shape, str(before.dtype))
                own[...] = before
                self.shelf.arrays[variable.leaf] = own

    def moment(self) -> Moment:
        """How things are now, to be put back later, once."""
        shelf = Shelf()
        shelf.arrays.update(self.shelf.arrays)
        shelf.variables.update(self.shelf.variables)
        networks: dict[str, NetworkState] = {}
        for name, state in self.networks.items():
            if name in self.versions:
                networks[name] = state
            else:
                networks[name] = NetworkState(state.program, state.network, shelf)
                networks[name].take_over(state)
        return Moment(dict(self.datasets), networks, self.versions, shelf, dict(self.results))

    def put_back(self, moment: Moment) -> None:
        self.datasets, self.networks, self.versions = moment.datasets, moment.networks, moment.versions
        self.shelf, self.results = moment.shelf, moment.results
