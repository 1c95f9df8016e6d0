"""ClickHouse's table of differences in a user's SQL: its own rules over the shared ones."""

from __future__ import annotations

from seeknal.compiler.dialects import clickhouse_functions as functions
from seeknal.compiler.dialects import clickhouse_operators as operators
from seeknal.compiler.dialects.clickhouse_types import type_name
from seeknal.compiler.dialects.rules import aggregates, numbers, text, times
from seeknal.compiler.dialects.rules import operators as shared
from seeknal.compiler.dialects.rules.common import COMMON
from seeknal.compiler.dialects.rules.vocabulary import CASTS, Vocabulary
from seeknal.compiler.types import Kind

WORDS = Vocabulary(
    rules={
        **COMMON,
        **shared.MORE,
        **aggregates.MORE,
        **numbers.MORE,
        **text.MORE,
        **times.MORE,
        **operators.RULES,
        **functions.RULES,
    },
    named={**times.NAMED, **dict.fromkeys(times.NOW, (0, functions.now)), **functions.NAMED},
    casts=CASTS | {(Kind.DOUBLE, Kind.BOOLEAN), (Kind.DECIMAL, Kind.BOOLEAN)},
    parts=times.PARTS,
    units=times.UNITS,
    type_name=type_name,
    days_between=functions.days_between,
    add_days=functions.add_days,
    extract=functions.extract,
    truncate=functions.truncate,
    infinity=None,
    exact_literals=False,
    has_distinct_on=True,
    has_named_windows=True,
    has_groups_by_alias=True,
    has_values=True,
    has_column_aliases=True,
    has_recursion=True,
)
