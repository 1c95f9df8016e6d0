"""ASOF over rows with ties: any of the tied rows matches, then the winner takes its place."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect
from seeknal.compiler.lower.joins import first_ranked, left_join, rank, same_keys, visible_at
from seeknal.compiler.lower.names import column_of, free_name, name_of, table_of
from seeknal.compiler.lower.values import all_of
from seeknal.compiler.lower.windows import back
from seeknal.compiler.plan import Latest

_MATCHED, _TIED, _WINNERS = "matched", "tied", "winners"
_TIME, _AS_OF, _KEY = "matched_time", "matched_as_of", "matched_key"


def lower_asof_late_ties(step: Latest, dialect: Dialect) -> exp.Select:
    """The spine ASOF the rows; where several rows have the matched key and time, the first."""
    own_keys = [other for _, other in step.keys]
    matched = _cte(_MATCHED, _match(step, dialect), dialect, materialized=True)
    tied = _cte(_TIED, _tied(step, own_keys, dialect), dialect, materialized=True)
    winners = _cte(_WINNERS, _winners(step, own_keys, dialect), dialect)
    tree = left_join(
        _columns(step, own_keys, dialect),
        _MATCHED,
        table_of(_WINNERS, dialect),
        _on_match(_WINNERS, own_keys, step, dialect),
        dialect,
    )
    tree.set("with_", exp.With(expressions=[matched, tied, winners]))
    return tree


def _cte(
    name: str, tree: exp.Select, dialect: Dialect, *, materialized: bool | None = None
) -> exp.CTE:
    alias = exp.TableAlias(this=name_of(name, dialect))
    return exp.CTE(this=tree, alias=alias, materialized=materialized)


def _match(step: Latest, dialect: Dialect) -> exp.Select:
    tests = same_keys(step.spine, step.rows, step.keys, dialect)
    event = column_of(step.event, dialect, step.rows)
    tests.append(exp.GTE(this=visible_at(step, dialect), expression=event))
    columns: list[exp.Expr] = [
        *(column_of(name, dialect, step.spine) for name in step.carried or (step.row,)),
        exp.Alias(
            this=column_of(step.as_of, dialect, step.spine),
            alias=name_of(_own(_AS_OF, step), dialect),
        ),
        exp.Alias(this=event.copy(), alias=name_of(_own(_TIME, step), dialect)),
    ]
    columns += [
        exp.Alias(
            this=column_of(other, dialect, step.rows),
            alias=name_of(_own(f"{_KEY}_{index}", step), dialect),
        )
        for index, (_, other) in enumerate(step.keys)
    ]
    columns += [
        exp.Alias(
            this=column_of(name, dialect, step.rows), alias=name_of(output, dialect, quoted=True)
        )
        for name, output in step.columns
    ]
    return left_join(columns, step.spine, table_of(step.rows, dialect), tests, dialect, "ASOF")


def _own(name: str, step: Latest) -> str:
    """A name of a column of the matched rows that no output has."""
    return free_name(name, [*step.carried, *(output for _, output in step.columns)])


def _on_match(table: str, keys: list[str], step: Latest, dialect: Dialect) -> list[exp.Expr]:
    pairs = [(_own(f"{_KEY}_{index}", step), key) for index, key in enumerate(keys)]
    pairs.append((_own(_TIME, step), step.event))
    return same_keys(_MATCHED, table, tuple(pairs), dialect)


def _tied(step: Latest, keys: list[str], dialect: Dialect) -> exp.Select:
    """Keys and times that matched and that several rows have."""
    columns = [column_of(name, dialect, step.rows) for name in (*keys, step.event)]
    several = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    on = all_of(_on_match(step.rows, keys, step, dialect))
    return exp.Select(
        expressions=columns,
        from_=exp.From(this=table_of(step.rows, dialect)),
        joins=[exp.Join(this=table_of(_MATCHED, dialect), kind="SEMI", on=on)],
        group=exp.Group(expressions=[column.copy() for column in columns]),
        having=exp.Having(this=several),
    )


def _winners(step: Latest, keys: list[str], dialect: Dialect) -> exp.Select:
    taken = dict.fromkeys([*keys, step.event, *(name for name, _ in step.columns)])
    order = rank([*keys, step.event], [], step.ties, step.rows, dialect, step.rows)
    same = tuple((name, name) for name in (*keys, step.event))
    on = all_of(same_keys(_TIED, step.rows, same, dialect))
    ranked = exp.Select(
        expressions=[
            *(column_of(name, dialect, step.rows) for name in taken),
        ],
        from_=exp.From(this=table_of(step.rows, dialect)),
        joins=[exp.Join(this=table_of(_TIED, dialect), kind="SEMI", on=on)],
    )
    return first_ranked(ranked, order, dialect)


def _columns(step: Latest, keys: list[str], dialect: Dialect) -> list[exp.Expr]:
    won = exp.Is(this=column_of(keys[0], dialect, _WINNERS), expression=exp.Not(this=exp.Null()))
    found: list[exp.Expr] = [
        column_of(name, dialect, _MATCHED) for name in step.carried or (step.row,)
    ]
    for name, output in step.columns:
        matched = exp.Column(
            this=name_of(output, dialect, quoted=True), table=name_of(_MATCHED, dialect)
        )
        winner = column_of(name, dialect, _WINNERS)
        value: exp.Expr = exp.Case(ifs=[exp.If(this=won.copy(), true=winner)], default=matched)
        if step.ttl is not None:
            oldest = back(column_of(_own(_AS_OF, step), dialect, _MATCHED), step.ttl)
            fresh = exp.GTE(this=column_of(_own(_TIME, step), dialect, _MATCHED), expression=oldest)
            value = exp.Case(ifs=[exp.If(this=fresh, true=value)])
        found.append(exp.Alias(this=value, alias=name_of(output, dialect, quoted=True)))
    return found
