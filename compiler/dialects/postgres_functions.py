"""Functions of DuckDB's vocabulary, said so that PostgreSQL returns the same rows.

A rule takes a node whose operands are already rewritten and typed, and returns its replacement
with a type. Where an operand's type is not known, as in macros, the author's word is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.postgres_casts import as_text, half_away
from seeknal.compiler.dialects.typed import (
    BOOLEAN,
    DATE,
    DECIMAL,
    DOUBLE,
    INT64,
    STRING,
    TIMESTAMP,
    common_type,
    expect,
    is_text,
    type_of,
    typed,
)
from seeknal.compiler.types import DataType, Kind

Rule = Callable[..., exp.Expr]

# The type that an aggregate's result is cast to, outside its FILTER and OVER.
AFTER = "seeknal_cast_after"

_PARTS = {
    **dict.fromkeys(("year", "years", "y"), "YEAR"),
    **dict.fromkeys(("month", "months", "mon"), "MONTH"),
    **dict.fromkeys(("day", "days", "d", "dayofmonth"), "DAY"),
    **dict.fromkeys(("hour", "hours", "h"), "HOUR"),
    **dict.fromkeys(("minute", "minutes"), "MINUTE"),
    **dict.fromkeys(("second", "seconds", "s"), "SECOND"),
    **dict.fromkeys(("quarter", "quarters"), "QUARTER"),
    **dict.fromkeys(("week", "weeks", "weekofyear"), "WEEK"),
    **dict.fromkeys(("dow", "dayofweek", "weekday"), "DOW"),
    **dict.fromkeys(("doy", "dayofyear"), "DOY"),
    "isodow": "ISODOW",
    "isoyear": "ISOYEAR",
    "epoch": "EPOCH",
}
_OF_A_TIME = frozenset({"HOUR", "MINUTE", "SECOND", "EPOCH"})
_TRUNCATED = frozenset({"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"})


def later(node: exp.Expr, data_type: DataType) -> exp.Expr:
    """An aggregate that PostgreSQL gives another type: cast where its FILTER and OVER end."""
    node.meta[AFTER] = data_type
    return typed(node, data_type)


def as_double(node: exp.Expr) -> exp.Expr:
    """The number as DOUBLE."""
    return node if type_of(node) == DOUBLE else typed(cast(node, "DOUBLE"), DOUBLE)


def collated(node: exp.Expr) -> exp.Expr:
    """Text that compares byte by byte, as on DuckDB, whatever the database's collation."""
    if type_of(node) != STRING or isinstance(node, exp.Collate):
        return node
    primary = isinstance(node, exp.Column | exp.Literal | exp.Func | exp.Paren | exp.Case)
    operand = node if primary else exp.Paren(this=node)
    c = exp.Identifier(this="C", quoted=True)
    return typed(exp.Collate(this=operand, expression=c), STRING)


def literal_number(node: exp.Expr | None) -> int | None:
    """The whole number that is written there; None for anything else."""
    if isinstance(node, exp.Literal) and node.is_int:
        return int(node.name)
    return None


def _text(node: exp.Expr, *keys: str) -> exp.Expr:
    for key in keys:
        if isinstance(operand := node.args.get(key), exp.Expr):
            expect(node, operand, "text")
    return typed(node, STRING)


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


# -- text ------------------------------------------------------------------------------------


def _length(node: exp.Length) -> exp.Expr:
    expect(node, node.this, "text")
    return typed(node, INT64)


def _case_of(node: exp.Lower | exp.Upper) -> exp.Expr:
    """By Unicode's simple mapping, as DuckDB: a database's own locale may know ASCII alone."""
    _text(node, "this")
    by_unicode = exp.Identifier(this="pg_c_utf8", quoted=True)
    plain = isinstance(node.this, exp.Column | exp.Func)
    operand = node.this if plain else exp.Paren(this=node.this)
    node.set("this", exp.Collate(this=operand, expression=by_unicode))
    if isinstance(node, exp.Lower):
        return collated(typed(node, STRING))
    sharp = [exp.Literal.string(letter) for letter in ("ß", "ẞ")]
    upper = exp.Replace(this=node, expression=sharp[0], replacement=sharp[1])
    return collated(typed(upper, STRING))


