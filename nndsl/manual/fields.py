"""The fields of results: what `print`, `expect` and `plot` can speak of, for each kind of result.

In: the records of `semantics/results.py`. Out: their fields by kind, with a meaning for each. Fields that a script
decides (its metrics, its columns) are not here. Tests check that no other field is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from nndsl.semantics import results
from nndsl.semantics.diagnose import FIGURES
from nndsl.semantics.results import Record, Type
from nndsl.values import value


@value
class Result:
    """article: as in "a run". made_by: how it is got. more: the fields that the script decides."""

    article: str
    made_by: str
    more: str = ""


RESULT_WORDS = {
    "run": Result("a run", "train net on data as run"),
    "history": Result("a history", "run.history", "each metric that was asked for, and `validation_` before its name"),
    "best": Result("a best epoch", "run.best", "each metric that was asked for, and `validation_` before its name"),
    "evaluation": Result("an evaluation", "evaluate net on data.test as result", "each metric that was asked for"),
    "answers": Result(
        "answers", "predict net on data.test as answers", "a column for each column of the target; a part by its name"
    ),
    "components": Result("components", "pca data as pc", "`pc1`, `pc2`, ..., the columns of the target, the parts"),
    "map": Result("a map", "tsne data as map", "`tsne1`, `tsne2`, the columns of the target, the parts"),
    "clusters": Result(
        "clusters",
        "kmeans data as groups",
        "`distance1`, `distance2`, ... to the centres, the columns of the target, the parts",
    ),
    "model": Result("a model", "knn data as neighbours", "each part that was measured, with its metrics"),
    "health": Result("a diagnosis", "diagnose net on data as health"),
    "sample": Result("a sample", "sample net on data as text", "of a series, its columns"),
    "data": Result("a data set", "data name { ... }", "its columns, its sizes, the parts"),
}

FIELD_WORDS: dict[str, dict[str, str]] = {
    "run": {
        "history": "loss and metrics of every epoch",
        "best": "the best epoch; with `stop`, its weights were kept",
        "seconds": "how long it took",
        "epochs": "how many epochs there were",
        "epoch_seconds": "how long each epoch took",
    },
    "history": {
        "loss": "the loss on the training part, a number for each epoch",
        "validation_loss": "the loss on the validation part, a number for each epoch",
    },
    "best": {
        "epoch": "which epoch it was, from 1",
        "loss": "its loss on the training part",
        "validation_loss": "its loss on the validation part",
    },
    "evaluation": {"loss": "the loss, as a mean over the rows", "rows": "how many rows were measured"},
    "answers": {"rows": "how many rows were answered"},
    "components": {
        "explained": "the share of the variance that each component has",
        "variance": "the variance of each component",
        "loadings": "how each column enters each component: [components, columns]",
        "axes": "the directions, of length 1: [components, columns]",
        "mean": "the mean of each column",
        "rows": "how many rows there are",
        "seconds": "how long it took",
    },
    "map": {
        "kl": "the Kullback-Leibler divergence between the neighbours in the data and on the map",
        "iterations": "how many iterations there were",
        "perplexity": "the perplexity that was taken",
        "rows": "how many rows there are",
        "seconds": "how long it took",
    },
    "clusters": {
        "inertia": "the sum of squared distances to the nearest centres",
        "silhouette": "from -1 to 1, how much nearer rows are to their own group than to the next one",
        "iterations": "how many iterations the best beginning took",
        "clusters": "how many groups there are",
        "cluster": "the group of each row, from 0",
        "sizes": "how many rows each group has",
        "centers": "the centres: [clusters, columns]",
        "rows": "how many rows there are",
        "seconds": "how long it took",
    },
    "model": {
        "k": "how many neighbours are asked",
        "rows": "how many rows it remembers",
        "seconds": "how long it took",
    },
    "health": {
        "findings": "how much was found to be wrong",
        "rows": "how many rows were looked at",
        "dead": "the share of dead units in the worst layer",
        "saturated": "the share of saturated values in the worst layer",
        "gradient_ratio": "the gradient at the first layer over that at the last",
        "step_ratio": "the gradient at a cell's first step over that at its last",
        "underfitting": "the training loss over that of a constant answer",
        "overfitting": "by how much the validation loss is above the training loss",
        "rise": "how far the validation loss is above its least, as a share of that",
        "bounce": "the greatest factor by which the training loss rose above the least before it",
        "unfinished": "how fast the loss still falls at the end, over how fast it fell at first",
        "never_predicted": "how many classes occur but are never the answer",
    },
    "sample": {
        "text": "the first text, with what it began with",
        "texts": "all texts",
        "prompt": "what it began with",
        "length": "how many steps came after it",
        "step": "the number of each step",
    },
    "data": {"rows": "how many rows there are"},
}

TYPE_WORDS = {
    "number": "a number", "numbers": "a list of numbers", "matrix": "a table of numbers", "text": "a text", "texts":
    "a list of texts", "column": "a column", "truth": "true or false", "anything": "a value",
}  # fmt: skip


@cache
def field_types() -> Mapping[str, Mapping[str, Type]]:
    """kind of result -> its fields, without those that a script decides."""
    run = results.run_record("run", (), validation=True)
    history, best = run.fields["history"], run.fields["best"]
    assert isinstance(history, Record) and isinstance(best, Record)
    records = (
        run, history, best, results.evaluation_record("result", {}, loss=True), results.answers_record("answers", ()),
        results.components_record("pc"), results.map_record("map"), results.clusters_record("groups"),
        results.model_record("neighbours", {}, None),
    )  # fmt: skip
    sample = {**results.text_record("text").fields, **results.series_record("series", (), words=False).fields}
    found: dict[str, Mapping[str, Type]] = {record.kind: record.fields for record in records}
    health: dict[str, Type] = dict.fromkeys(("findings", "rows", *FIGURES), "number")
    return {**found, "health": health, "sample": sample, "data": {"rows": "number"}}
