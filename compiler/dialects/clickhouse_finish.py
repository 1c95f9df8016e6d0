"""The last pass over a statement for ClickHouse: what it reads in another way than it is written.

* Types: its Date and DateTime are short; all are Nullable.
* Names beyond ASCII need quotes; a column of a join needs AS to keep its name.
* LAG and its like end in 0 and '' for types that are not Nullable; FIRST_VALUE passes over NULL.
* STDDEV and VARIANCE lose digits where values are far from 0, and are NaN for one value; MEDIAN is
  a sample.
* A comparison is an unsigned integer, and a Bool only by a cast.
* ROW_NUMBER is unsigned; beside a signed integer in a UNION it becomes a Variant.
* A RANGE frame reaches as far as 32 bits count.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast, needs_quotes
from seeknal.compiler.dialects.clickhouse_operators import call
from seeknal.compiler.dialects.clickhouse_query import all_of
from seeknal.compiler.dialects.clickhouse_types import own_type
from seeknal.compiler.dialects.search import nodes_of

SETTINGS = {
    "join_use_nulls": 1,
    "aggregate_functions_null_for_empty": 1,
    "prefer_column_name_to_alias": 1,
    "compile_expressions": 0,
}
"""Without them joins fill with 0 and '', aggregates of nothing are 0, a name means an alias, and
from the fourth run on a cast to int64 is compiled: then what does not fit wraps around."""

_LONGEST_FRAME = 2**31 - 1


def finish(statement: exp.Expr) -> exp.Expr:
    """The statement, changed in place, as ClickHouse reads it right, with its settings."""
    holder = exp.Paren(this=statement)
    # From the leaves up: what is put around a node keeps what was done inside it.
    for node in reversed(nodes_of(statement, *_CHANGED)):
        kind = type(node)
        if kind is exp.Identifier:
            if not _is_plain(node.args["this"]):
                _name(node)
            continue
        rule = _RULES.get(kind)
        if rule is not None:
            rule(node)
        if kind in _MAYBE_TESTS and _is_kept(node) and _is_test(node):
            inner = node.unnest()
            node.replace(cast(inner.copy(), "BOOLEAN"))
    found = holder.this
    assert isinstance(found, exp.Expr)
    found.pop()
    if isinstance(found, exp.Create):
        return _with_engine(found)
    if isinstance(found, exp.Query):
        settings = [
            exp.EQ(this=exp.column(name), expression=exp.Literal.number(value))
            for name, value in SETTINGS.items()
        ]
        found.set("settings", settings)
    return found


def _with_engine(statement: exp.Create) -> exp.Create:
    """A table to load: without a key, as ClickHouse wants it said."""
    properties = [
        exp.EngineProperty(this=exp.Var(this="MergeTree")),
        exp.Order(expressions=[exp.Ordered(this=call("tuple"))]),
    ]
    statement.set("properties", exp.Properties(expressions=properties))
    return statement


# -- types and names -------------------------------------------------------------------------


def _type(node: exp.DataType) -> None:
    if isinstance(node.parent, exp.ColumnDef):
        node.set("nullable", True)
    own = own_type(node)
    if own is not node:
        node.replace(own)


# Numbers to ClickHouse, and what it takes for a limit behind SELECT.
_NOT_NAMES = frozenset({"inf", "infinity", "nan", "top"})


@lru_cache(maxsize=10_000)
def _is_plain(name: str) -> bool:
    """True for a name that is written as it is. Half of all nodes are names, most one of a few."""
    return not needs_quotes(name) and name not in _NOT_NAMES


def _name(node: exp.Expr) -> None:
    """In quotes where it is beyond ASCII; a backslash escapes in quotes, too."""
    name = node.name
    if not node.args.get("quoted"):
        node.set("quoted", True)
    if "\\" in name:
        node.set("this", name.replace("\\", "\\\\"))


def _columns(node: exp.Select) -> None:
    """`a.x AS x`: the column of a join is else called `a.x` where two relations have one."""
    for projection in list(node.expressions):
        if not isinstance(projection, exp.Column) or isinstance(projection.this, exp.Star):
            continue
        if projection.args.get("table") is not None:
            alias = exp.Alias(this=projection.copy(), alias=projection.this.copy())
            alias.comments, alias.this.comments = projection.comments, None
            projection.replace(alias)


def _select(node: exp.Select) -> None:
    _columns(node)
    _scalar(node)


def _join(node: exp.Join) -> None:
    """Raise `Unsupported` for an outer join without a column of one side equal to the other's."""
    on = node.args.get("on")
    if on is None or not node.args.get("side") or any(map(_is_key, all_of(on))):
        return
    raise Unsupported(
        on, "an outer join on no equal columns", "join on a key, and test the rest beside it"
    )


