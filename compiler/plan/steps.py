"""Steps of all plans: read, pick, join the past, aggregate."""

from __future__ import annotations

from seeknal.compiler.features import Feature
from seeknal.compiler.model import ResolvedQuery, ResolvedSource
from seeknal.compiler.plan.values import Named, Until, Value
from seeknal.compiler.records import dataclass


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
    """Every row of `spine` with the rows of `events` of its key, up to its day.

    A spine row without events appears once, the event's columns NULL. `spine_key` is the id in the
    type that it is compared in. Columns: the spine's id and date, then the events' without their
    id, then `days`. `longest`: events of more days ago are left out.
    """

    spine: str
    events: str
    spine_id: str
    spine_key: str
    spine_date: str
    events_id: str
    events_date: str
    columns: tuple[str, ...]
    days: str
    longest: int | None = None


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
