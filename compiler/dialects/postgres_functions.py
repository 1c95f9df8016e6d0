"""Functions of DuckDB's vocabulary, said so that PostgreSQL returns the same rows.

A rule takes a node whose operands are already rewritten and typed, and returns its replacement
with a type. Where an operand's type is not known, as in macros, the author's word is taken.
"""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.postgres_casts import as_double, collated, half_away, literal_number
from seeknal.compiler.dialects.postgres_text import RULES as TEXT
from seeknal.compiler.dialects.postgres_times import RULES as TIMES
from seeknal.compiler.dialects.typed import (
    BOOLEAN,
    DECIMAL,
    DOUBLE,
    INT64,
    STRING,
    Rule,
    common_type,
    expect,
    type_of,
    typed,
)
from seeknal.compiler.types import DataType, Kind

# The type that an aggregate's result is cast to, outside its FILTER and OVER.
AFTER = "seeknal_cast_after"


def later(node: exp.Expr, data_type: DataType) -> exp.Expr:
    """An aggregate that PostgreSQL gives another type: cast where its FILTER and OVER end."""
    node.meta[AFTER] = data_type
    return typed(node, data_type)


def _number(node: exp.Expr) -> DataType | None:
    expect(node, node.this, "number")
    return type_of(node.this)


# -- aggregates ------------------------------------------------------------------------------


def _aggregated(node: exp.Expr) -> exp.Expr:
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


def _sum(node: exp.Sum) -> exp.Expr:
    operand = _aggregated(node)
    expect(node, operand, "number")
    kind = type_of(operand)
    if kind == INT64:
        return later(node, INT64)
    return typed(node, DECIMAL if kind is not None and kind.kind is Kind.DECIMAL else kind)


def _to_double(node: exp.Expr) -> exp.Expr:
    """AVG, STDDEV and their like: DOUBLE on DuckDB, numeric of exact numbers on PostgreSQL."""
    operand = _aggregated(node)
    expect(node, operand, "number")
    if type_of(operand) in (DOUBLE, None):
        return typed(node, DOUBLE)
    return later(node, DOUBLE)


def _count(node: exp.Count) -> exp.Expr:
    if not isinstance(node.this, exp.Star):
        _aggregated(node)
    return typed(node, INT64)


def _count_if(node: exp.CountIf) -> exp.Expr:
    expect(node, node.this, "truth value")
    one, zero = exp.Literal.number(1), exp.Literal.number(0)
    each = exp.Case(ifs=[exp.If(this=node.this, true=one)], default=zero)
    return typed(exp.Sum(this=each), INT64)


def _extreme(node: exp.Max | exp.Min) -> exp.Expr:
    """MIN and MAX; the least of truth values is whether all are true."""
    if node.expressions:
        raise Unsupported(node, "the n greatest of a column", "rank the rows with ROW_NUMBER")
    operand = _aggregated(node)
    kind = type_of(operand)
    if kind == BOOLEAN:
        merged = exp.LogicalAnd if isinstance(node, exp.Min) else exp.LogicalOr
        return typed(merged(this=operand.copy()), BOOLEAN)
    if kind == STRING:
        operand.replace(collated(operand.copy()))
    return typed(node, kind)


def _truth(node: exp.LogicalAnd | exp.LogicalOr) -> exp.Expr:
    expect(node, node.this, "truth value")
    return typed(node, BOOLEAN)


def _median(node: exp.Median) -> exp.Expr:
    kind = type_of(_aggregated(node))
    if kind is not None and kind not in (INT64, DOUBLE):
        raise Unsupported(node, f"MEDIAN of a {kind}", "cast it to DOUBLE first")
    return typed(node, DOUBLE)


# -- windows ---------------------------------------------------------------------------------


def _int64(node: exp.Expr) -> exp.Expr:
    return typed(node, INT64)


def _double(node: exp.Expr) -> exp.Expr:
    return typed(node, DOUBLE)


def _ntile(node: exp.Ntile) -> exp.Expr:
    if literal_number(node.this) is None and type_of(node.this) is not None:
        raise Unsupported(node, "NTILE of a computed number", "write the number out")
    return typed(node, INT64)


def _value_of(node: exp.Expr) -> exp.Expr:
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


