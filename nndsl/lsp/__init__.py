"""The language server: pygls over the engines of `nndsl.editor`. In: messages of an editor. Out: answers to them.

Nothing is decided here that the engines could decide: modules translate between their offsets and values and the
protocol's. All of them import pygls or lsprotocol, and are imported when `nndsl lsp` starts.
"""
