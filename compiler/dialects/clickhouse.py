"""ClickHouse: what it says differently from DuckDB, and what it lacks.

Its defaults are other rows: an outer join fills with 0 and '', an aggregate of nothing is 0, a name
means an alias of the same SELECT before a column. `SETTINGS` at the end of every statement turn
them off, in the text itself, so that it means the same wherever it is run.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, Unsupported, needs_quotes
from seeknal.compiler.dialects.clickhouse_types import (
    column_type,
    own_type,
    timestamp_type,
    type_name,
)
from seeknal.compiler.dialects.gate import check
from seeknal.compiler.model import Relation
from seeknal.compiler.types import DATE, Column, DataType

__all__ = ["DIALECT", "column_type"]

SETTINGS = (
    "join_use_nulls",
    "aggregate_functions_null_for_empty",
    "prefer_column_name_to_alias",
)
# Text that parseDateTime64BestEffort reads as it is written: of other texts it makes times, too.
_ISO = (
    "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?"
    "(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)?)?$"
)
_LONGEST_FRAME = 2**31 - 1


def _call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _text(value: str) -> exp.Literal:
    return exp.Literal.string(value)


def day(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The day of a date or timestamp; timestamps are in UTC."""
    return value if data_type == DATE else _call("toDate32", value)


def days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    """`dateDiff('day', earlier, later)`: an Int64."""
    return _call("dateDiff", _text("day"), earlier, later)


def _parsed(value: exp.Expr, name: str) -> exp.Expr:
    return _call(name, value, exp.Literal.number(6), _text("UTC"))


def _is_iso(value: exp.Expr) -> exp.Expr:
    return _call("match", value, _text(_ISO))


def parse_time(value: exp.Expr, bad_value: str) -> exp.Expr:
    """ISO text as a timestamp in UTC; other text is NULL, or ends the statement."""
    iso = exp.If(this=_is_iso(value), true=_parsed(value.copy(), "parseDateTime64BestEffortOrNull"))
    if bad_value == "null":
        return exp.Case(ifs=[iso])
    wrong = _call("concat", _text("not an ISO time: "), value.copy())
    checked = _call("if", _is_iso(value), value.copy(), wrong)
    present = exp.Is(this=value.copy(), expression=exp.Not(this=exp.Null()))
    parsed = _parsed(checked, "parseDateTime64BestEffort")
    return exp.Case(ifs=[exp.If(this=present, true=parsed)])


def bad_time(value: exp.Expr) -> exp.Expr:
    """True where text is neither NULL nor in ISO form."""
    present = exp.Is(this=value, expression=exp.Not(this=exp.Null()))
    parsed = parse_time(value.copy(), "null")
    return exp.And(this=present, expression=exp.Is(this=parsed, expression=exp.Null()))


def parameter(name: str) -> exp.Expr:
    """A parameter of the statement: `clickhouse client --param_as_of='2026-01-31 00:00:00'`."""
    return exp.Placeholder(this=name, kind=timestamp_type(nullable=False).copy())


def nan_as_null(value: exp.Expr) -> exp.Expr:
    """NULL for NaN, and 0.0 for -0.0, which ClickHouse groups apart."""
    number = exp.Add(this=value.copy(), expression=exp.Literal.number(0))
    test = exp.Not(this=_call("isNaN", value))
    return exp.Case(ifs=[exp.If(this=test, true=number)])


def sort_key(value: exp.Expr, data_type: DataType) -> exp.Expr:
    """The value itself: text is compared byte by byte."""
    return value


def microseconds(value: exp.Expr) -> exp.Expr:
    """`toUnixTimestamp64Micro(value)`: an Int64."""
    return _call("toUnixTimestamp64Micro", value)


def rewrite(tree: exp.Expr, columns: Sequence[Column] = ()) -> exp.Expr:
    """An expression of a spec or a macro."""
    check(tree, (exp.Max, exp.Min), {})
    return tree


def rewrite_query(
    tree: exp.Query, inputs: Sequence[Relation], columns: Sequence[Column]
) -> exp.Query:
    """A user's query."""
    check(tree, (exp.Max, exp.Min), {})
    return tree


