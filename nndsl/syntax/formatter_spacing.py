"""Where the formatter writes a blank between two tokens.

In: an `Item`. Out: the same, each of its pieces told whether a blank stands before it. `lr=0.1` where something is
given by name, `lr = 0.1` where a name is made; an operator has blanks around it, a short power has none.
"""

from __future__ import annotations

from nndsl.syntax.formatter_items import Bracket, Item, Node, Piece, first_of

TIGHT_BEFORE = {"RPAR", "RSQB", "COMMA", "DOT", "_CALL", "_INDEX", "COLON"}
TIGHT_AFTER = {"LPAR", "LSQB", "_CALL", "_INDEX", "DOT", "NEGATIVE"}
DEFINING = {"param", "state", "penalty"}  # options whose arguments make names: `state m = 0`, but `stop patience=10`


def space(item: Item) -> None:
    nodes = item.nodes
    _run(nodes, "", None, _tight_names(nodes))
    if nodes and isinstance(nodes[0], Piece) and nodes[0].kind == "KIND" and len(nodes) > 2:
        parameters = nodes[2]
        if isinstance(parameters, Bracket) and parameters.open.kind == "_CALL":
            _run(parameters.inside, "parameters", parameters.open, set())
    if item.block is not None:
        for inner in item.block.items:
            space(inner)


def _tight_names(nodes: list[Node]) -> set[int]:
    """Numbers of the `=` that give an option's argument by name: `split train=70%, test=30%`."""
    first = first_of(nodes[0]) if nodes else None
    kinds = [node.kind if isinstance(node, Piece) else "" for node in nodes]
    if first is None or first.kind != "NAME" or first.text in DEFINING or kinds[1:2] in (["COMMA"], ["EQUAL"]):
        return set()
    return {
        i for i, kind in enumerate(kinds)
        if kind == "EQUAL" and i > 1 and kinds[i - 1] == "NAME" and (i == 2 or kinds[i - 2] == "COMMA")
    }  # fmt: skip


def _run(nodes: list[Node], inside: str, before: Piece | None, tight: set[int]) -> None:
    """inside: the kind of the bracket around these, "parameters" for those of a definition."""
    for i, node in enumerate(nodes):
        piece = first_of(node)
        close = _is_tight(nodes, i, inside, tight) or (i > 0 and _holds_next(nodes, i - 1, inside, tight))
        piece.space = not (close or piece.kind in TIGHT_BEFORE or (before is not None and before.kind in TIGHT_AFTER))
        before = piece
        if isinstance(node, Bracket):
            _run(node.inside, node.open.kind, node.open, set())
            node.close.space = False
            before = node.close


def _is_tight(nodes: list[Node], i: int, inside: str, tight: set[int]) -> bool:
    """Whether this one has no blanks around it."""
    node = nodes[i]
    if not isinstance(node, Piece):
        return False
    if node.kind == "EQUAL":
        return inside == "_CALL" or i in tight
    return node.kind == "CIRCUMFLEX" and _is_short(nodes, i + 1)


def _holds_next(nodes: list[Node], i: int, inside: str, tight: set[int]) -> bool:
    node = nodes[i]
    return _is_tight(nodes, i, inside, tight) or (
        isinstance(node, Piece) and node.kind == "COLON" and inside == "_INDEX"
    )


def _is_short(nodes: list[Node], i: int) -> bool:
    """What begins here is a name or a number, maybe with a sign: `x^2`, but `x ^ (n - 1)`."""
    while i < len(nodes) and first_of(nodes[i]).kind == "NEGATIVE":
        i += 1
    called = i + 1 < len(nodes) and first_of(nodes[i + 1]).kind == "_CALL"
    return i < len(nodes) and isinstance(nodes[i], Piece) and not called
