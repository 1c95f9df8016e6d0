"""Training sets: the numbered spine, events in reach, the latest row, and the join back."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect
from seeknal.compiler.lower.names import column_of, name_of, table_of
from seeknal.compiler.lower.values import all_of, projection
from seeknal.compiler.lower.windows import back
from seeknal.compiler.model import TieOrder
from seeknal.compiler.plan import (
    InReach,
    JoinBack,
    Latest,
    LatestShape,
    Numbered,
    OneOfTies,
)

_RANK = "tie_rank"
_NEXT = "next_time"


def lower_numbered(step: Numbered, dialect: Dialect) -> exp.Select:
    """The spine with a number a row."""
    number = exp.Window(this=exp.RowNumber())
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
    tests = _same_keys(step.times, step.events, step.keys, dialect)
    tests.append(not_after(this=event.copy(), expression=as_of.copy()))
    if step.reach is not None:
        tests.append(after(this=event.copy(), expression=back(as_of.copy(), step.reach)))
    if step.known is not None:
        known = column_of(step.known, dialect, step.events)
        tests.append(not_after(this=known, expression=as_of.copy()))
    columns: list[exp.Expr] = [column_of(name, dialect, step.times) for name, _ in step.keys]
    columns.append(as_of)
    columns += [column_of(name, dialect, step.events) for name in step.columns]
    return _left_join(columns, step.times, table_of(step.events, dialect), tests, dialect)


def _same_keys(
    left: str, right: str, keys: tuple[tuple[str, str], ...], dialect: Dialect
) -> list[exp.Expr]:
    return [
        exp.EQ(this=column_of(other, dialect, right), expression=column_of(mine, dialect, left))
        for mine, other in keys
    ]


def _left_join(
    columns: list[exp.Expr],
    left: str,
    right: exp.Expr,
    tests: list[exp.Expr],
    dialect: Dialect,
    method: str | None = None,
) -> exp.Select:
    join = exp.Join(this=right, side="LEFT", method=method, on=all_of(tests))
    return exp.Select(
        expressions=columns, from_=exp.From(this=table_of(left, dialect)), joins=[join]
    )


def lower_one_of_ties(step: OneOfTies, dialect: Dialect) -> exp.Select:
    """`ROW_NUMBER` over keys and event time in the order of the ties, the first row kept."""
    columns: list[exp.Expr] = [column_of(name, dialect) for name in step.columns]
    partition = [*step.keys, step.event]
    rank = _rank(partition, [], step.ties, None, dialect)
    inner = exp.Select(
        expressions=[*columns, exp.Alias(this=rank, alias=name_of(_RANK, dialect))],
        from_=exp.From(this=table_of(step.input, dialect)),
    )
    return _first_ranked([column.copy() for column in columns], inner, dialect)


def _rank(
    partition: list[str],
    before: list[exp.Expr],
    ties: tuple[TieOrder, ...],
    table: str | None,
    dialect: Dialect,
    partition_table: str | None = None,
) -> exp.Window:
    order = [
        *before,
        *(
            exp.Ordered(
                this=dialect.sort_key(column_of(tie.column.name, dialect, table), tie.column.type),
                desc=tie.descending,
                nulls_first=False,
            )
            for tie in ties
        ),
    ]
    return exp.Window(
        this=exp.RowNumber(),
        partition_by=[column_of(name, dialect, partition_table) for name in partition],
        order=exp.Order(expressions=order),
    )


def _first_ranked(columns: list[exp.Expr], ranked: exp.Select, dialect: Dialect) -> exp.Select:
    alias = exp.TableAlias(this=exp.to_identifier("ranked"))
    first = exp.EQ(this=column_of(_RANK, dialect), expression=exp.Literal.number(1))
    return exp.Select(
        expressions=columns,
        from_=exp.From(this=exp.Subquery(this=ranked, alias=alias)),
        where=exp.Where(this=first),
    )


def lower_latest(step: Latest, dialect: Dialect) -> exp.Select:
    """The latest row as of each spine row, in the shape that the plan chose."""
    match step.shape:
        case LatestShape.ASOF:
            return _asof(step, dialect)
        case LatestShape.LEAD_INTERVAL:
            return _lead_interval(step, dialect)
        case LatestShape.RANGE_JOIN:
            return _range_join(step, dialect)


def _visible_at(step: Latest, dialect: Dialect) -> exp.Expr:
    return back(column_of(step.as_of, dialect, step.spine), step.delay)


def _outputs(step: Latest, dialect: Dialect) -> list[exp.Expr]:
    """The row number and the columns taken, NULL where the row is older than the ttl."""
    found: list[exp.Expr] = [column_of(step.row, dialect, step.spine)]
    for name, output in step.columns:
        taken: exp.Expr = column_of(name, dialect, step.rows)
        if step.ttl is not None:
            oldest = back(column_of(step.as_of, dialect, step.spine), step.ttl)
            event = column_of(step.event, dialect, step.rows)
            fresh = exp.GTE(this=event, expression=oldest)
            taken = exp.Case(ifs=[exp.If(this=fresh, true=taken)])
        found.append(exp.Alias(this=taken, alias=name_of(output, dialect, quoted=True)))
    return found


def _asof(step: Latest, dialect: Dialect) -> exp.Select:
    tests = _same_keys(step.spine, step.rows, step.keys, dialect)
    event = column_of(step.event, dialect, step.rows)
    tests.append(exp.GTE(this=_visible_at(step, dialect), expression=event))
    columns = _outputs(step, dialect)
    return _left_join(columns, step.spine, table_of(step.rows, dialect), tests, dialect, "ASOF")


def _lead_interval(step: Latest, dialect: Dialect) -> exp.Select:
    """Each row holds from its own time until the next row of its keys."""
    names = dict.fromkeys(
        [*(other for _, other in step.keys), step.event, *(name for name, _ in step.columns)]
    )
    lead = exp.Window(
        this=exp.Lead(this=column_of(step.event, dialect)),
        partition_by=[column_of(other, dialect) for _, other in step.keys],
        order=exp.Order(expressions=[exp.Ordered(this=column_of(step.event, dialect))]),
    )
    rows = exp.Select(
        expressions=[
            *(column_of(name, dialect) for name in names),
            exp.Alias(this=lead, alias=name_of(_NEXT, dialect)),
        ],
        from_=exp.From(this=table_of(step.rows, dialect)),
    )
    alias = exp.TableAlias(this=name_of(step.rows, dialect))
    right = exp.Subquery(this=rows, alias=alias)
    visible = _visible_at(step, dialect)
    event = column_of(step.event, dialect, step.rows)
    following = column_of(_NEXT, dialect, step.rows)
    until_next = exp.Or(
        this=exp.GT(this=following, expression=visible.copy()),
        expression=exp.Is(this=following.copy(), expression=exp.Null()),
    )
    tests = _same_keys(step.spine, step.rows, step.keys, dialect)
    tests += [exp.LTE(this=event, expression=visible), exp.Paren(this=until_next)]
    return _left_join(_outputs(step, dialect), step.spine, right, tests, dialect)


def _range_join(step: Latest, dialect: Dialect) -> exp.Select:
    """Every visible row of each spine row, ranked; the first is the latest."""
    tests = _same_keys(step.spine, step.rows, step.keys, dialect)
    event = column_of(step.event, dialect, step.rows)
    tests.append(exp.LTE(this=event, expression=_visible_at(step, dialect)))
    as_of = column_of(step.as_of, dialect, step.spine)
    if step.ttl is not None:
        tests.append(exp.GTE(this=event.copy(), expression=back(as_of.copy(), step.ttl)))
    if step.known is not None:
        known = column_of(step.known, dialect, step.rows)
        tests.append(exp.LTE(this=known, expression=as_of.copy()))
    latest: list[exp.Expr] = [exp.Ordered(this=event.copy(), desc=True, nulls_first=False)]
    rank = _rank([step.row], latest, step.ties, step.rows, dialect, step.spine)
    columns: list[exp.Expr] = [
        column_of(step.row, dialect, step.spine),
        *(
            exp.Alias(
                this=column_of(name, dialect, step.rows),
                alias=name_of(output, dialect, quoted=True),
            )
            for name, output in step.columns
        ),
        exp.Alias(this=rank, alias=name_of(_RANK, dialect)),
    ]
    ranked = _left_join(columns, step.spine, table_of(step.rows, dialect), tests, dialect)
    kept: list[exp.Expr] = [
        column_of(step.row, dialect),
        *(exp.Column(this=name_of(o, dialect, quoted=True)) for _, o in step.columns),
    ]
    return _first_ranked(kept, ranked, dialect)


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
            on=all_of(_same_keys(step.spine, part.step, part.keys, dialect)),
        )
        for part in step.parts
    ]
    return exp.Select(
        expressions=columns, from_=exp.From(this=table_of(step.spine, dialect)), joins=joins
    )
