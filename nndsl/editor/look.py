"""What is under the cursor: what a name means, and what is known of it without running anything.

In: a module's tree, what checking it gave, an offset. Out: a `Look`, plain text and Markdown; None where there is
nothing to say. What the language and its library have comes from `nndsl.manual`. Never raises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nndsl.data.generators import GENERATORS
from nndsl.data.meanings import GENERATOR_SETTING_WORDS
from nndsl.diagnostics import Span
from nndsl.editor.columns import about_column
from nndsl.editor.meanings import Meaning, Reference
from nndsl.editor.references import References, references
from nndsl.editor.shapes import Reading, about, read
from nndsl.lower.check import Checked
from nndsl.lower.values import shape_words
from nndsl.manual import Entry, entries, markdown, one_line, title
from nndsl.manual.comments import read_comment
from nndsl.manual.fields import RESULT_WORDS, TYPE_WORDS
from nndsl.semantics.constants import Wrong, describe
from nndsl.semantics.options import PLOTS
from nndsl.semantics.results import Record, Type, data_record
from nndsl.semantics.roles import ROLES
from nndsl.semantics.walk import nodes
from nndsl.syntax import ast
from nndsl.syntax.layout import raw_tokens
from nndsl.values import value


@value
class Look:
    """span: of what it is about. title: one line of text. code: how it is written, in the language. text: Markdown."""

    span: Span
    title: str
    code: str = ""
    text: str = ""


def look(module: ast.Module, checked: Checked, offset: int, found: References | None = None) -> Look | None:
    """What is at an offset of a text. found: the text's references, where they are there already."""
    if found is None:
        found = references(module, checked.program.scope, checked.context)
    at = found.at(offset)
    if at is not None:
        seen = _Looker(module, checked).name(at)
        if seen is not None:
            return seen
    return _word(module, offset)


def as_markdown(seen: Look) -> str:
    """For editors that show Markdown."""
    code = f"```nn\n{seen.code}\n```" if seen.code else ""
    return "\n\n".join(part for part in (code, seen.title and f"**{seen.title}**", seen.text) if part)


# ---- what the language and its library have ----------------------------------------------------------------


OPTIONS = {"body": "option of a body"}  # where the manual's word is not that of the meaning


def _kinds(meaning: Meaning) -> tuple[str, ...]:
    """What the manual calls it: one of these."""
    kind = meaning.kind
    if meaning.role == "option":
        figures = [f"option of {name}" for name in PLOTS] if kind == "plot" else []  # where none is said
        return (OPTIONS.get(kind, f"option of {kind}"), f"setting of {kind}", *figures)
    if meaning.role == "builtin":
        return ("figure",) if kind == "plot" else ("function", "function of numbers", "constant", "size")
    return ("size",) if meaning.role in ("size", "local") else (meaning.role,)


def _of_manual(name: str, span: Span, kinds: tuple[str, ...], more: str = "") -> Look | None:
    known = [entry for entry in entries(name) if entry.kind in kinds]
    return _of_entry(known[0], span, more) if known else None


def _of_entry(entry: Entry, span: Span, more: str = "") -> Look:
    _, _, rest = (markdown(entry) or "").partition("\n\n")
    return Look(span, f"{entry.name}: {title(entry.kind)}", entry.signature, "\n\n".join(filter(None, (more, rest))))


def _word(module: ast.Module, offset: int) -> Look | None:
    """A word or a sign of the language, where no name stands."""
    source = module.span.source
    for token in raw_tokens(source.text):
        if token.start_pos <= offset < token.end_pos:
            span = Span(source, token.start_pos, token.end_pos)
            starts = any(span.start in (s.span.start, _verb(s)) for s in module.statements)
            kinds = ("statement", "kind of definition") if starts else ("operator",)
            return _of_manual(str(token), span, kinds)
    return None


def _verb(statement: ast.Statement) -> int:
    return statement.verb_span.start if isinstance(statement, ast.Action) else statement.span.start