def _concat(node: exp.Concat | exp.ConcatWs) -> exp.Expr:
    """Joined text; PostgreSQL joins all but truth values as DuckDB spells them."""
    parts = []
    for operand in node.expressions:
        text = as_text(operand.copy(), node)
        parts.append(text if type_of(operand) == BOOLEAN else operand)
    node.set("expressions", parts)
    return typed(node, STRING)


def _replace(node: exp.Replace) -> exp.Expr:
    return _text(node, "this", "expression", "replacement")


def _trim(node: exp.Trim) -> exp.Expr:
    return _text(node, "this", "expression")


def _position(node: exp.StrPosition) -> exp.Expr:
    _text(node, "this", "substr")
    return typed(node, INT64)


def _starts(node: exp.StartsWith) -> exp.Expr:
    _text(node, "this", "expression")
    return typed(node, BOOLEAN)


def _substring(node: exp.Substring) -> exp.Expr:
    """From a place counted from the start: PostgreSQL has no places from the end."""
    _text(node, "this")
    start, length = node.args.get("start"), node.args.get("length")
    last = literal_number(start.this) if isinstance(start, exp.Neg) else None
    if last and length is None:
        right = [node.this, exp.Literal.number(last)]
        return typed(exp.Anonymous(this="RIGHT", expressions=right), STRING)
    if not literal_number(start):
        raise Unsupported(
            node, "SUBSTRING from a place that may not be 1 or more", "write the place as a number"
        )
    if length is not None and literal_number(length) is None:
        raise Unsupported(node, "SUBSTRING of a computed length", "write the length as a number")
    return typed(node, STRING)


def _split_part(node: exp.SplitPart) -> exp.Expr:
    separator, place = node.args.get("delimiter"), node.args.get("part_index")
    if separator is None or not is_text(separator) or not separator.name:
        raise Unsupported(
            node, "SPLIT_PART by a computed or empty text", "write the separator as text"
        )
    if not literal_number(place):
        raise Unsupported(
            node, "SPLIT_PART at a place that may not be 1 or more", "write the place as a number"
        )
    return _text(node, "this")


_PORTABLE_PATTERN = re.compile(r"(?:[^\\(\[{]|\{\d+(?:,\d*)?\}|\[\^?[^\\\[\]]+\]|\((?!\?))*$")


def _regexp(node: exp.RegexpLike) -> exp.Expr:
    """Patterns in the part of both engines' syntax where they agree.

    A dot is spelt out: on PostgreSQL it takes the end of a line, too.
    """
    _text(node, "this", "expression")
    pattern = node.expression
    if node.args.get("flag") is not None or not is_text(pattern):
        raise Unsupported(node, "a computed pattern, or one with options", "write the pattern out")
    if _PORTABLE_PATTERN.match(pattern.name) is None:
        raise Unsupported(
            node, f"the pattern '{pattern.name}'", "do without backslashes, `(?` and `[:`"
        )
    parts = re.split(r"(\[\^?[^\]]+\])", pattern.name)
    spelt = "".join(p if p.startswith("[") else p.replace(".", r"[^\n]") for p in parts)
    if spelt != pattern.name:
        pattern.set("this", spelt)
    return typed(node, BOOLEAN)


# -- times -----------------------------------------------------------------------------------


def extract(node: exp.Expr, part: str, operand: exp.Expr) -> exp.Expr:
    """A part of a time: int64, whole seconds, and a double for the epoch."""
    expect(node, operand, "time")
    name = _PARTS.get(part.lower())
    if name is None:
        raise Unsupported(node, f"the part `{part.lower()}` of a time", "take year, month, day, …")
    if name in _OF_A_TIME and type_of(operand) == DATE:
        operand = cast(operand, "TIMESTAMP")
    taken: exp.Expr = exp.Extract(this=exp.Var(this=name), expression=operand)
    if name == "EPOCH":
        return typed(cast(taken, "DOUBLE"), DOUBLE)
    if name == "SECOND":
        taken = exp.Floor(this=taken)
    return typed(cast(taken, "BIGINT"), INT64)