# -- the whole statement -----------------------------------------------------------------------

_OFFSETS = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue)


def finish(statement: exp.Expr) -> exp.Expr:
    """Types as ClickHouse spells them, values of windows that may be NULL, and the settings."""
    for node in list(statement.walk()):
        if isinstance(node, exp.DataType):
            own = own_type(node)
            if own is not node:
                node.replace(own)
        elif isinstance(node, exp.Identifier):
            _spell(node)
        elif isinstance(node, exp.Select):
            _name_columns(node)
        elif isinstance(node, _OFFSETS):
            _may_be_null(node)
        elif isinstance(node, exp.WindowSpec):
            _check_frame(node)
        elif isinstance(node, exp.Alias):
            _number_rows(node)
        elif isinstance(node, exp.Table) and node.args.get("catalog") is not None:
            raise Unsupported(
                node,
                f"the relation `{node.sql()}` of three parts",
                "name a relation `database.table`",
            )
    if isinstance(statement, exp.Create):
        return _with_engine(statement)
    if isinstance(statement, exp.Query):
        one = exp.Literal.number(1)
        settings = [exp.EQ(this=exp.column(name), expression=one.copy()) for name in SETTINGS]
        statement.set("settings", settings)
    return statement


def _spell(node: exp.Identifier) -> None:
    """In quotes where it is beyond ASCII; a backslash escapes in quotes, too."""
    node.set("quoted", bool(node.args.get("quoted")) or needs_quotes(node.name))
    if "\\" in node.name:
        node.set("this", node.name.replace("\\", "\\\\"))


def _name_columns(node: exp.Select) -> None:
    """`a.x AS x`: the column of a join is else called `a.x` where two relations have one."""
    for place, projection in enumerate(node.expressions):
        if not isinstance(projection, exp.Column) or isinstance(projection.this, exp.Star):
            continue
        if projection.args.get("table") is not None:
            alias = exp.Alias(this=projection.copy(), alias=projection.this.copy())
            alias.comments = projection.comments
            alias.this.comments = None
            node.expressions[place].replace(alias)


def _number_rows(node: exp.Alias) -> None:
    """Signed: an unsigned integer beside a signed one in a UNION becomes a Variant."""
    number = node.this
    if isinstance(number, exp.Window) and isinstance(number.this, exp.RowNumber):
        node.set("this", _call("toInt64", number))


def _may_be_null(node: exp.Expr) -> None:
    """Beyond the window's ends LAG and its like have 0 and '' for a type that is not Nullable."""
    operand = node.this
    if not (isinstance(operand, exp.Anonymous) and operand.name == "toNullable"):
        node.set("this", _call("toNullable", operand))


def _check_frame(node: exp.WindowSpec) -> None:
    """Raise `Unsupported` for a RANGE frame that is longer than 32 bits count."""
    if node.args.get("kind") != "RANGE":
        return
    for end in ("start", "end"):
        bound = node.args.get(end)
        if isinstance(bound, exp.Literal) and bound.is_int and int(bound.name) > _LONGEST_FRAME:
            raise Unsupported(
                node,
                "a RANGE frame of more than 2,147,483,647 microseconds",
                "leave `strategy` out, or ask for another: it runs with a join or running sums",
            )


def _with_engine(statement: exp.Create) -> exp.Create:
    """A table to load: in the order of its rows, as ClickHouse asks for one."""
    properties = [
        exp.EngineProperty(this=exp.Var(this="MergeTree")),
        exp.Order(expressions=[exp.Ordered(this=_call("tuple"))]),
    ]
    statement.set("properties", exp.Properties(expressions=properties))
    return statement


DIALECT = Dialect(
    name="clickhouse",
    printer="clickhouse",
    type_name=type_name,
    day=day,
    days_between=days_between,
    parse_time=parse_time,
    bad_time=bad_time,
    nan_as_null=nan_as_null,
    sort_key=sort_key,
    microseconds=microseconds,
    parameter=parameter,
    rewrite=rewrite,
    rewrite_query=rewrite_query,
    finish=finish,
    asof_join=True,
    lacks={},
)
