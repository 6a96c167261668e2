"""What a cell's text says of its states, as far as that goes without shapes.

In: the definition of a cell. Out: the names that a use of it may give besides its parameters, and faults: a state
without exactly one next value, a cell without an output.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nndsl.diagnostics import Fault, Label, fault
from nndsl.syntax import ast

REVERSE = "reverse"  # what every use of a cell may be given: whether it goes from the last step to the first


def states(definition: ast.Definition) -> list[ast.Name]:
    """The names of its states, in the order of the text."""
    found = []
    for item in _lines(definition):
        if isinstance(item, ast.Option) and item.name == "state":
            heads = (a.value.base if isinstance(a.value, ast.Index) else a.value for a in item.arguments)
            found += [head for head in heads if isinstance(head, ast.Name)]
    return found


def at_use(definition: ast.Definition) -> tuple[str, ...]:
    """What a use may give besides the parameters: `lstm(64, reverse=true, h=start)`."""
    return (REVERSE, *starts(definition)) if definition.kind == "cell" else ()


def starts(definition: ast.Definition) -> list[str]:
    """The states whose first value a use may give: those that change."""
    copies = [line for line in _lines(definition) if isinstance(line, ast.Bind) and isinstance(line.value, ast.Name)]
    kept = [line.value.span.text for line in copies if line.names[0].text == f"{line.value.span.text}'"]
    return [state.text for state in states(definition) if state.text not in kept]


def check_cell(definition: ast.Definition) -> Iterator[Fault]:
    """The faults of a cell that its text alone shows."""
    known = states(definition)
    written = [name for item in _lines(definition) if isinstance(item, ast.Bind | ast.Let) for name in item.names]
    for state in known:
        nexts = [name for name in written if name.text == f"{state.text}'"]
        if not nexts:
            yield fault(
                "E0310",
                f"the state `{state.text}` is never given its next value",
                state.span,
                help=f"add an equation for the value after a step: `{state.text}' = ...`",
            )
        for again in nexts[1:]:
            yield fault(
                "E0310",
                f"the next value of the state `{state.text}` is given twice",
                again.span,
                labels=(Label(nexts[0].span, "first here"),),
                help="keep one of them; what is in between can have a name of its own",
            )
    for name in (*known, *_parameters(definition)):
        if name.text == REVERSE:
            yield fault("E0204", f"`{REVERSE}` is given to every use of a cell", name.span, help="choose another name")
    if not any(isinstance(item, ast.Option) and item.name == "output" for item in _lines(definition)):
        example = f"{known[0].text}'" if known else "..."
        yield fault(
            "E0311",
            f"the cell `{definition.name}` has no output",
            definition.name_span,
            help=f"say what it gives at each step: `output {example}`",
        )


def _parameters(definition: ast.Definition) -> list[ast.Name]:
    return [ast.Name(parameter.name, span=parameter.span) for parameter in definition.parameters]


def _lines(definition: ast.Definition) -> Sequence[ast.Item]:
    """The lines of its body, those of `repeat` among them."""
    return _with_inner(definition.body.items) if isinstance(definition.body, ast.Block) else ()


def _with_inner(items: Sequence[ast.Item]) -> list[ast.Item]:
    found: list[ast.Item] = []
    for item in items:
        found.append(item)
        if isinstance(item, ast.Option) and item.block is not None:
            found += _with_inner(item.block.items)
    return found
