"""Completion: what can be written at an offset of a text.

In: a text, an offset, what is known. Out: `Completion`s, best first: what is expected there, the user's own names
before the library's, then by the alphabet (parameters and settings in their own order). Never raises, for any text;
nothing is checked, no file is opened, no table is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from nndsl.editor.candidates import Candidate, candidates
from nndsl.editor.files import found_in
from nndsl.editor.known import Known, nothing_known
from nndsl.editor.matching import called_elsewhere, level
from nndsl.editor.place import Place
from nndsl.editor.position import FIRST_WORDS, position
from nndsl.editor.said import with_text
from nndsl.editor.wanted import Files, Names, Sought
from nndsl.syntax.layout import SPECIAL, raw_tokens
from nndsl.values import value


@value
class Completion:
    """text: what is written from offset `start` up to the cursor. label: what is shown. kind: as the manual calls it:
    layer, activation, "option of train", column, file, ... meaning: one line. sort: texts that sort as the list does.
    """

    text: str
    label: str
    kind: str
    meaning: str
    start: int
    sort: str


def complete(text: str, offset: int, known: Known | None = None, prompt: bool = False) -> list[Completion]:
    """What can be written at an offset, best first; nothing inside comments, numbers and most texts in quotes, nor
    where a name is being made up. prompt: whether the text is typed at a prompt, where an expression may stand for
    itself."""
    here = position(text, offset, prompt)
    place, wanted = here.place, here.wanted
    if not wanted:
        return []
    before = known or nothing_known()
    if place.text:
        return list(_files(place, wanted, before))
    now = before if all(isinstance(one, Names) for one in wanted) else with_text(before, text, offset)
    return _ranked(place, _candidates(place, wanted, now))


def _candidates(place: Place, wanted: Sought, known: Known) -> Iterator[tuple[int, Candidate]]:
    """With the number of what each answers."""
    head = place.blocks[0].head if place.blocks else place.line
    inside = str(head[1]) if len(head) > 1 and head[0].type == "KIND" else ""
    for rank, one in enumerate(wanted):
        yield from ((rank, candidate) for candidate in candidates(one, known, inside))


def _ranked(place: Place, found: Iterator[tuple[int, Candidate]]) -> list[Completion]:
    aliased = called_elsewhere(place.word)
    rows: dict[str, tuple[str, Candidate]] = {}
    for rank, one in found:
        fits = level(place.word, one.name, aliased)
        if fits is not None:
            sort = f"{fits}{rank:02}{int(not one.own)}{one.place:02}{one.name.casefold()}"
            if one.name not in rows or sort < rows[one.name][0]:
                rows[one.name] = (sort, one)
    return [
        Completion(
            written(one.name) + one.after, one.name, one.kind,
            FIRST_WORDS.get(one.name, "") if one.kind == "first word" else one.meaning(), place.start, sort,
        )
        for sort, one in sorted(rows.values(), key=lambda row: row[0])
    ]  # fmt: skip


def written(name: str) -> str:
    """A name as it stands in a script: one that is no name of the language stands in backquotes."""
    tokens = raw_tokens(name)
    plain = len(tokens) == 1 and tokens[0].type in {"NAME", "PRIMED", "TRUE", "FALSE", "NONE"} | SPECIAL
    return name if plain else f"`{name}`"


def _files(place: Place, wanted: Sought, known: Known) -> Iterator[Completion]:
    """Inside quotes: the part of the path after the last `/` is what is replaced."""
    _, _, word = place.word.rpartition("/")
    start = place.start + len(place.word) - len(word)
    for one in wanted:
        for found in found_in(known.folder, place.word, one.suffixes) if isinstance(one, Files) else ():
            fits = level(word, found.name, frozenset())
            if fits is not None:
                kind, name = ("folder", f"{found.name}/") if found.is_folder else ("file", found.name)
                yield Completion(name, name, kind, f"a {kind}", start, f"{fits}{int(found.is_folder)}{name.casefold()}")
