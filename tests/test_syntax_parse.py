"""What each form of the language becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from nndsl.diagnostics import Collector, Source
from nndsl.syntax import ast, dump, is_complete, parse, parse_expression, to_text

SCRIPTS = sorted((Path(__file__).parent / "syntax_scripts").glob("*.nn"))


def read(text: str) -> ast.Module:
    collector = Collector()
    module = parse(Source("test.nn", text), collector)
    assert [d.message for d in collector] == []
    return module


def only(text: str) -> ast.Statement:
    (statement,) = read(text).statements
    return statement


def item(text: str) -> ast.Item:
    """The one item of a block that holds `text`."""
    action = only("run {\n" + text + "\n}")
    assert isinstance(action, ast.Action) and action.block is not None
    (found,) = action.block.items
    return found


def value(text: str) -> ast.Expr:
    collector = Collector()
    found = parse_expression(Source("test.nn", text), collector)
    assert found is not None, [d.message for d in collector]
    return found


def shape(node: object) -> str:
    """An expression with all its parentheses."""
    match node:
        case ast.Binary(op=op, left=left, right=right):
            return f"({shape(left)} {op} {shape(right)})"
        case ast.Pipe(left=left, right=right):
            return f"({shape(left)} -> {shape(right)})"
        case ast.Unary(op=op, operand=operand):
            return f"({op} {shape(operand)})"
        case ast.Node():
            return to_text(node)
    raise AssertionError(node)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_script_of_the_design_is_read(path: Path) -> None:
    module = read(path.read_text(encoding="utf-8"))
    assert module.statements


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a -> f -> g(2)", "((a -> f) -> g(2))"),
        ("a or b and not c", "(a or (b and (not c)))"),
        ("not a == b", "(not (a == b))"),
        ("a + b * c - d", "((a + (b * c)) - d)"),
        ("a - b - c", "((a - b) - c)"),
        ("a / b * c @ d", "(((a / b) * c) @ d)"),
        ("-x^2", "(- (x ^ 2))"),
        ("2^-x", "(2 ^ (- x))"),
        ("a^b^c", "(a ^ (b ^ c))"),
        ("--x", "(- (- x))"),
        ("(a + b) * c", "((a + b) * c)"),
        ("a < b + 1", "(a < (b + 1))"),
        ("x @ W + b -> relu", "(((x @ W) + b) -> relu)"),
        ("a-1", "(a - 1)"),
        ("x * -1", "(x * (- 1))"),
        ("not not a", "(not (not a))"),
    ],
)
def test_operators_bind_as_the_table_says(text: str, expected: str) -> None:
    assert shape(value(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected", "percent"),
    [
        ("1", 1, False),
        ("60_000", 60000, False),
        ("0.5", 0.5, False),
        (".5", 0.5, False),
        ("1e-3", 0.001, False),
        ("70%", 0.7, True),
        ("12.5%", 0.125, True),
    ],
)
def test_numbers(text: str, expected: float, percent: bool) -> None:
    number = value(text)
    assert isinstance(number, ast.Number)
    assert (number.value, number.percent) == (expected, percent)
    assert isinstance(number.value, int) == (text.replace("_", "").isdigit())


def test_strings_read_their_escapes() -> None:
    assert value(r'"a \"b\" \\ \n"') == ast.String('a "b" \\ \n', span=value('"x"').span)


def test_calls_indexes_and_attributes() -> None:
    call = value("conv(2 * n, 3, stride=2,)")
    assert isinstance(call, ast.Call)
    assert [(a.name, to_text(a.value)) for a in call.arguments] == [(None, "2 * n"), (None, "3"), ("stride", "2")]
    index = value("x[..., a:b, :n, -1]")
    assert isinstance(index, ast.Index)
    assert [type(i).__name__ for i in index.items] == ["Ellipsis", "Slice", "Slice", "Unary"]
    attribute = value("run.history.loss")
    assert isinstance(attribute, ast.Attribute)
    assert attribute.name_span.text == "loss" and to_text(attribute.base) == "run.history"
    assert to_text(value("a.`Cell Type`")) == "a.`Cell Type`"


def test_words_of_the_language_are_names_where_they_do_not_stand_as_such() -> None:
    assert to_text(value("dense(in, set, data, on) + run.to + x[in]")) == "dense(in, set, data, on) + run.to + x[in]"
    assert item('from "x.csv"').name == "from"  # type: ignore[union-attr]
    assert item('to "x.csv"').name == "to"  # type: ignore[union-attr]
    assert item("loss nll").name == "loss"  # type: ignore[union-attr]
    assert isinstance(item("network = 3"), ast.Bind)
    assert isinstance(item("use 3"), ast.Option)


def test_a_call_touches_its_name_and_a_group_does_not() -> None:
    flow, option = item("input(a, b)"), item("input (a, b) -> standard")
    assert isinstance(flow, ast.Flow) and isinstance(flow.value, ast.Call)
    assert isinstance(option, ast.Option)
    pipe = option.arguments[0].value
    assert isinstance(pipe, ast.Pipe) and isinstance(pipe.left, ast.Group)
    listed = item("rows [[1, 2], [3, 4]]")
    assert isinstance(listed, ast.Option) and isinstance(listed.arguments[0].value, ast.List)


def test_a_sign_and_a_difference_are_told_apart_by_the_space() -> None:
    option, flow = item("shift -1"), item("h - 1")
    assert isinstance(option, ast.Option) and to_text(option.arguments[0]) == "-1"
    assert isinstance(flow, ast.Flow) and to_text(flow.value) == "h - 1"
    assert isinstance(item("h-1"), ast.Flow)
    statement = only("set seed -1")
    assert isinstance(statement, ast.Set) and to_text(statement.value) == "-1"


def test_options() -> None:
    option = item("param W[in, units] ~ glorot, b[units] = 0")
    assert isinstance(option, ast.Option)
    first, second = option.arguments
    assert (to_text(first.value), first.default, to_text(first.initial)) == ("W[in, units]", None, "glorot")  # type: ignore[arg-type]
    assert (to_text(second.value), to_text(second.default), second.initial) == ("b[units]", "0", None)  # type: ignore[arg-type]
    split = item("split train=70%, test=rest, stratify=species")
    assert isinstance(split, ast.Option) and len(split.arguments) == 3
    repeat = item("repeat depth { dense(3); relu }")
    assert isinstance(repeat, ast.Option) and repeat.block is not None and len(repeat.block.items) == 2
    train = item("train { epochs 3 }")
    assert isinstance(train, ast.Option) and train.arguments == () and train.block is not None


def test_bindings() -> None:
    bind = item("a, b' = encoder(x)")
    assert isinstance(bind, ast.Bind) and [n.text for n in bind.names] == ["a", "b'"]
    assert isinstance(item("let fake = 3"), ast.Let)


def test_definitions() -> None:
    function = only("activation softmax(x: real, axis = -1): probability = exp(x)")
    assert isinstance(function, ast.Definition) and isinstance(function.body, ast.Call)
    x, axis = function.parameters
    assert x.kind is not None and x.kind.text == "real" and axis.default is not None
    assert function.result is not None and function.result.text == "probability"
    network = only("network mlp(n = 3) for iris {\n dense(n)\n}")
    assert isinstance(network, ast.Definition) and network.data is not None and network.data.text == "iris"
    assert (network.kind, network.name, network.name_span.text) == ("network", "mlp", "mlp")


def test_a_definition_inside_a_block_has_a_body() -> None:
    assert isinstance(item("loss mine(y, z) = (y - z)^2"), ast.Definition)
    assert isinstance(item("loss mse(output, input)"), ast.Option)
    assert isinstance(item("optimizer adam(lr=0.1)"), ast.Option)


def test_actions() -> None:
    action = only('predict a.b, c on d.test with fast as answers to "x.csv" { batch 3 }')
    assert isinstance(action, ast.Action)
    assert [to_text(s) for s in action.subjects] == ["a.b", "c"]
    assert [(c.preposition, to_text(c.values[0])) for c in action.clauses] == [
        ("on", "d.test"),
        ("with", "fast"),
        ("as", "answers"),
        ("to", '"x.csv"'),
    ]
    report = only('report to "x.html"')
    assert isinstance(report, ast.Action) and report.subjects == () and report.clause("to") is not None


def test_comments_straight_above_document_a_definition() -> None:
    text = "# not this\n\n# Squeezes.\n# As in the paper.\nactivation a(x) = x  # nor this\nactivation b(x) = x\n"
    first, second = read(text).statements
    assert isinstance(first, ast.Definition) and first.comment == "Squeezes.\nAs in the paper."
    assert isinstance(second, ast.Definition) and second.comment == ""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("print a\nprint b", 2),
        ("print a; print b;", 2),
        ("\n\n# c\nprint a # d\n\n# e\n\nprint b\n", 2),
        ("print a\r\nprint b\r\n", 2),
        ("print f(a,\n  b\n)\nprint [\n1\n]", 2),
        ("let y = a\n  -> f\n\n# between\n  -> g\nprint y", 2),
        ("let y = a ->\n f\nlet z = 1 +\n 2", 2),
        ("let y =\n 3", 1),
        ("print a,\n b", 1),
        ("\ufeffprint a", 1),
        ("", 0),
        ("# only this", 0),
        (";;;", 0),
    ],
)
def test_where_a_line_ends_a_statement(text: str, count: int) -> None:
    assert len(read(text).statements) == count


def test_blocks_may_be_empty_and_on_one_line() -> None:
    for text in ("run { }", "run {}", "run {\n\n}", "run { a; }", "run {; a\n; b }", "run {\n# c\na # d\n}"):
        assert isinstance(only(text), ast.Action)


def test_places_cover_what_was_written() -> None:
    text = "let y = (a + b) * (c) -> f(x)"
    let = only(text)
    assert isinstance(let, ast.Let) and let.span.text == text
    pipe = let.value
    assert isinstance(pipe, ast.Pipe) and pipe.span.text == "(a + b) * (c) -> f(x)"
    assert pipe.left.span.text == "(a + b) * (c)" and pipe.right.span.text == "f(x)"
    assert isinstance(pipe.left, ast.Binary) and pipe.left.left.span.text == "a + b"


def test_equal_texts_make_equal_trees_wherever_they_stand() -> None:
    assert read("let a = 1 + 2") == read("\n\n  let a =  1 +\n2  # c\n")
    assert read("let a = 1") != read("let a = 1.0%")


@pytest.mark.parametrize(
    "text",
    [
        "a -> f -> g(2)",
        "(a -> b) + c",
        "a -> (b -> c)",
        "a + (b + c)",
        "(a + b) * c",
        "-x^2",
        "(-x)^2",
        "2^-x",
        "(a^b)^c",
        "not (a or b)",
        "(not a) == b",
        "a < b and b < c",
        "(a < b) == c",
        "x[..., a:b]",
        "f(a, n=2)[1].loss",
        "(a, b)",
        "(a,)",
        "[1, [2, 3]]",
        '"a \\"b\\" \\n"',
        "`Sepal Length` -> log",
        "h' - 1",
        "70%",
        "0.001",
        "true",
        "none",
        "(a -> f)(x)",
        "x[:]",
    ],
)
def test_expressions_print_as_they_are_written(text: str) -> None:
    assert to_text(value(text)) == text


def test_printing_keeps_the_meaning_of_every_expression_in_the_scripts() -> None:
    for path in SCRIPTS:
        for node in expressions(read(path.read_text(encoding="utf-8"))):
            assert value(to_text(node)) == node


def expressions(node: object) -> list[ast.Expr]:
    if isinstance(node, ast.Expr):
        return [node] if not isinstance(node, ast.Slice) else []
    if isinstance(node, tuple):
        return [found for part in node for found in expressions(part)]
    if isinstance(node, ast.Node):
        return [
            found
            for name in node.__dataclass_fields__
            if "span" not in name
            for found in expressions(getattr(node, name))
        ]
    return []


def test_dump_shows_the_whole_tree() -> None:
    text = dump(read("network a(n = 2) for d {\n  repeat n { dense(3) -> relu }\n}\ntrain a on d as run"))
    for part in (
        "Definition kind='network' name='a'",
        "Parameter name='n'",
        "Option name='repeat'",
        "Pipe `dense(3) -> relu`",
        "Clause preposition='as'",
    ):
        assert part in text


@pytest.mark.parametrize("text", ["", "1 +", "a b", "let x = 3", "f(", "1; 2", '"a', "1 < 2 < 3"])
def test_a_text_that_is_no_expression_gives_none_and_says_why(text: str) -> None:
    collector = Collector()
    assert parse_expression(Source("--set", text), collector) is None
    assert len(collector.errors) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("print a", True),
        ("", True),
        ("run {", False),
        ("run { }", True),
        ("print f(", False),
        ("print [1,", False),
        ("let a = 1 +", False),
        ("a ->", False),
        ("run { # }", False),
        ('print "{"', True),
        (")", True),
    ],
)
def test_whether_enter_ends_a_text(text: str, expected: bool) -> None:
    assert is_complete(text) is expected
