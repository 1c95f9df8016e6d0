"""DataFusion in this process, over Arrow tables in memory.

Small batches and two partitions, so that what the engine merges is merged here, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from seeknal.compiler.types import Column
from tests.engines.base import Mark, TestedEngine
from tests.harness import Result
from tests.strategies.files import arrow_table

if TYPE_CHECKING:
    import pyarrow as pa

MARKS: tuple[Mark, ...] = ()

_BATCH = 16
_OVERFLOWS = ("out of range Int64", "Can't cast value", "Arithmetic overflow", "Overflowing on")


class DoesNotFit(ArithmeticError):
    """A number that its type cannot hold; the engine itself raises a plain `Exception`."""


class DataFusion:
    """A session of its own. `TestedEngine`; a relation is an Arrow table."""

    dialect = "datafusion"
    overflow: tuple[type[Exception], ...] = (DoesNotFit,)

    def __init__(self) -> None:
        from datafusion import SessionConfig, SessionContext

        config = SessionConfig().with_target_partitions(2).with_batch_size(_BATCH)
        self._session = SessionContext(config)
        self._made: set[str] = set()

    def load(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
        """Make a relation of that exact name, or put these rows in the place of its own."""
        table = arrow_table([(column.name, str(column.type)) for column in columns], rows)
        self._keep(name, table.to_batches(max_chunksize=_BATCH), table.schema)

    def keep(self, name: str, sql: str) -> None:
        """Make a relation of a statement's rows."""
        batches, schema = self._run(sql)
        self._keep(name, batches, schema)

    def query(self, sql: str) -> Result:
        """The rows of a statement; a column of a type that no relation has is a failure."""
        import pyarrow as pa

        batches, schema = self._run(sql)
        wrong = [f"{field.name}: {field.type}" for field in schema if not _is_known(field.type)]
        assert not wrong, f"columns of foreign types: {wrong}"
        table = pa.Table.from_batches(batches, schema)
        columns = [column.to_pylist() for column in table.columns]
        rows = list(zip(*columns, strict=True)) if columns else []
        return Result(tuple(schema.names), rows)

    def clear(self) -> None:
        """Drop all relations."""
        for name in self._made:
            self._session.deregister_table(_quoted(name))
        self._made.clear()

    def close(self) -> None:
        """The session ends with this object."""
        self.clear()

    def _keep(self, name: str, batches: Sequence[pa.RecordBatch], schema: pa.Schema) -> None:
        import pyarrow as pa

        if name in self._made:
            self._session.deregister_table(_quoted(name))
        empty = pa.RecordBatch.from_pylist([], schema)
        self._session.register_record_batches(_quoted(name), [list(batches) or [empty]])
        self._made.add(name)

    def _run(self, sql: str) -> tuple[list[pa.RecordBatch], pa.Schema]:
        try:
            frame = self._session.sql(sql)
            batches = frame.collect()
            # What a plan says of NULLs and what its rows say may differ.
            return batches, batches[0].schema if batches else frame.schema()
        except Exception as error:
            if any(words in str(error) for words in _OVERFLOWS):
                raise DoesNotFit(str(error)) from error
            raise


def _is_known(data_type: pa.DataType) -> bool:
    from pyarrow import types

    return (
        data_type in (_timestamp(), _view())
        or types.is_boolean(data_type)
        or types.is_int64(data_type)
        or types.is_float64(data_type)
        or types.is_decimal128(data_type)
        or types.is_string(data_type)
        or types.is_large_string(data_type)
        or types.is_date32(data_type)
        or types.is_null(data_type)
    )


def _timestamp() -> pa.DataType:
    import pyarrow as pa

    return pa.timestamp("us")


def _view() -> pa.DataType:
    import pyarrow as pa

    return pa.string_view()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def open_engine() -> TestedEngine:
    """A session, which starts in a moment."""
    return DataFusion()
