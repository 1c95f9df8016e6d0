"""The typed graph: every node with its inputs resolved and its output columns known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from seeknal.compiler.features import Feature
from seeknal.compiler.findings import Place
from seeknal.compiler.kinds.spec import (
    EventGroupSpec,
    Join,
    NodeFunction,
    SourceSpec,
    Spec,
    TrainingSetSpec,
)
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Column

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Relation:
    """What a node's output looks like from downstream."""

    id: str
    name: str
    columns: tuple[Column, ...]

    def find(self, name: str) -> tuple[Column, ...]:
        """The columns that `name` may mean: the exact one, else all that differ by case only."""
        exact = tuple(column for column in self.columns if column.name == name)
        folded = name.casefold()
        return exact or tuple(c for c in self.columns if c.name.casefold() == folded)


@dataclass(frozen=True, slots=True)
class ResolvedSource:
    """A source with its columns; `declared` where the spec's `schema:` names them.

    `path` is the file, relative to the project root, or "" for an existing relation. `raw_types`
    are the file's own types in DuckDB's words where they were read from it.
    """

    spec: SourceSpec
    path: str
    columns: tuple[Column, ...]
    declared: bool
    raw_types: tuple[str, ...] = ()

    @property
    def as_text(self) -> bool:
        """True where the file is read as text and parsed strictly, column by column."""
        return self.declared and self.spec.format in ("csv", "json", "jsonl")


@dataclass(frozen=True, slots=True)
class ResolvedQuery:
    """User SQL with every reference replaced by the relation it means (DuckDB's dialect).

    `place_of(offset, length)` points from the SQL that was parsed back into the spec.
    """

    spec: Spec
    tree: exp.Query
    place_of: Callable[[int, int], Place]
    inputs: tuple[Relation, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class ResolvedPython:
    """A node whose rows a function returns.

    `columns` are those that it declares or was seen to return, None where neither is known.
    `params` have their parameters filled in.
    """

    spec: Spec
    function: NodeFunction
    params: Mapping[str, object]
    returned: tuple[Column, ...] | None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are known."""
        return self.returned or ()


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """A column used as a time. `bad_value` is what to do where its text does not parse."""

    column: Column
    bad_value: str = "error"


@dataclass(frozen=True, slots=True)
class ResolvedSpine:
    """The (id, application date) pairs a day-grain aggregation is computed for."""

    relation: Relation
    id: Column
    as_of: TimeColumn


@dataclass(frozen=True, slots=True)
class ResolvedDayGrain:
    """A first- or second-order aggregation.

    `as_of` is None where rows are taken at their own date (`day_is_key`). `per_date` says the
    output has a row per (id, as-of) and not per id; then the as-of is an output column.
    """

    spec: Spec
    input: Relation
    id: Column
    event: TimeColumn
    as_of: TimeColumn | None
    group_by: tuple[Column, ...]
    spine: ResolvedSpine | None
    per_date: bool
    features: tuple[Feature, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class ResolvedEventGroup:
    """A feature group over events: `features` are windows as of a time.

    `keys` are the input's columns that name the entity; `inclusive` says whether an event at the
    as-of itself counts.
    """

    spec: EventGroupSpec
    input: Relation
    keys: tuple[Column, ...]
    event: TimeColumn
    knowledge: TimeColumn | None
    inclusive: bool
    features: tuple[Feature, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class JoinKey:
    """A column of the spine and the column of the joined relation that it equals."""

    spine: Column
    other: Column


@dataclass(frozen=True, slots=True)
class Taken:
    """A feature that a join takes, and its name in the training set."""

    name: str
    column: Column


@dataclass(frozen=True, slots=True)
class WindowsJoin:
    """A declarative feature group, its windows as of each spine row."""

    spec: Join
    group: ResolvedEventGroup
    keys: tuple[JoinKey, ...]
    taken: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class DaysJoin:
    """A second-order aggregation, as of each spine row's date."""

    spec: Join
    node: ResolvedDayGrain
    key: JoinKey
    taken: tuple[Taken, ...]


@dataclass(frozen=True, slots=True)
class TieOrder:
    """A column of the order in which rows of one event time compete."""

    column: Column
    descending: bool


@dataclass(frozen=True, slots=True)
class LatestJoin:
    """The latest row of any relation (SEMANTICS "Point-in-time join").

    `ties` is empty where (keys, event time) is known to be unique.
    """

    spec: Join
    relation: Relation
    keys: tuple[JoinKey, ...]
    event: TimeColumn
    knowledge: TimeColumn | None
    ties: tuple[TieOrder, ...]
    taken: tuple[Taken, ...]


ResolvedJoin = WindowsJoin | DaysJoin | LatestJoin


@dataclass(frozen=True, slots=True)
class ResolvedTrainingSet:
    """A spine and what is joined to each of its rows as of the row's time."""

    spec: TrainingSetSpec
    spine: Relation
    as_of: TimeColumn
    spine_columns: tuple[Column, ...]
    joins: tuple[ResolvedJoin, ...]
    columns: tuple[Column, ...]


Computed = (
    ResolvedSource | ResolvedQuery | ResolvedDayGrain | ResolvedEventGroup | ResolvedTrainingSet
)
"""What SQL computes."""

Resolved = Computed | ResolvedPython


@dataclass(frozen=True, slots=True)
class Model:
    """The project's graph. `order` is the run order: ready nodes in the order of their ids.

    `functions` are the nodes that are, or are made of, what a function returns. `waiting` maps the
    nodes that cannot be resolved yet to the one whose function has to run before.
    """

    nodes: Mapping[str, Resolved]
    relations: Mapping[str, Relation]
    order: tuple[str, ...]
    upstream: Mapping[str, tuple[str, ...]]
    downstream: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    functions: Mapping[str, ResolvedPython] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
