"""Built-in functions that slide windows over the first axes of a value, and that group channels.

In: a call. Out: its value, or a fault that says which sizes do not fit. Pictures are [height, width, channels], series
[time, channels]; windows stand behind them: [height, width, channels, rows, columns].

`same` padding follows TensorFlow and Keras: ceil(size / stride) positions, and where the padding is odd, one more
behind than before.
"""

from __future__ import annotations

import math
from typing import Any

from nndsl.diagnostics import Fault, Label, Span, fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.ir import build as b
from nndsl.lower.align import plain
from nndsl.lower.operators import labels
from nndsl.lower.use import Use
from nndsl.lower.values import Tensor, count_words, shape_words, value_words
from nndsl.values import value

WORDS = ("same", "valid")


@value
class Side:
    """How windows lie along one axis. reach: from a window's first element to its last, both counted."""

    size: int
    window: int
    stride: int
    dilation: int
    before: int
    after: int

    @property
    def reach(self) -> int:
        return self.dilation * (self.window - 1) + 1


def pair(use: Use) -> Any:
    """[n, n] of one number, and [a, b] as it is."""
    (given,) = use.arguments(1, 1)
    return list(_numbers(use, given, "", 2))


def windows(use: Use) -> Any:
    x, size, stride, dilation, padding, fill = use.arguments(2, 2, "stride", "dilation", "padding", "fill")
    x = plain(use.tensor(x))
    if x.node.dtype != "float":
        raise fault("E0305", "windows slide over real numbers, not over ids", use.span, labels=labels(x))
    sizes = _numbers(use, size, "size", len(size) if isinstance(size, list) else 1)
    if len(sizes) > len(x.shape):
        problem = f"windows over {_axes(len(sizes))} do not fit a value of shape {shape_words(x.shape)}"
        raise fault("E0302", problem, use.span, labels=labels(x))
    sides = _sides(use, x, sizes, stride, dilation, padding)
    offset, node = 1 if x.batched else 0, x.node
    number = 0.0 if fill is None else fill
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise fault("E0206", f"`fill` of `{use.name}` is a number, not {value_words(number)}", use.span)
    if math.isinf(number) and any(max(side.before, side.after) >= side.reach for side in sides):
        owner, place = _place(use, "padding")
        reach = " x ".join(str(side.reach) for side in sides)
        problem = (
            f"`padding` of `{owner}` is less than its window of {reach}: in the padding alone nothing can be found"
        )
        raise fault("E0206", problem, place)
    for i, side in enumerate(sides):
        node = b.pad(node, i + offset, side.before, side.after, value=number, origin=use.site)
        if side.reach > side.size + side.before + side.after:
            raise _too_large(use, x, sides)
    axes = range(offset, offset + len(sides))
    node = b.windows(
        node, axes, sizes, [s.stride for s in sides], [s.dilation for s in sides], origin=use.site
    )  # fmt: skip
    return _tensor(use, node, x)


