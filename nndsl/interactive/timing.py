"""The commands `:time` and `:device`: what took how long, and what it ran on.

In: a statement, or nothing for the last entry; a device's name, or nothing. Out: a few lines.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nndsl.data.words import counted
from nndsl.diagnostics import Source
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.interactive.entries import SIGNS, is_hidden
from nndsl.interactive.face import Reply
from nndsl.semantics.program import Settings

if TYPE_CHECKING:
    from nndsl.interactive.commands import Words
    from nndsl.interactive.session import Interactive

DEVICES = ("auto", "cpu", "cuda")


def time_(session: Interactive, words: Words) -> Reply:
    """Carries a statement out and says what it took; alone, what the last entry took."""
    if not words.text:
        took = session.took_before
        session.face.tell("\n".join(lines(took)) if took else "nothing was entered yet")
        return Reply()
    from nndsl.backend.cpu.linker import SPENT
    from nndsl.interactive.commands import carry_out

    started, before = time.perf_counter(), (SPENT.kernels, SPENT.seconds)
    if words.text.startswith(SIGNS):
        reply = carry_out(session, words.text)
    else:
        text = " " * words.span.start + words.text
        reply = session.run(Source(f"entry {len(session.entries)}", text), hidden=is_hidden(words.text))
    session.took["all"] = time.perf_counter() - started
    session.took |= {"kernels": SPENT.kernels - before[0], "compile": SPENT.seconds - before[1]}
    session.face.tell("\n".join(lines(session.took)))
    return reply


def lines(took: dict[str, float]) -> list[str]:
    """took: seconds by what they went to; and the number of kernels that were compiled."""
    made, compile_s = int(took.get("kernels", 0)), took.get("compile", 0.0)
    work = max(took.get("work", 0.0) - compile_s, 0.0)
    found = [f"all      {seconds(took.get('all', 0.0))}"]
    if "check" in took:
        found.append(f"check    {seconds(took['check'])}")
    if made:
        found.append(f"compile  {seconds(compile_s)}, {counted(made, 'new kernel')}")
    if "work" in took:
        found.append(f"work     {seconds(work)}" + ("" if made else ", no kernel was new"))
    return found


def seconds(number: float) -> str:
    """`1.25 s`, `3.4 ms`."""
    return f"{number:.2f} s" if number >= 0.1 else f"{number * 1000:.1f} ms"


def device(session: Interactive, words: Words) -> Reply:
    """What training runs on; with a word, sets it."""
    if words.text:
        from nndsl.runtime import faults

        if words.text not in DEVICES:
            hint = did_you_mean(words.text, DEVICES) or "it is one of " + ", ".join(f"`{name}`" for name in DEVICES)
            raise words.wrong(f"no device is called `{words.text}`", hint)
        faults.check_device(Settings(device=words.text), words.span)
        reply = session.run(Source(f"entry {len(session.entries)}", f"set device {words.text}"))
        if not reply.well:
            return reply
    session.face.tell("\n".join(_facts(session)))
    return Reply()


def _facts(session: Interactive) -> list[str]:
    from nndsl.backend.cpu.machine import machine
    from nndsl.runtime.network import threads_of

    settings, facts = session.checked.program.settings, machine()
    chosen = "" if settings.device == "cpu" else f" (device is `{settings.device}`)"
    threads = threads_of(settings)
    lanes = facts.lanes(settings.precision)
    return [
        f"device     cpu{chosen}",
        f"threads    {threads}" + ("" if settings.threads is None else ", as set"),
        f"precision  {settings.precision}",
        f"machine    {_processor()}; vectors of {facts.vector_bytes} bytes, {lanes} numbers each; "
        f"second-level cache of {facts.cache_bytes // 1024:,} KiB a core",
    ]


def _processor() -> str:
    import os
    import platform

    import llvmlite.binding as llvm

    return f"{llvm.get_host_cpu_name()} ({platform.machine()}), {counted(os.cpu_count() or 1, 'core')}"
