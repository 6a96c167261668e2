"""What stands around the cursor, and what is wanted there: from tokens and tables, without anything that is known."""

from __future__ import annotations

import pytest

from nndsl.diagnostics import Collector, Source
from nndsl.editor.place import Place, divided, key_of, outside, place_at
from nndsl.editor.position import position
from nndsl.editor.wanted import Columns, Defined, Fields, Files, Locals, Names, Own, Parameters, Wanted
from nndsl.semantics.options import STATEMENTS
from nndsl.semantics.roles import ROLES
from nndsl.syntax.layout import lay_out, raw_tokens


def at(marked: str) -> Place:
    offset = marked.index("|")
    return place_at(marked[:offset] + marked[offset + 1 :], offset)


def wanted(marked: str) -> tuple[Wanted, ...]:
    offset = marked.index("|")
    return position(marked[:offset] + marked[offset + 1 :], offset).wanted


def said(tokens: object) -> list[str]:
    return [str(token) for token in tokens]  # type: ignore[attr-defined]


# ---- places ------------------------------------------------------------------------------------------------------


def test_the_word_at_the_cursor() -> None:
    for marked, word, start in (
        ("train ml|", "ml", 6), ("train |", "", 6), ("tr|ain", "tr", 0), ("h'|", "h'", 0),
        ("x.`Sepal Le|", "Sepal Le", 2), ("let\n  wid|", "wid", 6), ("in|", "in", 0), ("fal|", "fal", 0),
        ("x = true|", "true", 4), ("é|", "é", 0),
    ):  # fmt: skip
        place = at(marked)
        assert (place.word, place.start, place.text, place.silent) == (word, start, False, False), marked


def test_texts_comments_and_numbers() -> None:
    place = at('data d { from "data/ir|is.csv"')
    assert (place.word, place.start, place.text) == ("data/ir", 15, True)
    assert said(place.line) == ["from"]
    assert not at('print "a" |').text and not at('print "a"\n|').text
    for marked in ("# tr|", "train x # on|", "epochs 1|", "0.5|", "12x|", '"a"|', "'a'|"):
        assert at(marked).silent, marked
    assert not at("# a\n|").silent and not at("1 |").silent


def test_blocks_that_are_open_and_lines_that_are_there() -> None:
    place = at("train mlp on d {\n  epochs 5\n  optimizer adam(lr=1)\n  ba|\n  batch 3; stop patience=4\n}\nlet a = 1")
    (block,) = place.blocks
    assert said(block.head) == ["train", "mlp", "on", "d"]
    assert block.given == ("epochs", "optimizer", "batch", "stop")
    assert place.line == () and place.word == "ba"
    inner = at("network n(k = 2) for d {\n  repeat k { dense(3) }\n  repeat 3 {\n    relu; |")
    assert [said(block.head) for block in inner.blocks] == [
        ["network", "n", "(", "k", "=", "2", ")", "for", "d"], ["repeat", "3"],
    ]  # fmt: skip
    assert inner.blocks[0].given == ("repeat",) and inner.blocks[1].given == ("relu",)
    assert at("train a on d { epochs 3 }\n|").blocks == ()


def test_brackets_that_are_open_and_what_is_given_in_them() -> None:
    place = at("network n { dense(3) -> conv(8, size=3, |, groups=2) -> relu }")
    (bracket,) = place.brackets
    assert bracket.name == "conv" and bracket.given == ("size", "groups") and bracket.by_place == 1
    assert place.tail == () and said(outside(place.line)) == ["dense", ")", "->", "conv"]
    nested = at("print max(run.history.loss[|")
    assert [(b.kind, said(b.head)) for b in nested.brackets] == [
        ("_CALL", ["max"]), ("_INDEX", ["run", ".", "history", ".", "loss"]),
    ]  # fmt: skip
    assert at("let a = (1 + |").brackets[0].kind == "LPAR" and at("let a = [1, |").brackets[0].kind == "LSQB"
    assert at("let a = (3\nlet b = |").brackets == ()  # the first was forgotten
    assert len(at("rows [\n  [1, 2],\n  [|").brackets) == 2


def test_at_the_left_edge_the_lines_below_say_whether_a_block_goes_on() -> None:
    assert at("train a on d {\n  epochs 3\n|\n  batch 4\n}").blocks
    assert at("train a on d {\n  epochs 3\n|\n}").blocks
    assert at("train a on d {\n|").blocks
    assert at("train a on d {\nepochs 3\n|").blocks
    assert not at("train a on d {\n  epochs 3\n|\ntrain b on d").blocks


