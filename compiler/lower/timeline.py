"""Windows over a timeline: events and asked times in one order, in integer microseconds.

Integers, because a RANGE frame over intervals runs on few engines and one over numbers on all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.features import Feature, Measure, Ratio, TimeWindow
from seeknal.compiler.lower.conditions import condition_of
from seeknal.compiler.lower.names import column_of, free_name, name_of, table_of
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.plan import RangeFrames, RunningSums
from seeknal.compiler.types import INT64, TIMESTAMP, DataType, Kind

_TIME = "timeline_us"
_ASKED = "asked"
_EDGE = "edge"


def _own(name: str, step: RangeFrames | RunningSums, dialect: Dialect) -> exp.Column:
    """A column of the timeline that no key, column or feature is called like."""
    taken = [step.as_of, *(key for key, _ in step.keys)]
    taken += [column.name for column in step.columns]
    taken += [feature.name for feature in step.features]
    return column_of(free_name(name, taken), dialect)


def lower_range_frames(step: RangeFrames, dialect: Dialect, library: MacroLibrary) -> exp.Select:
    """Every feature a window function; the rows that were asked for are kept."""
    keys = [column_of(name, dialect) for name, _ in step.keys]
    as_of = column_of(step.as_of, dialect)
    timeline = _timeline(step, dialect, [(0, None)])
    asked = _own(_ASKED, step, dialect)
    features = []
    for feature in step.features:
        tree = _framed(step, feature, dialect, library)
        if tree.find(exp.Cast) is not None:
            # A sum up to an event may not fit where those that were asked for do.
            tree = exp.Case(ifs=[exp.If(this=asked.copy(), true=tree)])
        alias = name_of(feature.name, dialect, quoted=True)
        features.append(exp.Alias(this=tree, alias=alias))
    framed = exp.Select(
        expressions=[*(key.copy() for key in keys), as_of.copy(), asked, *features],
        from_=exp.From(this=_subquery(timeline, "timeline")),
    )
    outputs = [
        exp.Column(this=name_of(feature.name, dialect, quoted=True)) for feature in step.features
    ]
    return exp.Select(
        expressions=[*keys, as_of, *outputs],
        from_=exp.From(this=_subquery(framed, "framed")),
        where=exp.Where(this=asked.copy()),
    )


def _subquery(tree: exp.Query, name: str) -> exp.Subquery:
    return exp.Subquery(this=tree, alias=exp.TableAlias(this=exp.to_identifier(name)))


def _timeline(
    step: RangeFrames | RunningSums, dialect: Dialect, edges: list[tuple[int, int | None]]
) -> exp.Query:
    """Events, and the asked times moved back by each edge; (microseconds, number) an edge."""
    moment = column_of(step.as_of, dialect)
    nothing = cast(exp.Null(), dialect.type_name(TIMESTAMP))
    events: list[exp.Expr] = [
        exp.Alias(this=column_of(other, dialect), alias=name_of(name, dialect))
        for name, other in step.keys
    ]
    events += [
        exp.Alias(this=nothing, alias=name_of(step.as_of, dialect)),
        exp.Alias(
            this=dialect.microseconds(column_of(step.event, dialect)),
            alias=_own(_TIME, step, dialect).this,
        ),
        exp.Alias(this=exp.Boolean(this=False), alias=_own(_ASKED, step, dialect).this),
        exp.Alias(
            this=cast(exp.Null(), dialect.type_name(INT64)), alias=_own(_EDGE, step, dialect).this
        ),
        *(column_of(column.name, dialect) for column in step.columns),
    ]
    whole: exp.Query = exp.Select(
        expressions=events, from_=exp.From(this=table_of(step.events, dialect))
    )
    for moved, number in edges:
        time: exp.Expr = dialect.microseconds(moment.copy())
        if moved:
            time = exp.Sub(this=time, expression=exp.Literal.number(moved))
        edge = exp.Null() if number is None else exp.Literal.number(number)
        asked: list[exp.Expr] = [column_of(name, dialect) for name, _ in step.keys]
        asked += [moment.copy(), time, exp.Boolean(this=True), edge]
        asked += [cast(exp.Null(), dialect.type_name(c.type)) for c in step.columns]
        lookups = exp.Select(expressions=asked, from_=exp.From(this=table_of(step.times, dialect)))
        whole = exp.Union(this=whole, expression=lookups, distinct=False)
    return whole


def _value(measure: Measure, step: RangeFrames | RunningSums, dialect: Dialect) -> exp.Expr:
    """The measure's column where its condition holds; 1 for an event where it has no column."""
    test: exp.Expr | None = None
    if measure.rows.condition is not None:
        test = condition_of(measure.rows.condition, dialect)
    if measure.column is not None:
        plain: exp.Expr = column_of(measure.column.name, dialect)
    else:
        plain = exp.Literal.number(1)
        event = exp.Not(this=_own(_ASKED, step, dialect))
        test = event if test is None else exp.And(this=event, expression=exp.Paren(this=test))
    return plain if test is None else exp.Case(ifs=[exp.If(this=test, true=plain)])


# --- frames ---------------------------------------------------------------------------------------


