"""Which row of a frame was true of each row of a spine, found by DuckDB with compiled SQL.

Only keys, times and what decides ties are read by DuckDB, under names of their own; the rows
found are taken from the frames themselves, so every column keeps its values and its type.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from seeknal.compiler.durations import parse_duration
from seeknal.compiler.findings import CompileFailed
from seeknal.compiler.frame_join import FrameJoin, compile_frame_join
from seeknal.compiler.model import Relation
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Column, parse_type
from seeknal.runtime.frame_errors import FrameError

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pandas as pd

_ORDERED_OBJECTS = frozenset("string boolean integer floating decimal date datetime".split())
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The columns of a point-in-time join and its limits, as a caller names them."""

    keys: tuple[str, ...]
    as_of: str
    event_time: str
    knowledge_time: str | None = None
    ttl: str | timedelta | None = None
    delay: str | timedelta | None = None
    tie_break: tuple[str, ...] = ()


def matches(spine: pd.DataFrame, rows: pd.DataFrame, asked: Asked) -> np.ndarray[Any, Any]:
    """For each spine row the position of its row in `rows`, -1 where there is none.

    Raises FrameError.
    """
    import duckdb
    import numpy as np

    left = {f"key_{n}": key for n, key in enumerate(asked.keys, start=1)}
    ties = [_tie(entry) for entry in asked.tie_break]
    named = [asked.event_time, asked.knowledge_time, *(name for name, _ in ties)]
    _check_names(spine, [*asked.keys, asked.as_of], "the spine")
    _check_names(rows, [*asked.keys, *filter(None, named)], "the feature group")
    right = {**left, "event_time": asked.event_time}
    if asked.knowledge_time is not None:
        right["knowledge_time"] = asked.knowledge_time
    right |= {f"tie_{n}": name for n, (name, _) in enumerate(ties, start=1)}
    if any(spine[c].isna().all() for c in (*asked.keys, asked.as_of)) or any(
        rows[c].isna().all() for c in (*asked.keys, asked.event_time)
    ):
        # What holds no value has no type to compare, and equals nothing.
        return np.full(len(spine), -1)
    timed = spine[asked.as_of].notna().to_numpy()
    if not timed.all():
        # A row without a time sees nothing; DuckDB 1 would show it the latest of all.
        found = np.full(len(spine), -1)
        found[timed] = matches(spine[timed], rows, asked)
        return found
    others = [c for c in rows.columns if c not in right.values() and _is_ordered(rows[c])]
    features = {f"feature_{n}": name for n, name in enumerate(others, start=1)}
    connection = duckdb.connect(":memory:")
    try:
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        left |= {"as_of": asked.as_of}
        spine_relation = _load(connection, "spine", spine, left, ("as_of",))
        times = ("event_time", "knowledge_time")
        rows_relation = _load(connection, "rows", rows, {**right, **features}, times)
        join = FrameJoin(
            spine=spine_relation,
            rows=rows_relation,
            keys=tuple(key for key in left if key != "as_of"),
            as_of="as_of",
            event_time="event_time",
            features=(*features, "found"),
            knowledge_time="knowledge_time" if asked.knowledge_time is not None else None,
            ties=tuple((f"tie_{n}", down) for n, (_, down) in enumerate(ties, start=1)),
            ttl=_length("ttl", asked.ttl),
            delay=_length("delay", asked.delay) or 0,
        )
        return _found(connection, join)
    finally:
        connection.close()


def _found(connection: duckdb.DuckDBPyConnection, join: FrameJoin) -> np.ndarray[Any, Any]:
    try:
        compiled = compile_frame_join(join)
    except CompileFailed as failed:
        raise FrameError.of(failed) from failed
    for name, sql in compiled.stages:
        connection.execute(f'CREATE TEMP TABLE "{name}" AS\n{sql}')
    sql = f"SELECT COALESCE(found, -1) AS found FROM (\n{compiled.sql}\n) ORDER BY place"
    return connection.execute(sql).fetchnumpy()["found"].astype("int64")


def _load(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    frame: pd.DataFrame,
    columns: dict[str, str],
    times: Sequence[str],
) -> Relation:
    """Make a table of some columns of a frame under other names, numbered as they stand."""
    import duckdb
    import pandas as pd

    number = "place" if name == "spine" else "found"
    picked = pd.DataFrame({new: frame[old].array for new, old in columns.items()})
    for time in times:
        if time in picked and picked[time].dtype.kind != "M":
            picked[time] = as_times(picked[time], columns[time])
    picked[number] = range(len(frame))
    try:
        view = connection.from_df(picked)
        types = dict(zip(view.columns, map(str, view.types), strict=True))
        # A time without a zone, in UTC, is what the compiler compares.
        chosen = [
            f"CAST({column} AS TIMESTAMP) AS {column}" if "TIMESTAMP" in type_ else column
            for column, type_ in types.items()
        ]
        # The SQL has a CTE `spine`, which DuckDB 1 takes to read itself if the table has its name.
        table = f"frame_{name}"
        view.select(", ".join(chosen)).to_table(table)
    except duckdb.Error as error:
        raise FrameError("wrong-value", f"a column of {name} cannot be read: {error}") from error
    described = connection.table(table)
    typed = zip(described.columns, map(str, described.types), strict=True)
    found = [(column, parse_type(type_)) for column, type_ in typed]
    return Relation(
        f"source.{name}", table, tuple(Column(column, type_) for column, type_ in found if type_)
    )


def as_times(column: pd.Series[Any], name: str) -> pd.Series[Any]:
    """Dates and ISO text as times; an offset is taken into account, without one it is UTC."""
    import pandas as pd

    if column.dtype.kind in "iufcbm":
        raise FrameError(
            "not-a-date",
            f"`{name}` is {column.dtype}, not a date or a timestamp",
            "convert it with pandas.to_datetime, which needs to know the unit",
        )
    try:
        return pd.to_datetime(column, utc=True, format="ISO8601")
    except (ValueError, TypeError, OverflowError) as error:
        raise FrameError(
            "bad-value", f"`{name}` holds a value that is no time: {error}", "convert it first"
        ) from error


def _is_ordered(column: pd.Series[Any]) -> bool:
    """True where values have an order that DuckDB knows: no lists, mappings or other objects."""
    from pandas.api import types

    if types.is_object_dtype(column.dtype):
        return types.infer_dtype(column, skipna=True) in _ORDERED_OBJECTS
    return not types.is_complex_dtype(column.dtype)


def _check_names(frame: pd.DataFrame, names: Sequence[str], of: str) -> None:
    for name in names:
        found = sum(1 for column in frame.columns if column == name)
        if not found:
            raise FrameError.unknown_column(name, frame.columns, of)
        if found > 1:
            raise FrameError("duplicate-column", f"{of} has {found} columns `{name}`", "rename one")


def _tie(entry: str) -> tuple[str, bool]:
    """A column and whether its greatest value wins: `version`, `version desc`, `version asc`."""
    name, _, order = entry.rpartition(" ")
    if name and order.lower() in ("asc", "desc"):
        return name.strip(), order.lower() == "desc"
    return entry, True


def _length(name: str, value: str | timedelta | None) -> int | None:
    """A length of time in microseconds."""
    if value is None:
        return None
    found = value // _MICROSECOND if isinstance(value, timedelta) else parse_duration(value)
    if found is None or found < 0 or (name == "ttl" and found == 0):
        raise FrameError(
            "wrong-value",
            f"the {name} is {value!r}, which is no length of time",
            "write it as '7d', '12h' or '30m', or as a timedelta",
        )
    return found
