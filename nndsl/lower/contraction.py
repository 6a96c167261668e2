"""The built-in function `einsum`: sums of products, with a letter for each axis.

In: a call such as `einsum("hwcij, ijcf -> hwf", v, W)`. Out: its value, or a fault that says which axes do not fit.
The batch has no letter: it is there if one of the two has it.
"""

from __future__ import annotations

import re
from typing import Any

from nndsl.diagnostics import fault
from nndsl.ir import build as b
from nndsl.ir.node import BATCH
from nndsl.lower.align import plain
from nndsl.lower.operators import labels
from nndsl.lower.use import Use
from nndsl.lower.values import Tensor, count_words, shape_words, value_words

_SPEC = re.compile(r"\s*([a-z]*)\s*,\s*([a-z]*)\s*->\s*([a-z]*)\s*")
_BATCH_LETTER = "B"


def einsum(use: Use) -> Any:
    spec, *operands = use.arguments(3, 3)
    match = _SPEC.fullmatch(spec) if isinstance(spec, str) else None
    if match is None:
        shown = f'"{spec}"' if isinstance(spec, str) else value_words(spec)
        raise fault(
            "E0206", f'`einsum` takes letters of axes such as "ij, jk -> ik", not {shown}', use.span
        )  # fmt: skip
    left, right, out = match.groups()
    problem = _misnamed(left, right, out)
    if problem:
        raise fault("E0206", problem, use.span)
    tensors = [plain(use.tensor(x)) for x in operands]
    sizes = _sizes(use, tensors, (left, right))
    nodes, specs = [], []
    for t, letters in zip(tensors, (left, right), strict=True):
        node, offset = t.node, 1 if t.batched else 0
        other = right if letters is left else left
        alone = [i for i, letter in enumerate(letters) if letter not in out and letter not in other]
        if alone:
            node = b.squeeze(b.reduce_sum(node, [i + offset for i in alone]), [i + offset for i in alone])
        nodes.append(b.cast(node, "float", origin=use.site))
        specs.append(_BATCH_LETTER * offset + "".join(x for i, x in enumerate(letters) if i not in alone))
    batched = any(t.batched for t in tensors)
    result = b.einsum(f"{specs[0]},{specs[1]}->{_BATCH_LETTER * batched}{out}", *nodes, origin=use.site)
    assert result.shape == ((BATCH,) * batched) + tuple(sizes[letter] for letter in out)
    return Tensor(result, (False,) * len(out), batched, "real", use.site)


def _sizes(use: Use, tensors: list[Tensor], specs: tuple[str, str]) -> dict[str, Any]:
    """The size behind each letter."""
    found: dict[str, Any] = {}
    for t, letters in zip(tensors, specs, strict=True):
        if len(letters) != len(t.shape):
            problem = f'"{letters}" names {count_words(len(letters), "axis").replace("axiss", "axes")}'
            raise fault("E0302", f"{problem}, but the value is {shape_words(t.shape)}", use.span, labels=labels(t))
        for letter, size in zip(letters, t.shape, strict=True):
            if found.setdefault(letter, size) != size:
                problem = f"the axis `{letter}` has {found[letter]} values in one operand and {size} in the other"
                raise fault("E0302", problem, use.span, labels=labels(*tensors))
    return found


def _misnamed(left: str, right: str, out: str) -> str | None:
    for letters in (left, right, out):
        if len(set(letters)) != len(letters):
            return f'"{letters}" names an axis twice'
    lost = [letter for letter in out if letter not in left + right]
    return f"no operand of `einsum` has the axis `{lost[0]}`" if lost else None
