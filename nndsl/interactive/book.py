"""What has been entered so far: live definitions, the actions that were carried out, and what the compiler knows.

In: definitions, and names that are taken anew. Out: the book that follows, and what that means for weights and results.
A `Book` is never changed, so that any can be gone back to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from itertools import count
from pathlib import Path
from typing import Any

from nndsl.data.spec import DataSpec
from nndsl.data.types import Signature
from nndsl.interactive.lines import ANS, Done, Line, mentioned, names_in, reached, spoken_of
from nndsl.interactive.renaming import renamed
from nndsl.interactive.staleness import stale
from nndsl.lower import Checked
from nndsl.runtime.results import Run
from nndsl.semantics.parts import Earlier
from nndsl.semantics.program import Action, Knn, Network, Train, Use
from nndsl.semantics.results import Type
from nndsl.syntax import ast
from nndsl.values import value

SEED, PRECISION = "set seed", "set precision"  # what all numbers stand on


@value
class Effects:
    """What redefining does. changed: names that mean something else now. networks: those that have no weights any
    more; kept: the trained ones among them, and the name under which each stays as it was. moved: results that have
    another name now. stale: results that no longer count.
    """

    changed: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()
    kept: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)


@value
class Book:
    """lines: live definitions, in order. done: actions, those that no longer count among them. aside: places of
    definitions that do not fit what they stand on any more. versions: earlier versions of networks, as they were.
    checked: all of it as it was last checked; current: whether that holds the last definition. types: of results, by
    name. tables, models: results that are data sets, and those that are asked like networks. values: what `ans` is,
    where that is no result.
    """

    lines: tuple[Line, ...] = ()
    done: tuple[Done, ...] = ()
    aside: frozenset[int] = frozenset()
    versions: Mapping[str, Network] = field(default_factory=dict)
    checked: Checked | None = field(default=None, repr=False)
    current: bool = True
    types: Mapping[str, Type] = field(default_factory=dict)
    tables: Mapping[str, tuple[DataSpec, Signature]] = field(default_factory=dict)
    models: Mapping[str, Knn] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def definitions(self) -> dict[str, frozenset[str]]:
        """For each name that is defined, the names its definition speaks of."""
        found: dict[str, frozenset[str]] = {}
        for line in self.lines:
            for name in line.names:
                own = line.brought.get(name, line.speaks_of)
                found[name] = found.get(name, frozenset()) | own
        return found

    @property
    def live(self) -> tuple[Done, ...]:
        return tuple(one for one in self.done if one.live)

    @property
    def log(self) -> list[tuple[Action, object]]:
        """What a new process would have done by now, and found."""
        return [(one.action, one.outcome) for one in self.live]

    @property
    def trainings(self) -> list[tuple[Train, Run]]:
        """How all networks that are there were trained, earlier versions too."""
        pairs = ((one.action, one.outcome) for one in self.done if one.told)
        return [(action, run) for action, run in pairs if isinstance(action, Train) and isinstance(run, Run)]

    @property
    def trained(self) -> frozenset[str]:
        """Networks as they are defined now that were trained."""
        return frozenset(name for one in self.done if self._is_felt(one) for name in one.trains)

    @property
    def astray(self) -> frozenset[str]:
        """Those whose weights come of what is out of date, so that no script gives them."""
        return frozenset(name for one in self.done if self._is_felt(one) and not one.live for name in one.trains)

    def _is_felt(self, one: Done) -> bool:
        """Whether the weights of networks as they are defined now come of a training."""
        return isinstance(one.action, Train) and one.told and one.action.network not in self.versions

    def text_of(self, path: Path) -> str:
        """What a used file said when it was used; one that is new is read. Raises what reading a file raises."""
        for line in self.lines:
            if path in line.texts:
                return line.texts[path]
        return path.read_text(encoding="utf-8")

    def line_of(self, name: str) -> Line | None:
        """The live definition of a name."""
        return next((line for line in self.lines if name in line.names), None)

    def result_of(self, name: str) -> Done | None:
        """The action that left a result."""
        return next((one for one in reversed(self.done) if one.name == name), None)

    # ---- what follows

    def with_line(self, line: Line) -> tuple[Book, Effects]:
        """A definition in the place of those whose names it takes; the same book where they say the same."""
        taken = [one for one in self.lines if one.keys & line.keys]
        if len(taken) == 1 and taken[0].says_as(line):
            return self, Effects()
        line = replace(line, at=min((one.at for one in taken), default=line.at))
        others = [(one, _with_texts(one, line.texts)) for one in self.lines if one not in taken]
        lines = [new for _, new in others] + [line]
        newer = [new for one, new in others if new is not one]
        names = line.names.union(*(one.names for one in (*taken, *newer)))
        book, effects = self.renewed(names)
        aside = book.aside - {one.at for one in taken}
        return replace(book, lines=in_order(lines), aside=aside, current=False), effects

    def without(self, names: frozenset[str]) -> tuple[Book, Effects]:
        """Without the definitions of these names."""
        book, effects = self.renewed(names)
        lines = tuple(line for line in book.lines if not line.names & names)
        return replace(book, lines=lines, current=False), effects

    def reset(self, network: str) -> tuple[Book, Effects]:
        """A network without its weights, which are not kept."""
        return self.renewed(frozenset(), reset=frozenset({network}))

    def dropped(self, name: str) -> Book:
        """Without a result, or an earlier version of a network."""
        rest = {key: kind for key, kind in self.types.items() if key != name}
        tables = {key: table for key, table in self.tables.items() if key != name}
        models = {key: model for key, model in self.models.items() if key != name}
        versions = {key: network for key, network in self.versions.items() if key != name}
        done = self.done
        if name in self.versions:  # what it was trained with is felt nowhere
            done = tuple(replace(o, told=False) if getattr(o.action, "network", "") == name else o for o in done)
        return replace(self, done=done, types=rest, tables=tables, models=models, versions=versions, current=False)

    def renewed(
        self, names: frozenset[str], *, reset: frozenset[str] = frozenset(), forgotten: bool = False
    ) -> tuple[Book, Effects]:
        """These names mean something else from now on: what was made with them counts no longer, and trained networks
        stay under other names. reset: networks that lose their weights though they mean the same; those are not kept.
        forgotten: the results among the names get other names that nobody will miss.
        """
        old = stale(self.done, names | reset)
        definitions = self.definitions
        there = self.checked.program.networks if self.checked is not None else {}
        upset = {name for name in there if self._stands(name, names, definitions) or name in reset}
        networks = frozenset(name for name in (old.networks | upset) if name in there and name not in self.versions)
        of_their_own = {name for one in self.done if one.live and one.at not in old.actions for name in one.trains}
        within = reached(networks, definitions) & there.keys()  # which got their first weights there
        networks |= within - of_their_own - self.versions.keys()
        kept = {name: self.free(name) for name in sorted((networks & self.trained) - reset)}
        done = tuple(self._aged(one, old.actions, networks, kept) for one in self.done)
        gone = names | {one.name for one in self.done if one.at in old.actions}
        named = self.types.keys() | {one.name for one in self.live}
        moved = {
            name: self.free(f"{name}_0" if forgotten and name in names else name)
            for name in sorted(gone - {ANS, ""})
            if name in named
        }
        versions = dict(self.versions)
        for name, new in kept.items():
            data = there[name].data
            versions[new] = replace(there[name], name=new, data=None if data in names else data)
        book = replace(self, done=done, versions=versions)
        if ANS in names:
            book = replace(book.dropped(ANS), values={})
        for name, new in moved.items():
            book = book._moved(name, new)
        return book, Effects(names, networks, kept, moved)

    @staticmethod
    def _aged(one: Done, stale: frozenset[int], networks: frozenset[str], kept: Mapping[str, str]) -> Done:
        action = one.action
        live, told = one.live and one.at not in stale, one.told
        if isinstance(action, Use) and action.network in networks:
            told = told and action.network in kept
            action = replace(action, network=kept.get(action.network, action.network))
        return replace(one, action=action, live=live, told=told)

    def _moved(self, name: str, new: str) -> Book:
        """A result under another name, also in the texts of the actions that speak of it."""
        done = tuple(renamed(one, name, new, self.checked) for one in self.done)
        types = {new if key == name else key: kind for key, kind in self.types.items()}
        tables, models = dict(self.tables), dict(self.models)
        if name in tables:
            spec, signature = tables.pop(name)
            tables[new] = (replace(spec, name=new), replace(signature, name=new))
        if name in models:
            models[new] = replace(models.pop(name), name=new)
        return replace(self, done=done, types=types, tables=tables, models=models)

    def free(self, name: str) -> str:
        """A name for an earlier version: `mlp_1`, `mlp_2`; of one that is such a name, the next."""
        used = {*self.types, *self.versions, *self.definitions, *(one.name for one in self.live)}
        stem, _, number = name.rpartition("_")
        if number.isdecimal() and stem in used:
            name = stem
        return next(f"{name}_{k}" for k in count(1) if f"{name}_{k}" not in used)

    def earlier(self, changed: frozenset[str]) -> Earlier:
        """What need not be checked again where these names mean something else than before."""
        before = self.checked
        if before is None:
            return Earlier()
        definitions = self.definitions
        data = {name: spec for name, (spec, _) in self.tables.items()}
        signatures = {name: signature for name, (_, signature) in self.tables.items()}
        for name, spec in before.program.data.items():
            if name in before.signatures and name in definitions and not self._stands(name, changed, definitions):
                data[name], signatures[name] = spec, before.signatures[name]
        told = [one for one in self.done if one.told]
        return Earlier(
            actions=tuple(one.action for one in told),
            data=data,
            signatures=signatures,
            networks=self.versions,
            results=self.types,
            runs=tuple(one.action for one in told if isinstance(one.action, Train)),
            models=self.models,
            values=self.values,
        )

    @staticmethod
    def _stands(name: str, changed: frozenset[str], definitions: Mapping[str, frozenset[str]]) -> bool:
        """Whether data or a network are made with what has changed."""
        return bool(changed & (reached([name], definitions) | {SEED, PRECISION}))

    def loaded_anew(self, effects: Effects) -> frozenset[str]:
        """Data sets that are not what they were."""
        definitions, changed = self.definitions, effects.changed
        upset = frozenset(name for name in definitions if self._stands(name, changed, definitions))
        return upset | changed | effects.moved.keys()

    def stands_on(self, statement: ast.Action, action: Action, ans: str) -> tuple[frozenset[str], frozenset[int]]:
        """Names of definitions that an action is made with, directly and through others, and the places of the actions
        whose results it uses. Names of the library are among the first: they may be defined anew. action: as checked,
        with what was left out. ans: the text that `ans` stands for.
        """
        definitions = self.definitions
        direct = spoken_of(statement, self.checked)
        direct |= mentioned((getattr(action, "loss", None), getattr(action, "optimizer", None)))
        if ANS in direct:
            direct |= names_in(ans, self.checked)
        results = {one.name: one.at for one in self.done if one.name}
        through = reached(direct - results.keys(), definitions)
        return through | {SEED, PRECISION}, frozenset(results[name] for name in (direct | through) & results.keys())

    def networks_in(self, name: str) -> frozenset[str]:
        """A network and those within it: all that training it changes."""
        there = self.checked.program.networks if self.checked is not None else {}
        return frozenset(found for found in reached([name], self.definitions) if found in there) | {name}


def _with_texts(line: Line, texts: Mapping[Path, str]) -> Line:
    """A line that goes by newer texts of the files that it uses too."""
    newer = {path: text for path, text in texts.items() if line.texts.get(path, text) != text}
    return replace(line, texts={**line.texts, **newer}) if newer else line


def in_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    """By their places, but a `let` stands behind those that it speaks of."""
    waiting = sorted(lines, key=lambda line: line.at)
    lets = {name: line for line in waiting if isinstance(line.statement, ast.Let) for name in line.names}
    found: dict[int, Line] = {}

    def put(line: Line, above: frozenset[int]) -> Iterator[Line]:
        if line.at in found or line.at in above:
            return
        if isinstance(line.statement, ast.Let):
            for name in sorted(line.speaks_of & lets.keys()):
                yield from put(lets[name], above | {line.at})
        found[line.at] = line
        yield line

    return tuple(one for line in waiting for one in put(line, frozenset()))
