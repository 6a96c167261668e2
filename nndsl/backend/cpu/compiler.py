"""Kernel text to object code, through numba. The only module that imports numba, and only when a kernel is new."""

from __future__ import annotations

import sys
import types as python_types

from nndsl.backend.cpu.cache import Object, Text

# Everything but "nnan" and "ninf": a NaN must stay one.
FAST = {"contract", "reassoc", "nsz", "arcp", "afn"}

compiled = 0  # kernels compiled by this process: tests count them


def compile_text(text: Text) -> Object:
    """Compiles a kernel; about 0.2 s."""
    global compiled
    from numba import cfunc

    from nndsl.backend.cpu.intrinsics import KERNEL

    module = python_types.ModuleType(f"nndsl_kernel_{text.name}")
    sys.modules[module.__name__] = module  # numba looks functions up by their module
    exec(compile(text.source, f"<kernel {text.name}>", "exec"), module.__dict__)
    made = cfunc(KERNEL, fastmath=FAST, error_model="numpy")(getattr(module, text.name))
    compiled += 1
    _, kind, data = made._library.serialize_using_object_code()
    assert kind == "object"
    return Object(made.native_name, data[0])
