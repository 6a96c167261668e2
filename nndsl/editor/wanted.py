"""What can stand at a place of a text, said without knowing what it has defined; `candidates.py` finds the names.

In: nothing. Out: values, each a set of names that one table or one part of what is known has. So positions can be
tested without any data.
"""

from __future__ import annotations

from nndsl.values import value


@value
class Names:
    """Names of a table. kind: as the manual calls them. after: what is written behind each. meaning: of all of them,
    where the manual has none."""

    kind: str
    names: tuple[str, ...]
    after: str = ""
    meaning: str = ""


@value
class Defined:
    """Definitions of these roles, the script's own and the library's; without those that are there already."""

    roles: tuple[str, ...]
    given: tuple[str, ...] = ()


@value
class Own:
    """What the script has under a name of its own. what: data, network, model, constant, object (of Python), or
    result. kinds: of results; empty for all."""

    what: str
    kinds: tuple[str, ...] = ()


@value
class Columns:
    """Columns of a data set, without those that are there already."""

    data: str
    given: tuple[str, ...] = ()


@value
class Fields:
    """What stands after `run.history.`: path holds the names before the dots. parts: only the parts of a data set.
    columns: whether all columns of a data set, not only those that were told to be used. cell: where the first name is
    what a cell gives, the name of the cell."""

    path: tuple[str, ...]
    parts: bool = False
    columns: bool = False
    cell: str = ""


@value
class Parameters:
    """Parameters of what is called, and not given yet. roles: what a definition of that name may be; also `function`
    (one that is built in) and `generator`. by_place: how many are given without a name."""

    roles: tuple[str, ...]
    name: str
    given: tuple[str, ...] = ()
    by_place: int = 0


@value
class DrawnBy:
    """Options of the figure that is drawn of a thing, where none is named: `plot run {`."""

    path: tuple[str, ...]
    given: tuple[str, ...]


@value
class Files:
    """Files of the script's folder. suffixes: that fit; empty for all."""

    suffixes: tuple[str, ...] = ()


@value
class Locals:
    """Names of a body, with what each is: parameter, input, weight, state, size, value."""

    names: tuple[tuple[str, str], ...]


Wanted = Names | Defined | Own | Columns | Fields | Parameters | DrawnBy | Files | Locals
Sought = tuple[Wanted, ...]  # best first
