"""Functions that ClickHouse has by another name, in another type or with other rows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.clickhouse_operators import accurate, call
from seeknal.compiler.dialects.letters import capitals
from seeknal.compiler.dialects.rules import aggregates, numbers, text
from seeknal.compiler.dialects.rules.vocabulary import Rule, Vocabulary, later, literal_number
from seeknal.compiler.dialects.typed import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INT64,
    STRING,
    TIMESTAMP,
    expect,
    is_text,
    type_of,
    typed,
)
from seeknal.compiler.types import Kind

_UTC = exp.Literal.string("UTC")
_LONGEST_EXACT = 26


# -- aggregates and windows ------------------------------------------------------------------


def _counted(rule: Rule) -> Rule:
    """What counts rows is unsigned there, and goes with no signed integer."""

    def counted(node: exp.Expr, words: Vocabulary) -> exp.Expr:
        return later(rule(node, words), INT64)

    return counted


def _any(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    return node


def _sum(node: exp.Sum, words: Vocabulary) -> exp.Expr:
    """Sums of long decimals would leave 38 digits without a word; a cast from 76 ends there."""
    operand = aggregates.aggregated(node)
    kind = type_of(operand)
    if kind is not None and kind.kind is Kind.DECIMAL and kind.precision > _LONGEST_EXACT:
        aggregates.with_operand(node, cast(operand.copy(), f"DECIMAL(76, {kind.scale})"))
    return aggregates.sum_over_decimal(node, words)


def _mean(node: exp.Avg, words: Vocabulary) -> exp.Expr:
    """Of int64 over decimals, which add exactly."""
    operand = aggregates.aggregated(node)
    expect(node, operand, "number")
    if type_of(operand) == INT64:
        aggregates.with_operand(node, cast(operand.copy(), "DECIMAL(38, 0)"))
    return typed(node, DOUBLE)


def _median(node: exp.Median, words: Vocabulary) -> exp.Expr:
    if isinstance(node.this, exp.Distinct):
        raise Unsupported(node, "MEDIAN of DISTINCT values", "take them from a SELECT DISTINCT")
    return aggregates.median(node, words)


def _share(node: exp.CumeDist, words: Vocabulary) -> exp.Expr:
    return typed(call("cume_dist"), DOUBLE)


def _truth(node: exp.LogicalAnd | exp.LogicalOr, words: Vocabulary) -> exp.Expr:
    expect(node, node.this, "truth value")
    extreme = exp.Min if isinstance(node, exp.LogicalAnd) else exp.Max
    return typed(extreme(this=node.this), BOOLEAN)


# -- numbers ---------------------------------------------------------------------------------


def _abs(node: exp.Abs, words: Vocabulary) -> exp.Expr:
    kind = numbers.number(node)
    return typed(accurate(node, "Int64") if kind == INT64 else node, kind)


def _sign(node: exp.Sign, words: Vocabulary) -> exp.Expr:
    numbers.number(node)
    return _signed(node)


def _signed(node: exp.Expr) -> exp.Expr:
    return typed(call("toInt64", node), INT64)


# -- text: by characters, not bytes ----------------------------------------------------------


def _length(node: exp.Length, words: Vocabulary) -> exp.Expr:
    text.length(node, words)
    return _signed(call("lengthUTF8", node.this))


def _position(node: exp.StrPosition, words: Vocabulary) -> exp.Expr:
    text.position(node, words)
    return _signed(call("positionUTF8", node.this, node.args["substr"]))


def _substring(node: exp.Substring, words: Vocabulary) -> exp.Expr:
    found = text.substring(node, words)
    if found is not node:
        return found
    parts = [node.this, node.args.get("start"), node.args.get("length")]
    return typed(call("substringUTF8", *(p for p in parts if isinstance(p, exp.Expr))), STRING)


def _right(node: exp.Anonymous, words: Vocabulary) -> exp.Expr:
    return typed(call("rightUTF8", *node.expressions), STRING)


def _in_lower_case(value: exp.Expr) -> exp.Expr:
    """Letter by letter: ClickHouse knows how a word of Greek ends, and what a dotted I is."""
    letters = [exp.Literal.string(letters) for letters in ("\u0130\u03a3", "i\u03c3")]
    return call("lowerUTF8", call("translateUTF8", value, *letters))


def _lower(node: exp.Lower, words: Vocabulary) -> exp.Expr:
    text.text(node, "this")
    return typed(_in_lower_case(node.this), STRING)


def _upper(node: exp.Upper, words: Vocabulary) -> exp.Expr:
    text.text(node, "this")
    return typed(capitals(node.this, "translateUTF8", partial(call, "upperUTF8")), STRING)


def _ilike(node: exp.ILike, words: Vocabulary) -> exp.Expr:
    """By LOWER, as DuckDB: ILIKE folds more letters, the long s among them."""
    pattern = node.expression
    if not is_text(pattern) or not pattern.name.isascii() or "\\" in pattern.name:
        raise Unsupported(
            node, "ILIKE with a pattern beyond ASCII", "compare LOWER of both with LIKE"
        )
    expect(node, node.this, "text")
    small = exp.Literal.string(pattern.name.lower())
    like = exp.Like(
        this=_in_lower_case(node.this), expression=small, negate=node.args.get("negate")
    )
    return typed(like, BOOLEAN)


_SPACES = {"LEADING": r"^\p{Zs}+", "TRAILING": r"\p{Zs}+$"}


def _trim(node: exp.Trim, words: Vocabulary) -> exp.Expr:
    """Of every kind of space, as DuckDB; of letters that are named."""
    text.trim(node, words)
    letters = node.expression
    if letters is None:
        both = "|".join(_SPACES.values())
        pattern = _SPACES.get(str(node.args.get("position") or ""), both)
        return typed(
            call(
                "replaceRegexpAll", node.this, exp.Literal.string(pattern), exp.Literal.string("")
            ),
            STRING,
        )
    if not is_text(letters) or not letters.name.isascii():
        raise Unsupported(node, "TRIM of letters beyond ASCII", "use REPLACE")
    return typed(node, STRING)


def _md5(node: exp.MD5, words: Vocabulary) -> exp.Expr:
    text.text(node, "this")
    return typed(call("lower", call("hex", call("MD5", node.this))), STRING)


def _starts(node: exp.StartsWith, words: Vocabulary) -> exp.Expr:
    text.starts(node, words)
    return typed(call("startsWith", node.this, node.expression), BOOLEAN)


def _replace(node: exp.Replace, words: Vocabulary) -> exp.Expr:
    text.replace(node, words)
    parts = (node.this, node.expression, node.args["replacement"])
    return typed(call("replaceAll", *parts), STRING)


def _split_part(node: exp.SplitPart, words: Vocabulary) -> exp.Expr:
    """An array holds no NULL text: it is split where it is there."""
    text.split_part(node, words)
    separator, place = node.args["delimiter"], node.args["part_index"]
    parts = call("splitByString", separator, call("assumeNotNull", node.this.copy()))
    present = exp.Is(this=node.this, expression=exp.Not(this=exp.Null()))
    part = call("arrayElement", parts, place)
    return typed(exp.Case(ifs=[exp.If(this=present, true=part)]), STRING)


def _regexp(node: exp.RegexpLike, words: Vocabulary) -> exp.Expr:
    text.regexp(node, words)
    return typed(call("match", node.this, node.expression), BOOLEAN)


# -- times -----------------------------------------------------------------------------------


def days_between(earlier: exp.Expr, later_day: exp.Expr) -> exp.Expr:
    """`dateDiff('day', earlier, later)`: an Int64."""
    return call("dateDiff", exp.Literal.string("day"), earlier, later_day)


def add_days(day: exp.Expr, days: exp.Expr) -> exp.Expr:
    """`addDays(day, days)`."""
    return call("addDays", day, days)


_PARTS = {
    "YEAR": "toYear",
    "QUARTER": "toQuarter",
    "MONTH": "toMonth",
    "DAY": "toDayOfMonth",
    "HOUR": "toHour",
    "MINUTE": "toMinute",
    "SECOND": "toSecond",
    "WEEK": "toISOWeek",
    "DOY": "toDayOfYear",
    "ISODOW": "toDayOfWeek",
    "ISOYEAR": "toISOYear",
}


def extract(part: str, time: exp.Expr) -> exp.Expr:
    """A part of a time as an Int64, the epoch as a Float64."""
    if part == "EPOCH":
        micros = call("toUnixTimestamp64Micro", time)
        million = exp.Literal.number(1_000_000)
        return exp.Paren(this=exp.Div(this=micros, expression=million, typed=True))
    if part == "DOW":
        # Sunday is 7 there and 0 here.
        return call("toInt64", call("modulo", call("toDayOfWeek", time), exp.Literal.number(7)))
    return call("toInt64", call(_PARTS[part], time))


_MICROSECONDS = {"HOUR": 3_600_000_000, "MINUTE": 60_000_000, "SECOND": 1_000_000}


def truncate(unit: str, time: exp.Expr) -> exp.Expr:
    """The begin of the unit, a TIMESTAMP: of the day, or in whole microseconds.

    Of a timestamp less than a second before 1970 ClickHouse's own gives 1970.
    """
    if unit not in _MICROSECONDS:
        day = call("toDate32", time)
        return cast(call("dateTrunc", exp.Literal.string(unit.lower()), day), "TIMESTAMP")
    micros = call("toUnixTimestamp64Micro", time)
    size = exp.Literal.number(_MICROSECONDS[unit])
    begin = exp.Sub(this=micros, expression=call("positiveModulo", micros.copy(), size))
    return call("fromUnixTimestamp64Micro", begin, _UTC.copy())


def now(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    """The time of the statement, in UTC."""
    return typed(call("now64", exp.Literal.number(6), _UTC.copy()), TIMESTAMP)


def _today(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    return typed(call("toDate32", call("now", _UTC.copy())), DATE)


def _written(node: exp.Expr, names: tuple[str, ...]) -> list[int]:
    """The whole numbers of a time that is written out."""
    found = [literal_number(node.args.get(name)) for name in names]
    if None in found:
        raise Unsupported(
            node, f"{node.key.upper()} of computed parts", "write the parts out, or cast text"
        )
    return [number for number in found if number is not None]


def _make_date(node: exp.DateFromParts, words: Vocabulary) -> exp.Expr:
    """Written out: ClickHouse makes March of the 30th of February."""
    parts = _written(node, ("year", "month", "day"))
    try:
        day = date(*parts)
    except ValueError:
        raise Unsupported(node, "a day that does not exist", "correct it") from None
    return typed(cast(exp.Literal.string(day.isoformat()), "DATE"), DATE)


def _make_timestamp(node: exp.TimestampFromParts, words: Vocabulary) -> exp.Expr:
    parts = _written(node, ("year", "month", "day", "hour", "min"))
    seconds = node.args.get("sec")
    while isinstance(seconds, exp.Cast):
        seconds = seconds.this
    if not isinstance(seconds, exp.Literal) or node.args.get("zone"):
        raise Unsupported(node, "MAKE_TIMESTAMP of computed seconds", "write them out")
    try:
        time = datetime(*parts) + timedelta(seconds=float(seconds.name))  # type: ignore[arg-type]  # no zone among five numbers
    except ValueError:
        raise Unsupported(node, "a time that does not exist", "correct it") from None
    return typed(cast(exp.Literal.string(time.isoformat(" ")), "TIMESTAMP"), TIMESTAMP)


RULES: dict[type[exp.Expr], Rule] = {
    exp.Sum: _sum,
    exp.Avg: _mean,
    exp.Median: _median,
    exp.Count: _counted(aggregates.RULES[exp.Count]),
    exp.CountIf: _counted(aggregates.count_if),
    **{kind: _counted(_any) for kind in (exp.RowNumber, exp.Rank, exp.DenseRank)},
    exp.Ntile: _counted(aggregates.MORE[exp.Ntile]),
    exp.CumeDist: _share,
    exp.LogicalAnd: _truth,
    exp.LogicalOr: _truth,
    exp.Abs: _abs,
    exp.Sign: _sign,
    exp.Length: _length,
    exp.StrPosition: _position,
    exp.Substring: _substring,
    exp.ILike: _ilike,
    exp.Lower: _lower,
    exp.Upper: _upper,
    exp.MD5: _md5,
    exp.Trim: _trim,
    exp.StartsWith: _starts,
    exp.Replace: _replace,
    exp.SplitPart: _split_part,
    exp.RegexpLike: _regexp,
    exp.DateFromParts: _make_date,
    exp.TimestampFromParts: _make_timestamp,
    exp.CurrentDate: _today,
    exp.CurrentTimestamp: now,
}
NAMED: dict[str, tuple[int, Rule]] = {"right": (2, _right)}
