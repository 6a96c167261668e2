"""Carrying out checked programs: weights, training, evaluation, results, and how a run is told.

In: a `Checked` program. Out: numbers, results by name, text on streams. It reads no scripts and knows no command line.
"""
