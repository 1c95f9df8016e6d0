"""ClickHouse in this process, by chdb."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from seeknal.compiler.dialects.clickhouse import column_type
from seeknal.compiler.types import Column
from tests.engines.base import Mark
from tests.harness import Result

_FORMAT = "JSONCompactEachRowWithNamesAndTypes"
# JSON has no infinities, and its numbers are read as doubles unless they say otherwise.
_OPTIONS = "SET output_format_json_quote_denormals = 1, output_format_json_quote_decimals = 1"
_NULLABLE = re.compile(r"Nullable\((.*)\)$")


MARKS: Sequence[Mark] = (
    Mark(
        "int64 as decimal(4,2)",
        "not implemented here",
        "a decimal holds all digits of 32, 64 or 128 bits, whatever its type says",
    ),
)


class Refused(Exception):
    """A statement that ClickHouse does not run: its message."""


class Overflow(Refused):
    """A value that does not fit its type."""


# CANNOT_CONVERT_TYPE, DECIMAL_OVERFLOW, VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
_OVERFLOWS = re.compile(r"Code: (70|407|321)\.")


class ClickHouse:
    """One engine a process: chdb has no more, so `close` drops what it held."""

    dialect = "clickhouse"
    overflow: tuple[type[Exception], ...] = (Overflow,)

    def __init__(self) -> None:
        """Start the engine with an empty database."""
        from chdb import session

        opened: Any = session
        self._session = opened.Session()
        self._run(_OPTIONS)
        self._loaded: set[str] = set()

    def load(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
        """Make a relation of that exact name, or put these rows in the place of its own."""
        table = _quoted(name)
        definitions = ", ".join(f"{_quoted(c.name)} {column_type(c.type)}" for c in columns)
        self._run(f"DROP TABLE IF EXISTS {table}")
        self._run(f"CREATE TABLE {table} ({definitions}) ENGINE = MergeTree ORDER BY tuple()")
        self._loaded.add(name)
        if rows:
            lines = "\n".join(json.dumps([_plain(value) for value in row]) for row in rows)
            self._run(f"INSERT INTO {table} FORMAT JSONCompactEachRow\n{lines}")

    def query(self, sql: str) -> Result:
        """The rows of a statement, as plain Python values."""
        lines = self._run(sql).splitlines()
        if not lines:
            return Result((), [])
        names, types = json.loads(lines[0]), json.loads(lines[1])
        readers = [_reader(type_) for type_ in types]
        rows = [
            tuple(
                None if value is None else read(value)
                for read, value in zip(readers, json.loads(line, parse_float=Decimal), strict=True)
            )
            for line in lines[2:]
        ]
        return Result(tuple(names), rows)

    def clear(self) -> None:
        """Drop all relations."""
        for name in sorted(self._loaded):
            self._run(f"DROP TABLE IF EXISTS {_quoted(name)}")
        self._loaded.clear()

    def close(self) -> None:
        """End the engine."""
        self._session.close()

    def _run(self, sql: str) -> str:
        try:
            return str(self._session.query(sql, _FORMAT).bytes().decode())
        except RuntimeError as error:
            # What a failed statement has printed so far stands before the next one's rows.
            self._session.query("SELECT 1", _FORMAT)
            kind = Overflow if _OVERFLOWS.search(str(error)) else Refused
            raise kind(str(error)) from None


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '""')
    return f'"{escaped}"'


def _plain(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else value


_READERS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("Bool", bool),
    ("Int", int),
    ("UInt", int),
    ("Float", float),
    ("Decimal", Decimal),
    ("DateTime64", datetime.fromisoformat),
    ("Date", date.fromisoformat),
)


def _reader(type_: str) -> Callable[[Any], Any]:
    """What makes a Python value of a JSON value of the type."""
    match = _NULLABLE.match(type_)
    plain = match[1] if match is not None else type_
    if plain == "Nothing" or plain == "String":
        return str
    for start, read in _READERS:
        if plain.startswith(start):
            return read
    raise TypeError(f"{type_} is not a type of a result")


def open_engine() -> ClickHouse:
    """The engine of this process."""
    return ClickHouse()
