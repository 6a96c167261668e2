"""`nndsl warm`: compiles the standard kernels once, so that first runs start at once.

In: a precision. Out: files in the cache. The kernels are those of the library, those of a few usual networks, and those
that look at data; a kernel's text knows no sizes, so any network made of the same parts finds them.
"""

from __future__ import annotations

import time
from pathlib import Path

from nndsl.backend.cpu.cache import Text
from nndsl.cli.console import Console

BODIES = (
    "dense(8) -> relu -> dense(8) -> relu",
    "dense(8) -> relu -> dropout(0.5) -> dense(8) -> relu -> dropout(0.5)",
    "dense(8) -> tanh -> dense(8) -> tanh",
    "dense(8) -> sigmoid -> dense(8) -> sigmoid",
)
ENDS = (  # data, the last layers
    ("from blobs(90, classes=3)", "dense(classes) -> softmax"),
    ("from blobs(90, classes=3)", "dense(classes)"),
    ("from moons(90)", "dense(1) -> sigmoid"),
    ("from sine(90)", "dense(1)"),
)
PICTURES = "from blobs(90, classes=3)"
SERIES = f"columns v\nrows [{', '.join(f'[{i % 7}]' for i in range(60))}]\nsequence v -> standard\nwindow 8\nhorizon 1"
WHOLE = (  # data, networks of pictures and of sequences
    (
        PICTURES,
        "dense(64) -> reshape(8, 8, 1) -> conv(4, 3) -> relu -> maxpool(2) -> conv(8, 3) -> relu -> maxpool(2)"
        " -> flatten -> dense(8) -> relu -> dropout(0.5) -> dense(classes) -> softmax",
    ),
    (SERIES, "elman(8) -> dense(1)"),
    (SERIES, "gru(8) -> dense(1)"),
    (SERIES, "lstm(8) -> dense(1)"),
    (SERIES, "lstm(8) -> last -> dense(1)"),
)
OPTIMIZERS = ("adam", "sgd", "momentum", "adamw", "rmsprop")


def warm_all(precision: str, console: Console) -> int:
    """Compiles what is not there yet, and says how long it took."""
    from nndsl.analysis.texts import all_texts
    from nndsl.backend.cpu.warm import standard_texts, warm

    started = time.perf_counter()
    texts = list(dict.fromkeys([*standard_texts(precision), *usual_texts(precision), *all_texts()]))

    def tell(done: int, total: int) -> None:
        if not console.quiet and (done % 10 == 0 or done == total):
            console.say(f"{done} of {total} kernels")

    new = warm(texts, tell)
    console.show(f"{len(texts)} kernels are ready, {new} of them new ({time.perf_counter() - started:.1f} s)")
    return 0


def usual_texts(precision: str) -> list[Text]:
    """The kernels of usual networks, in training and in use."""
    found: dict[Text, None] = {}
    for data, end in ENDS:
        for body in BODIES:
            found.update(dict.fromkeys(_texts(data, f"{body} -> {end}", "adam", precision)))
    for data, body in WHOLE:
        found.update(dict.fromkeys(_texts(data, body, "adam", precision)))
    for optimizer in OPTIMIZERS:
        found.update(dict.fromkeys(_texts(*ENDS[0], optimizer, precision)))
    return list(found)


def _texts(data: str, body: str, optimizer: str, precision: str) -> list[Text]:
    """The kernels of one network: of a step with metrics and without, and of an evaluation."""
    from nndsl.backend.cpu.program import Stage, compile_stages
    from nndsl.diagnostics import Collector, Source
    from nndsl.lower import check_program, evaluation_graph, step_graph
    from nndsl.runtime.evaluator import evaluation_stage
    from nndsl.runtime.trainer import stages_of
    from nndsl.semantics.program import Train
    from nndsl.syntax import parse

    text = f"data d {{\n{data}\n}}\nnetwork n for d {{ {body} }}\ntrain n on d {{ optimizer {optimizer} }}\n"
    collector = Collector()
    checked = check_program(parse(Source("warm.nn", text), collector), Path.cwd(), collector)
    (train,) = checked.program.actions
    assert isinstance(train, Train) and not collector.errors, [d.message for d in collector]
    signature = checked.signatures["d"]
    graph = step_graph(checked.program, train, signature)
    use = evaluation_graph(checked.program, checked.program.networks["n"], train.loss, signature, train.loss)
    stages: list[tuple[Stage, ...]] = [stages_of(graph, with_outputs).stages for with_outputs in (False, True)]
    stages += [(evaluation_stage(use, with_loss),) for with_loss in (False, True)]
    return [made for stage in stages for made in compile_stages(stage, precision).texts]
