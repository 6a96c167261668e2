"""A figure of every kind, small, for the tests of what draws them."""

from __future__ import annotations

import numpy as np

from nndsl.show.confusion import confusion
from nndsl.show.curves import History, curves
from nndsl.show.diagram import Stage, diagram
from nndsl.show.figures import Figure
from nndsl.show.fit import fit_answers, fit_curve
from nndsl.show.forecast import Series, forecast
from nndsl.show.histogram import Column, histogram
from nndsl.show.pictures import beside, bytes_of, filters, grid
from nndsl.show.regions import Rows, regions
from nndsl.show.scatter import Colour, by_class, scatter
from nndsl.show.spread import layered, spread
from nndsl.show.surface import Mark, surface

NAMES = ("Größe π", "b", '</script><b>"quoted"')  # what columns and classes may be called


def history(name: str, best: int) -> History:
    epochs = np.arange(1, 31)
    loss, accuracy = np.exp(-epochs / 9), 1 - np.exp(-epochs / 5) / 2
    columns = {
        "loss": loss,
        "validation_loss": loss + 0.1,
        "accuracy": accuracy,
        "validation_accuracy": accuracy - 0.05,
    }
    return History(name, {key: column.tolist() for key, column in columns.items()}, best)


def regions_of(classes: int) -> Figure:
    x, y = np.linspace(-2, 3, 50), np.linspace(-1, 2, 40)
    across, up = np.meshgrid(x, y)
    heights = np.exp(3 * np.stack([np.sin(2 * across) - up, up - across / 2, 0 * across + 0.3][:classes]))
    rows = np.random.default_rng(1).uniform([-2, -1], [3, 2], (60, 2))
    beside = Rows(rows[:, 0], rows[:, 1], np.arange(60) % classes)
    return regions(heights / heights.sum(axis=0), x, y, NAMES[:classes], beside, ("x", "y"), "Regions")


def cloud(count: int, classes: int) -> Figure:
    random = np.random.default_rng(0)
    group = random.integers(0, classes, count)
    at = random.normal(size=(classes, 2))[group] * 6 + random.normal(size=(count, 2))
    colour = by_class("cell type", np.array([f"type {k}" for k in group]))
    return scatter({"map_1": at[:, 0], "map_2": at[:, 1]}, colour, "A map")


def every() -> dict[str, Figure]:
    """By name."""
    random = np.random.default_rng(0)
    x, side = np.linspace(0, 6, 40), np.linspace(-1, 1, 21)
    across, up = np.meshgrid(side, side)
    bowl = (across**2 * 8 + up**2 + 0.1) * np.exp(2 * across)
    table, pictures, series = random.normal(size=(80, 3)), random.random((6, 8, 8)), np.sin(np.arange(60) / 5)
    path = np.stack([np.linspace(-0.9, 0.1, 9), np.linspace(0.5, -0.2, 9)], axis=1)
    three = {f"pc_{k + 1}": table[:, k] for k in range(3)}
    two = {"pc_1": table[:, 0], "pc_2": table[:, 1]}
    halves = np.where(table[:, 0] > 0, NAMES[0], NAMES[2])
    return {
        "curves of one run": curves([history("run", 20)]),
        "curves of two runs": curves([history("run", 20), history("run_2", 30)]),
        "confusion": confusion(np.array([[22, 0, 1], [2, 10, 0], [0, 0, 18]]), NAMES),
        "confusion of many": confusion(np.eye(20) * 9 + 1, [f"class {k}" for k in range(20)]),
        "confusion of very many": confusion(np.eye(60) * 9 + 1, [f"class {k}" for k in range(60)]),
        "scatter by class": scatter(two, by_class("species", halves), "Two components"),
        "scatter by many classes": cloud(400, 12),
        "scatter by number": scatter(two, Colour("weight", numbers=table[:, 2]), "By a number"),
        "scatter": scatter(two, None, "Rows"),
        "scatter in three": scatter(three, by_class("species", halves), "Three components"),
        "cloud": cloud(6000, 12),
        "histogram": histogram([Column("length", table[:, 0])], None, "Lengths"),
        "histogram by class": histogram([Column("length", table[:, 0])], by_class("species", halves), "Lengths"),
        "histogram of names": histogram([Column("species", halves)], None, "Species"),
        "histograms": histogram([Column(f"dense_{k}.W", table[:, k]) for k in range(3)], None, "Weights"),
        "regions of two": regions_of(2),
        "regions of three": regions_of(3),
        "fit of a curve": fit_curve((x, np.sin(x) + 0.1), (x, np.sin(x)), ("x", "y"), "A fit"),
        "fit of answers": fit_answers(table[:, 0], table[:, 0] + 0.1 * table[:, 1], "mpg", "Answers"),
        "surface": surface(bowl, side, side, [Mark("trained", 0, 0)], ("first", "second"), "Loss"),
        "surface of two": surface(
            bowl, side, side, [Mark("adam", 0.1, -0.2, path), Mark("sgd", 0, 0, -path)], ("first", "second"), "Loss"
        ),
        "pictures": grid(bytes_of(pictures), [f"digit {k}" for k in range(6)], "Digits"),
        "pictures beside": beside(bytes_of(pictures), bytes_of(pictures**2), ("original", "answer"), "Digits"),
        "filters": filters(random.normal(size=(3, 3, 2, 8)), "Filters"),
        "filters in colour": filters(random.normal(size=(3, 3, 3, 8)), "Filters"),
        "forecast": forecast([Series("passengers", series[:40], series[40:] + 0.1, series[40:])], "month", "Forecast"),
        "spread": spread([layered(f"W{k}", table * 10.0**-k, log=True) for k in range(4)], "size", True, "Gradients"),
        "diagram": diagram([Stage("image", (28, 28, 1), 0, True), Stage("dense(10)", (10,), 7850)], "Network"),
        "diagram of many": diagram([Stage(f"dense({k})", (k,), 9) for k in range(20)], "Network"),
    }  # fmt: skip