# ---- what the text has ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Looker:
    module: ast.Module
    checked: Checked

    def name(self, at: Reference) -> Look | None:
        """A name, by what it means."""
        meaning, span = at.meaning, at.span
        say: dict[str, Callable[[Reference], Look | None]] = {
            "column": self._column, "constant": self._constant, "data": self._data, "field": self._field,
            "local": self._local, "network": self._network, "parameter": self._parameter, "part": self._part,
            "result": self._result, "size": self._size,
        }  # fmt: skip
        if meaning.role in say and meaning.origin != "library":
            return say[meaning.role](at)
        if meaning.role == "parameter":
            return self._parameter(at)
        if meaning.role in ROLES and meaning.entry is not None and meaning.origin != "library":
            return self._definition(at)
        return _of_manual(at.name, span, _kinds(meaning), self._step(at))

    # ---- definitions

    def _definition(self, at: Reference, more: str = "") -> Look | None:
        entry = at.meaning.entry
        if entry is None:
            return None
        definition = entry.definition
        comment = read_comment(definition.comment, [p.name for p in definition.parameters])
        lines = [self._step(at), " ".join(filter(None, (comment.meaning, comment.text))), more]
        lines.append("\n".join(f"- `{name}`: {words}" for name, words in comment.arguments))
        role = ROLES[definition.kind].article if definition.kind in ROLES else definition.kind
        return Look(at.span, f"{at.name}: {role}", head_of(definition), "\n\n".join(filter(None, lines)))

    def _network(self, at: Reference) -> Look | None:
        reading = self._reading(at.meaning)
        if reading is None:
            return self._definition(at)
        steps = reading.steps()
        shapes = [shape_words(reading.signature.input.shape), *(step.shapes[-1] for step in steps if step.changes)]
        flow = " -> ".join(shapes)
        return self._definition(at, f"{flow}; {reading.weights:,} weights, on `{reading.signature.name}`")

    def _data(self, at: Reference) -> Look | None:
        signature = self.checked.signatures.get(at.name)
        if signature is None:
            return self._definition(at)
        rows = ", ".join(f"{part} {count:,}" for part, count in signature.rows.items())
        lines = [f"- rows: {rows}", f"- input: {shape_words(signature.input.shape)}, {signature.input.kind}"]
        target = signature.target
        if target is not None:
            classes = f", {len(target.classes)} classes: {_some(target.classes)}" if target.classes else ""
            lines.append(f"- target: {', '.join(f'`{name}`' for name in target.names)}, {target.kind}{classes}")
        return self._definition(at, "\n".join(lines))

    def _parameter(self, at: Reference) -> Look | None:
        owner = at.meaning.of
        if owner is None or owner.entry is None:
            return self._setting(at)
        definition = owner.entry.definition
        found = next((p for p in definition.parameters if p.name == at.name), None)
        comment = read_comment(definition.comment, [p.name for p in definition.parameters])
        said = next((words for names, words in comment.arguments if at.name in names.split(", ")), "")
        code = found.span.text if found is not None else at.name
        return Look(at.span, f"{at.name}: a parameter of `{owner.name}`", code, said)

    @staticmethod
    def _setting(at: Reference) -> Look | None:
        generator = GENERATORS.get(at.meaning.kind)
        setting = next((one for one in generator.settings if one.name == at.name), None) if generator else None
        if setting is None:  # of a function that is built in
            return _of_manual(at.meaning.kind, at.span, ("function", "function of numbers"))
        title = f"{at.name}: a setting of `{at.meaning.kind}`"
        return Look(at.span, title, f"{at.name}={setting.default:g}", GENERATOR_SETTING_WORDS[at.name])

    # ---- values

    def _constant(self, at: Reference) -> Look | None:
        known = self.checked.program.constants.get(at.name)
        place = at.meaning.span
        let = self.checked.program.scope.lets.get(at.name)
        code = let.span.text if let is not None and place is not None else ""
        is_told = known is None or isinstance(known, Wrong) or isinstance(let and let.value, ast.Number | ast.String)
        return Look(at.span, f"{at.name}: a constant", code, "" if is_told else f"It is {describe(known)}.")

    def _result(self, at: Reference) -> Look | None:
        found = self.checked.results.get(at.name, "anything")
        place = at.meaning.span
        action = next((s for s in self.module.statements if place and _is_within(place, s.span)), None)
        code = head_of(action) if isinstance(action, ast.Action) else ""
        if not isinstance(found, Record):
            return Look(at.span, f"{at.name}: a result", code)
        lines = [self._described(found, name, kind) for name, kind in found.fields.items()]
        return Look(at.span, f"{at.name}: {_article(found)}", code, "\n".join(lines))

    def _described(self, record: Record, name: str, kind: Type) -> str:
        words = RESULT_WORDS.get(record.kind)
        meaning = one_line(f"field of {words.article}", name) if words is not None and name in _told(record) else ""
        return f"- `{name}`: {meaning or _type(kind)}"

    def _field(self, at: Reference) -> Look | None:
        path: list[str] = [at.name]
        base = at.meaning.of
        while base is not None and base.role in ("field", "part") and base.of is not None:
            path.insert(0, base.name)
            base = base.of
        if at.meaning.kind == "use":
            return self._use(at)
        if base is None or base.role not in ("result", "data"):
            return self._local(at)
        record: Type = self.checked.results.get(base.name, "anything")
        signature = self.checked.signatures.get(base.name)
        if base.role == "data" and signature is not None:
            record = data_record(signature)
        owner: Type = record
        for name in path:
            owner, record = record, record.fields.get(name, "anything") if isinstance(record, Record) else "anything"
        said = self._described(owner, at.name, record).partition(": ")[2] if isinstance(owner, Record) else ""
        said = "" if said == _type(record) else said
        inner = ", ".join(f"`{name}`" for name in record.fields) if isinstance(record, Record) else ""
        text = "\n\n".join(filter(None, (said, f"It has {inner}." if inner else "")))
        return Look(at.span, f"{at.name}: {_type(record)}", ".".join((base.name, *path)), text)

    def _use(self, at: Reference) -> Look | None:
        """`dense_1`: a use of a layer."""
        entry = at.meaning.entry
        if entry is None:
            return None
        if not entry.library:
            return self._definition(at)
        return _of_manual(entry.name, at.span, (entry.role,), f"`{at.name}` is a use of `{entry.name}`.")

    def _part(self, at: Reference) -> Look | None:
        owner = at.meaning.of
        signature = self.checked.signatures.get(owner.name) if owner is not None else None
        rows = signature.rows.get(at.name) if signature is not None else None
        more = f"{rows:,} rows of `{owner.name}`." if rows is not None and owner is not None else ""
        return _of_manual(at.name, at.span, ("part",), more)

    def _column(self, at: Reference) -> Look | None:
        owner = at.meaning.of
        if owner is None:
            return None
        text = about_column(owner.name, at.meaning, self.checked)
        return Look(at.span, f"{at.name}: a column of `{owner.name}`", "", text)

    # ---- bodies

    def _local(self, at: Reference) -> Look | None:
        meaning = at.meaning
        if meaning.origin == "language" and meaning.role == "local":
            return _of_manual(at.name, at.span, _kinds(meaning), self._shape(at))
        what = {"weight": "trained numbers", "input": "what comes in"}.get(meaning.kind, f"a {meaning.kind or 'field'}")
        where = f" of `{meaning.of.name}`" if meaning.of is not None else ""
        line = self._declaration(meaning.span) if meaning.span is not None else ""
        return Look(at.span, f"{at.name}: {what}{where}", line, self._shape(at))

    def _size(self, at: Reference) -> Look | None:
        return _of_manual(at.name, at.span, ("size",), self._shape(at))

    def _declaration(self, span: Span) -> str:
        """The line that gives a name."""
        found = ""
        for node in nodes(self.module.statements):
            is_line = isinstance(node, ast.Option | ast.Bind | ast.Let) and _is_within(span, node.span)
            found = " ".join(node.span.text.split()) if is_line else found
        return found

    def _shape(self, at: Reference) -> str:
        """Of a name in the body of a network."""
        around = self._around(at.span)
        reading = read(around, self.module, self.checked) if around is not None else None
        if around is None or reading is None:
            return ""
        shape = _where_given(around, at, reading) or reading.shape(at.name)
        return f"{shape}, on `{reading.signature.name}`" if shape else ""

    def _step(self, at: Reference) -> str:
        """Of a layer or a function where values go through it."""
        around = self._around(at.span)
        reading = read(around, self.module, self.checked) if around is not None else None
        for step in reading.steps() if reading is not None else ():
            if step.span.start == at.span.start and step.role != "equation":
                return about(step)
        return ""

    def _around(self, span: Span) -> ast.Definition | None:
        """The network in whose text a place lies."""
        for statement in self.module.statements:
            is_network = isinstance(statement, ast.Definition) and statement.kind == "network"
            if is_network and isinstance(statement, ast.Definition) and _is_within(span, statement.span):
                return statement
        return None

    def _reading(self, meaning: Meaning) -> Reading | None:
        entry = meaning.entry
        return read(entry.definition, self.module, self.checked) if entry is not None else None


