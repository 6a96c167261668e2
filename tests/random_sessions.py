"""For tests of interactive sessions: entries by chance, and what has to hold whatever was entered.

In: a seed. Out: a list of entries; a complaint where a session breaks one of its promises, else None.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from session_pool import FILE, POOL, REDO, START, UNDO
from session_tools import Desk, same

from nndsl.diagnostics import Collector, Source
from nndsl.interactive.completing import known
from nndsl.interactive.session import Interactive
from nndsl.lower.check import check_program
from nndsl.runtime.results import Fields
from nndsl.runtime.session import Session
from nndsl.semantics.program import Print
from nndsl.syntax import parse

CLOCKS = ("seconds", "epoch_seconds")  # fields that differ from run to run


def entries(seed: int, length: int) -> list[str]:
    """Entries by chance; some hold several statements."""
    chance = random.Random(seed)
    weights, groups = [weight for weight, _ in POOL], [group for _, group in POOL]
    found = list(START) if chance.random() < 0.7 else []
    for _ in range(length):
        count = 1 if chance.random() < 0.85 else chance.randint(2, 3)
        parts = [chance.choice(chance.choices(groups, weights)[0]) for _ in range(count)]
        if any(part.startswith(FILE) for part in parts):
            parts = parts[:1]
        found.append(chance.choice(("\n", "\n", "\n# and then\n")).join(parts))
    return found


# ---- how things are --------------------------------------------------------------------------------------------


def state(session: Interactive, clocks: bool = True) -> dict[str, Any]:
    """All that must not change where an entry changes nothing. Compared by `==` and `is`."""
    book, runtime = session.book, session.runtime
    knows = known(session)
    return {
        "lines": book.lines,
        "done": [(one.at, one.text, one.name, one.live, one.told, id(one.outcome)) for one in book.done],
        "aside": book.aside, "versions": dict(book.versions), "types": dict(book.types), "tables": sorted(book.tables),
        "models": dict(book.models), "values": {name: id(found) for name, found in book.values.items()},
        "results": {name: id(found) for name, found in runtime.results.items()}, "networks": sorted(runtime.networks),
        "known": (sorted(knows.results), sorted(knows.networks), sorted(knows.data)),
        "program": (sorted(session.checked.program.networks), sorted(session.checked.signatures)),
        "unsaved": session.unsaved, "ans": session.ans, "names": session.names(),
    }  # fmt: skip


def weights(desk: Desk) -> dict[str, Any]:
    return {name: desk.weights(name) for name in desk.session.runtime.networks}


def equal_weights(one: Mapping[str, Any], other: Mapping[str, Any]) -> str | None:
    """The first network whose weights differ."""
    for name in sorted({*one, *other}):
        a, b = one.get(name, {}), other.get(name, {})
        if not (a.keys() == b.keys() and all(x.shape == b[n].shape for n, x in a.items()) and same(a, b)):
            return f"{name}: {sorted(a)} against {sorted(b)}"
    return None


def alike(one: Any, other: Any) -> bool:
    """Whether two results are the same, bit for bit, but for how long they took."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        same_form = one.shape == other.shape and one.dtype == other.dtype
        return same_form and (
            one.tolist() == other.tolist() if one.dtype == object else one.tobytes() == other.tobytes()
        )
    if isinstance(one, dict | Fields):
        return list(one) == list(other) and all(alike(one[key], other[key]) for key in one if key not in CLOCKS)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if hasattr(one, "fields"):
        return alike(dict(one.fields), dict(other.fields))
    return bool(one == other or (one != one and other != other))


# ---- what has to hold ------------------------------------------------------------------------------------------


