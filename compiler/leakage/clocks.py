"""Expressions whose value depends on when the SQL runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlglot import exp
from sqlglot.optimizer.scope import walk_in_scope

_KINDS = (
    exp.CurrentDate,
    exp.CurrentDatetime,
    exp.CurrentTime,
    exp.CurrentTimestamp,
    exp.Localtime,
    exp.Localtimestamp,
)
_NAMES = frozenset(
    "now today transaction_timestamp get_current_timestamp get_current_time "
    "current_localtime current_localtimestamp current_date current_timestamp".split()
)
_DAYS = (exp.CurrentDate,)
_TIMES_OF_DAY = (exp.CurrentTime, exp.Localtime)


def is_clock(node: exp.Expr) -> bool:
    """True for `now()`, `CURRENT_DATE` and their like; `age(x)` counts from the clock, too."""
    if isinstance(node, _KINDS):
        return True
    if not isinstance(node, exp.Anonymous):
        return False
    name = node.name.casefold()
    return name in _NAMES or (name == "age" and len(node.expressions) == 1)


def clocks_in(node: exp.Expr) -> Iterator[exp.Expr]:
    """The clocks of an expression, those of its subqueries left out."""
    return (part for part in walk_in_scope(node) if is_clock(part))


def has_clock(tree: exp.Expr) -> bool:
    """True where a clock stands anywhere in the statement."""
    return any(is_clock(node) for node in tree.walk())


def stopped(tree: exp.Query, at: datetime) -> exp.Query:
    """A copy of the statement in which every clock stands still at `at` (UTC)."""
    copy = tree.copy()
    for node in list(copy.walk()):
        if is_clock(node):
            node.replace(_literal(node, at))
    return copy


def _literal(node: exp.Expr, at: datetime) -> exp.Expr:
    if isinstance(node, exp.Anonymous) and node.name.casefold() == "age":
        arguments = [_stamp(at, "TIMESTAMP"), node.expressions[0].copy()]
        return exp.Anonymous(this="age", expressions=arguments)
    if isinstance(node, _DAYS) or (
        isinstance(node, exp.Anonymous) and node.name.casefold() in ("today", "current_date")
    ):
        return exp.Cast(this=_stamp(at, "TIMESTAMP"), to=exp.DataType.build("DATE"))
    if isinstance(node, _TIMES_OF_DAY) or node.name.casefold().endswith("time"):
        return exp.Cast(this=_stamp(at, "TIMESTAMP"), to=exp.DataType.build("TIME"))
    if isinstance(node, exp.Localtimestamp) or node.name.casefold() == "current_localtimestamp":
        return _stamp(at, "TIMESTAMP")
    return _stamp(at, "TIMESTAMPTZ")


def _stamp(at: datetime, kind: str) -> exp.Expr:
    text = exp.Literal.string(at.isoformat(sep=" "))
    return exp.Cast(this=text, to=exp.DataType.build(kind, dialect="duckdb"))
