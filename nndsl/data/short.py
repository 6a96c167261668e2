"""Series that are too short, or too full of gaps, for one example: what is said of them.

In: what was asked for and what is there. Out: faults E0518 to E0520.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nndsl.data.cutting import Stretch
from nndsl.data.series import Series
from nndsl.data.spec import DataSpec, Timing
from nndsl.data.words import counted
from nndsl.diagnostics import Fault, Label, Span, fault


def no_examples(
    spec: DataSpec, timing: Timing, series: Mapping[str, Series], part: str, pieces: Sequence[Stretch], span: int
) -> Fault:
    """A part without a single window: longer than the series, than the part, or never without a gap."""
    assert timing.window is not None and timing.window_span is not None
    own = series.get(part, series["train"])
    whole = max((int(n) for n in own.starts[1:] - own.starts[:-1]), default=0)
    there = max((stop - first for first, stop in pieces), default=0)
    beyond = span - timing.window
    need = f"a window of {timing.window}"
    if beyond == 1:
        need += f" and the step after it need {span} steps"
    elif beyond > 1:
        need += f" and the {beyond} steps after it need {span} steps"
    else:
        need += " needs as many steps"
    labels = () if timing.horizon_span is None else (Label(timing.horizon_span, f"{counted(beyond, 'step')} ahead"),)
    if whole < timing.window and own.count == 1:
        message = (
            f"a window of {timing.window} is longer than the series of `{own.table.shown}`, which has {whole} steps"
        )
        return fault("E0518", message, timing.window_span, labels=labels, help=_smaller(whole - beyond))
    if whole < span:
        has = f"the series of `{own.table.shown}` has {whole}" if own.count == 1 else f"the longest series has {whole}"
        return fault("E0518", f"{need}, but {has}", timing.window_span, labels=labels, help=_smaller(whole - beyond))
    if there < span:
        share = next((s for s in spec.split.shares if s.part == part), None) if spec.split else None
        if share is not None:
            labels = (Label(share.span, f"{counted(there, 'step')}"), *labels)
        return fault(
            "E0519",
            f"{need}, but the {part} part has {there}",
            timing.window_span,
            labels=labels,
            notes=("a window lies in one part: none reaches over a border",),
            help=_smaller(there - beyond) or "give that part more steps",
        )
    return fault(
        "E0520",
        f"no {span} steps in a row of the {part} part are without a gap",
        timing.window_span,
        labels=() if spec.missing is None else (Label(spec.missing.span, "leaves out windows with a gap"),),
        help="fill the gaps with `missing interpolate` or `missing previous`, or take a smaller `window`",
    )


def _smaller(most: int) -> str | None:
    return f"`window {most}` is the largest that fits; a part wants many windows, so take less" if most > 0 else None


def nothing_long_enough(spec: DataSpec, part: str, pieces: Sequence[Stretch], need: int) -> Fault:
    """A part none of whose series can be an example."""
    longest = max((stop - first for first, stop in pieces), default=0)
    place: Span = spec.timing.horizon_span if spec.timing and spec.timing.horizon_span else spec.inputs[0].span
    if longest < need:
        return fault(
            "E0518",
            f"an example needs {counted(need, 'step')} or more, but the longest series of the {part} part has "
            f"{longest}",
            place,
        )
    return fault(
        "E0520",
        f"every series of the {part} part has a gap",
        place,
        help="fill the gaps with `missing interpolate` or `missing previous`",
    )


def nothing_told(spec: DataSpec, part: str) -> Fault:
    """A part none of whose examples has a target."""
    place = spec.target.span if spec.target is not None else spec.inputs[0].span
    return fault("E0520", f"no example of the {part} part has a target: it is missing in all of them", place)
