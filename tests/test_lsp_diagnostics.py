"""What the server says of a text without being asked, the actions that mend it, and the life of the server."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from lsp_client import WAIT, Client, applied, client, find, position, text_at

from nndsl.cli import main

PENGUINS = Path(__file__).parent.parent / "examples" / "penguins.nn"
WRONG = (
    "let π = 3  # 🙂\ndata d { columns x, y; rows [[1, 2]]; input x; target y }\nnetwork n for d { desne(π) -> relu }\n"
)
UNUSED = "let a = 1\nprint a\nloss mine(y, t) = (y - t)^2\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Client]:
    with client(tmp_path) as one:
        yield one


def test_the_same_as_check_says(server: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "wrong.nn"
    path.write_text(WRONG, encoding="utf-8")
    main(["check", str(path), "--error-format", "json"])
    expected = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    found = server.diagnostics(server.open(path))
    assert [(one["code"], one["message"].split("\n")[0]) for one in found] == [
        (one["code"], one["message"]) for one in expected
    ]
    assert found[0]["severity"] == 1 and found[0]["source"] == "nndsl"


def test_places_are_in_columns_of_utf_16(server: Client, tmp_path: Path) -> None:
    text = 'let 🙂 = 1\nprint "🙂π", nothing_here\n'
    found = server.diagnostics(server.open(tmp_path / "emoji.nn", text))
    place = next(one["range"] for one in found if "nothing_here" in one["message"])
    assert place["start"]["character"] == 13 and text_at(text, place) == "nothing_here"


def test_a_code_leads_to_its_page(server: Client, tmp_path: Path) -> None:
    found = server.diagnostics(server.open(tmp_path / "wrong.nn", WRONG))
    page = Path(found[0]["codeDescription"]["href"].removeprefix("file://"))
    assert page.read_text(encoding="utf-8").startswith(f"# {found[0]['code']}")
    text = server.request("workspace/executeCommand", {"command": "nndsl.explain", "arguments": [found[0]["code"]]})
    assert text == page.read_text(encoding="utf-8")


def test_what_nobody_uses_is_tagged(server: Client, tmp_path: Path) -> None:
    found = server.diagnostics(server.open(tmp_path / "unused.nn", UNUSED))
    assert [(one["code"], one["severity"], one["tags"]) for one in found] == [("W0201", 2, [1])]


def test_second_places_are_told(server: Client, tmp_path: Path) -> None:
    text = "let a = 1\nlet a = 2\nprint a\n"
    uri = server.open(tmp_path / "twice.nn", text)
    related = server.diagnostics(uri)[0]["relatedInformation"]
    assert related[0]["location"]["uri"] == uri and text_at(text, related[0]["location"]["range"]) == "a"
    assert related[0]["message"] == "first here"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_action_takes_its_diagnostic_away(server: Client, tmp_path: Path, end: str) -> None:
    text = WRONG.replace("\n", end)
    uri = server.open(tmp_path / "wrong.nn", text)
    wrong = server.diagnostics(uri)
    assert len(wrong) == 1 and text_at(text, wrong[0]["range"]) == "desne"
    found = server.about("codeAction", uri, range=wrong[0]["range"], context={"diagnostics": wrong})
    mend, explain = found[0], found[-1]
    assert mend["diagnostics"] == wrong and mend["kind"] == "quickfix" and "dense" in mend["title"]
    assert explain["title"] == f"explain {wrong[0]['code']}"
    mended = applied(text, mend["edit"]["changes"][uri])
    assert mended == text.replace("desne", "dense")
    server.change(uri, 2, {"text": mended})
    assert server.diagnostics(uri, 2) == []
    assert server.about("codeAction", uri, range=wrong[0]["range"], context={"diagnostics": []}) == []


def test_only_the_last_of_many_keys_is_checked(server: Client, tmp_path: Path) -> None:
    text = ""
    uri = server.open(tmp_path / "typed.nn", text)
    words = "let width = 3\nprint width, missing\n"
    for version, letter in enumerate(words, start=2):
        end = position(text, len(text))
        server.change(uri, version, {"range": {"start": end, "end": end}, "text": letter})
        text += letter
    found = server.diagnostics(uri, len(words) + 1)
    assert ["missing" in one["message"] for one in found] == [True]
    told = [one["version"] for one in server.said("textDocument/publishDiagnostics")]
    assert len(told) < len(words) and told == sorted(told)


def test_a_used_file_is_seen_as_the_editor_has_it(server: Client, tmp_path: Path) -> None:
    blocks, script = tmp_path / "blocks.nn", tmp_path / "script.nn"
    blocks.write_text("layer thick(units) {\n  dense(units) -> relu\n}\n", encoding="utf-8")
    text = (
        'use "blocks.nn"\ndata d { columns x, y; rows [[1, 2]]; input x; target y }\n'
        "network n for d { thick(3); dense(1) }\ntrain n on d\n"
    )
    uri = server.open(script, text)
    assert server.diagnostics(uri) == []
    place = server.at("definition", uri, **find(text, "thick(3)", 2))
    assert place["uri"] == blocks.as_uri() and place["range"]["start"] == {"line": 0, "character": 6}
    assert server.at("definition", uri, **find(text, "blocks.nn", 2))["uri"] == blocks.as_uri()
    used = server.open(blocks, "layer wide(units) {\n  dense(units) -> relu\n}\n")  # not saved
    server.hears(uri, "thick")
    server.change(used, 2, {"text": "layer thick(units) {\n  desne(units) -> relu\n}\n"})
    server.hears(uri, "desne")
    server.notify("textDocument/didClose", {"textDocument": {"uri": used}})
    server.change(uri, 2, {"text": text + "print 1\n"})
    assert server.diagnostics(uri, 2) == []


def test_a_fault_in_a_used_file_is_shown_where_it_is_used(server: Client, tmp_path: Path) -> None:
    blocks = tmp_path / "blocks.nn"
    blocks.write_text("layer thick(units) {\n  dense(units ->\n}\n", encoding="utf-8")
    text = '# π\nuse "blocks.nn"\n'
    found = server.diagnostics(server.open(tmp_path / "script.nn", text))[0]
    assert text_at(text, found["range"]) == '"blocks.nn"' and found["message"].startswith("in `blocks.nn`: ")
    assert found["relatedInformation"][0]["location"]["uri"] == blocks.as_uri()


def test_a_large_table_does_not_keep_the_editor_waiting(server: Client, tmp_path: Path) -> None:
    rows = "".join(f"{i},{i % 7},{i / 3}\n" for i in range(400_000))
    (tmp_path / "large.csv").write_text("a,b,c\n" + rows, encoding="utf-8")
    text = 'data d { from "large.csv"; input (a, b); target c }\nnetwork n for d { dense(1) }\ntrain n on d\n'
    uri = server.open(tmp_path / "large.nn", text)
    found = server.at("completion", uri, **find(text, "dense(1)", 2))
    assert "dense" in [item["label"] for item in found["items"]]
    assert not server.said("textDocument/publishDiagnostics")  # which come when the table was read
    assert server.diagnostics(uri) == []


def test_hints_are_asked_for_again_after_a_check(tmp_path: Path) -> None:
    with client(tmp_path, {"workspace": {"inlayHint": {"refreshSupport": True}}}) as one:
        one.diagnostics(one.open(tmp_path / "a.nn", "let a = 1\nprint a\n"))
        one.hears_request("workspace/inlayHint/refresh")


def test_closing_takes_the_diagnostics_away(server: Client, tmp_path: Path) -> None:
    uri = server.open(tmp_path / "wrong.nn", WRONG)
    assert server.diagnostics(uri)
    server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert server.at("hover", uri, line=0, character=5) is None
    assert server.said("textDocument/publishDiagnostics")[-1] == {"uri": uri, "diagnostics": []}


def test_a_text_without_a_file(server: Client, tmp_path: Path) -> None:
    item = {"uri": "untitled:Untitled-1", "languageId": "nn", "version": 1, "text": "print nothing\n"}
    server.notify("textDocument/didOpen", {"textDocument": item})
    assert "nothing" in server.diagnostics("untitled:Untitled-1")[0]["message"]


# ---- the life of the server ------------------------------------------------------------------------------------


def test_leaving_without_a_word_is_told_by_the_exit_code(tmp_path: Path) -> None:
    one = Client(tmp_path).begin()
    one.notify("exit")
    assert one.process.wait(WAIT) == 1
    gone = Client(tmp_path).begin()
    gone.input.close()
    assert gone.process.wait(WAIT) == 1


def test_messages_that_are_none_leave_the_server_alive(server: Client, tmp_path: Path) -> None:
    server.write(b"{ this is no JSON")
    server.write(b'{"jsonrpc": "2.0", "id": 999, "method": "textDocument/hover", "params": {"wrong": 1}}')
    server.notify("textDocument/didChange", {"textDocument": {"uri": "file:///none.nn", "version": 2},
                                             "contentChanges": [{"text": "x"}]})  # fmt: skip
    server.notify("workspace/unheardOf", {})
    assert "error" in server.ask("textDocument/unheardOf", {})
    assert server.diagnostics(server.open(tmp_path / "wrong.nn", WRONG))


def test_an_editor_may_count_in_other_units(tmp_path: Path) -> None:
    with client(tmp_path, {"general": {"positionEncodings": ["utf-8", "utf-16"]}}) as one:
        assert one.capabilities["positionEncoding"] == "utf-8"
        found = one.diagnostics(one.open(tmp_path / "emoji.nn", 'print "🙂π", nothing_here\n'))
        assert found[0]["range"]["start"]["character"] == len('print "🙂π", '.encode())


@pytest.mark.parametrize("takes_leave", [True, False])
def test_one_client_at_a_port(tmp_path: Path, takes_leave: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    one = Client(tmp_path, "--tcp", str(port))
    try:
        with _called(port) as link, link.makefile("rwb") as messages:
            one.input = messages
            one.send(
                {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}}
            )
            assert messages.readline().startswith(b"Content-Length: ")
            if takes_leave:
                one.send({"id": 2, "method": "shutdown", "params": None})
                one.notify("exit")
                assert one.process.wait(WAIT) == 0
        assert one.process.wait(WAIT) == (0 if takes_leave else 1)
        assert one.errors == b""
    finally:
        one.process.kill()
        one.process.wait()


def _called(port: int) -> socket.socket:
    end = time.monotonic() + WAIT
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=WAIT)
        except ConnectionRefusedError:
            assert time.monotonic() < end, "nobody listens"
            time.sleep(0.05)


def test_a_port_that_others_have_is_no_fault_of_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["lsp", "--tcp", str(port)]) == 2
    assert f"port {port} cannot be had: " in capsys.readouterr().err


def test_a_port_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lsp", "--tcp", "all"]) == 2
    assert "`--tcp` takes a port from 1 to 65535, not `all`" in capsys.readouterr().err


def test_without_pygls_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pygls.lsp.server", None)
    assert main(["lsp"]) == 2
    said = capsys.readouterr().err
    assert "E0704" in said and "pip install 'nndsl[lsp]'" in said
