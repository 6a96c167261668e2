"""`nndsl lsp`: which request is answered by which function, and the life of the server.

In: messages on standard input, or of one client at a port. Out: answers, and diagnostics when they are known. A fault
of ours in an answer is written to a file, told in the client's log, and the answer is empty.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from nndsl import __version__
from nndsl.diagnostics.pages import page
from nndsl.lsp import (
    actions,
    colours,
    completing,
    formatting,
    hinting,
    hovering,
    navigation,
    outline,
    renaming,
    signing,
)
from nndsl.lsp.checking import PAUSE, Checker
from nndsl.lsp.documents import Document, Documents, file_of
from nndsl.lsp.protocol import Protocol
from nndsl.lsp.reports import page_uri, reports
from nndsl.lsp.verdict import Verdict

Crash = Callable[[BaseException], Path | None]  # writes what is needed to mend a fault of ours

# Requests about one document, and what is said of them when the server starts.
ANSWERS: dict[str, tuple[Callable[[Document, Any], Any], object | None]] = {
    types.TEXT_DOCUMENT_HOVER: (hovering.hover, None),
    types.TEXT_DOCUMENT_COMPLETION: (
        completing.completion, types.CompletionOptions(trigger_characters=list(completing.TRIGGERS))
    ),
    types.TEXT_DOCUMENT_SIGNATURE_HELP: (
        signing.signature_help, types.SignatureHelpOptions(trigger_characters=list(signing.TRIGGERS))
    ),
    types.TEXT_DOCUMENT_DEFINITION: (navigation.definition, None),
    types.TEXT_DOCUMENT_REFERENCES: (navigation.references, None),
    types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: (navigation.highlight, None),
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: (outline.document_symbols, None),
    types.TEXT_DOCUMENT_FOLDING_RANGE: (outline.folding, None),
    types.TEXT_DOCUMENT_PREPARE_RENAME: (renaming.prepare, None),
    types.TEXT_DOCUMENT_RENAME: (renaming.renamed, types.RenameOptions(prepare_provider=True)),
    types.TEXT_DOCUMENT_FORMATTING: (formatting.format_all, None),
    types.TEXT_DOCUMENT_RANGE_FORMATTING: (formatting.format_range, None),
    types.TEXT_DOCUMENT_CODE_ACTION: (actions.code_actions, types.CodeActionOptions([actions.QUICK])),
    types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL: (colours.semantic_tokens, colours.LEGEND),
    types.TEXT_DOCUMENT_INLAY_HINT: (hinting.inlay_hints, None),
}  # fmt: skip


class Server:
    """One conversation with an editor."""

    def __init__(self, crash: Crash) -> None:
        self.language = LanguageServer("nndsl", __version__, protocol_cls=Protocol)
        self.documents = Documents()
        self._crash = crash
        self._is_over = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._checker = Checker(self._found, self._failed)
        self._register()

    def run(self, port: int | None) -> bool:
        """Until the client says `exit` or is gone. Gives whether it has said `shutdown` before."""
        logging.getLogger("pygls").setLevel(logging.CRITICAL)  # what is wrong is told to the client, see `_tell`
        try:
            if port is not None:
                with closing(_caller(port)) as caller, caller.makefile("rb") as asked, caller.makefile("wb") as said:
                    self.language.start_io(asked, said)
            else:
                answers = sys.stdout.buffer
                sys.stdout = sys.stderr  # what is printed is no message
                self.language.start_io(sys.stdin.buffer, answers)
        except (SystemExit, ConnectionError):  # pygls raises the first at `exit`
            pass
        finally:
            self._checker.end()
        return self._is_over

    # ---- requests ------------------------------------------------------------------------------------------

    def _register(self) -> None:
        notices: dict[str, Callable[[Any], None]] = {
            types.INITIALIZE: self._begin,
            types.SHUTDOWN: self._end,
            types.TEXT_DOCUMENT_DID_OPEN: self._open,
            types.TEXT_DOCUMENT_DID_CHANGE: self._change,
            types.TEXT_DOCUMENT_DID_CLOSE: self._close,
            types.TEXT_DOCUMENT_DID_SAVE: self._save,
            types.WORKSPACE_DID_CHANGE_WATCHED_FILES: self._files_changed,
        }
        for method, work in notices.items():
            self._feature(method, work)
        for method, (answer, options) in ANSWERS.items():
            self._feature(method, self._about_document(answer), options)
        self._feature(types.WORKSPACE_SYMBOL, lambda params: outline.workspace_symbols(self.documents, params))
        self.language.command(actions.EXPLAIN)(self._guarded(actions.EXPLAIN, self._explain))

    def _feature(self, method: str, work: Callable[[Any], Any], options: object | None = None) -> None:
        self.language.feature(method, options)(self._guarded(method, work))

    def _about_document(self, answer: Callable[[Document, Any], Any]) -> Callable[[Any], Any]:
        def answered(params: Any) -> Any:
            document = self.documents.get(params.text_document.uri)
            return answer(document, params) if document is not None else None

        return answered

    def _guarded(self, method: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The server outlives a fault of its own."""

        def answered(params: Any) -> Any:
            try:
                return work(params)
            except JsonRpcException:  # a refusal, which is an answer
                raise
            except Exception as problem:
                self._tell(problem, method)
                return None

        return answered

    def _explain(self, code: Any) -> str | None:
        """The page of a code; shown by an editor that can."""
        uri = page_uri(str(code).upper())
        window = self.language.client_capabilities.window
        if uri is not None and window is not None and window.show_document is not None and window.show_document.support:
            self.language.window_show_document(types.ShowDocumentParams(uri, take_focus=True))
        return page(str(code))

    # ---- the life of documents -----------------------------------------------------------------------------

    def _begin(self, params: types.InitializeParams) -> None:
        self._loop = asyncio.get_running_loop()
        root = params.root_uri or (params.workspace_folders[0].uri if params.workspace_folders else None)
        encoding = self.language.workspace.position_encoding
        self.documents = Documents(file_of(root) if root else None, str(getattr(encoding, "value", encoding)))

    def _end(self, params: None) -> None:
        self._is_over = True

    def _open(self, params: types.DidOpenTextDocumentParams) -> None:
        item = params.text_document
        self._check(self.documents.open(item.uri, item.version, item.text), 0)

    def _change(self, params: types.DidChangeTextDocumentParams) -> None:
        document = self.documents.get(params.text_document.uri)
        if document is None:
            return
        for change in params.content_changes:
            document.change(params.text_document.version, document.positions.changed(change))
        self._check(document)

    def _save(self, params: types.DidSaveTextDocumentParams) -> None:
        document = self.documents.get(params.text_document.uri)
        if document is not None:
            self._check(document, 0)

    def _close(self, params: types.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        document = self.documents.get(uri)
        self.documents.close(uri)
        self._checker.forget(uri)
        self.language.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
        if document is not None:
            self._users(document, 0)

    def _files_changed(self, params: types.DidChangeWatchedFilesParams) -> None:
        for document in self.documents:
            document.forget()
            self._check(document, 0)

    # ---- checks ----------------------------------------------------------------------------------------------

    def _check(self, document: Document, pause: float = PAUSE) -> None:
        self._checker.ask(document, pause)
        self._users(document, pause)

    def _users(self, changed: Document, pause: float) -> None:
        """Texts that use a changed one are read and checked again."""
        for document in self.documents:
            if document.verdict is not None and changed.path in document.verdict.files and document is not changed:
                document.forget()
                self._checker.ask(document, pause)

    def _found(self, uri: str, verdict: Verdict) -> None:
        take = self._guarded("check", lambda found: self._take(uri, found))
        self._on_loop(lambda: take(verdict))

    def _failed(self, problem: Exception) -> None:
        self._on_loop(lambda: self._tell(problem, "check"))

    def _on_loop(self, work: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(work)

    def _take(self, uri: str, verdict: Verdict) -> None:
        """Keeps a verdict, and tells of it where the text is still the one that was checked."""
        document = self.documents.get(uri)
        if document is None:
            return
        document.verdict = verdict
        document.forget()
        if document.fresh is None:
            return
        found = reports(document, verdict.diagnostics)
        self.language.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, document.version))
        workspace = self.language.client_capabilities.workspace
        if workspace is not None and workspace.inlay_hint is not None and workspace.inlay_hint.refresh_support:
            self.language.workspace_inlay_hint_refresh(None)

    def _tell(self, problem: Exception, method: str) -> None:
        path = self._crash(problem)
        where = f"; what is needed to mend it is in `{path}`" if path is not None else ""
        text = f"nndsl itself has failed in `{method}`: {type(problem).__name__}: {problem}{where}"
        self.language.window_log_message(types.LogMessageParams(types.MessageType.Error, text))


def _caller(port: int) -> socket.socket:
    """The first client that comes. Raises OSError where the port cannot be had."""
    with socket.create_server(("127.0.0.1", port)) as waiting:
        return waiting.accept()[0]


def serve(crash: Crash, port: int | None = None) -> bool:
    """Serves one client; gives whether it took its leave. crash: writes a fault of ours to a file. port: of this
    machine; standard input where None. Raises OSError where the port cannot be had."""
    return Server(crash).run(port)
