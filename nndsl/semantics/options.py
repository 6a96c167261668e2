"""The options of every statement, in one table: what each accepts, its default, and what it means.

Checks, completion, documentation and the record of a run read it. A form says what a value must look like;
`reading.py` reads it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from nndsl.values import value

# ---- forms: what a value may be ------------------------------------------------------------------


@value
class Whole:
    """A whole number in [least, most]."""

    least: int = 0
    most: int | None = None

    @property
    def words(self) -> str:
        return f"a whole number from {self.least}" + ("" if self.most is None else f" to {self.most}")


@value
class Real:
    """A number at least `least`, or above it; and below `most`."""

    least: float = -math.inf
    above: bool = False
    most: float = math.inf

    @property
    def words(self) -> str:
        if self.least == -math.inf:
            return "a number"
        end = "" if self.most == math.inf else f", below {self.most:g}"
        return (f"a number above {self.least:g}" if self.above else f"a number from {self.least:g}") + end


@value
class Choice:
    """One of some words."""

    of: tuple[str, ...]

    @property
    def words(self) -> str:
        return ", ".join(f"`{w}`" for w in self.of[:-1]) + f" or `{self.of[-1]}`"


@value
class Definition:
    """The name of a definition of a role, with arguments or without; several of them where `several`."""

    role: str
    several: bool = False

    @property
    def words(self) -> str:
        return (
            f"the names of {self.role}s"
            if self.several
            else f"the name of {'an' if self.role[0] in 'aeiou' else 'a'} {self.role}"
        )


@value
class Loss:
    """A loss, or an expression over `output`, `target` and `input`."""

    words: str = "the name of a loss, or an expression over `output`, `target` and `input`"


@value
class Quantity:
    """`validation.loss`, `validation.accuracy`: what is watched."""

    words: str = "`validation.loss`, or a metric of the validation part"


@value
class Keys:
    """`key=value, key=value`; `required` among them must be there."""

    options: tuple[Option, ...]
    required: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return ", ".join(f"`{o.name}=`" for o in self.options)


@value
class Text:
    """A text in quotes, or a constant that is one."""

    words: str = "a text in quotes"


@value
class Start:
    """What a sequence begins with: a text, or a list with a value (or a list of values) for each step."""

    words: str = "a text in quotes, or a list of values"


@value
class Truth:
    """`true` or `false`."""

    words: str = "`true` or `false`"


@value
class ColumnName:
    """A column of the table that is drawn, or of another one with the same rows."""

    words: str = "a column, as in `species` or `iris.species`"


@value
class WeightNames:
    """Numbers among the weights of a network."""

    several: bool = True
    words: str = "names of weights, as in `dense_1.W[0, 0]`"


@value
class Sizes:
    """Height and width of pictures, and their channels where there are several."""

    words: str = "a list of two or three sizes, as in `[28, 28]`"


Form = (
    Whole
    | Real
    | Choice
    | Definition
    | Loss
    | Quantity
    | Keys
    | Text
    | Start
    | Truth
    | ColumnName
    | WeightNames
    | Sizes
)


# ---- the table -----------------------------------------------------------------------------------


@value
class Option:
    """default: what holds where it is left out, as it would be written; empty where nothing does.

    later: not part of this version yet.
    """

    name: str
    form: Form | None
    meaning: str
    default: str = ""
    repeats: bool = False
    later: bool = False


@value
class Statement:
    """A verb. clauses: preposition -> whether it must be there. example: how it looks. subject: whether something comes
    straight after the verb.
    """

    verb: str
    meaning: str
    example: str
    clauses: dict[str, bool]
    options: tuple[Option, ...] = ()
    later: bool = False
    subject: bool = True


SEED = Whole(0, 2**63 - 1)

TRAINING = (
    Option("loss", Loss(), "what is made small", "chosen from the last layer and the target, and said"),
    Option("optimizer", Definition("optimizer"), "how the weights move", "adam"),
    Option("schedule", Definition("schedule"), "a factor on the optimizer's `lr` during the run", "constant"),
    Option(
        "regularize", Definition("regularizer", several=True), "a penalty on the weights; several add up", repeats=True
    ),
    Option("batch", Whole(1), "how many examples a step sees", "32"),
    Option("epochs", Whole(1), "how many times training goes through the training part", "10"),
    Option("steps", Whole(1), "how many steps an epoch has", "as many as see every row once"),
    Option("clip", Real(0, above=True), "the greatest norm a gradient may have"),
    Option(
        "stop",
        Keys(
            (
                Option("patience", Whole(1), "how many epochs without improvement end the training"),
                Option("monitor", Quantity(), "what has to improve", "validation.loss"),
                Option("min_delta", Real(0), "how much counts as an improvement", "0"),
            ),
            required=("patience",),
        ),
        "early stopping; the best weights come back",
    ),
    Option("metrics", Definition("metric", several=True), "what is measured after each epoch", repeats=True),
    Option("seed", SEED, "the seed of this run's random numbers", "the script's `set seed`"),
    Option("checkpoint", None, "a file that holds the state of the run", later=True),
    Option("resume", None, "goes on where a checkpoint ended", later=True),
    Option("step", None, "one of several steps a batch", later=True),
    Option("method", None, "how a policy is trained", later=True),
    Option("episodes", None, "how often a policy is tried", later=True),
)

# Of every figure, and of each kind. Places, directions and rows have defaults that are good enough to publish.
FIGURE = (
    Option("to", Text(), "the file it is written to: `.png`, `.svg`, `.pdf` or `.html`", "the terminal"),
    Option("title", Text(), "what stands above it", "made of the names"),
    Option("width", Whole(60, 4000), "the width of what is inside the axes, all panels together, in pixels"),
    Option("height", Whole(40, 4000), "the height of the same, in pixels"),
)
_COLOR = Option("color", ColumnName(), "what rows are coloured by", "the target")
_ROWS_SEEN = Option("rows", Whole(1), "how many rows are looked at, at most", "1024")
_ROWS_OF_LOSS = Option("rows", Whole(1), "how many rows the loss is a mean of, at most", "500")
PLOTS: dict[str, tuple[Option, ...]] = {
    "curves": (),
    "confusion": (),
    "scatter": (
        Option("x", ColumnName(), "the column to the right", "the first of the input"),
        Option("y", ColumnName(), "the column upwards", "the second of the input"),
        _COLOR,
    ),
    "histogram": (Option("color", ColumnName(), "classes that are drawn apart"),),
    "boundary": (Option("resolution", Whole(10, 1000), "places along each axis", "200"),),
    "fit": (),
    "surface": (
        Option("resolution", Whole(5, 400), "places along each axis", "31"),
        Option("span", Real(0, above=True), "how far it reaches from the trained weights, in their norms", "1"),
        Option("seed", SEED, "the seed of the two directions", "the script's `set seed`"),
        _ROWS_OF_LOSS,
        Option("weights", WeightNames(), "two weights, in place of directions"),
    ),
    "pictures": (
        Option("count", Whole(1, 400), "how many, at even distances", "36"),
        Option("shape", Sizes(), "height, width and channels, where rows are flat"),
    ),
    "filters": (Option("count", Whole(1, 400), "how many at most", "64"),),
    "network": (),
    "forecast": (),
    "gradients": (_ROWS_SEEN,),
    "activations": (_ROWS_SEEN,),
}


def _all_of(tables: Iterable[tuple[Option, ...]]) -> tuple[Option, ...]:
    """Each option once."""
    return tuple({option.name: option for table in tables for option in table}.values())


_LATER = {
    "sweep": "tries many settings",
    "crossval": "trains on each fold's complement",
    "save": "writes a trained network to a file",
    "load": "reads a trained network from a file",
    "export": "writes a network in another format",
}

_ROWS = (
    Statement(
        "train",
        "fits a network's weights to the training part of a data set",
        "train net on data as run { optimizer adam; epochs 10 }",
        {"on": True, "with": False, "as": False},
        TRAINING,
    ),
    Statement(
        "evaluate",
        "measures a network on a part of a data set",
        "evaluate net on data.test as result { metrics accuracy }",
        {"on": True, "as": False},
        (
            Option("metrics", Definition("metric", several=True), "what is measured", repeats=True),
            Option("loss", Loss(), "the loss that is measured too", "the one the network was trained with"),
        ),
    ),
    Statement(
        "predict",
        "gives a network's answers for a part of a data set",
        'predict net on data.test as answers to "answers.csv"',
        {"on": True, "as": False, "to": False},
    ),
    Statement(
        "sample",
        "lets a network that was trained on a sequence go on by itself: each answer is the next step it sees",
        'sample net on data as text { prompt "ma"; length 60; temperature 0.8 }',
        {"on": False, "as": False, "to": False},
        (
            Option(
                "prompt", Start(), "what the sequence begins with", "a place of the text by chance, the end of a series"
            ),
            Option("length", Whole(1), "how many steps come after it", "100"),
            Option("temperature", Real(0), "how freely is drawn: 0 takes the likeliest, 1 draws as it is likely", "1"),
            Option("count", Whole(1), "how many texts are drawn", "1"),
            Option("seed", SEED, "the seed of the draws", "the script's `set seed`"),
            Option("to", Text(), "the file it is written to"),
        ),
    ),
    Statement(
        "pca",
        "finds the directions in which the training rows differ most, and gives every row by them",
        "pca data as pc { components 10 }",
        {"as": False},
        (
            Option("components", Whole(1), "how many directions", "2"),
            Option("whiten", Truth(), "whether each component gets a deviation of 1", "false"),
            Option("method", Choice(("auto", "exact", "randomised")), "how they are found", "auto"),
            Option("seed", SEED, "the seed of the randomised method", "the script's `set seed`"),
        ),
    ),
    Statement(
        "tsne",
        "puts rows that are near each other near each other on a map; rows outside the training part are placed on it "
        "afterwards",
        "tsne data as map { perplexity 30 }",
        {"as": False},
        (
            Option("dimensions", Whole(2, 3), "how many dimensions the map has", "2"),
            Option(
                "perplexity", Real(1, above=True), "about how many neighbours a row has", "30, or what the rows allow"
            ),
            Option("rate", Real(0, above=True), "the rate of the descent", "the number of rows over the exaggeration"),
            Option("exaggeration", Real(1), "how much stronger rows attract each other at first", "12"),
            Option("early", Whole(0), "how many iterations that lasts", "250"),
            Option("iterations", Whole(1), "how many there are in all", "1000"),
            Option(
                "momentum",
                Real(0, most=1),
                "the momentum of the iterations after the early ones, which have 0.5",
                "0.8",
            ),
            Option("start", Choice(("pca", "random")), "where rows are at first", "pca"),
            Option("seed", SEED, "the seed of a random start", "the script's `set seed`"),
        ),
    ),
    Statement(
        "kmeans",
        "finds groups of rows around as many centres, in the training part",
        "kmeans data as groups { clusters 8 }",
        {"as": False},
        (
            Option("clusters", Whole(1), "how many groups; it must be given"),
            Option("restarts", Whole(1), "how many times it is begun anew; the best is kept", "10"),
            Option("iterations", Whole(1), "the most that a beginning takes", "300"),
            Option("seed", SEED, "the seed of the first centres", "the script's `set seed`"),
        ),
    ),
    Statement(
        "knn",
        "answers with what the nearest rows of the training part say; it is measured on the other parts",
        "knn data as neighbours { k 3 }",
        {"as": False},
        (
            Option("k", Whole(1), "how many neighbours are asked", "5"),
            Option("distance", Choice(("euclidean", "manhattan", "cosine")), "what near means", "euclidean"),
            Option("weights", Choice(("uniform", "distance")), "whether nearer ones count for more", "uniform"),
            Option(
                "metrics",
                Definition("metric", several=True),
                "what is measured",
                "accuracy for classes, r2 and mae for numbers",
                repeats=True,
            ),
        ),
    ),
    Statement(
        "diagnose",
        "looks for what is wrong with a trained network: dead and saturated units, vanishing gradients, over-fitting, "
        "rates too high or too low, classes never predicted",
        "diagnose net on data as health",
        {"on": True, "as": False},
        (
            Option(
                "rows", Whole(16), "how many rows are looked at, at even distances; fewer of a large network", "1024"
            ),
        ),
    ),
    Statement(
        "plot",
        "draws a figure, in a file or on the terminal",
        'plot run { to "curves.svg" }',
        {"to": False},
        _all_of((FIGURE, *PLOTS.values())),
    ),
    Statement("show", "shows a network, a data set or a result", "show net", {}),
    Statement("print", "prints values", "print run.history.loss[-1]", {}),
    Statement(
        "expect",
        "ends the script with exit code 1 where a comparison does not hold",
        "expect result.accuracy > 0.9",
        {},
    ),
    Statement(
        "report",
        "writes one page about all that was done before it: script, data, networks, runs, results, figures, record",
        'report to "report.html"',
        {"to": True},
        subject=False,
    ),
    *(Statement(verb, meaning, verb, {}, later=True) for verb, meaning in _LATER.items()),
)

STATEMENTS: dict[str, Statement] = {row.verb: row for row in _ROWS}

SETTINGS = (
    Option("seed", SEED, "the seed of all random numbers", "0"),
    Option("device", Choice(("auto", "cpu", "cuda")), "where the work is done", "auto"),
    Option("threads", Whole(1, 1024), "how many processor cores are used", "all of them"),
    Option("precision", Choice(("float32", "float64")), "the precision of all numbers", "float32"),
)

# What may stand in the body of a network, a layer or a function, besides equations and flows.
BODY = (
    Option("input", None, "names what comes in, and its sizes: `input x[..., in]`"),
    Option("output", None, "what goes out: `output x @ W + b`; left out, it is the value of the last line"),
    Option("param", None, "a trained tensor: `param W[in, units] ~ glorot, b[units] = 0`"),
    Option(
        "state",
        None,
        "a value kept from step to step: `state average[in] = 0`; its next value is `average'`. "
        "In a cell the steps are those of a sequence, in a layer those of training",
    ),
    Option("penalty", None, "a term that is added to the loss: `penalty name = expression`"),
    Option("repeat", None, "the same lines several times: `repeat 3 { dense(8) -> relu }`"),
    Option("require", None, "what must hold for the arguments: `require rate >= 0`"),
)
