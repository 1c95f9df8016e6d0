"""Operators, literals and CASE, said so that PostgreSQL returns DuckDB's rows."""

from __future__ import annotations

import re

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.postgres_casts import (
    as_double,
    as_text,
    collated,
    literal_number,
    rewrite_cast,
)
from seeknal.compiler.dialects.postgres_times import extract
from seeknal.compiler.dialects.typed import (
    BOOLEAN,
    DATE,
    DECIMAL,
    DOUBLE,
    INT64,
    INTERVAL,
    NULL,
    STRING,
    TIMESTAMP,
    TUPLE,
    Rule,
    common_type,
    expect,
    family,
    is_text,
    literal_type,
    type_of,
    typed,
)
from seeknal.compiler.types import DataType, Kind

_UNITS = frozenset("year month week day hour minute second millisecond microsecond".split())
# Marks a division that is as its author wants it.
UNGUARDED = "seeknal_unguarded"
# What PostgreSQL counts in 32 bits and DuckDB in 64.
_NARROW = (exp.Length, exp.StrPosition, exp.Ntile)


def _literal(node: exp.Literal) -> exp.Expr:
    kind = literal_type(node)
    if not node.is_string and kind == DOUBLE:
        return typed(cast(node, "DOUBLE"), DOUBLE)
    return typed(node, kind)


def _paren(node: exp.Paren) -> exp.Expr:
    return typed(node, type_of(node.this))


def _tuple(node: exp.Tuple) -> exp.Expr:
    return typed(node, TUPLE)


def _interval(node: exp.Interval) -> exp.Expr:
    unit = node.args.get("unit")
    count = node.this
    whole = isinstance(count, exp.Literal) and re.fullmatch(r"-?\d+", count.name)
    if not whole or not isinstance(unit, exp.Var):
        raise Unsupported(node, "an INTERVAL that is computed", "write one whole number and a unit")
    if unit.name.lower().rstrip("s") not in _UNITS:
        raise Unsupported(node, f"an INTERVAL in {unit.name}", "use days, months, hours, …")
    return typed(node, INTERVAL)


def _and_or(node: exp.Connector) -> exp.Expr:
    for operand in (node.this, node.expression):
        expect(node, operand, "truth value")
    return typed(node, BOOLEAN)


def _not(node: exp.Not) -> exp.Expr:
    if isinstance(node.this, exp.Null):
        return typed(node, NULL)
    expect(node, node.this, "truth value")
    return typed(node, BOOLEAN)


def _is(node: exp.Is) -> exp.Expr:
    if not isinstance(node.expression.unnest(), exp.Null | exp.Not):
        expect(node, node.this, "truth value")
    return typed(node, BOOLEAN)


def _equal(node: exp.Binary) -> exp.Expr:
    _comparable(node, node.this, node.expression)
    return typed(node, BOOLEAN)


def _comparable(node: exp.Expr, left: exp.Expr, right: exp.Expr) -> DataType | None:
    if type_of(left) == TUPLE and type_of(right) == TUPLE:
        for one, other in zip(left.expressions, right.expressions, strict=False):
            _comparable(node, one, other)
        return TUPLE
    kind = common_type(node, [left, right])
    if kind is not None and kind.kind is Kind.OTHER and kind != NULL:
        raise Unsupported(node, f"a comparison of {family(kind)} values", "compare their parts")
    return kind


def _ordered(node: exp.Binary) -> exp.Expr:
    kind = _comparable(node, node.this, node.expression)
    if kind == TUPLE:
        raise Unsupported(node, "an order of tuples", "compare column by column")
    if kind == STRING:
        node.set("this", collated(node.this))
    return typed(node, BOOLEAN)


def _between(node: exp.Between) -> exp.Expr:
    if node.args.get("symmetric"):
        raise Unsupported(node, "BETWEEN SYMMETRIC", "put the lesser value first")
    if common_type(node, [node.this, node.args["low"], node.args["high"]]) == STRING:
        node.set("this", collated(node.this))
    return typed(node, BOOLEAN)


