"""Values of unit tests: what is written in YAML, read as the type of its column.

The types are those of the compiler (SEMANTICS "Values"). Times are UTC, without a zone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from seeknal.compiler.document import Document, Step
from seeknal.compiler.findings import Findings
from seeknal.compiler.types import Column, DataType, Kind

_INTEGER = re.compile(r"[-+]?[0-9]+$")
_INT64 = 1 << 63
_EXAMPLES: Mapping[Kind, str] = {
    Kind.BOOLEAN: "true",
    Kind.INT64: "12",
    Kind.DOUBLE: "1.5",
    Kind.DECIMAL: "12.50",
    Kind.DATE: "2026-01-31",
    Kind.TIMESTAMP: "2026-01-31T12:00:00",
}


def read_value(
    document: Document, path: tuple[Step, ...], column: Column, node: str, findings: Findings
) -> Any:
    """The value at `path` as the type of `column`; None, and error[bad-value], where it is none."""
    raw = document.get(*path)
    if raw is None:
        return None
    kind = column.type.kind
    if isinstance(raw, dict | list):
        if kind is Kind.OTHER:
            return json.dumps(raw, ensure_ascii=False)
    else:
        text = document.text_at(*path).value
        try:
            return _READERS[kind](text, column.type)
        except (ValueError, InvalidOperation):
            pass
    shown = "a list or mapping" if isinstance(raw, dict | list) else f"`{raw}`"
    findings.error(
        "bad-value",
        f"{shown} is not of the type of `{column.name}` of `{node}`, {column.type}",
        document.place(*path),
        f"for example `{column.name}: {_EXAMPLES.get(kind, 'text')}`, or `null`",
    )
    return None


def _boolean(text: str, type: DataType) -> bool:
    return {"true": True, "false": False}[text.lower()] if _is_word(text) else _refuse()


def _is_word(text: str) -> bool:
    return text.lower() in ("true", "false")


def _integer(text: str, type: DataType) -> int:
    if not _INTEGER.match(text) or not -_INT64 <= (value := int(text)) < _INT64:
        return int(_refuse())
    return value


def _decimal(text: str, type: DataType) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or value != round(value, type.scale):
        _refuse()
    if abs(value) >= Decimal(10) ** (type.precision - type.scale):
        _refuse()
    return round(value, type.scale)


def _timestamp(text: str, type: DataType) -> datetime:
    value = datetime.fromisoformat(text)
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value


def _refuse() -> bool:
    raise ValueError


_READERS: Mapping[Kind, Callable[[str, DataType], Any]] = {
    Kind.BOOLEAN: _boolean,
    Kind.INT64: _integer,
    Kind.DOUBLE: lambda text, type: float(text),
    Kind.DECIMAL: _decimal,
    Kind.STRING: lambda text, type: text,
    Kind.DATE: lambda text, type: date.fromisoformat(text),
    Kind.TIMESTAMP: _timestamp,
    Kind.OTHER: lambda text, type: text,
}
