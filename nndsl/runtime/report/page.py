"""The page that `report` writes: one HTML file with everything inside, for a screen, a phone or paper.

In: a session with what it has done so far, and the statement. Out: a file that is whole or not there. The page names no
address at all, runs no script, and tells the browser to allow neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nndsl import __version__
from nndsl.paths import whole
from nndsl.runtime.faults import cannot_write
from nndsl.runtime.lines import number
from nndsl.runtime.report.data import data
from nndsl.runtime.report.drawing import Artist
from nndsl.runtime.report.element import Element, Part, el, html
from nndsl.runtime.report.networks import networks
from nndsl.runtime.report.record import date, record
from nndsl.runtime.report.results import results
from nndsl.runtime.report.runs import runs
from nndsl.runtime.report.script import about, listing
from nndsl.runtime.report.sheet import Sheet, prefix, sources_of
from nndsl.runtime.report.tables import Column, code, folded, table, worded
from nndsl.runtime.results import Evaluation, Written
from nndsl.semantics.program import Expect, Report

if TYPE_CHECKING:
    from nndsl.runtime.session import Session

STYLE = Path(__file__).with_name("style.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
MOST_CARDS = 8


def write(session: Session, report: Report) -> Written:
    """Writes the page. Raises a fault (E0702) where that cannot be."""
    artist = Artist()
    sheet = Sheet(session, artist, sources_of(session, report.span.source))
    content = "<!doctype html>\n" + html(_page(sheet)) + "\n"
    path = session.folder / report.path
    try:
        with whole(path) as file:
            file.write(content.encode("utf-8"))
    except OSError as problem:
        raise cannot_write(path, report.span, problem) from None
    return Written(report.path, artist.drawn, without_pictures(artist))


def without_pictures(artist: Artist) -> str:
    """Why there are none; empty where there are."""
    return "" if artist.fault is None else f"{artist.fault.message}: run `pip install 'nndsl[plots]'` and report again"


def _page(sheet: Sheet) -> Element:
    source = sheet.sources[0]
    title = Path(source.name).name
    sections = _sections(sheet)
    links = el(
        "nav", el("ul", (el("li", el("a", name, href=f"#{_anchor(name)}")) for name in sections)), aria_label="Contents"
    )
    missing = without_pictures(sheet.artist)
    body = el(
        "body",
        el("header", el("p", "nndsl report", class_="kicker"), el("h1", title), el("p", about(source), class_="about"), el("p", date(), class_="quiet"), links),
        el("main", el("p", "There are no pictures on this page. ", worded(missing), class_="warning", role="note") if missing else None,
           _glance(sheet),
           (el("section", el("h2", name), parts, id=_anchor(name)) for name, parts in sections.items())),
    )  # fmt: skip
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("meta", name="generator", content=f"nndsl {__version__}"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", f"{title}: nndsl report"),
        el("style", STYLE.read_text(encoding="utf-8")),
    )
    return el("html", head, body, lang="en")


def _anchor(name: str) -> str:
    return name.lower()


def _sections(sheet: Sheet) -> dict[str, Sequence[Part]]:
    """By title; those that hold nothing are left out. Figures of the script come last, so that none is shown twice."""
    found: dict[str, Sequence[Part]] = {
        "Script": _listings(sheet),
        "Data": data(sheet),
        "Networks": networks(sheet),
        "Training": runs(sheet),
        "Results": [*results(sheet), *_expectations(sheet)],
        "Plots": _plots(sheet),
        "Record": record(sheet),
    }
    return {name: parts for name, parts in found.items() if parts}


def _listings(sheet: Sheet) -> list[Part]:
    """The script, and the files it uses, folded."""
    first, *used = sheet.sources
    return [
        listing(first, prefix(0)),
        *(folded(source.name, listing(source, prefix(k))) for k, source in enumerate(used, 1)),
    ]


def _plots(sheet: Sheet) -> list[Part]:
    """What `plot` has drawn, in order, but for what stands further up already."""
    return [sheet.artist.figure(figure) for _, figure in sheet.session.figures if not sheet.artist.again(figure)]


def _expectations(sheet: Sheet) -> list[Part]:
    """What the script has expected and was so: where it is not, the script ends."""
    rows: list[list[Part]] = []
    for action, outcome in sheet.session.log:
        if isinstance(action, Expect):
            sides = outcome if isinstance(outcome, tuple) else ()
            rows.append(
                [code(" ".join(action.expr.span.text.split())), ", ".join(map(_said, sides)), sheet.link(action.span)]
            )
    columns = (Column("expected", True), Column("found"), Column("written in", True))
    return [el("article", el("h3", "Expectations"), table("All of these hold", columns, rows))] if rows else []


def _said(value: object) -> str:
    return number(value) if isinstance(value, int | float | str | np.generic) else type(value).__name__


def _glance(sheet: Sheet) -> Element | None:
    """The numbers that a reader looks for first: of each evaluation, its metrics."""
    cards = [
        el("div", el("dt", key.replace("_", " ")), el("dd", number(found)), el("dd", f"{value.network} on {value.data}.{value.part}", class_="quiet"))
        for value in sheet.session.results.values() if isinstance(value, Evaluation)
        for key, found in value.metrics.items() if not isinstance(found, np.ndarray)
    ]  # fmt: skip
    return el("dl", cards[:MOST_CARDS], class_="glance") if cards else None
