"""Compiles kernels before they are needed, so that no network has to wait for them.

In: texts. Out: how many were new; they are in the cache then. What a network needs beyond the library's kernels, its
loop nests, its `Program` says.
"""

from __future__ import annotations

from collections.abc import Iterable

from nndsl.backend.cpu import library
from nndsl.backend.cpu.cache import Text, fetch, keep
from nndsl.backend.cpu.workshop import Progress, compile_texts

_OF_NUMBERS = (
    "product",
    "contract",
    "lanes",
    "dots",
    "transpose",
    "overlap_add",
    "walk",
    "drive",
    "drive_team",
    "barrier",
)
_THAT_MOVE = ("copy", "rows_out", "look_up")
_OF_ANY_NUMBERS = ("fill", "scatter_add")


def standard_texts(precision: str) -> list[Text]:
    """The library's kernels for float32 or float64, with those that move whole numbers and conditions."""
    texts = [library.kernel(kind, precision) for kind in (*_OF_NUMBERS, *_THAT_MOVE, *_OF_ANY_NUMBERS)]
    texts += [library.kernel(kind, dtype) for kind in _THAT_MOVE for dtype in ("int32", "uint8")]
    texts += [library.kernel("fill", "int32"), library.kernel("shuffle", "float32")]
    texts += [library.rows_in(source, precision) for source in dict.fromkeys((precision, "float32", "uint8"))]
    return [*texts, library.rows_in("int32", "int32")]


def warm(texts: Iterable[Text], progress: Progress | None = None) -> int:
    """Compiles those of the texts that the cache lacks, and keeps them; how many they were."""
    missing = [text for text in dict.fromkeys(texts) if fetch(text.key) is None]
    for text, made in compile_texts(missing, progress).items():
        keep(text.key, made)
    return len(missing)
