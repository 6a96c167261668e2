"""Reads the comment above a definition: what it is in a line, its arguments, its shapes, its source, its example.

In: the comment's text and the names of the definition's parameters. Out: a `Comment`. A comment of any other form is a
meaning and a text; nothing here can fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nndsl.values import value

LABELS = ("Shapes", "Range", "Source", "Example")
SENTENCE = re.compile(r"(?<=\.)\s+(?=[A-Z`\"])")
QUOTED = re.compile(r"`([^`]+)`")


@value
class Comment:
    """meaning: the first sentence. text: what follows it. arguments: (names, meaning). example: what stands in
    backquotes after `Example:`."""

    meaning: str = ""
    text: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    shapes: str = ""
    range: str = ""
    source: str = ""
    example: str = ""


def read_comment(comment: str, parameters: Iterable[str] = ()) -> Comment:
    """What a comment says, by its parts."""
    head, _, rest = comment.strip("\n").partition("\n\n")
    said = _sentences(_one_line(head))
    found: dict[str, str] = {}
    arguments: list[tuple[str, str]] = []
    more = said[1:]
    for label, words in _labelled(rest, tuple(parameters)):
        if label in LABELS:
            found[label.casefold()] = words
        elif label:
            meaning, *others = _sentences(words)
            arguments.append((label, _bare(meaning)))
            more += others
        else:
            more.append(words)
    shapes, *others = _sentences(found.get("shapes", "")) or [""]
    examples = QUOTED.findall(found.get("example", ""))
    return Comment(
        said[0] if said else "",
        " ".join([*more, *others]),
        tuple(arguments),
        _arrow(_bare(shapes)),
        _bare(found.get("range", "")),
        _bare(found.get("source", "")),
        "\n".join(examples),
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _bare(text: str) -> str:
    """Without the full stop at the end."""
    return text.strip().removesuffix(".").removesuffix(";")


def _sentences(text: str) -> list[str]:
    return [part for part in SENTENCE.split(text) if part]


def _arrow(shapes: str) -> str:
    """`[..., in] to [..., units]` with an arrow."""
    return re.sub(r"(?<=\]) to (?=\[)", " -> ", shapes)


def _labelled(rest: str, parameters: tuple[str, ...]) -> list[tuple[str, str]]:
    """(label, text) in their order; the label is empty for text that stands before the first."""
    names = "|".join(map(re.escape, (*LABELS, *parameters)))
    label = re.compile(rf"(?:^|(?<=[.)] )|(?<=; ))((?:{names})(?:, (?:{names}))*): ")
    found: list[tuple[str, str]] = []
    for paragraph in _paragraphs(rest):
        pieces = label.split(paragraph)
        if pieces[0].strip():
            found.append(("", pieces[0].strip()))
        found += [(pieces[i], pieces[i + 1].strip()) for i in range(1, len(pieces), 2)]
    return found


def _paragraphs(rest: str) -> list[str]:
    """Lines that belong together. `Example:` and `Source:` begin at a line's head, and so may a new sentence of a
    text: after a line that ends one, a line that no label begins is one only where no source runs on."""
    found: list[str] = []
    for line in rest.splitlines():
        starts = line.startswith(("Example: ", "Source: ", "Shapes: ")) or not found
        if starts or not line.strip():
            found.append(line.strip())
        else:
            found[-1] = f"{found[-1]} {line.strip()}".strip()
    return [paragraph for paragraph in found if paragraph]
