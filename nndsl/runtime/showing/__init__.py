"""What `show` says of networks, data sets and runs: each as facts for programs, and as plain text for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from nndsl.values import value


@value
class Shown:
    """What `show name` found. kind: network, data, run, ... facts: by name; empty where the text is all."""

    kind: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text
