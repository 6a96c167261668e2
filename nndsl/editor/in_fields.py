"""What stands after a dot: columns and parts of data, what results hold, weights of networks.

In: what stands before the dot. Out: the meaning of the word behind it. What statements have left so far is kept here,
since fields depend on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nndsl.data.spec import DataSpec, MadeSource
from nndsl.data.types import PARTS
from nndsl.diagnostics import Span
from nndsl.editor.in_bodies import Emit, weight_of
from nndsl.editor.in_data import column_of, columns_of
from nndsl.editor.meanings import Echo, Key, Meaning, Reference, of_entry
from nndsl.semantics.analyses import BESIDE, TABLE_VERBS, WORDS
from nndsl.semantics.results import clusters_record, components_record, map_record
from nndsl.semantics.roles import FLOW, ROLES, SIZES
from nndsl.semantics.scopes import Entry, Scope
from nndsl.values import value

NUMBERED = re.compile(r"(?P<name>.+)_[1-9][0-9]*")  # `dense_1`: a use of `dense`
OWN_FIELDS = {
    "pca": components_record("").fields, "tsne": map_record("").fields, "kmeans": clusters_record("").fields,
    "predict": {"rows": "number"},
}  # fmt: skip
MEASURING = ("train", "evaluate", "knn")  # verbs whose results have metrics as fields


@value
class Made:
    """What a statement has left: its verb, and the data set it was made of."""

    verb: str
    source: Meaning | None


@dataclass(slots=True)
class Fields:
    """results: by name, so far. made: what each was made of, by its key. trained: the data a network was last trained
    on. specs: of data sets that were checked before.
    """

    scope: Scope
    emit: Emit
    results: dict[str, Meaning] = field(default_factory=dict)
    specs: Mapping[str, DataSpec | None] = field(default_factory=dict)
    made: dict[Key, Made] = field(default_factory=dict)
    trained: dict[Key, Meaning] = field(default_factory=dict)
    columns: dict[Key, dict[str, Meaning]] = field(default_factory=dict)

    def leave(self, result: Meaning, verb: str, subject: Meaning | None, data: Meaning | None) -> None:
        """A statement leaves a result."""
        source = data or subject
        if verb == "train" and subject is not None and data is not None:
            self.trained[subject.key] = data
        elif verb == "sample" and data is None and subject is not None:
            source = self.trained.get(subject.key) or self._own_data(subject)
        elif verb == "predict" and subject is not None and subject.kind == "knn" and subject.key in self.made:
            source = self.made[subject.key].source  # whose target the answers are for
        self.made[result.key] = Made(verb, _whole(source))
        self.results[result.name] = result

    def _own_data(self, network: Meaning) -> Meaning | None:
        """The data set after `for`."""
        chosen = network.entry.definition.data if network.entry is not None else None
        entry = self.scope.find(chosen.text, ("data",)) if chosen is not None else None
        return of_entry(entry) if entry is not None else None

    # ---- after a dot

    def emit_field(self, base: Meaning | None, name: str, span: Span) -> Meaning:
        """The word after a dot, and what it means."""
        found = self.of(base, name)
        self.emit(Reference(span, name, found, echo=self._echo(base, found, name, span)))
        return found

    def of(self, base: Meaning | None, name: str) -> Meaning:
        if base is not None and base.role in ("data", "part", "result"):
            return self._of_data(base, name)
        if base is not None and base.entry is not None and (base.role == "network" or base.role == "field"):
            return self._of_network(base, name)
        return plain_field(base, name)

    def _of_data(self, base: Meaning, name: str) -> Meaning:
        owner = base.of if base.role == "part" and base.of is not None else base
        made = self.made.get(owner.key)
        verb = owner.kind if owner.role == "result" else ""
        if name in PARTS and base.role != "part" and (owner.role == "data" or verb in (*TABLE_VERBS, "knn")):
            return Meaning("part", name, ("part", *owner.key, name), "language", verb, of=owner)
        if owner.role == "data":
            return plain_field(base, name) if name in (*SIZES, "rows") else self.column(owner, name)
        if verb in TABLE_VERBS and (self._is_own(verb, name) or name not in (*OWN_FIELDS[verb], *SIZES)):
            return self.column(owner, name)
        if verb == "sample" and made is not None and made.source is not None:
            known = self.known_columns(made.source)
            if name in known:
                return known[name]
        return plain_field(base, name)

    def column(self, data: Meaning, name: str) -> Meaning:
        """A column of a data set; of a table that a statement made, its own or one of what it was made of."""
        made = self.made.get(data.key)
        if made is not None and self._is_own(made.verb, name):
            return Meaning("column", name, ("column", *data.key, name), "language", made.verb, of=data)
        if made is not None and made.source is not None:
            return self.column(made.source, name)
        return column_of(data, name, self.known_columns(data))

    def _is_own(self, verb: str, name: str) -> bool:
        if verb == "predict":
            return name.startswith("output")
        word = WORDS.get(verb)
        return name in BESIDE.get(verb, ()) or (word is not None and name.removeprefix(word).isdigit())

    def known_columns(self, data: Meaning) -> dict[str, Meaning]:
        """The columns that the definition of a data set speaks of; of a table, those of what it was made of."""
        made = self.made.get(data.key)
        if made is not None:
            return self.known_columns(made.source) if made.source is not None else {}
        if data.entry is None:
            return {}
        if data.key not in self.columns:
            self.columns[data.key] = columns_of(data.entry)
        return self.columns[data.key]

    def _of_network(self, base: Meaning, name: str) -> Meaning:
        """`dense_1`, `W`: a use of a layer, or a weight."""
        owner = base.entry
        assert owner is not None
        key = ("field", *base.key, name)
        entry = used_in(owner, name)
        if entry is not None:
            return Meaning("field", name, key, "language", "use", entry=entry, of=base)
        weight = weight_of(owner, name)
        if weight is not None:
            return replace(weight, role="field", of=base)
        return Meaning("field", name, key, "language", of=base)

    # ---- names within names

    def _echo(self, base: Meaning | None, found: Meaning, name: str, span: Span) -> Echo | None:
        if found.role != "field":
            return None
        if found.kind == "use" and found.entry is not None and not found.entry.library:
            length = len(found.entry.name)
            return Echo(Span(span.source, span.start, span.start + length), of_entry(found.entry).key)
        return self._measured(base, name, span)

    def _measured(self, base: Meaning | None, name: str, span: Span) -> Echo | None:
        """A metric's name in that of a field: `far`, `validation_far`."""
        depth, root = 0, base
        while root is not None and root.role in ("field", "part") and root.of is not None:
            root, depth = root.of, depth + 1
        verb = root.kind if root is not None and root.role == "result" else ""
        if verb not in MEASURING or depth != (0 if verb == "evaluate" else 1):
            return None
        for prefix in ("", "validation_") if verb == "train" else ("",):
            entry = self.scope.find(name.removeprefix(prefix), ("metric",)) if name.startswith(prefix) else None
            if entry is not None and not entry.library:
                return Echo(Span(span.source, span.start + len(prefix), span.end), of_entry(entry).key)
        return None


def plain_field(base: Meaning | None, name: str) -> Meaning:
    owner = base.key if base is not None else ()
    return Meaning("field", name, ("field", *owner, name), "language", of=base)


def used_in(owner: Entry, name: str) -> Entry | None:
    """The definition that `dense_1` is a use of, in a body; a network within a network has its own name."""
    numbered = NUMBERED.fullmatch(name)
    for word, roles in ((numbered["name"] if numbered else "", ("layer", "cell")), (name, ("network",))):
        if word:
            entry = owner.scope.find(word, ROLES[owner.role].calls if owner.role in FLOW else (), skip=owner.definition)
            if entry is not None and entry.role in roles:
                return entry
    return None


def _whole(data: Meaning | None) -> Meaning | None:
    """A data set, of one of its parts too."""
    return data.of if data is not None and data.role == "part" else data


def made_of(spec: DataSpec | None) -> tuple[str, str] | None:
    """(verb, data set) of a table that a statement made."""
    return (spec.source.verb, spec.source.data) if spec is not None and isinstance(spec.source, MadeSource) else None
