"""PostgreSQL's table of differences in a user's SQL: its own rules over the shared ones."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.letters import NEW, capitals
from seeknal.compiler.dialects.postgres_types import type_name
from seeknal.compiler.dialects.rules import aggregates, numbers, operators, text, times
from seeknal.compiler.dialects.rules.arithmetic import arithmetic
from seeknal.compiler.dialects.rules.casts import as_text
from seeknal.compiler.dialects.rules.common import COMMON
from seeknal.compiler.dialects.rules.vocabulary import (
    Rule,
    Vocabulary,
    collated,
    literal_number,
)
from seeknal.compiler.dialects.typed import (
    BOOLEAN,
    DOUBLE,
    INT64,
    STRING,
    expect,
    is_text,
    type_of,
    typed,
)
from seeknal.compiler.types import DataType, Kind

# What PostgreSQL counts in 32 bits and DuckDB in 64.
_NARROW = (exp.Length, exp.StrPosition, exp.Ntile)


def _type_name(data_type: DataType) -> str:
    return "DOUBLE" if data_type.kind is Kind.DOUBLE else type_name(data_type)


def _byte_order(node: exp.Expr) -> exp.Expr:
    primary = isinstance(node, exp.Column | exp.Literal | exp.Func | exp.Paren | exp.Case)
    operand = node if primary else exp.Paren(this=node)
    return exp.Collate(this=operand, expression=exp.Identifier(this="C", quoted=True))


def _days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    return exp.Sub(this=later, expression=earlier)


def _add_days(day: exp.Expr, days: exp.Expr) -> exp.Expr:
    if isinstance(days, exp.Neg):
        return exp.Sub(this=day, expression=_int32(days.this.unnest()))
    return exp.Add(this=day, expression=_int32(days))


def _int32(operand: exp.Expr) -> exp.Expr:
    return operand if literal_number(operand) is not None else cast(operand, "INT")


def _times(node: exp.Mul, words: Vocabulary) -> exp.Expr:
    """Products of numbers that PostgreSQL counts in 32 bits are widened first."""
    for key in ("this", "expression"):
        operand = node.args[key].unnest()
        days = isinstance(operand, exp.Sub) and type_of(operand.this) != INT64
        if type_of(operand) == INT64 and (days or isinstance(operand, _NARROW)):
            node.set(key, typed(cast(operand, "BIGINT"), INT64))
    return arithmetic(node, words)


def _like(node: exp.Like | exp.ILike, words: Vocabulary) -> exp.Expr:
    """DuckDB has no escape in a pattern unless it is named; PostgreSQL has the backslash."""
    for operand in (node.this, node.expression):
        expect(node, operand, "text")
    pattern = node.expression
    if isinstance(node, exp.ILike):
        if not is_text(pattern) or not pattern.name.isascii():
            raise Unsupported(
                node, "ILIKE with a pattern beyond ASCII", "compare LOWER of both with LIKE"
            )
        node.set("this", collated(node.this, words))
    plain = is_text(pattern) and "\\" not in pattern.name
    if plain or isinstance(node.parent, exp.Escape):
        return typed(node, BOOLEAN)
    return typed(exp.Escape(this=node, expression=exp.Literal.string("")), BOOLEAN)


def _escape(node: exp.Escape, words: Vocabulary) -> exp.Expr:
    return typed(node, BOOLEAN)


def _case_of(node: exp.Lower | exp.Upper, words: Vocabulary) -> exp.Expr:
    """By Unicode's simple mapping, as DuckDB: a database's own locale may know ASCII alone."""
    text.text(node, "this")
    if isinstance(node, exp.Lower):
        return collated(typed(exp.Lower(this=_by_unicode(node.this)), STRING), words)
    upper = capitals(
        node.this, "TRANSLATE", lambda letters: exp.Upper(this=_by_unicode(letters)), NEW
    )
    return collated(typed(upper, STRING), words)


def _by_unicode(value: exp.Expr) -> exp.Expr:
    plain = isinstance(value, exp.Column | exp.Func)
    operand = value if plain else exp.Paren(this=value)
    name = exp.Identifier(this="pg_c_utf8", quoted=True)
    return exp.Collate(this=operand, expression=name)


def _concat(node: exp.Concat | exp.ConcatWs, words: Vocabulary) -> exp.Expr:
    """Joined text; PostgreSQL joins all but truth values as DuckDB spells them."""
    parts = []
    for operand in node.expressions:
        spelt = as_text(operand.copy(), node, words)
        parts.append(spelt if type_of(operand) == BOOLEAN else operand)
    node.set("expressions", parts)
    return typed(node, STRING)


def _right(node: exp.Anonymous, words: Vocabulary) -> exp.Expr:
    return typed(node, STRING)


def _whole(node: exp.Ceil | exp.Floor, words: Vocabulary) -> exp.Expr:
    """Of an int64 it is a double anyway."""
    kind = numbers.number(node)
    if kind is not None and kind.kind is Kind.DECIMAL:
        return numbers.whole_number(node, words)
    return typed(node, None if kind is None else DOUBLE)


def _sign(node: exp.Sign, words: Vocabulary) -> exp.Expr:
    if numbers.number(node) is None:
        return typed(node, None)
    return typed(cast(node, "BIGINT"), INT64)


def _part(name: str, operand: exp.Expr) -> exp.Expr:
    taken: exp.Expr = exp.Extract(this=exp.Var(this=name), expression=operand)
    if name == "EPOCH":
        return cast(taken, "DOUBLE")
    if name == "SECOND":
        taken = exp.Floor(this=taken)
    return cast(taken, "BIGINT")


def _truncate(unit: str, time: exp.Expr) -> exp.Expr:
    written = exp.Literal.string(unit.lower())
    return exp.Anonymous(this="DATE_TRUNC", expressions=[written, time])


_RULES: dict[type[exp.Expr], Rule] = {
    **COMMON,
    **operators.MORE,
    **aggregates.MORE,
    **numbers.MORE,
    **text.MORE,
    **times.MORE,
    exp.Mul: _times,
    exp.Trim: text.trim_every_space,
    exp.Like: _like,
    exp.ILike: _like,
    exp.Escape: _escape,
    exp.Sum: aggregates.sum_cast_after,
    **dict.fromkeys(aggregates.MEANS, aggregates.mean_cast_after),
    exp.Median: aggregates.median,
    exp.Sign: _sign,
    **dict.fromkeys((exp.Ceil, exp.Floor), _whole),
    **dict.fromkeys((exp.Lower, exp.Upper), _case_of),
    **dict.fromkeys((exp.Concat, exp.ConcatWs), _concat),
    exp.DateFromParts: times.make_date,
    exp.TimestampFromParts: times.make_timestamp,
}

_NUMBERS = (Kind.INT64, Kind.DOUBLE, Kind.DECIMAL)
_TIMES = (Kind.DATE, Kind.TIMESTAMP)
_TRUTH = (*_NUMBERS, Kind.STRING, Kind.BOOLEAN)

WORDS = Vocabulary(
    rules=_RULES,
    named={**times.NAMED, **times.NOW, "right": (2, _right)},
    casts=frozenset(
        {
            *((a, b) for a in _TRUTH for b in (*_NUMBERS, Kind.BOOLEAN)),
            *((a, b) for a in (*_TIMES, Kind.STRING) for b in _TIMES),
        }
    ),
    # Dates and times have PostgreSQL's default spelling (`DateStyle` ISO), which is DuckDB's.
    spelt=frozenset({*_NUMBERS, *_TIMES, Kind.BOOLEAN}) - {Kind.DOUBLE},
    parts=times.PARTS,
    units=times.UNITS,
    type_name=_type_name,
    byte_order=_byte_order,
    days_between=_days_between,
    add_days=_add_days,
    extract=_part,
    truncate=_truncate,
    aligned=False,
    greatest_skips_null=True,
    casts_truth=True,
    has_is_true=True,
    has_filter=True,
    has_distinct_on=True,
    has_named_windows=True,
    has_groups_by_alias=True,
    has_values=True,
    has_column_aliases=True,
    has_recursion=True,
    has_all_of_sets=True,
)
