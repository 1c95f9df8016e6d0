"""Windows as frames of window functions over a timeline; the rows that were asked for are kept."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.features import Feature, Measure, Ratio, TimeWindow
from seeknal.compiler.lower.names import column_of, name_of
from seeknal.compiler.lower.timeline import ASKED, TIME, own_column, subquery, timeline, value_of
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.plan import RangeFrames


def lower_range_frames(step: RangeFrames, dialect: Dialect, library: MacroLibrary) -> exp.Select:
    """Every feature a window function; the rows that were asked for are kept."""
    keys = [column_of(name, dialect) for name, _ in step.keys]
    as_of = column_of(step.as_of, dialect)
    whole = timeline(step, dialect, [(0, 0)])
    asked = own_column(ASKED, step, dialect)
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
        from_=exp.From(this=subquery(whole, "timeline")),
    )
    outputs = [
        exp.Column(this=name_of(feature.name, dialect, quoted=True)) for feature in step.features
    ]
    return exp.Select(
        expressions=[*keys, as_of, *outputs],
        from_=exp.From(this=subquery(framed, "framed")),
        where=exp.Where(this=asked.copy()),
    )


def _framed(
    step: RangeFrames, feature: Feature, dialect: Dialect, library: MacroLibrary
) -> exp.Expr:
    def windowed(measure: Measure) -> exp.Expr:
        assert measure.rows.window is not None
        value = value_of(measure, step, dialect)
        expansion = library.expand(
            measure.aggregation,
            x=value,
            x_type=measure.column.type if measure.column else None,
            when=exp.Not(this=own_column(ASKED, step, dialect)) if measure.column is None else None,
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
            order=exp.Order(expressions=[exp.Ordered(this=own_column(TIME, step, dialect))]),
            spec=_frame(window, step, dialect),
        )
        node.replace(framed)
    found = holder.this
    assert isinstance(found, exp.Expr)
    return found.copy()


def _frame(window: TimeWindow, step: RangeFrames, dialect: Dialect) -> exp.WindowSpec:
    """Inclusive, `t - w < event <= t` is the integers t - w + 1 to t; exclusive, t - w to t - 1.

    Where frames may differ by row, an event's holds its own moment alone: nobody asks for it, and
    there are many more events than asked times.
    """
    nearest = window.offset if step.inclusive else window.offset + 1
    if window.length is None:
        start: dict[str, object] = {"start": "UNBOUNDED", "start_side": "PRECEDING"}
    else:
        farthest: exp.Expr = exp.Literal.number(nearest + window.length - 1)
        if dialect.frames_by_row:
            asked = exp.If(this=own_column(ASKED, step, dialect), true=farthest)
            farthest = exp.Case(ifs=[asked], default=exp.Literal.number(nearest))
        start = {"start": farthest, "start_side": "PRECEDING"}
    if nearest == 0:
        end: dict[str, object] = {"end": "CURRENT ROW"}
    else:
        end = {"end": exp.Literal.number(nearest), "end_side": "PRECEDING"}
    return exp.WindowSpec(kind="RANGE", **start, **end)
