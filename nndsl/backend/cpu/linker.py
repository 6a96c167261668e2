"""Texts of kernels to addresses: from the cache where they are, compiled where they are not.

A kernel that is cached is loaded by llvmlite alone (about a millisecond): numba is not imported.
"""

from __future__ import annotations

import ctypes
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from nndsl.backend.cpu.cache import Object, Text, fetch, keep


@dataclass(slots=True)
class Spent:
    """What compiling has taken in this process so far."""

    kernels: int = 0
    seconds: float = 0.0


SPENT = Spent()
_addresses: dict[str, int] = {}
_engines: list[Any] = []  # own the code: kept for the life of the process

# What object code may call in the C library. Every name in an object must be known: one that is not, and LLVM leaves
# all of them unset. So are those that numba's wrapper has for a function that raises; kernels cannot, hence `abort`.
_C_LIBRARY = re.compile(rb"\0(mem(?:set|cpy|move)|(?:exp|log|log1p|expm1|tanh|erf|sin|cos|pow|fmod|floor)f?)(?=\0)")
_NEVER_CALLED = (
    "numba_gil_ensure",
    "numba_gil_release",
    "numba_unpickle",
    "numba_do_raise",
    "numba_runtime_build_excinfo_struct",
    "NRT_Free",
)


def addresses(texts: Iterable[Text]) -> dict[Text, int]:
    """The address of each kernel, ready to be called."""
    wanted = {text: text.key for text in dict.fromkeys(texts)}
    found = {text: fetch(key) for text, key in wanted.items() if key not in _addresses}
    made = _compiled([text for text, there in found.items() if there is None])
    for text, there in found.items():
        _addresses[wanted[text]] = _link(there or made[text])
    return {text: _addresses[key] for text, key in wanted.items()}


def _compiled(texts: list[Text]) -> dict[Text, Object]:
    if not texts:
        return {}
    from nndsl.backend.cpu.workshop import compile_texts

    started = time.perf_counter()
    made = compile_texts(texts)
    for text, code in made.items():
        keep(text.key, code)
    SPENT.kernels += len(made)
    SPENT.seconds += time.perf_counter() - started
    return made


def _link(made: Object) -> int:
    """Each object gets an engine of its own: numba's names for inlined helpers are not unique across processes."""
    import llvmlite.binding as llvm

    _ready()
    for name in set(_C_LIBRARY.findall(made.code)):
        _know(name.decode())
    engine = llvm.create_mcjit_compiler(
        llvm.parse_assembly(""), llvm.Target.from_default_triple().create_target_machine()
    )
    engine.add_object_file(llvm.ObjectFileRef.from_data(made.code))
    engine.finalize_object()
    _engines.append(engine)
    return int(engine.get_function_address(made.symbol))


@cache
def _ready() -> None:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for name in _NEVER_CALLED:
        if llvm.address_of_symbol(name) is None:  # else numba is at work in this process too
            llvm.add_symbol(name, _pointer(_c_library().abort))


@cache
def _know(name: str) -> None:
    """Tells LLVM where a function of the C library is."""
    import llvmlite.binding as llvm

    if llvm.address_of_symbol(name) is None:
        llvm.add_symbol(name, _pointer(getattr(_c_library(), name)))


@cache
def _c_library() -> Any:
    return ctypes.CDLL(None) if not hasattr(ctypes, "windll") else ctypes.CDLL("ucrtbase")


def c_function(name: str) -> int:
    """The address of a function of the C library."""
    return _pointer(getattr(_c_library(), name))


def _pointer(function: Any) -> int:
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    return address
