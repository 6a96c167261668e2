"""What a script means: its names, settings, data sets and actions, checked as far as that goes without shapes.

In: a syntax tree. Out: a `Program`, with all that is wrong in the collector. Shapes and kinds are the business of
`nndsl.lower`.
"""

from nndsl.semantics.program import (
    Action,
    Evaluate,
    Expect,
    Network,
    Predict,
    Print,
    Program,
    Sample,
    Settings,
    Show,
    Train,
)

__all__ = [
    "Action",
    "Evaluate",
    "Expect",
    "Network",
    "Predict",
    "Print",
    "Program",
    "Sample",
    "Settings",
    "Show",
    "Train",
]
