"""Which argument of a call goes to which parameter.

In: a definition's parameters and a call. Out: expressions by parameter, or a fault.
"""

from __future__ import annotations

from collections.abc import Sequence

from nndsl.diagnostics import Fault, Label, Span, fault
from nndsl.diagnostics.elsewhere import written_elsewhere
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.semantics.cells import REVERSE, at_use, starts
from nndsl.semantics.modules import in_library
from nndsl.semantics.roles import ROLES
from nndsl.syntax import ast


def check_names(definition: ast.Definition, call: ast.Call) -> None:
    """Arguments given by name must be parameters, each once."""
    names = [*(parameter.name for parameter in definition.parameters), *at_use(definition)]
    seen: set[str] = set()
    for argument in call.arguments:
        if argument.name is None:
            continue
        if argument.name not in names:
            raise _no_parameter(definition, argument)
        if argument.name in seen:
            raise fault("E0203", f"`{argument.name}` is given twice", argument.span)
        seen.add(argument.name)


def bind(definition: ast.Definition, arguments: Sequence[ast.Argument], fed: int) -> dict[str, ast.Argument]:
    """Arguments by parameter. fed: how many parameters the language fills in itself, before those given by place."""
    free = definition.parameters[fed:]
    found: dict[str, ast.Argument] = {}
    for place, argument in enumerate(a for a in arguments if a.name is None):
        if place >= len(free):
            raise _too_many(definition, argument, fed, len([a for a in arguments if a.name is None]))
        found[free[place].name] = argument
    names = [*(parameter.name for parameter in free), *at_use(definition)]
    for argument in arguments:
        if argument.name is None:
            continue
        if argument.name not in names:
            raise _no_parameter(definition, argument)
        if argument.name in found:
            raise fault("E0203", f"`{argument.name}` of `{definition.name}` is given twice", argument.span)
        found[argument.name] = argument
    return found


def missing(definition: ast.Definition, parameter: ast.Parameter, span: Span) -> Fault:
    """A parameter without a default that nobody gave."""
    whole = parameter in definition.parameters[: ROLES[definition.kind].fed]
    return fault(
        "E0203",
        f"`{definition.name}` needs `{parameter.name}`",
        span,
        labels=_defined(definition),
        notes=(f"it is called as `{signature(definition, whole=whole)}`",),
    )


def signature(definition: ast.Definition, *, whole: bool = False) -> str:
    """`dropout(rate = 0.5)`: what a person writes, without what the language feeds, unless the `whole` is asked for."""
    fed = 0 if whole else ROLES[definition.kind].fed
    inside = [p.name if p.default is None else f"{p.name} = {p.default.span.text}" for p in definition.parameters[fed:]]
    inside += [f"{REVERSE} = false"] if definition.kind == "cell" else []
    return f"{definition.name}({', '.join(inside)})"


def _too_many(definition: ast.Definition, argument: ast.Argument, fed: int, given: int) -> Fault:
    takes = len(definition.parameters) - fed
    words = "no arguments" if takes == 0 else "1 argument" if takes == 1 else f"{takes} arguments"
    return fault(
        "E0203",
        f"`{definition.name}` takes {words}, but {given} {'is' if given == 1 else 'are'} given",
        argument.span,
        labels=_defined(definition),
        notes=(f"it is called as `{signature(definition)}`",),
        help=_activation(definition, argument),
    )


ACTIVATIONS = ("relu", "leaky_relu", "elu", "gelu", "silu", "swish", "sigmoid", "tanh", "softplus", "softmax", "linear")


def _activation(definition: ast.Definition, argument: ast.Argument) -> str | None:
    """Elsewhere a layer takes its activation as an argument."""
    value = argument.value
    said = value.text if isinstance(value, ast.Name | ast.String) else ""
    by_place = argument.name is None and said in ACTIVATIONS
    by_name = argument.name in ("activation", "act", "nonlinearity")
    if definition.kind != "layer" or not (by_name or by_place):
        return None
    return f"an activation follows its layer: `{definition.name}(...) -> {said or 'relu'}`"


def _direction(definition: ast.Definition, argument: ast.Argument) -> str | None:
    """Only what goes through time can go backwards."""
    if argument.name != REVERSE:
        return None
    return f"only a cell goes from step to step: `lstm(64, {REVERSE}=true)`"


def _no_parameter(definition: ast.Definition, argument: ast.Argument) -> Fault:
    fed = ROLES[definition.kind].fed
    names = [parameter.name for parameter in definition.parameters[fed:]]
    names += at_use(definition)
    hint = _activation(definition, argument) or _direction(definition, argument)
    if definition.kind == "cell" and hint is None:
        given = argument.value.span.text if isinstance(argument.value, ast.Number) else None
        hint = written_elsewhere("use of a cell", argument.name or "", given)
    hint = hint or did_you_mean(argument.name or "", names)
    notes = [f"it is called as `{signature(definition)}`"]
    if definition.kind == "cell" and (first := starts(definition)):
        notes.append("first values can be given to its states: " + ", ".join(f"`{state} = ...`" for state in first))
    return fault(
        "E0203",
        f"`{definition.name}` has no parameter `{argument.name}`",
        argument.span,
        labels=_defined(definition),
        notes=tuple(notes),
        help=hint,
    )


def _defined(definition: ast.Definition) -> tuple[Label, ...]:
    return () if in_library(definition.name_span) else (Label(definition.name_span, "defined here"),)
