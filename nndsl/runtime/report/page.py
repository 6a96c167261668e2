"""The page that `report` writes: one HTML file with everything inside, for a screen, a phone or paper.

In: a session with what it has done so far, and the statement. Out: a file that is whole or not there. The page names no
address at all, runs no script, and tells the browser to allow neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nndsl import __version__
from nndsl.paths import whole
from nndsl.runtime.faults import cannot_write
from nndsl.runtime.report.artist import Artist, apart
from nndsl.runtime.report.data import data
from nndsl.runtime.report.element import Element, Part, el, html
from nndsl.runtime.report.expected import at_a_glance, expectations
from nndsl.runtime.report.networks import networks
from nndsl.runtime.report.record import date, record
from nndsl.runtime.report.results import results
from nndsl.runtime.report.runs import runs
from nndsl.runtime.report.script import about, listing
from nndsl.runtime.report.sheet import Sheet, prefix, sources_of
from nndsl.runtime.report.tables import folded, worded
from nndsl.runtime.results import Written
from nndsl.semantics.program import Report

if TYPE_CHECKING:
    from nndsl.runtime.session import Session

STYLE = Path(__file__).with_name("style.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


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
    title, sections = Path(sheet.sources[0].name).name, _sections(sheet)
    return el("html", _head(title), el("body", _header(title, sheet, sections), _main(sheet, sections)), lang="en")


def _head(title: str) -> Element:
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("meta", name="generator", content=f"nndsl {__version__}"),
        el("meta", name="color-scheme", content="light dark"),
        el("title", f"{title}: nndsl report"),
        el("style", STYLE.read_text(encoding="utf-8")),
    )


def _header(title: str, sheet: Sheet, sections: Iterable[str]) -> Element:
    """What this is, and where it goes on."""
    links = (el("li", el("a", name, href=f"#{_anchor(name)}")) for name in sections)
    said = about(sheet.sources[0])
    return el(
        "header",
        el("p", "nndsl report", class_="kicker"),
        el("h1", title),
        el("p", worded(said), class_="about") if said else None,
        el("p", date(), class_="quiet"),
        el("nav", el("ul", links), aria_label="Contents"),
    )


def _main(sheet: Sheet, sections: Mapping[str, Sequence[Part]]) -> Element:
    missing = without_pictures(sheet.artist)
    warning = el("p", "There are no pictures on this page: ", worded(missing), ".", class_="warning", role="note")
    return el(
        "main",
        warning if missing else None,
        at_a_glance(sheet),
        (el("section", el("h2", name), parts, id=_anchor(name)) for name, parts in sections.items()),
    )


def _anchor(name: str) -> str:
    return name.lower()


def _sections(sheet: Sheet) -> dict[str, Sequence[Part]]:
    """By title; those that hold nothing are left out. Figures of the script come last, so that none is shown twice."""
    found: dict[str, Sequence[Part]] = {
        "Script": _listings(sheet),
        "Data": data(sheet),
        "Networks": networks(sheet),
        "Training": runs(sheet),
        "Results": [*results(sheet), *expectations(sheet)],
        "Plots": _plots(sheet),
        "Record": record(sheet),
    }
    return {name: parts for name, parts in found.items() if parts}


def _listings(sheet: Sheet) -> list[Part]:
    """The script, and the files it uses, folded."""
    first, *used = sheet.sources
    more = (folded(source.name, listing(source, prefix(place))) for place, source in enumerate(used, 1))
    return [listing(first, prefix(0)), *more]


def _plots(sheet: Sheet) -> list[Part]:
    """What `plot` has drawn, in order, but for what stands further up already."""
    new = [(title, figure) for title, figure in sheet.session.figures if not sheet.artist.again(figure)]
    return [
        el("article", el("h3", title) if apart(figure)[0] is not figure else None, sheet.artist.figure(figure))
        for title, figure in new
    ]
