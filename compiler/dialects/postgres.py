"""PostgreSQL: what it says differently from DuckDB, and what it lacks."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, Unsupported, cast
from seeknal.compiler.dialects.duckdb import ISO_TIME
from seeknal.compiler.dialects.gate import check, negated
from seeknal.compiler.types import DATE, DataType, Kind

_TYPES = {
    Kind.BOOLEAN: "BOOLEAN",
    Kind.INT64: "BIGINT",
    Kind.DOUBLE: "DOUBLE PRECISION",
    Kind.STRING: "TEXT",
    Kind.DATE: "DATE",
    Kind.TIMESTAMP: "TIMESTAMP",
}


def type_name(data_type: DataType) -> str:
    """`BIGINT`, `DECIMAL(10, 2)`, …; lists, structs and json become JSONB."""
    if data_type.kind is Kind.DECIMAL:
        return f"DECIMAL({data_type.precision}, {data_type.scale})"
    return _TYPES.get(data_type.kind, "JSONB")


def day(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The day of a date or timestamp; the session's zone is UTC."""
    return value if data_type == DATE else cast(value, "DATE")


def days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    """`later - earlier`: two dates subtract to an integer."""
    return exp.Sub(this=later, expression=earlier)


def _is_iso(value: exp.Expr) -> exp.Expr:
    return exp.RegexpLike(this=value, expression=exp.Literal.string(f"^{ISO_TIME}$"))


def parse_time(value: exp.Expr, bad_value: str) -> exp.Expr:
    """ISO text as TIMESTAMP in UTC; text that matches no form is NULL where the source says so."""
    parsed = exp.AtTimeZone(this=cast(value, "TIMESTAMPTZ"), zone=exp.Literal.string("UTC"))
    if bad_value != "null":
        return parsed
    return exp.Case(ifs=[exp.If(this=_is_iso(value.copy()), true=parsed)])


def bad_time(value: exp.Expr) -> exp.Expr:
    """True where text is neither NULL nor in ISO form."""
    return negated(_is_iso(value))


def nan_as_null(value: exp.Expr) -> exp.Expr:
    """`NULLIF(value, NaN)`: PostgreSQL holds NaN equal to itself."""
    return exp.Nullif(this=value, expression=cast(exp.Literal.string("NaN"), "DOUBLE"))


