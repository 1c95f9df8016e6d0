"""Pieces that the shapes of point-in-time joins share."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.lower.names import column_of, free_name, name_of, table_of
from seeknal.compiler.lower.values import all_of
from seeknal.compiler.lower.windows import back
from seeknal.compiler.model import TieOrder
from seeknal.compiler.plan import Latest

_RANK = "tie_rank"


def same_keys(
    left: str, right: str, keys: tuple[tuple[str, str], ...], dialect: Dialect
) -> list[exp.Expr]:
    """`other = mine` for every key."""
    return [
        exp.EQ(this=column_of(other, dialect, right), expression=column_of(mine, dialect, left))
        for mine, other in keys
    ]


def left_join(
    columns: list[exp.Expr],
    left: str | exp.Expr,
    right: exp.Expr,
    tests: list[exp.Expr],
    dialect: Dialect,
    method: str | None = None,
) -> exp.Select:
    """`left LEFT JOIN right ON tests` with `columns`; `method` is ASOF where it is one."""
    join = exp.Join(this=right, side="LEFT", method=method, on=all_of(tests))
    start = table_of(left, dialect) if isinstance(left, str) else left
    return exp.Select(expressions=columns, from_=exp.From(this=start), joins=[join])


def rank(
    partition: list[str],
    before: list[exp.Expr],
    ties: tuple[TieOrder, ...],
    table: str | None,
    dialect: Dialect,
    partition_table: str | None = None,
) -> exp.Window:
    """ROW_NUMBER within `partition`, by `before`, then by the ties; NULL loses."""
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


def first_ranked(ranked: exp.Select, order: exp.Window, dialect: Dialect) -> exp.Select:
    """The rows of `ranked` that are first in `order`, with its columns."""
    columns = list(ranked.expressions)
    name = free_name(_RANK, [column.alias_or_name for column in columns])
    ranked.append("expressions", exp.Alias(this=order, alias=name_of(name, dialect)))
    alias = exp.TableAlias(this=exp.to_identifier("ranked"))
    first = exp.EQ(this=column_of(name, dialect), expression=exp.Literal.number(1))
    return exp.Select(
        expressions=[
            exp.Column(this=(column.args.get("alias") or column.this).copy()) for column in columns
        ],
        from_=exp.From(this=exp.Subquery(this=ranked, alias=alias)),
        where=exp.Where(this=first),
    )


def visible_at(step: Latest, dialect: Dialect) -> exp.Expr:
    """The latest event time that a spine row sees: its as-of less the delay."""
    return back(column_of(step.as_of, dialect, step.spine), step.delay)


def outputs(
    step: Latest,
    dialect: Dialect,
    valid: exp.Expr | None = None,
    short: frozenset[str] = frozenset(),
) -> list[exp.Expr]:
    """The row number and the columns taken, NULL where the row is older than the ttl.

    With `valid` they are NULL too where it is not true. Those that are `short` become int64.
    """
    found: list[exp.Expr] = [column_of(step.row, dialect, step.spine)]
    tests = [] if valid is None else [valid]
    if step.ttl is not None:
        oldest = back(column_of(step.as_of, dialect, step.spine), step.ttl)
        event = column_of(step.event, dialect, step.rows)
        tests.append(exp.GTE(this=event, expression=oldest))
    for name, output in step.columns:
        taken: exp.Expr = column_of(name, dialect, step.rows)
        if tests:
            holds = all_of([test.copy() for test in tests])
            taken = exp.Case(ifs=[exp.If(this=holds, true=taken)])
        if name in short:
            taken = cast(taken, "BIGINT")
        found.append(exp.Alias(this=taken, alias=name_of(output, dialect, quoted=True)))
    return found
