"""What to compute, with no dialect in it: a chain of named steps over the relations of a node.

A step is one SELECT to be; its name says what its rows are and becomes the name of a CTE.
"""

from __future__ import annotations

from dataclasses import dataclass

from seeknal.compiler.features import Feature
from seeknal.compiler.model import ResolvedQuery, ResolvedSource, TimeColumn
from seeknal.compiler.types import DATE, INT64, STRING, TIMESTAMP, Column, DataType


@dataclass(frozen=True, slots=True)
class Take:
    """A column of the input as it is."""

    column: Column


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


Value = Take | PastOnly | DateOf | TimeOf | DaysBetween


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
            case DateOf():
                return DATE
            case TimeOf(time):
                return TIMESTAMP if time.column.type == STRING else time.column.type
            case DaysBetween():
                return INT64


@dataclass(frozen=True, slots=True)
class ReadSource:
    """The rows of a source, each column as its declared type."""

    source: ResolvedSource


@dataclass(frozen=True, slots=True)
class UserQuery:
    """The SELECT of a user."""

    query: ResolvedQuery


@dataclass(frozen=True, slots=True)
class Pick:
    """Columns of a relation or earlier step; rows where a `required` value is NULL are dropped.

    `distinct` keeps one of equal rows.
    """

    input: str
    columns: tuple[Named, ...]
    required: tuple[Value, ...] = ()
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class PastEvents:
    """Every row of `spine` with the rows of `events` of its id, up to its day.

    A spine row without events appears once, the event's columns NULL. Columns: the spine's, then
    the events' without their id, then `days`. `longest`: events of more days ago are left out.
    """

    spine: str
    events: str
    spine_id: str
    spine_date: str
    events_id: str
    events_date: str
    columns: tuple[str, ...]
    days: str
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One row per distinct `keys` with the value of every feature.

    `days` is the days before the as-of and `at` the event's time; None where no feature needs it.
    `required` drops rows with a NULL, where no earlier step does.
    """

    input: str
    keys: tuple[Named, ...]
    features: tuple[Feature, ...]
    days: Value | None = None
    at: Value | None = None
    required: tuple[Value, ...] = ()


Operation = ReadSource | UserQuery | Pick | PastEvents | Aggregate


@dataclass(frozen=True, slots=True)
class Step:
    """An operation, the name of its rows, and what the spec asked for in words."""

    name: str
    operation: Operation
    note: str = ""


@dataclass(frozen=True, slots=True)
class OneDatePerId:
    """Promise: each id of `relation` has one application date (SEMANTICS "Grain")."""

    relation: str
    node: str
    id: Column
    as_of: TimeColumn


@dataclass(frozen=True, slots=True)
class TextIsTime:
    """Promise: every text of a time column is an ISO date or timestamp."""

    relation: str
    node: str
    time: TimeColumn


@dataclass(frozen=True, slots=True)
class ValuesFitSchema:
    """Promise: every value of a source parses as its declared type."""

    source: ResolvedSource


Promise = OneDatePerId | TextIsTime | ValuesFitSchema


@dataclass(frozen=True, slots=True)
class DroppedRows:
    """What the run report counts: rows of `relation`, and those with a NULL in one of `keys`."""

    relation: str
    keys: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision of the compiler about the shape of the SQL, and why, for `--explain`."""

    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of one node; the last one is its result."""

    node: str
    file: str
    steps: tuple[Step, ...]
    columns: tuple[Column, ...]
    inputs: tuple[str, ...]
    promises: tuple[Promise, ...] = ()
    dropped: tuple[DroppedRows, ...] = ()
    choices: tuple[Choice, ...] = ()
