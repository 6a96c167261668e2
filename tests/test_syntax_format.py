"""The formatter: one form, the same tree, every comment at its token; what cannot be read stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rough_texts import MORE, SCRIPTS, Roughener, pages, text_of

from nndsl.diagnostics import Collector, Source
from nndsl.syntax import ast, formatter, parse
from nndsl.syntax.formatter import WIDTH, formatted, remarks

IDS = [path.stem for path in SCRIPTS]


def form(text: str, width: int = WIDTH) -> str:
    return formatted(Source("test.nn", text), width)


def tree(text: str) -> tuple[ast.Module, list[str]]:
    collector = Collector()
    module = parse(Source("test.nn", text), collector)
    return module, [found.code for found in collector]


@pytest.fixture(autouse=True, scope="module")
def proofs() -> Iterator[list[bool]]:
    """What the formatter's own comparison of before and after says: what it puts right would hide a fault of ours."""
    found: list[bool] = []
    compare = formatter._says_the_same

    def noted(before: str, after: str) -> bool:
        found.append(compare(before, after))
        return found[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(formatter, "_says_the_same", noted)
        yield found


def agrees(text: str, width: int = WIDTH) -> str:
    """The form of a text; fails where it says something else, loses a comment, or has a form of its own."""
    after = form(text, width)
    assert tree(after) == tree(text)
    assert remarks(after) == remarks(text)
    assert form(after, width) == after
    return after


@pytest.mark.parametrize("path", SCRIPTS, ids=IDS)
def test_examples_and_the_library_have_the_form(path: Path) -> None:
    assert form(text_of(path)) == text_of(path)


@pytest.mark.parametrize("path", [*SCRIPTS, *MORE], ids=lambda path: path.stem)
def test_every_width_says_the_same(path: Path, proofs: list[bool]) -> None:
    proofs.clear()
    for width in (40, 60, 80):
        agrees(text_of(path), width)
    assert all(proofs)


def test_scripts_of_pages_keep_their_meaning() -> None:
    for name, text in pages():
        assert agrees(text), name


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([*SCRIPTS, *MORE]), st.integers(0, 2**32), st.integers(40, 120))
def test_rough_texts(proofs: list[bool], path: Path, seed: int, width: int) -> None:
    proofs.clear()
    text = Roughener(seed).rough(text_of(path))
    assert tree(text)[0] == tree(text_of(path))[0]
    agrees(text, width)
    assert all(proofs)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([*SCRIPTS, *MORE]), st.integers(0, 2**32))
def test_blanks_alone_change_nothing(path: Path, seed: int) -> None:
    text = Roughener(0, only_blanks=True).rough(text_of(path))
    rough = Roughener(seed, only_blanks=True).rough(text_of(path))
    assert form(rough) == form(text)


FORMS = [
    ("nothing", " \n\n", ""),
    ("no last line end", "let a=1", "let a = 1\n"),
    ("only comments", "\n\n# a\n\n\n\n#b  ", "# a\n\n#b\n"),
    ("a mark at the beginning", "\ufefflet a=1", "let a = 1\n"),
    ("semicolons", "let a=1;let b=2;;\n", "let a = 1\nlet b = 2\n"),
    ("tabs", "data d {\n\tfrom\tmoons(9)\n}", "data d {\n  from moons(9)\n}\n"),
    ("names of all kinds", "let größe=1\nprint `the `+größe", "let größe = 1\nprint `the ` + größe\n"),
    ("empty lines", "let a=1\n\n\n\nlet b=2", "let a = 1\n\nlet b = 2\n"),
    ("empty lines in a block", "network a {\n\n  relu\n\n\n  relu\n\n}", "network a {\n  relu\n\n  relu\n}\n"),
    ("blocks on one line", "network a{dense(3);relu}", "network a { dense(3); relu }\n"),
    ("an empty block", "network a {\n}", "network a { }\n"),
    ("blocks on two lines", "network a { dense(3)\nrelu}", "network a {\n  dense(3)\n  relu\n}\n"),
    ("powers", "let a=x ^ 2+y ^ (n-1)+z^-1+u^f(1)", "let a = x^2 + y ^ (n - 1) + z^-1 + u ^ f(1)\n"),
    ("signs", "let a=-1- -b\nprint - 1\nset x -1", "let a = -1 - -b\nprint -1\nset x -1\n"),
    ("indices", "let a=x[ : ,1 : 2,...]", "let a = x[:, 1:2, ...]\n"),
    ("not", "expect not(a and b)or not c", "expect not (a and b) or not c\n"),
    ("given by name", "let a=f(b = 1)\ndata d { split train = 70%,test=30% }",
     "let a = f(b=1)\ndata d { split train=70%, test=30% }\n"),
    ("made by name", "cell c(n=1,k : logit) : error {\n state m=0,v[n]=0\n penalty p=1\n}",
     "cell c(n = 1, k: logit): error {\n  state m = 0, v[n] = 0\n  penalty p = 1\n}\n"),
    ("last commas", "let a=f(1,2,)\nlet b=(1,)\nlet c=[1,]", "let a = f(1, 2)\nlet b = (1,)\nlet c = [1]\n"),
    ("arrows that begin lines", "network a {\n x -> b ->\n c\n}", "network a {\n  x -> b\n    -> c\n}\n"),
    ("lists on lines", "let a=[\n1,2,\n\n3,4]", "let a = [\n  1, 2,\n\n  3, 4\n]\n"),
    ("lists that are none", "let a=f(\n1\n)", "let a = f(1)\n"),
    ("a comma that begins a line", "let a=[\n1 # one\n,2]", "let a = [\n  1,  # one\n  2\n]\n"),
    ("comments that go on", "let a=1   # one\n          # two\nlet b=2",
     "let a = 1  # one\n           # two\nlet b = 2\n"),
    ("comments before a brace", "network a{\nrelu # r\n# end\n} # out",
     "network a {\n  relu  # r\n  # end\n}  # out\n"),
    ("a comment behind a brace", "network a { # a\nrelu}", "network a {  # a\n  relu\n}\n"),
    ("a column", "let a=1     # a\nlet abc=23  # b", "let a = 1     # a\nlet abc = 23  # b\n"),
    ("a column that is pushed", "let a=1  # a\nlet a=23 # b", "let a = 1   # a\nlet a = 23  # b\n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "after"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS])
def test_forms(text: str, after: str) -> None:
    assert agrees(text) == after


LONG = [
    ("let a = first_thing -> second_thing -> third_thing",
     "let a = first_thing\n  -> second_thing\n  -> third_thing\n"),
    ("print the_first_one, the_second_one, the_third_one", "print the_first_one, the_second_one,\n  the_third_one\n"),
    ("let a = some_function(one_argument, b=another_one)",
     "let a = some_function(\n  one_argument, b=another_one\n)\n"),
    ("let a = a_long_name * 2 + another_name * some_other",
     "let a = a_long_name * 2 +\n  another_name * some_other\n"),
    ("layer some_layer(parameter = 1, another = 2) { relu }",
     "layer some_layer(\n  parameter = 1, another = 2\n) {\n  relu\n}\n"),
    ("let a = [1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000]",
     "let a = [\n  1000, 2000, 3000, 4000, 5000, 6000,\n  7000, 8000\n]\n"),
    ("data d { input (length_of_it, width_of_it) -> standard }",
     "data d {\n  input (length_of_it, width_of_it)\n    -> standard\n}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "after"), LONG, ids=[row[0][:12] for row in LONG])
def test_long_lines_are_broken(text: str, after: str) -> None:
    assert agrees(text, 40) == after
