"""Training as a person sees it: one live line on a terminal, a few plain lines anywhere else, and what each action
found.

In: events of a session. Out: text; results on one stream, progress and notes on another. Redrawn ten times a second
at most; plain lines have no carriage returns and are never more than 100 a run. Times stand in progress only, so that
results repeat.
"""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import replace
from typing import Any, TextIO

from nndsl.data.words import counted
from nndsl.runtime.diagnosis.health import Health
from nndsl.runtime.diagnosis.text import told as health_told
from nndsl.runtime.events import Progress, Work
from nndsl.runtime.folding import COLUMNS, folded
from nndsl.runtime.lines import number
from nndsl.runtime.madetext import line as made_line
from nndsl.runtime.results import Answers, Drawn, Evaluation, Forecast, Run, Text, Written
from nndsl.runtime.show import evaluation, forecast_line, printed, run_line
from nndsl.runtime.show import text as text_shown
from nndsl.semantics.program import Action, Expect, Print
from nndsl.show.screen import screen, shown
from nndsl.show.terminal import plain

REDRAW_S = 0.1
FIGURES = {"tsne": "kl", "kmeans": "inertia"}  # what the work of a statement brings down
PATIENCE_S = 0.3  # a run that is done before this needs no live line
WORTH_SAYING_S = 1.0  # what takes less needs no word of how long it took
SILENCE_S = 10.0  # after which a plain line comes even between; then twice that, and so on
DRAWING_WIDTH = 110  # characters of a figure at most: wider ones are no clearer
LINES = 25  # plain lines of a run, about


class Human:
    """Writes for people. results, messages: the two streams. quiet: no progress and no notes."""

    def __init__(self, results: TextIO, messages: TextIO, *, quiet: bool = False, color: bool = False) -> None:
        self.results, self.messages, self.quiet, self.color = results, messages, quiet, color
        self.live: Any = None
        self.drawn = 0.0
        self.told = 0  # the last epoch of which a plain line was written
        self.told_at, self.silence_s = 0.0, SILENCE_S
        self.is_terminal = messages.isatty() and os.environ.get("TERM") != "dumb"

    def note(self, text: str) -> None:
        if not self.quiet:
            self._say(f"note: {text}")

    def begin(self, progress: Progress | Work) -> None:
        self.told, self.drawn, self.silence_s = 0, time.perf_counter(), SILENCE_S
        self.told_at = self.drawn

    def look(self, progress: Progress | Work) -> None:
        if self.quiet:
            return
        if not self.is_terminal:
            if isinstance(progress, Work):
                self._tell_work(progress)
            else:
                self._tell(progress)
            return
        now = time.perf_counter()
        if now - progress.started < PATIENCE_S or now - self.drawn < REDRAW_S:
            return
        self.drawn = now
        if self.live is None:
            self.live = _live(self.messages, self.color)
        width = self.live.console.width - 1
        if isinstance(progress, Work):
            self.live.update(work_line(progress, now)[:width], refresh=True)
            return
        self._tell(progress)
        self.live.update(live_line(progress, now, width), refresh=True)

    def end(self, progress: Progress | Work) -> None:
        if self.live is not None:
            self.live.stop()
            self.live = None
        if self.quiet:
            return
        if isinstance(progress, Work):
            seconds = time.perf_counter() - progress.started
            if seconds >= WORTH_SAYING_S:
                self._say(f"{progress.name}: {progress.verb} {progress.data} in {duration(seconds)}")
            return
        if not self.is_terminal:
            self._tell(progress, last=True)
        done, seconds = len(progress.history), time.perf_counter() - progress.started
        if done:
            epochs = f"{done} epoch{'' if done == 1 else 's'}"
            self._say(f"{progress.name}: {epochs} in {duration(seconds)} ({speed(progress, seconds)})")

    def done(self, action: Action, outcome: object, elapsed_s: float) -> None:
        text = self._drawn(outcome) if isinstance(outcome, Drawn) else told(action, outcome)
        if text is not None:
            self.show(text if isinstance(outcome, Drawn) else self.fitted(text))

    @property
    def columns(self) -> int:
        """How long a line of words may be."""
        return min(shutil.get_terminal_size().columns - 1, COLUMNS) if self.results.isatty() else COLUMNS

    def show(self, text: str) -> None:
        print(text, file=self.results, flush=True)

    def fitted(self, text: str) -> str:
        """On a terminal, in lines that break between words."""
        return folded(text, shutil.get_terminal_size().columns - 1) if self.results.isatty() else text

    def _drawn(self, drawn: Drawn) -> str:
        """A figure as the terminal shows it best; where it is in a file, the file's name."""
        if drawn.path is not None:
            return drawn_line(drawn)
        columns = shutil.get_terminal_size((DRAWING_WIDTH, 24)).columns
        found = screen(os.environ, self.results.isatty(), min(columns, DRAWING_WIDTH))
        return shown(drawn.figure, found if self.color else replace(found, colours="none", protocol=""))

    def _tell(self, progress: Progress, last: bool = False) -> None:
        """Plain lines for the epochs that are new, every so many."""
        stride = stride_for(progress.epochs)
        done = len(progress.history)
        due = [epoch for epoch in range(self.told + 1, done + 1) if epoch % stride == 0 or epoch == 1]
        now = time.perf_counter()
        is_silent = not due and now - self.told_at > self.silence_s
        if (last or is_silent) and done and (due or [self.told])[-1] != done:
            due.append(done)
            self.silence_s *= 2 if is_silent else 1
        for epoch in due:
            self.told_at = now
            self._say(f"{progress.name}: {epoch_words(progress, epoch)}")
            self.told = epoch

    def _tell_work(self, work: Work) -> None:
        """A plain line now and then, where work goes on for long."""
        now = time.perf_counter()
        if now - self.told_at > self.silence_s:
            self.told_at, self.silence_s = now, self.silence_s * 2
            self._say(work_line(work, now))

    def _say(self, text: str) -> None:
        """A line that stays; above the live one, if there is one."""
        if self.live is not None:
            self.live.console.print(text, markup=False, highlight=False)
        else:
            print(text, file=self.messages, flush=True)


