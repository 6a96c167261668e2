"""`report`: what stands on the page, that nothing of a script or its data becomes markup, how a browser shows it."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from browser import console, looked_at, run
from run_tools import blobs
from script_tools import check

from nndsl import __version__
from nndsl.api import RunError, compile
from nndsl.cli import main
from nndsl.runtime.report.artist import Artist
from nndsl.runtime.report.element import el, html
from nndsl.runtime.report.page import STYLE
from nndsl.show.scatter import scatter

EVIL = "<script>alert(1)</script>"
ACTIONS = """train net on points as run { optimizer adam(lr=0.05); epochs 8; metrics accuracy }
evaluate net on points.test as result { metrics accuracy, confusion }
pca points as pc { components 2 }
predict net on points.test as answers
expect result.accuracy > 0.2
report to "page.html"
"""
VARYING = re.compile(r"<time [^>]*>[^<]*</time>")


class Text(HTMLParser):
    """The words of a page, and its tags with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


def written(text: str, folder: Path, name: str = "page.html") -> str:
    """The page that a script in a folder writes."""
    (folder / "script.nn").write_text(text, encoding="utf-8")
    compile(folder / "script.nn").run()
    return (folder / name).read_text(encoding="utf-8")


def evil_data(folder: Path) -> str:
    """Data whose classes and columns have names that would be markup, and a script of them."""
    draws = np.random.default_rng(0)
    rows = [f'{x:.3f},{y:.3f},"{EVIL if x > 0 else "a & b</title>"}"' for x, y in draws.normal(size=(60, 2))]
    head = '"<img src=x onerror=alert(2)>",y,"kind"'
    (folder / "evil.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return """# <b>Not bold</b> & "quoted"
data evil {
  from "evil.csv"
  input (`<img src=x onerror=alert(2)>`, y) -> standard
  target kind -> category
  split train=70%, test=30%
}
network net for evil { dense(4) -> tanh; dense(classes) -> softmax }
train net on evil as run { epochs 2 }
evaluate net on evil.test as result { metrics accuracy, confusion }
predict net on evil.test as answers
pca evil as pc { components 2 }
report to "evil.html"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return written(blobs(ACTIONS), folder)


@pytest.fixture(scope="module")
def evil(folder: Path) -> str:
    return written(evil_data(folder), folder, "evil.html")


# ---- what stands there ----------------------------------------------------------------------------------


def test_the_page_holds_the_whole_experiment(page: str) -> None:
    words = Text(page).words
    sections = re.findall(r"<h2>(\w+)</h2>", page)
    assert sections == ["Script", "Data", "Networks", "Training", "Results", "Record"]
    for said in ("blobs(200", "blobs(150"):
        assert (said in words) == (said == "blobs(150")
    assert "90" in words and "60.0%" in words  # rows of the training part
    assert "standard" not in words and "dense(8) -> tanh" in words and "2 × 8" in words
    assert "adam(lr=0.05, beta1=0.9, beta2=0.999, eps=1e-8)" in words and "8 of 8" in words
    assert "Training of net on points: run" not in words  # two panels, each with its own title
    assert "Confusion of net on points.test" in words and "P(" in words and "pc1" in words
    assert "result.accuracy > 0.2" in words


def test_the_script_stands_there_as_it_was_written(page: str) -> None:
    lines = re.findall(r'<span class="line" id="line-(\d+)">(.*?\n)</span>', page, re.S)
    assert [int(number) for number, _ in lines] == list(range(1, len(lines) + 1))
    assert "".join(Text(line).words for _, line in lines) == blobs(ACTIONS)
    assert '<span class="word">train</span> net <span class="word">on</span> points' in page
    assert '<span class="key">epochs</span> <span class="number">8</span>' in page


def test_the_record_says_what_the_run_depends_on(page: str, folder: Path) -> None:
    words = Text(page).words
    program = compile(folder / "script.nn")
    results = program.run()
    assert f"nndsl{__version__}" in words and f"numpy{np.__version__}" in words
    assert f"Python{sys.version.split()[0]}" in words and "precisionfloat32" in words and "seed1" in words
    assert hashlib.sha256((folder / "script.nn").read_bytes()).hexdigest() in words
    assert results._session.datasets["points"].fingerprint in words


def test_only_times_differ_from_run_to_run(page: str, folder: Path) -> None:
    again = written(blobs(ACTIONS), folder)
    assert VARYING.sub("", again) == VARYING.sub("", page)
    assert len(VARYING.findall(page)) == 5  # the date twice, the run, pca, all


def test_a_report_in_the_middle_tells_of_what_was_done(tmp_path: Path) -> None:
    middle = 'report to "early.html"\n'
    page = written(blobs(middle + ACTIONS), tmp_path, "early.html")
    assert "<h2>Training</h2>" not in page and "<h2>Networks</h2>" in page and "<h2>Record</h2>" in page
    assert "<h2>Training</h2>" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_many_evaluations_are_a_table_and_a_long_script_scrolls(tmp_path: Path) -> None:
    many = "".join(f"evaluate net on points.test as e{k} {{ metrics accuracy, f1, confusion }}\n" for k in range(5))
    lines = "# a line\n" * 130
    page = written(blobs("train net on points { epochs 1 }\n" + many + lines + 'report to "page.html"\n'), tmp_path)
    assert "All that was measured" in page and 'class="glance"' not in page
    assert page.count('<th scope="row">net on points.test</th>') == 5
    assert 'class="script long"' in page


def test_of_many_classes_the_commonest_are_counted(tmp_path: Path) -> None:
    """In the order of the script's data sets, whichever was read first."""
    rows = "".join(f"{k},c{min(k, 40)}\n" for k in range(60))
    (tmp_path / "many.csv").write_text("x,k\n" + rows, encoding="utf-8")
    text = """data late { from "many.csv"; input x; target k -> category }
data early { from blobs(30, classes=2) }
show early
show late
report to "page.html"
"""
    page = written(text, tmp_path)
    assert page.index(">late<") < page.index(">early<")
    counts = page[page.index("Classes of k") :]
    assert counts.index(">c40<") < counts.index(">c0<") and "11 more classes" in counts


def test_missing_values_encoders_and_used_files(tmp_path: Path) -> None:
    (tmp_path / "own.nn").write_text("activation half(x) = x / 2\n", encoding="utf-8")
    (tmp_path / "t.csv").write_text("a,b,c\n1,x,2\n2,y,4\n,x,6\n4,y,8\n5,x,10\n", encoding="utf-8")
    text = """use "own.nn"
let width = 3
data t {
  from "t.csv"
  input a -> log -> minmax
  input b -> onehot
  target c
  missing mean
}
network net for t { dense(width) -> half; dense(1) }
train net on t as run { epochs 2 }
report to "page.html"
"""
    words = Text(written(text, tmp_path)).words
    assert "log → minmax (from 0 to 1.6094) (missing: 3)" in words and "onehot (2 classes)" in words
    assert "activation half(x) = x / 2" in words and "width3" in words


def test_findings_of_a_diagnosis_stand_there(tmp_path: Path) -> None:
    actions = 'train net on points as run { epochs 3 }\ndiagnose net on points as health\nreport to "page.html"\n'
    results = compile(_saved(blobs(actions), tmp_path)).run()
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    findings = results["health"].findings
    assert page.count('class="finding"') == len(findings)
    assert findings or "Nothing wrong was found." in page


def _saved(text: str, folder: Path) -> Path:
    path = folder / "script.nn"
    path.write_text(text, encoding="utf-8")
    return path


# ---- figures --------------------------------------------------------------------------------------------


def test_figures_of_the_script_stand_there_once(tmp_path: Path) -> None:
    plots = 'plot run\nplot result\nplot pc\nplot histogram(points.x) { title "Where & <how>" }\n'
    page = written(blobs(ACTIONS.replace("report", plots + "report")), tmp_path)
    assert "<h2>Plots</h2>" in page and page.count(">Where &amp; &lt;how&gt;</title>") == 1
    for title in ("loss", "accuracy", "Confusion of net on points.test"):
        assert page.count(f">{title}</title>") == 1
    assert len(re.findall("<figure", page)) == 5


def test_large_clouds_of_points_stay_small() -> None:
    draws = np.random.default_rng(1).normal(size=(2, 50_000))
    drawn = html(Artist().figure(scatter({"u": draws[0], "v": draws[1]}, None, "Many")))
    assert "data:image/png;base64," in drawn and len(drawn) < 1_000_000


def test_without_what_draws_the_page_holds_all_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    monkeypatch.chdir(tmp_path)
    bare = written(blobs(ACTIONS), tmp_path)
    assert "<svg" not in bare and "<svg" in page
    said = Text(bare).words
    assert "There are no pictures on this page: figures in files need the package vl-convert-python" in said
    assert "pip install 'nndsl[plots]'" in said and "Confusion of net on points.test. " in said
    assert re.findall(r"<h2>(\w+)</h2>", bare) == re.findall(r"<h2>(\w+)</h2>", page)


def test_the_missing_package_is_said_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    monkeypatch.chdir(tmp_path)
    _saved(blobs(ACTIONS), tmp_path)
    assert main(["run", "script.nn"]) == 0
    captured = capsys.readouterr()
    assert "note: figures in files need the package `vl-convert-python`, which is not installed" in captured.err
    assert "report: 0 figures, written to `page.html`" in captured.out
    assert main(["run", "script.nn", "--json"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["statement"], last["path"], last["figures"]) == ("report", "page.html", 0) and "vl-convert" in last[
        "missing"
    ]


# ---- nothing becomes markup -----------------------------------------------------------------------------


def test_names_that_look_like_markup_are_names(evil: str) -> None:
    found = Text(evil)
    assert not [tag for tag, _ in found.tags if tag in ("script", "b", "img", "iframe", "object", "link", "base")]
    assert EVIL in found.words and '<b>Not bold</b> & "quoted"' in found.words
    assert "<img src=x onerror=alert(2)>" in found.words and "a & b</title>" in found.words
    assert sum(tag == "html" for tag, _ in found.tags) == sum(tag == "body" for tag, _ in found.tags) == 1


def test_no_address_outside_the_page(evil: str, page: str) -> None:
    for text in (evil, page, STYLE.read_text(encoding="utf-8")):
        assert not re.search(r"url\((?!#)|@import|https?:(?!//www\.w3\.org/2000/svg)", text)
        for _, attributes in Text(text).tags:
            for name, value in attributes.items():
                assert name != "src" and not name.startswith("on")
                assert name != "href" or (value or "").startswith(("#", "data:image/"))


def test_elements() -> None:
    node = el("p", 'a < b & "c"', el("b", "x"), None, [["y"]], class_="k", aria_label="<'>", hidden=True, title=None)
    assert html(node) == (
        '<p class="k" aria-label="&lt;&#39;&gt;" hidden>a &lt; b &amp; &quot;c&quot;<b>x</b>y</p>'
    )  # fmt: skip
    assert html(el("meta", charset="utf-8")) == '<meta charset="utf-8">'
    assert html(el("p", "a\x00b\u202ec\ud800d\te")) == "<p>a\ufffdb\ufffdc\ufffdd\te</p>"
    assert html(el("p", "né\u00a0日本\u200d")) == "<p>né\u00a0日本\u200d</p>"


# ---- faults -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ('report to "page.pdf"', "E0226", "print it from a browser"),
        ('report to "page"', "E0226", '"page.html"'),
        ('report to ".html"', "E0226", '"report.html"'),
        ("report", "E0209", 'report to "report.html"'),
        ('report run to "page.html"', "E0216", 'report to "report.html"'),
        ("report to page", "E0216", '"page.html"'),
        ('report to "page.htm"', "E0226", '"page.html"'),
        ('report to "a.html", "b.html"', "E0216", ""),
        ('report to "page.html" { width 3 }', "E0207", ""),
        ('report to "nowhere/page.html"', "E0702", "make the folder"),
        ('report to "page.html" as x', "E0216", ""),
    ],
)
def test_faults_in_the_statement(line: str, code: str, said: str, tmp_path: Path) -> None:
    _, found = check(line + "\n", tmp_path)
    assert [d.code for d in found] == [code]
    assert said in (found[0].help or "")


