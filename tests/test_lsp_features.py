"""Every feature of the language server on a real example, through the real process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lsp_client import Client, applied, client, find, position, text_at

EXAMPLES = Path(__file__).parent.parent / "examples"
PENGUINS = EXAMPLES / "penguins.nn"
TEXT = PENGUINS.read_text(encoding="utf-8")
OPTIONS = {"tabSize": 2, "insertSpaces": True}


@pytest.fixture(scope="module")
def server() -> Iterator[Client]:
    with client(EXAMPLES, {"textDocument": {"rename": {"prepareSupport": True}}}) as one:
        yield one


@pytest.fixture(scope="module")
def penguins(server: Client) -> str:
    uri = server.open(PENGUINS)
    assert server.diagnostics(uri) == []
    return uri


def whole(text: str) -> dict[str, object]:
    return {"start": position(text, 0), "end": position(text, len(text))}


def test_capabilities(server: Client) -> None:
    said = server.capabilities
    for name in (
        "hover", "definition", "references", "documentHighlight", "documentSymbol", "documentFormatting",
        "documentRangeFormatting", "foldingRange", "workspaceSymbol", "inlayHint", "completion", "signatureHelp",
        "codeAction", "semanticTokens", "rename",
    ):  # fmt: skip
        assert said[f"{name}Provider"], name
    assert said["textDocumentSync"]["change"] == 2 and said["textDocumentSync"]["openClose"]
    assert said["renameProvider"] == {"prepareProvider": True}
    assert said["executeCommandProvider"]["commands"] == ["nndsl.explain"]


def test_hover_says_what_the_manual_says_and_what_the_check_has_found(server: Client, penguins: str) -> None:
    found = server.at("hover", penguins, **find(TEXT, "dense(16)", 1))
    assert text_at(TEXT, found["range"]) == "dense" and found["contents"]["kind"] == "markdown"
    assert "dense(units)" in found["contents"]["value"] and "[9] to [16]" in found["contents"]["value"]
    option = server.at("hover", penguins, **find(TEXT, "batch 16", 1))
    assert "batch" in option["contents"]["value"]
    assert server.at("hover", penguins, line=1, character=0) is None


def test_completion_knows_columns_options_and_layers(server: Client, penguins: str) -> None:
    def labels(words: str, within: int) -> dict[str, dict[str, object]]:
        found = server.at("completion", penguins, **find(TEXT, words, within))
        return {item["label"]: item for item in found["items"]}

    layers = labels("dense(16)", 2)
    assert layers["dense"]["textEdit"] == {
        "range": {"start": find(TEXT, "dense(16)"), "end": find(TEXT, "dense(16)", 2)}, "newText": "dense"
    }  # fmt: skip
    assert "sum" in str(layers["dense"]["documentation"])
    assert "species" in labels("target species", 10)
    assert "epochs" in labels("epochs 100", 2)
    assert "accuracy" in labels("result.accuracy", 9)


def test_completion_of_what_other_libraries_say_is_not_hidden_by_the_editor(server: Client) -> None:
    uri = server.open(EXAMPLES / "alias.nn", "network n { linear }\n")
    found = server.at("completion", uri, 0, 18)
    dense = next(item for item in found["items"] if item["label"] == "dense")
    assert dense["filterText"] == "linear" and found["isIncomplete"]


def test_signature_help_marks_the_parameter(server: Client, penguins: str) -> None:
    found = server.at("signatureHelp", penguins, **find(TEXT, "adam(lr=0.01)", 6))
    shown = found["signatures"][0]
    assert shown["label"].startswith("adam(lr=0.001, beta1=0.9")
    start, end = shown["parameters"][found["activeParameter"]]["label"]
    assert shown["label"][start:end] == "lr=0.001"
    assert server.at("signatureHelp", penguins, line=1, character=0) is None


def test_definitions_are_found_in_the_text_and_in_the_library(server: Client, penguins: str) -> None:
    own = server.at("definition", penguins, **find(TEXT, "train mlp", 7))
    assert own["uri"] == penguins and text_at(TEXT, own["range"]) == "mlp"
    assert own["range"]["start"] == find(TEXT, "mlp for")
    library = server.at("definition", penguins, **find(TEXT, "softmax", 2))
    path = Path(library["uri"].removeprefix("file://"))
    assert path.name == "activations.nn" and text_at(path.read_text(encoding="utf-8"), library["range"]) == "softmax"


def test_references_and_highlights(server: Client, penguins: str) -> None:
    place = find(TEXT, "evaluate mlp", 10)
    found = server.at("references", penguins, **place, context={"includeDeclaration": True})
    assert [text_at(TEXT, one["range"]) for one in found] == ["mlp"] * 3
    assert len(server.at("references", penguins, **place, context={"includeDeclaration": False})) == 2
    lit = server.at("documentHighlight", penguins, **place)
    assert [one["kind"] for one in lit] == [3, 2, 2]
    columns = server.at("references", penguins, **find(TEXT, "species -> ", 2), context={"includeDeclaration": True})
    assert [text_at(TEXT, one["range"]) for one in columns] == ["species", "species"]


def test_symbols_of_a_text_and_of_all(server: Client, penguins: str) -> None:
    found = server.about("documentSymbol", penguins)
    assert [one["name"] for one in found][:3] == ["set seed", "penguins", "mlp"]
    assert "target species -> category" in [child["name"] for child in found[1]["children"]]
    for one in found:
        assert one["range"]["start"]["line"] <= one["selectionRange"]["start"]["line"] <= one["range"]["end"]["line"]
    everywhere = server.request("workspace/symbol", {"query": "pgn"})
    assert [one["name"] for one in everywhere] == ["penguins"]


def test_renaming_there_and_back(server: Client) -> None:
    uri = server.open(EXAMPLES / "renamed.nn", TEXT)
    server.diagnostics(uri)
    asked = server.at("prepareRename", uri, **find(TEXT, "train mlp", 7))
    assert asked["placeholder"] == "mlp" and asked["range"]["start"] == find(TEXT, "train mlp", 6)
    edit = server.at("rename", uri, **find(TEXT, "train mlp", 7), newName="network_of_penguins")
    changed = applied(TEXT, edit["changes"][uri])
    assert changed == TEXT.replace("mlp", "network_of_penguins")
    server.change(uri, 2, {"text": changed})
    assert server.diagnostics(uri, 2) == []
    back = server.at("rename", uri, **find(changed, "train network_of", 7), newName="mlp")
    assert applied(changed, back["changes"][uri]) == TEXT


@pytest.mark.parametrize(("words", "new", "reason"), [
    ("dense(16)", "thick", "library"),
    ("mlp for", "1st", "name"),
])  # fmt: skip
def test_what_cannot_be_renamed_says_why(server: Client, penguins: str, words: str, new: str, reason: str) -> None:
    place = {"textDocument": {"uri": penguins}, "position": find(TEXT, words, 1)}
    answer = server.ask("textDocument/rename", {**place, "newName": new})
    assert answer["error"]["code"] == -32803 and reason in answer["error"]["message"]


MESSY = "set   seed 7\nlet a=1\nlet  b =  2\n# a remark\nlet c  = a+b\nprint  c"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_formatting_changes_the_lines_that_differ(server: Client, end: str) -> None:
    text = MESSY.replace("\n", end)
    uri = server.open(EXAMPLES / "messy.nn", text)
    neat = "set seed 7\nlet a = 1\nlet b = 2\n# a remark\nlet c = a + b\nprint c\n".replace("\n", end)
    edits = server.about("formatting", uri, options=OPTIONS)
    assert applied(text, edits) == neat
    assert not any("remark" in edit["newText"] for edit in edits)
    server.change(uri, 2, {"text": neat})
    assert server.about("formatting", uri, options=OPTIONS) == []


def test_formatting_of_a_range_leaves_the_rest(server: Client) -> None:
    text = "let a=1\nlet b = 2\nlet c=3\n"
    uri = server.open(EXAMPLES / "range.nn", text)
    place = {"start": {"line": 2, "character": 0}, "end": {"line": 3, "character": 0}}
    edits = server.about("rangeFormatting", uri, range=place, options=OPTIONS)
    assert applied(text, edits) == "let a=1\nlet b = 2\nlet c = 3\n"


def test_semantic_tokens_cover_what_they_name(server: Client, penguins: str) -> None:
    legend = server.capabilities["semanticTokensProvider"]["legend"]
    numbers = server.about("semanticTokens/full", penguins)["data"]
    assert len(numbers) % 5 == 0
    line = column = 0
    kinds: dict[str, set[str]] = {}
    for at in range(0, len(numbers), 5):
        lines, columns, length, kind, modifiers = numbers[at : at + 5]
        line, column = line + lines, columns if lines else column + columns
        word = TEXT.split("\n")[line][column : column + length]
        assert word and word == word.strip()
        said = {name for bit, name in enumerate(legend["tokenModifiers"]) if modifiers >> bit & 1}
        kinds.setdefault(word, set()).update({legend["tokenTypes"][kind], *said})
    assert kinds["mlp"] == {"class", "definition"} and kinds["dense"] == {"function", "defaultLibrary"}
    assert kinds["network"] == {"keyword"} and kinds["bill_length_mm"] == {"property"}
    assert kinds['"data/penguins.csv"'] == {"string"} and kinds["0.2"] == {"number"}


def test_inlay_hints_show_shapes_and_stay_where_the_text_moves(server: Client) -> None:
    uri = server.open(EXAMPLES / "hinted.nn", TEXT)
    server.diagnostics(uri)
    hints = server.about("inlayHint", uri, range=whole(TEXT))
    assert [one["label"] for one in hints] == ["[16]", "[3]", "loss nll"]
    assert hints[0]["position"] == find(TEXT, "dense(16)", len("dense(16)"))
    server.change(uri, 2, {"range": {"start": position(TEXT, 0), "end": position(TEXT, 0)}, "text": "# new\n"})
    shifted = server.about("inlayHint", uri, range=whole("# new\n" + TEXT))
    assert [one["position"]["line"] for one in shifted] == [one["position"]["line"] + 1 for one in hints]
    few = {"start": find(TEXT, "dense(16)"), "end": find(TEXT, "dropout")}
    server.change(uri, 3, {"text": TEXT})
    assert [one["label"] for one in server.about("inlayHint", uri, range=few)] == ["[16]"]


def test_blocks_and_remarks_fold(server: Client) -> None:
    text = "# one\n# two\nnetwork n {\n  dense(4)\n  repeat 2 {\n    dense(4)\n  }\n}\n# three\n"
    uri = server.open(EXAMPLES / "folded.nn", text)
    found = [(one["startLine"], one["endLine"]) for one in server.about("foldingRange", uri)]
    assert found == [(0, 1), (2, 6), (4, 5)]


def test_requests_about_texts_that_are_not_open_are_answered_with_nothing(server: Client) -> None:
    assert server.at("hover", "file:///nowhere.nn", line=0, character=0) is None
    assert server.about("formatting", "file:///nowhere.nn", options=OPTIONS) is None
