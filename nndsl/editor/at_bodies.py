"""What can stand in the body of a network, a layer, a cell, a function or an optimizer: flows and equations.

In: a `Place` inside the body, after its `{` or its `=`. Out: what is wanted there.
"""

from __future__ import annotations

from nndsl.editor.locals import cell_of, locals_of
from nndsl.editor.paths import path_before
from nndsl.editor.place import Place, divided, key_of, outside
from nndsl.editor.wanted import Defined, Fields, Locals, Names, Own, Parameters, Sought
from nndsl.semantics.builtins import BUILTINS, CONSTANTS
from nndsl.semantics.options import BODY
from nndsl.semantics.roles import FLOW, ROLES

WORDS = tuple(row.name for row in BODY)
DECLARES = ("input", "param", "state", "penalty")
FUNCTIONS = Names("function", tuple(BUILTINS))
FLOWS: Sought = (Defined(("activation",)), Defined(("layer", "cell")), Defined(("network",)))
KNOWN: Sought = (Own("constant"), Names("constant", CONSTANTS))


def body_line(place: Place, role: str) -> Sought:
    """A line of a body in braces."""
    names = locals_of(place)
    if place.text:
        return ()
    if not place.line and not place.brackets:
        return _start(place, role, names)
    first = str(place.line[0]) if place.line else ""
    types = [token.type for token in outside(place.line)]
    if first in DECLARES and types[1:2] != ["EQUAL"]:
        return _declaration(place, role, names)
    if first in ("output", "require", "repeat") and len(place.line) == 1 and not place.brackets:
        return values(role, names)
    if place.line and place.line[0].type == "LET" and "EQUAL" not in types:
        return ()
    return expression(place, role, names)


def _start(place: Place, role: str, names: Locals) -> Sought:
    """Where a line begins. The next values of states that have none yet come first: they are missing."""
    flows = "flow" in ROLES[role].calls
    states = [name for name, what in names.names if what == "state"]
    missing = [f"{name}'" for name in (*(("w",) if role == "optimizer" else ()), *states)]
    nexts = tuple((name, "next value") for name in missing if name not in place.blocks[-1].given)
    return (
        *((Locals(nexts),) if nexts else ()),
        *((Defined(("layer", "cell")), Defined(("network",))) if flows and role in FLOW else ()),
        Names("option of a body", WORDS),
        names,
        *((Defined(("activation",)),) if flows else ()),
        FUNCTIONS,
        Names("first word", ("let",)),
    )


def _declaration(place: Place, role: str, names: Locals) -> Sought:
    """`param W[in, units] ~ glorot, b[units] = 0`."""
    types = [token.type for token in outside(divided(place.line[1:])[-1])]
    if "TILDE" in types:
        if place.brackets:
            return _call(place, ("initializer",), values(role, names), names)
        return (Defined(("initializer",)),) if place.before == "TILDE" else ()
    if "EQUAL" in types:
        return expression(place, role, names)
    if place.brackets and not place.after_value:
        sizes = tuple((name, what) for name, what in names.names if what in ("parameter", "size", "value"))
        return (Locals(sizes), Names("size", ROLES[role].given), *KNOWN)
    return ()


def expression(place: Place, role: str, names: Locals) -> Sought:
    """A flow or an equation."""
    if place.before == "DOT":
        path = path_before(place.tail)
        return (Fields(path, cell=cell_of(place, path[0])),) if path else ()
    if place.before == "ARROW":
        return (*FLOWS, names, FUNCTIONS) if "flow" in ROLES[role].calls else (names, FUNCTIONS)
    if place.after_value:
        return ()
    if place.brackets and place.brackets[-1].kind == "_CALL":
        return _call(place, (*roles_called(role), "function"), values(role, names), names)
    return values(role, names)


def roles_called(role: str) -> tuple[str, ...]:
    """The roles whose definitions a body may use."""
    return tuple(one for space in ROLES[role].calls for one in (FLOW if space == "flow" else (space,)))


def values(role: str, names: Locals) -> Sought:
    """What an equation is made of."""
    called = roles_called(role)
    first = sorted(called, key=lambda one: one != "activation")
    return (names, Names("size", ROLES[role].given), *KNOWN, *(Defined((one,)) for one in first), FUNCTIONS)


def _call(place: Place, roles: tuple[str, ...], inner: Sought, names: Locals) -> Sought:
    """Inside a call: parameters by name at the start of an argument, then values."""
    bracket = place.brackets[-1]
    if place.before == "ARROW":
        return (*FLOWS, names, FUNCTIONS)
    if place.after_value:
        return ()
    if place.tail or not bracket.name:
        truths = Names("word", ("true", "false"), meaning="whether it holds")
        return (*inner, truths) if key_of(place.tail) and len(place.tail) == 2 else inner
    return (Parameters(roles, bracket.name, bracket.given, bracket.by_place), *inner)
