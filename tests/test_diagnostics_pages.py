"""Every page has its parts; those of syntax are run through the parser here."""

from __future__ import annotations

import re

import pytest

from nndsl.diagnostics import Collector, Source
from nndsl.diagnostics.pages import codes, page
from nndsl.syntax import parse

BLOCK = re.compile(r"^```(?:nn|python) (wrong|right)[^\n]*\n(.*?)^```$", re.M | re.S)


@pytest.mark.parametrize("code", codes())
def test_every_page_has_a_title_a_wrong_and_a_right_example(code: str) -> None:
    text = page(code)
    assert text is not None and re.match(rf"# {code}: \S", text)
    assert [kind for kind, _ in BLOCK.findall(text)] == ["wrong", "right"]


@pytest.mark.parametrize("code", [code for code in codes() if code.startswith("E01")])
def test_examples_of_syntax_give_their_code_and_no_other(code: str) -> None:
    for kind, example in BLOCK.findall(page(code) or ""):
        collector = Collector()
        parse(Source("page.nn", example), collector)
        assert [d.code for d in collector] == ([code] if kind == "wrong" else [])


def test_codes_are_found_in_any_case_and_unknown_ones_are_not() -> None:
    assert page("e0101") == page("E0101")
    assert page("E0000") is None and page("../pages/E0101") is None
