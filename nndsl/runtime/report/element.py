"""HTML as values: elements with attributes and children, and one place where texts become safe.

In: names of tags, texts, elements. Out: HTML. A text is never taken for markup, whoever wrote it: a class that is
called `<script>` stands on the page under that name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nndsl.values import value

VOID = frozenset(("br", "col", "hr", "img", "link", "meta"))  # HTML elements that have no end
VERBATIM = frozenset(("style",))  # whose text is no markup: only ours stands there
ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"  # for what HTML has no way to write


@value
class Element:
    """A tag with its attributes and what is in it."""

    tag: str
    attributes: Mapping[str, str]
    children: tuple[Node, ...]


Node = Element | str
Part = Node | Iterable["Part"] | None  # what may be put into an element: None and empty lists are nothing


def el(tag: str, *parts: Part, **attributes: str | int | bool | None) -> Element:
    """An element. Attributes: `class_` and `for_` for Python's words, `aria_label` for `aria-label`; True is an
    attribute without a value, None and False none.
    """
    given = {
        name.rstrip("_").replace("_", "-"): "" if content is True else str(content)
        for name, content in attributes.items()
        if content is not None and content is not False
    }
    return Element(tag, given, tuple(_flat(parts)))


def _flat(parts: Iterable[Part]) -> Iterator[Node]:
    for part in parts:
        if part is None:
            continue
        if isinstance(part, str | Element):
            yield part
        else:
            yield from _flat(part)


def safe(text: str) -> str:
    """The text as markup that means it, inside elements and quotes. What no page may hold becomes U+FFFD."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c in "\n\t" or not _is_unwritable(c) else REPLACEMENT for c in text)
    return text.translate(ESCAPES)


def _is_unwritable(c: str) -> bool:
    """Controls (those among them that turn the direction of writing, so that a line would say something else than it
    holds), halves of characters, and what is no character."""
    code = ord(c)
    turns = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
    return code < 32 or 127 <= code < 160 or turns or 0xD800 <= code < 0xE000 or code & 0xFFFE == 0xFFFE


def html(node: Node) -> str:
    """The markup."""
    return "".join(_pieces(node))


def _pieces(node: Node) -> Iterator[str]:
    if isinstance(node, str):
        yield safe(node)
        return
    yield f"<{node.tag}"
    for name, content in node.attributes.items():
        yield f' {name}="{safe(content)}"' if content else f" {name}"
    yield ">"
    if node.tag in VOID:
        return
    for child in node.children:
        if node.tag in VERBATIM and isinstance(child, str):
            yield child
        else:
            yield from _pieces(child)
    yield f"</{node.tag}>"
