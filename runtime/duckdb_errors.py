"""What DuckDB's errors mean for a project: a code, a fact and the way out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from seeknal.runtime.engine import EngineError

if TYPE_CHECKING:
    import duckdb

_TOO_WIDE = re.compile(
    r"with value (?P<value>\S+) can't be cast because the value is out of range for the "
    r"destination type INT64(?: when casting from source column (?P<column>.+))?"
)
_BAD_TEXT = re.compile(
    r"(?:Could not convert string|invalid \w+ field format:|\w+ field value out of range:) "
    r"['\"](?P<value>.*?)['\"]"
)


def engine_error(error: duckdb.Error) -> EngineError:
    """The finding that an error of DuckDB becomes."""
    import duckdb

    detail = str(error).strip()
    fact = _first_paragraph(detail)
    if match := _TOO_WIDE.search(fact):
        where = f"`{match['column']}`" if match["column"] else "a result"
        return EngineError(
            "integer-overflow",
            f"{where} is {match['value']}, which does not fit into 64 bits",
            "compute it as a double or a decimal: CAST the column before it is summed",
            detail,
        )
    if isinstance(error, duckdb.OutOfRangeException):
        return EngineError(
            "integer-overflow",
            f"a value does not fit into its type: {fact}",
            "compute it in a wider type: CAST the column to DOUBLE or DECIMAL first",
            detail,
        )
    if isinstance(error, duckdb.ConversionException):
        match = _BAD_TEXT.search(fact)
        value = f"the value {match['value']!r} does not convert: " if match else ""
        return EngineError(
            "bad-value",
            f"{value}{fact}",
            'correct the data, or read it as NULL: `on_bad_value: "null"` on the source',
            detail,
        )
    if isinstance(error, duckdb.OutOfMemoryException):
        return EngineError(
            "out-of-memory",
            fact,
            "free memory or disk space: DuckDB spills to target/.scratch where it can",
            detail,
        )
    if isinstance(error, duckdb.IOException):
        return EngineError("io-error", fact, "check that the file exists and is readable", detail)
    return EngineError(
        "engine-error",
        fact,
        "`seeknal compile NODE` prints the statement; the log holds all that DuckDB said",
        detail,
    )


def _first_paragraph(detail: str) -> str:
    text = " ".join(detail.split("\n\n")[0].split())
    _, separator, fact = text.partition(" Error: ")
    return fact if separator else text
