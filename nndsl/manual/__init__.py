"""Texts about everything that has a name: `nndsl doc`, `?name`, hover, completion and `grammar/*.md` show them.

In: a name, words, a kind; the scope of a script or a session where there is one. Out: entries and texts, made from the
compiler's own tables and from the comments of the library. Imports semantics, data, diagnostics and syntax alone.
"""

from nndsl.manual.chapters import CHAPTERS, chapter
from nndsl.manual.entry import KINDS, Entry, plural, title
from nndsl.manual.lookup import catalogue, entries, names, one_line, other_names, search
from nndsl.manual.markdown import markdown
from nndsl.manual.terminal import as_text, contents, equation, listing, page, pairs, search_page

__all__ = [
    "CHAPTERS", "KINDS", "Entry", "as_text", "catalogue", "chapter", "contents", "entries", "equation", "listing",
    "markdown", "names", "one_line", "other_names", "page", "pairs", "plural", "search", "search_page", "title",
]  # fmt: skip
