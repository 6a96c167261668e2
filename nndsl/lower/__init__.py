"""From a checked program to tensor graphs: bodies are read with real shapes, and what does not fit is said in the
user's words.

In: a `Program` and signatures of data. Out: graphs of the tensor IR (`graphs.py`). Derivatives and everything after
are others' work.
"""

from nndsl.lower.activation import apply_activation
from nndsl.lower.check import Checked, check_program
from nndsl.lower.metric import metric_graph
from nndsl.lower.network import declared, network_graph
from nndsl.lower.step import evaluation_graph, step_graph, steps

__all__ = [
    "Checked", "apply_activation", "check_program", "declared", "evaluation_graph", "metric_graph", "network_graph",
    "step_graph", "steps",
]  # fmt: skip
