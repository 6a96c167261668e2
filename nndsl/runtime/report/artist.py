"""Figures as elements of a page: SVG that stands in the page itself.

In: a `Figure`. Out: an element that names no address and whose marks clash with no other figure's: identifiers are
given anew, in the order of the page, so that the same run makes the same page. Only what draws is let in. Without
vl-convert there are no pictures: their facts stand in their places then, and the page says so once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from xml.etree import ElementTree

from nndsl.diagnostics import Diagnostic, Fault
from nndsl.runtime.report.element import Element, Node, el, html
from nndsl.show.draw import svg
from nndsl.show.figures import Figure
from nndsl.show.looks import named

MISSING = "E0704"  # the fault of a package that is not there
SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
KNOWN = frozenset(
    ("svg", "g", "defs", "clipPath", "linearGradient", "stop", "path", "rect", "line", "text", "tspan", "image")
)
# What the page itself says, and what speaks to programs that change figures.
IDLE = frozenset(("class", "role", "pointer-events", "font-family", "version"))
MOST_PIECES = 8  # panels that are set apart; more are read as one picture
LONG_NUMBER = re.compile(r"(\d\.\d{2})\d+")
PLACE = re.compile(r"url\(#([^)]*)\)")


class Artist:
    """Draws the figures of one page. drawn: how many it has. fault: why there are no pictures, where there are none."""

    def __init__(self) -> None:
        self.drawn = 0
        self.fault: Diagnostic | None = None
        self._known: set[str] = set()  # what stands on the page

    def figure(self, figure: Figure) -> Element:
        """The figure, its panels apart where their colours stay the same: they find their places on a narrow page."""
        pieces, said = apart(figure), " ".join(figure.facts)
        if len(pieces) == 1:
            return el("div", self._one(pieces[0], said), class_="figures")
        group = el("div", (self._one(one, "") for one in pieces), class_="several")
        return el("div", group, el("p", said, class_="caption") if said else None, class_="figures")

    def figures(self, figures: Iterable[Figure]) -> list[Element]:
        """Several."""
        return [self.figure(figure) for figure in figures]

    def again(self, figure: Figure) -> bool:
        """Whether all of it stands on the page already."""
        found = [self._drawing(one) for one in apart(figure)]
        return all(drawing is not None and _plain(drawing) in self._known for drawing in found)

    def _one(self, figure: Figure, said: str) -> Element:
        found = self._drawing(figure)
        if found is None:
            return el("figure", el("p", el("b", figure.title), ". ", said), class_="undrawn")
        self._known.add(_plain(found))
        self.drawn += 1
        name = f"figure-{self.drawn}"
        picture = _element(found, _Names(name))
        width, height = found.get("width", "0"), found.get("height", "0")
        look = {"width": width, "height": height, "style": f"--wide: {width}px", "role": "img"}
        title = el("title", figure.title, id=f"{name}-title")
        whole = Element(
            "svg",
            {**picture.attributes, **look, "aria-labelledby": f"{name}-title"},
            (title, *picture.children),
        )
        return el("figure", el("div", whole, class_="picture"), el("figcaption", said) if said else None)

    def _drawing(self, figure: Figure) -> ElementTree.Element | None:
        """The picture as vl-convert gives it; None where there is none."""
        if self.fault is None:
            try:
                return ElementTree.fromstring(svg(figure))
            except Fault as found:
                if found.diagnostic.code != MISSING:
                    raise
                self.fault = found.diagnostic
        return None


def apart(figure: Figure) -> list[Figure]:
    """One figure for each panel; the whole where a panel has no title, or a name would look different."""
    looks = named(figure)
    pieces = [
        replace(figure, title=panel.title, subtitle="", panels=(replace(panel, title=""),)) for panel in figure.panels
    ]
    if len(pieces) == 1 and figure.subtitle:
        return [figure]
    same = all(look == looks[name] for piece in pieces for name, look in named(piece).items())
    return pieces if len(pieces) <= MOST_PIECES and same and all(piece.title for piece in pieces) else [figure]


def _plain(drawing: ElementTree.Element) -> str:
    """The same text for the same picture; vl-convert itself counts identifiers on through a process."""
    return html(_element(drawing, _Names("")))


class _Names:
    """Identifiers of one figure: `figure-2-1`, `figure-2-2`, ..."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.given: dict[str, str] = {}

    def of(self, name: str) -> str:
        return self.given.setdefault(name, f"{self.prefix}-{len(self.given) + 1}")


def _element(found: ElementTree.Element, names: _Names) -> Element:
    """An SVG element as one of the page's, with all that draws nothing left out."""
    return Element(found.tag.removeprefix(SVG), dict(_attributes(found, names)), tuple(_inside(found, names)))


def _attributes(found: ElementTree.Element, names: _Names) -> Iterator[tuple[str, str]]:
    for name, content in found.attrib.items():
        name = "href" if name == LINK else name
        if name in IDLE or name.startswith(("aria-", "on")):
            continue
        if name == "id":
            yield name, names.of(content)
        elif name == "href":
            if content.startswith("data:image/"):
                yield name, content
        elif name in ("d", "transform"):
            yield name, LONG_NUMBER.sub(r"\1", content)
        else:
            yield name, PLACE.sub(lambda place: f"url(#{names.of(place[1])})", content)


def _inside(found: ElementTree.Element, names: _Names) -> Iterator[Node]:
    if found.text:
        yield found.text
    for child in found:
        tag = child.tag.removeprefix(SVG) if isinstance(child.tag, str) else ""
        empty = tag == "path" and not child.get("d")
        if tag in KNOWN and not empty:
            yield _element(child, names)
        if child.tail:
            yield child.tail
