"""What kinds of definition there are, where each may stand, and what the compiler calls it.

A table, read by scopes, messages, completion and documentation alike.
"""

from __future__ import annotations

from nndsl.values import value


@value
class Role:
    """
    name: the word a definition begins with. article: for messages ("an activation"). place: where its name may stand.
    fed: names of what the language puts in, by place, before the arguments a person writes; `None` is any name.
    given: names that are known inside its body without being declared.
    calls: the roles whose definitions its body may use, in the order in which a name is looked up.
    """

    name: str
    article: str
    place: str
    fed: int = 0
    given: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


FLOW = ("layer", "activation", "cell", "network")  # what may stand after `->`; one namespace
KINDS = ("real", "logit", "probability", "scores", "category")  # what a parameter may ask for, and an activation give
DIRECTIONS = ("score", "error")  # what a metric may say of itself: whether more or less is better
SIZES = ("features", "classes", "vocabulary", "time")  # sizes that a data set lends to the networks that meet it

_ROWS = (
    Role("network", "a network", "in `train`, `evaluate` and `predict`, and in other networks", 0, ("training",
    "batch", *SIZES), ("flow", "loss", "regularizer")),
    Role("layer", "a layer", "in a network or a layer", 0, ("training", "batch"), ("flow", "loss", "regularizer")),
    Role("cell", "a cell", "in a network or a layer", 0, ("training", "batch", "x", "in"), ("flow",)),
    Role("activation", "an activation", "in a network or a layer, after `->`", 1, ("training",), ("flow",)),
    Role("loss", "a loss", "after `loss` in `train`", 2, ("classes",), ("loss", "flow")),
    Role("metric", "a metric", "after `metrics` in `train` and `evaluate`", 2, ("classes",), ("metric", "loss",
    "flow")), Role("regularizer", "a regularizer", "after `regularize` in `train`", 1, (), ("regularizer", "flow")),
    Role("initializer", "an initializer", "after `~` where a parameter is declared", 0, ("shape", "fan_in",
    "fan_out"), ("flow",)), Role("schedule", "a schedule", "after `schedule` in `train`", 2, (), ("schedule",
    "flow")),
    Role("optimizer", "an optimizer", "after `optimizer` in `train`", 0, ("w", "g", "t"), ("flow",)),
    Role("recipe", "a recipe", "after `with` in `train`"),
    Role("data", "a data set", "after `on` or `for`"),
)  # fmt: skip

ROLES: dict[str, Role] = {role.name: role for role in _ROWS}


def namespace(role: str) -> str:
    """Names in one namespace hide each other: what flows shares one, every other role has its own."""
    return "flow" if role in FLOW else role
