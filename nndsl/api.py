"""nndsl from Python: compile a script, run it, ask its networks.

In: text or a file, Python data, other values for settings. Out: programs, results and networks as objects with NumPy
arrays inside. Faults are raised as `CompileError` and `RunError`, which carry the same diagnostics as the command
line shows.

    program = nndsl.compile("iris.nn", data={"iris": frame})
    results = program.run()
    results["mlp"].predict(new_rows)
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nndsl.diagnostics import Collector, Diagnostic, Fault, Source, fault
from nndsl.errors import CompileError, DiagnosticError, RunError
from nndsl.handles import Drawing, Made
from nndsl.lower.check import Checked, check_program
from nndsl.semantics.options import SETTINGS
from nndsl.syntax import parse

if TYPE_CHECKING:
    from nndsl.runtime.events import Listener
    from nndsl.runtime.network import NetworkState
    from nndsl.runtime.results import Answers, Evaluation, Forecast, Run, Text
    from nndsl.runtime.session import Session

__all__ = [
    "CompileError", "DiagnosticError", "Drawing", "Interrupted", "Made", "Network", "Program", "Results", "RunError",
    "compile",
]  # fmt: skip
TEXT_NAME = "<text>"


class Interrupted(KeyboardInterrupt):
    """Ctrl-C: the batch under way was ended and its weights kept. results: what there is; nothing after it was run."""

    def __init__(self, results: Results) -> None:
        super().__init__("interrupted")
        self.results = results


def compile(  # the name is the design's: `nndsl.compile`
    text_or_path: str | Path, data: Mapping[str, object] | None = None, settings: Mapping[str, object] | None = None
) -> Program:
    """Reads and checks a script: names, shapes, data and method. Nothing is trained.

    text_or_path: a path, the name of a file that ends in `.nn`, or the script itself. data: Python objects by the
    name that `from` says (NumPy arrays [N, columns], dicts of columns, pandas or polars frames, Arrow tables).
    settings: other values for `set` and `let`, by name. Raises CompileError with all that is wrong.
    """
    collector = Collector()
    try:
        source, folder = _source(text_or_path)
        module = parse(source, collector)
        checked = check_program(module, folder, collector, overrides=_texts(settings or {}), objects=dict(data or {}))
    except Fault as found:
        raise CompileError([*collector, found.diagnostic]) from None
    if collector.errors:
        raise CompileError(list(collector))
    return Program(checked, folder, list(collector))


def _source(text_or_path: str | Path) -> tuple[Source, Path]:
    if isinstance(text_or_path, str) and ("\n" in text_or_path or not text_or_path.endswith(".nn")):
        return Source(TEXT_NAME, text_or_path), Path.cwd()
    path = Path(text_or_path)
    try:
        return Source(str(path), path.read_text(encoding="utf-8-sig")), path.parent
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "not text in UTF-8"
        raise fault("E0701", f"`{path}` cannot be read: {reason.lower()}", None) from None


def _texts(settings: Mapping[str, object]) -> dict[str, str]:
    """Values as the language writes them."""
    words = {row.name for row in SETTINGS}
    return {name: str(value) if name in words else _literal(value) for name, value in settings.items()}


def _literal(value: object) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    if value is None:
        return "none"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)


class Program:
    """A script that was checked. warnings: what was found on the way. Each `run` begins anew, and gives the same
    numbers.
    """

    def __init__(self, checked: Checked, folder: Path, warnings: list[Diagnostic]) -> None:
        self._checked = checked
        self._folder = folder
        self.warnings = warnings

    def run(self, progress: bool = False, listener: Listener | None = None) -> Results:
        """Carries out the script's actions. progress: whether to tell of it on stderr and stdout. listener: is told
        instead.

        Raises RunError at the first action that fails, and Interrupted (a KeyboardInterrupt) after Ctrl-C; both hold
        the results so far.
        """
        from nndsl.runtime.session import Interrupted as Stopped
        from nndsl.runtime.session import Session

        session = Session(self._checked, self._folder, listener or _listener(progress))
        results = Results(session)
        try:
            session.run()
        except Fault as found:
            error = RunError([found.diagnostic])
            error.results = results
            raise error from None
        except Stopped:
            raise Interrupted(results) from None
        return results

    def __repr__(self) -> str:
        program = self._checked.program
        return (
            f"Program(networks={sorted(program.networks)}, data={sorted(program.data)}, {len(program.actions)} actions)"
        )


def _listener(progress: bool) -> Any:
    if not progress:
        return None
    from nndsl.runtime.progress import Human

    return Human(sys.stdout, sys.stderr)


class Results(Mapping[str, Any]):
    """What a run has left, by name: networks, and the results of statements such as `train`, `evaluate`, `predict`,
    `pca` and `knn`; also as attributes.

    networks, runs, evaluations, answers, samples, tables: each kind alone. figures: what `plot` has drawn.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.networks: dict[str, Network] = {
            name: Network(name, state, self) for name, state in session.networks.items()
        }

    @property
    def runs(self) -> dict[str, Run]:
        """By name; see `nndsl.runtime.results.Run`."""
        from nndsl.runtime.results import Run

        return {name: value for name, value in self._session.results.items() if isinstance(value, Run)}

    @property
    def evaluations(self) -> dict[str, Evaluation]:
        from nndsl.runtime.results import Evaluation

        return {name: value for name, value in self._session.results.items() if isinstance(value, Evaluation)}

    @property
    def answers(self) -> dict[str, Answers]:
        from nndsl.runtime.results import Answers

        return {name: value for name, value in self._session.results.items() if isinstance(value, Answers)}

    @property
    def samples(self) -> dict[str, Text | Forecast]:
        """Texts and series that networks have gone on with."""
        from nndsl.runtime.results import Forecast, Text

        return {name: value for name, value in self._session.results.items() if isinstance(value, Text | Forecast)}

    @property
    def tables(self) -> dict[str, Made]:
        """What `pca`, `tsne` and `kmeans` have made."""
        from nndsl.runtime.made import Table

        return {name: Made(value) for name, value in self._session.results.items() if isinstance(value, Table)}

    @property
    def figures(self) -> dict[str, Drawing]:
        """What `plot` has drawn, by title, in order; a title that was there before has a number behind it."""
        found: dict[str, Drawing] = {}
        for title, figure in self._session.figures:
            again = next(name for name in _numbered(title) if name not in found)
            found[again] = Drawing(figure)
        return found

    def _all(self) -> dict[str, Any]:
        from nndsl.runtime.made import Neighbours, Table

        results = self._session.results.items()
        made = {name: Made(value) for name, value in results if isinstance(value, Table | Neighbours)}
        return {**self.networks, **self._session.results, **made}

    def __getitem__(self, name: str) -> Any:
        try:
            return self._all()[name]
        except KeyError:
            raise KeyError(self._missing(name)) from None

    def _missing(self, name: str) -> str:
        if name in self._session.program.data:
            return f"{name!r} is a data set; networks and results are here"
        there = ", ".join(self._all())
        return f"nothing is called {name!r}; there are {there}" if there else f"nothing is called {name!r}"

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found = self._all()
        if name not in found:
            raise AttributeError(self._missing(name))
        return found[name]

    def __repr__(self) -> str:
        return f"Results({', '.join(self._all())})"


