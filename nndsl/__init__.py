"""nndsl: a language and compiler for experiments with neural networks."""

__version__ = "0.1.0"
