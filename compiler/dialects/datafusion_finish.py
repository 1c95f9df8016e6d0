"""The last pass over a statement for DataFusion: what it reads in another way than it is written.

* A TIMESTAMP without digits counts nanoseconds and ends in 2262; the sixth digit is microseconds.
* NULLIF and windows take -0.0 for another number than 0.0, unlike `=` and GROUP BY.
* A frame that moves subtracts the rows that leave it. Doubles lose their digits so: after 1e17 the
  sum of 1 and 2 would be 0. Their frames are kept as arrays and added anew.
* DATE_TRUNC counts nanoseconds, and refuses years before 1677 and after 2262.
* Two windows that come to the same once a test is simplified, `x = 1 AND x = 1`, end in an error:
  tests in windows say everything once, and those that may be simplified are set apart.
* MEDIAN is exact; PERCENTILE_CONT, which sqlglot prints for it, has six digits between two values.
* All columns of a query need names that differ, also on the right of a UNION, where nobody reads
  them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from seeknal.compiler.dialects.base import cast
from seeknal.compiler.dialects.datafusion_types import written_decimal
from seeknal.compiler.dialects.datafusion_windows import set_apart
from seeknal.compiler.dialects.search import nodes_of
from seeknal.compiler.dialects.typed import DOUBLE, type_of

_D = exp.DType
_TIMESTAMPS = (_D.TIMESTAMP, _D.TIMESTAMPNTZ)
_EXACT = (_D.DECIMAL, _D.BIGINT)
_WRITTEN = re.compile(r"(.{10}[ T][0-9]{2}:[0-9]{2})(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9:]+)?")
# What is never -0.0: sums begin with 0.0.
_POSITIVE = (exp.Sum, exp.Avg, exp.Count, exp.StddevSamp, exp.StddevPop)


def finish(statement: exp.Expr) -> exp.Expr:
    """The statement, changed in place, as the engine reads it right."""
    holder = exp.Paren(this=statement)
    # Operands first: rules copy what is in them.
    for node in reversed(nodes_of(statement, *_RULES)):
        rule = _RULES.get(type(node))
        if rule is not None:
            rule(node)
    found = holder.this
    assert isinstance(found, exp.Expr)
    found.pop()
    return found


def _type(node: exp.DataType) -> None:
    if node.this in _TIMESTAMPS and not node.expressions:
        node.set("expressions", [exp.DataTypeParam(this=exp.Literal.number(6))])


def _cast(node: exp.Cast) -> None:
    """Times that are written out have seconds and no zone: DuckDB passes over it.

    A number that is written out is a double without the detour by a decimal.
    """
    written = node.this
    if node.to.this == _D.DOUBLE and (digits := written_decimal(written)) is not None:
        written.replace(exp.Literal.number(digits))
        return
    if node.to.this not in _TIMESTAMPS or not isinstance(written, exp.Literal):
        return
    if (found := _WRITTEN.fullmatch(written.name)) is not None:
        written.set("this", f"{found[1]}{found[2] or ':00'}")


# -- zeros -----------------------------------------------------------------------------------


def _nullif(node: exp.Nullif) -> None:
    zero = node.expression
    if not isinstance(zero, exp.Literal) or zero.is_string or float(zero.name) != 0:
        return
    if type_of(node.this) in (DOUBLE, None) and _has_signed_zero(node.this):
        node.set("this", exp.Add(this=_operand(node.this), expression=exp.Literal.number(0)))


def _has_signed_zero(value: exp.Expr) -> bool:
    if isinstance(value, exp.Cast):
        return value.to.this not in _EXACT and _has_signed_zero(value.this)
    return not isinstance(value, _POSITIVE)


def _operand(value: exp.Expr) -> exp.Expr:
    return exp.Paren(this=value) if isinstance(value, exp.Binary | exp.Connector) else value


# -- frames that move ------------------------------------------------------------------------


def _window(node: exp.Window) -> None:
    _without_signs(node)
    _say_once(node)
    spec = node.args.get("spec")
    if spec is None or spec.args.get("start") == "UNBOUNDED":
        return
    aggregate = node.this.this if isinstance(node.this, exp.Filter) else node.this
    rule = _MOVING.get(type(aggregate))
    if rule is not None and not _is_exact(aggregate):
        node.replace(rule(node, aggregate))


def _say_once(node: exp.Window) -> None:
    tests = [test for test in node.find_all(exp.And) if not isinstance(test.parent, exp.And)]
    for test in tests:
        parts: dict[exp.Expr, None] = {}
        for part in test.flatten():
            parts[_not_null(part)] = None
        first, *rest = parts
        for part in rest:
            first = exp.And(this=first, expression=part)
        test.replace(first)


def _not_null(test: exp.Expr) -> exp.Expr:
    """`x IS NOT NULL`, where it is said as `NOT (x IS NULL)`."""
    inner = test.this.unnest() if isinstance(test, exp.Not) else test
    if inner is test or not isinstance(inner, exp.Is) or not isinstance(inner.expression, exp.Null):
        return test.copy()
    return exp.Is(this=inner.this.copy(), expression=exp.Not(this=exp.Null()))


def _without_signs(node: exp.Window) -> None:
    for key in [*(node.args.get("partition_by") or ()), *_ordered(node)]:
        if type_of(key) == DOUBLE:
            key.replace(exp.Add(this=_operand(key.copy()), expression=exp.Literal.number(0)))


def _ordered(node: exp.Window) -> list[exp.Expr]:
    order = node.args.get("order")
    return [part.this for part in order.expressions] if order is not None else []


def _is_exact(aggregate: exp.Expr) -> bool:
    value = aggregate.this
    return isinstance(value, exp.Cast) and value.to.this in _EXACT


def _collected(window: exp.Window, aggregate: exp.Expr) -> exp.Window:
    """The values of the frame, without NULLs, in an array."""
    test: exp.Expr = exp.Is(this=aggregate.this.copy(), expression=exp.Not(this=exp.Null()))
    if isinstance(window.this, exp.Filter):
        given = window.this.expression.this.copy()
        test = exp.And(this=exp.Paren(this=given), expression=test)
    kept = exp.Filter(
        this=exp.ArrayAgg(this=aggregate.this.copy()), expression=exp.Where(this=test)
    )
    found = window.copy()
    found.set("this", kept)
    return found


def _call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _sum(window: exp.Window, aggregate: exp.Expr) -> exp.Expr:
    return _call("ARRAY_SUM", _collected(window, aggregate))


def _mean(window: exp.Window, aggregate: exp.Expr) -> exp.Expr:
    return _call("ARRAY_AVG", _collected(window, aggregate))


def _spread(*, sample: bool, root: bool) -> Callable[[exp.Window, exp.Expr], exp.Expr]:
    """The distance of the values from as many means is the root of the squares' sum."""

    def rule(window: exp.Window, aggregate: exp.Expr) -> exp.Expr:
        values = _collected(window, aggregate)
        count: exp.Expr = _call("CARDINALITY", values.copy())
        means = _call("ARRAY_REPEAT", _mean(window, aggregate), cast(count.copy(), "BIGINT"))
        squares = exp.Pow(
            this=_call("ARRAY_DISTANCE", values, means), expression=exp.Literal.number(2)
        )
        below: exp.Expr = cast(count.copy(), "BIGINT")
        if sample:
            below = exp.Paren(this=exp.Sub(this=below, expression=exp.Literal.number(1)))
        variance: exp.Expr = exp.Div(this=squares, expression=below, typed=True)
        enough = exp.GT(this=count, expression=exp.Literal.number(1 if sample else 0))
        if root:
            variance = exp.Sqrt(this=variance)
        return exp.Case(ifs=[exp.If(this=enough, true=variance)])

    return rule