def complaint(folder: Path, texts: Sequence[str]) -> str | None:
    """What is wrong with a session of these entries."""
    for path in folder.iterdir():
        path.unlink()
    (folder / "a.csv").write_text("p,q,r\n" + "".join(f"{i},{i % 7},{i % 3}\n" for i in range(40)))
    (folder / "b.nn").write_text("layer block(n) { dense(n) -> relu }\n")
    (folder / "c.nn").write_text("let wider = 4\n")
    desk, trained = Desk(folder), dict[str, Any]()
    touched = False
    for number, text in enumerate(texts):
        if text.startswith(FILE):
            name, _, content = text.removeprefix(FILE).partition(" ")
            (folder / name).write_text(content)
            touched = True
            continue
        found = _entered(desk, text, trained)
        if found:
            return f"entry {number + 1} {text!r}: {found}"
    checks: list[Callable[[], str | None]] = [lambda: agree(desk.session)]
    if not touched:  # else a new process reads other files
        checks.append(lambda: saved(desk, folder))
    checks.append(lambda: back_and_forth(desk))
    return next((found for check in checks if (found := check())), None)


def _entered(desk: Desk, text: str, trained: dict[str, Any]) -> str | None:
    before, held = state(desk.session), weights(desk)
    reply = desk.try_(text)
    alone = len(parse(Source("", text), Collector()).statements) < 2 and "\n" not in text.strip()
    looks = text.startswith((":who", ":hist", ":shape", ":type", ":plot", ":edit", "?", ":grad", ":nothing")) and alone
    if not reply.well and not desk.face.found:
        return "nothing was said of what is wrong"
    if any(d.span is None and d.severity == "error" for d in desk.face.found):
        return f"a fault without a place: {desk.face.found}"
    after, now = state(desk.session), weights(desk)
    if (alone and not reply.well) or looks:
        changed = [key for key in before if before[key] != after[key]]
        if changed:
            return f"it changed {changed}: {[(before[key], after[key]) for key in changed]}"
        if found := equal_weights(held, now):
            return f"it changed weights of {found}"
    for name in desk.session.book.versions:
        known_before = name in trained and name in held and before["versions"].get(name) == after["versions"][name]
        if known_before and (found := equal_weights({name: trained[name]}, {name: now[name]})):
            return f"an earlier version is not as it was: {found}"
        trained[name] = now[name]
    return agree(desk.session)


def agree(session: Interactive) -> str | None:
    """Names that are known in several places are the same in all of them."""
    book, runtime, checked = session.book, session.runtime, session.checked
    named = {one.name for one in book.done if one.name}
    if missing := book.types.keys() - runtime.results.keys():
        return f"typed, but no results: {missing}"
    if extra := runtime.results.keys() - book.types.keys() - {"ans"}:
        return f"results without a type: {extra}"
    if unknown := checked.results.keys() - book.types.keys() - {"ans"}:
        return f"checked knows of results that are not there: {unknown}"
    if unknown := book.types.keys() - checked.results.keys() - {"ans"}:
        return f"checked does not know: {unknown}"
    if lost := book.types.keys() - named - {"ans"}:
        return f"no action left: {lost}"
    if set(runtime.networks) != set(checked.program.networks):
        return f"networks: {sorted(runtime.networks)} against {sorted(checked.program.networks)}"
    if len({one.at for one in book.done} | {line.at for line in book.lines}) != len(book.done) + len(book.lines):
        return "two statements have one place"
    if twice := [name for name in book.types if name in book.definitions]:
        return f"a result and a definition share a name: {twice}"
    if lost := set(session.unsaved) - set(runtime.networks):
        return f"unsaved, but gone: {lost}"
    for name, found in runtime.results.items():
        if name != "ans" and found.name != name:
            return f"`{name}` calls itself `{found.name}`"
    stray = {name for name in runtime.datasets if name not in checked.program.data}
    return f"data sets that nothing names: {stray}" if stray else None


