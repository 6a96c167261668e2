"""What `print` and `expect` can speak of: results of actions with known fields, data sets, constants.

In: an expression and the names so far. Out: nothing, or a fault at the first name, field or operation that cannot be.
The values come at run time, from `constants.evaluate`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from typing import Literal

from nndsl.data.types import Signature
from nndsl.diagnostics import fault
from nndsl.diagnostics.suggest import did_you_mean
from nndsl.semantics import habits
from nndsl.semantics.constants import CONSTANTS, ELEMENTWISE, FUNCTIONS, LISTING, LISTWISE
from nndsl.syntax import ast
from nndsl.values import value

# column: numbers or texts, which of them shows when it is read
Plain = Literal["number", "numbers", "matrix", "text", "texts", "column", "truth", "anything"]


@value
class Record:
    """A value with fields. kind: run, evaluation, answers, data, ...; words: for messages."""

    kind: str
    words: str
    fields: Mapping[str, Type]


Type = Plain | Record


# ---- the fields of each kind of result -----------------------------------------------------------


def run_record(name: str, metrics: Iterable[str], validation: bool) -> Record:
    """`train ... as name`. history: a number an epoch; best: the epoch whose weights were kept."""
    measured = ["loss", *metrics]
    keys = [*measured, *(f"validation_{m}" for m in measured if validation)]
    history = Record("history", f"the history of `{name}`", dict.fromkeys(keys, "numbers"))
    best = Record("best", f"the best epoch of `{name}`", {"epoch": "number", **dict.fromkeys(keys, "number")})
    return Record(
        "run",
        f"the run `{name}`",
        {"history": history, "best": best, "seconds": "number", "epochs": "number", "epoch_seconds": "numbers"},
    )


def evaluation_record(name: str, metrics: Mapping[str, Plain], loss: bool) -> Record:
    """`evaluate ... as name`."""
    fields: dict[str, Type] = {**({"loss": "number"} if loss else {}), **metrics, "rows": "number"}
    return Record("evaluation", f"the result `{name}`", fields)


def answers_record(name: str, columns: Iterable[str], parts: Iterable[str] = ()) -> Record:
    """`predict ... as name`: one value a row in each column. What the network says, `output1`, is there by part too."""
    told: dict[str, Type] = {p: Record("answers", f"the {p} part of `{name}`", {"rows": "number"}) for p in parts}
    return Record("answers", f"the answers `{name}`", {**told, **dict.fromkeys(columns, "column"), "rows": "number"})


def table_record(record: Record, signature: Signature, beside: tuple[str, ...] = ()) -> Record:
    """A result that is a table too: its columns, one value a row, its target, its sizes and its parts are fields.

    beside: columns of numbers that it has besides.
    """
    made: dict[str, Type] = dict.fromkeys((*signature.input.names, *beside), "numbers")
    columns: dict[str, Type] = {**dict.fromkeys(columns_of(signature), "column"), **made}
    sizes: dict[str, Type] = dict.fromkeys(signature.sizes, "number")
    parts: dict[str, Type] = {
        part: Record("part", f"the {part} part of `{signature.name}`", {**columns, "rows": "number"})
        for part in signature.rows
    }
    return replace(record, fields={**columns, **sizes, **parts, **record.fields})


def components_record(name: str) -> Record:
    """`pca ... as name`. explained: the share of the variance that each component has; variance: itself. loadings: how
    each column enters each component, [components, columns]; axes: the directions, of length 1.
    """
    fields: dict[str, Type] = {
        "explained": "numbers", "variance": "numbers", "loadings": "matrix", "axes": "matrix", "mean": "numbers",
        "rows": "number", "seconds": "number",
    }  # fmt: skip
    return Record("components", f"the components `{name}`", fields)


def map_record(name: str) -> Record:
    """`tsne ... as name`. kl: the Kullback-Leibler divergence between the neighbours in the data and on the map."""
    fields: dict[str, Type] = dict.fromkeys(("kl", "iterations", "perplexity", "rows", "seconds"), "number")
    return Record("map", f"the map `{name}`", fields)


def clusters_record(name: str) -> Record:
    """`kmeans ... as name`. inertia: the sum of squared distances to the nearest centres; silhouette: from -1 to 1, how
    much nearer rows are to their own group than to the next one; cluster: of each row, from 0; sizes: rows of each.
    """
    fields: dict[str, Type] = {
        "inertia": "number", "silhouette": "number", "iterations": "number", "clusters": "number", "cluster": "numbers",
        "sizes": "numbers", "centers": "matrix", "rows": "number", "seconds": "number",
    }  # fmt: skip
    return Record("clusters", f"the groups `{name}`", fields)


def model_record(name: str, metrics: Mapping[str, Plain], signature: Signature | None) -> Record:
    """`knn ... as name`: what was measured on each part but the training part."""
    parts: dict[str, Type] = {
        part: Record("measured", f"what `{name}` reaches on the {part} part", {**metrics, "rows": "number"})
        for part in (signature.rows if signature else ())
        if part != "train"
    }
    return Record("model", f"the model `{name}`", {**parts, "k": "number", "rows": "number", "seconds": "number"})


def text_record(name: str) -> Record:
    """`sample ... as name` of a text. text: the first, with its prompt; texts: all of them."""
    fields: dict[str, Type] = {"text": "text", "texts": "texts", "prompt": "text", "length": "number"}
    return Record("sample", f"the text `{name}`", fields)


def series_record(name: str, columns: Iterable[str], words: bool) -> Record:
    """`sample ... as name` of a series: in each column one value a step, a name of a class where `words`."""
    kind: Type = "texts" if words else "numbers"
    columns = tuple(columns)
    fields: dict[str, Type] = {step_name(columns): "numbers", "length": "number", **dict.fromkeys(columns, kind)}
    return Record("sample", f"the forecast `{name}`", fields)


def step_name(columns: Container[str]) -> str:
    """What the column that counts the steps is called, beside columns of the data."""
    return "step" if "step" not in columns else "step_number"


def data_record(signature: Signature) -> Record:
    """A data set: its sizes, the rows of each part, and the columns that it was told to use."""
    sizes: dict[str, Type] = {"rows": "number", **dict.fromkeys(signature.sizes, "number"), **_parts(signature)}
    columns: dict[str, Type] = dict.fromkeys(columns_of(signature), "column")
    return Record("data", f"the data set `{signature.name}`", {**columns, **sizes})


def columns_of(signature: Signature) -> tuple[str, ...]:
    """The columns that can be spoken of, one value a row: not those of pictures and texts, whose rows are no values."""
    target = signature.target.names if signature.target is not None else ()
    flat = signature.input.time or len(signature.input.shape) <= 1
    return tuple(dict.fromkeys((*(signature.input.names if flat else ()), *target)))


def _parts(signature: Signature) -> dict[str, Type]:
    columns: dict[str, Type] = dict.fromkeys(() if signature.input.time else columns_of(signature), "column")
    return {
        part: Record("part", f"the {part} part of `{signature.name}`", {**columns, "rows": "number"})
        for part in signature.rows
    }


# ---- checking expressions ------------------------------------------------------------------------


@value
class Names:
    """What can be spoken of at a place of the script. later: results that only come further down."""

    known: Mapping[str, Type]
    later: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()

    def check(self, expr: ast.Expr) -> Type:
        """The type of an expression's value; raises a fault where it cannot have one."""
        match expr:
            case ast.Number():
                return "number"
            case ast.String():
                return "text"
            case ast.Constant():
                return "truth"
            case ast.Name():
                return self._name(expr)
            case ast.Attribute():
                return self._field(expr)
            case ast.Index():
                return self._index(expr)
            case ast.Unary():
                if expr.op == "not":
                    self._number(expr.operand)
                    return "truth"
                found = self._term(expr.operand)
                if found == "text":
                    raise fault("E0217", "`-` does not go with a text", expr.span)
                return found
            case ast.Binary():
                return self._binary(expr)
            case ast.Call():
                return self._call(expr)
            case ast.List():
                kinds = {self.check(item) for item in expr.items}
                return "texts" if kinds == {"text"} else "numbers"
        raise fault("E0217", f"`{expr.span.text}` has no value that could be shown", expr.span)

    def _binary(self, expr: ast.Binary) -> Type:
        taken = self._term if expr.op in LISTWISE else self._number
        found = (taken(expr.left), taken(expr.right))
        unlike = found[0] != found[1] and "anything" not in found
        if "text" in found and (expr.op in LISTWISE or unlike):
            raise fault("E0217", f"`{expr.op}` does not go with a text", expr.span)
        if expr.op not in LISTWISE:
            return "truth"
        return "numbers" if "numbers" in found else "anything" if "anything" in found else "number"

    def _name(self, expr: ast.Name) -> Type:
        if expr.text in CONSTANTS:
            return "number"
        if expr.text in self.known:
            return self.known[expr.text]
        if expr.text in self.networks:
            problem = f"the network `{expr.text}` has no value that could be printed or compared"
            raise fault("E0217", problem, expr.span, help=f"`show {expr.text}` shows its layers and sizes")
        if expr.text in self.later:
            raise fault("E0201", f"`{expr.text}` comes only further down", expr.span, help="move this line below it")
        hint = did_you_mean(expr.text, self.known) or habits.of_definition(expr.text)
        raise fault("E0201", f"`{expr.text}` is not defined", expr.span, help=hint)

    def _field(self, expr: ast.Attribute) -> Type:
        if isinstance(expr.base, ast.Name) and expr.base.text in self.networks.difference(self.known):
            problem = f"the network `{expr.base.text}` has no field `{expr.name}`"
            shown = f"`show {expr.base.text}` shows its layers and sizes"
            raise fault("E0211", problem, expr.name_span, help=habits.of_method(expr.name) or shown)
        base = self.check(expr.base)
        if base == "anything":  # of a statement that is wrong: what it would have had is not known
            return base
        if not isinstance(base, Record):
            raise fault("E0211", f"`{expr.base.span.text}` is {type_words(base)} and has no fields", expr.name_span)
        if base.kind == "answers" and expr.name.startswith("output"):
            return "numbers"  # what is no answer for the target is called so; whether it is, shows when it is asked
        if expr.name not in base.fields:
            accepted = "it has " + ", ".join(f"`{f}`" for f in base.fields)
            hint = did_you_mean(expr.name, base.fields) or _deeper(expr, base)
            raise fault(
                "E0211",
                f"{base.words} {'have' if base.kind == 'answers' else 'has'} no field `{expr.name}`",
                expr.name_span,
                notes=(accepted,),
                help=hint,
            )
        return base.fields[expr.name]

    def _index(self, expr: ast.Index) -> Type:
        base = self.check(expr.base)
        for item in expr.items:
            for part in (item.start, item.stop) if isinstance(item, ast.Slice) else (item,):
                if part is not None:
                    self._number(part)
        if base not in ("numbers", "matrix", "text", "texts", "column", "anything"):
            raise fault(
                "E0217", f"`{expr.base.span.text}` is {type_words(base)} and has no elements to choose from", expr.span
            )
        if base == "anything" or any(isinstance(item, ast.Slice) for item in expr.items):
            return base
        if base in ("text", "texts"):
            return "text"
        if base == "column":
            return "anything"
        return "numbers" if base == "matrix" and len(expr.items) == 1 else "number"

    def _term(self, expr: ast.Expr) -> Type:
        """A value that arithmetic takes: lists of numbers too, element by element."""
        found = self.check(expr)
        return "numbers" if found in ("numbers", "column") else self._number(expr)

    def _number(self, expr: ast.Expr) -> Type:
        """A value that arithmetic and comparisons take: its type."""
        found = self.check(expr)
        if isinstance(found, Record):
            fields = "its fields are " + ", ".join(f"`{f}`" for f in found.fields)
            raise fault("E0217", f"`{expr.span.text}` is {found.words}, not a number", expr.span, notes=(fields,))
        if found in ("numbers", "matrix", "texts", "column"):
            raise fault(
                "E0217",
                f"`{expr.span.text}` is {type_words(found)}, not one {'text' if found == 'texts' else 'number'}",
                expr.span,
                help=_one_of(expr, found),
            )
        return found

    def _call(self, expr: ast.Call) -> Type:
        name = expr.function.text if isinstance(expr.function, ast.Name) else ""
        if name not in FUNCTIONS:
            hint = habits.of_call(expr.function, FUNCTIONS)
            raise fault(
                "E0201",
                f"no function of numbers is called `{expr.function.span.text}`",
                expr.function.span,
                notes=() if hint else ("known: " + ", ".join(f"`{n}`" for n in FUNCTIONS),),
                help=hint,
            )
        if not expr.arguments:
            raise fault("E0203", f"`{name}` needs a value", expr.span)
        found: list[Type] = []
        for argument in expr.arguments:
            kind = self.check(argument.value)
            if isinstance(kind, Record):
                self._number(argument.value)
            found.append(self._term(argument.value) if name in ELEMENTWISE else kind)
        if name in ELEMENTWISE:
            return "numbers" if "numbers" in found else "anything" if "anything" in found else "number"
        return "numbers" if name in LISTING else "number"


