"""The command `:shape`: what stands behind each step of a network or a flow, with weights; or the shapes of data.

In: `mlp`, `mlp on iris`, `dense(3) -> relu on iris`, `iris`. Out: a few lines of text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nndsl.data.types import Field, Signature
from nndsl.data.words import counted, listed
from nndsl.diagnostics import Fault, Source, fault
from nndsl.interactive import named
from nndsl.interactive.face import Reply
from nndsl.lower.values import shape_words
from nndsl.semantics.program import Network, Program

if TYPE_CHECKING:
    from nndsl.interactive.commands import Words
    from nndsl.interactive.session import Interactive

FLOW_NAME = "flow"  # of a network that stands for a flow alone


def shape(session: Interactive, words: Words) -> Reply:
    place, on = named.apart(words)
    program = session.checked.program
    if on is None and place.text in session.checked.signatures:
        session.face.tell("\n".join(data_lines(session.checked.signatures[place.text])))
    elif place.text in program.networks or place.text.isidentifier():
        chosen = named.network(session, place)
        session.face.tell(told(program, chosen, named.met(session, chosen, on, place)))
    elif on is None:
        raise fault(
            "E0813", "the shapes of a flow depend on what goes in", words.span,
            help=f"say on which data: `:shape {place.text} on {next(iter(session.checked.signatures), 'DATA')}`",
        )  # fmt: skip
    else:
        signature = named.data(session, on)
        program = _with_flow(session, place.text, signature.name, words)
        session.face.tell(told(program, program.networks[FLOW_NAME], signature))
    return Reply()


def told(program: Program, chosen: Network, signature: Signature) -> str:
    """The layers of a network on data."""
    from nndsl.lower.layers import layers
    from nndsl.runtime.showing.networks import layer_table

    head = f"{chosen.name} on {signature.name}: {signature_words(program, chosen, signature)}"
    return "\n".join([head, *layer_table(layers(program, chosen, signature))])


def signature_words(program: Program, chosen: Network, signature: Signature) -> str:
    """`[2] -> [1], probability`."""
    from nndsl.lower import network_graph

    graph = network_graph(program, chosen, signature, training=False)
    inputs = ", ".join(shape_words(value.shape) for value in graph.inputs)
    outputs = " and ".join(f"{shape_words(out.shape)}, {out.kind}" for out in graph.outputs)
    return f"{inputs} -> {outputs}"


def data_lines(signature: Signature) -> list[str]:
    rows = ", ".join(f"{part} {rows:,}" for part, rows in signature.rows.items())
    lines = [f"{signature.name}: {field_words(signature.input)} -> {field_words(signature.target)}"]
    lines.append(f"  input   {listed(signature.input.names, 8)}")
    if signature.target is not None:
        lines.append(f"  target  {listed(signature.target.names, 8)}")
    return [*lines, f"  rows    {rows}"]


def field_words(field: Field | None) -> str:
    """What an example has of a field: `[4]`, `one of 3 classes`."""
    if field is None:
        return "no target"
    shape_text = shape_words(field.shape).replace("one number", "a number")
    if field.kind == "category":
        classes = f"one of {counted(len(field.classes), 'class', 'classes')}" if field.classes else "a category"
        return classes if not field.shape else f"{shape_text}, each {classes}"
    return f"{shape_text}{' in time' if field.time else ''}"


def _with_flow(session: Interactive, text: str, data: str, words: Words) -> Program:
    """A program with a network of the flow alone. Raises what is wrong with the flow."""
    from nndsl.interactive.peeking import tried

    head = f"network {FLOW_NAME} for {data} {{ "
    made = Source("prompt", f"{head}{text} }}")
    try:
        found = tried(session, made)
    except Fault as wrong:
        raise named.typed(wrong, made, words, len(head) - words.span.start) from None
    assert found.book is not None and found.book.checked is not None
    return found.book.checked.program
