"""The variables of a notebook that may be data: what `from frame` and `data frame { ... }` can mean there.

In: the notebook's names, as they are at each time. Out: a view of those that are tables or arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

FACES = ("__array__", "__arrow_c_stream__", "__dataframe__", "to_arrow", "tocsr")  # of what holds numbers or columns


class Variables(Mapping[str, object]):
    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names

    def __getitem__(self, name: str) -> object:
        found = self._names[name]
        if not _may_be_data(name, found):
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name, found in list(self._names.items()) if _may_be_data(name, found))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _may_be_data(name: str, found: object) -> bool:
    """Columns by name, or something that speaks as tables and arrays do; names that Python's own tools keep are not."""
    if name.startswith("_") or name in ("In", "Out") or isinstance(found, type):
        return False
    if isinstance(found, dict):
        return bool(found) and all(isinstance(key, str) for key in found)
    return any(hasattr(type(found), face) for face in FACES)