def _live(stream: TextIO, color: bool) -> Any:
    """A line that is drawn over itself and goes away when stopped; the cursor comes back then."""
    from rich.console import Console
    from rich.live import Live

    console = Console(file=stream, highlight=False, no_color=not color, soft_wrap=False)
    live = Live(console=console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False)
    live.start()
    return live


def stride_for(epochs: int) -> int:
    """1, 2, 5, 10, 20, ...: so that there are about LINES lines."""
    stride, steps = 1, (2, 2.5, 2)
    place = 0
    while epochs / stride > LINES:
        stride = int(stride * steps[place % 3])
        place += 1
    return stride


def epoch_words(progress: Progress, epoch: int) -> str:
    """`epoch 10 of 100: loss 0.12, validation_loss 0.3`."""
    return f"epoch {epoch} of {progress.epochs}: " + ", ".join(_numbers(progress, epoch))


def _numbers(progress: Progress, epoch: int) -> list[str]:
    """`loss 0.12`, the losses first."""
    columns = sorted(progress.history.columns.items(), key=lambda item: item[0] not in ("loss", "validation_loss"))
    return [f"{key} {column[epoch - 1]:.4g}" for key, column in columns]


def live_line(progress: Progress, now: float, width: int) -> str:
    """Epoch and losses, time left and speed, then as many metrics as there is room for; the most telling first."""
    done, seconds = len(progress.history), now - progress.started
    share = min(progress.seen() / max(progress.rows, 1), 1.0) if done < progress.epochs else 0.0
    head = f"{progress.name}: epoch {done or 1} of {progress.epochs}" + ("" if done else f", {share:.0%}")
    numbers = _numbers(progress, done) if done else []
    tail = [speed(progress, seconds)]
    if done + share > 0:
        left = duration(seconds * (progress.epochs - done - share) / (done + share))
        tail.append(f"{left} left" if progress.watch is None else f"at most {left} left")
    chosen = [head]
    for text in (*numbers[:1], tail[-1], *numbers[1:2], *tail[:-1], *numbers[2:]):
        if len("  ".join([*chosen, text])) <= width:
            chosen.append(text)
    line = "  ".join([head, *(text for text in numbers if text in chosen), *(text for text in tail if text in chosen)])
    return line if len(line) <= width else line[: max(width - 3, 1)] + "..."


def work_line(work: Work, now: float) -> str:
    """`map: iterations 420 of 1000  kl 1.23  12 s`: what goes on, how far it is, what it has reached."""
    watch, seconds = work.watch, now - work.started
    parts = [f"{work.name}: {watch.what or work.verb}"]
    if watch.of:
        parts[0] += f" {watch.done} of {watch.of}"
    if watch.figure is not None:
        parts.append(f"{FIGURES.get(work.verb, '')} {watch.figure:.4g}".strip())
    parts.append(duration(seconds))
    return "  ".join(parts)


def speed(progress: Progress, seconds: float) -> str:
    """`12,000 examples/s`."""
    done = len(progress.history)
    rows = progress.rows * done + (progress.seen() if done < progress.epochs else 0)
    return f"{rows / max(seconds, 1e-9):,.0f} examples/s"


def duration(seconds: float) -> str:
    """`0.12 s`, `43 s`, `5 min 12 s`, `2 h 5 min`."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s"
    return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"


# ---- what an action found --------------------------------------------------------------------------------


def told(action: Action, outcome: object) -> str | None:
    """The text of an action's outcome; None where there is nothing to say."""
    if isinstance(action, Expect):
        return None
    if isinstance(action, Print):
        assert isinstance(outcome, list)
        return print_text(outcome)
    if isinstance(outcome, Run):
        return run_line(outcome)
    if isinstance(outcome, Drawn):
        return plain(outcome.figure) if outcome.path is None else drawn_line(outcome)
    if isinstance(outcome, Evaluation):
        return evaluation(outcome)
    if isinstance(outcome, Answers):
        line = f"{outcome.name}: {outcome.asked}: {number(outcome.rows)} rows"
        return f"{line}, {_where(outcome)}"
    if isinstance(outcome, Forecast):
        return f"{forecast_line(outcome)}, {_where(outcome)}"
    if isinstance(outcome, Health):
        return health_told(outcome)
    if isinstance(outcome, Written):
        return f"report: {counted(outcome.figures, 'figure')}, written to `{outcome.path}`"
    if (made := made_line(outcome)) is not None:
        return made
    if isinstance(outcome, Text):
        return text_shown(outcome) + (f"\n  (written to `{outcome.path}`)" if outcome.path else "")
    return str(outcome)


def drawn_line(drawn: Drawn) -> str:
    """`Training of mlp: written to `curves.svg``."""
    return f"{drawn.figure.title}: written to `{drawn.path}`"


def _where(found: Answers | Forecast) -> str:
    return f"written to `{found.path}`" if found.path else f"see `show {found.name}`"


def print_text(values: list[Any]) -> str:
    """Values on one line; a table begins a line of its own."""
    lines: list[str] = []
    inline = False
    for value in values:
        text = printed(value)
        if "\n" in text:
            lines.append(text)
            inline = False
        elif inline:
            lines[-1] += "  " + text
        else:
            lines.append(text)
            inline = True
    return "\n".join(lines)
