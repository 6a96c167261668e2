"""A whole script, from tree to checked program: names, data, shapes, kinds and method, before anything runs.

In: a module's tree. Out: `Checked`, with every fault in the collector. All graphs are built once, for training and
for use, so that what is wrong with a shape is said here; whoever runs the program builds them again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from nndsl.data.types import Field, Signature
from nndsl.diagnostics import Collector, Diagnostic, Fault, Label, Span
from nndsl.lower import foresight, method, plots, sampling
from nndsl.lower.activation import applier
from nndsl.lower.backwards import seen_once
from nndsl.lower.channels import channels_first
from nndsl.lower.frame import Quiet
from nndsl.lower.graphs import Value
from nndsl.lower.last import random_at_the_end
from nndsl.lower.meeting import same_weights
from nndsl.lower.metric import metric_graph
from nndsl.lower.models import answer, compared
from nndsl.lower.network import declared, elaborate, network_graph, padded_outputs
from nndsl.lower.probing import probe_graph
from nndsl.lower.step import chosen_loss, evaluation_graph, step_graph
from nndsl.semantics import check as semantics
from nndsl.semantics.analyses import features, more_than, numbers
from nndsl.semantics.cascades import settle
from nndsl.semantics.drawings import Plot
from nndsl.semantics.modules import scope_of
from nndsl.semantics.parts import Context, Earlier
from nndsl.semantics.program import (
    Action,
    Analysis,
    Diagnose,
    Evaluate,
    Kmeans,
    Knn,
    Metric,
    Network,
    Pca,
    Predict,
    Program,
    Sample,
    Train,
    Tsne,
    Use,
)
from nndsl.semantics.results import Type
from nndsl.syntax import ast
from nndsl.values import value

T = TypeVar("T")


@value
class Checked:
    """A program all of whose losses are chosen, and the signatures of its data sets (those that could be read)."""

    program: Program
    signatures: Mapping[str, Signature]
    context: Context = field(repr=False)

    @property
    def results(self) -> Mapping[str, Type]:
        """What `print` and `expect` can speak of: the results of actions by name, with their fields."""
        return self.context.results


def check_program(
    module: ast.Module,
    folder: Path,
    collector: Collector,
    *,
    overrides: Mapping[str, str] | None = None,
    objects: Mapping[str, object] | None = None,
    earlier: Earlier | None = None,
) -> Checked:
    """Checks a script. overrides: `--set name=value`, as texts. objects: Python data by name. earlier: what a session
    did before; only what is new is checked.

    Errors in the collector mean that the program must not be run; it holds the statements that are well.
    """
    scope = scope_of(module, folder, collector)
    program, context = semantics.check(
        module, folder, collector, overrides=overrides, objects=objects, activation=applier(scope), scope=scope,
        earlier=earlier,
    )  # fmt: skip
    before = earlier or Earlier()
    signatures = {name: signature for name, signature in context.signatures.items() if signature is not None}
    checker = _Checker(program, signatures, collector)  # which learns how wide the tables of `predict` are
    new = program.actions[len(before.actions) :]
    actions = tuple(done for action in new if (done := checker.action(action)) is not None)
    checker.networks(before.networks)
    settle(collector)
    return Checked(replace(program, actions=(*before.actions, *actions)), signatures, context)


@dataclass(slots=True)
class _Checker:
    """The checks of one program under way; what they find is in the collector."""

    program: Program
    signatures: dict[str, Signature]
    collector: Collector
    seen: set[tuple[str, str]] = field(
        default_factory=set
    )  # (network, data): their graphs have been built in both modes
    blind: set[tuple[str, str]] = field(default_factory=set)  # (network, data): it cannot tell what it does not see

    def attempt(self, work: Callable[[], T], action: Use | None = None) -> T | None:
        """The result, or None with the fault collected.

        action: where a network may meet other data than it was made for.
        """
        try:
            return work()
        except Fault as found:
            self.collector.add(self._met(found.diagnostic, action))
        except Quiet:
            pass
        except RecursionError:
            place = action.span if action is not None else None
            self.collector.add(Diagnostic("E0120", "the definitions used here are nested too deeply", place))
        return None

    def _met(self, diagnostic: Diagnostic, action: Use | None) -> Diagnostic:
        network = self.program.networks.get(action.network) if action is not None else None
        if action is None or network is None or diagnostic.span is None:
            return diagnostic
        if network.data in (None, action.data) or _within(diagnostic.span, action.span):
            return diagnostic
        label = Label(action.data_span, f"it meets `{action.data}` here")
        return replace(diagnostic, labels=(*diagnostic.labels, label))

    def warn(self, warnings: Iterator[Diagnostic]) -> None:
        for warning in warnings:
            self.collector.add(warning)

    # ---- actions -------------------------------------------------------------------------------------

    def action(self, action: Action) -> Action | None:
        """The action with its loss chosen; None where it holds a fault."""
        if isinstance(action, Use) and not self._meets(action):
            return None
        match action:
            case Train():
                return self._train(action)
            case Evaluate():
                return self._evaluate(action)
            case Predict():
                return self._predict(action)
            case Sample():
                return self._sample(action)
            case Knn():
                return self._knn(action)
            case Pca():
                return self._pca(action)
            case Tsne() | Kmeans():
                return action if self._has_rows(action) else None
            case Diagnose():
                return self._diagnose(action)
            case Plot():
                return self.attempt(lambda: plots.checked(action, self.program, self.signatures))
        return action

    def _meets(self, action: Use) -> bool:
        """Whether a network that was used before fits these data too."""
        network, now = self.program.networks.get(action.network), self.signatures.get(action.data)
        first = plots.first_used(action.network, self.program, self.signatures, action)
        if network is None or first is None or now is None:
            return True
        try:
            same_weights(self.program, network, first, now, action.data_span)
        except Fault as found:
            if found.diagnostic.code != "E0303" or found.diagnostic.span != action.data_span:
                return True  # what does not fit the data alone is said with more words below
            self.collector.add(found.diagnostic)
            return False
        except (Quiet, RecursionError):
            return True
        return True

    def _train(self, train: Train) -> Train | None:
        signature = self.signatures.get(train.data)
        if signature is None:
            return None
        network = self.program.networks[train.network]
        if train.loss is None:
            found = self.attempt(lambda: elaborate(self.program, network, signature, training=True), train)
            chosen = self.attempt(lambda: chosen_loss(found, signature, train.network_span), train) if found else None
            if chosen is None:
                return None
            train = replace(train, loss=chosen[0], loss_note=chosen[1])
        graph, loss = self.attempt(lambda: step_graph(self.program, train, signature), train), train.loss
        used = self.attempt(lambda: evaluation_graph(self.program, network, loss, signature, loss), train)
        self.seen.add((train.network, train.data))
        if graph is None or used is None:
            return None
        span = train.network_span
        if not self.attempt(lambda: foresight.check(graph, used, network, signature, span), train):
            self.blind.add((train.network, train.data))
            return None
        leaves = [leaf for leaf, what in used.inputs if what == "input"]
        self.warn(channels_first(leaves, used.outputs, signature.input))
        self.warn(method.unreached(graph.objective, graph.trained, train.loss))
        target = used.signature.target
        if target is None and train.metrics:
            place = train.metrics[0].expr.span
            self.collector.add(method.no_target(signature, place, train.network, loss).diagnostic)
            return None
        if target is not None and len(used.outputs) == 1:
            output = used.outputs[0]
            for metric in train.metrics:
                if self.attempt(lambda m=metric: metric_graph(self.program, m, output, target)) is None:  # type: ignore[misc]
                    return None
        return train

    def _evaluate(self, action: Evaluate) -> Evaluate | None:
        signature = self.signatures.get(action.data)
        if signature is None:
            return None
        if action.network in self.program.models:
            model = self.program.models[action.network]
            return action if self._judged(model, action.metrics, signature, action.data_span) else None
        network, trained = self.program.networks[action.network], self._trained(action)
        if action.loss is None and signature.target is not None:
            found = self.attempt(lambda: elaborate(self.program, network, signature, training=False), action)
            chosen = self.attempt(lambda: chosen_loss(found, signature, action.network_span), action) if found else None
            if chosen is None:
                return None
            action = replace(action, loss=chosen[0], loss_note=chosen[1])
        graph = self.attempt(lambda: evaluation_graph(self.program, network, action.loss, signature, trained), action)
        if graph is None:
            return None
        target: Field | None = graph.signature.target
        for metric in action.metrics:
            if target is None:
                self.collector.add(method.no_target(signature, metric.expr.span, action.network, trained).diagnostic)
                return None
            if self.attempt(lambda m=metric: metric_graph(self.program, m, graph.outputs[0], target)) is None:  # type: ignore[misc]
                return None
        return action

    def _trained(self, action: Action) -> ast.Expr | None:
        """The loss a network was last trained with before an action, if the script said one."""
        found: ast.Expr | None = None
        for earlier in self.program.actions:
            if earlier is action:
                break
            if isinstance(earlier, Train) and isinstance(action, Use) and earlier.network == action.network:
                found = earlier.loss
        return found

    def _predict(self, action: Predict) -> Predict | None:
        signature = self.signatures.get(action.data)
        if signature is None:
            return None
        if action.network in self.program.models:
            model = self.program.models[action.network]
            own = self.signatures[model.data]
            value = self.attempt(lambda: answer(model, own, signature, action.data_span))
            return None if value is None else self._made(action, (value,), signature)
        network = self.program.networks[action.network]
        graph = self.attempt(lambda: evaluation_graph(self.program, network, None, signature, None), action)
        if graph is None:
            return None
        padded = signature.input.ragged and padded_outputs(self.program, network, signature)
        return self._made(action, graph.outputs, signature, ragged=padded)

    def _made(self, action: Predict, outputs: Sequence[Value], signature: Signature, ragged: bool = False) -> Predict:
        """The table of answers is a data set: what goes in is the output, flat. ragged: there is one for each step of
        sequences that differ in length, so it is no table.
        """
        table = self.signatures.get(action.name)
        if table is not None:
            names = output_names(outputs)
            field = replace(table.input, names=names, shape=(len(names),), ragged=ragged)
            self.signatures[action.name] = replace(table, input=field, sizes={**table.sizes, "features": len(names)})
        return action

    def _judged(self, model: Knn, metrics: Sequence[Metric], signature: Signature, place: Span) -> bool:
        """Whether a model can be measured so, on the data that are named at `place`."""
        own, target = self.signatures[model.data], signature.target
        value = self.attempt(lambda: compared(model, own, signature, place))
        if value is None:
            return False
        if target is None:
            self.collector.add(method.no_target(signature, place, model.name, None).diagnostic)
            return False
        for metric in metrics:
            if self.attempt(lambda m=metric: metric_graph(self.program, m, value, target)) is None:  # type: ignore[misc]
                return False
        return True

    def _pca(self, action: Pca) -> Pca | None:
        """As many components as there are features at most; how many a network's answers have is known here."""
        signature = self.signatures.get(action.data)
        if signature is None or not self._has_rows(action):
            return None
        most = features(signature)
        if action.components > most:
            place = action.places.get("components", action.data_span)
            self.collector.add(more_than("components", action.components, most, "feature", signature, place).diagnostic)
            return None
        return action

    def _has_rows(self, action: Analysis) -> bool:
        """Whether the data are rows of one length; whether answers of a network are, is known here."""
        signature, verb = self.signatures.get(action.data), type(action).__name__.lower()

        def look() -> bool:
            if signature is not None:
                numbers(verb, signature, action.data_span)
            return True

        return self.attempt(look) is not None

    def _knn(self, model: Knn) -> Knn | None:
        signature = self.signatures.get(model.data) if self._has_rows(model) else None
        return (
            model if signature is not None and self._judged(model, model.metrics, signature, model.data_span) else None
        )

    def _sample(self, action: Sample) -> Sample | None:
        signature = self.signatures.get(action.data)
        if signature is None or (action.network, action.data) in self.blind:
            return None
        runs = (a for a in self.program.actions if isinstance(a, Train) and a.network == action.network)
        loss = next((run.loss for run in runs if run.data == action.data), None)
        found = self.attempt(lambda: sampling.stepper(self.program, action, loss, signature), action)
        return action if found is not None else None

    def _diagnose(self, action: Diagnose) -> Diagnose | None:
        signature, network = self.signatures.get(action.data), self.program.networks[action.network]
        if signature is None:
            return None
        loss = self._trained(action)
        if loss is None:  # a training that is wrong has been spoken of
            found = self.attempt(lambda: elaborate(self.program, network, signature, training=False), action)
            chosen = self.attempt(lambda: chosen_loss(found, signature, action.network_span), action) if found else None
            if chosen is None:
                return None
            loss = chosen[0]
        graph = self.attempt(lambda: probe_graph(self.program, network, loss, signature), action)
        return action if graph is not None else None

    # ---- networks that no action uses --------------------------------------------------------------------

    def networks(self, known_well: Container[str]) -> None:
        """Networks that are `for` a data set, or say their input's sizes themselves, in both modes."""
        for network in self.program.networks.values():
            if network.name in known_well:
                continue
            self.warn(random_at_the_end(network))
            self.warn(seen_once(network))
            known = any(isinstance(a, Use) and a.network == network.name for a in self.program.actions)
            signature = self.signatures.get(network.data) if network.data else None if known else declared(network)
            if signature is not None and (network.name, network.data) not in self.seen:
                self._network(network, signature)

    def _network(self, network: Network, signature: Signature) -> None:
        for training in (True, False):
            graph = self.attempt(lambda t=training: network_graph(self.program, network, signature, training=t))  # type: ignore[misc]
            if graph is None:
                return
            if not training:
                self.warn(channels_first([value.node for value in graph.inputs], graph.outputs, signature.input))


def output_names(outputs: Sequence[Value]) -> tuple[str, ...]:
    """The columns of a table of answers: `output1`, `output2`, ..., of all outputs one after the other."""
    count = sum(math.prod(value.shape) for value in outputs)
    return tuple(f"output{k}" for k in range(1, count + 1))


def _within(inner: Span, outer: Span) -> bool:
    return inner.source == outer.source and outer.start <= inner.start and inner.end <= outer.end
