"""What a SQL expression says of the time columns below it: where its value lies around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlglot import exp
from sqlglot.optimizer.scope import walk_in_scope

from seeknal.compiler.leakage.clocks import clocks_in
from seeknal.compiler.leakage.spans import DAY, interval_span, unit_span
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Kind

KindOf = Callable[[exp.Column], Kind | None]


@dataclass(frozen=True, slots=True)
class Near:
    """A value between `low` and `high` microseconds after a column: `low` < 0 goes back."""

    table: str
    column: str
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value of one of several columns, as COALESCE and CASE give."""

    parts: tuple[Near, ...]


@dataclass(frozen=True, slots=True)
class LatestOf:
    """The greatest of several columns."""

    parts: tuple[Near, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A time that a row makes of its own columns in a way that has no bound around one of them."""

    table: str
    columns: tuple[str, ...]
    expression: exp.Expr


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same value for every row."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A value that depends on when the SQL runs."""

    node: exp.Expr


@dataclass(frozen=True, slots=True)
class Aggregated:
    """An aggregate over a group; `inner` is the time that it is taken of."""

    node: exp.Expr
    inner: Time | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A form that is not followed."""

    node: exp.Expr


Time = Near | OneOf | LatestOf | Made | Fixed | Clock | Aggregated | Unknown

_WRAPPERS = (exp.Alias, exp.Paren, exp.IgnoreNulls, exp.RespectNulls)
_ADDED = (exp.Add, exp.DateAdd, exp.DatetimeAdd, exp.TimestampAdd)
_TAKEN = (exp.Sub, exp.DateSub, exp.DatetimeSub, exp.TimestampSub)
_SUMS = (exp.Add, exp.Sub, exp.AtTimeZone, exp.Paren, exp.Alias)
_NUMBERS = (exp.Extract, exp.DateDiff, exp.Count, exp.Mul, exp.Div, exp.IntDiv, exp.Mod)
_TIMES = (Kind.DATE, Kind.TIMESTAMP)
_TIMESTAMPS = ("TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMPNTZ", "DATETIME")


def time_of(node: exp.Expr, kind_of: KindOf) -> Time:
    """What the expression is as a time. `kind_of` tells the type of a column, where it is known."""
    while isinstance(node, _WRAPPERS):
        node = node.this
    if isinstance(node, exp.Column):
        return Near(node.table, node.name)
    if (clock := next(clocks_in(node), None)) is not None:
        return Clock(clock)
    if isinstance(node, exp.Query | exp.Subquery | exp.Window):
        return Unknown(node)
    if isinstance(node, exp.Filter):
        node = node.this
    if isinstance(node, exp.AggFunc):
        return Aggregated(node, time_of(node.this, kind_of) if node.this is not None else None)
    columns = [part for part in walk_in_scope(node) if isinstance(part, exp.Column)]
    if not columns:
        return Fixed()
    found = _shifted(node, kind_of) or _chosen(node, kind_of)
    if found is not None:
        return found
    return _made(node, columns, kind_of)


def _shifted(node: exp.Expr, kind_of: KindOf) -> Time | None:
    """Casts, truncations and additions of a written length."""
    if isinstance(node, exp.Cast | exp.TryCast):
        to = node.to.this.name
        if to == "DATE":
            return _to_day(node.this, kind_of)
        if to.startswith(_TIMESTAMPS) or to in ("VARCHAR", "TEXT"):
            return time_of(node.this, kind_of)
        return None
    if isinstance(node, exp.Date | exp.TsOrDsToDate) and not node.args.get("expressions"):
        return _to_day(node.this, kind_of)
    if isinstance(node, exp.TimestampTrunc | exp.DateTrunc):
        unit = unit_span(node.args["unit"].name) if node.args.get("unit") is not None else None
        if unit is None:
            return None
        if unit[1] == DAY:
            return _to_day(node.this, kind_of)
        return moved(time_of(node.this, kind_of), -unit[1], 0)
    if isinstance(node, exp.DateBin):
        width = interval_span(node.this)
        inner = time_of(node.args["expression"], kind_of)
        return moved(inner, -width[1], 0) if width is not None else None
    if isinstance(node, exp.LastDay):
        return moved(time_of(node.this, kind_of), -DAY, 31 * DAY)
    if isinstance(node, exp.AtTimeZone) and node.args["zone"].name.upper() == "UTC":
        return time_of(node.this, kind_of)
    if isinstance(node, _ADDED + _TAKEN):
        return _added(node, kind_of)
    return None


def _added(node: exp.Expr, kind_of: KindOf) -> Time | None:
    time, length = node.this, node.args.get("expression")
    if isinstance(node, exp.Add) and interval_span(time) is not None:
        time, length = length, time
    if time is None or length is None:
        return None
    span = interval_span(length)
    if span is None and isinstance(length, exp.Literal) and not length.is_string:
        if kind_of_expression(time, kind_of) is not Kind.DATE or not length.name.isdigit():
            return None
        span = (int(length.name) * DAY, int(length.name) * DAY)
    if span is None:
        return None
    if isinstance(node, _TAKEN):
        span = (-span[1], -span[0])
    return moved(time_of(time, kind_of), *span)


def _to_day(node: exp.Expr, kind_of: KindOf) -> Time | None:
    inner = time_of(node, kind_of)
    exact = kind_of_expression(node, kind_of) in (Kind.DATE, Kind.STRING)
    return inner if exact else moved(inner, -DAY, 0)


def moved(time: Time, low: int, high: int) -> Time | None:
    """The time between `low` and `high` after `time`; None where that cannot be said."""
    match time:
        case Near():
            return replace(time, low=time.low + low, high=time.high + high)
        case OneOf(parts) | LatestOf(parts):
            return type(time)(tuple(replace(p, low=p.low + low, high=p.high + high) for p in parts))
        case Fixed() | Clock() | Aggregated():
            return time
    return None


def _chosen(node: exp.Expr, kind_of: KindOf) -> Time | None:
    """COALESCE, GREATEST and CASE over columns."""
    if isinstance(node, exp.Greatest):
        parts = _parts([node.this, *node.expressions], kind_of)
        return LatestOf(parts) if parts else None
    if isinstance(node, exp.Coalesce):
        parts = _parts([node.this, *node.expressions], kind_of)
        return OneOf(parts) if parts else None
    if isinstance(node, exp.Case):
        values = [branch.args["true"] for branch in node.args["ifs"]]
        if (default := node.args.get("default")) is not None:
            values.append(default)
        parts = _parts([v for v in values if not isinstance(v, exp.Null)], kind_of)
        return OneOf(parts) if parts else None
    return None


def _parts(nodes: list[exp.Expr], kind_of: KindOf) -> tuple[Near, ...]:
    found = [time_of(node, kind_of) for node in nodes]
    near = tuple(time for time in found if isinstance(time, Near))
    return near if len(near) == len(found) else ()


def _made(node: exp.Expr, columns: list[exp.Column], kind_of: KindOf) -> Time:
    """A row's own time, unless an unlisted function may have cut a known time off."""
    if len({column.table for column in columns}) != 1 or not _keeps_time(node, kind_of):
        return Unknown(node)
    named = [column for column in columns if kind_of(column) in _TIMES] or columns
    names = tuple(dict.fromkeys(column.name for column in named))
    return Made(columns[0].table, names, node)


def _keeps_time(node: exp.Expr, kind_of: KindOf) -> bool:
    """True where times below stand in nothing but sums: no function can have cut them off."""
    columns = [part for part in walk_in_scope(node) if isinstance(part, exp.Column)]
    if all(kind_of(column) not in (None, *_TIMES) for column in columns):
        return True
    if isinstance(node, exp.Cast | exp.TryCast):
        return str(node.to.this.name) != "DATE" and _keeps_time(node.this, kind_of)
    if isinstance(node, _SUMS):
        return all(_keeps_time(child, kind_of) for child in node.iter_expressions())
    return isinstance(node, exp.Column)


def kind_of_expression(node: exp.Expr, kind_of: KindOf) -> Kind | None:
    """The type of an expression as far as times need it: None where it is not known."""
    while isinstance(node, (*_WRAPPERS, exp.Min, exp.Max, exp.AnyValue, exp.First, exp.Last)):
        node = node.this
    if isinstance(node, exp.Column):
        return kind_of(node)
    if isinstance(node, exp.Cast | exp.TryCast):
        to = node.to.this.name
        if to == "DATE":
            return Kind.DATE
        return Kind.TIMESTAMP if to.startswith(_TIMESTAMPS) else None
    if isinstance(node, exp.Date | exp.TsOrDsToDate | exp.DateFromParts | exp.LastDay):
        return Kind.DATE
    if isinstance(node, exp.TimestampTrunc | exp.DateTrunc | exp.TimestampFromParts):
        return Kind.TIMESTAMP
    if isinstance(node, exp.Add | exp.Sub):
        left = kind_of_expression(node.this, kind_of)
        right = kind_of_expression(node.args["expression"], kind_of)
        if left in _TIMES and right in _TIMES:
            return Kind.DOUBLE
        if left is Kind.DATE and right not in (None, *_TIMES):
            return Kind.DATE
        return Kind.TIMESTAMP if left in _TIMES else left
    if isinstance(node, exp.Coalesce | exp.Greatest):
        return kind_of_expression(node.this, kind_of)
    if isinstance(node, exp.Case):
        return kind_of_expression(node.args["ifs"][0].args["true"], kind_of)
    return _plain_kind(node)


def _plain_kind(node: exp.Expr) -> Kind | None:
    """The type of what is a number, a text or a truth whatever its parts are."""
    if isinstance(node, exp.Predicate | exp.Connector | exp.Not):
        return Kind.BOOLEAN
    if isinstance(node, exp.Literal):
        return Kind.STRING if node.is_string else Kind.DOUBLE
    return Kind.DOUBLE if isinstance(node, _NUMBERS) else None


def nears(time: Time) -> Iterator[Near]:
    """The columns that a time is near to."""
    match time:
        case Near():
            yield time
        case OneOf(parts) | LatestOf(parts):
            yield from parts
        case Made(table, columns):
            yield from (Near(table, column) for column in columns)
        case Aggregated(inner=inner) if inner is not None:
            yield from nears(inner)