def _is_key(test: exp.Expr) -> bool:
    if not isinstance(test, exp.EQ):
        return False
    sides = [{c.table for c in side.find_all(exp.Column)} for side in (test.this, test.expression)]
    return all(sides) and sides[0] != sides[1]


# -- set operations ----------------------------------------------------------------------------


def _operation(node: exp.SetOperation) -> None:
    """ORDER BY and LIMIT would be the last SELECT's; operations in one another need parentheses."""
    for key in ("this", "expression"):
        side = node.args[key]
        if isinstance(side, exp.SetOperation) and not (_adds_all(node) and _adds_all(side)):
            node.set(key, exp.Subquery(this=side))
    clauses = {k: v for k in ("order", "limit", "offset") if (v := node.args.get(k)) is not None}
    if not clauses or node.parent is None:
        return
    for key in clauses:
        node.set(key, None)
    alias = exp.TableAlias(this=exp.to_identifier("rows_of_both"))
    around = exp.Select(expressions=[exp.Star()], **clauses)
    around.set("with_", node.args.get("with_"))
    node.set("with_", None)
    around.comments, node.comments = node.comments, None
    node.replace(around)
    around.set("from_", exp.From(this=exp.Subquery(this=node, alias=alias)))


def _adds_all(node: exp.SetOperation) -> bool:
    return isinstance(node, exp.Union) and node.args.get("distinct") is False


# -- subqueries ------------------------------------------------------------------------------

_NULL_OF_NOTHING = (exp.Max, exp.Min, exp.Sum, exp.Avg, exp.ParameterizedAgg)


def _scalar(node: exp.Select) -> None:
    """Of no rows that fit the row around it a subquery is NULL there, also where it counts."""
    around = node.parent
    while isinstance(around, exp.Paren | exp.Subquery):
        if isinstance(around, exp.Subquery) and around.args.get("alias") is not None:
            return
        around = around.parent
    relation = exp.From | exp.Join | exp.CTE | exp.Exists | exp.In | exp.SetOperation | exp.With
    if around is None or isinstance(around, relation) or not node.args.get("where"):
        return
    found = node.expressions[0].unalias()
    while isinstance(found, exp.Cast | exp.Paren):
        found = found.this
    grouped = node.args.get("group") is not None or found.find(exp.AggFunc) is None
    if grouped or isinstance(found, _NULL_OF_NOTHING):
        return
    if not isinstance(found, exp.Count):
        help = "compute with it in the query around"
        raise Unsupported(found, "a subquery that computes with its aggregate", help)
    outer: exp.Expr = node
    while isinstance(outer.parent, exp.Paren | exp.Subquery):
        outer = outer.parent
    zero = exp.Literal.number(0)
    outer.replace(exp.Coalesce(this=outer.copy(), expressions=[zero]))


def _table(node: exp.Table) -> None:
    if node.args.get("catalog") is not None:
        raise Unsupported(
            node,
            f"the relation `{node.sql()}` of three parts",
            "name a relation `database.table`",
        )


# -- truth values ----------------------------------------------------------------------------

_TESTS = (
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.And, exp.Or, exp.Not),
    *(exp.Is, exp.In, exp.Between, exp.Like, exp.Exists),
)
_MAYBE_TESTS = frozenset({*_TESTS, exp.Anonymous, exp.Paren})
_TEST_FUNCTIONS = frozenset({"startsWith", "match", "isDistinctFrom", "isNotDistinctFrom"})
_VALUES = (exp.Alias, exp.Select, exp.Coalesce, exp.Max, exp.Min, exp.Lag, exp.Lead, exp.Distinct)
# Where a value is kept, by what it stands in: a test elsewhere only chooses rows or branches.
_KEPT: dict[type[object], tuple[str, ...]] = {
    exp.If: ("true", "false"),
    exp.Case: ("default",),
    **dict.fromkeys(_VALUES, ("this", "expressions")),
}


def _is_kept(node: exp.Expr) -> bool:
    return node.arg_key in _KEPT.get(type(node.parent), ())