class Network:
    """A network with its weights, and the encoders of the data it was last used with."""

    def __init__(self, name: str, state: NetworkState, results: Results) -> None:
        self.name = name
        self._state = state
        self._results = results

    @property
    def weights(self) -> dict[str, NDArray[Any]]:
        """Parameters and states by name (`dense_1.W`), as copies in the script's precision. `set_weights` puts others
        in.
        """
        state = self._state
        return {name: np.array(state.arrays[v.leaf]) for name, v in state.variables.items() if v.leaf in state.arrays}

    def set_weights(self, weights: Mapping[str, NDArray[Any]]) -> None:
        """Puts values in, by name, any of them; all of the right shape. Raises KeyError and ValueError, and then
        changes nothing.
        """
        state, found = self._state, {}
        for name, value in weights.items():
            if name not in state.variables:
                raise KeyError(f"`{self.name}` has no weight {name!r}; it has {', '.join(state.variables)}")
            target, given = state.arrays[state.variables[name].leaf], np.asarray(value)
            if given.shape != target.shape:
                raise ValueError(f"{name!r} has shape {list(target.shape)}, not {list(given.shape)}")
            found[name] = (target, given)
        for target, given in found.values():
            target[...] = given

    @property
    def history(self) -> Mapping[str, list[float]]:
        """Of its last training run: a number an epoch under `loss`, `validation_loss`, and each metric. Empty before
        one.
        """
        runs = [run for run in self._results.runs.values() if run.network == self.name]
        return runs[-1].history if runs else {}

    def scores(self, x: object) -> Any:
        """The network's output [N, *shape] for new raw rows, as it gives it: encoded, in the script's precision; a
        list of them where it has several.

        x: an array [N, columns] in the order of the data set's input columns, a dict of columns, a list of rows as
        dicts, a frame. Of a sequence: a series (an array [steps, columns], a text, a dict of columns, a frame), every
        window of which is an example, or several of them in a list. Raises RunError.
        """
        outputs = [np.array(output) for output in self._outputs(x)[1]]
        return outputs[0] if len(outputs) == 1 else outputs

    def predict(self, x: object) -> Any:
        """Answers in the target's own units and names: [N] class names or numbers; a dict of columns where the target
        has several, and of `output_1`, `output_2` as they are where the network has several outputs. With an answer for
        each step [N, T], and NaN (None for a name) behind the end of a shorter sequence.

        x: as for `scores`. Raises RunError where the rows do not fit.
        """
        from nndsl.runtime.network import answer_columns

        graph, outputs, dataset, known = self._outputs(x)
        columns = answer_columns(graph, outputs, dataset, self._state.loss, known)
        return next(iter(columns.values())) if len(columns) == 1 else columns

    def predict_proba(self, x: object) -> NDArray[Any]:
        """[N, classes], in the order of `classes`, with a target for each step [N, T, classes]. Raises ValueError
        where the network gives no probabilities.
        """
        from nndsl.runtime.network import blank_padding, probabilities

        graph, outputs, _, (_, lengths) = self._outputs(x)
        target = graph.signature.target
        found = probabilities(graph.outputs[0], outputs[0], target, self._state.loss)
        if found is None or len(outputs) > 1:
            raise ValueError(f"`{self.name}` gives no probabilities of classes; `scores` gives its outputs as they are")
        return found if lengths is None or target is None or not target.time else blank_padding(found, lengths)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the target's classes, by id; none where it has none."""
        dataset = self._state.dataset
        if dataset is None:
            return ()
        from nndsl.lower.targets import known_to

        target = known_to(self._state.program, dataset.signature, self._state.loss, None).target
        return target.classes if target is not None else ()

    def _outputs(self, x: object) -> tuple[Any, list[NDArray[Any]], Any, Any]:
        """(the graph in use, its outputs [N, *shape], the data set, where examples of series stand)."""
        state, session = self._state, self._results._session
        try:
            dataset = state.dataset or session.dataset_for(self.name)
            graph = state.graph(dataset, state.loss, session.program.settings.seed, state.loss)
            rows, places = dataset.encode_rows(x)
            outputs, _ = state.evaluator(graph, rows).run()
        except Fault as found:
            raise RunError([found.diagnostic]) from None
        lengths = rows["lengths"].values if "lengths" in rows else None
        return graph, outputs, dataset, (places, lengths)

    def __repr__(self) -> str:
        return f"Network({self.name}: {', '.join(f'{k} {list(v.shape)}' for k, v in self.weights.items())})"


def _numbered(title: str) -> Iterator[str]:
    """`title`, `title (2)`, `title (3)`, ..."""
    yield title
    yield from (f"{title} ({place})" for place in count(2))
