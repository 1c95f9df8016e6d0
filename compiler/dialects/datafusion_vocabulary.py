"""DataFusion's table of differences in a user's SQL: its own rules over the shared ones."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.datafusion_numbers import RULES as NUMBERS
from seeknal.compiler.dialects.datafusion_numbers import comparing_doubles
from seeknal.compiler.dialects.datafusion_text import RULES as TEXT
from seeknal.compiler.dialects.datafusion_types import type_name
from seeknal.compiler.dialects.rules import aggregates, numbers, operators, text, times
from seeknal.compiler.dialects.rules.common import COMMON
from seeknal.compiler.dialects.rules.vocabulary import (
    CASTS,
    Rule,
    Vocabulary,
    later,
    literal_number,
)
from seeknal.compiler.dialects.typed import INT64, STRING, TIMESTAMP, typed
from seeknal.compiler.types import Kind


def _days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    return exp.Sub(this=later, expression=earlier)


def _add_days(day: exp.Expr, days: exp.Expr) -> exp.Expr:
    if isinstance(days, exp.Neg):
        return exp.Sub(this=day, expression=days.this)
    return exp.Add(this=day, expression=days)


def _part(name: str, operand: exp.Expr) -> exp.Expr:
    taken = exp.Extract(this=exp.Var(this=name), expression=operand)
    return taken if name == "EPOCH" else cast(taken, "BIGINT")


def _truncate(unit: str, time: exp.Expr) -> exp.Expr:
    """The last pass says it: windows of calendar units have it, too."""
    return exp.TimestampTrunc(this=time, unit=exp.Var(this=unit))


def _unsigned(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    """Places in an order are unsigned, and what is taken from one would wrap."""
    return later(node, INT64)


def _ntile(node: exp.Ntile, words: Vocabulary) -> exp.Expr:
    return later(aggregates.MORE[exp.Ntile](node, words), INT64)


def _make_timestamp(node: exp.TimestampFromParts, words: Vocabulary) -> exp.Expr:
    """A time that is written out becomes its text: there is no function of six parts."""
    names = ("year", "month", "day", "hour", "min", "sec")
    parts = [node.args.get(name) for name in names]
    seconds = parts[-1].find(exp.Literal) if isinstance(parts[-1], exp.Expr) else None
    whole = [literal_number(part) for part in parts[:-1]]
    if node.args.get("zone") or seconds is None or None in whole:
        raise Unsupported(node, "MAKE_TIMESTAMP of computed parts", "add INTERVALs to a MAKE_DATE")
    year, month, day, hour, minute = (part for part in whole if part is not None)
    clock = f"{hour:02}:{minute:02}:{float(seconds.name):09.6f}"
    written = exp.Literal.string(f"{year:04}-{month:02}-{day:02} {clock}")
    return typed(cast(written, type_name(TIMESTAMP)), TIMESTAMP)


def _try_in(node: exp.In, words: Vocabulary) -> exp.Expr:
    query = node.args.get("query")
    if query is None:
        return comparing_doubles(operators.RULES[exp.In])(node, words)
    return operators.RULES[exp.In](node, words)


def _right(node: exp.Anonymous, words: Vocabulary) -> exp.Expr:
    return typed(node, STRING)


_COMPARED = (exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)
_RULES: dict[type[exp.Expr], Rule] = {
    **COMMON,
    **operators.MORE,
    **aggregates.MORE,
    **numbers.MORE,
    **text.MORE,
    **times.MORE,
    **NUMBERS,
    **TEXT,
    **{node: comparing_doubles(operators.RULES[node]) for node in (*_COMPARED, exp.Between)},
    exp.In: _try_in,
    exp.Median: aggregates.median,
    exp.Ntile: _ntile,
    **dict.fromkeys((exp.RowNumber, exp.Rank, exp.DenseRank), _unsigned),
    exp.DateFromParts: times.make_date,
    exp.TimestampFromParts: _make_timestamp,
}

_NUMBERS = (Kind.INT64, Kind.DOUBLE, Kind.DECIMAL)
WORDS = Vocabulary(
    rules=_RULES,
    named={**times.NAMED, **times.NOW, "right": (2, _right)},
    casts=CASTS
    | {(Kind.DOUBLE, Kind.INT64), (Kind.DECIMAL, Kind.INT64), (Kind.STRING, Kind.DATE)}
    | {(Kind.STRING, kind) for kind in (*_NUMBERS, Kind.BOOLEAN, Kind.STRING)}
    | {(Kind.DOUBLE, Kind.BOOLEAN), (Kind.DECIMAL, Kind.BOOLEAN), (Kind.BOOLEAN, Kind.DECIMAL)},
    spelt=frozenset({Kind.INT64, Kind.DECIMAL, Kind.DATE, Kind.BOOLEAN}),
    parts=times.PARTS,
    units=times.UNITS,
    type_name=type_name,
    days_between=_days_between,
    add_days=_add_days,
    extract=_part,
    truncate=_truncate,
    infinity=None,
    exact_literals=False,
    greatest_skips_null=True,
    has_is_true=True,
    has_filter=True,
    has_distinct_on=True,
    # The last pass changes windows where it sees their frames.
    has_named_windows=False,
    has_groups_by_alias=True,
    has_values=True,
    has_column_aliases=True,
    has_recursion=True,
    # Only by equality, and not in every plan.
    has_scalar_correlation=False,
)