def _is_test(node: exp.Expr) -> bool:
    inner = node.unnest()
    if isinstance(inner, exp.Anonymous):
        return inner.name in _TEST_FUNCTIONS
    return isinstance(inner, _TESTS)


# -- windows and aggregates ------------------------------------------------------------------


def _number_rows(node: exp.Alias) -> None:
    """Signed: an unsigned integer beside a signed one in a UNION becomes a Variant."""
    number = node.this
    if not isinstance(number, exp.Window):
        return
    # A rank among few is only compared.
    row = isinstance(number.this, exp.RowNumber) and not number.args.get("partition_by")
    if row or isinstance(number.this, exp.Count):
        node.set("this", call("toInt64", number))


_WITHOUT_FRAME = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.Lag, exp.Lead)


def _window(node: exp.Window) -> None:
    """A frame means nothing to ranks and to LAG; ClickHouse counts within it, or refuses it."""
    function = node.this
    share = isinstance(function, exp.Anonymous) and function.name == "cume_dist"
    if share or isinstance(function, (*_WITHOUT_FRAME, exp.Ntile)):
        node.set("spec", None)


def _may_be_null(node: exp.Expr) -> None:
    """Beyond the window's ends LAG and its like have 0 and '' for a type that is not Nullable."""
    operand = node.this
    if not (isinstance(operand, exp.Anonymous) and operand.name == "toNullable"):
        node.set("this", call("toNullable", operand))


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


def _first(node: exp.FirstValue | exp.LastValue) -> None:
    _may_be_null(node)
    if not isinstance(node.parent, exp.RespectNulls):
        node.replace(exp.RespectNulls(this=node.copy()))


_STABLE = {
    exp.Stddev: "stddevSampStable",
    exp.StddevSamp: "stddevSampStable",
    exp.StddevPop: "stddevPopStable",
    exp.Variance: "varSampStable",
    exp.VariancePop: "varPopStable",
}


def _spread(node: exp.AggFunc) -> None:
    """Of what is left when the mean is taken off; below the least number of values NULL."""
    name = _STABLE[type(node)]
    window = node.parent if isinstance(node.parent, exp.Window) else None

    def over(aggregate: exp.Expr) -> exp.Expr:
        if window is None:
            return aggregate
        framed = window.copy()
        framed.set("this", aggregate)
        return framed

    values = over(call("groupArray", node.this.copy()))
    number = over(exp.Count(this=node.this.copy()))
    mean = call("arrayWithConstant", number, call("arrayAvg", values.copy()))
    left, right = exp.to_identifier("v"), exp.to_identifier("m")
    minus = exp.Lambda(
        this=exp.Sub(this=left, expression=right), expressions=[left.copy(), right.copy()]
    )
    rest = call("arrayMap", minus, values, mean)
    spread = call("arrayReduce", exp.Literal.string(name), rest)
    least = exp.Literal.number(1 if "Samp" in name else 0)
    several = exp.GT(this=number.copy(), expression=least)
    (window or node).replace(exp.Case(ifs=[exp.If(this=several, true=spread)]))


def _median(node: exp.Median) -> None:
    half = exp.Literal.number("0.5")
    value = cast(node.this.copy(), "DOUBLE")
    median = exp.ParameterizedAgg(this="quantileExactInclusive", expressions=[half], params=[value])
    node.replace(median)


def _truncated(node: exp.TimestampTrunc) -> None:
    """Of the day: the second before 1970 is not in that year there."""
    unit = exp.Literal.string(node.args["unit"].name.lower())
    node.replace(call("dateTrunc", unit, call("toDate32", node.this.copy())))


_RULES: dict[type[exp.Expr], Callable[..., None]] = {
    exp.DataType: _type,
    exp.Select: _select,
    exp.Join: _join,
    **dict.fromkeys((exp.Union, exp.Except, exp.Intersect), _operation),
    exp.Table: _table,
    exp.Alias: _number_rows,
    exp.WindowSpec: _check_frame,
    exp.Window: _window,
    **dict.fromkeys((exp.Lag, exp.Lead, exp.NthValue), _may_be_null),
    **dict.fromkeys((exp.FirstValue, exp.LastValue), _first),
    **dict.fromkeys(_STABLE, _spread),
    exp.Median: _median,
    exp.TimestampTrunc: _truncated,
}
_CHANGED: tuple[type[exp.Expr], ...] = (exp.Identifier, *_RULES, *_MAYBE_TESTS)
