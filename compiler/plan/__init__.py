"""What to compute, with no dialect in it: a chain of named steps over the relations of a node.

A step is one SELECT to be; its name says what its rows are and becomes the name of a CTE.
"""

from __future__ import annotations

from seeknal.compiler.model import ResolvedSource, TimeColumn
from seeknal.compiler.plan.as_of import (
    InReach,
    JoinBack,
    Latest,
    LatestShape,
    Numbered,
    OneOfTies,
    Part,
    PartColumn,
    RangeFrames,
    Ranges,
    RunningSums,
)
from seeknal.compiler.plan.steps import (
    Aggregate,
    Held,
    PastEvents,
    Pick,
    ReadSource,
    UserQuery,
)
from seeknal.compiler.plan.values import (
    DateOf,
    DaysBetween,
    Exactly,
    Instant,
    Moment,
    Named,
    PastOnly,
    Take,
    TimeOf,
    Until,
    Value,
)
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Column

__all__ = [
    "Aggregate",
    "Choice",
    "DateOf",
    "DaysBetween",
    "DroppedRows",
    "Exactly",
    "Held",
    "InReach",
    "Instant",
    "JoinBack",
    "Latest",
    "LatestShape",
    "Moment",
    "Named",
    "Numbered",
    "OneDatePerId",
    "OneOfTies",
    "Operation",
    "Part",
    "PartColumn",
    "PastEvents",
    "PastOnly",
    "Pick",
    "Plan",
    "Promise",
    "RangeFrames",
    "Ranges",
    "ReadSource",
    "RowsKept",
    "RunningSums",
    "Step",
    "Take",
    "TextIsTime",
    "TimeOf",
    "Until",
    "UserQuery",
    "Value",
    "ValuesFitSchema",
]


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
