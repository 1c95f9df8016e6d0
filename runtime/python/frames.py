"""Frames of several libraries, to Arrow and back; no copy where Arrow needs none."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seeknal.runtime.python.errors import PythonFailed

if TYPE_CHECKING:
    import pyarrow as pa

LIBRARIES = ("pandas", "polars", "arrow", "duckdb")
_EXACT = 2**53


def read_arrow(path: Path) -> pa.Table:
    """The rows of a parquet or Arrow file; an Arrow file is mapped, not read."""
    import pyarrow as pa

    if path.suffix == ".arrow":
        with pa.memory_map(str(path)) as mapped:
            return pa.ipc.open_file(mapped).read_all()
    import pyarrow.parquet as pq

    return pq.read_table(path, memory_map=True)


def to_library(table: pa.Table, library: str) -> Any:
    """An Arrow table as a frame of pandas or polars, or as it is."""
    if library == "arrow":
        return table
    if library == "polars":
        # One chunk in the place of several would be a copy.
        return _imported("polars").from_arrow(table, rechunk=False)
    return to_pandas(table)


def to_pandas(table: pa.Table) -> Any:
    """A DataFrame. Dates become times; integers with NULLs become doubles.

    Where a double would not hold them all, integers with NULLs are pandas' own Int64.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    pandas = _imported("pandas")
    frame = table.to_pandas(date_as_object=False)
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_integer(column.type) and column.null_count:
            ends = pc.min_max(column).as_py()
            if ends["min"] is not None and max(-ends["min"], ends["max"]) > _EXACT:
                frame[name] = pandas.Series(column.to_pylist(), dtype="Int64")
    return frame


def to_arrow(value: Any) -> pa.Table:
    """What a function returned as an Arrow table.

    It is a frame of pandas, polars or Arrow, a DuckDB relation or a FeatureFrame. Raises
    PythonFailed for anything else, and for columns that no relation can have.
    """
    import pyarrow as pa

    from seeknal.runtime.feature_frame import FeatureFrame

    if isinstance(value, FeatureFrame):
        value = value.to_df()
    kind = type(value)
    of = f"{kind.__module__.partition('.')[0].lstrip('_')}.{kind.__name__}"
    try:
        if of == "pandas.DataFrame":
            return _of_pandas(value)
        if of == "polars.LazyFrame":
            value, of = value.collect(), "polars.DataFrame"
        if of == "polars.DataFrame":
            return _of_polars(value)
        if of == "duckdb.DuckDBPyRelation":
            return _of_duckdb(value)
        if isinstance(value, pa.RecordBatchReader):
            value = value.read_all()
        elif isinstance(value, pa.RecordBatch):
            value = pa.Table.from_batches([value])
        if isinstance(value, pa.Table):
            _check_names(value.column_names)
            return _readable(value)
    except (pa.ArrowException, ValueError, TypeError) as error:
        if isinstance(error, PythonFailed):
            raise
        said = "; ".join(map(str, error.args))
        raise PythonFailed(
            "bad-output",
            f"a column of the returned frame holds values that have no common type: {said}",
            "give each column values of one type",
        ) from error
    shown = "a pandas Series" if of == "pandas.Series" else f"`{of}`"
    raise PythonFailed(
        "bad-output",
        f"the function returned {shown}, which is no frame",
        "return a DataFrame of pandas or polars, an Arrow table, a DuckDB relation or a "
        "FeatureFrame",
    )


def _of_pandas(frame: Any) -> pa.Table:
    import pyarrow as pa

    _check_names(list(frame.columns))
    _check_index(frame)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for name, field in zip(frame.columns, table.schema, strict=True):
        if getattr(field.type, "extension_name", "") == "pandas.period":
            raise _untyped(name, "periods", "convert it, as `df[name].dt.start_time` does")
        # Arrow would cut the times off.
        if pa.types.is_date(field.type) and any(hasattr(day, "hour") for day in frame[name]):
            raise _untyped(name, "dates and times", "convert all of it with `pandas.to_datetime`")
    # How many digits the values at hand have says nothing of the next ones.
    return _readable(table, whole_decimals=True)