def _in(node: exp.In) -> exp.Expr:
    query = node.args.get("query")
    if node.args.get("unnest") or node.args.get("field"):
        raise Unsupported(node, "IN of a list", "list the values in parentheses")
    if query is not None:
        kind = type_of(query)
        if kind is not None and type_of(node.this) != TUPLE:
            expect(node, node.this, family(kind))
        return typed(node, BOOLEAN)
    for one in node.expressions:
        _comparable(node, node.this, one)
    return typed(node, BOOLEAN)


def _like(node: exp.Like | exp.ILike) -> exp.Expr:
    """DuckDB has no escape in a pattern unless it is named; PostgreSQL has the backslash."""
    for operand in (node.this, node.expression):
        expect(node, operand, "text")
    pattern = node.expression
    if isinstance(node, exp.ILike):
        if not is_text(pattern) or not pattern.name.isascii():
            raise Unsupported(
                node, "ILIKE with a pattern beyond ASCII", "compare LOWER of both with LIKE"
            )
        node.set("this", collated(node.this))
    plain = is_text(pattern) and "\\" not in pattern.name
    if plain or isinstance(node.parent, exp.Escape):
        return typed(node, BOOLEAN)
    return typed(exp.Escape(this=node, expression=exp.Literal.string("")), BOOLEAN)


def _escape(node: exp.Escape) -> exp.Expr:
    return typed(node, BOOLEAN)


def _joined_text(node: exp.DPipe) -> exp.Expr:
    sides = [node.this, node.expression]
    if not any(type_of(side) in (STRING, NULL, None) for side in sides):
        raise Unsupported(node, "`||` of values that are not text", "cast one of them to VARCHAR")
    for key in ("this", "expression"):
        node.set(key, as_text(node.args[key], node))
    return typed(node, STRING)


def _neg(node: exp.Neg) -> exp.Expr:
    expect(node, node.this, "number")
    return typed(node, type_of(node.this))


def _plus_minus(node: exp.Add | exp.Sub) -> exp.Expr:
    left, right = type_of(node.this), type_of(node.expression)
    if left is None or right is None:
        return typed(node, None)
    if family(left) != "time" and family(right) != "time":
        return _arithmetic(node)
    minus = isinstance(node, exp.Sub)
    if (left.is_temporal and right == INTERVAL) or (right.is_temporal and left == INTERVAL):
        return typed(node, TIMESTAMP)
    if left == DATE and right == INT64:
        node.set("expression", _days(node.expression))
        return typed(node, DATE)
    if left == INT64 and right == DATE and not minus:
        node.set("this", _days(node.this))
        return typed(node, DATE)
    if left == right == DATE and minus:
        return typed(node, INT64)
    raise Unsupported(
        node, f"`{'-' if minus else '+'}` of {left} and {right}", "add an INTERVAL, or count days"
    )


def _days(operand: exp.Expr) -> exp.Expr:
    return operand if literal_number(operand) is not None else cast(operand, "INT")


def _arithmetic(node: exp.Binary) -> exp.Expr:
    for operand in (node.this, node.expression):
        if is_text(operand):
            raise Unsupported(node, "arithmetic with text", "write the number without quotes")
        expect(node, operand, "number")
    kind = common_type(node, [node.this, node.expression])
    if kind is not None and kind.kind is Kind.DECIMAL:
        kind = DECIMAL
    return typed(node, kind)


def _times(node: exp.Mul) -> exp.Expr:
    for key in ("this", "expression"):
        operand = node.args[key].unnest()
        days = isinstance(operand, exp.Sub) and type_of(operand.this) != INT64
        if type_of(operand) == INT64 and (days or isinstance(operand, _NARROW)):
            node.set(key, typed(cast(operand, "BIGINT"), INT64))
    return _arithmetic(node)


