"""What is drawn, as values: a figure has panels, a panel two axes and layers.

In: arrays, names and texts. Out: frozen values that know nothing of a renderer: `vega.py` and `terminal.py` draw every
one of them, so a new kind of figure is a function that puts layers together, and is drawn everywhere at once. Places
are numbers on the axes; an axis with `names` has them at 0, 1, 2, ...
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from nndsl.values import value

Numbers = NDArray[Any]


@value
class Axis:
    """low, high: where it begins and ends; None is where the data do. down: it grows downwards. whole: its marks are
    whole numbers. shown: False leaves the axis out, as for pictures."""

    title: str = ""
    names: tuple[str, ...] = ()
    log: bool = False
    low: float | None = None
    high: float | None = None
    down: bool = False
    whole: bool = False
    shown: bool = True
    grid: bool = True


@value
class Line:
    """A line through points. x, y: [n]; where y is no number the line breaks off.

    name: of its entry in the legend, which chooses its colour; empty: no entry, and `colour`. style: a second entry,
    which chooses solid or dashed: the first style of a figure is solid.
    """

    x: Numbers
    y: Numbers
    name: str = ""
    style: str = ""
    colour: str = ""
    width: float = 2.0


@value
class Paths:
    """Lines without an entry in the legend, such as contours: each [k, 2]."""

    paths: tuple[Numbers, ...]
    colour: str
    width: float = 1.0
    opacity: float = 1.0
    dashed: bool = False


@value
class Points:
    """x, y: [n]. names: of groups, with `groups` [n] telling whose each point is (-1: nobody's, drawn grey). Or
    values: [n], numbers that are shown as colours under `title`. Or neither: all alike, in `colour`.

    size: the area in square pixels; None is as fits their number. shape: for points that are alike.
    """

    x: Numbers
    y: Numbers
    groups: Numbers | None = None
    names: tuple[str, ...] = ()
    values: Numbers | None = None
    title: str = ""
    colour: str = ""
    shape: str = "circle"
    size: float | None = None
    scale: str = "viridis"


@value
class Labels:
    """Texts beside points. align: left, center or right of the text is at the point; dx, dy: moved by, in pixels, dy
    downwards. halo: with a white edge, to be read above points."""

    x: Numbers
    y: Numbers
    texts: tuple[str, ...]
    align: str = "center"
    dx: float = 0.0
    dy: float = 0.0
    size: float = 11.0
    colours: tuple[str, ...] = ()  # one for each, or one for all; empty: ink
    bold: bool = False
    halo: bool = False


@value
class Heat:
    """Numbers on a grid as colours, with a scale beside it. values: [rows, columns], the first row at the bottom.
    x, y: where the grid's outer edges lie."""

    values: Numbers
    x: tuple[float, float]
    y: tuple[float, float]
    title: str = ""
    log: bool = False
    scale: str = "viridis"
    smooth: bool = True


@value
class Pictures:
    """pictures: each [rows, columns, 3] of bytes, the first row on top; each lies around its x, y: [n], width x height
    in units of the axes."""

    pictures: tuple[NDArray[Any], ...]
    x: Numbers
    y: Numbers
    width: float = 1.0
    height: float = 1.0
    smooth: bool = False


@value
class Boxes:
    """Rectangles from x0, y0 to x1, y1: [n]. fills: one colour for each, or one for all; or `name` in the legend
    chooses it. edge: the colour of their outline."""

    x0: Numbers
    x1: Numbers
    y0: Numbers
    y1: Numbers
    fills: tuple[str, ...] = ()
    name: str = ""
    edge: str = ""
    radius: float = 0.0
    opacity: float = 1.0


@value
class Band:
    """The area between two lines. x, low, high: [n]."""

    x: Numbers
    low: Numbers
    high: Numbers
    name: str = ""
    colour: str = ""
    opacity: float = 0.2


Layer = Line | Paths | Points | Labels | Heat | Pictures | Boxes | Band


@value
class Panel:
    """width, height: of the area inside the axes, in pixels."""

    layers: tuple[Layer, ...]
    x: Axis = Axis()
    y: Axis = Axis()
    title: str = ""
    width: float = 440.0
    height: float = 300.0


@value
class Figure:
    """title: what is seen. subtitle: the circumstances. facts: the same as sentences, for readers who see no picture.
    columns: how many panels stand side by side. group_title: over the legend of names."""

    title: str
    panels: tuple[Panel, ...]
    subtitle: str = ""
    facts: tuple[str, ...] = ()
    columns: int = 2
    group_title: str = ""
