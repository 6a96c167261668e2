"""Folders of sparse matrices for tests: `counts.npz`, `cells.csv`, `genes.csv`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Four cells, five genes.
MATRIX = np.array([[5, 0, 1, 0, 0], [0, 2, 3, 0, 0], [4, 0, 0, 0, 1], [0, 7, 9, 0, 0]], np.float32)


def csr(dense: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """The arrays of an `.npz` file in compressed rows."""
    rows, columns = np.nonzero(dense)
    indptr = np.searchsorted(rows, np.arange(len(dense) + 1))
    return {"data": dense[rows, columns], "indices": columns, "indptr": indptr, "shape": np.array(dense.shape)}


def write_folder(
    folder: Path,
    dense: NDArray[Any],
    cells: str | None = None,
    genes: str | None = None,
    **instead: NDArray[Any] | None,
) -> Path:
    """A folder of a matrix and its tables. instead: arrays of the file in place of the right ones; None leaves one
    out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {**csr(dense), **instead}
    np.savez_compressed(folder / "counts.npz", **{name: array for name, array in arrays.items() if array is not None})
    for name, text in (("cells.csv", cells), ("genes.csv", genes)):
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8")
    return folder
