"""Running sums: every window is what ran up to its end less what ran up to its start.

An edge is a distance back from the as-of. Where events have a second time, by which they were
known, an event counts up to an edge once the as-of is that far past it and it is known: its place
on the timeline of that edge is the later of the two, so every edge has a timeline of its own.
"""

from __future__ import annotations

from dataclasses import field

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.features import Measure, Ratio, TimeWindow
from seeknal.compiler.lower.names import column_of, free_name, name_of
from seeknal.compiler.lower.timeline import (
    ASKED,
    EDGE,
    TIME,
    asked_rows,
    event_rows,
    own_column,
    subquery,
    timeline,
    value_of,
)
from seeknal.compiler.lower.values import all_of
from seeknal.compiler.plan import RunningSums
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import INT64, DataType, Kind

_SUMS, _ENDS = "sums", "ends"


@dataclass(slots=True)
class _Running:
    """The running columns and the edges that the features of one step need."""

    step: RunningSums
    dialect: Dialect
    edges: dict[int, int] = field(default_factory=dict)
    columns: dict[str, exp.Expr] = field(default_factory=dict)
    names: dict[object, str] = field(default_factory=dict)

    def edge(self, back: int) -> int:
        """The number of the edge `back` microseconds before the as-of."""
        return self.edges.setdefault(back, len(self.edges) + 1)

    def running(self, kind: type[exp.AggFunc], measure: Measure) -> str:
        """The name of the running sum or count of the measure's value."""
        step, dialect = self.step, self.dialect
        column = measure.column.name if measure.column else None
        key = (kind, column, measure.rows.condition)
        if key not in self.names:
            word = "sum" if kind is exp.Sum else "count"
            name = f"running_{word}_{len(self.names) + 1}"
            taken = [step.as_of, *(key for key, _ in step.keys), *(own for _, own in step.keys)]
            name = free_name(name, taken)
            self.names[key] = name
            value = value_of(measure, step, dialect, among_asked=not step.asof)
            if kind is exp.Sum and dialect.wide is not None and measure.column is not None:
                value = dialect.wide(value, measure.column.type)
            self.columns[name] = exp.Window(
                this=kind(this=value),
                partition_by=self._partition(),
                order=exp.Order(expressions=[exp.Ordered(this=own_column(TIME, step, dialect))]),
                spec=exp.WindowSpec(
                    kind="RANGE", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"
                ),
            )
        return self.names[key]

    def _partition(self) -> list[exp.Expr]:
        keys: list[exp.Expr] = [column_of(name, self.dialect) for name, _ in self.step.keys]
        if self.step.known is not None:
            keys.append(own_column(EDGE, self.step, self.dialect))
        return keys

    def difference(self, name: str, window: TimeWindow) -> exp.Expr:
        """What ran up to the window's end less what ran up to its start; 0 for nothing."""
        upper = self._at(name, self.edge(window.offset))
        if window.length is None:
            return upper
        lower = self._at(name, self.edge(window.offset + window.length))
        return exp.Sub(this=upper, expression=lower)

    def _at(self, name: str, edge: int) -> exp.Expr:
        table = _ENDS if self.step.asof else None
        test = exp.EQ(
            this=own_column(EDGE, self.step, self.dialect, table),
            expression=exp.Literal.number(edge),
        )
        kept = exp.If(this=test, true=column_of(name, self.dialect))
        found = exp.Max(this=exp.Case(ifs=[kept]))
        return exp.Coalesce(this=found, expressions=[exp.Literal.number(0)])

    def measure(self, measure: Measure) -> exp.Expr:
        """The measure from running columns: count, sum or mean."""
        window = measure.rows.window
        assert window is not None
        count = self.difference(self.running(exp.Count, measure), window)
        if measure.aggregation in ("count", "count_rows"):
            return count
        total = exp.Paren(this=self.difference(self.running(exp.Sum, measure), window))
        some = exp.GT(this=count, expression=exp.Literal.number(0))
        assert measure.column is not None
        if measure.aggregation == "mean":
            mean = exp.Div(
                this=cast(total, "DOUBLE"), expression=cast(exp.Paren(this=count.copy()), "DOUBLE")
            )
            return exp.Case(ifs=[exp.If(this=some, true=mean)])
        kind = _sum_type(measure.column.type)
        summed = cast(total, self.dialect.type_name(kind))
        return exp.Case(ifs=[exp.If(this=some, true=summed)])


