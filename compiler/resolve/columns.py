"""Looking a column up: case-insensitive where that is unambiguous (SEMANTICS "Names")."""

from __future__ import annotations

from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.spec import Text
from seeknal.compiler.model import Relation
from seeknal.compiler.suggest import suggest
from seeknal.compiler.types import Column


def find_column(relation: Relation, name: Text, findings: Findings) -> Column | None:
    """The column of `relation` that `name` means; None, and a finding, where none or several do."""
    found = relation.find(name.value)
    if len(found) == 1:
        return found[0]
    if found:
        spellings = ", ".join(f"`{column.name}`" for column in found)
        findings.error(
            "ambiguous-column",
            f"`{name}` may mean {spellings} of `{relation.id}`",
            name.place,
            help="spell the column exactly as the relation does",
        )
        return None
    findings.error(
        "unknown-column",
        f"`{relation.id}` has no column `{name}`",
        name.place,
        help=suggest(name.value, [column.name for column in relation.columns], "columns"),
    )
    return None