# -- numbers ---------------------------------------------------------------------------------


def _round(node: exp.Round) -> exp.Expr:
    """Half away from zero, as DuckDB: PostgreSQL's ROUND of doubles has no digits argument."""
    digits = node.args.get("decimals")
    places = 0 if digits is None else literal_number(digits)
    if places is None or places < 0:
        raise Unsupported(node, "ROUND to a computed number of digits", "write the digits out")
    kind = _number(node)
    if kind == INT64:
        return typed(exp.Paren(this=node.this), INT64)
    if kind is not None and kind.kind is Kind.DECIMAL:
        return typed(node, DECIMAL)
    whole = half_away(as_double(node.this), places)
    if not places:
        return whole
    power = exp.Literal.number("1" + "0" * places)
    scaled = exp.Div(this=whole, expression=power, typed=True)
    return typed(exp.Paren(this=scaled), DOUBLE)


def _whole(node: exp.Ceil | exp.Floor) -> exp.Expr:
    kind = _number(node)
    if kind is not None and kind.kind is Kind.DECIMAL:
        return typed(node, DECIMAL)
    return typed(node, None if kind is None else DOUBLE)


def _sign(node: exp.Sign) -> exp.Expr:
    if _number(node) is None:
        return typed(node, None)
    return typed(cast(node, "BIGINT"), INT64)


def _abs(node: exp.Abs) -> exp.Expr:
    return typed(node, _number(node))


def _of_double(node: exp.Expr) -> exp.Expr:
    """SQRT, EXP and LN: of an exact number PostgreSQL gives a numeric."""
    if _number(node) is not None:
        node.set("this", as_double(node.this))
    return typed(node, DOUBLE)


def _pow(node: exp.Pow) -> exp.Expr:
    expect(node, node.expression, "number")
    kind = _number(node)
    if kind is not None and DOUBLE not in (kind, type_of(node.expression)):
        node.set("this", as_double(node.this))
    return typed(node, DOUBLE)


# -- choices ---------------------------------------------------------------------------------


def _coalesce(node: exp.Coalesce) -> exp.Expr:
    return typed(node, common_type(node, [node.this, *node.expressions]))


def _furthest(node: exp.Greatest | exp.Least) -> exp.Expr:
    kind = common_type(node, [node.this, *node.expressions])
    if kind == BOOLEAN:
        raise Unsupported(node, "the greatest of truth values", "say it with OR or AND")
    if kind == STRING:
        node.set("this", collated(node.this))
    return typed(node, kind)


def _nullif(node: exp.Nullif) -> exp.Expr:
    common_type(node, [node.this, node.expression])
    return typed(node, type_of(node.this))


def _try_cast(node: exp.TryCast) -> exp.Expr:
    raise Unsupported(
        node, "TRY_CAST", "clean the value first, or use `on_bad_value` at the source"
    )


RULES: dict[type[exp.Expr], Rule] = {
    **TEXT,
    **TIMES,
    exp.Sum: _sum,
    exp.Count: _count,
    exp.CountIf: _count_if,
    exp.Max: _extreme,
    exp.Min: _extreme,
    exp.LogicalAnd: _truth,
    exp.LogicalOr: _truth,
    exp.Median: _median,
    **dict.fromkeys((exp.Avg, exp.Stddev, exp.StddevPop, exp.StddevSamp), _to_double),
    **dict.fromkeys((exp.Variance, exp.VariancePop), _to_double),
    **dict.fromkeys((exp.RowNumber, exp.Rank, exp.DenseRank), _int64),
    **dict.fromkeys((exp.PercentRank, exp.CumeDist), _double),
    exp.Ntile: _ntile,
    **dict.fromkeys((exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue), _value_of),
    exp.Abs: _abs,
    exp.Sign: _sign,
    exp.Round: _round,
    exp.Ceil: _whole,
    exp.Floor: _whole,
    **dict.fromkeys((exp.Sqrt, exp.Exp, exp.Ln), _of_double),
    exp.Pow: _pow,
    exp.Coalesce: _coalesce,
    exp.Greatest: _furthest,
    exp.Least: _furthest,
    exp.Nullif: _nullif,
    exp.TryCast: _try_cast,
}
