"""The rows of the table of primitives, one module a kind; `nndsl.ir.table` puts them together."""
