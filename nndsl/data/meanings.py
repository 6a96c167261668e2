"""What the words of a `data` block mean, a line each: options, their settings, encoders, generators.

In: a word. Out: what it means, and how it looks. Checks do not read this; documentation and completion do. Tests
compare the words with those that `declare.py`, `pipeline.py` and `generators.py` read.
"""

from __future__ import annotations

from nndsl.values import value


@value
class Word:
    """meaning: one line. example: how it is written. default: what holds where it is left out; empty where nothing
    does.
    """

    meaning: str
    example: str
    default: str = ""
    more: str = ""


OPTION_WORDS = {
    "from": Word(
        "where the rows come from",
        'from "iris.csv"',
        more="A table in a file (`.csv`, `.tsv`, `.csv.gz`, `.parquet`, `.jsonl`, `.npy`, `.npz`), a text (`.txt`), a "
        "folder of pictures (one folder inside it for each class), a folder of IDX files, a folder with `counts.npz` "
        "and its labels in `cells.csv`, a generator such as `moons(500)`, or the name of a Python object.",
    ),
    "columns": Word("the names of the columns of a table that stands in the script", "columns age, height"),
    "rows": Word("the rows of a table that stands in the script", "rows [[4, 1.02], [9, 1.33]]"),
    "text": Word("a text that stands in the script, a column `characters`", 'text "to be or not to be"'),
    "input": Word(
        "columns that go into the network, and their encoders",
        "input (age, height) -> standard",
        more="May be written several times; the columns stand side by side in this order. `input all` takes every "
        "column that is not the target and not dropped. After `->` stand encoders, or a formula over `x`.",
    ),
    "sequence": Word(
        "columns whose rows follow one another in time, and their encoders",
        "sequence (load, heat) -> standard, by=house, time=hour",
        more="Without a `target` the sequence itself is told; without a `window` each series is one example.",
    ),
    "window": Word("how many steps of a series the network sees at once", "window 24, stride=6", "each series whole"),
    "horizon": Word("how many steps after the window lies what is told", "horizon 1, steps=12", "1 after a window"),
    "target": Word(
        "what the network is to say, and its encoder",
        "target species -> category",
        more="Answers come back in the target's own names and units. Without an encoder, a column of the `sequence` "
        "has that of the sequence.",
    ),
    "drop": Word("columns that `input all` leaves out", "drop name, ticket"),
    "missing": Word(
        "what is done with missing cells: `drop`, `mean`, `median`, `mode` or a number; of a series `interpolate` or "
        "`previous`",
        "missing drop",
        more="Means, medians and modes are those of the training part.",
    ),
    "split": Word(
        "the parts of the data, as percentages, counts of rows or `rest`",
        "split train=70%, validation=15%, test=15%",
        "every row is in the training part",
    ),
    "test": Word("a file of its own for the test part", 'test "iris-test.csv"'),
    "validation": Word("a file of its own for the validation part", 'validation "iris-validation.csv"'),
}

# option -> its settings, which are written `name=value`
SETTING_WORDS = {
    "from": {
        "size": Word("height and width that pictures of a folder are scaled to", "size=[28, 28]", "that of the files"),
        "channels": Word("1 for grey pictures, 3 for coloured ones", "channels=1", "those of the files"),
    },
    "sequence": {
        "by": Word("the column that tells series apart", "by=house", "all rows are one series"),
        "time": Word("the column that orders steps", "time=hour", "the order of the rows"),
    },
    "window": {
        "stride": Word("how many steps lie from one window to the next", "stride=6", "1; of a text, the window"),
    },
    "horizon": {
        "steps": Word("how many steps are told, from there on", "steps=12", "1"),
    },
    "split": {
        "stratify": Word("a column whose values are as frequent in each part", "stratify=species"),
        "by": Word("a column whose equal values stay in one part", "by=patient"),
        "seed": Word("the seed of the shuffling before rows are dealt out", "seed=3", "the script's `set seed`"),
        "order": Word("whether rows keep their order: the first are the training part", "order=true", "false"),
    },
}

ENCODER_WORDS = {
    "standard": Word("less the mean, by the standard deviation", "input (age, height) -> standard"),
    "minmax": Word("from 0 at the least value to 1 at the greatest", "input age -> minmax"),
    "max": Word("by the greatest value", "input all -> max"),
    "log": Word("the natural logarithm", "input price -> log -> standard"),
    "share": Word("by the total of its row: of a row of counts, or of the columns of the line", "input all -> share"),
    "diff": Word("the change from the step before, in a `sequence`", "sequence load -> diff -> standard"),
    "category": Word("each value is a class with an id", "target species -> category"),
    "onehot": Word("a number for each value, one of them 1", "input (island, sex) -> onehot"),
}
LEARNS_NOTHING = ("log", "share", "diff")

GENERATOR_WORDS = {
    "moons": Word(
        "two half circles that reach into one another: columns `x`, `y`, `label`", "from moons(500, noise=0.2)"
    ),
    "circles": Word("a circle inside another one: columns `x`, `y`, `label`", "from circles(500, noise=0.1)"),
    "blobs": Word(
        "clouds of points around the corners of a polygon: columns `x`, `y`, `label`", "from blobs(300, classes=4)"
    ),
    "spiral": Word("arms of a spiral, one for each class: columns `x`, `y`, `label`", "from spiral(400, classes=3)"),
    "xor": Word("the corners of a square, where opposite ones are alike: columns `x`, `y`, `label`", "from xor"),
    "sine": Word("a noisy wave: columns `x`, `y`, and no classes", "from sine(200, noise=0.1)"),
}
GENERATOR_SETTING_WORDS = {
    "n": "how many rows",
    "noise": "the standard deviation of what is added to each point",
    "classes": "how many classes",
    "factor": "the radius of the inner circle",
    "turns": "how often an arm goes around",
    "periods": "how many waves",
}