def _where_given(around: ast.Definition, at: Reference, reading: Reading) -> str:
    """The shape of what a name was last given to before a place: it may be given again further down. Empty where that
    is not the end of a flow."""
    given = [
        bind
        for bind in nodes(around.body)
        if isinstance(bind, ast.Bind)
        and [name.text for name in bind.names] == [at.name]
        and bind.span.start <= at.span.start
        and not _is_within(at.span, bind.value.span)
    ]
    end = given[-1].value.span.end if given else -1
    last = next((step for step in reading.steps() if step.span.end == end), None)
    return f"{last.shapes[-1]}, {last.kind}" if last is not None else ""


def head_of(statement: ast.Definition | ast.Action) -> str:
    """A statement up to its braces; all of one that is a line."""
    block = statement.body if isinstance(statement, ast.Definition) else statement.block
    text, start = statement.span.source.text, statement.span.start
    end = block.span.start if isinstance(block, ast.Block) else statement.span.end
    return " ".join(text[start:end].split())


def _is_within(inner: Span, outer: Span) -> bool:
    return inner.source == outer.source and outer.start <= inner.start and inner.end <= outer.end


def _some(names: tuple[str, ...], most: int = 8) -> str:
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def _type(kind: Type) -> str:
    return kind.words if isinstance(kind, Record) else TYPE_WORDS.get(kind, "a value")


def _article(record: Record) -> str:
    words = RESULT_WORDS.get(record.kind)
    return words.article if words is not None else record.words


def _told(record: Record) -> frozenset[str]:
    """The fields that the manual knows."""
    from nndsl.manual.fields import FIELD_WORDS

    return frozenset(FIELD_WORDS.get(record.kind, ()))
