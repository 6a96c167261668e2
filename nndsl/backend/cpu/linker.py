"""Texts of kernels to addresses: from the cache where they are, compiled where they are not.

A kernel that is cached is loaded by llvmlite alone (about a millisecond): numba is not imported.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import Any

from nndsl.backend.cpu.cache import Object, Text, fetch, keep

_addresses: dict[str, int] = {}
_engines: list[Any] = []  # own the code: kept for the life of the process


def addresses(texts: Iterable[Text]) -> dict[Text, int]:
    """The address of each kernel, ready to be called."""
    wanted = {text: text.key for text in texts}
    missing = {key: text for text, key in wanted.items() if key not in _addresses}
    objects = {key: fetch(key) for key in missing}
    for key, text in missing.items():
        if objects[key] is None:
            objects[key] = _compiled(key, text)
    found = {key: made for key, made in objects.items() if made is not None}
    if found:
        _addresses.update(_link(found))
    return {text: _addresses[key] for text, key in wanted.items()}


def _compiled(key: str, text: Text) -> Object:
    from nndsl.backend.cpu.compiler import compile_text

    made = compile_text(text)
    keep(key, made)
    return made


def _link(objects: dict[str, Object]) -> dict[str, int]:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    # numba's wrapper names these for a kernel that raises; ours cannot, but the names must be there
    for name, function in (("numba_gil_ensure", "PyGILState_Ensure"), ("numba_gil_release", "PyGILState_Release")):
        pointer = ctypes.cast(getattr(ctypes.pythonapi, function), ctypes.c_void_p).value
        assert pointer is not None
        llvm.add_symbol(name, pointer)
    target = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target)
    for made in objects.values():
        engine.add_object_file(llvm.ObjectFileRef.from_data(made.code))
    engine.finalize_object()
    _engines.append(engine)
    return {key: engine.get_function_address(made.symbol) for key, made in objects.items()}