_MOVING: dict[type[exp.Expr], Callable[[exp.Window, exp.Expr], exp.Expr]] = {
    exp.Sum: _sum,
    exp.Avg: _mean,
    **dict.fromkeys((exp.Stddev, exp.StddevSamp), _spread(sample=True, root=True)),
    exp.StddevPop: _spread(sample=False, root=True),
    exp.Variance: _spread(sample=True, root=False),
    exp.VariancePop: _spread(sample=False, root=False),
}


# -- the rest --------------------------------------------------------------------------------


def _median(node: exp.Median) -> None:
    node.replace(_call("MEDIAN", node.this))


def _sign(node: exp.Sign) -> None:
    node.replace(_call("SIGNUM", node.this))


def _truncate(node: exp.TimestampTrunc) -> None:
    unit, time = node.text("unit").upper(), node.this
    if unit in ("HOUR", "MINUTE", "SECOND"):
        node.replace(_call("DATE_TRUNC", exp.Literal.string(unit.lower()), time))
        return
    node.replace(cast(_first_day(unit, time), "TIMESTAMP(6)"))


def _first_day(unit: str, time: exp.Expr) -> exp.Expr:
    def part(name: str) -> exp.Expr:
        return exp.Extract(this=exp.Var(this=name), expression=time.copy())

    one = exp.Literal.number(1)
    day = cast(time, "DATE")
    if unit == "DAY":
        return day
    if unit == "WEEK":
        since = exp.Paren(this=exp.Sub(this=part("ISODOW"), expression=one))
        return exp.Sub(this=day, expression=since)
    month: exp.Expr = one.copy()
    if unit == "QUARTER":
        threes = exp.Mul(this=exp.Literal.number(3), expression=part("QUARTER"))
        month = exp.Sub(this=threes, expression=exp.Literal.number(2))
    elif unit == "MONTH":
        month = part("MONTH")
    return _call("MAKE_DATE", part("YEAR"), month, one)


def _union(node: exp.SetOperation) -> None:
    """Name the columns on the right as those on the left are."""
    left: exp.Expr = node.left
    while isinstance(left, exp.SetOperation | exp.Subquery):
        left = left.this
    right = node.right
    if not isinstance(left, exp.Select) or not isinstance(right, exp.Select):
        return
    if len(left.expressions) != len(right.expressions):
        return
    for one, other in zip(left.expressions, list(right.expressions), strict=True):
        name = one.args.get("alias") or one.this
        own = other.args.get("alias") or other.this
        if isinstance(name, exp.Identifier) and name != own and not isinstance(other, exp.Alias):
            place = other.copy()
            other.replace(exp.Alias(this=place, alias=name.copy()))


_RULES: dict[type[exp.Expr], Callable[..., None]] = {
    exp.Select: set_apart,
    exp.DataType: _type,
    exp.Nullif: _nullif,
    exp.Window: _window,
    exp.Cast: _cast,
    exp.Median: _median,
    exp.Sign: _sign,
    exp.TimestampTrunc: _truncate,
    exp.Union: _union,
    exp.Intersect: _union,
    exp.Except: _union,
}
