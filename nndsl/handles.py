"""What a run has left, as Python has it in hand: figures, tables, and models that are asked.

In: what the runtime keeps. Out: objects with NumPy arrays inside; what does not fit is a `RunError`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from nndsl.diagnostics import Fault
from nndsl.errors import RunError

if TYPE_CHECKING:
    from nndsl.runtime.made import Neighbours, Table
    from nndsl.show.figures import Figure


class Drawing:
    """What a `plot` has drawn; a notebook shows it by itself. title, facts: what is to be seen, as texts.

    As files have it: `png()`, bytes; `svg()`; `html()`, a page that opens without a network. RunError where
    vl-convert is not installed; a notebook shows the facts then.
    """

    def __init__(self, figure: Figure) -> None:
        self._figure = figure
        self.title, self.facts = figure.title, figure.facts

    def png(self) -> bytes:
        from nndsl.show.draw import png

        content: bytes = _as_run_error(png)(self._figure)
        return content

    def svg(self) -> str:
        from nndsl.show.draw import svg

        return str(_as_run_error(svg)(self._figure))

    def html(self) -> str:
        from nndsl.show.draw import page

        return str(_as_run_error(page)(self._figure))

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """For notebooks: a picture and, for those that show none, the facts."""
        from nndsl.show.terminal import plain

        words = {"text/plain": plain(self._figure)}
        try:
            return {"image/png": b64encode(self.png()).decode("ascii"), **words}
        except RunError:
            return words

    def __repr__(self) -> str:
        return f"Drawing({self.title!r})"


class Made:
    """What `pca`, `tsne`, `kmeans` or `knn` has left: everything that `nndsl.runtime.made` says of it.

    Of a table: `values` [N, columns] in the order of the source, `columns`, `["pc1"]`, `part("test")`, `transform(x)`;
    of neighbours: `predict(x)`, `predict_proba(x)`. New rows as for `Network.predict`; RunError where they do not fit.
    """

    def __init__(self, found: Table | Neighbours) -> None:
        self._found = found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        value = getattr(self._found, name)
        return _as_run_error(value) if callable(value) else value

    def __getitem__(self, column: str) -> NDArray[Any]:
        table: Any = self._found
        found: NDArray[Any] = _as_run_error(lambda: table[column])()
        return found

    def __repr__(self) -> str:
        return repr(self._found)


def _as_run_error(work: Callable[..., Any]) -> Callable[..., Any]:
    """The same function; what it finds wrong with its arguments is a RunError."""

    @wraps(work)
    def guarded(*arguments: Any, **named: Any) -> Any:
        try:
            return work(*arguments, **named)
        except Fault as found:
            raise RunError([found.diagnostic]) from None

    return guarded
