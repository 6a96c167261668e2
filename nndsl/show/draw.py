"""Figures as files: PNG, SVG, PDF, and HTML that opens without a network.

In: a `Figure`. Out: bytes or texts; files that are whole or not there. Vega-Lite is drawn by vl-convert, which is asked
for only here: where it is not installed, that is a fault (E0704).
"""

from __future__ import annotations

import html as escape
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nndsl.diagnostics import Span, fault
from nndsl.paths import cache_folder, keep, read_kept, whole
from nndsl.show.figures import Figure
from nndsl.show.vega import FONT, vega

SCALE = 2  # pixels of a PNG for each pixel of a figure: sharp on screens of today, 144 dots an inch on paper
VERSION = "6.4"  # of Vega-Lite


def write(figure: Figure, path: Path, span: Span | None) -> None:
    """Draws into a file, as its suffix says. Raises faults: E0702, E0704."""
    content = WRITERS[path.suffix.lower()](figure, span)
    try:
        with whole(path) as file:
            file.write(content)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        raise fault("E0702", f"`{path}` cannot be written: {reason.lower()}", span) from None


def check(span: Span | None) -> None:
    """Whether files can be drawn at all. Raises a fault (E0704)."""
    _converter(span)


def png(figure: Figure, span: Span | None = None) -> bytes:
    """A PNG file."""
    return bytes(_converter(span).vegalite_to_png(_text(figure), VERSION, scale=SCALE))


def svg(figure: Figure, span: Span | None = None) -> str:
    """An SVG element, with letters as letters; fit to stand in a page or in a file."""
    return str(_converter(span).vegalite_to_svg(_text(figure), VERSION))


def pdf(figure: Figure, span: Span | None = None) -> bytes:
    """A PDF of one page as large as the figure, its fonts inside."""
    return bytes(_converter(span).vegalite_to_pdf(_text(figure), VERSION))


def page(figure: Figure, span: Span | None = None) -> str:
    """One HTML file with all it needs inside. The specification stands in it as a text that no name of a class or
    column can end: `<` is written as an escape."""
    text = _text(figure).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    title, facts = escape.escape(figure.title), escape.escape(" ".join((figure.title + ".", *figure.facts)))
    return PAGE.format(policy=POLICY, title=title, facts=facts, font=FONT, library=_library(span), figure=text)


def _library(span: Span | None) -> str:
    """Vega, Vega-Lite and vega-embed as one script. Bundling takes a second, so it is kept."""
    converter = _converter(span)
    place = cache_folder() / f"vega-{converter.get_vega_version()}-{VERSION}-{converter.__version__}.js"
    kept = read_kept(place)
    if kept is not None:
        return kept.decode("utf-8")
    library = str(converter.javascript_bundle(vl_version=VERSION)).replace("</script", "<\\/script")
    keep(place, library.encode("utf-8"))
    return library


def _text(figure: Figure) -> str:
    return json.dumps(vega(figure), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _converter(span: Span | None) -> Any:
    try:
        import vl_convert
    except ImportError:
        raise fault(
            "E0704",
            "figures in files need the package `vl-convert-python`, which is not installed",
            span,
            help="run `pip install 'nndsl[plots]'`, or leave `to` out: a terminal shows figures without it",
        ) from None
    return vl_convert


WRITERS: Mapping[str, Callable[[Figure, Span | None], bytes]] = {
    ".png": png,
    ".svg": lambda figure, span: svg(figure, span).encode("utf-8"),
    ".pdf": pdf,
    ".html": lambda figure, span: page(figure, span).encode("utf-8"),
}

# Nothing is fetched from anywhere. Vega makes functions of its expressions, and puts styles on its menu.
POLICY = "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:"

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ margin: 0; background: #fff; font-family: {font}; }}
main {{ display: flex; justify-content: center; overflow-x: auto; padding: 1rem; }}
</style>
<script>{library}</script>
</head>
<body>
<main><figure id="figure" role="img" aria-label="{facts}"></figure></main>
<script>
const figure = {figure};
const actions = {{export: true, source: false, compiled: false, editor: false}};
vegaEmbed("#figure", figure, {{renderer: "svg", actions}});
</script>
</body>
</html>
"""