def _deeper(expr: ast.Attribute, base: Record) -> str | None:
    """`run.loss`: where a field of this name is."""
    found = [name for name, type_ in base.fields.items() if isinstance(type_, Record) and expr.name in type_.fields]
    return " or ".join(f"`{expr.base.span.text}.{name}.{expr.name}`" for name in found) or None


def _one_of(expr: ast.Expr, found: Type) -> str | None:
    """How one value comes out of several."""
    one = f"choose one, `{expr.span.text}[-1]`"
    several = f"{one}, or take `mean({expr.span.text})`"
    return {"numbers": several, "column": several, "texts": one}.get(str(found))


def type_words(kind: Type) -> str:
    """What a value of a type is, for people."""
    if isinstance(kind, Record):
        return kind.words
    return {
        "number": "a number",
        "numbers": "a list of numbers",
        "matrix": "a table",
        "text": "a text",
        "texts": "a list of texts",
        "column": "a column",
        "truth": "a truth value",
    }.get(kind, "a value")


def check_expectation(expr: ast.Expr, names: Names) -> None:
    """`expect` needs something that holds or does not."""
    found = names.check(expr)
    if found not in ("truth", "anything"):
        raise fault(
            "E0217",
            f"`{expr.span.text}` is {type_words(found)}, not a comparison",
            expr.span,
            help=f"as in `expect {expr.span.text} > 0.9`",
        )
