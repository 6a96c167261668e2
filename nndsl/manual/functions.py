"""Entries of what expressions are made of: functions, operators, given names, parts, and the fields of results.

In: the compiler's tables. Out: entries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from nndsl.data.types import PARTS
from nndsl.manual.entry import Entry
from nndsl.manual.fields import FIELD_WORDS, RESULT_WORDS, TYPE_WORDS, field_types
from nndsl.manual.kinds import CONSTANT_WORDS, GIVEN_WORDS, PART_WORDS, VALUE_WORDS
from nndsl.manual.operators import OPERATORS
from nndsl.semantics.builtins import BUILTINS, CONSTANTS
from nndsl.semantics.constants import ELEMENTWISE, FUNCTION_WORDS
from nndsl.semantics.roles import KINDS, ROLES


@cache
def expression_entries() -> tuple[Entry, ...]:
    """All of them, in the order of the tables."""
    return (*_builtins(), *_numbers(), *_given(), *_parts(), *_operators(), *_values(), *_constants(), *_fields())


def _builtins() -> Iterator[Entry]:
    for name, row in BUILTINS.items():
        yield Entry(
            name, "function", row.signature, _sentence(row.doc, row.signature), facts=(("stands", "in equations"),)
        )


def _numbers() -> Iterator[Entry]:
    for name, (call, meaning) in FUNCTION_WORDS.items():
        more = "Of a list, it is taken of each of its values." if name in ELEMENTWISE else ""
        stands = (("stands", "in `let`, `print` and `expect`"),)
        yield Entry(name, "function of numbers", call, _sentence(meaning, call), more, facts=stands)


def given_in(name: str) -> tuple[str, ...]:
    """The roles inside whose bodies a name is known."""
    return tuple(role.name for role in ROLES.values() if name in role.given)


def _given() -> Iterator[Entry]:
    for name, meaning in GIVEN_WORDS.items():
        inside = ", ".join(f"`{role}`" for role in given_in(name))
        yield Entry(name, "size", name, _sentence(meaning), facts=(("known in", inside),))


def _parts() -> Iterator[Entry]:
    for name in PARTS:
        yield Entry(
            name, "part", f"DATA.{name}", _sentence(PART_WORDS[name]), example=f"show data.{name}",
            see_also=("split", *(part for part in PARTS if part != name)),
        )  # fmt: skip


def _operators() -> Iterator[Entry]:
    for row in OPERATORS:
        yield Entry(row.name, "operator", row.form, _sentence(row.meaning), example=row.example)


def _values() -> Iterator[Entry]:
    for name in KINDS:
        yield Entry(name, "kind of value", f"PARAMETER: {name}", _sentence(VALUE_WORDS[name]))


def _constants() -> Iterator[Entry]:
    for name in CONSTANTS:
        yield Entry(name, "constant", name, _sentence(CONSTANT_WORDS[name]))


def _fields() -> Iterator[Entry]:
    for kind, types in field_types().items():
        result = RESULT_WORDS[kind]
        for name, found in types.items():
            facts = (("is", TYPE_WORDS.get(str(found), "a record of its own")), ("made by", f"`{result.made_by}`"))
            meaning = _sentence(FIELD_WORDS[kind][name])
            yield Entry(name, f"field of {result.article}", f"NAME.{name}", meaning, facts=facts)


def _sentence(text: str, signature: str = "") -> str:
    """With a full stop, and with a capital where its first word is no name of the signature."""
    first = text.partition(" ")[0].rstrip(",")
    letter = len(first) == 1 and first != "a"
    named = letter or "(" in first or first in re.findall(r"\w+", signature.partition("(")[2])
    return f"{text if named else text[:1].upper() + text[1:]}."
