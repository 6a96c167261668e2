"""Figures in another size.

In: a figure and the width and height of what is inside its axes, all panels together. Out: the figure with its panels
changed; pictures and diagrams keep their proportions where only one of the two is given.
"""

from __future__ import annotations

from dataclasses import replace

from nndsl.show.figures import Figure, Panel


def resized(figure: Figure, width: float | None, height: float | None) -> Figure:
    """width, height: None leaves them as they are."""
    columns = min(max(figure.columns, 1), len(figure.panels))
    rows = [figure.panels[k : k + columns] for k in range(0, len(figure.panels), columns)]
    wide = max(sum(panel.width for panel in row) for row in rows)
    tall = sum(max(panel.height for panel in row) for row in rows)
    across = None if width is None else width / wide
    down = None if height is None else height / tall
    return replace(figure, panels=tuple(_scaled(panel, across, down) for panel in figure.panels))


def _scaled(panel: Panel, across: float | None, down: float | None) -> Panel:
    if not panel.x.shown:  # a place is a length there, so that one factor goes for both
        across, down = across or down, down or across
    return replace(panel, width=panel.width * (across or 1), height=panel.height * (down or 1))
