"""From a text to its syntax tree. In: a `Source`. Out: an `ast.Module`, with every fault in the collector. Never
raises."""

from __future__ import annotations

from collections.abc import Container
from itertools import pairwise

from nndsl.diagnostics import Collector, Fault, Source, Span
from nndsl.syntax import ast
from nndsl.syntax.build import Builder
from nndsl.syntax.foreign import PYTHON_WORDS
from nndsl.syntax.layout import Layout, lay_out
from nndsl.syntax.reader import Reader, Stopped
from nndsl.syntax.tree import Token, Tree

NO_STATEMENT = "E0115"
MOST_READINGS = 5  # of one text; each finds the lines that the one before took together wrongly


def parse(source: Source, collector: Collector, verbs: Container[str] | None = None) -> ast.Module:
    """All statements of a text that can be read. What cannot is reported; definitions then stand as broken stubs.

    verbs: of a text that was typed at a prompt, the words that begin actions: an expression may stand for itself there,
    and is read as `print` of it, whose verb has an empty place.
    """
    breaks: frozenset[int] = frozenset()
    for _ in range(MOST_READINGS):
        found = Collector()
        module, dangling = _read(source, found, breaks, verbs)
        if dangling <= breaks:
            break
        breaks |= dangling  # a line that ends with an operator swallowed the next: read again with the two apart
    for diagnostic in found:
        collector.add(diagnostic)
    return module


def _read(
    source: Source, collector: Collector, breaks: frozenset[int], verbs: Container[str] | None
) -> tuple[ast.Module, frozenset[int]]:
    """One reading of the text, and the places where a line should not have gone on."""
    layout = lay_out(source, collector, breaks=breaks)
    reader = Reader(source, collector, layout.unclosed)
    reader.broken |= layout.lost
    builder = Builder(source, collector, layout.comments, reader.broken)
    statements: list[ast.Statement] = []
    indented_under = 0  # the column of a line that ended with `:`; what is indented below it belongs to it
    for tokens in layout.statements:
        if indented_under and tokens[0].column > indented_under:
            continue
        indented_under = tokens[0].column if tokens[-1].type == "COLON" else 0
        unread = Collector()
        printed = None if verbs is None else _printed(tokens, source, verbs, unread)
        statement = printed or _statement(tokens, layout, reader, builder)
        if unread:
            _tell_of_expression(collector, unread, tokens)
        if statement is not None:
            statements.append(statement)
    return ast.Module(tuple(statements), span=Span(source, 0, len(source.text))), frozenset(reader.breaks)


def _printed(tokens: list[Token], source: Source, verbs: Container[str], collector: Collector) -> ast.Action | None:
    """An expression that stands for itself, as `print` of it; None where it is a statement, or neither. collector: is
    told why it is no expression."""
    first, last = tokens[0], tokens[-1]
    if first.type in ("KIND", "LET", "USE", "SET") or (first.type == "NAME" and str(first) in verbs):
        return None
    blank = [character if character in "\r\n" else " " for character in source.text]
    blank[first.start_pos : last.end_pos] = source.text[first.start_pos : last.end_pos]
    expr = _expression("".join(blank), source, collector)
    if expr is None:
        return None
    return ast.Action("print", Span(source, first.start_pos, first.start_pos), (expr,), (), None, span=expr.span)


def _tell_of_expression(collector: Collector, unread: Collector, tokens: list[Token]) -> None:
    """Of what was no statement at all: why it is no expression either."""
    start, end = tokens[0].start_pos, tokens[-1].end_pos
    found = list(collector)
    kept = [d for d in found if d.code != NO_STATEMENT or d.span is None or not start <= d.span.start < end]
    if len(kept) < len(found):
        collector.keep([*kept, *unread])


def parse_expression(source: Source, collector: Collector, part: Span | None = None) -> ast.Expr | None:
    """A text that is one expression, such as the value in `--set rate=0.1`, or a part of one, such as what stands
    behind a command of the prompt; None where it is not, and reported.
    """
    if part is None:
        return _expression(source.text, source, collector)
    text = " " * part.start + source.text[part.start : part.end] + " " * (len(source.text) - part.end)
    return _expression(text, source, collector)


def _expression(text: str, source: Source, collector: Collector) -> ast.Expr | None:
    """text: that of the source, or part of it, at the same places."""
    layout = lay_out(Source(source.name, text), collector, is_expression=True)
    reader = Reader(source, collector, layout.unclosed)
    tree = reader.read([token for tokens in layout.statements for token in tokens], "pipe")
    if not isinstance(tree, Tree) or collector.errors:
        return None
    try:
        return Builder(source, collector, {}, set()).expression(tree)
    except Fault as found:
        collector.add(found.diagnostic)
        return None


def _statement(tokens: list[Token], layout: Layout, reader: Reader, builder: Builder) -> ast.Statement | None:
    tree = reader.read(tokens, "statement")
    try:
        if isinstance(tree, Stopped):
            blocks = [builder.block(block) for block in reader.read_lost_blocks(tokens, tree.at)]
            return _stub(tokens, blocks, layout, builder)
        return builder.statement(tree)
    except Fault as found:
        builder.collector.add(found.diagnostic)
        return _stub(tokens, [], layout, builder)


def _stub(tokens: list[Token], blocks: list[ast.Block], layout: Layout, builder: Builder) -> ast.Statement | None:
    """What a statement that cannot be read would have defined, so that nobody misses its name."""
    first, last = tokens[0], tokens[-1]
    span = builder.span(first).to(builder.span(last))
    block = blocks[-1] if blocks else None
    if first.type == "KIND" and len(tokens) > 1 and tokens[1].type == "NAME":
        body = block or ast.Block((), True, span=builder.span(last))
        comment = layout.comments.get(first.start_pos, "")
        return ast.Definition(
            str(first), str(tokens[1]), builder.span(tokens[1]), (), None, None, body, True, comment, span=span
        )
    if first.type == "LET":
        names = tuple(_name(t, builder) for t in _names_after(tokens))
        return ast.Let(names, ast.Constant(None, span=span), True, span=span) if names else None
    if first.type == "NAME" and tokens[1:] and tokens[1].type == "EQUAL":
        return ast.Let((_name(first, builder),), ast.Constant(None, span=span), True, span=span)
    if first.type == "NAME" and str(first) not in PYTHON_WORDS:
        return ast.Action(str(first), builder.span(first), (), _clauses(tokens, builder), block, True, span=span)
    return None


def _name(token: Token, builder: Builder) -> ast.Name:
    return ast.Name(str(token).strip("`"), span=builder.span(token))


def _names_after(tokens: list[Token]) -> list[Token]:
    """`let a, b = ...`: the tokens `a` and `b`."""
    names: list[Token] = []
    for token in tokens[1:]:
        if token.type in ("NAME", "PRIMED", "BACKQUOTED"):
            names.append(token)
        elif token.type != "COMMA":
            break
    return names


def _clauses(tokens: list[Token], builder: Builder) -> tuple[ast.Clause, ...]:
    """The clauses of one word each, `as run`; they name what the action would have made."""
    found: list[ast.Clause] = []
    for word, value in pairwise(tokens):
        if word.type == "PREPOSITION" and value.type == "NAME":
            place = builder.span(word).to(builder.span(value))
            found.append(ast.Clause(str(word), builder.span(word), (_name(value, builder),), span=place))
    return tuple(found)