def test_a_page_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "page.html").mkdir()
    with pytest.raises(RunError) as found:
        written('report to "page.html"\n', tmp_path)
    assert [d.code for d in found.value.diagnostics] == ["E0702"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


# ---- as people see it -----------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    share = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


def test_letters_can_be_read_by_day_by_night_and_on_paper() -> None:
    blocks = re.findall(r":root \{(.*?)\}", STYLE.read_text("utf-8"), re.S)
    themes = [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in blocks]
    assert len(themes) == 3
    for theme in themes:
        letters = [name for name in theme if name in ("ink", "quiet", "accent") or name.startswith("c-")]
        assert len(letters) == 8
        for name in letters:
            for ground in ("page", "raised"):
                light, dark = sorted((luminance(theme[name]), luminance(theme[ground])), reverse=True)
                assert (light + 0.05) / (dark + 0.05) >= 4.5, (name, ground)


def test_tables_and_figures_say_what_they_are(page: str) -> None:
    tags = Text(page).tags
    assert all("scope" in attributes for tag, attributes in tags if tag == "th")
    assert page.count("<table>") == page.count("<caption>") > 4
    drawn = re.findall(r"<svg[^>]*>", page)
    assert len(drawn) == 4
    for mark in drawn:
        name = re.search(r'aria-labelledby="([\w-]+)"', mark)
        assert 'role="img"' in mark and name is not None and f'<title id="{name[1]}">' in page
    assert '<html lang="en">' in page and 'name="viewport"' in page


def test_a_browser_without_a_network_shows_all_of_it(page: str, evil: str, folder: Path) -> None:
    wide = {"page.html": 4, "evil.html": 3}
    for name, figures in wide.items():
        assert console(folder / name) == []
        for width, found in looked_at(folder / name, (390, 1200), folder).items():
            assert found["width"] == width and found["needed"] <= width, name
            assert found["faults"] == found["twice"] == found["lost"] == found["requests"] == []
            assert found["figures"] == figures and found["scripts"] == 1  # the probe
            assert "Record" in found["text"]


def test_the_browser_would_see_what_is_wrong(tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    wrong = '<div style="width:500px">wide</div><a href="#lost">x</a><i id="a"></i><i id="a"></i><img src="http://nowhere.invalid/a.png">'
    figure = '<figure><svg width="5" height="5"><title>Nothing</title></svg></figure>'
    policy = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
    bad.write_text(f"<!doctype html><html><head>{policy}</head><body>{wrong}{figure}</body></html>", encoding="utf-8")
    found = looked_at(bad, (390,), tmp_path)[390]
    assert found["needed"] > 390 and found["lost"] == ["lost"] and found["twice"] == ["a"] and found["requests"]
    assert any("picture" in fault for fault in found["faults"]) and any("Nothing" in fault for fault in found["faults"])
    assert console(bad) != []  # its picture is refused by its own policy


def test_a_browser_prints_it(page: str, folder: Path) -> None:
    out = folder / "page.pdf"
    run("--no-pdf-header-footer", f"--print-to-pdf={out}", (folder / "page.html").as_uri())
    pages = len(re.findall(rb"/Type\s*/Page\b", out.read_bytes()))
    assert 2 <= pages <= 8
