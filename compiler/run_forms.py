"""Forms in which a run computes a node, where that is not the statement that people read.

They are made by `compiler/guarded.py` and `compiler/adapt.py`, and return the node's own rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from seeknal.compiler.artifact import Assertion
from seeknal.compiler.records import dataclass

GROUPS = "features_by_as_of"
"""The table in which the groups of a guarded node are kept."""

Count = Callable[[str], Mapping[str, object]]
"""Runs a statement of one row and gives its columns by name."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """`groups_sql` is a SELECT to keep as the table `GROUPS`; then `check`, then `result_sql`.

    `result_sql` returns the rows of the node's own statement.
    """

    groups_sql: str
    check: Assertion
    result_sql: str


@dataclass(frozen=True, slots=True)
class Adapted:
    """The statement for the rows at hand, over the tables `stages`, and why it has its shape.

    `stages` are (table, SELECT) pairs, to be kept in order while the statement runs.
    """

    stages: tuple[tuple[str, str], ...]
    sql: str
    choices: tuple[tuple[str, str], ...]


Form = Guarded | Adapted
