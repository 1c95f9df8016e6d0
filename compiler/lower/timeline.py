"""A timeline: events and asked times in one order, in integer microseconds.

Integers, because a RANGE frame over intervals runs on few engines and one over numbers on all.
"""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.features import Measure
from seeknal.compiler.lower.conditions import condition_of
from seeknal.compiler.lower.names import column_of, free_name, name_of, table_of
from seeknal.compiler.plan import RangeFrames, RunningSums
from seeknal.compiler.types import INT64, TIMESTAMP

TIME, ASKED, EDGE = "timeline_us", "asked", "edge"

Edges = list[tuple[int, int]]
"""(microseconds before the as-of, number) of every end of a window."""


def own_column(
    name: str, step: RangeFrames | RunningSums, dialect: Dialect, table: str | None = None
) -> exp.Column:
    """A column of the timeline that no key, column or feature is called like."""
    taken = [step.as_of, *(key for key, _ in step.keys)]
    taken += [column.name for column in step.columns]
    taken += [feature.name for feature in step.features]
    return column_of(free_name(name, taken), dialect, table)


def subquery(tree: exp.Query, name: str) -> exp.Subquery:
    """`(tree) AS name`."""
    return exp.Subquery(this=tree, alias=exp.TableAlias(this=exp.to_identifier(name)))


def timeline(step: RangeFrames | RunningSums, dialect: Dialect, edges: Edges) -> exp.Query:
    """Events, then the asked times at every edge; columns of the other side are NULL."""
    nothing = cast(exp.Null(), dialect.type_name(TIMESTAMP))
    as_of = exp.Alias(this=nothing, alias=name_of(step.as_of, dialect))
    events = event_rows(step, dialect, edges, as_of)
    return exp.Union(
        this=events, expression=asked_rows(step, dialect, edges, whole=True), distinct=False
    )


def event_rows(
    step: RangeFrames | RunningSums,
    dialect: Dialect,
    edges: Edges,
    as_of: exp.Expr | None = None,
) -> exp.Query:
    """Events by their times; where they also have to be known, each once for every edge.

    Columns: keys, time, edge where there is one, what the features read. With `as_of`, those of a
    timeline: that one after the keys, always an edge, and whether the row was asked for.
    """
    known = step.known if isinstance(step, RunningSums) else None
    if known is None:
        time = dialect.microseconds(column_of(step.event, dialect))
        return _events(step, dialect, time, None, as_of)
    rows = []
    for back, number in edges:
        event: exp.Expr = dialect.microseconds(column_of(step.event, dialect))
        if back:
            event = exp.Add(this=event, expression=exp.Literal.number(back))
        when = dialect.microseconds(column_of(known, dialect))
        later = exp.Greatest(this=event, expressions=[when], ignore_nulls=False)
        select = _events(step, dialect, later, exp.Literal.number(number), as_of)
        there = exp.Is(this=column_of(known, dialect), expression=exp.Not(this=exp.Null()))
        select.set("where", exp.Where(this=there))
        rows.append(select)
    return _all(rows)


def _events(
    step: RangeFrames | RunningSums,
    dialect: Dialect,
    time: exp.Expr,
    edge: exp.Expr | None,
    as_of: exp.Expr | None,
) -> exp.Select:
    columns: list[exp.Expr] = [
        exp.Alias(this=column_of(other, dialect), alias=name_of(name, dialect))
        for name, other in step.keys
    ]
    if as_of is not None:
        columns.append(as_of.copy())
        edge = edge or cast(exp.Null(), dialect.type_name(INT64))
    columns.append(exp.Alias(this=time, alias=own_column(TIME, step, dialect).this))
    if edge is not None:
        columns.append(exp.Alias(this=edge, alias=own_column(EDGE, step, dialect).this))
    if as_of is not None:
        asked = own_column(ASKED, step, dialect).this
        columns.append(exp.Alias(this=exp.Boolean(this=False), alias=asked))
    columns += [column_of(column.name, dialect) for column in step.columns]
    return exp.Select(expressions=columns, from_=exp.From(this=table_of(step.events, dialect)))


def asked_rows(
    step: RangeFrames | RunningSums, dialect: Dialect, edges: Edges, *, whole: bool = False
) -> exp.Query:
    """The asked times at every edge: keys, as-of, time, edge; `whole`, with the events' columns.

    Where an event at the as-of itself does not count, all is a microsecond earlier.
    """
    known = step.known if isinstance(step, RunningSums) else None
    sooner = 1 if isinstance(step, RunningSums) and not step.inclusive else 0
    rows = []
    for back, number in edges:
        moved = sooner if known is not None else back + sooner
        time: exp.Expr = dialect.microseconds(column_of(step.as_of, dialect))
        if moved:
            time = exp.Sub(this=time, expression=exp.Literal.number(moved))
        columns: list[exp.Expr] = [column_of(name, dialect) for name, _ in step.keys]
        columns += [
            column_of(step.as_of, dialect),
            exp.Alias(this=time, alias=own_column(TIME, step, dialect).this),
            exp.Alias(this=exp.Literal.number(number), alias=own_column(EDGE, step, dialect).this),
        ]
        if whole:
            columns.append(exp.Boolean(this=True))
            columns += [cast(exp.Null(), dialect.type_name(c.type)) for c in step.columns]
        rows.append(
            exp.Select(expressions=columns, from_=exp.From(this=table_of(step.times, dialect)))
        )
    return _all(rows)


def _all(rows: list[exp.Select]) -> exp.Query:
    whole: exp.Query = rows[0]
    for select in rows[1:]:
        whole = exp.Union(this=whole, expression=select, distinct=False)
    return whole


def value_of(
    measure: Measure, step: RangeFrames | RunningSums, dialect: Dialect, *, among_asked: bool = True
) -> exp.Expr:
    """The measure's column where its condition holds; 1 for an event where it has no column.

    `among_asked`: asked times are rows too, which are no events.
    """
    test: exp.Expr | None = None
    if measure.rows.condition is not None:
        test = condition_of(measure.rows.condition, dialect)
    if measure.column is not None:
        plain: exp.Expr = column_of(measure.column.name, dialect)
    else:
        plain = exp.Literal.number(1)
        if among_asked:
            event = exp.Not(this=own_column(ASKED, step, dialect))
            test = event if test is None else exp.And(this=event, expression=exp.Paren(this=test))
    return plain if test is None else exp.Case(ifs=[exp.If(this=test, true=plain)])
