"""Aggregates and window functions, said so that a dialect returns DuckDB's rows.

A rule takes a node whose operands are already rewritten and typed, and returns its replacement
with a type. Where an operand's type is not known, as in macros, the author's word is taken.
"""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.rules.portable import truth_as_number
from seeknal.compiler.dialects.rules.vocabulary import (
    Rule,
    Vocabulary,
    as_double,
    collated,
    later,
    literal_number,
)
from seeknal.compiler.dialects.typed import (
    BOOLEAN,
    DECIMAL,
    DOUBLE,
    INT64,
    STRING,
    common_type,
    expect,
    type_of,
    typed,
)
from seeknal.compiler.types import Kind


def aggregated(node: exp.Expr) -> exp.Expr:
    """What is aggregated, below DISTINCT."""
    operand = node.this
    if not isinstance(operand, exp.Distinct):
        assert isinstance(operand, exp.Expr)
        return operand
    if len(operand.expressions) != 1:
        raise Unsupported(node, "DISTINCT of several columns", "aggregate one column")
    first = operand.expressions[0]
    assert isinstance(first, exp.Expr)
    return first


def with_operand(node: exp.Expr, operand: exp.Expr) -> None:
    """Put another operand into an aggregate, below DISTINCT."""
    if isinstance(node.this, exp.Distinct):
        node.this.set("expressions", [operand])
    else:
        node.set("this", operand)


# -- sums: which of the three a dialect takes says what its SUM of int64 does ---------------------


def sum_cast_after(node: exp.Sum, words: Vocabulary) -> exp.Expr:
    """The engine widens a sum of int64 and checks the cast back: PostgreSQL, Snowflake, …"""
    operand = aggregated(node)
    expect(node, operand, "number")
    kind = type_of(operand)
    if kind == INT64:
        return later(node, INT64)
    return typed(node, DECIMAL if kind is not None and kind.kind is Kind.DECIMAL else kind)


def sum_over_decimal(node: exp.Sum, words: Vocabulary) -> exp.Expr:
    """A sum of int64 would wrap silently: it is added up as DECIMAL(38, 0)."""
    operand = aggregated(node)
    if type_of(operand) == INT64:
        with_operand(node, cast(operand.copy(), "DECIMAL(38, 0)"))
        return later(node, INT64)
    return sum_cast_after(node, words)


def sum_checked(node: exp.Sum, words: Vocabulary) -> exp.Expr:
    """A sum of int64 is an int64 or an error: Spark with ANSI on, BigQuery, Trino."""
    operand = aggregated(node)
    if type_of(operand) == INT64:
        return typed(node, INT64)
    return sum_cast_after(node, words)


# -- other aggregates -------------------------------------------------------------------------


def mean_of_double(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    """AVG, STDDEV and their like over doubles: of exact numbers engines give other types."""
    operand = aggregated(node)
    expect(node, operand, "number")
    if type_of(operand) not in (DOUBLE, None):
        with_operand(node, as_double(operand.copy()))
    if isinstance(node, exp.Stddev):
        return typed(exp.StddevSamp(this=node.this), DOUBLE)
    return typed(node, DOUBLE)


def mean_cast_after(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    """AVG, STDDEV and their like where the engine computes them exactly: cast to DOUBLE."""
    operand = aggregated(node)
    expect(node, operand, "number")
    if type_of(operand) in (DOUBLE, None):
        return typed(node, DOUBLE)
    return later(node, DOUBLE)


def _count(node: exp.Count, words: Vocabulary) -> exp.Expr:
    if not isinstance(node.this, exp.Star):
        aggregated(node)
    return typed(node, INT64)


def count_if(node: exp.CountIf, words: Vocabulary) -> exp.Expr:
    """A sum of ones and zeros: of no row, and of NULLs alone, it is NULL, as on DuckDB."""
    expect(node, node.this, "truth value")
    return typed(exp.Sum(this=truth_as_number(node.this)), INT64)


def extreme(node: exp.Max | exp.Min, words: Vocabulary) -> exp.Expr:
    """MIN and MAX; the least of truth values is whether all are true."""
    if node.expressions:
        raise Unsupported(node, "the n greatest of a column", "rank the rows with ROW_NUMBER")
    operand = aggregated(node)
    kind = type_of(operand)
    if kind == BOOLEAN:
        merged = exp.LogicalAnd if isinstance(node, exp.Min) else exp.LogicalOr
        rule = words.rules.get(merged)
        if rule is None:
            raise Unsupported(node, "the extremes of truth values", "take MAX of a CASE")
        return rule(merged(this=operand.copy()), words)
    if kind == STRING:
        operand.replace(collated(operand.copy(), words))
    return typed(node, kind)


def truth(node: exp.LogicalAnd | exp.LogicalOr, words: Vocabulary) -> exp.Expr:
    """BOOL_AND and BOOL_OR, where the engine has them."""
    expect(node, node.this, "truth value")
    return typed(node, BOOLEAN)


def median(node: exp.Median, words: Vocabulary) -> exp.Expr:
    """An exact median of int64 or doubles, where the engine has one."""
    kind = type_of(aggregated(node))
    if kind is not None and kind not in (INT64, DOUBLE):
        raise Unsupported(node, f"MEDIAN of a {kind}", "cast it to DOUBLE first")
    return typed(node, DOUBLE)


# -- windows ---------------------------------------------------------------------------------


def _int64(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    return typed(node, INT64)


def _double(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    return typed(node, DOUBLE)


def _ntile(node: exp.Ntile, words: Vocabulary) -> exp.Expr:
    if literal_number(node.this) is None and type_of(node.this) is not None:
        raise Unsupported(node, "NTILE of a computed number", "write the number out")
    return typed(node, INT64)


def value_of(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    """LAG, FIRST_VALUE and their like, a written number of rows away."""
    place = node.args.get("offset")
    if place is not None and type_of(place) is not None and literal_number(place) is None:
        raise Unsupported(node, "a computed number of rows", "write the number out")
    default = node.args.get("default")
    if default is not None:
        kind = common_type(node, [node.this, default])
        known = type_of(node.this)
        if known is not None and kind is not None and known.kind is not kind.kind:
            raise Unsupported(node, f"a default of another type than {known}", "cast the default")
    return typed(node, type_of(node.this))


MEANS: dict[type[exp.Expr], Rule] = dict.fromkeys(
    (exp.Avg, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop),
    mean_of_double,
)
RULES: dict[type[exp.Expr], Rule] = {
    **MEANS,
    exp.Sum: sum_over_decimal,
    exp.Count: _count,
    exp.CountIf: count_if,
    exp.Max: extreme,
    exp.Min: extreme,
    **dict.fromkeys((exp.RowNumber, exp.Rank, exp.DenseRank), _int64),
}
"""What every dialect has. SUM is the safe one; a dialect may take another of the three."""

MORE: dict[type[exp.Expr], Rule] = {
    **dict.fromkeys((exp.LogicalAnd, exp.LogicalOr), truth),
    **dict.fromkeys((exp.PercentRank, exp.CumeDist), _double),
    exp.Ntile: _ntile,
    **dict.fromkeys((exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue), value_of),
}
"""What most dialects have, each to be run on the engine before it is taken."""
