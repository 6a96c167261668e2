"""What `diagnose` says: a healthy network in one line, else each finding with its figure, its line of the script, and
what to try.

In: a `Health`. Out: plain text, without a line end at its end; and the findings as objects for JSON.
"""

from __future__ import annotations

import math
import re
import textwrap
from typing import Any

from nndsl.diagnostics.location import line_of
from nndsl.diagnostics.render import quoted
from nndsl.runtime.diagnosis.finding import Finding
from nndsl.runtime.diagnosis.health import Health

WIDTH = 100
WORDS = {  # of figures, in the line that says how a network is
    "dead": "dead units",
    "saturated": "saturated values",
    "gradient_ratio": "gradient first/last layer",
    "step_ratio": "gradient first/last step",
    "underfitting": "loss/constant answer's",
    "overfitting": "gap to validation",
    "rise": "rise of validation loss",
    "bounce": "greatest bounce",
    "unfinished": "speed at the end",
    "never_predicted": "classes never predicted",
}


def told(health: Health) -> str:
    """The whole text."""
    where = f"{health.name}: {health.network} on {health.data}.{health.part}"
    seen = f"{health.rows:,} rows, {health.epochs} epochs of `{health.run}`"
    if not health.findings:
        return "\n".join(_wrapped(f"{where} is well ({seen}): {figures(health)}", ""))
    count = len(health.findings)
    lines = [f"{where}: {count} finding{'' if count == 1 else 's'} ({seen})"]
    for finding in health.findings:
        lines += _finding(finding)
    lines += _wrapped(f"figures: {figures(health)}", "")
    return "\n".join(lines)


def figures(health: Health) -> str:
    """All that are known."""
    known = {key: number for key, number in health.figures.items() if not math.isnan(number)}
    return ", ".join(f"{WORDS[key]} {number:.2g}" for key, number in known.items())


def _finding(finding: Finding) -> list[str]:
    return [
        *_wrapped(f"{finding.severity}: {finding.message}", ""),
        *quoted(finding.span, finding.label, WIDTH),
        *(line for note in finding.notes for line in _wrapped(f"  = note: {note}", " " * 10)),
        *_wrapped(f"  = try: {finding.advice}", " " * 9),
    ]


def _wrapped(text: str, indent: str) -> list[str]:
    """Lines; what stands in backquotes stays on one."""
    whole = re.sub("`[^`]*`", lambda code: code[0].replace(" ", "\0"), text)
    lines = textwrap.wrap(
        whole, WIDTH, subsequent_indent=indent or "  ", break_long_words=False, break_on_hyphens=False
    )
    return [line.replace("\0", " ") for line in lines]


def objects(health: Health) -> list[dict[str, Any]]:
    """The findings for programs."""
    return [
        {
            "kind": finding.kind,
            "severity": finding.severity,
            "figure": finding.figure,
            "line": line_of(finding.span.source, finding.span.start),
            "message": finding.message,
            "notes": list(finding.notes),
            "advice": finding.advice,
        }
        for finding in health.findings
    ]