def _of_polars(frame: Any) -> pa.Table:
    _check_names(frame.columns)
    for name, type_ in frame.schema.items():
        if str(type_) in ("Object", "Int128", "UInt128"):
            raise _untyped(name, f"values of polars' type {type_}", "cast it to another type")
    return _readable(frame.to_arrow())


def _of_duckdb(relation: Any) -> pa.Table:
    """The rows of a relation; sums of whole numbers, which DuckDB makes wider, are int64."""
    from seeknal.runtime.duckdb_engine import identifier

    _check_names(list(relation.columns))
    wide = [str(type_) in ("HUGEINT", "UHUGEINT") for type_ in relation.types]
    if any(wide):
        names = [identifier(name) for name in relation.columns]
        cast = zip(names, wide, strict=True)
        relation = relation.project(
            ", ".join(f"CAST({name} AS BIGINT) AS {name}" if w else name for name, w in cast)
        )
    if hasattr(relation, "to_arrow_table"):
        table: pa.Table = relation.to_arrow_table()
        return table
    found: pa.Table = relation.arrow()
    return found


def _untyped(name: object, what: str, help: str) -> PythonFailed:
    message = f"the column `{name}` of the returned frame holds {what}, which no relation can"
    return PythonFailed("bad-output", message, help)


def _readable(table: pa.Table, *, whole_decimals: bool = False) -> pa.Table:
    """The table with types that DuckDB reads; with `whole_decimals` those have 38 digits."""
    import pyarrow as pa

    def known(type_: pa.DataType) -> pa.DataType:
        if pa.types.is_float16(type_):
            return pa.float32()
        if pa.types.is_decimal256(type_) or (whole_decimals and pa.types.is_decimal(type_)):
            return pa.decimal128(38, type_.scale)
        return type_

    schema = pa.schema([field.with_type(known(field.type)) for field in table.schema])
    return table if schema.equals(table.schema) else table.cast(schema)


def _check_names(names: list[object]) -> None:
    if not names:
        raise PythonFailed(
            "bad-output",
            "the function returned a frame without columns",
            "return columns; one that returns nothing says `output=False`",
        )
    unnamed = [name for name in names if not isinstance(name, str) or not name]
    if unnamed:
        what = "no name" if unnamed[0] == "" else "no text"
        raise PythonFailed(
            "bad-output",
            f"the returned frame has a column that is called {unnamed[0]!r}, which is {what}",
            "name the columns, as `df.columns = [...]` or `reset_index()` does",
        )
    counted = Counter(str(name).casefold() for name in names)
    twice, count = counted.most_common(1)[0]
    if count > 1:
        spelt = [str(name) for name in names if str(name).casefold() == twice]
        raise PythonFailed(
            "duplicate-column",
            f"the returned frame has {count} columns `{'` and `'.join(dict.fromkeys(spelt))}`",
            "rename or drop one: names that differ by case alone are one column",
        )


def _check_index(frame: Any) -> None:
    """Refuse an index with a name: its values are in no column, and would be lost."""
    named = [name for name in frame.index.names if name is not None and name not in frame.columns]
    if named:
        raise PythonFailed(
            "bad-output",
            f"the returned frame has `{named[0]}` as its index, which is no column",
            "make it one with `reset_index()`, or leave it out with `reset_index(drop=True)`",
        )


def _imported(library: str) -> Any:
    from importlib import import_module

    try:
        return import_module(library)
    except ImportError as error:
        raise PythonFailed(
            "missing-library",
            f"{library} is not installed where the function runs",
            f"add `{library}` to the dependencies of the file, or ask for another kind of frame: "
            f"ctx.ref(…, as_='arrow')",
        ) from error
