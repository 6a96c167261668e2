"""What the manual says about one thing that has a name, as a value; and what kinds of thing there are.

Everything that shows help (terminal, hover, completion, Markdown) is made from these values.
"""

from __future__ import annotations

from nndsl.values import value


@value
class Entry:
    """
    kind: a row of KINDS, "option of train", "setting of split", "field of a run", or the role of a definition.
    signature: how it is written. meaning: one line. text: what else there is to say, in Markdown.
    facts: (what, of it), as ("shapes", "[..., in] -> [..., units]"); arguments: (name, meaning) of its parameters.
    equation: its text where it is defined in the language; place: where that stands, as `nndsl/std/layers.nn:9`.
    """

    name: str
    kind: str
    signature: str
    meaning: str
    text: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    example: str = ""
    see_also: tuple[str, ...] = ()
    equation: str = ""
    place: str = ""


# Kinds of entry in the order in which they are listed, and what several of them are called.
KINDS = {
    "statement": "statements",
    "figure": "figures",
    "setting": "settings",
    "network": "networks",
    "layer": "layers",
    "cell": "cells",
    "activation": "activations",
    "loss": "losses",
    "metric": "metrics",
    "optimizer": "optimizers",
    "schedule": "schedules",
    "regularizer": "regularizers",
    "initializer": "initializers",
    "recipe": "recipes",
    "data": "data sets",
    "constant": "constants",
    "option of data": "options of data",
    "encoder": "encoders",
    "generator": "generators",
    "part": "parts",
    "kind of definition": "kinds of definition",
    "option of a body": "options of a body",
    "function": "functions of equations",
    "function of numbers": "functions of numbers and lists",
    "size": "sizes and other names that are given",
    "operator": "operators",
    "kind of value": "kinds of value",
}


def plural(kind: str) -> str:
    """What several entries of a kind are called: `losses`, `options of train`."""
    if kind in KINDS:
        return KINDS[kind]
    first, of, rest = kind.partition(" of ")
    return f"{first}s{of}{rest}"


def title(kind: str) -> str:
    """What one entry is called behind its name: `a layer`, `an option of train`."""
    if kind == "data":
        return "a data set"
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