def test_a_place_is_that_of_the_layout_of_the_whole_text() -> None:
    """The tokens before the cursor have the kinds that they have in the whole text."""
    text = "optimizer o(lr = 0.1) { state u = 0; w' = w - lr * g }\ntrain a on d as run { loss mse(output, input) }\n"
    for statement in lay_out(Source("s", text), Collector()).statements:
        for i, token in enumerate(statement):
            place = place_at(text, token.start_pos)
            if place.silent or place.text or not token or token.start_pos == 0:
                continue
            kinds = {known.start_pos: known.type for known in statement[:i]}
            for known in (*place.line, *(t for b in place.brackets for part in b.arguments for t in part)):
                assert kinds.get(known.start_pos, known.type) == known.type


def test_parts_of_lists_and_names_of_arguments() -> None:
    tokens = raw_tokens("a, f(b, c), d=1, [e, g]")
    parts = divided(tokens)
    assert [" ".join(said(part)) for part in parts] == ["a", "f ( b , c )", "d = 1", "[ e , g ]"]
    assert [key_of(part) for part in parts] == ["", "", "d", ""]
    assert said(outside(tokens)) == ["a", ",", "f", ")", ",", "d", "=", "1", ",", "]"]
    assert divided(()) == ((),)


# ---- what is wanted ------------------------------------------------------------------------------------------------


def test_statements_are_those_of_the_tables() -> None:
    verbs, kinds, _ = wanted("|")
    assert verbs == Names("statement", tuple(verb for verb, row in STATEMENTS.items() if not row.later))
    assert kinds == Names("kind of definition", tuple(ROLES))


@pytest.mark.parametrize("verb", [verb for verb, row in STATEMENTS.items() if not row.later])
def test_every_statement_offers_its_own_options_and_clauses(verb: str) -> None:
    row = STATEMENTS[verb]
    if row.options and verb != "plot":
        (names,) = wanted(f"{verb} a on b {{ |")
        assert names == Names(f"option of {verb}", tuple(o.name for o in row.options if not o.later))
    if row.subject and verb not in ("print", "expect"):
        found = wanted(f"{verb} thing |")
        assert [name for one in found if isinstance(one, Names) for name in one.names] == list(row.clauses)


@pytest.mark.parametrize(
    ("marked", "first"),
    [
        ("train |", Own("network")),
        ("train a on |", Own("data")),
        ("train a on b with |", Defined(("recipe",))),
        ("train a on b.|", Fields(("b",), parts=True)),
        ("print a.b.|", Fields(("a", "b"))),
        ("plot histogram(a.|", Fields(("a",), columns=True)),
        ("use \"|", Files((".nn",))),
        ("report to \"|", Files((".html",))),
        ("data d { target |", Columns("d")),
        ("data d { drop a, |", Columns("d", ("a",))),
        ("data d { split by=|", Columns("d")),
        ("network n { x -> |", Defined(("activation",))),
        ("network n { |", Defined(("layer", "cell"))),
        ("layer f(a, b = 2) { let c = |", Locals((("b", "parameter"), ("a", "parameter")))),
        ("layer f { param W[3] ~ |", Defined(("initializer",))),
        ("train a on b { optimizer |", Defined(("optimizer",))),
        ("train a on b { metrics r2, |", Defined(("metric",), ("r2",))),
        ("train a on b { optimizer adam(1, eps=2, |", Parameters(("optimizer",), "adam", ("eps",), 1)),
        ("data d { from moons(|", Parameters(("generator",), "moons")),
    ],
)  # fmt: skip
def test_what_is_wanted_first(marked: str, first: Wanted) -> None:
    assert wanted(marked)[0] == first


@pytest.mark.parametrize(
    "marked",
    ["network |", "train a on b as |", "let |", "let a|", "layer f(|", "layer f(a, |", "param |", "print a |",
     "# |", '"|',
     "1|", "data d { columns |", "layer f { param W, |", "train a on b { optimizer adam |", "a b c |",
     "network n { relu |", "train a on b { step critic { |", "train a on b { title \"|"],
)  # fmt: skip
def test_where_nothing_is_wanted(marked: str) -> None:
    assert wanted(marked) == ()


def test_names_of_a_body_are_those_before_the_cursor() -> None:
    lines = ("input x[time, in]", "param W[in, n], b[n] = 0", "state s = 0", "h, k = split(x, 2)", "|", "late = 1")
    text = "layer f(n, act = tanh) {\n" + "\n".join(lines) + "\n}"
    found = next(one for one in wanted(text) if isinstance(one, Locals) and len(one.names) > 2)
    assert dict(found.names) == {
        "n": "parameter", "act": "parameter", "x": "input", "time": "size", "in": "size", "W": "weight", "b": "weight",
        "s": "state", "h": "value", "k": "value",
    }  # fmt: skip
    assert wanted(text)[0] == Locals((("s'", "next value"),))
