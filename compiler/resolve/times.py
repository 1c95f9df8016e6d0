"""Columns used as times: a date, a timestamp, or text in ISO form (SEMANTICS "Values")."""

from __future__ import annotations

from collections.abc import Mapping

from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.spec import Text
from seeknal.compiler.model import Relation, TimeColumn
from seeknal.compiler.resolve.columns import find_column
from seeknal.compiler.types import Kind


def time_column(
    relation: Relation, name: Text, bad_values: Mapping[str, str], findings: Findings
) -> TimeColumn | None:
    """The column as a time, or None and a finding where its type cannot be one."""
    column = find_column(relation, name, findings)
    if column is None:
        return None
    if not column.type.is_temporal and column.type.kind is not Kind.STRING:
        findings.error(
            "not-a-date",
            f"`{column.name}` of `{relation.id}` is {column.type}, not a date or a timestamp",
            name.place,
            help="name a date, a timestamp or an ISO text column, or cast it in a transform",
        )
        return None
    return TimeColumn(column, bad_values.get(relation.id, "error"))
