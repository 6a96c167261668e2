"""`nndsl warm`: compiles the standard kernels once, so that first runs start at once. In: a precision. Out: files in the cache."""

from __future__ import annotations

import time

from nndsl.cli.console import Console


def warm_all(precision: str, console: Console) -> int:
    """Compiles what is not there yet, and says how long it took."""
    from nndsl.backend.cpu.warm import standard_texts, warm

    started = time.perf_counter()
    texts = standard_texts(precision)

    def tell(done: int, total: int) -> None:
        if not console.quiet and (done % 10 == 0 or done == total):
            console.say(f"{done} of {total} kernels")

    warm(texts, tell)
    console.show(f"{len(texts)} kernels are ready ({time.perf_counter() - started:.1f} s)")
    return 0
