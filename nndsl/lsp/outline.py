"""What a text consists of: symbols, and what can be folded.

In: a document, or all. Out: trees of symbols, ranges of lines.
"""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from nndsl.editor.symbols import Symbol, symbols
from nndsl.lsp.documents import Document, Documents
from nndsl.syntax.layout import raw_tokens

K = types.SymbolKind
KINDS = {
    "network": K.Class, "recipe": K.Class, "data": K.Struct, "constant": K.Constant, "setting": K.Property,
    "file": K.File, "verb": K.Event, "parameter": K.TypeParameter, "input": K.Field, "weight": K.Field,
    "state": K.Field, "value": K.Variable, "line": K.Property,
}  # fmt: skip  # other roles of definitions are called, as functions are
OPENS, CLOSES = frozenset(("LBRACE", "LPAR", "LSQB", "_CALL", "_INDEX")), frozenset(("RBRACE", "RPAR", "RSQB"))


def document_symbols(document: Document, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    return [_symbol(document, one) for one in symbols(document.read.module)]


def _symbol(document: Document, symbol: Symbol) -> types.DocumentSymbol:
    whole = symbol.span.to(symbol.name_span)  # which must hold the place of the name
    return types.DocumentSymbol(
        name=symbol.name or "?",
        kind=KINDS.get(symbol.kind, K.Function),
        range=document.positions.of(whole),
        selection_range=document.positions.of(symbol.name_span),
        detail=symbol.detail or None,
        children=[_symbol(document, child) for child in symbol.children] or None,
    )


def workspace_symbols(documents: Documents, params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
    """The definitions of all open texts whose names have these letters in this order."""
    return [
        types.WorkspaceSymbol(
            types.Location(document.uri, document.positions.of(one.name_span)),
            one.name,
            KINDS.get(one.kind, K.Function),
        )
        for document in documents
        for one in symbols(document.read.module)
        if one.kind not in ("verb", "setting", "file") and _is_in(params.query.casefold(), one.name.casefold())
    ]


def _is_in(letters: str, name: str) -> bool:
    rest = iter(name)
    return all(letter in rest for letter in letters)


def folding(document: Document, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
    """Brackets over several lines, and comments of several lines."""
    brackets, comments = [], []
    for start, end in _brackets(document):
        if end > start + 1:  # the line with the closing bracket stays
            brackets.append(types.FoldingRange(start, end - 1))
    for start, end in _comments(document):
        if end > start:
            comments.append(types.FoldingRange(start, end, kind=types.FoldingRangeKind.Comment))
    return sorted(brackets + comments, key=lambda one: one.start_line)


def _brackets(document: Document) -> Iterator[tuple[int, int]]:
    """(line, line) of each bracket that is closed; of those that open on one line, the outermost."""
    line_at = document.positions.position
    opened: list[int] = []
    widest: dict[int, int] = {}
    for token in raw_tokens(document.text):
        if token.type in OPENS:
            opened.append(line_at(token.start_pos).line)
        elif token.type in CLOSES and opened:
            start, end = opened.pop(), line_at(token.start_pos).line
            widest[start] = max(end, widest.get(start, end))
    yield from widest.items()


def _comments(document: Document) -> Iterator[tuple[int, int]]:
    """(first, last line) of comments that stand in lines of their own, one below the other."""
    first = last = -2
    for number, line in enumerate(document.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if not line.lstrip().startswith("#"):
            continue
        if number > last + 1:
            if first >= 0:
                yield first, last
            first = number
        last = number
    if first >= 0:
        yield first, last
