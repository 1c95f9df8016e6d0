"""What a checked document says: one frozen class a kind, places kept for later findings.

A spec holds names and texts, not meanings: whether a column, an aggregation or a node exists is
decided when names are resolved. Every class here is what `parse` of its kind's module returns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import field

from seeknal.compiler.features import TimeWindow
from seeknal.compiler.findings import Place
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import DataType


@dataclass(frozen=True, slots=True)
class Text:
    """A word or name of a spec and where it stands."""

    value: str
    place: Place

    def __str__(self) -> str:
        """The word alone."""
        return self.value


@dataclass(frozen=True, slots=True)
class SqlText:
    """SQL of a spec, with what is needed to point into it.

    Line 0 of `value` starts at (`line`, `column`) of `file`; later lines at column `indent` + 1.
    Where the text is folded or holds escapes, `runs` says more: (offset, line, column), the
    characters from `offset` on stand there and right of it, up to the next run.
    """

    value: str
    file: str
    line: int
    column: int
    indent: int
    runs: tuple[tuple[int, int, int], ...] = ()

    def place(self, offset: int, length: int = 1) -> Place:
        """Where character `offset` of `value` stands in the file."""
        if self.runs:
            run = self.runs[max(bisect_right(self.runs, offset, key=lambda run: run[0]) - 1, 0)]
            return Place(self.file, run[1], run[2] + offset - run[0], length)
        before = self.value[:offset]
        row = before.count("\n")
        if row == 0:
            return Place(self.file, self.line, self.column + offset, length)
        column = self.indent + 1 + offset - (before.rfind("\n") + 1)
        return Place(self.file, self.line + row, column, length)


@dataclass(frozen=True, slots=True)
class Input:
    """An upstream node (`ref` is its id) and, where the spec names one, its alias in the SQL."""

    ref: Text
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnDeclaration:
    """A line of a source's `schema:`."""

    name: Text
    type: DataType


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonCode:
    """The function of a node that is written in Python, as its file says it.

    `digest` is the SHA-256 of all code of the project that decides what the function does. It is
    read from `files`, and would be from those that are `absent`. `place` is where the function's
    name stands. `reads` are the ids that it names in `ctx.ref` and `ctx.features`, `entities` of
    `ctx.features` and `ctx.entity`. `parameters` are the keys of `ctx.params` that it reads, None
    where it may read any. `dependencies` and `requires_python` are the inline metadata of the file
    (PEP 723).
    """

    file: str
    function: str
    place: Place
    digest: str
    files: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    reads: tuple[Text, ...] = ()
    entities: tuple[Text, ...] = ()
    parameters: tuple[str, ...] | None = ()
    dependencies: tuple[Text, ...] = ()
    requires_python: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFunction:
    """How a node's function is called: `schema` are the columns that it promises to return.

    `output` is False where it returns nothing. `timeout` is in seconds. `params` are raw values,
    `{{ }}` not yet resolved.
    """

    code: PythonCode
    schema: tuple[ColumnDeclaration, ...] = ()
    output: bool = True
    timeout: float
    params: Mapping[str, object] = field(default_factory=dict)
    param_places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What every kind has. `place` is where the name stands; `id` is `<kind>.<name>`.

    `hooks` are functions to call after the node's output is published. `call` is the function
    that gives the node its rows, where there is one.
    """

    kind: str
    name: str
    place: Place
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    hooks: tuple[PythonCode, ...] = ()
    call: NodeFunction | None = None

    @property
    def id(self) -> str:
        """The node's id, `<kind>.<name>`."""
        return f"{self.kind}.{self.name}"

    @property
    def relation(self) -> str:
        """The name of the node's relation (SEMANTICS "Names of relations")."""
        return f"{self.kind}_{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec(Spec):
    """A file or an existing relation. `format` is csv, parquet, json, jsonl or relation."""

    format: str
    table: SqlText | None = None
    relation_name: Text | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    param_places: Mapping[str, Place] = field(default_factory=dict)
    schema: tuple[ColumnDeclaration, ...] = ()
    on_bad_value: str = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformSpec(Spec):
    """User SQL over upstream nodes, or a function in the place of `sql`.

    `params` are raw values, `{{ }}` not yet resolved.
    """

    sql: SqlText | None
    params: Mapping[str, object] = field(default_factory=dict)
    param_places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureGroupSpec(Spec):
    """Features of an entity by user SQL; without SQL, the upstream's columns as they are."""

    entity: str
    join_keys: tuple[Text, ...]
    event_time: Text | None = None
    knowledge_time: Text | None = None
    sql: SqlText | None = None
    features: tuple[Text, ...] = ()
    params: Mapping[str, object] = field(default_factory=dict)
    param_places: Mapping[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AggregationUse:
    """An aggregation as a spec writes it: `sum`, `quantile(0.9)`, `arg_max(order_ts)`.

    `word` is the name as spelt, `arguments` the texts between its parentheses.
    """

    word: str
    arguments: tuple[str, ...]
    place: Place

    @property
    def label(self) -> str:
        """The spelling as part of a column name: `quantile(0.9)` gives `quantile_0_9`."""
        parts = (self.word, *self.arguments)
        return "_".join("".join(c if c.isalnum() else "_" for c in part) for part in parts)


@dataclass(frozen=True, slots=True)
class DayWindow:
    """Days `lower` to `upper` before the application date, both inclusive."""

    lower: int
    upper: int
    place: Place


@dataclass(frozen=True, slots=True)
class Since:
    """Aggregations over the rows where `condition` is true; None is every past row."""

    condition: SqlText | None
    aggregations: tuple[AggregationUse, ...]


@dataclass(frozen=True, slots=True)
class DayRatio:
    """One aggregation in two windows, the first divided by the second."""

    numerator: DayWindow
    denominator: DayWindow
    aggregations: tuple[AggregationUse, ...]


@dataclass(frozen=True, slots=True)
class Rolling:
    """Aggregations over the last `days` days: 0 <= d < days."""

    days: tuple[int, ...]
    aggregations: tuple[AggregationUse, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class RollingRatio:
    """The last n days over the last m days, every pair of n and m."""

    numerator: tuple[int, ...]
    denominator: tuple[int, ...]
    aggregations: tuple[AggregationUse, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class FirstOrderFeature:
    """An entry of an aggregation's `features:`."""

    name: Text
    column: Text
    basic: tuple[AggregationUse, ...] = ()
    rolling: tuple[Rolling, ...] = ()
    ratio: tuple[RollingRatio, ...] = ()
    since: tuple[Since, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregationSpec(Spec):
    """First-order aggregation at day grain (SEMANTICS "First-order aggregation").

    `source` is `source:` or the first of `inputs`.
    """

    source: Text
    id_col: Text
    feature_date_col: Text
    application_date_col: Text | None = None
    group_by: tuple[Text, ...] = ()
    features: tuple[FirstOrderFeature, ...]


@dataclass(frozen=True, slots=True)
class Spine:
    """The (id, application date) pairs that a second-order aggregation is computed for."""

    ref: Text
    id_col: Text
    application_date_col: Text


@dataclass(frozen=True, slots=True)
class SecondOrderFeature:
    """An entry of a second-order aggregation's `features:`; `columns` has one or more."""

    key: Text
    columns: tuple[Text, ...]
    basic: tuple[AggregationUse, ...] = ()
    window: DayWindow | None = None
    ratio: DayRatio | None = None
    since: Since | None = None
    output_name: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOrderSpec(Spec):
    """Second-order aggregation (SEMANTICS "Second-order aggregation")."""

    source: Text
    id_col: Text
    feature_date_col: Text
    application_date_col: Text | None = None
    spine: Spine | None = None
    grain: tuple[Text, ...] = ()
    features: tuple[SecondOrderFeature, ...]


@dataclass(frozen=True, slots=True)
class EventMeasure:
    """One aggregation over the events of a window; `where` is a condition over their columns."""

    aggregation: AggregationUse
    column: Text | None
    window: TimeWindow
    where: SqlText | None = None


@dataclass(frozen=True, slots=True)
class EventRatio:
    """One measure divided by another."""

    numerator: EventMeasure
    denominator: EventMeasure


@dataclass(frozen=True, slots=True)
class EventFeature:
    """One output of a declarative feature group: a `windows:` list gives several of them."""

    name: Text
    value: EventMeasure | EventRatio
    key: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class EventGroupSpec(Spec):
    """A feature group computed from events, as of a time (SEMANTICS "Spec forms").

    `inclusive` says whether an event at the as-of itself counts. `strategy` is "" where the
    compiler chooses the shape.
    """

    entity: str
    join_keys: tuple[Text, ...]
    event_time: Text
    knowledge_time: Text | None = None
    inclusive: bool = True
    strategy: str = ""
    features: tuple[EventFeature, ...]


@dataclass(frozen=True, slots=True)
class TieBreak:
    """A column that orders rows of equal event time; the greatest wins where `descending`."""

    column: Text
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Join:
    """A relation joined to a training set as of each spine row.

    `on` holds (spine column, relation column) pairs; empty is the entity's join keys or id.
    `features` are the columns taken, empty for all. `ttl` and `delay` are in microseconds.
    `unique` declares that (key, event time) has one row. Which of the fields may be given
    depends on the kind of `ref`.
    """

    ref: Text
    on: tuple[tuple[Text, Text], ...] = ()
    features: tuple[Text, ...] = ()
    event_time: Text | None = None
    knowledge_time: Text | None = None
    ttl: int | None = None
    delay: int = 0
    tie_break: tuple[TieBreak, ...] = ()
    unique: bool = False
    prefix: str = ""
    strategy: str = ""


@dataclass(frozen=True, slots=True)
class TrainingSpine:
    """The rows of a training set: `columns` empty is all of the relation's."""

    ref: Text
    as_of: Text
    columns: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSetSpec(Spec):
    """Features joined to the rows of a spine, each as of its own time."""

    spine: TrainingSpine
    label: Text | None = None
    joins: tuple[Join, ...]