def _divided(node: exp.Div) -> exp.Expr:
    """A division of doubles; by zero it is infinite or NaN, where PostgreSQL stops.

    What cannot be zero is not guarded: a number, NULLIF(x, 0), and what a macro divides by.
    """
    left, right = node.this, node.expression
    kind = type_of(_arithmetic(node))
    if kind is None:
        return typed(node, DOUBLE)
    if DOUBLE not in (type_of(left), type_of(right)):
        left = as_double(left)
    node.set("typed", True)
    node.set("this", left)
    if node.meta.get(UNGUARDED) or _is_not_zero(right):
        return typed(node, DOUBLE)
    zero = exp.EQ(this=_operand(right.copy()), expression=exp.Literal.number(0))
    infinite = exp.Mul(
        this=as_double(left.copy()),
        expression=cast(exp.Literal.string("Infinity"), "DOUBLE"),
    )
    guarded = exp.Case(ifs=[exp.If(this=zero, true=infinite)], default=node.copy())
    return typed(guarded, DOUBLE)


def _operand(value: exp.Expr) -> exp.Expr:
    return value if isinstance(value, exp.Column | exp.Func | exp.Paren) else exp.Paren(this=value)


def _is_not_zero(node: exp.Expr) -> bool:
    inner = node.unnest()
    if isinstance(inner, exp.Cast):
        return _is_not_zero(inner.this)
    if isinstance(inner, exp.Nullif):
        second = inner.expression
        return isinstance(second, exp.Literal) and not second.is_string and float(second.name) == 0
    return isinstance(inner, exp.Literal) and not inner.is_string and float(inner.name) != 0


def _case(node: exp.Case) -> exp.Expr:
    subject = node.this
    results = []
    for branch in node.args["ifs"]:
        if isinstance(subject, exp.Expr):
            _comparable(node, subject, branch.this)
        else:
            expect(node, branch.this, "truth value")
        results.append(branch.args["true"])
    default = node.args.get("default")
    if default is not None:
        results.append(default)
    return typed(node, common_type(node, results))


def _if(node: exp.If) -> exp.Expr:
    """IF(a, b, c); the branches of CASE are no expressions of their own."""
    if isinstance(node.parent, exp.Case) and node.arg_key == "ifs":
        return node
    branch = exp.If(this=node.this, true=node.args["true"])
    case = exp.Case(ifs=[branch], default=node.args.get("false"))
    return _case(case)


def _distinct(node: exp.Distinct) -> exp.Expr:
    first = node.expressions[0] if node.expressions else node
    return typed(node, type_of(first))


def _named(node: exp.Anonymous) -> exp.Expr:
    if node.name.lower() in ("now", "transaction_timestamp", "get_current_timestamp"):
        return typed(cast(exp.CurrentTimestamp(), "TIMESTAMP"), TIMESTAMP)
    part, operand = node.expressions
    if not is_text(part):
        raise Unsupported(node, "DATE_PART of a computed part", "write the part as text")
    return extract(node, part.name, operand)


NAMED = {"date_part": 2, "now": 0, "transaction_timestamp": 0, "get_current_timestamp": 0}

RULES: dict[type[exp.Expr], Rule] = {
    exp.Literal: _literal,
    exp.Null: lambda node: typed(node, NULL),
    exp.Boolean: lambda node: typed(node, BOOLEAN),
    exp.Paren: _paren,
    exp.Tuple: _tuple,
    exp.Interval: _interval,
    exp.And: _and_or,
    exp.Or: _and_or,
    exp.Not: _not,
    exp.Is: _is,
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ), _equal),
    **dict.fromkeys((exp.LT, exp.LTE, exp.GT, exp.GTE), _ordered),
    exp.Between: _between,
    exp.In: _in,
    exp.Like: _like,
    exp.ILike: _like,
    exp.Escape: _escape,
    exp.DPipe: _joined_text,
    exp.Neg: _neg,
    exp.Add: _plus_minus,
    exp.Sub: _plus_minus,
    exp.Mul: _times,
    exp.Div: _divided,
    exp.Case: _case,
    exp.If: _if,
    exp.Cast: rewrite_cast,
    exp.Distinct: _distinct,
    exp.Anonymous: _named,
}
