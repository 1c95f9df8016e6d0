"""What to compute, with no dialect in it: a chain of named steps over the relations of a node.

A step is one SELECT to be; its name says what its rows are and becomes the name of a CTE.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from seeknal.compiler.features import Feature
from seeknal.compiler.model import ResolvedQuery, ResolvedSource, TieOrder, TimeColumn
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


@dataclass(frozen=True, slots=True)
class Instant:
    """A time column as TIMESTAMP in UTC; a date is midnight at the start of its day."""

    time: TimeColumn


@dataclass(frozen=True, slots=True)
class Moment:
    """One time, the same for every row: TIMESTAMP. None is a parameter called `as_of`."""

    at: datetime | None


Value = Take | PastOnly | DateOf | TimeOf | Instant | Moment | DaysBetween


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
            case DateOf():
                return DATE
            case TimeOf(time):
                return TIMESTAMP if time.column.type == STRING else time.column.type
            case Instant() | Moment():
                return TIMESTAMP
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

    Rows that fail an `until` are dropped too.

    `distinct` keeps one of equal rows.
    """

    input: str
    columns: tuple[Named, ...]
    required: tuple[Value, ...] = ()
    distinct: bool = False
    until: tuple[Until, ...] = ()


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
class Numbered:
    """Columns of a relation and `row`, a number that tells its rows apart, equal ones too."""

    input: str
    columns: tuple[Named, ...]
    row: str


@dataclass(frozen=True, slots=True)
class InReach:
    """Every row of `times` with the events of its keys that some window may count.

    An event counts up to the as-of, at it only where `inclusive`, and only where it is known by
    then (`known`). `reach` is the longest look back in microseconds, None for all the past. A row
    of `times` without events appears once. Columns: those of `times`, then `columns` of `events`.
    `strategy` is the shape that the spec asks for, "" where the compiler chooses.
    """

    times: str
    events: str
    keys: tuple[tuple[str, str], ...]
    as_of: str
    event: str
    known: str | None
    inclusive: bool
    columns: tuple[str, ...]
    reach: int | None = None
    strategy: str = ""


@dataclass(frozen=True, slots=True)
class RangeFrames:
    """Features as window functions over one timeline of events and asked times, in microseconds.

    Columns: the keys and `as_of` of `times`, then the features; one row per row of `times`.
    `types` are those of the columns the features read.
    """

    times: str
    events: str
    keys: tuple[tuple[str, str], ...]
    key_types: tuple[DataType, ...]
    as_of: str
    event: str
    inclusive: bool
    columns: tuple[Column, ...]
    features: tuple[Feature, ...]


@dataclass(frozen=True, slots=True)
class RunningSums:
    """Features as differences of sums and counts that run along a timeline.

    Every window is what ran up to its end less what ran up to its start. Exact for counts and for
    sums of integers and decimals alone. Columns and rows as in `RangeFrames`.
    """

    times: str
    events: str
    keys: tuple[tuple[str, str], ...]
    key_types: tuple[DataType, ...]
    as_of: str
    event: str
    inclusive: bool
    columns: tuple[Column, ...]
    features: tuple[Feature, ...]


@dataclass(frozen=True, slots=True)
class OneOfTies:
    """One row per keys and event time of `input`: the first in the order of `ties`, NULL last."""

    input: str
    columns: tuple[str, ...]
    keys: tuple[str, ...]
    event: str
    ties: tuple[TieOrder, ...]


class LatestShape(StrEnum):
    """How the latest row as of a time is found."""

    ASOF = "asof"
    LEAD_INTERVAL = "lead_interval"
    RANGE_JOIN = "range_join"


@dataclass(frozen=True, slots=True)
class Latest:
    """For each row of `spine` the latest of `rows` as of its time (SEMANTICS "Point-in-time join").

    `rows` has one row per keys and event time, but for `known`: then ties are resolved among the
    rows known by the as-of. Columns: `row`, then `columns`; every row of the spine once.
    `delay` and `ttl` are in microseconds.
    """

    spine: str
    rows: str
    row: str
    keys: tuple[tuple[str, str], ...]
    as_of: str
    event: str
    known: str | None
    delay: int
    ttl: int | None
    ties: tuple[TieOrder, ...]
    columns: tuple[tuple[str, str], ...]
    shape: LatestShape = LatestShape.LEAD_INTERVAL


@dataclass(frozen=True, slots=True)
class Part:
    """A step that is joined back to the spine by equal `keys` (spine column, its column)."""

    step: str
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PartColumn:
    """A column of a part and the name that it has in the output."""

    step: str
    column: str
    output: str


@dataclass(frozen=True, slots=True)
class JoinBack:
    """The spine's columns, then those `taken`; each part has one row at most per spine row."""

    spine: str
    columns: tuple[str, ...]
    parts: tuple[Part, ...]
    taken: tuple[PartColumn, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What the input of an aggregate already holds of every event, so that no window tests it.

    Events are not after the as-of; with `reach`, they are within that many microseconds of it.
    `padded`: a row may stand for a key without events, the event's columns NULL.
    """

    reach: int | None = None
    padded: bool = False


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One row per distinct `keys` with the value of every feature.

    `days` is the days before the as-of and `at` the event's time; None where no feature needs it.
    `required` drops rows with a NULL, where no earlier step does. Windows at an exact time are
    counted back from `as_of`, which itself counts where `inclusive`.
    """

    input: str
    keys: tuple[Named, ...]
    features: tuple[Feature, ...]
    days: Value | None = None
    at: Value | None = None
    required: tuple[Value, ...] = ()
    as_of: Value | None = None
    inclusive: bool = True
    held: Held | None = None


Operation = (
    ReadSource
    | UserQuery
    | Pick
    | PastEvents
    | Numbered
    | InReach
    | RangeFrames
    | RunningSums
    | OneOfTies
    | Latest
    | JoinBack
    | Aggregate
)


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


@dataclass(frozen=True, slots=True)
class RowsKept:
    """Promise: `relation`, a training set, has as many rows as its spine."""

    relation: str
    node: str
    spine: str


Promise = OneDatePerId | TextIsTime | ValuesFitSchema | RowsKept


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
