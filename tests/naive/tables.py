"""Tables and values of the oracle: SEMANTICS "Values" and "Days"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

Value = int | float | Decimal | str | bool | date | datetime | None

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?(Z|[+-]\d{2}:\d{2})?)?",
    re.ASCII,
)


class Overflow(Exception):
    """An int64 result that int64 cannot hold: an error, never a wrap."""


class BadDate(Exception):
    """A string that is used as a date and is not in strict ISO form."""

    def __init__(self, value: str, column: str = "") -> None:
        self.value, self.column = value, column
        super().__init__(f"{column}: {value!r} is not an ISO date")


@dataclass(frozen=True)
class Table:
    """Typed columns, rows of plain Python values; datetimes are naive and in UTC.

    Types: int64, double, decimal(p,s), string, boolean, date, timestamp.
    """

    columns: tuple[tuple[str, str], ...]
    rows: list[tuple[Value, ...]] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)

    def spelling(self, name: str) -> str:
        """The relation's own spelling of `name`, matched without case where that is one column."""
        if name in self.names:
            return name
        matches = [n for n in self.names if n.lower() == name.lower()]
        if len(matches) != 1:
            raise KeyError(f"{name!r} names {len(matches)} of the columns {self.names}")
        return matches[0]

    def type_of(self, name: str) -> str:
        return dict(self.columns)[self.spelling(name)]

    def cell(self, row: Mapping[str, Value], name: str) -> Any:
        """The value of column `name`, however the relation spells it."""
        return row[self.spelling(name)]

    def records(self) -> Iterator[dict[str, Value]]:
        """Each row as a dict by column name."""
        for row in self.rows:
            yield dict(zip(self.names, row, strict=True))


def instant_of(value: Value) -> datetime | None:
    """A date (its first moment), a timestamp or a strict ISO string as a UTC instant."""
    if value is None:
        return None
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return value
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no date")
    match = _ISO.fullmatch(value)
    if match is None:
        raise BadDate(value)
    try:
        return instant_of(datetime.fromisoformat(_padded(value)))
    except ValueError:
        raise BadDate(value) from None


def day_of(value: Value) -> date | None:
    """The UTC calendar day of a date, a timestamp or a strict ISO string."""
    instant = instant_of(value)
    return None if instant is None else instant.date()


def days_between(as_of: Value, event: Value) -> int | None:
    """d = date(as_of) - date(event), in whole calendar days; NULL where either is NULL."""
    to, since = day_of(as_of), day_of(event)
    return None if to is None or since is None else (to - since).days


def fits_int64(value: int) -> int:
    """`value` itself, or Overflow."""
    if not INT64_MIN <= value <= INT64_MAX:
        raise Overflow(f"{value} is outside int64")
    return value


def _padded(text: str) -> str:
    """ISO text whose fraction of a second has the six digits that Python 3.11 reads."""
    return re.sub(r"\.(\d{1,6})", lambda m: "." + m[1].ljust(6, "0"), text)
