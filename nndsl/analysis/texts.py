"""The kernels that each statement needs: for those who compile them beforehand, or say that it will take a moment.

In: a statement's verb. Out: texts. Nothing is compiled here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nndsl.analysis import lloyd, neighbour_kernels, neighbours
from nndsl.analysis.tsne import embed
from nndsl.backend.cpu.cache import Text, fetch
from nndsl.backend.cpu.library import kernel


def _search() -> list[Text]:
    """What neighbours by straight lines are found with."""
    return [kernel("product", "float32"), neighbour_kernels.near("euclidean"), neighbour_kernels.leave()]


ALWAYS: Mapping[str, Callable[[int], list[Text]]] = {  # for maps of so many dimensions
    "pca": lambda dimensions: [],  # its products are those of BLAS
    "tsne": embed.texts,
    "kmeans": lambda dimensions: lloyd.texts(),
    "knn": lambda dimensions: _search(),
}


def is_new(verb: str, dimensions: int = 2) -> bool:
    """Whether the cache lacks some of what a statement needs in any case."""
    return any(fetch(text.key) is None for text in ALWAYS[verb](dimensions))


def all_texts() -> list[Text]:
    """What all statements may need, maps in two and in three dimensions."""
    texts = [*embed.texts(2), *embed.texts(3), *lloyd.texts(), *neighbours.texts()]
    return list(dict.fromkeys(texts))