def _sum_type(data_type: DataType) -> DataType:
    if data_type.kind is Kind.DECIMAL:
        return DataType(Kind.DECIMAL, 38, data_type.scale)
    return INT64


def lower_running_sums(step: RunningSums, dialect: Dialect) -> exp.Select:
    """Sums and counts along the events of each key, read at each window's ends."""
    running = _Running(step, dialect)
    features: list[exp.Expr] = []
    for feature in step.features:
        if isinstance(feature.value, Ratio):
            below = cast(running.measure(feature.value.denominator), "DOUBLE")
            tree: exp.Expr = exp.Div(
                this=cast(running.measure(feature.value.numerator), "DOUBLE"),
                expression=exp.Nullif(this=below, expression=exp.Literal.number(0)),
            )
        else:
            tree = running.measure(feature.value)
        features.append(exp.Alias(this=tree, alias=name_of(feature.name, dialect, quoted=True)))
    lower = _by_asof if step.asof else _by_union
    return lower(running, features)


def _by_union(running: _Running, features: list[exp.Expr]) -> exp.Select:
    """Events and ends in one order; what ran up to an end is on its own row."""
    step, dialect = running.step, running.dialect
    edges = list(running.edges.items())
    keys = [column_of(name, dialect) for name, _ in step.keys]
    as_of = column_of(step.as_of, dialect)
    along = exp.Select(
        expressions=[
            *(key.copy() for key in keys),
            as_of.copy(),
            own_column(ASKED, step, dialect),
            own_column(EDGE, step, dialect),
            *_named(running),
        ],
        from_=exp.From(this=subquery(timeline(step, dialect, edges), "timeline")),
    )
    return exp.Select(
        expressions=[*keys, as_of, *features],
        from_=exp.From(this=subquery(along, "along")),
        where=exp.Where(this=own_column(ASKED, step, dialect)),
        group=exp.Group(expressions=[*(key.copy() for key in keys), as_of.copy()]),
    )


def _by_asof(running: _Running, features: list[exp.Expr]) -> exp.Select:
    """Sums along the events alone, found for each end by an ASOF join."""
    step, dialect = running.step, running.dialect
    edges = list(running.edges.items())
    names = [name for name, _ in step.keys]
    if step.known is not None:
        names.append(own_column(EDGE, step, dialect).name)
    time = own_column(TIME, step, dialect).name
    sums = exp.Select(
        expressions=[*(column_of(name, dialect) for name in (*names, time)), *_named(running)],
        from_=exp.From(this=subquery(event_rows(step, dialect, edges), "events_in_order")),
    )
    tests: list[exp.Expr] = [
        exp.EQ(this=column_of(name, dialect, _SUMS), expression=column_of(name, dialect, _ENDS))
        for name in names
    ]
    tests.append(
        exp.GTE(this=column_of(time, dialect, _ENDS), expression=column_of(time, dialect, _SUMS))
    )
    join = exp.Join(this=subquery(sums, _SUMS), side="LEFT", method="ASOF", on=all_of(tests))
    keys = [column_of(name, dialect, _ENDS) for name in (*(n for n, _ in step.keys), step.as_of)]
    return exp.Select(
        expressions=[*keys, *features],
        from_=exp.From(this=subquery(asked_rows(step, dialect, edges), _ENDS)),
        joins=[join],
        group=exp.Group(expressions=[key.copy() for key in keys]),
    )


def _named(running: _Running) -> list[exp.Expr]:
    return [
        exp.Alias(this=tree, alias=name_of(name, running.dialect))
        for name, tree in running.columns.items()
    ]
