"""Figures of data that are not as one would wish: hundreds of classes, long names, numbers of 1e30, all the same."""

from __future__ import annotations

import re

import numpy as np
import pytest

from nndsl.diagnostics.location import columns
from nndsl.runtime.lines import square
from nndsl.show.confusion import confusion
from nndsl.show.curves import MANY, History, curves
from nndsl.show.figures import Band, Boxes, Figure, Labels, Line, Panel, Pictures
from nndsl.show.histogram import MOST_NAMES, Column, histogram
from nndsl.show.looks import named, plain
from nndsl.show.numbers import listed
from nndsl.show.palette import DISTINCT
from nndsl.show.pictures import filters, grid
from nndsl.show.scatter import FAR, by_class, scatter
from nndsl.show.terminal import terminal
from nndsl.show.vega import LINE, vega

DRAWS = np.random.default_rng(0)


def layers_of(figure: Figure, kind: type) -> list:
    return [layer for panel in figure.panels for layer in panel.layers if isinstance(layer, kind)]


def axis_of(figure: Figure, name: str) -> dict:
    """What Vega is told of an axis of the first panel."""
    return vega(figure)["layer"][0]["encoding"][name]["axis"]


def test_a_class_has_its_colour_also_where_others_have_no_rows():
    classes = ["adelie", "chinstrap", "gentoo"]
    every = by_class("species", np.array(classes), classes)
    some = by_class("species", np.array(["gentoo", "adelie", "gentoo"]), classes)
    assert some.names == every.names == tuple(classes)
    assert some.groups is not None and some.groups.tolist() == [2, 0, 2]


def test_cells_that_are_no_class_have_an_order_of_their_own():
    assert by_class("type", np.array(["t10", "t9", "missing"]), ["t9", "t10"]).names == ("missing", "t9", "t10")


def test_classes_without_a_look_are_grey_and_counted():
    cells = np.array([f"word {k % 100}" for k in range(400)])
    colour = by_class("word", cells)
    assert len(colour.names) == DISTINCT and colour.others == 100 - DISTINCT
    figure = scatter({"a": DRAWS.normal(size=400), "b": DRAWS.normal(size=400)}, colour, "words")
    assert figure.subtitle.endswith(f"grey: {100 - DISTINCT} more classes")
    assert not layers_of(figure, Labels)  # names of some classes among a crowd of others say nothing


def test_labels_stay_near_their_points_and_short():
    """Forty groups at one place have no room for forty names; those that are shown are not far away."""
    names = [f"{k} with a name that goes on and on and on" for k in range(40)]
    y = np.append(DRAWS.normal(size=40) * 1e-3, 1.0)
    colour = by_class("group", np.array([*names, names[0]]), names)
    (labels,) = layers_of(scatter({"x": np.ones(41), "y": y}, colour, "groups"), Labels)
    assert 0 < len(labels.texts) < 40
    assert max(map(len, labels.texts)) <= 24
    assert labels.y.max() < 1e-2 + FAR / 430 * 1.1


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, None), (-3, 9e6, None), (0, 0, None),
     (-2e30, 2e30, ".2~g"), (1e-30, 5e-30, ".2~g"), (1e9, 1e9 + 10, ".10~g")],
)  # fmt: skip
def test_numbers_that_would_be_too_long_are_powers_of_ten(low, high, expected):
    assert plain(low, high, 5) == expected


def test_marks_of_huge_numbers_are_round():
    figure = scatter({"x": np.array([-3e30, 3e30]), "y": np.array([1e-31, 4e-31])}, None, "far and near")
    assert axis_of(figure, "x")["format"] == ".2~g"
    assert 0.0 in axis_of(figure, "x")["values"]


def test_numbers_that_are_nearly_the_same_stay_apart():
    times = np.array([1.7e9, 1.7e9 + 1, 1.7e9 + 1000.123])
    assert listed(times) == [1.7e9, 1.7e9 + 1, 1.7e9 + 1000.1]
    assert listed(np.array([1e-30, 3.123456789e30])) == [1e-30, 3.1235e30]
    assert listed(np.array([1e308, -1e308, np.nan])) == [1e308, -1e308, None]


@pytest.mark.parametrize("count", [2, 12, 30, 120])
def test_names_on_an_axis_have_room(count):
    figure = confusion(np.eye(count), [f"class {k}" for k in range(count)])
    shown = axis_of(figure, "y")["values"]
    assert shown[0] == 0 and len(shown) * LINE <= figure.panels[0].height
    assert len(shown) == count or count == 120


def test_skewed_numbers_have_bars_by_their_logarithms():
    values = np.exp(DRAWS.normal(0, 4, 300))
    figure = histogram([Column("income", values)], None, "incomes")
    (boxes,) = layers_of(figure, Boxes)
    assert figure.panels[0].x.log
    assert np.allclose(np.diff(np.log10(np.append(boxes.x0, boxes.x1[-1]))), np.log10(boxes.x1[0] / boxes.x0[0]))
    assert boxes.y1.sum() == 300 and (boxes.y1 > 10).sum() > 5
    assert not histogram([Column("t", values - 1)], None, "").panels[0].x.log  # some are below 0


