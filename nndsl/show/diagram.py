"""Figures of a network: its layers as boxes, with what leaves each and how many weights it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from nndsl.show.figures import Axis, Boxes, Figure, Labels, Layer, Numbers, Panel, Paths
from nndsl.show.palette import COLOURS, INK, QUIET, tint
from nndsl.values import value

TALL = 11  # boxes in one column
WIDTH, HEIGHT, SPACE_X, SPACE_Y = 224.0, 48.0, 64.0, 32.0  # pixels
LARGE, TINY = 30, 40  # letters of a name that fits a box, in large letters and in tiny ones
HEAD = 5.0  # of an arrow


@value
class Stage:
    """A layer. shape: of what leaves it, one example's. weights: how many numbers are trained in it. entry: whether it
    is what comes in. sources: the stages it reads, by place; empty: the one before."""

    name: str
    shape: tuple[int | str, ...]
    weights: int = 0
    entry: bool = False
    sources: tuple[int, ...] = ()


def diagram(stages: Sequence[Stage], title: str, subtitle: str = "") -> Figure:
    """Top down, in several columns where there are many layers; arrows carry the shapes."""
    per = TALL if len(stages) > TALL else max(len(stages), 1)
    per = -(-len(stages) // -(-len(stages) // per)) if stages else 1  # columns of about the same length
    place = np.arange(len(stages))
    x, y = (place // per) * (WIDTH + SPACE_X), (place % per) * (HEIGHT + SPACE_Y)
    columns = -(-len(stages) // per)
    fills = tuple(tint(QUIET, 0.12) if s.entry else tint(COLOURS[0], 0.2 if s.weights else 0.07) for s in stages)
    names = tuple(_cut(stage.name, TINY) for stage in stages)
    details = tuple(_detail(stage) for stage in stages)
    middle = x + WIDTH / 2
    layers: list[Layer] = [
        Paths(tuple(_arrows(stages, x, y)), QUIET, 1.2),
        Boxes(x, x + WIDTH, y, y + HEIGHT, fills, edge=tint(COLOURS[0], 0.6), radius=5),
        *_names(middle, y + HEIGHT / 2, names),
        Labels(middle, y + HEIGHT / 2, details, dy=9, size=11, colours=(QUIET,)),
    ]
    width, height = columns * (WIDTH + SPACE_X) - SPACE_X, per * (HEIGHT + SPACE_Y) - SPACE_Y
    room = SPACE_X if any(source < k - 1 for k, s in enumerate(stages) for source in s.sources) else 0.0
    width += room  # for arrows round boxes
    across = Axis(shown=False, low=-2, high=width + 2)
    down = Axis(shown=False, low=-2, high=height + 2, down=True)
    facts = tuple(f"{stage.name}: {_detail(stage)}." for stage in stages)
    return Figure(title, (Panel(tuple(layers), across, down, "", width + 4, height + 4),), subtitle, facts)


def _names(x: Numbers, y: Numbers, names: Sequence[str]) -> Iterator[Labels]:
    """Of the boxes; long ones in smaller letters."""
    for size, least, most in ((12.5, 0, LARGE), (10.0, LARGE + 1, TINY)):
        k = [place for place, name in enumerate(names) if least <= len(name) <= most]
        if k:
            yield Labels(x[k], y[k], tuple(names[place] for place in k), dy=-8, size=size, bold=True, colours=(INK,))


def _detail(stage: Stage) -> str:
    shape = " × ".join(str(size) for size in stage.shape) or "one number"
    return f"{shape} · {stage.weights:,} weight{'' if stage.weights == 1 else 's'}" if stage.weights else shape


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _arrows(stages: Sequence[Stage], x: Numbers, y: Numbers) -> list[Numbers]:
    """From each box to those that read it: straight down, round a box that lies between, or over to another column."""
    found: list[Numbers] = []
    lanes = 0
    for k, stage in enumerate(stages):
        for source in stage.sources or ((k - 1,) if k else ()):
            if x[source] != x[k]:
                found += _over(x[source], y[source], x[k], y[k])
            elif source == k - 1:
                found += _down(x[k] + WIDTH / 2, y[source] + HEIGHT, y[k])
            else:
                lanes += 1
                found += _round(x[k] + WIDTH, y[source] + HEIGHT / 2, y[k] + HEIGHT / 2, 12 + 7 * (lanes % 6))
    return found


def _down(x: float, top: float, bottom: float) -> list[Numbers]:
    head = np.array([[x - HEAD, bottom - HEAD], [x, bottom], [x + HEAD, bottom - HEAD]])
    return [np.array([[x, top], [x, bottom]]), head]


def _round(x: float, top: float, bottom: float, out: float) -> list[Numbers]:
    head = np.array([[x + HEAD, bottom - HEAD], [x, bottom], [x + HEAD, bottom + HEAD]])
    return [np.array([[x, top], [x + out, top], [x + out, bottom], [x, bottom]]), head]


def _over(x: float, y: float, to_x: float, to_y: float) -> list[Numbers]:
    """To a column further right."""
    start, end, turn = y + HEIGHT / 2, to_y + HEIGHT / 2, to_x - SPACE_X / 3
    head = np.array([[to_x - HEAD, end - HEAD], [to_x, end], [to_x - HEAD, end + HEAD]])
    return [np.array([[x + WIDTH, start], [turn, start], [turn, end], [to_x, end]]), head]
