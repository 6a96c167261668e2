"""Everything that has a name has an entry: complete, true to the tables, of one line, with examples that are right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from script_tools import check, program
from std_tools import entries as defined

from nndsl import manual
from nndsl.data import ENCODERS, GENERATORS, OPTIONS, PARTS
from nndsl.data import meanings as words
from nndsl.data.pictureform import SETTINGS as PICTURE_SETTINGS
from nndsl.data.splitting import SETTINGS as SPLIT_SETTINGS
from nndsl.diagnostics import Collector, Source
from nndsl.lower.parameters import DEFAULT_INITIALIZER
from nndsl.manual import kinds, language
from nndsl.manual.fields import FIELD_WORDS, RESULT_WORDS, field_types
from nndsl.manual.lookup import everything
from nndsl.manual.operators import OPERATORS
from nndsl.manual.terminal import WIDTH
from nndsl.semantics.builtins import BUILTINS, CONSTANTS
from nndsl.semantics.constants import FUNCTIONS
from nndsl.semantics.modules import scope_of
from nndsl.semantics.options import BODY, PLOTS, SETTINGS, STATEMENTS
from nndsl.semantics.roles import KINDS, ROLES
from nndsl.syntax import ast, parse
from nndsl.syntax.text import LEVELS

POINTS = "data points {\n  from blobs(60, classes=3)\n  split train=50%, validation=25%, test=25%\n}\n"


# ---- nothing is missing ------------------------------------------------------------------------------------------


def of(kind: str) -> set[str]:
    return {entry.name for entry in everything() if entry.kind == kind}


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("statement", {verb for verb, row in STATEMENTS.items() if not row.later}),
        *((f"option of {verb}", {o.name for o in row.options if not o.later}) for verb, row in STATEMENTS.items()
          if not row.later and row.options and verb != "plot"),
        *((f"option of {figure}", {o.name for o in options}) for figure, options in PLOTS.items()),
        ("figure", set(PLOTS)), ("setting", {o.name for o in SETTINGS}), ("option of data", set(OPTIONS)),
        ("encoder", set(ENCODERS)), ("generator", set(GENERATORS)), ("part", set(PARTS)),
        ("kind of definition", set(ROLES)), ("option of a body", {o.name for o in BODY}), ("function", set(BUILTINS)),
        ("function of numbers", set(FUNCTIONS)), ("kind of value", set(KINDS)), ("constant", set(CONSTANTS)),
        ("size", {name for role in ROLES.values() for name in role.given}),
        *((role, {d.name for _, d in defined() if d.kind == role}) for role in ("layer", "cell", "loss", "optimizer")),
    ],
)  # fmt: skip
def test_every_name_of_the_tables_has_an_entry_and_no_other(kind: str, names: set[str]) -> None:
    assert of(kind) == names


def test_the_words_of_data_are_those_that_are_read() -> None:
    assert words.OPTION_WORDS.keys() == OPTIONS.keys()
    assert set(words.ENCODER_WORDS) == set(ENCODERS) and words.GENERATOR_WORDS.keys() == GENERATORS.keys()
    assert set(words.SETTING_WORDS["split"]) == set(SPLIT_SETTINGS)
    assert set(words.SETTING_WORDS["from"]) == set(PICTURE_SETTINGS)
    used = {setting.name for row in GENERATORS.values() for setting in row.settings}
    assert used == set(words.GENERATOR_SETTING_WORDS)


def test_every_field_of_every_result_has_its_meaning() -> None:
    assert {kind: set(fields) for kind, fields in field_types().items()} == {k: set(v) for k, v in FIELD_WORDS.items()}
    assert RESULT_WORDS.keys() == FIELD_WORDS.keys()


def test_the_operators_are_those_of_the_parser() -> None:
    binary = {row.name for row in OPERATORS} - {"->", "^", "not", "[]", "."}
    assert binary == LEVELS.keys() - {"not"}
    for row in OPERATORS:
        collector = Collector()
        parse(Source("operator.nn", f"let it = {row.example}"), collector)
        assert not collector and (row.name in row.example or row.name == "[]"), row.name
    assert [row.level for row in OPERATORS] == sorted(row.level for row in OPERATORS)


def test_what_is_planned_has_no_entry() -> None:
    later = {verb for verb, row in STATEMENTS.items() if row.later}
    assert later and not later & set(manual.names())


# ---- each entry is well formed -----------------------------------------------------------------------------------


def test_every_entry_is_a_line_and_a_page() -> None:
    for entry in everything():
        where = f"{entry.kind} {entry.name}"
        assert entry.meaning.endswith(".") and "\n" not in entry.meaning and len(entry.meaning) > 5, where
        assert entry.signature and manual.title(entry.kind).startswith(("a ", "an ")), where
        assert manual.page(entry.name) is not None and manual.markdown(entry), where
        assert manual.one_line(entry.kind, entry.name) == entry.meaning, where


def test_pages_fit_the_width_but_for_equations() -> None:
    for name in manual.names():
        code = {
            line.strip() for entry in manual.entries(name) for line in (*entry.equation.splitlines(), entry.example)
        }
        for line in (manual.page(name) or "").splitlines():
            assert len(line) <= WIDTH or line.strip() in code, line


def test_see_also_names_what_has_an_entry() -> None:
    for entry in everything():
        assert entry.name not in entry.see_also and set(entry.see_also) <= set(manual.names()), entry.name


def test_every_entry_of_the_library_shows_its_equation_its_example_and_its_place() -> None:
    for _, definition in defined():
        (entry,) = [e for e in manual.entries(definition.name) if e.kind == definition.kind and e.equation]
        assert entry.equation == definition.span.text and entry.example
        name, line = entry.place.rsplit(":", 1)
        text = (Path(manual.__file__).parent.parent.parent / name).read_text(encoding="utf-8")
        assert text.splitlines()[int(line) - 1] == entry.equation.splitlines()[0]
        assert (manual.equation(entry.name) or "").count(f"# {entry.place}\n{entry.equation}") == 1


def test_arguments_that_a_comment_explains_are_told_apart_from_its_other_words() -> None:
    (entry,) = manual.entries("attention")
    assert dict(entry.arguments)["causal"] == "whether a step sees only itself and those before it"
    assert [name for name, _ in entry.arguments] == ["heads", "width", "causal", "dropout"]
    (entry,) = manual.entries("transformer")
    assert dict(entry.arguments)["heads, causal"] == "of the attention"
    (entry,) = manual.entries("dense")
    assert dict(entry.facts)["shapes"] == "[..., in] -> [..., units]"
    assert dict(entry.facts)["weights"] == f"W[in, units] ~ {DEFAULT_INITIALIZER}, b[units] = 0"
    assert entry.signature == "dense(units)" and "layernorm" in entry.see_also


def test_weights_without_a_first_value_say_how_they_begin() -> None:
    (entry,) = manual.entries("gru")
    assert f"Wr[in, units] ~ {DEFAULT_INITIALIZER}, Wz" in dict(entry.facts)["weights"]


# ---- examples are right ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ROLES)
def test_the_example_of_each_kind_of_definition_compiles(kind: str) -> None:
    text = kinds.KIND_EXAMPLES[kind]
    assert kinds.KIND_EXAMPLES.keys() == ROLES.keys()
    network = "" if kind == "network" else "network net for flowers { dense(classes) -> softmax }\n"
    data = "" if kind == "data" else f"{kinds.KIND_EXAMPLES['data']}\n"
    program(data + text + "\n" + network + "train net on flowers { epochs 1 }\n")


def test_the_examples_of_settings_and_of_data_are_taken() -> None:
    for entry in everything():
        if entry.kind == "setting":
            program(entry.example + "\n")
        elif entry.kind in ("option of data", "encoder", "generator"):
            collector = Collector()
            module = parse(Source("data.nn", f"data d {{\n  {entry.example}\n}}\n"), collector)
            (made,) = module.statements
            assert not collector and isinstance(made, ast.Definition) and isinstance(made.body, ast.Block), entry
            found = [d.code for d in check(f"data d {{\n  {entry.example}\n}}\n")[1]]
            assert not {"E0207", "E0202", "E0514", "E0511", "E0509"} & set(found), (entry.name, found)


def test_the_examples_of_statements_and_figures_parse() -> None:
    for entry in everything():
        if entry.kind in ("statement", "figure", "option of a body"):
            collector = Collector()
            body = entry.kind == "option of a body"
            parse(
                Source("it.nn", f"layer own {{\n  {entry.example}\n}}\n" if body else entry.example + "\n"), collector
            )
            assert entry.example and not collector, entry.name


# ---- finding -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("Linear", "dense"), ("CrossEntropyLoss", "cross_entropy"), ("Conv2D", "conv"), ("learning rate", "sgd"),
        ("early stopping", "stop"), ("dense", "dense"), ("weight decay", "adamw"), ("StandardScaler", "standard"),
        ("kingma", "adam"), ("relu", "relu"), ("batch size", "batch"), ("one-hot", "onehot"),
    ],
)  # fmt: skip
def test_a_search_finds_what_others_call_otherwise(asked: str, first: str) -> None:
    found = manual.search(asked)
    assert first in [entry.name for entry in found[:3]], [entry.name for entry in found[:6]]


def test_all_words_of_a_search_must_occur() -> None:
    both = {(e.kind, e.name) for e in manual.search("series window")}
    one = {(e.kind, e.name) for e in manual.search("series")}
    assert both < one and manual.search("series nowhere") == [] and manual.search(" ") == []
    assert manual.search(["series", "window"]) == manual.search("series window")


def test_what_nobody_knows_is_nothing() -> None:
    assert manual.entries("nobody") == () and manual.page("nobody") is None and manual.equation("nobody") is None
    assert manual.one_line("layer", "nobody") == "" and manual.markdown("nobody") is None
    assert manual.equation("train") is None and manual.chapter("nobody") is None


def test_a_kind_that_is_not_known_exactly_finds_what_is_nearest() -> None:
    assert manual.one_line("option of plot", "resolution") == manual.one_line("option of boundary", "resolution")
    assert manual.one_line("", "dense") == manual.one_line("layer", "dense") != ""
    assert manual.one_line("option", "batch") == manual.one_line("option of train", "batch")


def test_a_code_has_its_page_too() -> None:
    assert (manual.page("E0301") or "").startswith("# E0301: ")


# ---- what a script has defined -----------------------------------------------------------------------------------

OWN = """let width = 8
# Twice what comes in.
#
# Shapes: any to the same. by: the factor.
# Example: `dense(4) -> twice`
activation twice(x, by = 2) = by * x

