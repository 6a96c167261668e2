"""Opens a data set's source: which reader for which file, what was read lately, and the sum over its bytes.

In: a `DataSpec` and a seed (for generators). Out: a table for each part that the source itself keeps apart. Files that
were read and have not changed since are not read twice: `check` and then `run` read once.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from nndsl.data import arrayfile, csvfile, idx, matrixfolder, pictures, textfile
from nndsl.data.declare import missing_file
from nndsl.data.generators import generate
from nndsl.data.objects import read_object, table_of_relation
from nndsl.data.picturefolder import is_picture_folder
from nndsl.data.sparse import Sparse
from nndsl.data.spec import (
    DataSpec,
    FileSource,
    GeneratorSource,
    InlineSource,
    ObjectSource,
    PictureForm,
    TextSource,
)
from nndsl.data.table import Column, Table, Values, column_of_values
from nndsl.data.words import listed
from nndsl.diagnostics import Span, fault

TABLES = (".csv", ".tsv", ".tab", ".csv.gz", ".tsv.gz")
ARRAYS = (".npy", ".npz")
TEXTS = (".txt", ".txt.gz")
BY_DUCKDB = {
    ".parquet": "read_parquet", ".jsonl": "read_json_auto", ".ndjson": "read_json_auto", ".json": "read_json_auto",
    ".jsonl.gz": "read_json_auto", ".ndjson.gz": "read_json_auto",
}  # fmt: skip
KEPT_FILES = 4
KEPT_BYTES = 16_000_000


def holds_a_table(name: str) -> bool:
    """Whether a file of this name is data by its ending, and no script."""
    return name.lower().endswith((*TABLES, *ARRAYS, *BY_DUCKDB))


class TableCache:
    """The tables of the last few sources (files that are read together), by paths, times and sizes; large ones leave
    with the next large one.
    """

    def __init__(self) -> None:
        self._tables: OrderedDict[tuple[tuple[str, int, int], ...], Table] = OrderedDict()

    def get(self, *files: Path) -> Table | None:
        return self._tables.get(self._key(files))

    def put(self, table: Table, *files: Path) -> None:
        self._tables[self._key(files)] = table
        while len(self._tables) > KEPT_FILES or (len(self._tables) > 1 and self._bytes() > KEPT_BYTES):
            self._tables.popitem(last=False)

    def release(self, *files: Path) -> None:
        """Forget a table that is too large to be kept without need."""
        table = self.get(*files)
        if table is not None and table.nbytes > KEPT_BYTES:
            del self._tables[self._key(files)]

    def _bytes(self) -> int:
        return sum(table.nbytes for table in self._tables.values())

    @staticmethod
    def _key(files: tuple[Path, ...]) -> tuple[tuple[str, int, int], ...]:
        return tuple((str(file), (seen := file.stat()).st_mtime_ns, seen.st_size) for file in files)


CACHE = TableCache()


def open_source(spec: DataSpec, seed: int) -> dict[str, Table]:
    """`train` (all rows that the source does not keep apart) and, where there are such, `validation` and `test`."""
    source = spec.source
    if isinstance(source, FileSource):
        tables = _open_file(source)
        for part, own in (("validation", spec.validation), ("test", spec.test)):
            if own is not None:
                if part in tables:
                    raise fault(
                        "E0210", f"`{source.shown}` has a {part} part of its own", own.span, help=f"leave `{part}` out"
                    )
                tables[part] = _open_file(_as_in_training(own, source, tables))["train"]
        return tables
    if isinstance(source, ObjectSource):
        return {"train": _object(source)}
    if isinstance(source, GeneratorSource):
        return {"train": generate(source, seed)}
    if isinstance(source, TextSource):
        return {"train": textfile.table_of_text("text", source.text)}
    assert isinstance(source, InlineSource)  # what a statement makes is never opened
    return {"train": _inline(source)}


def _object(source: ObjectSource) -> Table:
    """A Python object; a text is one of characters."""
    if not isinstance(source.value, str):
        return read_object(source.value, source.name, source.span)
    if not source.value:
        raise fault("E0516", f"the text `{source.name}` is empty", source.span)
    return textfile.table_of_text(source.name, source.value)


def _as_in_training(own: FileSource, source: FileSource, tables: Mapping[str, Table]) -> FileSource:
    """A part's own source: if it is a folder of pictures, they become like those of the training part."""
    image = tables["train"].columns.get("image")
    channels = image.shape[-1] if image is not None and image.shape[-1:] in ((1,), (3,)) else None
    return replace(own, form=PictureForm(source.form.size, channels))


def release(spec: DataSpec) -> None:
    """Large tables are not kept once they have been used."""
    for source in (spec.source, spec.test, spec.validation):
        if isinstance(source, FileSource):
            CACHE.release(*_read_together(source.path))


def _read_together(path: Path) -> list[Path]:
    """The files that make one table; none where that is not kept."""
    if path.is_dir():
        return matrixfolder.files(path) if matrixfolder.is_matrix_folder(path) else []
    return [path]


