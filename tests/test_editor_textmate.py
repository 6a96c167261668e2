"""The files for editors: up to date, and of one mind with the compiler's own classification on all scripts."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from textmate_tools import Engine, compiled

from nndsl.diagnostics import Collector, Source
from nndsl.editor.palette import LOOKS
from nndsl.editor.snippets import snippets
from nndsl.editor.textmate import grammar, terminals
from nndsl.editor.tokens import classified
from nndsl.editor.written import generated
from nndsl.semantics.options import STATEMENTS
from nndsl.semantics.roles import ROLES
from nndsl.syntax import parse
from nndsl.syntax.lalr import Lexer
from nndsl.syntax.tables import tables

ROOT = Path(__file__).parent.parent
EDITORS = ROOT / "grammar" / "editors"
VSCODE = EDITORS / "vscode"
SCRIPTS = sorted([*(ROOT / "examples").rglob("*.nn"), *(ROOT / "nndsl" / "std").glob("*.nn")])
KIND_OF = {f"{look.scope}.nn": kind for kind, look in LOOKS.items()}
SHARED = {"layer": "call"}  # one scope, since themes know no other


def kind_of(scope: str) -> str:
    kind = "call" if scope.startswith("support.function.") else KIND_OF[scope]
    return SHARED.get(kind, kind)


def by_grammar(text: str) -> dict[tuple[int, int], str]:
    return {(start, end): kind_of(scope) for start, end, scope in Engine(grammar()).tokens(text)}


@pytest.mark.parametrize("name", generated())
def test_files_that_are_made_are_up_to_date(name: str) -> None:
    assert (EDITORS / name).read_text(encoding="utf-8") == generated()[name], "run `python -m nndsl.editor`"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_the_grammar_says_of_every_piece_what_the_compiler_says(path: Path) -> None:
    """Every piece of every script, without exception."""
    text = path.read_text(encoding="utf-8")
    found = by_grammar(text)
    pieces = classified(Source(path.name, text))
    differing = [
        (text[piece.start : piece.end], piece.kind, found.get((piece.start, piece.end)))
        for piece in pieces
        if found.get((piece.start, piece.end)) != SHARED.get(piece.kind, piece.kind)
    ]
    assert not differing


def test_all_kinds_but_three_are_compared() -> None:
    """Scripts that run have nothing that is open or bad, and no script of these needs a name in backquotes."""
    kinds = Counter(
        piece.kind for path in SCRIPTS for piece in classified(Source("", path.read_text(encoding="utf-8")))
    )
    assert LOOKS.keys() - kinds.keys() == {"column", "open", "bad"}
    assert min(kinds.values()) >= 15


@pytest.mark.parametrize(
    ("text", "piece", "kind"),
    [
        ("data d {\n  input `a b`\n}", "`a b`", "column"),
        ('let a = "open', '"open', "open"),
        ("let a = 1a", "1a", "bad"),
        ("let a = b ** 2", "**", "bad"),
        ("print a)", ")", "bad"),
        ("train n on d { loss mse }", "loss", "option"),
        ("train n on d {\n  loss mse(output, input)\n}", "loss", "option"),
        ("layer l {\n  loss own(y) = y\n}", "loss", "kind"),
        ("let f = (a,\nprint (b)\n{ }\nprint c", "c", "name"),  # a `(` that is open ends before the next block
    ],
)
def test_pieces_that_no_script_has(text: str, piece: str, kind: str) -> None:
    start = text.rindex(piece)
    assert by_grammar(text)[start, start + len(piece)] == kind


def test_the_grammar_is_whole() -> None:
    made = grammar()
    assert made["scopeName"] == "source.nn" and made["fileTypes"] == ["nn"]
    rules = list(rules_of(made))
    assert {rule["include"].removeprefix("#") for rule in rules if "include" in rule} <= made["repository"].keys()
    for rule in rules:
        assert ("begin" in rule) == ("end" in rule)
        if "match" in rule:
            assert len(rule.get("captures", ())) in (0, compiled(rule["match"]).groups)


def rules_of(value: Any) -> Any:
    """Every rule in a grammar, wherever it stands."""
    if isinstance(value, dict):
        if value.keys() & {"match", "begin", "include"}:
            yield value
        for inner in value.values():
            yield from rules_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from rules_of(inner)


def test_its_terminals_are_those_of_the_lexer() -> None:
    """The expressions that are read from `nn.lark` find what the lexer finds."""
    lexer, found = Lexer(tables()), terminals()
    for kind, text in (
        ("NUMBER", "1_000.5e-3%"),
        ("STRING", r'"a\"b"'),
        ("COMMENT", "# x"),
        ("PRIMED", "w'"),
        ("KIND", "cell"),
    ):
        assert [token.type for token in lexer.lex(text)] == [kind]
        assert re.fullmatch(found[kind], text)


# ---- the folders of editors ----------------------------------------------------------------------


def test_the_extension_of_vs_code_is_whole() -> None:
    package = json.loads((VSCODE / "package.json").read_text(encoding="utf-8"))
    gives = package["contributes"]
    named = [
        package["main"],
        gives["languages"][0]["configuration"],
        gives["grammars"][0]["path"],
        gives["snippets"][0]["path"],
    ]
    assert all((VSCODE / name).is_file() for name in named)
    assert gives["grammars"][0]["scopeName"] == grammar()["scopeName"]
    assert {
        gives[part][0].get("language", gives[part][0].get("id")) for part in ("languages", "grammars", "snippets")
    } == {"nn"}
    assert gives["languages"][0]["extensions"] == [".nn"]
    assert gives["configuration"]["properties"]["nn.command"]["default"] == ["nndsl", "lsp"]
    script = (VSCODE / "extension.js").read_text(encoding="utf-8")
    assert set(re.findall(r'require\("([^"/]+)', script)) == {"vscode", *package["dependencies"]}
    assert all(command["command"] in script for command in gives["commands"])


@pytest.mark.parametrize(
    ("line", "more", "less"),
    [("data d {", True, False), ("  dense(8", False, False), ("}", False, True), ('print "{" # (', False, False),
     ("f(", True, False), ("# {", False, False), ("train n on d { batch 8 }", False, False)],
)  # fmt: skip
def test_lines_are_indented(line: str, more: bool, less: bool) -> None:
    rules = json.loads((VSCODE / "language-configuration.json").read_text(encoding="utf-8"))["indentationRules"]
    assert bool(re.search(rules["increaseIndentPattern"], line)) is more
    assert bool(re.search(rules["decreaseIndentPattern"], line)) is less


def test_there_is_a_snippet_for_each_statement_and_each_kind_and_they_are_scripts() -> None:
    made = snippets()
    assert made.keys() == {row.verb for row in STATEMENTS.values() if not row.later} | ROLES.keys()
    for snippet in made.values():
        lines = snippet["body"]
        assert isinstance(lines, list)
        text = "\n".join(lines)
        for number, name in re.findall(r"\$\{(\d+):([^}]*)\}", text):
            text = text.replace(f"${{{number}:{name}}}", name)
            text = re.sub(rf"\${number}\b", name, text)
        assert "$" not in text
        collector = Collector()
        parse(Source("snippet", text), collector)
        assert not collector.sorted(), text


def test_helix_is_told_of_the_server() -> None:
    told = tomllib.loads((EDITORS / "helix" / "languages.toml").read_text(encoding="utf-8"))
    assert told["language"][0]["language-servers"] == list(told["language-server"])
    assert told["language-server"]["nndsl"] == {"command": "nndsl", "args": ["lsp"]}
