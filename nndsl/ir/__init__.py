"""The tensor IR: nodes, the table of primitives, builders (`nndsl.ir.build`), a printer and a verifier."""

from nndsl.ir.body import Body, body_of
from nndsl.ir.node import BATCH, Dim, DType, Node, Shape, ShapeError, concrete, make, topological, users
from nndsl.ir.primitive import Kind, Primitive, Setting, precise
from nndsl.ir.printer import show
from nndsl.ir.table import TABLE, of_kind
from nndsl.ir.verify import BrokenGraph, verify

__all__ = [
    "BATCH",
    "TABLE",
    "Body",
    "BrokenGraph",
    "DType",
    "Dim",
    "Kind",
    "Node",
    "Primitive",
    "Setting",
    "Shape",
    "ShapeError",
    "body_of",
    "concrete",
    "make",
    "of_kind",
    "precise",
    "show",
    "topological",
    "users",
    "verify",
]
