"""ASOF over rows with ties: the key and time that match, then the first row that has them."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect
from seeknal.compiler.lower.joins import first_ranked, left_join, rank, same_keys
from seeknal.compiler.lower.names import column_of, free_name, name_of, table_of
from seeknal.compiler.lower.packed import Sides, sides_of
from seeknal.compiler.lower.values import all_of
from seeknal.compiler.lower.windows import back
from seeknal.compiler.plan import Latest

_MATCHED, _WINNERS = "matched", "winners"
_AS_OF, _KEY = "matched_as_of", "matched_key"


def lower_asof_late_ties(step: Latest, dialect: Dialect) -> exp.Select:
    """The spine ASOF the rows; of the rows that have the matched key and time, the first."""
    matched = _cte(_MATCHED, _match(step, dialect), dialect, materialized=True)
    winners = _cte(_WINNERS, _winners(step, dialect), dialect)
    on = same_keys(_MATCHED, _WINNERS, _pairs(step, sides_of(step, dialect, columns=())), dialect)
    tree = left_join(_columns(step, dialect), _MATCHED, table_of(_WINNERS, dialect), on, dialect)
    tree.set("with_", exp.With(expressions=[matched, winners]))
    return tree


def _cte(
    name: str, tree: exp.Select, dialect: Dialect, *, materialized: bool | None = None
) -> exp.CTE:
    alias = exp.TableAlias(this=name_of(name, dialect))
    return exp.CTE(this=tree, alias=alias, materialized=materialized)


def _match(step: Latest, dialect: Dialect) -> exp.Select:
    """Each spine row with the key and time that it matched. They alone are sorted: no value is."""
    sides = sides_of(step, dialect, columns=())
    columns: list[exp.Expr] = [
        column_of(name, dialect, step.spine) for name in step.carried or (step.row,)
    ]
    if step.ttl is not None:
        as_of = column_of(step.as_of, dialect, step.spine)
        columns.append(exp.Alias(this=as_of, alias=name_of(_own(_AS_OF, step), dialect)))
    for own, name in _pairs(step, sides):
        value: exp.Expr = column_of(name, dialect, step.rows)
        if sides.found is not None:
            value = exp.Case(ifs=[exp.If(this=sides.found.copy(), true=value)])
        columns.append(exp.Alias(this=value, alias=name_of(own, dialect)))
    return left_join(columns, sides.spine, sides.rows, [*sides.tests], dialect, "ASOF")


def _own(name: str, step: Latest) -> str:
    """A name of a column of the matched rows that no column of the spine has."""
    return free_name(name, step.carried or (step.row,))


def _pairs(step: Latest, sides: Sides) -> tuple[tuple[str, str], ...]:
    """(column of the matched rows, column of the rows) that are equal where a row has matched."""
    return tuple((_own(f"{_KEY}_{index}", step), name) for index, name in enumerate(sides.identity))


def _winners(step: Latest, dialect: Dialect) -> exp.Select:
    taken = dict.fromkeys(name for name, _ in step.columns)
    if step.ttl is not None:
        taken[step.event] = None
    read = dict.fromkeys([*taken, *(tie.column.name for tie in step.ties)])
    sides = sides_of(step, dialect, columns=tuple(read))
    identity = [*sides.identity]
    order = rank(identity, [], step.ties, step.rows, dialect, step.rows)
    on = all_of(same_keys(_MATCHED, step.rows, _pairs(step, sides), dialect))
    ranked = exp.Select(
        expressions=[
            column_of(name, dialect, step.rows) for name in dict.fromkeys([*identity, *taken])
        ],
        from_=exp.From(this=sides.rows),
        joins=[exp.Join(this=table_of(_MATCHED, dialect), kind="SEMI", on=on)],
    )
    return first_ranked(ranked, order, dialect)


def _columns(step: Latest, dialect: Dialect) -> list[exp.Expr]:
    found: list[exp.Expr] = [
        column_of(name, dialect, _MATCHED) for name in step.carried or (step.row,)
    ]
    for name, output in step.columns:
        value: exp.Expr = column_of(name, dialect, _WINNERS)
        if step.ttl is not None:
            oldest = back(column_of(_own(_AS_OF, step), dialect, _MATCHED), step.ttl)
            fresh = exp.GTE(this=column_of(step.event, dialect, _WINNERS), expression=oldest)
            value = exp.Case(ifs=[exp.If(this=fresh, true=value)])
        found.append(exp.Alias(this=value, alias=name_of(output, dialect, quoted=True)))
    return found