def _extract(node: exp.Extract) -> exp.Expr:
    return extract(node, node.this.name, node.expression)


def _named_part(node: exp.Expr) -> exp.Expr:
    return extract(node, node.key, node.this)


def _date_trunc(node: exp.TimestampTrunc | exp.DateTrunc) -> exp.Expr:
    expect(node, node.this, "time")
    unit = node.args.get("unit")
    if unit is None or unit.name.upper() not in _TRUNCATED:
        raise Unsupported(node, "DATE_TRUNC to this unit", "use year, quarter, month, week, day, …")
    operand = node.this
    if type_of(operand) == DATE:
        operand = cast(operand, "TIMESTAMP")
    written = exp.Literal.string(unit.name.lower())
    trunc = exp.Anonymous(this="DATE_TRUNC", expressions=[written, operand])
    return typed(trunc, TIMESTAMP)


def _day_of(operand: exp.Expr) -> exp.Expr:
    return operand if type_of(operand) == DATE else cast(operand, "DATE")


def _date_diff(node: exp.DateDiff) -> exp.Expr:
    unit = node.args.get("unit")
    if unit is None or unit.name.lower() != "day":
        raise Unsupported(
            node,
            "DATE_DIFF in a unit other than days",
            "count days, or subtract the parts of EXTRACT",
        )
    left, right = _day_of(node.this), _day_of(node.expression)
    return typed(exp.Paren(this=exp.Sub(this=left, expression=right)), INT64)


def _as_int(operand: exp.Expr) -> exp.Expr:
    return operand if literal_number(operand) is not None else cast(operand, "INT")


def _date_from_parts(node: exp.DateFromParts) -> exp.Expr:
    parts = [_as_int(node.args[name]) for name in ("year", "month", "day")]
    return typed(exp.Anonymous(this="MAKE_DATE", expressions=parts), DATE)


def _timestamp_from_parts(node: exp.TimestampFromParts) -> exp.Expr:
    names = ("year", "month", "day", "hour", "min", "sec")
    if any(node.args.get(name) is None for name in names) or node.args.get("zone"):
        raise Unsupported(node, "MAKE_TIMESTAMP of other than six parts", "give all six parts")
    parts: list[exp.Expr] = [_as_int(node.args[name]) for name in names[:-1]]
    made = [*parts, as_double(node.args["sec"])]
    return typed(exp.Anonymous(this="MAKE_TIMESTAMP", expressions=made), TIMESTAMP)


def _today(node: exp.Expr) -> exp.Expr:
    return typed(node, DATE)


def _now(node: exp.Expr) -> exp.Expr:
    return typed(cast(node, "TIMESTAMP"), TIMESTAMP)


def _try_cast(node: exp.TryCast) -> exp.Expr:
    raise Unsupported(
        node, "TRY_CAST", "clean the value first, or use `on_bad_value` at the source"
    )


RULES: dict[type[exp.Expr], Rule] = {
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
    exp.Length: _length,
    exp.Lower: _case_of,
    exp.Upper: _case_of,
    exp.Concat: _concat,
    exp.ConcatWs: _concat,
    exp.Replace: _replace,
    exp.Trim: _trim,
    exp.StrPosition: _position,
    exp.StartsWith: _starts,
    exp.Substring: _substring,
    exp.SplitPart: _split_part,
    exp.RegexpLike: _regexp,
    exp.MD5: lambda node: _text(node, "this"),
    exp.Extract: _extract,
    **dict.fromkeys((exp.Year, exp.Month, exp.Day), _named_part),
    exp.TimestampTrunc: _date_trunc,
    exp.DateTrunc: _date_trunc,
    exp.DateDiff: _date_diff,
    exp.DateFromParts: _date_from_parts,
    exp.TimestampFromParts: _timestamp_from_parts,
    exp.CurrentDate: _today,
    exp.CurrentTimestamp: _now,
    exp.TryCast: _try_cast,
}
