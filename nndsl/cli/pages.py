"""`explain`, `doc` and `version`: what is known, as text.

In: a code or a name. Out: its page; where there is none, what was meant, and exit code 1.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from nndsl.cli.console import Console
from nndsl.diagnostics.suggest import did_you_mean

WIDTH = 96

# What the options of a `data` block say, and how each looks.
DATA_OPTIONS = {
    "from": (
        "where the rows come from: a file, a folder (of pictures, of IDX files, or of `counts.npz` with its labels in "
        "`cells.csv`), a generator or a Python object; of pictures also their `size` (height, width) and `channels`",
        'from "iris.csv"',
    ),
    "columns": ("the names of the columns of a table that stands in the script", "columns age, height"),
    "rows": ("the rows of a table that stands in the script", "rows [[4, 1.02], [9, 1.33]]"),
    "text": ("a text that stands in the script, a column `characters`", 'text "to be or not to be"'),
    "input": ("columns that go into the network, and their encoders", "input (age, height) -> standard"),
    "sequence": (
        "columns whose rows follow one another in time, and their encoders; `by` names the column that tells series "
        "apart, `time` the one that orders steps; without a `target` the sequence itself is told, without a `window` "
        "each series is one example",
        "sequence (load, heat) -> standard, by=house, time=hour",
    ),
    "window": (
        "how many steps of a series the network sees at once; `stride` is from one window to the next: 1, of a text "
        "the window",
        "window 24, stride=6",
    ),
    "horizon": (
        "how many steps after the window lies what is told; `steps` tells several, from there on",
        "horizon 1, steps=12",
    ),
    "target": (
        "what the network is to say, and its encoder; without one, a column of the `sequence` has that of the sequence",
        "target species -> category",
    ),
    "drop": ("columns that `input all` leaves out", "drop name, ticket"),
    "missing": (
        "what is done with missing cells: drop, mean, median, mode or a value; of a series interpolate or previous",
        "missing drop",
    ),
    "split": (
        "the parts: shares, counts or `rest`; `stratify`, `by`, `order`, `seed`",
        "split train=70%, validation=15%, test=15%",
    ),
    "test": ("a file of its own for the test part", 'test "iris-test.csv"'),
    "validation": ("a file of its own for the validation part", 'validation "iris-validation.csv"'),
}

ENCODER_WORDS = {
    "standard": "less the mean, by the standard deviation", "minmax": "from 0 at the least value to 1 at the greatest",
    "max": "by the greatest value", "log": "the natural logarithm", "category": "each value is a class with an id",
    "share": "by the total of its row: of a row of counts, or of the columns of the line",
    "diff": "the change from the step before, in a `sequence`", "onehot": "a number for each value, one of them 1",
}  # fmt: skip


FITTED = "fitted on the training part alone, undone on predictions"


def explain(code: str, console: Console) -> int:
    """The page of a diagnostic's code."""
    from nndsl.diagnostics.pages import codes, page

    text = page(code)
    if text is None:
        hint = did_you_mean(code.upper(), codes())
        console.say(
            f"there is no code `{code}`"
            + (f"; {hint}" if hint else "; they look like `E0201` and stand in brackets after `error`")
        )
        return 1
    console.show(text.rstrip())
    return 0


# ---- doc -------------------------------------------------------------------------------------------------


def doc(name: str | None, console: Console) -> int:
    """Everything that has this name; all names where none is given."""
    if name is None:
        console.show(contents())
        return 0
    parts = [*_definitions(name), *_statement(name), *_options(name), *_builtin(name), *_of_lists(name), *_words(name)]
    if not parts:
        names = sorted({n for row in catalogue().values() for n in row})
        hint = did_you_mean(name, names)
        console.say(f"nothing is called `{name}`" + (f"; {hint}" if hint else "; `nndsl doc` lists all names"))
        return 1
    console.show("\n\n".join(parts))
    return 0


def catalogue() -> dict[str, list[str]]:
    """All names, by what they are."""
    from nndsl.data import ENCODERS, GENERATORS
    from nndsl.data import OPTIONS as DATA_OPTIONS
    from nndsl.semantics.builtins import BUILTINS
    from nndsl.semantics.constants import FUNCTIONS
    from nndsl.semantics.modules import library
    from nndsl.semantics.options import SETTINGS, STATEMENTS

    found: dict[str, list[str]] = {
        "statements": [v for v, row in STATEMENTS.items() if not row.later],
        "settings": [o.name for o in SETTINGS],
    }
    for entry in library().entries.values():
        found.setdefault(f"{entry.role}s" if entry.role != "loss" else "losses", []).append(entry.name)
    found["options of data"] = list(DATA_OPTIONS)
    found["encoders"], found["generators"] = list(ENCODERS), list(GENERATORS)
    options = [option.name for row in STATEMENTS.values() for option in row.options if not option.later]
    found["options of train and evaluate"] = list(dict.fromkeys(options))
    found["functions"] = list(BUILTINS)
    found["functions of numbers and lists"] = list(FUNCTIONS)
    return found


