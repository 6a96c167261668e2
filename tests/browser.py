"""A headless browser without a network: what a page does in it, found by a script in a copy of the page."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')

# Tells what is wrong with a page to the frame around it: so a page is looked at in any width.
PROBE = """
const faults = [];
addEventListener("error", e => faults.push("error: " + (e.message || e.target.outerHTML)), true);
addEventListener("load", () => {
  const empty = rect => rect.width <= 0 || rect.height <= 0;
  for (const picture of document.images)
    if (!picture.naturalWidth) faults.push("a picture is not there: " + picture.outerHTML.slice(0, 80));
  for (const image of document.querySelectorAll("svg image"))
    if (!image.getAttribute("href").startsWith("data:") || empty(image.getBBox())) faults.push("an image is not there");
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  const twice = ids.filter((id, place) => ids.indexOf(id) !== place);
  const lost = [...document.querySelectorAll("a[href^='#']")].map(a => a.getAttribute("href").slice(1))
    .concat([...document.documentElement.innerHTML.matchAll(/url\\((?:&quot;|")?#([\\w-]+)/g)].map(m => m[1]))
    .filter(id => !document.getElementById(id));
  const figures = [...document.querySelectorAll("figure svg")];
  for (const figure of figures)
    if (empty(figure.getBBox()) || empty(figure.getBoundingClientRect()))
      faults.push("a figure is empty: " + figure.querySelector("title").textContent);
  parent.postMessage({
    name: window.name, faults, twice, lost, figures: figures.length,
    width: innerWidth, needed: document.documentElement.scrollWidth,
    requests: performance.getEntriesByType("resource").map(e => e.name),
    scripts: document.querySelectorAll("script").length, text: document.body.innerText,
  }, "*");
});
"""
FRAMES = """<!doctype html><meta charset="utf-8"><body>{frames}<pre id="found"></pre><script>
const found = {{}};
addEventListener("message", e => {{
  found[e.data.name] = e.data;
  document.getElementById("found").textContent = JSON.stringify(found);
}});
</script></body>"""


def browser() -> str:
    """The program; skips the test where there is none."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no chromium or google-chrome to look at pages with")
    return found


def run(*options: str) -> subprocess.CompletedProcess[str]:
    """Starts the browser with a profile of its own."""
    with tempfile.TemporaryDirectory() as profile:
        command = [browser(), *FLAGS, f"--user-data-dir={profile}", *options]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)


def console(page: Path) -> list[str]:
    """What the page itself, unchanged, makes the browser say."""
    done = run("--enable-logging=stderr", "--v=0", "--dump-dom", page.as_uri())
    assert "</html>" in done.stdout
    return [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def looked_at(page: Path, widths: tuple[int, ...], folder: Path) -> dict[int, dict[str, Any]]:
    """What the probe finds in a copy of the page, by width."""
    copy = folder / f"probed-{page.name}"
    text = page.read_text(encoding="utf-8")
    assert len(POLICY.findall(text)) == 1  # which would stop the probe
    copy.write_text(POLICY.sub(lambda _: f"<script>{PROBE}</script>", text), encoding="utf-8")
    frames = "".join(
        f'<iframe name="{width}" src="{html.escape(copy.name)}" style="border:0;width:{width}px;height:800px"></iframe>'
        for width in widths
    )
    around = folder / f"frames-{page.name}"
    around.write_text(FRAMES.format(frames=frames), encoding="utf-8")
    done = run("--window-size=1400,1000", "--virtual-time-budget=10000", "--dump-dom", around.as_uri())
    found = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.S)
    assert found is not None, done.stderr
    told = json.loads(html.unescape(found[1]))
    return {width: told[str(width)] for width in widths}
