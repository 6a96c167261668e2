"""The one fault that looking at data has: the data do not allow what is asked for."""

from __future__ import annotations


class Unfit(ValueError):
    """The data do not allow what is asked for; the message is for a person."""
