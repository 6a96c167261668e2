"""Entries as Markdown: hover of an editor, help of a notebook, the reference.

In: a name or an entry. Out: Markdown with fenced code. Code of the language is fenced as `nn`.
"""

from __future__ import annotations

from nndsl.manual.entry import Entry, title
from nndsl.manual.lookup import entries
from nndsl.semantics.scopes import Scope


def markdown(of: str | Entry, scope: Scope | None = None) -> str | None:
    """One entry, or all that has a name with lines between; None where nothing has it."""
    if isinstance(of, Entry):
        return entry_markdown(of)
    return "\n\n---\n\n".join(entry_markdown(entry) for entry in entries(of, scope)) or None


def entry_markdown(entry: Entry) -> str:
    """Head, meaning, arguments, facts, equation, example, relatives."""
    parts = [
        f"**`{entry.signature}`** — {title(entry.kind)}" if "\n" not in entry.signature else fence(entry.signature)
    ]
    parts += [" ".join(part for part in (entry.meaning, entry.text) if part)]
    rows = [f"- `{name}`: {words}" for name, words in entry.arguments]
    rows += [f"- {name}: {_code(name, words)}" for name, words in entry.facts]
    parts += ["\n".join(rows)]
    parts += [fence(entry.equation)] if entry.equation else []
    if entry.example:
        parts += [f"Example: {', '.join(f'`{line}`' for line in entry.example.splitlines())}"]
    if entry.see_also:
        parts += ["See also: " + ", ".join(f"`{name}`" for name in entry.see_also)]
    parts += [f"Defined in `{entry.place}`"] if entry.place else []
    return "\n\n".join(part for part in parts if part)


def fence(code: str, info: str = "nn") -> str:
    return f"```{info}\n{code}\n```"


CODE = ("weights", "states")


def _code(name: str, words: str) -> str:
    if name in CODE:
        return f"`{words}`"
    if name == "shapes" and words.startswith("[") and "`" not in words:
        form, semicolon, more = words.partition(";")
        return f"`{form}`{semicolon}{more}"
    return words
