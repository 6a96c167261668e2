"""Reads the body of a definition line by line.

In: a frame with its parameters set, and what flows in. Out: its outputs.

The lines: `input`, `param`, `state`, `output`, `penalty`, `repeat`, `require`, equations, and flows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from nndsl.diagnostics import Span, fault
from nndsl.ir import build as b
from nndsl.lower.cells import next_value
from nndsl.lower.expr import evaluate, flow
from nndsl.lower.frame import Frame
from nndsl.lower.inputs import bind_input
from nndsl.lower.operators import labels, mean_of_batch
from nndsl.lower.parameters import declare_param, declare_slot, declare_state, fitted
from nndsl.lower.values import Tensor, shape_words, value_words
from nndsl.semantics.walk import names
from nndsl.syntax import ast


def run(frame: Frame, fed: list[Any]) -> list[Any]:
    """The outputs of a body; without `output`, the value of its last line."""
    definition = frame.entry.definition
    if definition.kind == "optimizer" and isinstance(definition.body, ast.Block):
        run_items(definition.body.items, frame)
        return []
    frame.fed = list(fed)
    if not isinstance(definition.body, ast.Block):
        return [evaluate(definition.body, frame)]
    if fed and not _declares_input(definition.body):
        _implicit_input(frame)
    run_items(definition.body.items, frame)
    if frame.fed:
        inputs = len(fed) - len(frame.fed)
        raise fault(
            "E0203",
            f"`{definition.name}` takes {inputs} value{'' if inputs == 1 else 's'}, but {len(fed)} flow in",
            frame.site,
        )
    if frame.outputs is not None:
        return frame.outputs
    if definition.kind in ("network", "layer") and not _makes_something(definition.body):
        raise fault(
            "E0214",
            f"the {definition.kind} `{definition.name}` makes nothing of what flows in",
            definition.name_span,
            help="give it lines such as `dense(10) -> relu`, or an `output`",
        )
    if frame.current is None:
        raise fault(
            "E0214",
            f"`{definition.name}` gives nothing: it has no `output`",
            definition.name_span,
            help="end it with `output ...`",
        )
    return list(frame.current) if isinstance(frame.current, tuple) else [frame.current]


def run_items(items: Sequence[ast.Item], frame: Frame) -> None:
    for item in items:
        match item:
            case ast.Option():
                _OPTIONS[item.name](item, frame)
            case ast.Bind():
                _bind(item, frame)
            case ast.Let():
                _let(item, frame)
            case ast.Flow():
                frame.current = _value(flow(item.value, frame), item.value.span)
            case ast.Definition():
                raise fault("E0214", f"a {item.kind} is defined outside `{frame.entry.name}`", item.name_span)


def _makes_something(block: ast.Block) -> bool:
    """Whether there is a line other than declarations."""
    return any(not isinstance(item, ast.Option) or item.name in ("output", "repeat") for item in block.items)


def _declares_input(block: ast.Block) -> bool:
    return any(isinstance(item, ast.Option) and item.name == "input" for item in block.items)


def _implicit_input(frame: Frame) -> None:
    """Without `input`, what flows in is `x`, and its last size `in`."""
    value = frame.fed.pop(0)
    frame.names["x"] = frame.current = value
    if isinstance(value, Tensor) and value.shape:
        frame.names["in"] = value.shape[-1]


def _value(value: Any, span: Span) -> Any:
    if isinstance(value, Tensor | tuple):
        return value
    raise fault(
        "E0214",
        f"this line is {value_words(value)} and does nothing",
        span,
        help="give it a name, `n = ...`, or let a value flow in",
    )


# ---- equations -----------------------------------------------------------------------------------------


def _let(item: ast.Let, frame: Frame) -> None:
    value = evaluate(item.value, frame)
    _name_all(item.names, value, frame, item.span)


def _bind(item: ast.Bind, frame: Frame) -> None:
    value = flow(item.value, frame, item.names[0].text)
    _name_all(item.names, value, frame, item.value.span)
    if len(item.names) == 1 and isinstance(value, Tensor) and not item.names[0].text.endswith("'"):
        frame.current = value
    elif len(item.names) > 1:
        frame.current = None


def _name_all(names: tuple[ast.Name, ...], value: Any, frame: Frame, span: Span) -> None:
    if len(names) == 1:
        if isinstance(value, tuple):
            raise fault("E0203", f"{len(value)} values for one name", span, help="name each of them: `a, b = ...`")
        values: Sequence[Any] = (value,)
    elif isinstance(value, tuple | list) and len(value) == len(names):
        values = value
    else:
        count = len(value) if isinstance(value, tuple | list) else 1
        raise fault("E0203", f"{count} value{'' if count == 1 else 's'} for {len(names)} names", span)
    for name, one in zip(names, values, strict=True):
        if name.text.endswith("'"):
            one = _update(name, one, frame, span)
        frame.names[name.text] = one


def _update(name: ast.Name, value: Any, frame: Frame, span: Span) -> Any:
    """`h' = ...`: the next value of the state h; what it names from here on."""
    state = frame.recurrence.states.get(name.text[:-1]) if frame.recurrence is not None else None
    if state is not None:
        return next_value(state, value, frame, span)
    leaf = frame.local_states.get(name.text[:-1])
    if leaf is None:
        raise fault(
            "E0214", f"`{name.text}` is the next value of a state, but no state is called `{name.text[:-1]}`", name.span
        )
    what = f"the next value of `{name.text[:-1]}`"
    node = fitted(value, leaf.shape, what, frame, span, declared=leaf.origin)
    if frame.build.training:
        frame.build.updates[leaf] = node
    return value


# ---- options -------------------------------------------------------------------------------------------


def _input(item: ast.Option, frame: Frame) -> None:
    for argument in item.arguments:
        bind_input(argument, frame)


def _param(item: ast.Option, frame: Frame) -> None:
    if not frame.path or frame.entry.role not in ("network", "layer", "cell"):
        raise fault(
            "E0214",
            f"{frame.entry.role}s have no parameters of their own",
            item.name_span,
            help="a `layer` may have some",
        )
    for argument in item.arguments:
        declare_param(argument, frame)


def _state(item: ast.Option, frame: Frame) -> None:
    if frame.entry.role == "optimizer":
        for argument in item.arguments:
            declare_slot(argument, frame)
        return
    if not frame.path or frame.entry.role not in ("network", "layer", "cell"):
        raise fault(
            "E0214",
            f"{frame.entry.role}s have no state",
            item.name_span,
            help="a `layer` or an `optimizer` may have one",
        )
    for argument in item.arguments:
        declare_state(argument, frame)


def _output(item: ast.Option, frame: Frame) -> None:
    if frame.outputs is not None:
        raise fault(
            "E0208", "`output` is given twice", item.name_span, help="give several values at once: `output a, b`"
        )
    frame.outputs = []
    for argument in item.arguments:
        value = flow(argument.value, frame, "output")
        frame.outputs.extend(value if isinstance(value, tuple) else [value])


def _penalty(item: ast.Option, frame: Frame) -> None:
    for argument in item.arguments:
        if not isinstance(argument.value, ast.Name) or argument.default is None:
            raise fault("E0202", "`penalty` takes a name and an expression: `penalty name = ...`", argument.span)
        value = evaluate(argument.default, frame)
        span = argument.default.span
        if isinstance(value, int | float):
            value = Tensor(b.const(float(value)), (), False, "real", frame.at(span))
        if not isinstance(value, Tensor):
            raise fault("E0206", f"a penalty is a number, not {value_words(value)}", span)
        if value.shape:
            raise fault(
                "E0302",
                f"a penalty is one number, but this is {shape_words(value.shape)}",
                span,
                labels=labels(value),
                help="take its `sum` or `mean`",
            )
        name = f"{frame.path}.{argument.value.text}" if frame.path else argument.value.text
        penalties = frame.build.penalties
        node = mean_of_batch(value)
        penalties[name] = b.add(penalties[name], node) if name in penalties else node


MOST_REPEATS = 10_000  # more is a slip of the keyboard, and would take all memory


def _repeat(item: ast.Option, frame: Frame) -> None:
    times = evaluate(item.arguments[0].value, frame) if len(item.arguments) == 1 else None
    if isinstance(times, bool) or not isinstance(times, int) or not 0 <= times <= MOST_REPEATS or item.block is None:
        span = item.arguments[0].span if item.arguments else item.span
        raise fault(
            "E0206",
            f"`repeat` takes a whole number up to {MOST_REPEATS} and a block, not {value_words(times)}",
            span,
            help="as in `repeat 3 { dense(8) -> relu }`",
        )
    if times == 0 and isinstance(item.arguments[0].value, ast.Number):
        raise fault("E0206", "`repeat 0` leaves its block out", item.arguments[0].span, help="leave the whole line out")
    for _ in range(times):
        run_items(item.block.items, frame)


def _require(item: ast.Option, frame: Frame) -> None:
    for argument in item.arguments:
        for part in _conjuncts(argument.value):
            if evaluate(part, frame) is False:
                _refuse(part, frame)


def _conjuncts(expr: ast.Expr) -> list[ast.Expr]:
    if isinstance(expr, ast.Binary) and expr.op == "and":
        return _conjuncts(expr.left) + _conjuncts(expr.right)
    return [expr]


def _refuse(part: ast.Expr, frame: Frame) -> None:
    """Says which argument breaks the condition, at the place where it was given."""
    said = [name.text for name in names(part) if name.text in frame.names]
    place = next((frame.places[name] for name in said if name in frame.places), frame.site)
    facts = " and ".join(
        f"`{name}` is {frame.names[name]:g}"
        for name in dict.fromkeys(said)
        if isinstance(frame.names[name], int | float)
    )
    raise fault("E0206", f"`{frame.entry.name}` needs {part.span.text}, but {facts}", place)


_OPTIONS: dict[str, Callable[[ast.Option, Frame], None]] = {
    "input": _input, "param": _param, "state": _state, "output": _output, "penalty": _penalty, "repeat": _repeat,
    "require": _require,
}  # fmt: skip
