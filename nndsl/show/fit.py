"""Figures of a regression with its data: a curve over one input, or answers against truth."""

from __future__ import annotations

import numpy as np

from nndsl.show.figures import Axis, Figure, Line, Numbers, Panel, Paths, Points
from nndsl.show.looks import short
from nndsl.show.palette import COLOURS, QUIET


def fit_curve(
    rows: tuple[Numbers, Numbers], curve: tuple[Numbers, Numbers], axes: tuple[str, str], title: str, subtitle: str = ""
) -> Figure:
    """One input: rows as points, (input, target), and the network's answers as a line, (input, answer)."""
    points = Points(rows[0], rows[1], np.zeros(len(rows[0])), ("data",))
    names = Points(np.zeros(0), np.zeros(0), np.zeros(0), ("network", "data"))  # the line has the first colour
    line = Line(curve[0], curve[1], "network", width=2.5)
    panel = Panel((names, line, points), Axis(axes[0]), Axis(axes[1]), "", 500, 340)
    facts = (f"{len(rows[0])} rows; the answers go from {short(np.nanmin(curve[1]))} to {short(np.nanmax(curve[1]))}.",)
    return Figure(title, (panel,), subtitle, facts)


def fit_answers(truth: Numbers, answers: Numbers, name: str, title: str, subtitle: str = "") -> Figure:
    """Several inputs: each row's answer against its target; on the dashed diagonal they agree."""
    known = np.isfinite(truth) & np.isfinite(answers)
    low, high = _limits(truth[known], answers[known])
    diagonal = Paths((np.array([[low, low], [high, high]]),), QUIET, 1.2, dashed=True)
    points = Points(truth, answers, colour=COLOURS[0])
    spread = float(((truth[known] - truth[known].mean()) ** 2).sum()) if known.any() else 0.0
    missed = float(((truth[known] - answers[known]) ** 2).sum())
    words = [f"{int(known.sum()):,} rows", f"root mean square error {short((missed / max(known.sum(), 1)) ** 0.5)}"]
    if spread > 0:
        words.insert(1, f"R² {1 - missed / spread:.3f}")
    axes = Axis(f"{name} (truth)", low=low, high=high), Axis(f"{name} (answer)", low=low, high=high)
    panel = Panel((diagonal, points), *axes, "", 400, 400)
    return Figure(title, (panel,), subtitle or ", ".join(words), (", ".join(words) + ".",))


def _limits(*columns: Numbers) -> tuple[float, float]:
    """The same for both axes, so that the diagonal is one."""
    every = np.concatenate(columns)
    low, high = (float(every.min()), float(every.max())) if len(every) else (0.0, 1.0)
    room = (high - low) * 0.04 or abs(low) * 0.05 or 0.5
    return low - room, high + room
