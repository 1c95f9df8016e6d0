"""What warehouses document to mean alike: rules for dialects whose engine is not run.

Conservative: a function whose result differs anywhere in NULL, empty text, rounding or case is not
here. Each dialect adds what its own pages say.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from seeknal.compiler.dialects.base import cast
from seeknal.compiler.dialects.rules import aggregates, numbers, operators, text, times
from seeknal.compiler.dialects.rules.common import COMMON
from seeknal.compiler.dialects.rules.portable import same_or_both_null
from seeknal.compiler.dialects.rules.vocabulary import Rule, Vocabulary
from seeknal.compiler.dialects.typed import INT64, type_of, typed
from seeknal.compiler.types import DATE, DataType

DOCUMENTED: dict[type[exp.Expr], Rule] = {
    **COMMON,
    **operators.MORE,
    **numbers.MORE,
    **{kind: text.MORE[kind] for kind in (exp.Length, exp.Lower, exp.Upper, exp.Replace)},
    exp.Trim: text.trim_spaces,
    exp.Concat: text.concat,
    exp.Substring: text.substring,
    exp.StrPosition: text.position,
    **{
        kind: aggregates.MORE[kind]
        for kind in (
            exp.Lag,
            exp.Lead,
            exp.FirstValue,
            exp.LastValue,
            exp.PercentRank,
            exp.CumeDist,
        )
    },
    exp.CurrentDate: times.MORE[exp.CurrentDate],
}


def day(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The day of a date or timestamp, which have no zone."""
    return value if data_type == DATE else cast(value, "DATE")


def days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    """`DATEDIFF(DAY, earlier, later)` of two DATEs."""
    return exp.DateDiff(this=later, expression=earlier, unit=exp.Var(this="DAY"))


def truncate(unit: str, time: exp.Expr) -> exp.Expr:
    """`DATE_TRUNC('month', time)`."""
    return exp.Anonymous(this="DATE_TRUNC", expressions=[exp.Literal.string(unit.lower()), time])


def whole_text(pattern: str) -> exp.Expr:
    """A pattern that takes all of a text."""
    return exp.Literal.string(f"^{pattern}$")


def sort_key(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The value itself: text is compared byte by byte."""
    return value


def microseconds_apart(
    count: Callable[[exp.Expr, exp.Expr], exp.Expr],
) -> dict[type[exp.Expr], Rule]:
    """The rule of DATE_DIFF where `count(earlier, later)` gives microseconds of two times."""
    in_days = times.RULES[exp.DateDiff]

    def rule(node: exp.DateDiff, words: Vocabulary) -> exp.Expr:
        unit = node.args.get("unit")
        days = DATE in (type_of(node.this), type_of(node.expression))
        if unit is None or unit.name.lower() != "microsecond" or days:
            return in_days(node, words)
        return typed(count(node.expression, node.this), INT64)

    return {exp.DateDiff: rule}


def without_null_safe(node: exp.Expr) -> None:
    """Say IS [NOT] DISTINCT FROM by its parts, in the node's place. For `Dialect.finish`."""
    same = same_or_both_null(node.this.copy(), node.expression.copy())
    node.replace(same if isinstance(node, exp.NullSafeEQ) else exp.Not(this=same))
