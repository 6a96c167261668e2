"""The record of a report: all that a run depends on, so that it can be done again.

In: a session. Out: elements.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import platform
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from nndsl import __version__
from nndsl.data.spec import MadeSource
from nndsl.runtime.network import threads_of
from nndsl.runtime.report.element import Element, Part, el
from nndsl.runtime.report.sheet import Sheet
from nndsl.runtime.report.tables import Column, code, facts, seconds, table

PACKAGES = ("numpy", "numba", "llvmlite", "scipy", "duckdb")  # that numbers depend on


def record(sheet: Sheet) -> list[Element]:
    """Settings, versions, machine, time; and the hashes of what went in."""
    session = sheet.session
    settings = session.program.settings
    pairs: list[tuple[str, Part]] = [
        ("seed", str(settings.seed)),
        ("precision", settings.precision),
        ("threads", str(threads_of(settings))),
        ("device", "cpu"),
        ("nndsl", __version__),
        ("Python", f"{platform.python_version()} ({platform.python_implementation()})"),
        *_versions(),
        ("machine", machine()),
        ("system", platform.platform()),
        ("date", date()),
        ("took", seconds(time.perf_counter() - session.begun)),
    ]
    sums = table("SHA-256 of what went in", (Column("of", True), Column("sum", True)), list(_hashes(sheet)))
    return [facts(pairs), sums, *_constants(sheet)]


def _versions() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        try:
            yield package, version(package)
        except PackageNotFoundError:
            yield package, "not installed"


def machine() -> str:
    """The processor's own name where the system tells it, and how many cores there are."""
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count() or 1} cores"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def date() -> Element:
    """Now, in the machine's own zone."""
    now = datetime.datetime.now().astimezone()
    return el("time", now.strftime("%Y-%m-%d %H:%M %Z"), datetime=now.isoformat(timespec="seconds"))


def _hashes(sheet: Sheet) -> Iterator[list[Part]]:
    for source in sheet.sources:
        yield [code(Path(source.name).name), _sum(hashlib.sha256(source.text.encode("utf-8", "replace")).hexdigest())]
    for name, dataset in sheet.session.datasets.items():
        if not isinstance(dataset.spec.source, MadeSource):
            yield [["the data of ", code(name)], _sum(dataset.fingerprint)]


def _sum(digits: str) -> Element:
    return el("code", digits, class_="sum")


def _constants(sheet: Sheet) -> list[Element]:
    """What `let` names, with the values that were used: the command line may have given others than the script."""
    found = sheet.session.program.constants
    rows: list[list[Part]] = [[code(name), code(str(value))] for name, value in found.items()]
    return [table("Constants", (Column("name", True), Column("value", True)), rows)] if rows else []
