"""Users' SQL on Spark: the shared rules over its vocabulary, and what only a whole query shows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from seeknal.compiler.dialects import spark_functions as functions
from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.rules import aggregates, numbers, operators, query, text, times
from seeknal.compiler.dialects.rules.before import said_alone, without_tuples
from seeknal.compiler.dialects.rules.common import COMMON
from seeknal.compiler.dialects.rules.expressions import rewrite_expression
from seeknal.compiler.dialects.rules.vocabulary import Rule, Vocabulary
from seeknal.compiler.dialects.search import nodes_of
from seeknal.compiler.dialects.spark_types import type_name
from seeknal.compiler.dialects.spark_variables import check_name
from seeknal.compiler.dialects.typed import INT64, type_of
from seeknal.compiler.model import Relation
from seeknal.compiler.types import Column, Kind

_RULES: dict[type[exp.Expr], Rule] = {
    **COMMON,
    **operators.MORE,
    **aggregates.MORE,
    **numbers.MORE,
    **text.MORE,
    **times.MORE,
    **functions.RULES,
}

_NUMBERS = (Kind.INT64, Kind.DOUBLE, Kind.DECIMAL)
_TIMES = (Kind.DATE, Kind.TIMESTAMP)
_TRUTH = (*_NUMBERS, Kind.STRING, Kind.BOOLEAN)

WORDS = Vocabulary(
    rules=_RULES,
    named=functions.NAMED,
    casts=frozenset(
        {
            *((a, b) for a in _TRUTH for b in (*_NUMBERS, Kind.BOOLEAN)),
            *((a, b) for a in (*_TIMES, Kind.STRING) for b in _TIMES),
        }
    ),
    spelt=frozenset({Kind.INT64, Kind.DECIMAL, *_TIMES, Kind.BOOLEAN}),
    parts=times.PARTS,
    units=times.UNITS,
    type_name=type_name,
    days_between=functions.days_between,
    add_days=functions.add_days,
    extract=functions.part,
    truncate=functions.truncate,
    greatest_skips_null=True,
    casts_truth=True,
    has_is_true=True,
    has_named_windows=True,
    has_groups_by_alias=True,
    has_values=True,
    has_column_aliases=True,
    has_recursion=True,
    has_all_of_sets=True,
)

_IN_ORDER = (
    *(exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile),
    *(exp.Lag, exp.Lead),
)


def rewrite(tree: exp.Expr, columns: Sequence[Column] = ()) -> exp.Expr:
    """An expression of a spec over `columns`; of a macro, where nobody knows them.

    Raises `Unsupported` for the first construct that Spark cannot say with DuckDB's rows.
    """
    if columns:
        tree = without_tuples(tree)
        _check(tree)
    return rewrite_expression(tree, columns, WORDS)


def rewrite_query(
    tree: exp.Query, inputs: Sequence[Relation], columns: Sequence[Column]
) -> exp.Query:
    """A user's query with the rows, names and types that `columns` promise.

    Raises `Unsupported` at the first part of it that Spark cannot say.
    """
    said_alone(tree)
    _check(tree)
    found = query.rewrite_query(tree, inputs, columns, WORDS)
    nodes = nodes_of(found, exp.Select, exp.Values)
    for select in nodes:
        if not isinstance(select, exp.Select):
            continue
        _order_distinct(select)
        if not isinstance(select.parent, exp.Exists):
            _widen(select)
    if any(isinstance(node, exp.Values) for node in nodes):
        for values in nodes_of(found, exp.Values):
            _name_columns(values)
    return found


# -- what a query must not say ------------------------------------------------------------------


def _check(tree: exp.Expr) -> None:
    for node in nodes_of(tree, exp.Window, exp.In, exp.Identifier, exp.With):
        if isinstance(node, exp.Window):
            _check_window(node)
        elif isinstance(node, exp.In):
            _check_in(node)
        elif isinstance(node, exp.Identifier):
            check_name(node)
        elif isinstance(node, exp.With) and node.args.get("recursive"):
            _check_recursion(node)


def _check_window(node: exp.Window) -> None:
    inner = node.this.this if isinstance(node.this, exp.Filter) else node.this
    if isinstance(inner, exp.PercentileCont):
        raise Unsupported(node, "QUANTILE_CONT as a window", "take it in a GROUP BY, then join")
    if isinstance(inner.this, exp.Distinct):
        raise Unsupported(node, "DISTINCT in a window", "count in a GROUP BY, then join")
    spec = node.args.get("spec")
    if spec is not None and (spec.args.get("kind") == "GROUPS" or spec.args.get("exclude")):
        raise Unsupported(node, "a frame of GROUPS or with EXCLUDE", "use ROWS or RANGE")
    if isinstance(inner, _IN_ORDER):
        if node.args.get("order") is None and node.args.get("alias") is None:
            name = inner.sql_name().upper()
            raise Unsupported(node, f"{name} without ORDER BY", "order the window")
        # They count in the whole partition, and Spark takes no frame for them.
        node.set("spec", None)


def _check_in(node: exp.In) -> None:
    """Spark takes NULL IN (SELECT …) for false, except where it becomes a join of its own."""
    if not node.args.get("query"):
        return
    above: exp.Expr | None = node.parent
    through: tuple[type[exp.Expr], ...] = (exp.And, exp.Or, exp.Paren)
    if isinstance(above, exp.Not):
        above, through = above.parent, (exp.And, exp.Paren)
    while isinstance(above, through):
        above = above.parent
    if not isinstance(above, exp.Where | exp.Having):
        raise Unsupported(
            node,
            "IN (SELECT …) other than as a condition of WHERE or HAVING",
            "use EXISTS, or a join",
        )


def _check_recursion(node: exp.With) -> None:
    for cte in node.expressions:
        body = cte.this
        if isinstance(body, exp.SetOperation) and (
            not isinstance(body, exp.Union) or body.args.get("distinct")
        ):
            inside = any(
                t.name.casefold() == cte.alias.casefold() for t in body.find_all(exp.Table)
            )
            if inside:
                raise Unsupported(cte, "recursion by other than UNION ALL", "use UNION ALL")


# -- what a query gets ---------------------------------------------------------------------------


def _widen(select: exp.Select) -> None:
    """Integers of 64 bits in every column: Spark counts rows, letters and numbers in 32."""
    for projection in list(select.expressions):
        value = projection.unalias()
        if type_of(value) == INT64 and not functions.is_wide(value):
            value.replace(cast(value.copy(), "BIGINT"))


def _order_distinct(select: exp.Select) -> None:
    """Spark orders DISTINCT by the names of its columns, and not by what they are."""
    order = select.args.get("order")
    if order is None or select.args.get("distinct") is None:
        return
    for part in order.expressions:
        for projection in select.expressions:
            if isinstance(projection, exp.Alias) and part.this == projection.this:
                part.set("this", exp.Column(this=projection.args["alias"].copy()))


def _name_columns(values: exp.Values) -> None:
    """The names and widths that DuckDB gives the columns of VALUES."""
    alias = values.args.get("alias")
    if alias is None:
        alias = exp.TableAlias(this=exp.to_identifier("listed"))
        values.set("alias", alias)
    rows = [row.expressions for row in values.expressions]
    if not alias.args.get("columns"):
        names = [exp.to_identifier(f"col{place}") for place in range(len(rows[0]))]
        alias.set("columns", names)
    for column in zip(*rows, strict=True):
        one = next((value for value in column if type_of(value) == INT64), None)
        if one is not None:
            one.replace(cast(one.copy(), "BIGINT"))
