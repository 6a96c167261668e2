"""Writes `grammar/reference.md`: every statement, option, word of data, kind of definition, operator and function.

In: the compiler's tables and the examples. Out: Markdown.
"""

from __future__ import annotations

from collections.abc import Iterator

from nndsl.data.generators import GENERATORS
from nndsl.data.meanings import (
    ENCODER_WORDS,
    GENERATOR_SETTING_WORDS,
    GENERATOR_WORDS,
    LEARNS_NOTHING,
    OPTION_WORDS,
    SETTING_WORDS,
)
from nndsl.manual import examples
from nndsl.manual.fields import FIELD_WORDS, RESULT_WORDS, TYPE_WORDS, field_types
from nndsl.manual.functions import given_in
from nndsl.manual.kinds import CONSTANT_WORDS, GIVEN_WORDS, KIND_EXAMPLES, PART_WORDS, VALUE_WORDS
from nndsl.manual.language import FIGURE_WORDS, generator_form, kind_form, options, statement_form, statements, takes
from nndsl.manual.layout import anchor, blocks, code, fence, paragraph, table, word
from nndsl.manual.operators import OPERATORS
from nndsl.manual.reference_words import HEAD, INTRODUCTIONS, WRITTEN
from nndsl.semantics.builtins import BUILTINS
from nndsl.semantics.constants import ELEMENTWISE, FUNCTION_WORDS
from nndsl.semantics.options import BODY, FIGURE, PLOTS, SETTINGS, Keys, Option, Statement
from nndsl.semantics.roles import ROLES

OPTION_HEAD = ("option", "takes", "left out", "what it is")


def reference() -> str:
    """The whole chapter."""
    sections = {
        "How a script is written": WRITTEN,
        "Statements": _statements(),
        "Figures": _figures(),
        "Settings": _settings(),
        "Data": _data(),
        "Definitions": _definitions(),
        "Bodies": _bodies(),
        "Expressions": _expressions(),
        "Results and their fields": _results(),
    }
    listed = "\n".join(f"- [{title}]({anchor(title)})" for title in sections)
    written = [blocks(f"## {title}", paragraph(INTRODUCTIONS.get(title, "")), text) for title, text in sections.items()]
    return blocks(HEAD, listed, *written) + "\n"


# ---- statements --------------------------------------------------------------------------------------------


def _statements() -> str:
    return blocks(fence(examples.POINTS), *(_statement(row) for row in statements()))


def _statement(row: Statement) -> str:
    listed = options(row) if row.verb != "plot" else FIGURE
    own = blocks("Its figures have options of [their own](#figures).") if row.verb == "plot" else ""
    return blocks(
        f"### `{row.verb}`",
        paragraph(_sentence(row.meaning)),
        fence(statement_form(row), "text"),
        table(OPTION_HEAD, _option_rows(listed)),
        own,
        fence(examples.STATEMENT_SCRIPTS[row.verb], "nn more"),
    )


def _option_rows(listed: tuple[Option, ...]) -> Iterator[tuple[str, ...]]:
    for option in listed:
        again = "; may be given several times" if option.repeats else ""
        yield code(option.name), takes(option), word(option.default), option.meaning + again
        if isinstance(option.form, Keys):
            for key in option.form.options:
                needed = "must be given" if key.name in option.form.required else word(key.default)
                yield f"`{option.name} {key.name}=`", takes(key), needed, key.meaning


def _figures() -> str:
    parts = []
    for name, own in PLOTS.items():
        parts += [
            f"### `{name}`", f"{_sentence(FIGURE_WORDS[name])}", table(OPTION_HEAD, _option_rows(own)),
            fence(examples.FIGURE_SCRIPTS[name], "nn more"),
        ]  # fmt: skip
    return blocks(*parts)


def _settings() -> str:
    return blocks(table(("setting", *OPTION_HEAD[1:]), _option_rows(SETTINGS)), fence(examples.SETTINGS_SCRIPT))


# ---- data --------------------------------------------------------------------------------------------------


