"""What reading a source does to its values: SEMANTICS "Values"."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import datetime

from tests.naive.names import Spec
from tests.naive.tables import BadDate, Table, Value, day_of, instant_of


def read_source(spec: Spec, raw: Table, dates: Collection[str] = ()) -> Table:
    """The source's relation from the rows of its file.

    NaN in a double column becomes NULL; a timestamp with a zone (`timestamptz`, a type that only
    files have) becomes one in UTC. `dates` names the string columns that some spec uses as a date:
    they become dates; a value that is not strict ISO raises BadDate, or becomes NULL where the
    source says `on_bad_value: null`.
    """
    # YAML reads a bare `null` as None, and a quoted one as the word.
    lenient = "on_bad_value" in spec and spec["on_bad_value"] in (None, "null")
    columns = []
    for name, type_ in raw.columns:
        dated = type_ == "string" and name in dates
        columns.append((name, "date" if dated else type_.replace("timestamptz", "timestamp")))
    rows = [
        tuple(
            _read(value, before, after, name, lenient)
            for value, (_, before), (name, after) in zip(row, raw.columns, columns, strict=True)
        )
        for row in raw.rows
    ]
    return Table(tuple(columns), rows)


def _read(value: Value, before: str, after: str, column: str, lenient: bool) -> Value:
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, datetime):
        return instant_of(value)
    if before == "string" and after == "date":
        try:
            return day_of(value)
        except BadDate as bad:
            if lenient:
                return None
            raise BadDate(bad.value, column) from None
    return value
