"""What the reference says between its tables: how a script is written, and a few sentences before a section."""

from __future__ import annotations

HEAD = """\
# Reference

Every statement, every option, every word that the language knows. `nndsl doc NAME` shows the entry of a name in a
terminal, `?name` in a session. The layers, losses and optimizers are [a chapter of their own](std.md), since each of
them is an equation.

This file is written by `python -m nndsl.manual` from the compiler's own tables."""

WRITTEN = """\
A script is a text of statements, one a line. `;` stands for the end of a line, so that several fit into one. What is
between `{` and `}` is a block; its lines are options, equations or layers. `#` begins a comment that ends with the
line. The comment straight above a definition is its documentation: a session and an editor show it.

A line goes on in the next one where it cannot be complete: inside brackets, after an operator, and before `->`.

| written | is |
| --- | --- |
| `12`, `60_000` | a whole number; `_` is for the eye |
| `0.5`, `1e-3` | a number |
| `70%` | 0.7, as a share |
| `"data/iris.csv"` | a text; `\\"`, `\\\\`, `\\n` and `\\t` are read as elsewhere |
| `[1, 2, 3]` | a list |
| `(a, b)` | several things as one, as columns of a line |
| `true`, `false`, `none` | themselves |
| `Ticket No.` in backquotes | the name of a column that is no word |
| `let width = 64` | gives a value a name; `--set width=128` changes it for one run |
| `use "blocks.nn"` | takes over the definitions of another file |
| `set seed 7` | a setting of the whole script |

A definition may come after its use. Statements are carried out in their order. Everything is checked before the first
of them runs, and nothing that is written is ever ignored: a word that has no meaning in its place is an error that
names what would have one."""

INTRODUCTIONS = {
    "Statements": "The examples go on from one another: together they are one script that runs. What a statement "
    "leaves under the name after `as` is a [result](#results-and-their-fields). Without `as`, a result is called after "
    "its statement (`run`, `run_2`, ...).",
    "Figures": "`plot` draws on the terminal, or into a file after `to`. Options stand in braces. `plot run` and "
    "`plot result.confusion` find their figure themselves. The examples go on from those of the statements.",
    "Data": "Everything that has to do with the rows stands in the `data` block. Encoders learn from the training part "
    "alone, and answers come back in the target's own names and units.",
    "Encoders": "They stand after `->`, several in their order. A formula over `x` is an encoder too: "
    "`input pixels -> x / 255`.",
    "Definitions": "A definition is an equation after `=`, or a block. It is compiled by the same path as those of the "
    "library and runs as fast.",
    "Bodies": "The block of a network, a layer, a function or an optimizer holds layers, equations (`h = x @ W + b`) "
    "and these lines. Without `input`, what comes in is `x`, and `in` is the size of its last axis. A line that begins "
    "with a layer goes on from the line before.",
    "Operators": "The loosest come first. Shapes are stretched as in NumPy: axes of size 1 and missing axes in front. "
    "The batch is no axis of a shape: an equation speaks of one example.",
    "Functions of equations": "They stand in the equations of definitions. Axes count within one example, and "
    "`axis=-1` is the last. The activations of the [library](std.md) can be called like them.",
    "Functions of numbers and lists": "They stand in `let`, `print` and `expect`.",
    "Kinds of value": "A parameter may ask for one, as in `loss mine(y: probability, k: category)`. A network that "
    "gives another kind is then an error before anything runs. A metric says `score` or `error` of itself: whether "
    "more or less is better.",
    "Results and their fields": "What `print`, `expect` and `plot` can speak of. `run.history.loss[-1]` is the last "
    "loss; arithmetic on lists goes element by element.",
}
