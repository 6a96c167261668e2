"""What was meant by a call that is none here: methods, as Python has them, and layers outside a network.

In: what is called. Out: a sentence that helps, or None. Asked only where a fault is certain already.
"""

from __future__ import annotations

from collections.abc import Iterable

from nndsl.diagnostics.suggest import certain, did_you_mean, nearest
from nndsl.semantics.options import STATEMENTS
from nndsl.semantics.roles import ROLES
from nndsl.syntax import ast


def of_call(function: ast.Expr, known: Iterable[str]) -> str | None:
    """`mlp.predict(x)`, `Dense(64)`, `maen(x)`. known: what can be called."""
    if isinstance(function, ast.Attribute):
        return of_method(function.name)
    if not isinstance(function, ast.Name):
        return None
    return did_you_mean(function.text, known) or of_definition(function.text)


def of_method(name: str) -> str | None:
    """The statement that does what a method of this name does elsewhere."""
    verbs = [verb for verb, row in STATEMENTS.items() if not row.later]
    found = name if name in verbs else next(iter(nearest(name, verbs, 1)), None)
    return None if found is None else f"it is a statement of its own: `{STATEMENTS[found].example}`"


def of_definition(name: str) -> str | None:
    """Where the definition of the library stands that is meant by this name beyond doubt."""
    from nndsl.semantics.modules import library

    roles = {entry.name: ROLES[entry.role] for entry in library().entries.values() if entry.role in ROLES}
    found = name if name in roles else certain(name, roles)
    return None if found is None else f"`{found}` is {roles[found].article}, and stands {roles[found].place}"
