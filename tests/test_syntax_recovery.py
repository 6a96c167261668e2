"""Faults of syntax: each is reported once, in its place, and nothing is made up after it."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from golden import check_golden
from hypothesis import given, settings
from hypothesis import strategies as st

from nndsl.diagnostics import Collector, Diagnostic, Source
from nndsl.diagnostics.render import render
from nndsl.syntax import ast, dump, parse
from nndsl.syntax.tables import lexer, tables

SCRIPTS = sorted((Path(__file__).parent / "syntax_scripts").glob("*.nn"))


def read(text: str) -> tuple[ast.Module, list[Diagnostic]]:
    collector = Collector()
    module = parse(Source("test.nn", text), collector)
    return module, list(collector)


def found(text: str) -> list[tuple[str, int]]:
    """Code and line of each diagnostic."""
    return [(d.code, text[: d.span.start].count("\n") + 1) for d in read(text)[1] if d.span is not None]


FAULTS = [
    ("stray character", "let n = 3 $ 4", "E0101"),
    ("multiplication sign", "let n = 3 × 4", "E0101"),
    ("curly quotes", "let s = “abc”", "E0101"),
    ("invisible space", "let n =\u00a03", "E0101"),
    ("semicolon in brackets", "let x = f(a; b)", "E0101"),
    ("open string", 'let s = "abc', "E0102"),
    ("open backquote", "let s = `abc", "E0102"),
    ("single quotes", "let s = 'abc'", "E0103"),
    ("file without quotes", "use blocks.nn", "E0103"),
    ("letters after a number", "let n = 3d", "E0104"),
    ("product without sign", "let n = 2x + 1", "E0104"),
    ("exponent without digits", "let n = 1e", "E0104"),
    ("hexadecimal", "let n = 0xff", "E0104"),
    ("point without digits", "let n = 1.", "E0104"),
    ("two points", "let n = 1.5.2", "E0104"),
    ("too large", "let n = 1e999", "E0104"),
    ("open parenthesis", "network a { dense(10 }", "E0105"),
    ("open bracket", "network a {\n  input x[3\n  dense(2)\n}", "E0105"),
    ("open parenthesis at the end", "let a = (", "E0105"),
    ("open brace", "network a {\n  dense(3)\n\nnetwork b { dense(2) }", "E0106"),
    ("open brace at the end", "network a {\n  dense(3)\n", "E0106"),
    ("open inner brace", "network a {\n  repeat 3 {\n    dense(3)\n}\nlet b = 3", "E0106"),
    ("open brace on a line", 'plot a { to "x"\nload b from "s"\nload c from "s"', "E0106"),
    ("closes nothing", "network a { x = (a + b)) }", "E0107"),
    ("closed by another", "network a { dense(10, [1, 2) }", "E0107"),
    ("brace closes nothing", "network a { dense(2) } }", "E0107"),
    ("brace closes too early", "network a {\n  dense(2)\n  }\n  dense(3)\n}\nlet a = 3", "E0107"),
    ("no comma in a call", "let a = f(x y)", "E0108"),
    ("no comma in a list", "data d { rows [[1, 2], [3 4]] }", "E0108"),
    ("no comma in an index", "network a { param W[in units] }", "E0108"),
    ("no comma between parameters", "loss nll(y k) = y", "E0108"),
    ("equals for equal", "expect a.b = 3", "E0109"),
    ("no let", "x = 3", "E0110"),
    ("set with equals", "set seed = 7", "E0110"),
    ("let without equals", "let x 3", "E0110"),
    ("if", "if x > 3 { print x }", "E0111"),
    ("if inside", "let x = a if b else c", "E0111"),
    ("for", "for i in range(3):\n  print i", "E0111"),
    ("def", "def f(x):\n  return x", "E0111"),
    ("import", "import numpy as np", "E0111"),
    ("from import", "from numpy import array", "E0111"),
    ("lambda", "let f = lambda x: x", "E0111"),
    ("return", "layer a { return x }", "E0111"),
    ("while", "while x < 3 { print x }", "E0111"),
    ("colon after a head", "network a:\n  dense(3)\n  dense(4)", "E0112"),
    ("colon in an option", "train a on b { lr: 0.1 }", "E0112"),
    ("colon in an argument", "train a on b { optimizer adam(lr: 0.1) }", "E0112"),
    ("no body", "network a", "E0113"),
    ("no body but a value", "network a dense(3)", "E0113"),
    ("dictionary", "let x = {1: 2}", "E0113"),
    ("no brace before a block", "train a on b\n  batch 3\n  loss nll\n}\nlet c = 3", "E0113"),
    ("no name", "network { dense(3) }", "E0114"),
    ("let without a name", "let = 3", "E0114"),
    ("let with a number", "let 3 = x", "E0114"),
    ("set alone", "set", "E0114"),
    ("layers outside", "dense(10) -> relu", "E0115"),
    ("sum outside", "3 + 4", "E0115"),
    ("nothing after =", "let a =", "E0116"),
    ("nothing after +", "network a {\n  x = 3 +\n}", "E0116"),
    ("nothing after ->", "network a { dense(3) -> }", "E0116"),
    ("nothing after on", "train a on { batch 3 }", "E0116"),
    ("nothing after as", "train a on b as", "E0116"),
    ("nothing between commas", "let x = f(a,,b)", "E0116"),
    ("nothing between operators", "let a = + 3", "E0116"),
    ("comma before a clause", "train mlp, on iris", "E0116"),
    ("line starts with +", "network a {\n  dense(3)\n  + 4\n}", "E0117"),
    ("block starts with ->", "network a { -> dense(3) }", "E0117"),
    ("two values", "print a b", "E0118"),
    ("two strings", 'let a = "x" "y"', "E0118"),
    ("two layers on a line", "network a { dense(3) dense(4) }", "E0118"),
    ("option outside its block", "train a on b batch 3", "E0118"),
    ("two statements on a line", "train a on b { batch 3 } evaluate a", "E0118"),
    ("chain of comparisons", "let a = 1 < 2 < 3", "E0119"),
    ("deep brackets", "let a = " + "(" * 300 + "1" + ")" * 300 + " + " + "-" * 300 + "1", "E0120"),
    ("long chain", "let a = 1" + " + 1" * 300, "E0120"),
    ("unknown escape", 'let s = "a\\d"', "E0121"),
    ("space before a call", "let a = b (3)", "E0122"),
    ("space before parameters", "network a (units) { dense(units) }", "E0122"),
    ("a number called", "let x = 2(a + b)", "E0122"),
    ("a call is given a value", "network a { f(x) = 3 }", "E0123"),
    ("an attribute is given a value", "network a { h.y = 3 }", "E0123"),
    ("power", "let n = 3 ** 2", "E0125"),
    ("and", "let n = a && b", "E0125"),
    ("not", "let n = !a", "E0125"),
    ("in place", "network a { x += 1 }", "E0125"),
    ("whole quotient", "let n = 7 // 2", "E0125"),
    ("keyword as a name", "let and = 3", "E0126"),
    ("empty parentheses", "let x = ()", "E0127"),
    ("empty place", "let x = f(,a)", "E0127"),
]


@pytest.mark.parametrize(("name", "text", "code"), FAULTS, ids=[name for name, *_ in FAULTS])
def test_one_fault_is_one_error_with_its_own_code(name: str, text: str, code: str) -> None:
    assert [d.code for d in read(text)[1]] == [code]


def test_the_messages_are_as_they_were_read_and_found_good() -> None:
    shown = []
    for name, text, _ in FAULTS:
        if name in ("deep brackets", "long chain"):
            continue
        shown.append(f"## {name}\n\n" + "\n".join(render(d, 100, False) for d in read(text)[1]) + "\n")
    check_golden("syntax-messages.txt", "\n".join(shown))


TEN = """\
let a = 3 +* 4
network one {
  input x[4]
  dense(10
  dense(3 4) -> relu
  repeat 2 { dense(5) ->; dense(6); x = ; relu }
}
let b = "open
let c = 2
activation f(x) = x ** 2
train one on d as run { lr: 0.1; epochs 3; batch = }
expect run.loss = 3
print a, b, c
network two { dense(3)) }
dense(4)
print c
"""


def test_ten_faults_in_one_file_are_all_reported_in_order_and_none_is_made_up() -> None:
    expected = [
        ("E0116", 1),
        ("E0105", 4),
        ("E0108", 5),
        ("E0116", 6),
        ("E0116", 6),
        ("E0102", 8),
        ("E0125", 10),
        ("E0112", 11),
        ("E0116", 11),
        ("E0109", 12),
        ("E0107", 14),
        ("E0115", 15),
    ]
    assert found(TEN) == expected


def test_a_faulty_line_leaves_the_others_and_marks_what_holds_it() -> None:
    module, _ = read("network a {\n  input x[4]\n  dense(3 4)\n  repeat 2 { relu }\n}\nnetwork b { relu }")
    a, b = module.statements
    assert isinstance(a, ast.Definition) and a.broken and isinstance(a.body, ast.Block) and a.body.broken
    assert [type(i).__name__ for i in a.body.items] == ["Option", "Option"]
    assert isinstance(b, ast.Definition) and not b.broken


def test_a_statement_that_cannot_be_read_still_stands_for_its_name() -> None:
    text = "network a (n) { relu }\nlet b, c = 3 +\ntrain a on on d as run\nx = 3\nloss f(y) = y +"
    a, b, run, x, f = read(text)[0].statements
    assert isinstance(a, ast.Definition) and (a.name, a.broken) == ("a", True)
    assert isinstance(b, ast.Let) and ([n.text for n in b.names], b.broken) == (["b", "c"], True)
    assert isinstance(run, ast.Action) and run.broken
    clause = run.clause("as")
    assert clause is not None and clause.values[0] == ast.Name("run", span=clause.span)
    assert isinstance(x, ast.Let) and x.broken
    assert isinstance(f, ast.Definition) and (f.kind, f.name, f.broken) == ("loss", "f", True)


def test_faults_in_the_block_of_a_faulty_line_are_found_too() -> None:
    assert found("network a {\n  repeat 3d {\n    dense(1 2)\n    relu\n  }\n  dense(3 4)\n}") == [
        ("E0104", 2),
        ("E0108", 3),
        ("E0108", 6),
    ]
    assert found("train a on on b {\n  lr: 3\n  batch 3\n}") == [("E0116", 1), ("E0112", 2)]


def test_after_an_open_brace_the_next_statements_are_read() -> None:
    module, problems = read("network a {\n  dense(3)\n\nnetwork b {\n  relu\n}\ntrain b on d { batch 3 }\n")
    assert [d.code for d in problems] == ["E0106"]
    assert [type(s).__name__ for s in module.statements] == ["Definition", "Definition", "Action"]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_prefix_of_every_script_gives_a_tree(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for end in range(len(text)):
        module, problems = read(text[:end])
        if end % 10 == 0:
            assert dump(module)
        for problem in problems:
            assert problem.span is not None and 0 <= problem.span.start <= problem.span.end <= end


NAMES_INSIDE = set(tables().terminals) | {"$END", "_SEP", "Token", "Tree", "terminal", "None"}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_slips_of_one_token_never_show_the_insides_of_the_parser(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tokens = [t for t in lexer().lex(text) if t.type != "COMMENT"]
    chance = random.Random(path.stem)
    for token in tokens:
        other = chance.choice(tokens)
        for put in ("", f"{token} {token}", str(other)):
            changed = text[: token.start_pos] + put + text[token.end_pos :]
            for problem in read(changed)[1]:
                words = set(f"{problem.message} {problem.help or ''}".replace("`", " ").split())
                leaked = {w for w in words & NAMES_INSIDE if not re.search(rf"\b{re.escape(w)}\b", changed)}
                assert not leaked, (problem.message, problem.help)
                assert render(problem)


@settings(max_examples=200, deadline=None)
@given(st.text() | st.binary().map(lambda data: data.decode("utf-8", "replace")))
def test_any_text_gives_a_tree(text: str) -> None:
    module, problems = read(text)
    assert dump(module) is not None
    for problem in problems:
        assert render(problem, 60, True)


PIECES = [
    "network",
    "a",
    "b",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "=",
    "->",
    ",",
    "\n",
    ";",
    "1",
    '"s"',
    "'",
    "let",
    "on",
    "as",
    "-",
    "^",
    ":",
    "~",
    "not",
    "...",
    ".",
    "#c\n",
    "`q`",
    "for",
    "loss",
    "%",
    "**",
]


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)
    | st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
)
def test_any_order_of_words_gives_a_tree(text: str) -> None:
    module, problems = read(text)
    assert dump(module) is not None
    for problem in problems:
        assert render(problem, 60, False)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "{" * 3000,
        "a(" * 2000 + ")" * 2000,
        "let x = " + "-" * 5000 + "1",
        "a = [" * 1000,
        "}" * 3000,
        "network a {\n" * 500,
    ],
)
def test_deep_nests_do_not_break_it(text: str) -> None:
    module, problems = read(text)
    assert problems and dump(module)


def test_a_brace_turned_round_on_the_line_of_another_is_reported_and_ends() -> None:
    text = "network deep {\n  repeat 2 } residual(64) }\n  dense(1)\n}\nlet a = 3\n"
    module, problems = read(text)
    assert "E0107" in [d.code for d in problems]
    assert isinstance(module.statements[-1], ast.Let)
