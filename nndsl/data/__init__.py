"""Everything between a `data` definition and arrays: reading, choosing columns, splitting, encoding, and undoing the
encoders.

`declare` reads the definition, `signature` gives the checks what they need, `load` gives training its arrays. All that
is wrong becomes a diagnostic. Imports diagnostics and syntax alone; duckdb only where a large or binary table is read.
"""

from nndsl.data.dataset import Dataset, column_names, load, signature
from nndsl.data.declare import OPTIONS, declare
from nndsl.data.fitted import Encoders
from nndsl.data.generators import GENERATORS
from nndsl.data.pipeline import ENCODERS
from nndsl.data.spec import DataSpec, Evaluate
from nndsl.data.types import PARTS, Array, Field, Part, Signature

__all__ = [
    "ENCODERS", "GENERATORS", "OPTIONS", "PARTS", "Array", "DataSpec", "Dataset", "Encoders", "Evaluate", "Field",
    "Part", "Signature", "column_names", "declare", "load", "signature",
]  # fmt: skip
