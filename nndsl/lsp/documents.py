"""The texts that an editor has open, and what is known of each.

In: what the editor says of them. Out: `Document`s. What a text says is read anew for each version, in some
milliseconds; what a check has found (`checking.py`) is of the version that was checked last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lsprotocol import types
from pygls import uris

from nndsl.diagnostics import Collector, Source, Span
from nndsl.editor.known import Known, nothing_known
from nndsl.editor.references import References, references
from nndsl.lower.check import Checked
from nndsl.lsp.positions import UTF16, Positions
from nndsl.lsp.verdict import Verdict, nothing_checked
from nndsl.semantics.modules import LIBRARY_PREFIX, reading, scope_of
from nndsl.semantics.scopes import Scope
from nndsl.syntax import ast, parse
from nndsl.values import value

PACKAGE = Path(__file__).parent.parent.parent  # what the names of the library's texts are relative to


@value
class Reading:
    """What a text says, whether it is well or not."""

    module: ast.Module
    scope: Scope
    references: References


@dataclass(slots=True)
class Document:
    """An open text. folder: what its paths are relative to. verdict: of the last check, of this text or an earlier
    one."""

    uri: str
    path: Path
    folder: Path
    version: int
    positions: Positions
    among: Documents = field(repr=False)
    verdict: Verdict | None = None
    _read: Reading | None = field(default=None, repr=False)

    @property
    def source(self) -> Source:
        return self.positions.source

    @property
    def text(self) -> str:
        return self.positions.source.text

    def change(self, version: int, text: str) -> None:
        self.version = version
        self.positions = Positions(Source(self.source.name, text), self.positions.encoding)
        self._read = None

    def forget(self) -> None:
        """Reads again: a file that this text uses has changed."""
        self._read = None

    @property
    def read(self) -> Reading:
        if self._read is None:
            module, scope = self._parsed()
            self._read = Reading(module, scope, references(module, scope, self.checked.context))
        return self._read

    def _parsed(self) -> tuple[ast.Module, Scope]:
        """The tree and the names of the text; those of the check, where it was of this text."""
        if self.fresh is not None:
            return self.fresh.module, self.fresh.checked.program.scope
        with reading(self.among.text_of):
            module = parse(self.source, Collector())
            return module, scope_of(module, self.folder, Collector())

    @property
    def checked(self) -> Checked:
        """What the last check found, before the first one nothing."""
        return self.verdict.checked if self.verdict is not None else nothing_checked()

    @property
    def known(self) -> Known:
        return self.verdict.known if self.verdict is not None else nothing_known(self.folder)

    @property
    def fresh(self) -> Verdict | None:
        """The verdict, where it is of the text as it is now."""
        return self.verdict if self.verdict is not None and self.verdict.source.text == self.text else None

    def is_own(self, span: Span) -> bool:
        return span.source.name == self.source.name


class Documents:
    """All open texts. encoding: the unit of columns. root: the folder of texts that are in no file."""

    def __init__(self, root: Path | None = None, encoding: str = UTF16) -> None:
        self.root = root or Path.cwd()
        self.encoding = encoding
        self._all: dict[str, Document] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(list(self._all.values()))

    def get(self, uri: str) -> Document | None:
        return self._all.get(uri)

    def open(self, uri: str, version: int, text: str) -> Document:
        path = file_of(uri)
        folder = path.parent if path is not None else self.root
        path = path or self.root / (uri.rpartition(":")[2].rpartition("/")[2] or "untitled")
        positions = Positions(Source(str(path), text), self.encoding)
        self._all[uri] = Document(uri, path, folder, version, positions, self)
        return self._all[uri]

    def close(self, uri: str) -> None:
        self._all.pop(uri, None)

    def at(self, path: Path) -> Document | None:
        """The open text of a file."""
        return next((one for one in self if one.path == path), None)

    def text_of(self, path: Path) -> str:
        """The text of a file as the editor has it, or as it is on the disk. Raises what reading a file raises."""
        found = self.at(path)
        return found.text if found is not None else path.read_text(encoding="utf-8")

    def location(self, span: Span) -> types.Location:
        """Where a place of any text is: of an open one, of a file that is used, of the library."""
        path = path_of(span)
        found = self.at(path)
        uri = found.uri if found is not None else uri_of(path)
        return types.Location(uri, Positions(span.source, self.encoding).of(span))


def file_of(uri: str) -> Path | None:
    """The file that an address means; None where it is none on a disk."""
    path = uris.to_fs_path(uri) if uri.startswith("file:") else None
    return Path(path).resolve() if path else None


def uri_of(path: Path) -> str:
    return uris.from_fs_path(str(path)) or path.as_uri()


def path_of(span: Span) -> Path:
    """The file that a place is in."""
    name = span.source.name
    return PACKAGE / name if name.startswith(LIBRARY_PREFIX) else Path(name).resolve()
