"""Training sets: the numbered spine, events in reach, the latest row, and the join back."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, Unsupported
from seeknal.compiler.lower.joins import (
    first_ranked,
    left_join,
    outputs,
    rank,
    same_keys,
    visible_at,
)
from seeknal.compiler.lower.late_ties import lower_asof_late_ties
from seeknal.compiler.lower.names import column_of, free_name, name_of, table_of
from seeknal.compiler.lower.packed import sides_of
from seeknal.compiler.lower.union import lower_union
from seeknal.compiler.lower.values import all_of, projection
from seeknal.compiler.lower.windows import back
from seeknal.compiler.plan import (
    InReach,
    JoinBack,
    Latest,
    LatestShape,
    Numbered,
    OneOfTies,
    Take,
)

_NEXT = "next_time"


def lower_numbered(step: Numbered, dialect: Dialect) -> exp.Select:
    """The spine with a number a row.

    In an order where the engine may compute the step anew for each step that reads it: rows that
    are equal in what the joins read may then swap their numbers, and no others.
    """
    number = exp.Window(this=exp.RowNumber())
    if not dialect.keeps_steps:
        keys = [
            exp.Ordered(this=column_of(named.value.column.name, dialect))
            for named in step.columns
            if isinstance(named.value, Take) and named.value.column.type.is_ordered
        ]
        number.set("order", exp.Order(expressions=keys))
    return exp.Select(
        expressions=[
            exp.Alias(this=number, alias=name_of(step.row, dialect)),
            *(projection(named, dialect) for named in step.columns),
        ],
        from_=exp.From(this=table_of(step.input, dialect)),
    )


def lower_in_reach(step: InReach, dialect: Dialect) -> exp.Select:
    """`times LEFT JOIN events` by keys, up to the as-of and back to the longest window."""
    as_of = column_of(step.as_of, dialect, step.times)
    event = column_of(step.event, dialect, step.events)
    not_after = exp.LTE if step.inclusive else exp.LT
    after = exp.GT if step.inclusive else exp.GTE
    tests = same_keys(step.times, step.events, step.keys, dialect)
    tests.append(not_after(this=event.copy(), expression=as_of.copy()))
    if step.reach is not None:
        tests.append(after(this=event.copy(), expression=back(as_of.copy(), step.reach)))
    if step.known is not None:
        known = column_of(step.known, dialect, step.events)
        tests.append(not_after(this=known, expression=as_of.copy()))
    columns: list[exp.Expr] = [column_of(name, dialect, step.times) for name, _ in step.keys]
    columns.append(as_of)
    columns += [column_of(name, dialect, step.events) for name in step.columns]
    return left_join(columns, step.times, table_of(step.events, dialect), tests, dialect)


def lower_one_of_ties(step: OneOfTies, dialect: Dialect) -> exp.Select:
    """`ROW_NUMBER` over keys and event time in the order of the ties, the first row kept."""
    columns: list[exp.Expr] = [column_of(name, dialect) for name in step.columns]
    partition = [*step.keys, step.event]
    order = rank(partition, [], step.ties, None, dialect)
    inner = exp.Select(expressions=columns, from_=exp.From(this=table_of(step.input, dialect)))
    return first_ranked(inner, order, dialect)


def lower_latest(step: Latest, dialect: Dialect) -> exp.Select:
    """The latest row as of each spine row, in the shape that the plan chose."""
    if step.shape in (LatestShape.ASOF, LatestShape.ASOF_LATE_TIES) and not dialect.asof_join:
        help = "leave `strategy` out: the compiler chooses a shape that the dialect has"
        raise Unsupported(exp.Join(), "an ASOF join", help)
    match step.shape:
        case LatestShape.UNION:
            return lower_union(step, dialect)
        case LatestShape.ASOF:
            return _asof(step, dialect)
        case LatestShape.ASOF_LATE_TIES:
            return lower_asof_late_ties(step, dialect)
        case LatestShape.LEAD_INTERVAL:
            return _lead_interval(step, dialect)
        case LatestShape.RANGE_JOIN:
            return _range_join(step, dialect)


def _asof(step: Latest, dialect: Dialect) -> exp.Select:
    read = dict.fromkeys(name for name, _ in step.columns)
    if step.ttl is not None:
        read[step.event] = None
    sides = sides_of(step, dialect, columns=tuple(read))
    columns = outputs(step, dialect, sides.found, sides.short)
    if step.carried:
        columns[:1] = [column_of(name, dialect, step.spine) for name in step.carried]
    return left_join(columns, sides.spine, sides.rows, [*sides.tests], dialect, "ASOF")


def _lead_interval(step: Latest, dialect: Dialect) -> exp.Select:
    """Each row holds from its own time until the next row of its keys."""
    names = dict.fromkeys(
        [*(other for _, other in step.keys), step.event, *(name for name, _ in step.columns)]
    )
    next_time = free_name(_NEXT, names)
    lead = exp.Window(
        this=exp.Lead(this=column_of(step.event, dialect)),
        partition_by=[column_of(other, dialect) for _, other in step.keys],
        order=exp.Order(expressions=[exp.Ordered(this=column_of(step.event, dialect))]),
    )
    rows = exp.Select(
        expressions=[
            *(column_of(name, dialect) for name in names),
            exp.Alias(this=lead, alias=name_of(next_time, dialect)),
        ],
        from_=exp.From(this=table_of(step.rows, dialect)),
    )
    alias = exp.TableAlias(this=name_of(step.rows, dialect))
    right = exp.Subquery(this=rows, alias=alias)
    visible = visible_at(step, dialect)
    event = column_of(step.event, dialect, step.rows)
    following = column_of(next_time, dialect, step.rows)
    until_next = exp.Or(
        this=exp.GT(this=following, expression=visible.copy()),
        expression=exp.Is(this=following.copy(), expression=exp.Null()),
    )
    tests = same_keys(step.spine, step.rows, step.keys, dialect)
    tests += [exp.LTE(this=event, expression=visible), exp.Paren(this=until_next)]
    return left_join(outputs(step, dialect), step.spine, right, tests, dialect)


def _range_join(step: Latest, dialect: Dialect) -> exp.Select:
    """Every visible row of each spine row, ranked; the first is the latest."""
    tests = same_keys(step.spine, step.rows, step.keys, dialect)
    event = column_of(step.event, dialect, step.rows)
    tests.append(exp.LTE(this=event, expression=visible_at(step, dialect)))
    as_of = column_of(step.as_of, dialect, step.spine)
    if step.ttl is not None:
        tests.append(exp.GTE(this=event.copy(), expression=back(as_of.copy(), step.ttl)))
    if step.known is not None:
        known = column_of(step.known, dialect, step.rows)
        tests.append(exp.LTE(this=known, expression=as_of.copy()))
    latest: list[exp.Expr] = [exp.Ordered(this=event.copy(), desc=True, nulls_first=False)]
    order = rank([step.row], latest, step.ties, step.rows, dialect, step.spine)
    columns: list[exp.Expr] = [
        column_of(step.row, dialect, step.spine),
        *(
            exp.Alias(
                this=column_of(name, dialect, step.rows),
                alias=name_of(output, dialect, quoted=True),
            )
            for name, output in step.columns
        ),
    ]
    ranked = left_join(columns, step.spine, table_of(step.rows, dialect), tests, dialect)
    return first_ranked(ranked, order, dialect)


def lower_join_back(step: JoinBack, dialect: Dialect) -> exp.Select:
    """The spine's columns, then each part's under its output name."""
    columns: list[exp.Expr] = [column_of(name, dialect, step.spine) for name in step.columns]
    for taken in step.taken:
        column: exp.Expr = exp.Column(
            this=name_of(taken.column, dialect, quoted=True), table=name_of(taken.step, dialect)
        )
        if taken.column != taken.output:
            column = exp.Alias(this=column, alias=name_of(taken.output, dialect, quoted=True))
        columns.append(column)
    joins = [
        exp.Join(
            this=table_of(part.step, dialect),
            side="LEFT",
            on=all_of(same_keys(step.spine, part.step, part.keys, dialect)),
        )
        for part in step.parts
    ]
    return exp.Select(
        expressions=columns, from_=exp.From(this=table_of(step.spine, dialect)), joins=joins
    )