def sort_key(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """Text byte by byte, whatever the collation of the database."""
    if data_type.kind is not Kind.STRING:
        return value
    return exp.Collate(this=value, expression=exp.to_identifier("C", quoted=True))


def microseconds(value: exp.Expr) -> exp.Expr:
    """EXTRACT gives an exact number of seconds; times a million it is an integer."""
    seconds = exp.Extract(this=exp.Var(this="EPOCH"), expression=value)
    scaled = exp.Mul(this=seconds, expression=exp.Literal.number(1_000_000))
    return cast(scaled, "BIGINT")


def _rewrite_date_diff(node: exp.DateDiff) -> exp.Expr:
    unit = node.args.get("unit")
    if unit is None or unit.name.lower() != "day":
        raise Unsupported(
            node,
            "DATE_DIFF in a unit other than days",
            "count days, or subtract the parts of EXTRACT",
        )
    left, right = cast(node.this, "DATE"), cast(node.expression, "DATE")
    return exp.Paren(this=exp.Sub(this=left, expression=right))


def _rewrite_round(node: exp.Round) -> exp.Expr:
    """Half away from zero, as DuckDB: PostgreSQL's ROUND of doubles has no digits argument."""
    digits = node.args.get("decimals")
    if digits is None:
        factor: exp.Expr | None = None
    elif isinstance(digits, exp.Literal) and digits.is_int:
        factor = exp.Literal.number("1" + "0" * int(digits.name))
    else:
        raise Unsupported(node, "ROUND to a computed number of digits", "write the digits out")
    value: exp.Expr = cast(exp.Paren(this=node.this), "DOUBLE")
    scaled: exp.Expr = exp.Abs(this=value.copy())
    if factor is not None:
        scaled = exp.Mul(this=scaled, expression=factor)
    whole: exp.Expr = exp.Floor(this=exp.Add(this=scaled, expression=exp.Literal.number("0.5")))
    whole = exp.Mul(this=exp.Sign(this=value), expression=whole)
    return exp.Paren(this=exp.Div(this=whole, expression=factor.copy())) if factor else whole


def _rewrite_try_cast(node: exp.TryCast) -> exp.Expr:
    raise Unsupported(
        node, "TRY_CAST", "clean the value first, or use `on_bad_value` at the source"
    )


def _rewrite_date_from_parts(node: exp.DateFromParts) -> exp.Expr:
    parts = [cast(node.args[name], "INT") for name in ("year", "month", "day")]
    return exp.Anonymous(this="MAKE_DATE", expressions=parts)


def _rewrite_timestamp_from_parts(node: exp.TimestampFromParts) -> exp.Expr:
    names = ("year", "month", "day", "hour", "min", "sec")
    if any(node.args.get(name) is None for name in names) or node.args.get("zone"):
        raise Unsupported(node, "MAKE_TIMESTAMP of other than six parts", "give all six parts")
    parts: list[exp.Expr] = [cast(node.args[name], "INT") for name in names[:-1]]
    return exp.Anonymous(
        this="MAKE_TIMESTAMP", expressions=[*parts, cast(node.args["sec"], "DOUBLE")]
    )


_REWRITES: dict[type[exp.Expr], Callable[..., exp.Expr]] = {
    exp.DateDiff: _rewrite_date_diff,
    exp.DateFromParts: _rewrite_date_from_parts,
    exp.TimestampFromParts: _rewrite_timestamp_from_parts,
    exp.Round: _rewrite_round,
    exp.TryCast: _rewrite_try_cast,
}

_FUNCTIONS: tuple[type[exp.Expr], ...] = (
    *(exp.Abs, exp.Avg, exp.Ceil, exp.Coalesce, exp.Concat, exp.ConcatWs, exp.Count, exp.CountIf),
    *(exp.CumeDist, exp.CurrentDate, exp.CurrentTimestamp, exp.DateDiff, exp.DenseRank, exp.Exp),
    *(exp.Extract, exp.FirstValue, exp.Floor, exp.Greatest, exp.If, exp.Lag, exp.LastValue),
    *(exp.Lead, exp.Least, exp.Length, exp.Ln, exp.LogicalAnd, exp.LogicalOr, exp.Lower, exp.Max),
    *(exp.Min, exp.Nullif, exp.NthValue, exp.Ntile, exp.PercentRank, exp.Pow, exp.Rank),
    *(exp.RegexpLike, exp.Replace, exp.Round, exp.RowNumber, exp.Sign, exp.SplitPart, exp.Sqrt),
    *(exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.StrPosition, exp.Substring, exp.Sum),
    *(exp.TimestampTrunc, exp.DateTrunc, exp.Trim, exp.Upper, exp.Variance, exp.VariancePop),
    *(exp.Year, exp.Month, exp.Day, exp.Median, exp.Cast, exp.Case, exp.MD5, exp.StartsWith),
)
_NAMED = frozenset({"date_part"})


def rewrite(tree: exp.Expr) -> exp.Expr:
    """A tree in DuckDB's vocabulary as one that PostgreSQL runs with the same rows.

    Raises `Unsupported` for the first construct outside the list.
    """
    check(tree, _FUNCTIONS, _NAMED, _REWRITES)
    return tree.transform(_step) if _needs_rewriting(tree) else tree


def _needs_rewriting(tree: exp.Expr) -> bool:
    return next(tree.find_all(*_REWRITES), None) is not None


def _step(node: exp.Expr) -> exp.Expr:
    rule = _REWRITES.get(type(node))
    return rule(node) if rule is not None else node


DIALECT = Dialect(
    name="postgres",
    printer="postgres",
    type_name=type_name,
    day=day,
    days_between=days_between,
    parse_time=parse_time,
    bad_time=bad_time,
    nan_as_null=nan_as_null,
    sort_key=sort_key,
    microseconds=microseconds,
    rewrite=rewrite,
    longest_name=63,
    lacks={"TRY_CAST": "a cast either works or fails the statement"},
)
