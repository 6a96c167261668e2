"""A session: carries out the actions of a checked program in order, and keeps what they leave behind.

In: a `Checked` program and a listener. Out: weights by network, results by name. Faults of a run are raised as
`Fault`; it prints nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nndsl.data import Dataset, load
from nndsl.data.derived import Derived
from nndsl.data.spec import DataSpec, MadeSource
from nndsl.data.types import Signature
from nndsl.data.words import listed
from nndsl.diagnostics import Collector, Fault, Source, Span, fault
from nndsl.diagnostics.location import line_of
from nndsl.lower import Checked, step_graph
from nndsl.lower.graphs import Value
from nndsl.lower.models import answer
from nndsl.runtime import analyses, answers, faults, sampling
from nndsl.runtime.control import Control, interruptible
from nndsl.runtime.diagnosis import health
from nndsl.runtime.evaluator import Evaluator
from nndsl.runtime.events import Listener, Silent
from nndsl.runtime.made import Groups, Kept, NeighbourMap, Neighbours, PrincipalComponents
from nndsl.runtime.measures import Measure, Stopped, measured, measures
from nndsl.runtime.models import Model, ModelEvaluator
from nndsl.runtime.network import NetworkState
from nndsl.runtime.plotting import draw as plotting
from nndsl.runtime.results import DataFields, Drawn, Evaluation, Fields, Forecast, Run, Text, Written
from nndsl.runtime.show import shown
from nndsl.runtime.showing import Shown
from nndsl.runtime.training import Task, carry_out, compared, rows_of, run_seed
from nndsl.runtime.weights import Shelf
from nndsl.semantics.constants import CONSTANTS, arithmetic, evaluate
from nndsl.semantics.drawings import Plot
from nndsl.semantics.program import (
    Action,
    Analysis,
    Diagnose,
    Evaluate,
    Expect,
    Kmeans,
    Knn,
    Pca,
    Predict,
    Print,
    Program,
    Report,
    Sample,
    Show,
    Train,
    Tsne,
)
from nndsl.show.figures import Figure
from nndsl.syntax import ast


class Interrupted(KeyboardInterrupt):
    """Ctrl-C ended the work under way. What was done so far is kept in the session; nothing after it was run."""


class Session:
    """The state of a program at work.

    folder: what paths of files to be written are relative to. networks: by name. results: by name, in the order of
    the script.
    """

    def __init__(self, checked: Checked, folder: Path, listener: Listener | None = None) -> None:
        self.program: Program = checked.program
        self.signatures = checked.signatures
        self.folder = folder
        self.listener: Listener = listener or Silent()
        self.control = Control()
        self.datasets: dict[str, Dataset] = {}
        shelf, networks = Shelf(), self.program.networks
        self.networks = {name: NetworkState(self.program, network, shelf) for name, network in networks.items()}
        self.results: dict[str, Kept | health.Health] = {}
        self._runs: dict[str, int] = {}  # how often each network was trained
        self._drawn = 0  # how many `sample` statements had no seed of their own
        self._said: set[str] = set()
        self.begun = time.perf_counter()
        self.log: list[tuple[Action, object]] = []  # what was done, and what it found
        self.figures: list[tuple[str, Figure]] = []  # what `plot` has drawn, in order, with titles

    def run(self) -> None:
        """Carries out every action. Raises a Fault at the first that fails, and Interrupted after Ctrl-C."""
        settings = self.program.settings
        faults.check_device(settings, settings.places.get("device"))
        plotting.check(self.program.actions)
        for action in self.program.actions:
            self.carry_out(action)

    def carry_out(self, action: Action) -> None:
        """One action."""
        started = time.perf_counter()
        self.control = Control()
        try:
            outcome = CARRIERS[type(action)](self, action)
        except MemoryError:
            raise faults.out_of_memory(action.span, self._sizes(action)) from None
        self.log.append((action, outcome))
        if not (isinstance(outcome, Run) and outcome.interrupted):
            self.listener.done(action, outcome, time.perf_counter() - started)
        if self.control.stopped:
            raise Interrupted

    # ---- the text

    def script(self, text: Source) -> Source:
        """The text that a report lists, where `report` stands in this one."""
        return text

    def placed(self, span: Span) -> Span:
        """Where something stands in that text."""
        return span

    # ---- data and names

    def dataset(self, name: str) -> Dataset:
        """The data set, loaded when it is first asked for."""
        found = self.datasets.get(name)
        if found is None:
            found = self.datasets[name] = self._loaded(self.program.data[name])
            for note in found.notes:
                self.say(note)
        return found

    def _loaded(self, spec: DataSpec) -> Dataset:
        if isinstance(spec.source, MadeSource):
            raise fault("E0201", f"`{spec.name}` is not there: the statement that makes it did not end", spec.span)
        settings, collector = self.program.settings, Collector()
        found = load(spec, collector, seed=settings.seed, precision=settings.precision)
        if found is None:
            raise Fault(collector.errors[0])
        return found

    def dataset_for(self, network: str) -> Dataset:
        """The data a network is for, where it has met none yet. Raises a fault (E0202) where the script names none."""
        chosen = self.program.networks[network]
        if chosen.data is None:
            raise fault(
                "E0202",
                f"it is not known what data `{network}` is for",
                chosen.span,
                help=f"write `network {network} for` and a data set, or train it",
            )
        return self.dataset(chosen.data)

    def say(self, note: str) -> None:
        """Tells a fact once."""
        if note and note not in self._said:
            self._said.add(note)
            self.listener.note(note)

    def value(self, expr: ast.Expr) -> Any:
        """An expression's value, over results, data sets and constants."""
        return evaluate(expr, self._lookup, _field)

    def _lookup(self, name: ast.Name) -> Any:
        if name.text in self.results:
            return self.results[name.text]
        if name.text in self.signatures:
            return DataFields(self.signatures[name.text], lambda: self.dataset(name.text))
        if name.text in self.program.constants:
            return self.program.constants[name.text]
        if name.text in CONSTANTS:
            return CONSTANTS[name.text]
        raise fault("E0201", f"`{name.text}` is not defined", name.span)

    def _sizes(self, action: Action) -> dict[str, int]:
        """Bytes of what an action needs, under names that people know: weights, data, and the values of a step."""
        precision = self.program.settings.precision
        found = {
            f"{s.name}.{name}": faults.bytes_of(v.leaf, 1, precision)
            for s in self.networks.values()
            for name, v in s.variables.items()
        }
        for name, dataset in self.datasets.items():
            found |= {f"{name}.{part}": rows.input.nbytes for part, rows in dataset.parts.items()}
        if isinstance(action, Train):
            found |= faults.step_sizes(
                step_graph(self.program, action, self.signatures[action.data]), action.batch, precision
            )
        return found

    # ---- actions

    def _train(self, train: Train) -> Run:
        dataset = self.dataset(train.data)
        self.say(train.loss_note)
        earlier = self._runs.get(train.network, 0)
        seed = run_seed(self.program.settings.seed if train.seed is None else train.seed, earlier)
        task = Task(train, self.networks[train.network], dataset, seed, line_of(train.span.source, train.span.start))
        self._runs[train.network] = earlier + 1
        run = carry_out(task, self.listener, self.control)
        self.results[train.name] = run
        return run

    def _evaluate(self, action: Evaluate) -> Evaluation:
        if action.network in self.program.models:
            return self._judge(action)
        dataset, state = self.dataset(action.data), self.networks[action.network]
        self.say(action.loss_note)
        part = dataset.part(action.part)
        graph = state.graph(dataset, action.loss, self.program.settings.seed, state.loss)
        evaluator = state.evaluator(graph, rows_of(part))
        return self._measured(action, evaluator, graph.outputs[0], graph.signature)

    def _judge(self, action: Evaluate) -> Evaluation:
        """A model measured on a part."""
        dataset, model = self.dataset(action.data), self.program.models[action.network]
        output = answer(model, self.signatures[model.data], dataset.signature)
        asked = ModelEvaluator(self.model(model.name), dataset.part(action.part).input)
        return self._measured(action, asked, output, dataset.signature)

    def _measured(
        self, action: Evaluate, asked: Evaluator | ModelEvaluator, output: Value, seen: Signature
    ) -> Evaluation:
        """What is asked about a part, measured on it. seen: the signature as the network or the model sees it."""
        dataset, target, control = self.dataset(action.data), seen.target, self.control
        part = dataset.part(action.part)
        chosen: dict[str, Measure] = {}
        if target is not None:
            chosen = measures(self.program, action.metrics, output, target, dataset, action.loss)
        beside = compared(part, seen, dataset)
        try:
            loss, found = interruptible(lambda: measured(asked, chosen, beside, control), control)
        except Stopped:
            raise Interrupted from None
        classes = target.classes if target is not None else ()
        result = Evaluation(
            action.name, action.network, action.data, action.part, len(part.rows), loss, Fields(found), classes
        )
        self.results[action.name] = result
        return result

    def model(self, name: str) -> Model:
        """What `knn` has left."""
        found = self.results[name]
        assert isinstance(found, Neighbours)
        return found.fitted

    def _predict(self, action: Predict) -> answers.Answers:
        dataset = self.dataset(action.data)
        if action.network in self.program.models:
            model = self.program.models[action.network]
            output = answer(model, self.signatures[model.data], dataset.signature)
            result, table = answers.ask(action, self.model(model.name), output, dataset, self.dataset(model.data))
        else:
            state, seed = self.networks[action.network], self.program.settings.seed
            result, table = answers.predict(action, state, dataset, seed)
        if action.path is not None:
            answers.write(result, self.folder / action.path, action.span)
        signature = self.signatures.get(action.name)
        if signature is not None and table is not None and not signature.input.ragged:
            made = Derived(self.program.data[action.name], signature, *table)
            self.datasets[action.name], result = made, replace(result, table=made)
        self.results[action.name] = result
        return result

    def _analyse(self, action: Analysis) -> Kept:
        """`pca`, `tsne`, `kmeans`, `knn`: what they leave is a result, and a data set where it is a table."""
        found: PrincipalComponents | NeighbourMap | Groups | Neighbours
        match action:
            case Pca():
                found = analyses.pca(self, action)
            case Tsne():
                found = analyses.tsne(self, action)
            case Kmeans():
                found = analyses.kmeans(self, action)
            case Knn():
                found = analyses.knn(self, action)
        self.results[action.name] = found
        if not isinstance(found, Neighbours):
            self.datasets[action.name] = found.table
        return found

    def _sample(self, action: Sample) -> Text | Forecast:
        dataset, state = self.dataset(action.data), self.networks[action.network]
        seed, earlier = (self.program.settings.seed, self._drawn) if action.seed is None else (action.seed, 0)
        self._drawn += action.seed is None
        result = interruptible(
            lambda: sampling.carry_out(action, state, dataset, seed, earlier, self.control), self.control
        )
        if action.path is not None:
            answers.write(result, self.folder / action.path, action.span)
        self.results[action.name] = result
        return result

    def _diagnose(self, action: Diagnose) -> health.Health:
        dataset, state = self.dataset(action.data), self.networks[action.network]
        train, run = self.last_run(action.network)
        seed, control = self.program.settings.seed, self.control
        result = interruptible(lambda: health.carry_out(action, state, dataset, run, train, seed), control)
        self.results[action.name] = result
        return result

    def last_run(self, network: str) -> tuple[Train, Run]:
        """How a network was trained last."""
        run = [r for r in self.results.values() if isinstance(r, Run) and r.network == network][-1]
        return next(a for a in self.program.actions if isinstance(a, Train) and a.name == run.name), run

    def _plot(self, action: Plot) -> Drawn:
        drawn = plotting.carry_out(action, self)
        self.figures.append((drawn.figure.title, drawn.figure))
        return drawn

    def _show(self, action: Show) -> Shown:
        return shown(action, self)

    def _report(self, action: Report) -> Written:
        from nndsl.runtime.report.page import write  # which most scripts never ask for

        written = write(self, action)
        self.say(written.missing)
        return written

    def _print(self, action: Print) -> list[Any]:
        return [self.value(expr) for expr in action.exprs]

    def _expect(self, action: Expect) -> tuple[Any, Any] | None:
        expr = action.expr
        sides: tuple[Any, Any] | None = None
        if isinstance(expr, ast.Binary) and faults.is_comparison(expr):
            sides = (self.value(expr.left), self.value(expr.right))
            holds = arithmetic(expr.op, *sides, expr.span)
        else:
            holds = self.value(expr)
        if not holds:
            raise faults.false_expectation(action, sides)
        return sides


CARRIERS: Mapping[type[Any], Callable[[Session, Any], object]] = {
    Train: Session._train, Evaluate: Session._evaluate, Predict: Session._predict, Sample: Session._sample,
    Pca: Session._analyse, Tsne: Session._analyse, Kmeans: Session._analyse, Knn: Session._analyse,
    Diagnose: Session._diagnose, Show: Session._show, Print: Session._print, Expect: Session._expect,
    Report: Session._report, Plot: Session._plot,
}  # fmt: skip


def _field(value: Any, expr: ast.Attribute) -> Any:
    fields = value if isinstance(value, Fields) else getattr(value, "spoken", None) or getattr(value, "fields", {})
    if expr.name in fields:
        return fields[expr.name]
    known = ("it has " + listed(fields, 12),) if fields else ()
    raise fault("E0211", f"`{expr.base.span.text}` has no field `{expr.name}`", expr.name_span, notes=known)