def test_bars_of_many_names_are_the_commonest_and_the_rest_is_counted():
    names = np.array([f"w{k}" for k in range(40)] + ["w39"], object)
    figure = histogram([Column("word", names)], None, "words")
    assert figure.panels[0].y.names == ("w39", *(f"w{k}" for k in range(MOST_NAMES - 1)))
    assert figure.subtitle == f"41 values of 40 classes; the {MOST_NAMES} commonest are shown"


@pytest.mark.parametrize(("values", "said"), [([7.0] * 3, "3 values, all 7"), ([1.0], "1 value, 1")])
def test_a_constant_column_is_one_bar(values, said):
    figure = histogram([Column("c", np.array(values))], None, "")
    (boxes,) = layers_of(figure, Boxes)
    assert figure.subtitle == said and figure.panels[0].x.whole and boxes.y1.tolist() == [len(values)]


def test_areas_of_many_classes_are_not_laid_over_one_another():
    for count, bands in ((3, 3), (9, 0)):
        colour = by_class("k", np.arange(900) % count)
        figure = histogram([Column("x", DRAWS.normal(size=900))], colour, "")
        assert (len(layers_of(figure, Line)), len(layers_of(figure, Band))) == (count, bands)
        assert list(named(figure)) == [str(k) for k in range(count)]


def test_long_runs_have_no_dashes():
    for epochs, styles in ((50, {"training", "validation"}), (MANY + 1, {""})):
        history = History("run", {"loss": [1.0] * epochs, "validation_loss": [2.0] * epochs}, epochs)
        lines = layers_of(curves([history]), Line)
        assert {line.style for line in lines} == styles and {line.name for line in lines} == {"training", "validation"}


@pytest.mark.parametrize(("count", "across"), [(36, 6), (64, 8), (10, 5), (1, 1), (7, 4)])
def test_grids_have_a_full_last_line_where_they_can(count, across):
    figure = grid(np.zeros((count, 20, 20, 3), np.uint8), (), "")
    (pictures,) = layers_of(figure, Pictures)
    assert len(np.unique(pictures.x)) == across


def test_small_filters_are_further_apart_than_their_pixels():
    (pictures,) = layers_of(filters(DRAWS.normal(size=(5, 5, 1, 4)), ""), Pictures)
    assert np.diff(np.unique(pictures.x)).min() > 1.15


def test_shares_are_read_on_every_cell():
    """Black on pale, white on dark: no colour leaves less contrast than 3.9 (WCAG 2)."""
    panel: Panel = confusion(np.array([[1, 1], [1, 3]]), ["a", "b"]).panels[0]
    boxes = next(layer for layer in panel.layers if isinstance(layer, Boxes))
    for labels in (layer for layer in panel.layers if isinstance(layer, Labels)):
        for fill, ink in zip(boxes.fills, labels.colours, strict=True):
            light, darker = sorted((_luminance(fill), _luminance(ink)), reverse=True)
            assert (light + 0.05) / (darker + 0.05) > 3.9


def _luminance(colour: str) -> float:
    parts = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


WIDE_NAMES = ("größe", "中文类别", "日本語クラス", "🙂 smile")


@pytest.mark.parametrize("colours", ["none", "full"])
def test_wide_letters_keep_a_terminal_in_line(colours):
    """Letters of Chinese take two columns: the frame stays straight."""
    figure = confusion(np.eye(4) * 9, WIDE_NAMES, "中文")
    lines = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in terminal(figure, 60, colours).splitlines()]
    edges = {columns(line[: line.index("│")]) for line in lines if "│" in line}
    assert len(edges) == 1
    assert max(map(columns, lines)) <= 60
    assert all(any(name in line for line in lines) for name in WIDE_NAMES)


@pytest.mark.parametrize("height", [60, 100, 200])
def test_an_axis_has_no_mark_alone(height):
    x = np.linspace(0, 12, 50)
    figure = Figure("", (Panel((Line(x, 1e5 * np.sin(x), "b"),), height=height, width=620),))
    marked = [line for line in terminal(figure, 40, "none").splitlines() if "┤" in line]
    assert len(marked) >= 2


def test_tables_of_classes_stay_narrow():
    few = square(np.eye(3).tolist(), ["a", "b", "c"])
    assert few[0].split() == ["a", "b", "c"]
    long = square(np.eye(12).tolist(), [f"{k} {'long ' * 9}" for k in range(12)])
    assert long[0].split() == [str(k + 1) for k in range(12)] and max(map(columns, long)) <= 80
    matrix = np.eye(50)
    matrix[3, 4], matrix[7, 1] = 5, 9
    many = square(matrix.tolist(), [f"c{k}" for k in range(50)])
    assert [line.split() for line in many[1:]] == [["c7", "→", "c1", "9"], ["c3", "→", "c4", "5"]]