def _framed(
    step: RangeFrames, feature: Feature, dialect: Dialect, library: MacroLibrary
) -> exp.Expr:
    def windowed(measure: Measure) -> exp.Expr:
        assert measure.rows.window is not None
        value = _value(measure, step, dialect)
        expansion = library.expand(
            measure.aggregation,
            x=value,
            x_type=measure.column.type if measure.column else None,
            when=exp.Not(this=_own(_ASKED, step, dialect)) if measure.column is None else None,
            at=column_of(step.event, dialect),
            days=None,
            keys=[],
            arguments={},
            column_prefix=feature.name,
        )
        tree = (
            expansion.expression if expansion.native else dialect.rewrite(expansion.expression, ())
        )
        return _over(tree, measure.rows.window, step, dialect)

    if isinstance(feature.value, Ratio):
        above = cast(windowed(feature.value.numerator), "DOUBLE")
        below = cast(windowed(feature.value.denominator), "DOUBLE")
        return exp.Div(
            this=above, expression=exp.Nullif(this=below, expression=exp.Literal.number(0))
        )
    return windowed(feature.value)


def _over(tree: exp.Expr, window: TimeWindow, step: RangeFrames, dialect: Dialect) -> exp.Expr:
    """Every aggregate of `tree` over the frame of `window`."""
    holder = exp.Paren(this=tree)
    for node in list(holder.find_all(exp.AggFunc)):
        framed = exp.Window(
            this=node.copy(),
            partition_by=[column_of(name, dialect) for name, _ in step.keys],
            order=exp.Order(expressions=[exp.Ordered(this=_own(_TIME, step, dialect))]),
            spec=_frame(window, inclusive=step.inclusive),
        )
        node.replace(framed)
    found = holder.this
    assert isinstance(found, exp.Expr)
    return found.copy()


def _frame(window: TimeWindow, *, inclusive: bool) -> exp.WindowSpec:
    """Inclusive, `t - w < event <= t` is the integers t - w + 1 to t; exclusive, t - w to t - 1."""
    nearest = window.offset if inclusive else window.offset + 1
    if window.length is None:
        start: dict[str, object] = {"start": "UNBOUNDED", "start_side": "PRECEDING"}
    else:
        farthest = nearest + window.length - 1
        start = {"start": exp.Literal.number(farthest), "start_side": "PRECEDING"}
    if nearest == 0:
        end: dict[str, object] = {"end": "CURRENT ROW"}
    else:
        end = {"end": exp.Literal.number(nearest), "end_side": "PRECEDING"}
    return exp.WindowSpec(kind="RANGE", **start, **end)


# --- running sums ---------------------------------------------------------------------------------


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
        column = measure.column.name if measure.column else None
        key = (kind, column, measure.rows.condition)
        if key not in self.names:
            word = "sum" if kind is exp.Sum else "count"
            name = f"running_{word}_{len(self.names) + 1}"
            name = free_name(name, [self.step.as_of, *(key for key, _ in self.step.keys)])
            self.names[key] = name
            self.columns[name] = exp.Window(
                this=kind(this=_value(measure, self.step, self.dialect)),
                partition_by=[column_of(n, self.dialect) for n, _ in self.step.keys],
                order=exp.Order(
                    expressions=[exp.Ordered(this=_own(_TIME, self.step, self.dialect))]
                ),
                spec=exp.WindowSpec(
                    kind="RANGE", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"
                ),
            )
        return self.names[key]

    def difference(self, name: str, window: TimeWindow) -> exp.Expr:
        """What ran up to the window's end less what ran up to its start; 0 for nothing."""
        shift = 0 if self.step.inclusive else 1
        upper = self._at(name, self.edge(window.offset + shift))
        if window.length is None:
            return upper
        lower = self._at(name, self.edge(window.offset + window.length + shift))
        return exp.Sub(this=upper, expression=lower)

    def _at(self, name: str, edge: int) -> exp.Expr:
        test = exp.EQ(
            this=_own(_EDGE, self.step, self.dialect), expression=exp.Literal.number(edge)
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
    """Sums and counts along the timeline, read at each window's ends."""
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
    edges: list[tuple[int, int | None]] = list(running.edges.items())
    timeline = _timeline(step, dialect, edges)
    keys = [column_of(name, dialect) for name, _ in step.keys]
    as_of, edge = column_of(step.as_of, dialect), _own(_EDGE, step, dialect)
    along = exp.Select(
        expressions=[
            *(key.copy() for key in keys),
            as_of.copy(),
            edge,
            *(
                exp.Alias(this=tree, alias=name_of(name, dialect))
                for name, tree in running.columns.items()
            ),
        ],
        from_=exp.From(this=_subquery(timeline, "timeline")),
    )
    asked = exp.Is(this=edge.copy(), expression=exp.Not(this=exp.Null()))
    return exp.Select(
        expressions=[*keys, as_of, *features],
        from_=exp.From(this=_subquery(along, "along")),
        where=exp.Where(this=asked),
        group=exp.Group(expressions=[*(key.copy() for key in keys), as_of.copy()]),
    )
