"""Every request is answered for every text that someone types on the way to an example; and no fault of ours ends it.

The server's own functions are called, without a process: what they give must be what the protocol can send.
"""

from __future__ import annotations

import queue
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import converters, types
from pygls.exceptions import JsonRpcException

from nndsl.diagnostics import Source
from nndsl.lsp import checking, hovering
from nndsl.lsp.documents import Document, Documents
from nndsl.lsp.server import ANSWERS, Server
from nndsl.lsp.verdict import Verdict, judge

EXAMPLES = Path(__file__).parent.parent / "examples"
TYPED = ("penguins", "own-cell", "attention")
EVERY = 5
CONVERTER = converters.get_converter()


def params_of(method: str, document: Document, offset: int) -> Any:
    """What an editor would ask at an offset."""
    where = types.TextDocumentIdentifier(document.uri)
    place, whole = document.positions.position(offset), document.positions.range(0, len(document.text))
    made: dict[str, Any] = {
        types.TEXT_DOCUMENT_RENAME: lambda: types.RenameParams(where, place, "other"),
        types.TEXT_DOCUMENT_REFERENCES: lambda: types.ReferenceParams(types.ReferenceContext(True), where, place),
        types.TEXT_DOCUMENT_FORMATTING: lambda: types.DocumentFormattingParams(where, types.FormattingOptions(2, True)),
        types.TEXT_DOCUMENT_RANGE_FORMATTING: lambda: types.DocumentRangeFormattingParams(
            where, whole, types.FormattingOptions(2, True)
        ),
        types.TEXT_DOCUMENT_CODE_ACTION: lambda: types.CodeActionParams(where, whole, types.CodeActionContext([])),
        types.TEXT_DOCUMENT_INLAY_HINT: lambda: types.InlayHintParams(where, whole),
    }
    if method in made:
        return made[method]()
    kind = types.METHOD_TO_TYPES[method][2]
    has_place = any(one.name == "position" for one in kind.__attrs_attrs__)
    return kind(text_document=where, position=place) if has_place else kind(text_document=where)


def answered(document: Document, offset: int) -> int:
    """How many requests had an answer that says something."""
    told = 0
    for method, (answer, _) in ANSWERS.items():
        try:
            found = answer(document, params_of(method, document, offset))
        except JsonRpcException:  # of what cannot be renamed
            continue
        assert CONVERTER.unstructure(found) is not None or found is None
        told += found is not None
    return told


def prefixes(text: str, every: int) -> Iterator[str]:
    yield from (text[:end] for end in range(1, len(text) + 1, every))


def opened(name: str, text: str) -> Document:
    return Documents().open((EXAMPLES / f"{name}.nn").as_uri(), 1, text)


@pytest.mark.parametrize("name", TYPED)
def test_every_request_on_every_prefix(name: str) -> None:
    """Checked at each hundredth key; between those the answers come from the check before."""
    text = (EXAMPLES / f"{name}.nn").read_text(encoding="utf-8")
    document = opened(name, "")
    for number, typed in enumerate(prefixes(text, EVERY)):
        document.change(number + 2, typed)
        if number % 20 == 0:
            document.verdict = judge(document.source, document.folder, document.among.text_of)
            document.forget()
        assert answered(document, len(typed)) > 3


@pytest.mark.parametrize("name", TYPED)
def test_every_check_on_prefixes(name: str) -> None:
    text = (EXAMPLES / f"{name}.nn").read_text(encoding="utf-8")
    document = opened(name, "")
    for typed in prefixes(text, 4 * EVERY):
        document.change(2, typed)
        document.verdict = judge(document.source, document.folder, document.among.text_of)
        document.forget()
        assert answered(document, len(typed) // 2) > 3


def test_every_request_on_texts_with_letters_gone_and_added() -> None:
    chance = random.Random(11)
    text = (EXAMPLES / "penguins.nn").read_text(encoding="utf-8")
    document = opened("penguins", text)
    document.verdict = judge(document.source, document.folder, document.among.text_of)
    for version in range(60):
        at = chance.randrange(len(text))
        rough = (
            text[:at] + chance.choice(["", "{", "}", '"', "`", "->", "π🙂", "\x00", "\r", "\ud800"]) + text[at + 3 :]
        )
        document.change(version, rough)
        assert answered(document, chance.randrange(len(rough) + 1)) > 3


# ---- faults of ours ----------------------------------------------------------------------------------------------


class Broken(Exception):
    """A fault that is none of the person's."""


def fail(*anything: object) -> None:
    raise Broken("on purpose")


def test_a_fault_of_ours_is_written_told_and_answered_with_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    written: list[BaseException] = []

    def crash(problem: BaseException) -> Path:
        written.append(problem)
        return tmp_path / "crash.txt"

    server = Server(crash)
    told: list[types.LogMessageParams] = []
    monkeypatch.setattr(server.language, "window_log_message", told.append)
    document = server.documents.open((tmp_path / "a.nn").as_uri(), 1, "let a = 1\n")
    monkeypatch.setattr(hovering, "look", fail)
    handler = server.language.protocol.fm.features[types.TEXT_DOCUMENT_HOVER]
    assert handler(params_of(types.TEXT_DOCUMENT_HOVER, document, 5)) is None
    assert isinstance(written[0], Broken) and "crash.txt" in told[0].message and "hover" in told[0].message
    assert told[0].type == types.MessageType.Error


def test_a_check_that_fails_does_not_end_the_checks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said: queue.Queue[object] = queue.Queue()
    checker = checking.Checker(lambda uri, verdict: said.put(uri), said.put)
    try:
        document = Documents(tmp_path).open((tmp_path / "a.nn").as_uri(), 1, "let a = 1\n")
        with monkeypatch.context() as broken:
            broken.setattr(checking, "judge", fail)
            checker.ask(document, 0)
            assert isinstance(said.get(timeout=30), Broken)
        checker.ask(document, 0)
        assert said.get(timeout=30) == document.uri
    finally:
        checker.end()


def test_while_a_check_goes_on_only_the_newest_text_waits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As with a large table: what is typed in between is answered, and is never checked."""
    begun, may_end = threading.Event(), threading.Event()
    texts: list[str] = []
    said: queue.Queue[Verdict] = queue.Queue()

    def slow(source: Source, folder: Path, text_of: Callable[[Path], str]) -> Verdict:
        texts.append(source.text)
        begun.set()
        assert may_end.wait(30)
        return judge(source, folder, text_of)

    monkeypatch.setattr(checking, "judge", slow)
    checker = checking.Checker(lambda uri, verdict: said.put(verdict), lambda problem: None)
    try:
        document = Documents(tmp_path).open((tmp_path / "a.nn").as_uri(), 1, "let a = 1\n")
        checker.ask(document, 0)
        assert begun.wait(30)
        for version in (2, 3, 4):
            document.change(version, f"let a = {version}\n")
            checker.ask(document, 0)
            assert answered(document, 5) > 3
        may_end.set()
        assert [said.get(timeout=30).source.text for _ in range(2)] == ["let a = 1\n", "let a = 4\n"]
        assert texts == ["let a = 1\n", "let a = 4\n"]
    finally:
        may_end.set()
        checker.end()
