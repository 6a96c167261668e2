"""Carrying out a checked program: weights, training, evaluation, results. Knows nothing of files of scripts or of
terminals.
"""