def overlap_add(use: Use) -> Any:
    """The adjoint of `windows`: each window is added where it would have been taken from."""
    g, size, stride, dilation, padding = use.arguments(2, 2, "stride", "dilation", "padding")
    g = plain(use.tensor(g))
    sizes = _numbers(use, size, "size", len(size) if isinstance(size, list) else 1)
    rank = len(sizes)
    if len(g.shape) < 2 * rank or g.shape[-rank:] != sizes:
        problem = f"`overlap_add` takes windows of {shape_words(sizes)} on the last axes, not {shape_words(g.shape)}"
        raise fault("E0302", problem, use.span, labels=labels(g))
    strides, dilations = _moves(use, stride, dilation, rank)
    starts, extents = list[int](), list[int]()
    for count, window, s, d, wanted in zip(
        g.shape, sizes, strides, dilations, _padding(use, padding, rank), strict=False
    ):
        reach, count = d * (window - 1) + 1, int(count)
        whole = (count - 1) * s + reach
        if wanted == "same":
            starts.append(max(reach - s, 0) // 2)
            extents.append(count * s)
        elif isinstance(wanted, int):
            starts.append(wanted)
            extents.append(whole - 2 * wanted)
        else:
            starts.append(0)
            extents.append(max(whole, count * s))
    if min(extents) < 1:
        problem = f"a padding of {padding} leaves nothing of {shape_words(g.shape[:rank])}"
        raise fault("E0307", problem, _place(use, "padding")[1], labels=labels(g))
    offset = 1 if g.batched else 0
    axes = range(offset, offset + rank)
    return _tensor(use, b.overlap_add(g.node, axes, strides, dilations, extents, starts, origin=use.site), g)


def grouped(use: Use) -> Any:
    """[..., channels] as [..., groups, channels / groups]."""
    x, groups = use.arguments(2, 2)
    x = plain(use.tensor(x))
    (count,) = _numbers(use, groups, "groups", 1)
    channels = int(x.shape[-1]) if x.shape else 1
    if channels % count:
        owner, place = _place(use, "groups")
        what = count_words(channels, "channel" if x.batched else "filter")
        possible = [str(n) for n in range(1, channels + 1) if channels % n == 0]
        raise fault(
            "E0308",
            f"`{owner}` cannot divide {what} into {count} equal groups",
            place,
            labels=labels(x) if x.batched else (),
            help=f"{what} can be {', '.join(possible[:-1])} or {possible[-1]} groups" if len(possible) > 1 else None,
        )
    node = b.reshape(x.node, (*x.node.shape[:-1], count, channels // count), origin=use.site)
    return Tensor(node, (*x.ghosts, False), x.batched, x.kind, x.made)


def ungrouped(use: Use) -> Any:
    """[..., groups, n] as [..., groups * n]."""
    (x,) = use.arguments(1, 1)
    x = plain(use.tensor(x))
    if len(x.shape) < 2:
        problem = f"`ungrouped` joins the last two axes, but the value is {shape_words(x.shape)}"
        raise fault("E0302", problem, use.span, labels=labels(x))
    *lead, groups, width = x.node.shape
    return _tensor(use, b.reshape(x.node, (*lead, int(groups) * int(width)), origin=use.site), x)


# ---- arguments


def _sides(use: Use, x: Tensor, sizes: tuple[int, ...], stride: Any, dilation: Any, padding: Any) -> list[Side]:
    strides, dilations = _moves(use, stride, dilation, len(sizes))
    sides = []
    for axis, wanted in enumerate(_padding(use, padding, len(sizes))):
        size, s = int(x.shape[axis]), strides[axis]
        reach = dilations[axis] * (sizes[axis] - 1) + 1
        before = after = wanted if isinstance(wanted, int) else 0
        if wanted == "same":
            both = max((-(-size // s) - 1) * s + reach - size, 0)
            before, after = both // 2, both - both // 2
        sides.append(Side(size, sizes[axis], s, dilations[axis], before, after))
    if padding == "same" and _comes_in(x) and any(side.reach > side.size for side in sides):
        raise _too_large(use, x, sides)  # a slip: no layer below has made the picture small
    return sides


def _moves(use: Use, stride: Any, dilation: Any, count: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Strides and dilations, 1 where nothing is said."""
    given = {"stride": stride, "dilation": dilation}
    found = [_numbers(use, given[k] if k in use.keys else 1, k, count) for k in given]
    return found[0], found[1]


def _comes_in(x: Tensor) -> bool:
    """Whether a value is what the network is given, in this shape or another."""
    node = x.node
    while node.op == "reshape":
        node = node.inputs[0]
    return node.op == "input"


def _padding(use: Use, padding: Any, count: int) -> tuple[str | int, ...]:
    """`same` or `valid`, or how many to put on both sides, for each axis."""
    if "padding" not in use.keys:
        return ("valid",) * count
    if isinstance(padding, str) and padding in WORDS:
        return (padding,) * count
    if not isinstance(padding, int | float | list | tuple):
        owner, place = _place(use, "padding")
        problem = f'`padding` of `{owner}` is "same", "valid" or a number, not {value_words(padding)}'
        raise fault("E0206", problem, place, help=did_you_mean(padding, WORDS) if isinstance(padding, str) else None)
    return _numbers(use, padding, "padding", count, least=0)


def _numbers(use: Use, given: Any, key: str, count: int, least: int = 1) -> tuple[int, ...]:
    """One number for all of `count` axes, or a list of as many."""
    found = tuple(given) if isinstance(given, list | tuple) else (given,) * count
    if len(found) == count and all(isinstance(n, int) and not isinstance(n, bool) and n >= least for n in found):
        return found
    if not key:
        key = next((k for k in use.frame.places if use.frame.names.get(k) is given), "")
    owner, place = _place(use, key)
    what = f"`{key}` of `{owner}`" if key else f"`{owner}`"
    more = {1: "", 2: ", or a list of two"}.get(count, f", or a list of {count}")
    words = f"[{', '.join(map(str, found))}]" if isinstance(given, list | tuple) else value_words(given)
    raise fault("E0206", f"{what} is a whole number from {least}{more}, not {words}", place)


def _place(use: Use, key: str) -> tuple[str, Span]:
    """Whose argument it is for the reader, and where it was written: the layer of the library, not what it calls."""
    frame = use.frame
    if frame.entry.library and key in frame.places:
        return frame.entry.name, frame.places[key]
    return (frame.entry.name if frame.entry.library else use.name), use.span


def _too_large(use: Use, x: Tensor, sides: list[Side]) -> Fault:
    owner, place = _place(use, "size")
    reach = " x ".join(str(side.reach) for side in sides)
    size = " x ".join(str(side.size) for side in sides)
    what = "window" if owner == use.name else "kernel" if "conv" in owner or owner == "depthwise" else "window"
    thing = "picture" if len(sides) == 2 else "series"
    padded = [side for side in sides if side.before + side.after and side.reach > side.size + side.before + side.after]
    more = " with its padding" if padded else ""
    if any(side.dilation > 1 for side in sides):
        more += f" (with dilation, {' x '.join(str(side.window) for side in sides)} reaches as far as {reach})"
    ways = [f"take a smaller {what}"]
    if not _comes_in(x):
        ways += [f"fewer layers that make the {thing} smaller before it"]
        ways += ['`padding="same"`'] if what == "kernel" and not any(side.before + side.after for side in sides) else []
    return fault(
        "E0307",
        f"the {what} of `{owner}` is {reach}, but the {thing} it slides over is only {size}{more}",
        place,
        labels=(Label(x.made, f"{size} from here"),),
        help=", or ".join(ways),
    )


def _axes(count: int) -> str:
    return "one axis" if count == 1 else f"{count} axes"


def _tensor(use: Use, node: Any, x: Tensor) -> Tensor:
    return Tensor(node, (False,) * (node.rank - (1 if x.batched else 0)), x.batched, "real", use.site)
