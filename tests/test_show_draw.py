"""Figures become files: every kind in every format."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import browser
import numpy as np
import pytest
from PIL import Image
from show_figures import NAMES, cloud, every

from nndsl.diagnostics import Fault
from nndsl.show import draw
from nndsl.show.figures import Axis, Figure, Line, Panel, Points
from nndsl.show.pixels import png
from nndsl.show.vega import vega

FIGURES = every()


@pytest.mark.parametrize("name", FIGURES)
def test_a_png(name: str) -> None:
    data = draw.png(FIGURES[name])
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    panel = FIGURES[name].panels[0]
    assert pixels.shape[1] >= 2 * panel.width and pixels.shape[0] >= 2 * panel.height  # two pixels for each
    assert (pixels[:10] == 255).all() and (pixels[:, :10] == 255).all()  # a white margin
    assert (abs(pixels - 255).sum(axis=-1) > 60).mean() > 0.005  # something is there


@pytest.mark.parametrize("name", FIGURES)
def test_an_svg(name: str) -> None:
    figure = FIGURES[name]
    text = draw.svg(figure)
    tree = ElementTree.fromstring(text)
    words = "".join(tree.itertext())
    assert tree.tag.endswith("svg") and figure.title in words
    assert len(text) < 400_000 and not outside(text)
    for panel in figure.panels:
        for axis in (panel.x, panel.y):
            assert not axis.shown or axis.title in words
            assert len(axis.names) > 40 or all(name in words for name in axis.names)


def outside(text: str) -> list[str]:
    """Addresses in an attribute or a style that would be fetched."""
    return re.findall(r"""(?:src|href|url|action)\s*[=(]\s*["']?(?!data:|#)(\w+:[^"')]+)""", text)


def test_what_is_fetched_is_found() -> None:
    assert outside('<image href="https://a.b/c.png"/>') and not outside('<image href="data:image/png;base64,ab"/>')


@pytest.mark.parametrize("name", ["scatter by class", "surface"])
def test_a_page_stands_alone(name: str) -> None:
    text = draw.page(FIGURES[name])
    body = text.rpartition("</head>")[2]
    assert not outside(re.sub(r"<script>.*?</script>", "", text, flags=re.S))
    assert "<script src" not in text and "<link" not in text and "@import" not in text
    assert body.count("</script>") == 1  # no name of a class ends the script
    figure = re.search(r"const figure = (.*);\nconst actions", body)
    assert figure and json.loads(figure[1]) == json.loads(json.dumps(vega(FIGURES[name])))
    urls = re.findall(r'"url":"([^"]{1,20})', figure[1])
    assert all(url.startswith("data:image/png") for url in urls) and bool(urls) == (name == "surface")


@pytest.mark.parametrize("name", ["scatter by class", "surface"])
def test_a_browser_draws_the_page(name: str, tmp_path: Path) -> None:
    path = tmp_path / "figure.html"
    draw.write(FIGURES[name], path, None)
    dom = browser.run("--virtual-time-budget=5000", "--dump-dom", path.as_uri()).stdout
    drawn = re.search(r"<svg .*</svg>", dom, re.S)
    assert drawn and FIGURES[name].title in drawn[0] and not browser.console(path)


def test_a_pdf_has_its_fonts_inside() -> None:
    data = draw.pdf(FIGURES["scatter by class"])
    assert data.startswith(b"%PDF-") and data.count(b"/FontFile2") + data.count(b"/FontFile3") >= 1


def test_names_are_letters_and_not_markup() -> None:
    words = "".join(ElementTree.fromstring(draw.svg(FIGURES["confusion"])).itertext())
    assert all(name in words for name in NAMES)


def test_many_points_are_painted() -> None:
    """As vectors they would take 250 bytes each."""
    figure = cloud(60_000, 12)
    text = draw.svg(figure)
    assert len(text) < 400_000 and "data:image/png" in text and "type 11" in text
    few = draw.svg(cloud(400, 12))
    assert "data:image/png" not in few


def test_a_cloud_lies_where_its_points_are() -> None:
    """One far point among many: the picture has its colour there."""
    x, y = np.append(np.zeros(5000), 10.0), np.append(np.zeros(5000), 5.0)
    points = Points(x, y, np.append(np.zeros(5000), 1), ("a", "b"), size=200)
    axes = Axis(low=-1, high=11, shown=False), Axis(low=-1, high=6, shown=False)
    figure = Figure("Far", (Panel((points,), *axes, "", 240, 140),))
    pixels = np.asarray(Image.open(io.BytesIO(draw.png(figure))).convert("RGB")).astype(int)
    vermilion = np.argwhere((abs(pixels - [0xD5, 0x5E, 0x00]) < 30).all(axis=-1))
    blue = np.argwhere((abs(pixels - [0x00, 0x72, 0xB2]) < 30).all(axis=-1))
    far, near = vermilion[vermilion[:, 0] > 120].mean(axis=0), blue[blue[:, 0] > 120].mean(axis=0)
    assert np.allclose(far - near, [-5 / 7 * 280, 10 / 12 * 480], atol=4)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".html", ".PNG"])
def test_a_file_of_each_kind(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"figure{suffix}"
    draw.write(FIGURES["histogram"], path, None)
    start = {".png": b"\x89PNG", ".svg": b"<svg", ".pdf": b"%PDF", ".html": b"<!doctype"}[suffix.lower()]
    assert path.read_bytes().startswith(start) and [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(Fault) as found:
        draw.write(FIGURES["histogram"], tmp_path / "none" / "figure.png", None)
    assert found.value.diagnostic.code == "E0702"


def test_without_vl_convert(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(Fault) as found:
        draw.write(FIGURES["histogram"], tmp_path / "figure.png", None)
    diagnostic = found.value.diagnostic
    assert diagnostic.code == "E0704" and "pip install 'nndsl[plots]'" in (diagnostic.help or "")
    assert not list(tmp_path.iterdir())


def test_numbers_that_are_none_leave_gaps() -> None:
    x, y = np.arange(6.0), np.array([1.0, 2.0, np.nan, np.inf, 1.0, 2.0])
    figure = Figure("Gaps", (Panel((Line(x, y, "a"), Points(x, y)), Axis("x"), Axis("y")),))
    tree = ElementTree.fromstring(draw.svg(figure))
    lines = [p.get("d", "") for p in tree.iter() if p.tag.endswith("path") and p.get("stroke") == "#0072B2"]
    assert any(d.count("M") == 2 for d in lines)


@pytest.mark.parametrize("panel", [
    Panel((Points(np.zeros(0), np.zeros(0)),)), Panel((Points(np.ones(3), np.ones(3)),)),
    Panel((Line(np.arange(3.0), np.full(3, np.nan), "a"),), Axis(log=True), Axis(log=True)), Panel(()),
])  # fmt: skip
def test_little_to_draw(panel: Panel) -> None:
    assert ElementTree.fromstring(draw.svg(Figure("Little", (panel,)))).tag.endswith("svg")


def test_a_png_of_pixels() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 4)).astype(np.uint8)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png(pixels)))), pixels)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png(pixels[..., :3])))), pixels[..., :3])
