"""Steps of training sets: everything as of the time of a spine row."""

from __future__ import annotations

from enum import StrEnum

from seeknal.compiler.features import Feature
from seeknal.compiler.model import TieOrder
from seeknal.compiler.plan.values import Named
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Column, DataType


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
    sums of integers and decimals alone. Columns and rows as in `RangeFrames`. `known` as in
    `InReach`. `asof`: the ends of windows are found by an ASOF join, not on the timeline.
    """

    times: str
    events: str
    keys: tuple[tuple[str, str], ...]
    key_types: tuple[DataType, ...]
    as_of: str
    event: str
    known: str | None
    inclusive: bool
    columns: tuple[Column, ...]
    features: tuple[Feature, ...]
    asof: bool = False


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
    ASOF_LATE_TIES = "asof_late_ties"
    LEAD_INTERVAL = "lead_interval"
    UNION = "union"
    RANGE_JOIN = "range_join"


@dataclass(frozen=True, slots=True)
class Ranges:
    """Least and greatest of each key of rows, and of their time in microseconds since 1970.

    `columns` are those of other columns of integers, by name.
    """

    keys: tuple[tuple[int, int], ...]
    times: tuple[int, int]
    columns: tuple[tuple[str, tuple[int, int]], ...] = ()


@dataclass(frozen=True, slots=True)
class Latest:
    """For each row of `spine` the latest of `rows` as of its time (SEMANTICS "Point-in-time join").

    `rows` has one row per keys and event time, but for `known`: then ties are resolved among the
    rows known by the as-of. Columns: `row`, then `columns`; every row of the spine once.
    `delay` and `ttl` are in microseconds; `types` are those of `columns`. `strategy` is the shape
    that the spec asks for, "" where the compiler chooses. In the shape `ASOF_LATE_TIES` `rows` may
    hold ties. Columns of the spine that are `carried` take the place of `row`. With `ranges`, which
    hold all of `rows`, an ASOF join compares keys and times packed into integers, and sorts columns
    of integers as the shortest type that holds them.
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
    types: tuple[DataType, ...]
    strategy: str = ""
    shape: LatestShape = LatestShape.LEAD_INTERVAL
    carried: tuple[str, ...] = ()
    ranges: Ranges | None = None


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
