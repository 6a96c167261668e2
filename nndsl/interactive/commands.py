"""Commands of the prompt: words after `:`, and questions after `?`. They look at a session, or go back in it; what they
do is not part of the script.

In: a line such as `:shape mlp`. Out: what it answers, through the session's face. An unknown one names the nearest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nndsl.diagnostics import Diagnostic, Source, Span, fault
from nndsl.diagnostics.diagnostic import Fault
from nndsl.interactive import deriving, drawing, files, habits, history, inside, questions, shapes, timing, types
from nndsl.interactive.face import Reply
from nndsl.values import value

if TYPE_CHECKING:
    from nndsl.interactive.session import Interactive

Carry = Callable[["Interactive", "Words"], Reply]


@value
class Words:
    """What stands behind a command, and its place, for what may be wrong with it. forced: it was written `:save!`."""

    text: str
    span: Span
    forced: bool = False

    def wrong(self, message: str, help: str | None = None) -> Fault:
        return fault("E0803", message, self.span, help=help)


@value
class Command:
    """usage: what stands behind it, empty where nothing does; in brackets where it may be left out. takes: what that
    is, for completion: name, network, data, file, expression, equation, statement, device, command, some joined by
    `or`, or nothing.
    """

    name: str
    usage: str
    meaning: str
    carry: Carry
    takes: str = ""


_ROWS = (
    Command("help", "[COMMAND]", "the commands, or what one of them does", questions.help_, "command"),
    Command("undo", "", "takes the last definition or action back, weights too", history.undo),
    Command("redo", "", "brings back what was taken back", history.redo),
    Command("reset", "[NAME]", "forgets everything, or one thing: a network loses its weights", history.reset, "name"),
    Command("who", "", "what there is: data, networks, results", questions.who),
    Command("type", "EXPR", "what an expression, a network, data or a result is", types.type_, "expression"),
    Command("shape", "NET [on DATA]", "the shape behind each step, with weights; or the shapes of data", shapes.shape,
            "network or data"),
    Command("grad", "EXPR wrt x [with W[3, 2]]", "the derived equation, as the language writes it", deriving.grad,
            "equation"),
    Command("ir", "NET [on DATA]", "the graphs of a step of training, as lowered", inside.ir, "network"),
    Command("kernels", "NET [on DATA]", "the texts of the kernels of a step of training", inside.kernels, "network"),
    Command("plot", "[RESULT]", "the figure that suits a result, here and not in the script", drawing.plot, "name"),
    Command("time", "[STATEMENT]", "carries a statement out and says what it took; alone, what the last entry took",
            timing.time_, "statement"),
    Command("device", "[auto|cpu|cuda]", "what training runs on; with a word, sets it", timing.device, "device"),
    Command("save", "FILE", "writes what is live as a script that gives the same numbers", files.save, "file"),
    Command("load", "FILE", "takes the definitions of a script; its actions are not carried out", files.load, "file"),
    Command("run", "FILE", "carries a script out here, as if it were typed", files.run, "file"),
    Command("watch", "FILE", "carries a script out again whenever it is changed, until Ctrl-C", files.watch, "file"),
    Command("edit", "[NAME]", "opens the last entry, or a definition, in an editor", history.edit, "name"),
    Command("history", "[N]", "the last entries", history.listed),
    Command("clear", "", "clears the screen", lambda session, words: Reply(clear=True)),
    Command("quit", "", "leaves", lambda session, words: Reply(quit=True)),
)  # fmt: skip
COMMANDS: dict[str, Command] = {row.name: row for row in _ROWS}


def carry_out(session: Interactive, line: str) -> Reply:
    """`:undo`, `:shape mlp`, `?dense`, `??dense`."""
    source = Source("prompt", line)
    if line.startswith("?"):
        return questions.ask(session, line)
    name, _, rest = line[1:].partition(" ")
    name, rest = name.strip(), rest.strip()
    place = Span(source, 0, 1 + len(name))
    forced, name = name.endswith("!"), name.removesuffix("!")
    command = COMMANDS.get(name)
    try:
        if command is None:
            raise _unknown(name, place)
        start = line.find(rest, 1 + len(name)) if rest else len(line)
        words = Words(rest, Span(source, start, start + len(rest)) if rest else place, forced)
        if rest and not command.usage:
            raise words.wrong(f"`:{name}` takes nothing behind it")
        if not rest and command.usage and not command.usage.startswith("["):
            raise words.wrong(f"`:{name}` needs something behind it: `:{name} {command.usage}`")
        return command.carry(session, words)
    except Fault as found:
        return _wrong(session, found.diagnostic)


def _unknown(name: str, place: Span) -> Fault:
    meant = [f"`:{known}`" for known in habits.near(name, COMMANDS)]
    hint = f"did you mean {' or '.join(meant)}?" if meant else "`:help` lists them"
    return fault("E0802", f"there is no command `:{name}`", place, help=hint)


def _wrong(session: Interactive, diagnostic: Diagnostic) -> Reply:
    session.face.report([diagnostic])
    return Reply(well=False)