def _inline(source: InlineSource) -> Table:
    columns = [
        column_of_values(name, _objects(cells))
        for name, cells in zip(source.columns, zip(*source.rows, strict=True), strict=True)
    ]
    return Table.of(source.shown, columns)


def _objects(cells: tuple[object, ...]) -> Values:
    array = np.empty(len(cells), object)
    array[:] = cells
    return array


def _open_file(source: FileSource) -> dict[str, Table]:
    path = source.path
    if not path.exists():  # it was there when the definition was read
        raise missing_file(path, source.path.name, source.span)
    if path.is_dir():
        return _open_folder(source)
    _no_form(source)
    kept = CACHE.get(path)
    if kept is None:
        kept = _read_file(path, source.span)
        CACHE.put(kept, path)
    return {"train": kept}


def _open_matrix(path: Path, span: Span) -> Table:
    together = matrixfolder.files(path)
    kept = CACHE.get(*together)
    if kept is None:
        kept = matrixfolder.read_folder(path, span)
        CACHE.put(kept, *together)
    return kept


def _no_form(source: FileSource) -> None:
    if source.form.span is not None:
        raise fault(
            "E0202",
            f"`{source.form.span.text}` is for folders of pictures, and `{source.path.resolve().name}` is none",
            source.form.span,
            help="leave it out",
        )


def _open_folder(source: FileSource) -> dict[str, Table]:
    path, span = source.path, source.span
    if not idx.is_idx_folder(path) and is_picture_folder(path):
        return pictures.read_folder(path, source.form, span)
    _no_form(source)
    if idx.is_idx_folder(path):
        return idx.read_folder(path, span)
    if matrixfolder.is_matrix_folder(path):
        return {"train": _open_matrix(path, span)}
    names = sorted(entry.name for entry in path.iterdir())
    held = "it holds " + listed(names, 5) if names else "it is empty"
    raise fault(
        "E0503",
        f"`{path.resolve().name}` is a folder without pictures, IDX files or `{matrixfolder.MATRIX}`: {held}",
        span,
        help='name a file, as in `from "folder/file.csv"`; pictures lie in a sub-folder for each class',
    )


def _suffix(path: Path) -> str:
    name = path.name.lower()
    return next((s for s in (*TABLES, *ARRAYS, *TEXTS, *BY_DUCKDB) if name.endswith(s)), Path(name).suffix)


def _read_file(path: Path, span: Span) -> Table:
    suffix = _suffix(path)
    if suffix in TABLES:
        return csvfile.read_table(path, span)
    if suffix in ARRAYS:
        return arrayfile.read_array(path, span)
    if suffix in TEXTS:
        return textfile.read_text(path, span)
    if suffix in BY_DUCKDB:
        return _by_duckdb(path, BY_DUCKDB[suffix], span)
    known = listed([s for s in (*TABLES, *ARRAYS, *TEXTS, *BY_DUCKDB) if s.count(".") == 1], 20)
    raise fault(
        "E0503",
        f"what `{path.name}` holds is not clear from its name",
        span,
        notes=(f"known endings: {known}, and `.gz` after a table's",),
    )


def _by_duckdb(path: Path, function: str, span: Span) -> Table:
    import duckdb

    quoted = "'" + str(path).replace("'", "''") + "'"
    try:
        with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
            return table_of_relation(connection.sql(f"select * from {function}({quoted})"), path.name, span)
    except duckdb.Error:
        raise fault("E0503", f"`{path.name}` cannot be read: it is not what its name says, or damaged", span) from None


# ---- the sum over all bytes --------------------------------------------------------------------------


def fingerprint(spec: DataSpec, seed: int) -> str:
    """sha256 over everything the rows come from, in hexadecimal."""
    import hashlib  # not for the checks, which ask for no sum

    digest = hashlib.sha256()
    for piece in _pieces(spec, seed):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(spec: DataSpec, seed: int) -> Iterator[bytes]:
    source = spec.source
    if isinstance(source, FileSource):
        for file in (source, spec.validation, spec.test):
            if file is not None:
                yield from _file_pieces(file.path)
    elif isinstance(source, ObjectSource):
        for name, column in _object(source).columns.items():
            yield name.encode()
            yield _bytes(column)
    else:
        yield repr((source, seed if isinstance(source, GeneratorSource) else 0)).encode()


def _bytes(column: Column) -> bytes:
    if isinstance(column.source, Sparse):
        kept = column.source
        return b"".join(array.tobytes() for array in (kept.data, kept.indices, kept.indptr, np.array(kept.shape)))
    return (
        repr(column.values().tolist()).encode() if column.is_text else np.ascontiguousarray(column.values()).tobytes()
    )


def _file_pieces(path: Path) -> Iterator[bytes]:
    named = [(path.name, path)]
    if path.is_dir():
        whole = sorted(set(idx.files(path).values())) or _read_together(path)
        named = [(one.name, one) for one in whole] or pictures.all_files(path)
    for name, one in named:
        yield name.encode()
        with one.open("rb") as file:
            while piece := file.read(1 << 20):
                yield piece
