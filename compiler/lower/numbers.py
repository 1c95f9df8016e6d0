"""A number as the equal one of another type, in arithmetic that no engine rounds or refuses."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.types import DOUBLE, INT64, DataType, Kind

# One more than the greatest int64; the least is this below 0.
_END = "9.223372036854775808E18"
# The greatest int64 that is a double.
_LAST = 2**63 - 1024


def exactly(value: exp.Expr, given: DataType, wanted: DataType, dialect: Dialect) -> exp.Expr:
    """The value as `wanted`; NULL where that type has no equal number.

    A decimal that is `wanted` holds every value that is `given`.
    """
    target = dialect.type_name(wanted)
    if wanted.kind is Kind.DECIMAL:
        return cast(value, target)
    if (given, wanted) == (DOUBLE, INT64):
        # One test in the other: FLOOR of what is no int64 is an error on Spark.
        whole = exp.EQ(this=value.copy(), expression=exp.Floor(this=value.copy()))
        return _if(_is_within(value), _if(whole, cast(value.copy(), target)))
    assert (given, wanted) == (INT64, DOUBLE)
    return _if(_is_double(value, dialect), cast(value.copy(), target))


def _if(test: exp.Expr, value: exp.Expr) -> exp.Case:
    return exp.Case(ifs=[exp.If(this=test, true=value)])


def _is_within(value: exp.Expr) -> exp.Expr:
    """True for a double from the least int64 to the greatest."""
    end = exp.Literal.number(_END)
    not_less = exp.GTE(this=value.copy(), expression=exp.Neg(this=end.copy()))
    return exp.And(this=not_less, expression=exp.LT(this=value.copy(), expression=end))


def _is_double(value: exp.Expr, dialect: Dialect) -> exp.Expr:
    """True for an int64 that comes back from a double as it was.

    The last ones do not, and their doubles are no int64: the greatest that is one stands for them.
    """
    last = exp.Literal.number(_LAST)
    least = exp.Least(this=value.copy(), expressions=[last], ignore_nulls=False)
    back = cast(cast(least, dialect.type_name(DOUBLE)), dialect.type_name(INT64))
    return exp.EQ(this=back, expression=value.copy())
