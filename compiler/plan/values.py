"""Values of a step's columns: what is read or computed of each row."""

from __future__ import annotations

from datetime import datetime

from seeknal.compiler.model import TimeColumn
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import DATE, INT64, STRING, TIMESTAMP, Column, DataType


@dataclass(frozen=True, slots=True)
class Take:
    """A column of the input as it is."""

    column: Column


@dataclass(frozen=True, slots=True)
class Exactly:
    """A number as the equal one of another type; NULL where the type has none."""

    column: Column
    type: DataType


@dataclass(frozen=True, slots=True)
class DateOf:
    """The UTC day of a time column: DATE."""

    time: TimeColumn


@dataclass(frozen=True, slots=True)
class TimeOf:
    """A time column as DATE or TIMESTAMP, parsed strictly where it is text."""

    time: TimeColumn


@dataclass(frozen=True, slots=True)
class DaysBetween:
    """Whole days from `event` to `as_of`, int64 (SEMANTICS "Days")."""

    event: TimeColumn | Column
    as_of: TimeColumn | Column


@dataclass(frozen=True, slots=True)
class PastOnly:
    """A column's value where the event is on the as-of's day or before, else NULL."""

    column: Column
    event: TimeColumn
    as_of: TimeColumn


@dataclass(frozen=True, slots=True)
class Instant:
    """A time column as TIMESTAMP in UTC; a date is midnight at the start of its day."""

    time: TimeColumn


@dataclass(frozen=True, slots=True)
class Moment:
    """One time, the same for every row: TIMESTAMP. None is a parameter called `as_of`."""

    at: datetime | None


Value = Take | Exactly | PastOnly | DateOf | TimeOf | Instant | Moment | DaysBetween


@dataclass(frozen=True, slots=True)
class Until:
    """A filter: `value` is at or before `moment`, or before it where not `inclusive`."""

    value: Value
    moment: Value
    inclusive: bool = True


@dataclass(frozen=True, slots=True)
class Named:
    """A value and the name it has in the step's output."""

    name: str
    value: Value

    @property
    def type(self) -> DataType:
        """The type of the value."""
        match self.value:
            case Take(column) | PastOnly(column):
                return column.type
            case Exactly(_, type):
                return type
            case DateOf():
                return DATE
            case TimeOf(time):
                return TIMESTAMP if time.column.type == STRING else time.column.type
            case Instant() | Moment():
                return TIMESTAMP
            case DaysBetween():
                return INT64