def _data() -> str:
    return blocks(
        fence(examples.DATA_SCRIPT),
        table(("option", "as in", "left out", "what it is"), _data_rows()),
        "### A table in the script",
        fence(examples.TABLE_SCRIPT),
        "### Series",
        fence(examples.SERIES_SCRIPT),
        "### Encoders",
        paragraph(INTRODUCTIONS["Encoders"]),
        table(
            ("encoder", "what it makes of a value", "learns", "as in"),
            (
                (
                    code(name),
                    row.meaning,
                    "nothing" if name in LEARNS_NOTHING else "from the training part",
                    code(row.example),
                )
                for name, row in ENCODER_WORDS.items()
            ),
        ),
        "### Generators",
        table(
            ("generator", "what it makes"),
            ((code(generator_form(name, row)), GENERATOR_WORDS[name].meaning) for name, row in GENERATORS.items()),
        ),
        table(("argument", "what it is"), ((code(name), words) for name, words in GENERATOR_SETTING_WORDS.items())),
        "### Parts",
        table(("part", "what it is for"), ((code(name), words) for name, words in PART_WORDS.items())),
    )


def _data_rows() -> Iterator[tuple[str, ...]]:
    for name, row in OPTION_WORDS.items():
        more = f". {row.more}" if row.more else ""
        yield code(name), code(row.example), word(row.default), (row.meaning + more).removesuffix(".")
        for key, setting in SETTING_WORDS.get(name, {}).items():
            yield f"`{name} {key}=`", code(setting.example), word(setting.default), setting.meaning


# ---- definitions -------------------------------------------------------------------------------------------


def _definitions() -> str:
    parts = []
    for name, role in ROLES.items():
        given = ", ".join(code(one) for one in role.given)
        parts += [
            f"### `{name}`",
            paragraph(
                f"Defines {role.article}, which stands {role.place}." + (f" Known inside: {given}." if given else "")
            ),
            fence(kind_form(name), "text"),
            fence(_defined(name), "nn"),
        ]
    return blocks(*parts)


def _defined(kind: str) -> str:
    """The example of a kind, with the data that a network is for."""
    data = KIND_EXAMPLES["data"]
    return f"{data}\n{KIND_EXAMPLES[kind]}" if kind == "network" else KIND_EXAMPLES[kind]


def _bodies() -> str:
    rows = []
    for option in BODY:
        meaning, _, example = option.meaning.partition(": `")
        shown, _, more = example.partition("`")
        more = more.strip(" ;.")
        rows.append((code(option.name), code(shown), f"{meaning}{'; ' if more else ''}{more}"))
    return blocks(table(("line", "as in", "what it says"), rows), fence(examples.BODY_SCRIPT))


# ---- expressions -------------------------------------------------------------------------------------------


def _expressions() -> str:
    return blocks(
        "### Operators",
        paragraph(INTRODUCTIONS["Operators"]),
        table(("operator", "what it is", "as in"), ((code(o.form), o.meaning, code(o.example)) for o in OPERATORS)),
        "### Functions of equations",
        paragraph(INTRODUCTIONS["Functions of equations"]),
        table(("function", "what it gives"), _equation_functions()),
        "### Functions of numbers and lists",
        paragraph(INTRODUCTIONS["Functions of numbers and lists"]),
        table(("function", "what it gives"), _number_functions()),
        fence(examples.NUMBERS_SCRIPT),
        "### Names that are given",
        table(
            ("name", "known in", "what it is"),
            ((code(n), ", ".join(code(role) for role in given_in(n)), w) for n, w in GIVEN_WORDS.items()),
        ),
        table(("constant", "what it is"), ((code(name), words) for name, words in CONSTANT_WORDS.items())),
        "### Kinds of value",
        paragraph(INTRODUCTIONS["Kinds of value"]),
        table(("kind", "what it is"), ((code(name), words) for name, words in VALUE_WORDS.items())),
    )


def _equation_functions() -> Iterator[tuple[str, str]]:
    return ((code(row.signature), row.doc) for row in BUILTINS.values())


def _number_functions() -> Iterator[tuple[str, str]]:
    for name, (call, meaning) in FUNCTION_WORDS.items():
        yield code(call), meaning + ("; of a list, of each of its values" if name in ELEMENTWISE else "")


def _results() -> str:
    parts = []
    for kind, result in RESULT_WORDS.items():
        types = field_types()[kind]
        rows = [
            (code(name), TYPE_WORDS.get(str(types[name]), "a record"), words)
            for name, words in FIELD_WORDS[kind].items()
        ]
        more = f"Also: {result.more}." if result.more else ""
        parts += [
            f"### {result.article[0].upper()}{result.article[1:]}", f"From `{result.made_by}`.",
            table(("field", "is", "what it says"), rows), more,
        ]  # fmt: skip
    return blocks(*parts)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."
