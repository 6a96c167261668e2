"""A data set that a statement makes of another: `pca genes as pc`. Other inputs, the same rows, parts and target.

In: the data set it is made of, the new inputs by part, and how new rows are brought there. Out: a `Dataset` like any
other: networks are trained on it, figures are drawn of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nndsl.data.dataset import Dataset
from nndsl.data.spec import DataSpec
from nndsl.data.table import Column
from nndsl.data.types import Array, Field, Part, Places, Signature
from nndsl.diagnostics import fault
from nndsl.diagnostics.suggest import did_you_mean

Transform = Callable[[Mapping[str, Array]], NDArray[Any]]  # encoded rows of the other data set, as a network takes them


def made_signature(spec: DataSpec, source: Signature, parts: tuple[str, ...], names: tuple[str, ...]) -> Signature:
    """Of a table with `names` as its input: what the checks know before anything is computed."""
    sizes = {key: n for key, n in source.sizes.items() if key == "classes"}
    rows = {part: source.rows[part] for part in parts}
    input_ = Field(names, (len(names),), "real", spec.span)
    return Signature(spec.name, spec.span, rows, input_, source.target, {**sizes, "features": len(names)})


class Derived(Dataset):
    """See the head of this module. source: what it is made of. more: columns beside the inputs, by name, by part."""

    def __init__(
        self,
        spec: DataSpec,
        signature: Signature,
        inputs: Mapping[str, NDArray[Any]],
        source: Dataset,
        transform: Transform,
        more: Mapping[str, Mapping[str, NDArray[Any]]] | None = None,
    ) -> None:
        parts = {
            name: Part(name, Array(np.ascontiguousarray(values)), source.part(name).target, source.part(name).rows)
            for name, values in inputs.items()
        }
        super().__init__(spec, signature, parts, source.encoders, (), source._seed)
        self.source = source
        self._transform = transform
        self._more = dict(more or {})

    @property
    def more(self) -> tuple[str, ...]:
        """The names of the columns beside the inputs."""
        return tuple(self._more)

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.signature.input.names, *self._more, *self.source.column_names)))

    def _beside(self, name: str, part: str) -> NDArray[Any]:
        names = self.signature.input.names
        if name in names:
            return np.asarray(self.part(part).input.values.reshape(-1, len(names))[:, names.index(name)])
        if name in self._more:
            return self._more[name][part]
        if name not in self.source.column_names:
            raise fault(
                "E0502", f"`{self.spec.name}` has no column `{name}`", self.spec.span,
                help=did_you_mean(name, self.column_names),
            )  # fmt: skip
        return self.source.beside(name, part)

    def encode_input(self, x: object) -> NDArray[Any]:
        """New raw rows, or series, of the data set this one is made of, brought here: [N, k]."""
        return self._transform(self.source.encode_rows(x)[0])

    def encode_rows(self, x: object) -> tuple[dict[str, Array], Places | None]:
        return {"input": Array(np.ascontiguousarray(self.encode_input(x)))}, None

    def encode_target(self, x: object) -> NDArray[Any]:
        return self.source.encode_target(x)

    def decode_target(
        self, values: NDArray[Any], *, steps: bool = False, levels: NDArray[np.float64] | None = None
    ) -> dict[str, NDArray[Any]]:
        return self.source.decode_target(values, steps=steps, levels=levels)

    def raw_table(self, part: str = "train") -> dict[str, NDArray[Any]]:
        return self.source.raw_table(part)

    def source_column(self, name: str, part: str = "train") -> Column:
        return self.source.source_column(name, part)

    @property
    def fingerprint(self) -> str:
        return self.source.fingerprint
