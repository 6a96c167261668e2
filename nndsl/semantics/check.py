"""From a tree to a `Program`: all names, options and data of a script, in one go.

In: a module's tree, the folder its paths are relative to, settings from outside. Out: a `Program`; everything that is
wrong is in the collector. A statement that is wrong is left out, so that the others are still checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any

from nndsl.data.dataset import signature as read_signature
from nndsl.data.declare import declare
from nndsl.data.spec import DataSpec, Evaluate
from nndsl.data.types import Signature
from nndsl.diagnostics import Collector, Diagnostic, Fault, Source, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.semantics.actions import read_action
from nndsl.semantics.analyses import TABLE_VERBS, tables_made
from nndsl.semantics.bodies import check_bodies
from nndsl.semantics.constants import Wrong, evaluate, lookup_in
from nndsl.semantics.modules import scope_of, twice
from nndsl.semantics.options import SETTINGS, TRAINING
from nndsl.semantics.parts import DEFAULT_NAMES, Context, Earlier, is_taken, result_name
from nndsl.semantics.program import Action, Network, Program, Settings
from nndsl.semantics.reading import Reader, later
from nndsl.semantics.roles import ROLES, SIZES
from nndsl.semantics.scopes import Scope, unknown
from nndsl.semantics.unused import unused
from nndsl.semantics.walk import names
from nndsl.syntax import ast, parse_expression

# Kinds that are never an equation, and what stands in their braces, for messages.
BLOCKS = {"data": 'from "file.csv"; ...', "network": "dense(classes) -> softmax", "optimizer": "w' = w - lr * g"}

Signatures = dict[str, Signature | None]


def check(
    module: ast.Module,
    folder: Path,
    collector: Collector,
    *,
    overrides: Mapping[str, str] | None = None,
    objects: Mapping[str, object] | None = None,
    activation: Evaluate | None = None,
    scope: Scope | None = None,
    earlier: Earlier | None = None,
) -> tuple[Program, Context]:
    """A script's program, and all that it says: the signature of each of its data sets (None where the data are wrong),
    what its results are.

    overrides: `--set name=value`, as texts. objects: Python data by name. activation: how an encoder that is an
    activation is computed. earlier: what a session did before; the module then holds what is live, and what is new.
    """
    scope, before = scope or scope_of(module, folder, collector), earlier or Earlier()
    values = _overrides(overrides or {}, module, scope, collector)
    constants = _constants(module, scope, values, collector)
    settings = _settings(module, scope, constants, values, collector)
    data = dict(before.data) | _data(scope, folder, constants, objects or {}, activation, collector, before.data)
    signatures: Signatures = dict(before.signatures)
    for name, spec in data.items():
        if name not in signatures:
            signatures[name] = read_signature(spec, collector, seed=settings.seed) if spec else None
    networks = {**before.networks, **_networks(scope, {*data, *tables_made(module)}, collector)}
    _one_meaning(scope, data, networks, collector)
    check_kinds(module, collector)
    wrong = check_bodies(scope, constants, collector)
    _recipes(scope, constants, collector)
    context = Context(
        scope, {**before.values, **constants}, collector, data, signatures, networks, dict(before.models),
        dict(before.results),
        runs=list(before.runs), later=_result_names(module), folder=folder,
    )  # fmt: skip
    actions = _actions(module, context)
    for warning in unused(module, context) if earlier is None else ():
        collector.add(warning)
    program = Program(
        settings, constants, {name: spec for name, spec in data.items() if spec}, networks,
        (*before.actions, *actions), scope, wrong,
        {name: model for name, model in context.models.items() if model},
    )  # fmt: skip
    return program, context


def _actions(module: ast.Module, context: Context) -> list[Action]:
    actions: list[Action] = []
    for statement in module.statements:
        if not isinstance(statement, ast.Action):
            continue
        if statement.broken:
            _stand_in(statement, context)
            continue
        try:
            action = read_action(statement, context)
        except Fault as found:
            context.collector.add(found.diagnostic)
            _stand_in(statement, context)
            continue
        if action is not None:
            actions.append(action)
    return actions


def _stand_in(statement: ast.Action, context: Context) -> None:
    """The name of a statement that is wrong: known, so that nobody misses it, and nothing more is said about it."""
    names = [name.text for name in _named(statement)]
    for name in _named(statement):
        context.places.setdefault(name.text, name.span)
    if statement.clause("as") is None and statement.verb in DEFAULT_NAMES:
        names = [result_name(statement, context)]
    for text in names:
        if is_taken(text, context):
            continue
        context.results.setdefault(text, "anything")
        if statement.verb in TABLE_VERBS:
            context.data.setdefault(text, None)
            context.signatures.setdefault(text, None)
        if statement.verb == "knn":
            context.models.setdefault(text, None)


def _named(statement: ast.Action) -> list[ast.Name]:
    clause = statement.clause("as")
    return [value for value in clause.values if isinstance(value, ast.Name)] if clause else []


def _result_names(module: ast.Module) -> frozenset[str]:
    actions = (s for s in module.statements if isinstance(s, ast.Action))
    return frozenset(name.text for action in actions for name in _named(action))


# ---- constants and settings -------------------------------------------------------------------------


def _overrides(texts: Mapping[str, str], module: ast.Module, scope: Scope, collector: Collector) -> dict[str, ast.Expr]:
    """The expressions of `--set name=value`; a name that is neither a setting nor a `let` is a fault."""
    names = [row.name for row in SETTINGS] + list(scope.lets)
    found: dict[str, ast.Expr] = {}
    for name, text in texts.items():
        source = Source("--set", f"{name}={text}")
        inner = Collector()
        expr = parse_expression(Source(f"--set {name}", text), inner)
        for diagnostic in inner:
            collector.add(diagnostic)
        if name not in names:
            known = ", ".join(f"`{n}`" for n in names)
            place = Span(source, 0, len(name))
            hint = did_you_mean(name, names)
            collector.add(
                fault(
                    "E0201",
                    f"the script has no setting and no `let` called `{name}`",
                    place,
                    notes=(f"known: {known}",),
                    help=hint,
                ).diagnostic
            )
        elif expr is not None:
            found[name] = expr
    return found


def _constants(
    module: ast.Module, scope: Scope, overrides: Mapping[str, ast.Expr], collector: Collector
) -> dict[str, Any]:
    """The values of all `let`s, those of used files first; one that is wrong stands as `Wrong` and is not reported
    again."""
    constants: dict[str, Any] = {}
    lets = [s for s in module.statements if isinstance(s, ast.Let)]
    for let in [*dict.fromkeys(s for s in scope.lets.values() if s not in lets), *lets]:
        for name in let.names:
            if len(let.names) > 1:
                collector.add(fault("E0202", "a `let` outside a body names one value", let.span).diagnostic)
            if getattr(let, "broken", False):
                constants[name.text] = Wrong(_said_of(let, collector))
                continue
            try:
                constants[name.text] = evaluate(overrides.get(name.text, let.value), lookup_in(constants))
            except Fault as found:
                collector.add(found.diagnostic)
                constants[name.text] = Wrong(found.diagnostic)
    return constants


def _said_of(let: ast.Let, collector: Collector) -> Diagnostic:
    """The fault of syntax that was found in a `let`."""
    inside = (d for d in collector if d.span is not None and let.span.start <= d.span.start <= let.span.end)
    return next(inside, collector.errors[0])


def _settings(
    module: ast.Module,
    scope: Scope,
    constants: Mapping[str, Any],
    overrides: Mapping[str, ast.Expr],
    collector: Collector,
) -> Settings:
    reader = Reader(scope, constants, collector)
    rows = {row.name: row for row in SETTINGS}
    found: dict[str, Any] = {}
    given: dict[str, ast.Expr] = {}
    for statement in module.statements:
        if not isinstance(statement, ast.Set):
            continue
        if statement.name not in rows:
            known = ", ".join(f"`{n}`" for n in rows)
            hint = did_you_mean(statement.name, rows)
            collector.add(
                fault(
                    "E0207",
                    f"there is no setting `{statement.name}`",
                    statement.name_span,
                    notes=(f"settings are {known}",),
                    help=hint,
                ).diagnostic
            )
        elif statement.name in given:
            collector.add(
                fault(
                    "E0208", f"`{statement.name}` is set twice", statement.name_span, help="keep one of them"
                ).diagnostic
            )
        else:
            given[statement.name] = statement.value
    given.update({name: expr for name, expr in overrides.items() if name in rows})
    for name, expr in given.items():
        form = rows[name].form
        assert form is not None
        try:
            found[name] = reader.value(name, form, expr)
        except Fault as problem:
            collector.add(problem.diagnostic)
    return Settings(**found, places={name: expr.span for name, expr in given.items()})


# ---- data, networks, recipes -----------------------------------------------------------------------------


def _data(
    scope: Scope,
    folder: Path,
    constants: Mapping[str, Any],
    objects: Mapping[str, object],
    activation: Evaluate | None,
    collector: Collector,
    known: Mapping[str, DataSpec],
) -> dict[str, DataSpec | None]:
    """What the definitions of data say. known: those that need not be read again."""
    numbers = {
        name: value
        for name, value in constants.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    texts = {name: value for name, value in constants.items() if isinstance(value, str)}
    wrong = {name for name, value in constants.items() if isinstance(value, Wrong)}
    return {
        entry.name: None
        if any(name.text in wrong for name in names(entry.definition))
        else declare(
            entry.definition,
            entry.scope.folder or folder,
            collector,
            evaluate=activation,
            objects=objects,
            constants=numbers,
            texts=texts,
        )
        for entry in scope.own("data")
        if entry.name not in known
    }


def _networks(scope: Scope, data: Set[str], collector: Collector) -> dict[str, Network]:
    found: dict[str, Network] = {}
    for entry in scope.own("network"):
        definition = entry.definition
        chosen = definition.data
        if chosen is not None and chosen.text not in data:
            collector.add(unknown(scope, chosen.text, chosen.span, "data", sorted(data)).diagnostic)
        name = chosen.text if chosen is not None and chosen.text in data else None
        found[entry.name] = Network(entry.name, entry, name, definition.name_span)
    return found


def _one_meaning(scope: Scope, data: Mapping[str, Any], networks: Mapping[str, Network], collector: Collector) -> None:
    """Constants, data sets, networks and results are spoken of by name alone: one name, one thing."""
    places = {entry.name: entry.definition.name_span for entry in scope.own("data")}
    for name, span in [
        *((n.name, n.span) for n in networks.values()),
        *((n.text, n.span) for let in scope.lets.values() for n in let.names),
    ]:
        first = places.setdefault(name, span)
        if first is not span:
            if first.source == span.source and first.start > span.start:
                first, span = span, first
            collector.add(twice(name, span, first).diagnostic)
        if name in SIZES:
            collector.add(
                fault(
                    "E0204",
                    f"`{name}` is a size that the data give to their networks",
                    span,
                    help="choose another name",
                ).diagnostic
            )


def _recipes(scope: Scope, constants: Mapping[str, Any], collector: Collector) -> None:
    for entry in scope.own("recipe"):
        body = entry.definition.body
        if entry.definition.broken:
            continue
        if not isinstance(body, ast.Block):
            collector.add(fault("E0214", "a recipe is a list of training options in braces", body.span).diagnostic)
            continue
        Reader(scope, constants, collector).block("recipe", body, TRAINING)


def check_kinds(module: ast.Module, collector: Collector) -> None:
    """Kinds of definition that are designed but not there, and those that are no equation."""
    for statement in module.statements:
        if not isinstance(statement, ast.Definition):
            continue
        if statement.kind == "environment":
            collector.add(later(f"`{statement.kind}`", statement.span).diagnostic)
        if statement.kind in BLOCKS and not (isinstance(statement.body, ast.Block) or statement.broken):
            inside = statement.body.span.text if statement.kind == "network" else BLOCKS[statement.kind]
            written = f"{statement.kind} {statement.name} {{ {inside} }}"
            problem = f"{ROLES[statement.kind].article} is written in braces, not behind `=`"
            collector.add(fault("E0214", problem, statement.body.span, help=f"write `{written}`").diagnostic)
