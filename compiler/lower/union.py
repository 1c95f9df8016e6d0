"""The latest row by a timeline: rows and spine in one order, each spine row after the rows it sees.

Runs on every engine with window functions; no join of rows with times.
"""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.lower.joins import visible_at
from seeknal.compiler.lower.names import column_of, free_name, name_of, table_of
from seeknal.compiler.lower.windows import back
from seeknal.compiler.plan import Latest
from seeknal.compiler.types import INT64, TIMESTAMP


def lower_union(step: Latest, dialect: Dialect) -> exp.Select:
    """Each row starts a group of its key; a spine row belongs to the group of its latest row.

    In a group the row comes first, so the first value is its own, NULL or not. A spine row before
    all rows of its key is in a group without one and finds NULL, and so does one without a time.
    """
    names = _Names(step)
    inner = exp.Select(
        expressions=[exp.Star(), _alias(_group(step, names, dialect), names.group, dialect)],
        from_=exp.From(this=_subquery(_timeline(step, names, dialect), "timeline")),
    )
    values: list[exp.Expr] = [column_of(step.row, dialect), column_of(names.asked, dialect)]
    for name, output in step.columns:
        values.append(_alias(_first(step, names, name, dialect), output, dialect, quoted=True))
    found = exp.Select(expressions=values, from_=exp.From(this=_subquery(inner, "grouped")))
    outputs = [exp.Column(this=name_of(output, dialect, quoted=True)) for _, output in step.columns]
    return exp.Select(
        expressions=[column_of(step.row, dialect), *outputs],
        from_=exp.From(this=_subquery(found, "found")),
        where=exp.Where(
            this=exp.EQ(this=column_of(names.asked, dialect), expression=exp.Literal.number(1))
        ),
    )


class _Names:
    """Names of the timeline's own columns, apart from those of the rows and outputs."""

    def __init__(self, step: Latest) -> None:
        taken = {step.row, step.event, *(other for _, other in step.keys)}
        taken |= {name for pair in step.columns for name in pair}
        self.at = free_name("timeline_at", taken)
        self.asked = free_name("asked", taken)
        self.as_of = free_name("asked_as_of", taken)
        self.group = free_name("row_group", taken)
        # Two columns of the spine may equal one of the rows, and a key may be the event's time.
        self.keys: list[str] = []
        for _, other in step.keys:
            again = other in (step.event, *self.keys)
            self.keys.append(free_name(f"{other}_key", {*taken, *self.keys}) if again else other)


def _alias(value: exp.Expr, name: str, dialect: Dialect, *, quoted: bool = False) -> exp.Expr:
    return exp.Alias(this=value, alias=name_of(name, dialect, quoted=quoted))


def _named(column: exp.Column, name: str, dialect: Dialect) -> exp.Expr:
    return column if column.name == name else _alias(column, name, dialect)


def _subquery(tree: exp.Query, name: str) -> exp.Subquery:
    return exp.Subquery(this=tree, alias=exp.TableAlias(this=exp.to_identifier(name)))


def _timeline(step: Latest, names: _Names, dialect: Dialect) -> exp.Union:
    event = column_of(step.event, dialect)
    columns = dict.fromkeys(name for name, _ in step.columns)
    columns.pop(step.event, None)
    types = dict(zip((name for name, _ in step.columns), step.types, strict=True))
    carried = [name for name in columns if name not in names.keys]
    own = [column_of(other, dialect) for _, other in step.keys]
    rows = exp.Select(
        expressions=[
            *(_named(key, name, dialect) for key, name in zip(own, names.keys, strict=True)),
            _alias(event.copy(), names.at, dialect),
            _alias(exp.Literal.number(0), names.asked, dialect),
            _alias(cast(exp.Null(), dialect.type_name(INT64)), step.row, dialect),
            _alias(cast(exp.Null(), dialect.type_name(TIMESTAMP)), names.as_of, dialect),
            event,
            *(column_of(name, dialect) for name in carried),
        ],
        from_=exp.From(this=table_of(step.rows, dialect)),
    )
    asked = exp.Select(
        expressions=[
            *(column_of(mine, dialect, step.spine) for mine, _ in step.keys),
            visible_at(step, dialect),
            exp.Literal.number(1),
            column_of(step.row, dialect, step.spine),
            column_of(step.as_of, dialect, step.spine),
            cast(exp.Null(), dialect.type_name(TIMESTAMP)),
            *(cast(exp.Null(), dialect.type_name(types[name])) for name in carried),
        ],
        from_=exp.From(this=table_of(step.spine, dialect)),
    )
    return exp.Union(this=rows, expression=asked, distinct=False)


def _partition(names: _Names, dialect: Dialect) -> list[exp.Expr]:
    return [column_of(key, dialect) for key in names.keys]


def _group(step: Latest, names: _Names, dialect: Dialect) -> exp.Window:
    """How many rows of the key have come so far: spine rows count nothing."""
    row = exp.Sub(this=exp.Literal.number(1), expression=column_of(names.asked, dialect))
    order = [
        exp.Ordered(this=column_of(names.at, dialect), nulls_first=False),
        exp.Ordered(this=column_of(names.asked, dialect)),
    ]
    return exp.Window(
        this=exp.Sum(this=row),
        partition_by=_partition(names, dialect),
        order=exp.Order(expressions=order),
        spec=exp.WindowSpec(
            kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"
        ),
    )


def _first(step: Latest, names: _Names, name: str, dialect: Dialect) -> exp.Expr:
    """The value of the group's row, where the spine row has a time and the row is fresh."""

    def first(column: str) -> exp.Window:
        return exp.Window(
            this=exp.FirstValue(this=column_of(column, dialect)),
            partition_by=[*_partition(names, dialect), column_of(names.group, dialect)],
            order=exp.Order(expressions=[exp.Ordered(this=column_of(names.asked, dialect))]),
        )

    there = exp.Is(this=column_of(names.at, dialect), expression=exp.Not(this=exp.Null()))
    test: exp.Expr = there
    if name in names.keys:
        # A key's own value is on the spine row too; only a row of the group makes it a match.
        matched = exp.Is(this=first(step.event), expression=exp.Not(this=exp.Null()))
        test = exp.And(this=test, expression=matched)
    if step.ttl is not None:
        oldest = back(column_of(names.as_of, dialect), step.ttl)
        test = exp.And(this=test, expression=exp.GTE(this=first(step.event), expression=oldest))
    return exp.Case(ifs=[exp.If(this=test, true=first(name))])
