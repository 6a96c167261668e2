"""Entries of the language itself: statements and their options, figures, settings, data, kinds of definition, bodies.

In: the compiler's tables. Out: entries. What is planned and not there yet has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from nndsl.data.declare import OPTIONS as DATA_OPTIONS
from nndsl.data.generators import GENERATORS, Generator
from nndsl.data.meanings import (
    ENCODER_WORDS,
    GENERATOR_SETTING_WORDS,
    GENERATOR_WORDS,
    LEARNS_NOTHING,
    OPTION_WORDS,
    SETTING_WORDS,
    Word,
)
from nndsl.data.pipeline import ENCODERS
from nndsl.manual.entry import Entry
from nndsl.manual.kinds import KIND_EXAMPLES
from nndsl.semantics.options import BODY, FIGURE, PLOTS, SEED, SETTINGS, STATEMENTS, Keys, Option, Statement
from nndsl.semantics.plot_forms import EXAMPLES
from nndsl.semantics.roles import ROLES


@cache
def language_entries() -> tuple[Entry, ...]:
    """All of them, in the order of the tables."""
    return (*_statements(), *_figures(), *_settings(), *_data(), *_kinds(), *_bodies())


# ---- statements ----------------------------------------------------------------------------------------------


def statements() -> tuple[Statement, ...]:
    """Those that are there."""
    return tuple(row for row in STATEMENTS.values() if not row.later)


def options(row: Statement) -> tuple[Option, ...]:
    return tuple(option for option in row.options if not option.later)


def _statements() -> Iterator[Entry]:
    verbs = [row.verb for row in statements()]
    for row in statements():
        own = tuple((option.name, _option_words(option)) for option in options(row) if row.verb != "plot")
        if row.verb == "plot":
            own = tuple((name, f"`plot {example}`") for name, example in EXAMPLES.items())
        yield Entry(
            row.verb, "statement", statement_form(row), _sentence(row.meaning), "", own, example=row.example,
            see_also=_neighbours(row.verb, verbs),
        )  # fmt: skip
        if row.verb != "plot":
            for option in options(row):
                yield from _option(option, row.verb)


def statement_form(row: Statement) -> str:
    """`train NETWORK on DATA [with RECIPE] [as NAME] { options }`, from the clauses it has."""
    subject = [_SUBJECTS.get(row.verb, "NETWORK")] if row.subject else []
    clauses = [
        f"{word} {_CLAUSES[word]}" if needed else f"[{word} {_CLAUSES[word]}]" for word, needed in row.clauses.items()
    ]
    block = ["[{ options }]"] if options(row) else []
    return " ".join([row.verb, *subject, *clauses, *block])


_SUBJECTS = {
    "pca": "DATA", "tsne": "DATA", "kmeans": "DATA", "knn": "DATA", "plot": "FIGURE(THING, ...)", "show": "THING",
    "print": "VALUE, ...", "expect": "COMPARISON",
}  # fmt: skip
_CLAUSES = {"on": "DATA", "with": "RECIPE", "as": "NAME", "to": '"FILE"', "from": '"FILE"', "in": "DATA"}


def _option(option: Option, verb: str) -> Iterator[Entry]:
    keys = option.form.options if isinstance(option.form, Keys) else ()
    yield Entry(
        option.name, f"option of {verb}", option_form(option), _sentence(option.meaning),
        "Given again, it adds to the one before." if option.repeats else "",
        tuple((key.name, _option_words(key)) for key in keys), _facts(option),
    )  # fmt: skip
    for key in keys:
        yield Entry(key.name, f"setting of {option.name}", f"{key.name}=...", _sentence(key.meaning), facts=_facts(key))


def option_form(option: Option) -> str:
    """`batch N`, as it is written in a block."""
    if isinstance(option.form, Keys):
        required = [f"{key}=..." for key in option.form.required]
        return f"{option.name} {', '.join(required)}"
    return f"{option.name} ..."


def takes(option: Option) -> str:
    """What a value must look like; the largest number that a machine holds is not said."""
    return option.form.words.removesuffix(f" to {SEED.most}") if option.form else ""


def _facts(option: Option) -> tuple[tuple[str, str], ...]:
    form = (("takes", takes(option)),) if option.form else ()
    return (*form, *((("left out", option.default),) if option.default else ()))


def _option_words(option: Option) -> str:
    """Its meaning, what it takes and its default in one line."""
    form = f": {takes(option)}" if option.form else ""
    default = f" (left out: {option.default})" if option.default else ""
    return f"{option.meaning}{form}{default}"


def _figures() -> Iterator[Entry]:
    for option in FIGURE:
        yield from _option(option, "plot")
    for name, own in PLOTS.items():
        every = (*own, *FIGURE)
        yield Entry(
            name, "figure", f"plot {EXAMPLES[name]}", f"A figure: {FIGURE_WORDS[name]}.", "",
            tuple((option.name, _option_words(option)) for option in every), example=f"plot {EXAMPLES[name]}",
            see_also=_neighbours(name, list(PLOTS)),
        )  # fmt: skip
        for option in own:
            yield from _option(option, name)


# What each figure shows.
FIGURE_WORDS = {
    "curves": "loss and metrics of one or several runs, epoch by epoch",
    "confusion": "how many rows of each class were said to be of each class",
    "scatter": "rows as points, by two columns, coloured by a third",
    "histogram": "how a column, or the weights of a network, are spread",
    "boundary": "what a classifier says everywhere over its two inputs",
    "fit": "what a network says of one input, over the rows; of several inputs, answers against targets",
    "surface": "the loss over a plane in the space of the weights",
    "pictures": "rows that are pictures, or answers that are",
    "filters": "the filters of a convolution as pictures",
    "network": "the layers of a network as a diagram, with shapes",
    "forecast": "what a network says of a series, and what came",
    "gradients": "how large the gradients are, layer by layer",
    "activations": "what the layers give, one distribution for each",
}


def _settings() -> Iterator[Entry]:
    for option in SETTINGS:
        yield Entry(
            option.name, "setting", f"set {option.name} ...", _sentence(option.meaning), facts=_facts(option),
            example=f"set {option.name} {_SETTING_EXAMPLES[option.name]}",
            see_also=_neighbours(option.name, [one.name for one in SETTINGS]),
        )  # fmt: skip


_SETTING_EXAMPLES = {"seed": "7", "device": "cpu", "threads": "4", "precision": "float64"}


# ---- data ----------------------------------------------------------------------------------------------------


def _data() -> Iterator[Entry]:
    for name in DATA_OPTIONS:
        word = OPTION_WORDS[name]
        settings = SETTING_WORDS.get(name, {})
        yield Entry(
            name, "option of data", f"{name} ...", _sentence(word.meaning), word.more,
            tuple((key, _word_words(one)) for key, one in settings.items()), _word_facts(word), word.example,
            _neighbours(name, list(DATA_OPTIONS)),
        )  # fmt: skip
        for key, one in settings.items():
            yield Entry(
                key, f"setting of {name}", one.example, _sentence(one.meaning), facts=_word_facts(one),
                example=f"{word.example.split(',')[0]}, {one.example}",
            )  # fmt: skip
    for name in ENCODERS:
        word = ENCODER_WORDS[name]
        learns = "learns nothing" if name in LEARNS_NOTHING else "fitted on the training part alone"
        undone = "" if name == "share" else ", undone on predictions"
        yield Entry(
            name, "encoder", f"-> {name}", _sentence(word.meaning), facts=(("how", learns + undone),),
            example=word.example, see_also=_neighbours(name, list(ENCODERS)),
        )  # fmt: skip
    for name, row in GENERATORS.items():
        word = GENERATOR_WORDS[name]
        yield Entry(
            name, "generator", generator_form(name, row), _sentence(word.meaning), "It brings input and target.",
            tuple((s.name, GENERATOR_SETTING_WORDS[s.name]) for s in row.settings), example=word.example,
            see_also=_neighbours(name, list(GENERATORS)),
        )  # fmt: skip


def generator_form(name: str, row: Generator) -> str:
    return f"{name}({', '.join(f'{s.name}={s.default:g}' for s in row.settings)})"


def _word_facts(word: Word) -> tuple[tuple[str, str], ...]:
    return (("left out", word.default),) if word.default else ()


def _word_words(word: Word) -> str:
    return word.meaning + (f" (left out: {word.default})" if word.default else "")


# ---- kinds of definition, and what a body may hold ---------------------------------------------------------


def _kinds() -> Iterator[Entry]:
    for name, role in ROLES.items():
        given = ", ".join(f"`{word}`" for word in role.given)
        yield Entry(
            name, "kind of definition", kind_form(name), f"Defines {role.article}, which stands {role.place}.",
            facts=(("known inside", given),) if given else (), example=KIND_EXAMPLES[name],
            see_also=_neighbours(name, list(ROLES)),
        )  # fmt: skip


def kind_form(name: str) -> str:
    """How a definition of a kind is written; what the language puts in itself stands first among the parameters."""
    if name in _WHOLE_FORMS:
        return _WHOLE_FORMS[name]
    fed = _FED.get(name, "")
    head = f"{name} NAME({fed}{', ' if fed else ''}PARAMETERS)"
    return f"{head} = EQUATION\n{head} {{ LINES }}"


_WHOLE_FORMS = {
    "network": "network NAME [for DATA] { LINES }",
    "data": "data NAME { OPTIONS }",
    "recipe": "recipe NAME { OPTIONS OF train }",
}
_FED = {
    "activation": "VALUE",
    "loss": "OUTPUT, TARGET",
    "metric": "OUTPUTS, TARGETS",
    "regularizer": "WEIGHT",
    "schedule": "STEP, STEPS",
}  # by place; any names may stand for them


def _bodies() -> Iterator[Entry]:
    for option in BODY:
        meaning, _, example = option.meaning.partition(": `")
        shown, _, more = example.partition("`")
        yield Entry(
            option.name, "option of a body", f"{option.name} ...", _sentence(meaning), _sentence(more.lstrip("; .")),
            example=shown, see_also=_neighbours(option.name, [one.name for one in BODY]),
        )  # fmt: skip


# ---- words ---------------------------------------------------------------------------------------------------


def _sentence(text: str) -> str:
    """With a capital and a full stop."""
    text = text.strip()
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}." if text else ""


def _neighbours(name: str, names: list[str], near: int = 3) -> tuple[str, ...]:
    place = names.index(name)
    return (*names[max(0, place - near) : place], *names[place + 1 : place + 1 + near])
