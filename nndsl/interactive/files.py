"""Commands about files: `:save`, `:load`, `:run`, `:watch`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from nndsl.data.sources import holds_a_table
from nndsl.data.words import counted
from nndsl.diagnostics import Collector, Fault, Source, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.interactive import scripts
from nndsl.interactive.again import run_again
from nndsl.interactive.face import Reply
from nndsl.paths import whole
from nndsl.syntax import ast, parse

if TYPE_CHECKING:
    from nndsl.interactive.commands import Words
    from nndsl.interactive.session import Interactive

LOOK_S = 0.2  # how often a watched file is looked at
SUFFIX = ".nn"


def save(session: Interactive, words: Words) -> Reply:
    """Writes the script; a file that is there already is kept, unless this session wrote it or `:save!` says so."""
    path = _path(session, words)
    if path.is_dir():
        raise fault("E0702", f"`{words.text}` is a folder", words.span, help="name a file, such as `experiment.nn`")
    if path.suffix != SUFFIX:
        path = path.with_name(path.name + SUFFIX)
    if path.exists() and path not in session.own_files and not words.forced:
        raise fault("E0805", f"there is a file `{path.name}` already", words.span, help="`:save!` writes over it")
    script = scripts.script_of(session.book, session.folder, path.parent, session.objects)
    try:
        with whole(path) as file:
            file.write(script.text.encode())
    except OSError as problem:
        raise fault(
            "E0702", f"`{words.text}` cannot be written: {(problem.strerror or str(problem)).lower()}", words.span
        ) from None
    session.own_files.add(path)
    session.unsaved = ()
    count = script.text.count("\n")
    session.face.tell(f"saved as `{path.name}`: {count} line{'' if count == 1 else 's'}")
    for line in script.left_out:
        session.face.note(f"left out: {line}")
    for line in script.differs:
        session.face.note(f"not as it was here: {line}")
    return Reply()


def load(session: Interactive, words: Words) -> Reply:
    """Definitions and settings of a file."""
    source = _source(session, words)
    module = parse(source, Collector())
    actions = sum(isinstance(statement, ast.Action) for statement in module.statements)
    reply = session.run(source, skip=actions)
    if reply.well:
        left = f"; its {counted(actions, 'action')} can be had by `:run`" if actions else ""
        session.face.tell(f"loaded `{words.text}`{left}")
    return reply


def run(session: Interactive, words: Words) -> Reply:
    """All statements of a file, as if they were typed."""
    return session.run(_source(session, words))


def watch(session: Interactive, words: Words) -> Reply:
    """Carries a file out, and again whenever it changes, what is as it was left out; until Ctrl-C."""
    path, seen, text = _path(session, words), None, ""
    _source(session, words)  # it must be there
    session.face.tell(f"watching `{words.text}`; Ctrl-C ends that")
    begun = len(session.book.done)
    try:
        while True:
            stamp = _stamp(path)
            if stamp not in (None, seen):
                seen, source = stamp, _read_again(session, words)
                if source is not None and source.text != text:
                    text = source.text
                    reply = run_again(session, source, begun)
                    if reply.interrupted:
                        return reply
                    done = f"`{words.text}` is done; " if reply.well else ""
                    session.face.tell(f"{done}waiting for {'it' if done else f'`{words.text}`'} to change")
            time.sleep(LOOK_S)
    except KeyboardInterrupt:
        session.face.tell(f"no longer watching `{words.text}`")
        return Reply()


def _stamp(path: Path) -> int | None:
    """When a file was changed; None while it is away."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _read_again(session: Interactive, words: Words) -> Source | None:
    """A watched file; None where it cannot be read or is empty, as while it is being written."""
    try:
        source = _source(session, words)
    except Fault as found:
        session.face.report([found.diagnostic])
        return None
    return source if source.text.strip() else None


def _path(session: Interactive, words: Words) -> Path:
    return (session.folder / words.text.strip('"')).resolve()


def _source(session: Interactive, words: Words) -> Source:
    """A script's text, its paths as seen from the session's folder. Raises a fault (E0701)."""
    path = _path(session, words)
    if not path.is_file() and path.with_name(path.name + SUFFIX).is_file():
        path = path.with_name(path.name + SUFFIX)
    if holds_a_table(path.name):
        hint = f'write `data {path.name.split(".")[0]} {{ from "{words.text}"; ... }}`'
        raise fault("E0701", f"`{words.text}` holds data, and no script", words.span, help=hint)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise fault("E0701", f"`{words.text}` is not text in UTF-8", words.span) from None
    except OSError as problem:
        beside = sorted(p.name for p in path.parent.glob("*.nn")) if path.parent.is_dir() else []
        reason = "there is no such file" if isinstance(problem, FileNotFoundError) else (problem.strerror or "").lower()
        raise fault(
            "E0701", f"`{words.text}` cannot be read: {reason}", words.span, help=did_you_mean(path.name, beside)
        ) from None
    return Source(words.text.strip('"'), scripts.moved(text, path.parent, session.folder))
