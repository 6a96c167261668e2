"""An editor, as far as the protocol goes: starts `nndsl lsp`, sends messages, waits for answers.

In: the folder in which the server runs. Out: a `Client`. What the server asks is answered with null, and kept.
"""

from __future__ import annotations

import itertools
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

WAIT = 30.0  # seconds until a message that does not come is a failure

Json = dict[str, Any]


class Client:
    """One server's process. log: all that it has said without being asked."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "nndsl", "lsp", *arguments], cwd=folder,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self.input: IO[bytes] = self.process.stdin
        self.errors = b""
        self._incoming: queue.Queue[Json] = queue.Queue()
        self.log: list[Json] = []
        self._answers: dict[int, Json] = {}
        self._id = 0
        self.capabilities: Json = {}
        for work in (self._read, self._listen):
            threading.Thread(target=work, daemon=True).start()

    # ---- messages ------------------------------------------------------------------------------------------

    def _read(self) -> None:
        assert self.process.stdout
        while True:
            size = 0
            while (line := self.process.stdout.readline()) not in (b"\r\n", b""):
                name, _, value = line.decode().partition(":")
                size = int(value) if name.lower() == "content-length" else size
            if not size:
                return
            self._incoming.put(json.loads(self.process.stdout.read(size)))

    def _listen(self) -> None:
        assert self.process.stderr
        self.errors = self.process.stderr.read()

    def send(self, message: Json) -> None:
        self.write(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def write(self, body: bytes) -> None:
        self.input.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.input.flush()

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"method": method, "params": params})

    def ask(self, method: str, params: Any = None) -> Json:
        """The whole answer, with `result` or `error`."""
        self._id += 1
        self.send({"id": self._id, "method": method, "params": params})
        self._until(lambda: self._id in self._answers, method)
        return self._answers.pop(self._id)

    def request(self, method: str, params: Any = None) -> Any:
        """The result."""
        answer = self.ask(method, params)
        assert "error" not in answer, answer
        return answer["result"]

    def _until(self, done: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + WAIT
        while not done():
            try:
                message = self._incoming.get(timeout=max(end - time.monotonic(), 0.01))
            except queue.Empty:
                raise AssertionError(f"no answer: {what}; the server says: {self.errors.decode()}") from None
            if "method" not in message:
                self._answers[message["id"]] = message
                continue
            self.log.append(message)
            if "id" in message:
                self.send({"id": message["id"], "result": None})

    def said(self, method: str) -> list[Json]:
        return [one["params"] for one in self.log if one["method"] == method]

    # ---- what an editor does -------------------------------------------------------------------------------

    def begin(self, capabilities: Json | None = None, root: Path | None = None) -> Client:
        uri = root.as_uri() if root is not None else None
        params = {"processId": None, "rootUri": uri, "capabilities": capabilities or {}}
        self.capabilities = self.request("initialize", params)["capabilities"]
        self.notify("initialized", {})
        return self

    def open(self, path: Path, text: str | None = None) -> str:
        """The address of the file. text: what the editor has of it; default what is on the disk."""
        text = path.read_bytes().decode() if text is None else text
        item = {"uri": path.as_uri(), "languageId": "nn", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return path.as_uri()

    def change(self, uri: str, version: int, *changes: Json) -> None:
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})

    def diagnostics(self, uri: str, version: int = 1) -> list[Json]:
        """Those of a version of a text."""
        found: list[Json] = []

        def come() -> bool:
            found[:] = [p for p in self.said("textDocument/publishDiagnostics") if p["uri"] == uri]
            return any(p.get("version") == version for p in found)

        self._until(come, f"diagnostics of version {version}")
        wanted = [p for p in found if p.get("version") == version]
        return list(wanted[-1]["diagnostics"])

    def hears(self, uri: str, words: str) -> None:
        """Waits until the last diagnostics of a text have these words."""

        def come() -> bool:
            said = [p for p in self.said("textDocument/publishDiagnostics") if p["uri"] == uri]
            return bool(said) and any(words in one["message"] for one in said[-1]["diagnostics"])

        self._until(come, f"a diagnostic with `{words}`")

    def hears_request(self, method: str) -> None:
        """Waits until the server asks for something."""
        self._until(lambda: any(one["method"] == method and "id" in one for one in self.log), method)

    def at(self, method: str, uri: str, line: int, character: int, **more: Any) -> Any:
        """What is answered about a position."""
        place = {"line": line, "character": character}
        return self.request(f"textDocument/{method}", {"textDocument": {"uri": uri}, "position": place, **more})

    def about(self, method: str, uri: str, **more: Any) -> Any:
        """What is answered about a document."""
        return self.request(f"textDocument/{method}", {"textDocument": {"uri": uri}, **more})

    def end(self) -> int:
        """The code with which the server exits."""
        self.request("shutdown")
        self.notify("exit")
        self.input.close()
        return self.process.wait(WAIT)


@contextmanager
def client(folder: Path, capabilities: Json | None = None) -> Iterator[Client]:
    """A server that has been told who speaks; it must leave well."""
    one = Client(folder)
    try:
        yield one.begin(capabilities, folder)
        assert one.end() == 0, one.errors.decode()
    finally:
        one.process.kill()
        one.process.wait()


# ---- places and changes of a text ----------------------------------------------------------------------------


def position(text: str, offset: int) -> Json:
    """Where a character stands, in columns of UTF-16; lines end with LF or CRLF here."""
    before = text[:offset]
    line = before.rpartition("\n")[2]
    return {"line": before.count("\n"), "character": len(line.encode("utf-16-le")) // 2}


def offset(text: str, place: Json) -> int:
    lines = text.split("\n")
    start = sum(len(line) + 1 for line in lines[: place["line"]])
    line = lines[place["line"]] if place["line"] < len(lines) else ""
    return min(start, len(text)) + len(line.encode("utf-16-le")[: 2 * place["character"]].decode("utf-16-le"))


def find(text: str, words: str, within: int = 0) -> Json:
    """The place of words, or of the character `within` them."""
    assert words in text
    return position(text, text.index(words) + within)


def applied(text: str, edits: list[Json]) -> str:
    """The text with changes in it; they must not overlap."""
    places = sorted((offset(text, e["range"]["start"]), offset(text, e["range"]["end"]), e["newText"]) for e in edits)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(places)), "changes overlap"
    for start, end, new in reversed(places):
        text = text[:start] + new + text[end:]
    return text


def text_at(text: str, place: Json) -> str:
    return text[offset(text, place["start"]) : offset(text, place["end"])]