def contents() -> str:
    """All names, a paragraph for each kind."""
    lines = []
    for kind, names in catalogue().items():
        lines += [kind, *textwrap.wrap(", ".join(names), WIDTH, initial_indent="  ", subsequent_indent="  ")]
    return "\n".join([*lines, "", "`nndsl doc NAME` says more."])


def _definitions(name: str) -> Iterator[str]:
    """Entries of the library: the equation, its comment, and where it stands."""
    from nndsl.diagnostics.location import line_of
    from nndsl.semantics.modules import library

    for entry in library().entries.values():
        if entry.name == name:
            definition = entry.definition
            span = definition.span
            comment = textwrap.indent(definition.comment.strip("\n"), "  ", lambda line: True)
            where = f"  {span.source.name}:{line_of(span.source, span.start)}"
            yield "\n".join([span.text, "", *(line.rstrip() for line in comment.splitlines()), "", where])


def _statement(name: str) -> Iterator[str]:
    from nndsl.semantics.options import STATEMENTS
    from nndsl.semantics.plot_forms import EXAMPLES

    row = STATEMENTS.get(name)
    if row is None:
        return
    if row.later:
        yield f"{row.verb}: {row.meaning}. It is planned, and not part of this version."
        return
    lines = [f"{row.verb}: {row.meaning}", "", f"  {row.example}"]
    if name == "plot":
        lines += ["", "  figures:", *(f"    plot {example}" for example in EXAMPLES.values())]
    options = [option for option in row.options if not option.later]
    if options:
        width = max(11, *(len(option.name) for option in options))
        lines += ["", "  options:"]
        for option in options:
            default = f" (left out: {option.default})" if option.default else ""
            words = option.form.words if option.form else ""
            lines.append(f"    {option.name:<{width}} {option.meaning}: {words}{default}")
    yield "\n".join(lines)


def _options(name: str) -> Iterator[str]:
    from nndsl.semantics.options import BODY, SETTINGS, STATEMENTS

    for row in STATEMENTS.values():
        for option in row.options:
            if option.name == name and not option.later:
                yield f"{name} in `{row.verb}`: {option.meaning}" + _form(option.form, option.default)
    for option in SETTINGS:
        if option.name == name:
            yield f"set {name}: {option.meaning}" + _form(option.form, option.default)
    for option in BODY:
        if option.name == name:
            yield f"{name} in a body: {option.meaning}"


def _form(form: object, default: str) -> str:
    words = getattr(form, "words", "")
    return (f"\n\n  takes {words}" if words else "") + (f"\n  left out: {default}" if default else "")


def _builtin(name: str) -> Iterator[str]:
    from nndsl.semantics.builtins import BUILTINS

    row = BUILTINS.get(name)
    if row is not None:
        yield f"{row.signature}: {row.doc}\n\n  a function that is built in"


def _of_lists(name: str) -> Iterator[str]:
    from nndsl.semantics.constants import ELEMENTWISE, FUNCTION_WORDS

    if name in FUNCTION_WORDS:
        call, meaning = FUNCTION_WORDS[name]
        more = "; of a list, of each of its values" if name in ELEMENTWISE else ""
        yield f"{call} in `let`, `print` and `expect`: {meaning}{more}"


def _words(name: str) -> Iterator[str]:
    """Words of `data`."""
    from nndsl.data import ENCODERS, GENERATORS

    if name in DATA_OPTIONS:
        meaning, example = DATA_OPTIONS[name]
        yield f"{name} in `data`: {meaning}\n\n  {example}"
    if name in ENCODERS:
        words = "an encoder of columns, after `->` in a `data` block"
        learns = "learns nothing; for `input`" if name == "share" else FITTED
        yield f"{name}: {words}: {ENCODER_WORDS[name]}\n\n  {learns}"
    if name in GENERATORS:
        settings = ", ".join(f"{s.name} = {s.default:g}" for s in GENERATORS[name].settings)
        yield f"{name}({settings}): a generator, after `from` in a `data` block; it brings input and target"


# ---- versions --------------------------------------------------------------------------------------------


def version(console: Console) -> int:
    """Ours, Python's, those of what we stand on, and the machine."""
    import platform
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    from nndsl import __version__

    console.show(f"nndsl {__version__}\npython {platform.python_version()}\n{platform.platform()}")
    for package in ("numpy", "numba", "llvmlite", "duckdb", "lark", "rich"):
        try:
            console.show(f"{package} {installed(package)}")
        except PackageNotFoundError:
            console.show(f"{package} is not installed")
    return 0
