"""Carries out `plot`: gathers the numbers of a figure from a session."""