layer mine(units) {
  input x[..., in]
  param W[in, units] ~ he
  output x @ W
}
network net for points { mine(width) -> twice -> dense(classes) -> softmax }
"""


def test_a_script_s_own_definitions_are_found_with_comment_and_equation() -> None:
    collector = Collector()
    scope = scope_of(parse(Source("own.nn", POINTS + OWN), collector), Path("/nowhere"), collector)
    assert not collector
    (twice,) = manual.entries("twice", scope)
    assert twice.meaning == "Twice what comes in." and twice.signature == "twice(by=2)" and twice.place == "own.nn:10"
    assert twice.arguments == (("by", "the factor"),) and "by * x" in (manual.equation("twice", scope) or "")
    (mine,) = manual.entries("mine", scope)
    assert dict(mine.facts) | {"shapes": "x[..., in] -> ...", "weights": "W[in, units] ~ he"} == dict(mine.facts)
    assert "let width = 8" in (manual.page("width", scope) or "")
    assert manual.page("twice") is None and manual.search("twice", scope)[0] == twice
    assert manual.one_line("activation", "twice", scope) == twice.meaning
    assert {"points", "net", "mine", "width"} <= set(manual.names(scope))
    assert manual.catalogue(scope)["networks"] == ["net"]


def test_a_name_of_the_library_that_is_taken_again_shows_both() -> None:
    collector = Collector()
    scope = scope_of(parse(Source("own.nn", "layer dense(n) { output x }\n"), collector), Path("/nowhere"), collector)
    own, library = manual.entries("dense", scope)
    assert own.place == "own.nn:1" and library.place.startswith("nndsl/std/")


# ---- the words that the language's own tables have ---------------------------------------------------------------


def test_forms_of_definitions_say_what_the_language_puts_in() -> None:
    for name, role in ROLES.items():
        inside = language.kind_form(name).splitlines()[0].partition("(")[2].partition(")")[0]
        assert len(inside.split(", ")) == role.fed + 1, name


def test_forms_of_statements_say_what_must_be_there() -> None:
    forms = {row.verb: language.statement_form(row) for row in language.statements()}
    assert forms["train"] == "train NETWORK on DATA [with RECIPE] [as NAME] [{ options }]"
    assert forms["report"] == 'report to "FILE"'
    for verb, row in STATEMENTS.items():
        if not row.later:
            assert all(re.search(rf"\[?{word} ", forms[verb]) for word in row.clauses)


@pytest.mark.parametrize("width", [59, 79])
def test_pages_fit_narrow_terminals_but_for_code(width: int) -> None:
    for name in ("dense", "train", "early stopping", "lstm", "split"):
        text = manual.page(name, width=width) or manual.search_page(name, width=width) or ""
        code = {
            line for entry in manual.entries(name) for line in (entry.equation + "\n" + entry.signature).split("\n")
        }
        wide = [
            line for line in text.split("\n") if len(line) > width and line.strip() not in {c.strip() for c in code}
        ]
        assert text and not wide