def saved(desk: Desk, folder: Path) -> str | None:
    """What `:save` writes checks and runs, and gives the same."""
    session = desk.session
    reply = desk.try_(":save! s.nn")
    if not reply.well:
        return f"cannot be saved: {[d.message for d in desk.face.found]}"
    notes = [note for note in desk.face.notes if note.startswith("left out: `")]
    lost = [
        note for note in notes if " " in note.split("`")[1]
    ]  # actions; a definition may stand on what is out of date
    if lost:
        return f"left out: {lost}"
    text = (folder / "s.nn").read_text()
    collector = Collector()
    checked = check_program(parse(Source("s.nn", text), collector), folder, collector)
    if collector.errors:
        return f"the script is wrong: {[d.message for d in collector.errors]}\n{text}"
    fresh = Session(checked, folder)
    try:
        fresh.run()
    except Exception as problem:  # which is what is tested
        return f"the script does not run: {problem!r}\n{text}"
    for one in session.book.live:
        forgotten = one.name not in session.runtime.results
        if one.name and not forgotten and not alike(session.runtime.results[one.name], fresh.results.get(one.name)):
            return f"`{one.name}` differs: {session.runtime.results[one.name]} {fresh.results.get(one.name)}\n{text}"
    printed = [one.outcome for one in session.book.live if isinstance(one.action, Print)]
    again = [outcome for action, outcome in fresh.log if isinstance(action, Print)]
    if not alike(printed, again):
        return f"printed {printed}, but the script prints {again}\n{text}"
    held = {n: w for n, w in weights(desk).items() if n not in session.book.versions and n not in session.book.astray}
    new = {name: _of(one) for name, one in fresh.networks.items()}
    found = equal_weights(held, {name: one for name, one in new.items() if name not in session.book.astray})
    return f"other weights: {found}\n{text}" if found else None


def _of(one: Any) -> dict[str, Any]:
    return {n: np.array(one.arrays[v.leaf]) for n, v in one.variables.items() if v.leaf in one.arrays}


def back_and_forth(desk: Desk) -> str | None:
    """`:undo` of everything leads to an empty session, `:redo` of everything back."""
    session = desk.session
    while session.steps.undone:
        desk.enter(REDO)
    before, held = state(session), weights(desk)
    count = 0
    while session.steps.done:
        desk.enter(UNDO)
        count += 1
        if found := agree(session):
            return f"after {count} times `:undo`: {found}"
    if (
        session.book.lines
        or session.book.done
        or session.runtime.networks
        or session.runtime.results
        or session.runtime.datasets
    ):
        return "all is undone, but something is there"
    for _ in range(count):
        desk.enter(REDO)
    after = state(session)
    changed = [key for key in before if before[key] != after[key]]
    if changed:
        return f"`:redo` changed {changed}: {[(before[key], after[key]) for key in changed]}"
    if found := equal_weights(held, weights(desk)):
        return f"`:redo` changed weights of {found}"
    return None


def shrunk(folder: Path, texts: Sequence[str]) -> tuple[list[str], str]:
    """Fewer entries that are still wrong in the same way, and how."""
    found = attempt(folder, texts) or ""
    kind, kept = _kind(found), list(texts)
    step = max(len(kept) // 2, 1)
    while step:
        at = 0
        while at < len(kept):
            fewer = kept[:at] + kept[at + step :]
            new = attempt(folder, fewer)
            if new and _kind(new) == kind:
                kept, found = fewer, new
            else:
                at += step
        step //= 2
    return kept, found


def _kind(found: str) -> str:
    return found.split(": ", 1)[-1][:24] if found.startswith("entry") else found[:24]


def attempt(folder: Path, texts: Sequence[str]) -> str | None:
    """As `complaint`, where a Python exception is one too."""
    try:
        return complaint(folder, texts)
    except Exception as problem:
        import traceback

        return f"exception: {type(problem).__name__} {traceback.extract_tb(problem.__traceback__)[-1]} {problem}"


if __name__ == "__main__":
    import sys
    import tempfile

    first, last, length = map(int, sys.argv[1:])
    with tempfile.TemporaryDirectory() as place:
        for seed in range(first, last):
            if attempt(Path(place), entries(seed, length)):
                kept, found = shrunk(Path(place), entries(seed, length))
                print(f"seed {seed}", *map(repr, kept), found, sep="\n    ", flush=True)
