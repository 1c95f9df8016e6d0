"""Users' SQL on BigQuery: the shared rules over its vocabulary, and what a whole query shows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from seeknal.compiler.dialects import bigquery_functions as functions
from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.bigquery_types import type_name
from seeknal.compiler.dialects.rules import aggregates, numbers, operators, query, text, times
from seeknal.compiler.dialects.rules.common import COMMON
from seeknal.compiler.dialects.rules.expressions import rewrite_expression
from seeknal.compiler.dialects.rules.vocabulary import CASTS, Rule, Vocabulary
from seeknal.compiler.dialects.spark_before import without_distinct_on, without_tuples
from seeknal.compiler.dialects.typed import INTERVAL, type_of
from seeknal.compiler.model import Relation
from seeknal.compiler.types import DOUBLE, Column, Kind

_RULES: dict[type[exp.Expr], Rule] = {
    **COMMON,
    **operators.MORE,
    **aggregates.MORE,
    **numbers.MORE,
    **text.MORE,
    **times.MORE,
    **functions.RULES,
}

WORDS = Vocabulary(
    rules=_RULES,
    named={**times.NAMED, **times.NOW, **functions.NAMED},
    casts=CASTS
    | {
        (Kind.DECIMAL, Kind.INT64),
        (Kind.DECIMAL, Kind.BOOLEAN),
        (Kind.DOUBLE, Kind.BOOLEAN),
        (Kind.BOOLEAN, Kind.DECIMAL),
    },
    spelt=frozenset({Kind.INT64, Kind.DATE, Kind.BOOLEAN}),
    parts=times.PARTS,
    units=times.UNITS,
    type_name=type_name,
    extract=functions.part,
    truncate=functions.truncate,
    exact_literals=False,
    casts_truth=True,
    has_is_true=True,
    has_named_windows=True,
    has_recursion=True,
)

_IN_ORDER = (
    *(exp.RowNumber, exp.Rank, exp.DenseRank, exp.PercentRank, exp.CumeDist, exp.Ntile),
    *(exp.Lag, exp.Lead),
)


def rewrite(tree: exp.Expr, columns: Sequence[Column] = ()) -> exp.Expr:
    """An expression of a spec over `columns`; of a macro, where nobody knows them.

    Raises `Unsupported` for the first construct that BigQuery cannot say with DuckDB's rows.
    """
    if not columns:
        tree = tree.transform(_of_macro)
    return rewrite_expression(without_tuples(tree), columns, WORDS)


def _of_macro(node: exp.Expr) -> exp.Expr:
    """What only macros may say: a difference of times in a unit."""
    if not isinstance(node, exp.DateDiff) or node.args["unit"].name.upper() == "DAY":
        return node
    found = functions.difference(node.this, node.expression, node.args["unit"].name.upper())
    found.set("seeknal_native", True)
    return found


def rewrite_query(
    tree: exp.Query, inputs: Sequence[Relation], columns: Sequence[Column]
) -> exp.Query:
    """A user's query with the rows, names and types that `columns` promise.

    Raises `Unsupported` at the first part of it that BigQuery cannot say.
    """
    without_tuples(without_distinct_on(tree))
    _check(tree)
    found = query.rewrite_query(tree, inputs, columns, WORDS)
    for window in found.find_all(exp.Window):
        _check_typed(window)
    return found


# -- what a query must not say ------------------------------------------------------------------


def _check(tree: exp.Expr) -> None:
    for node in tree.walk():
        if isinstance(node, exp.Window):
            _check_window(node)
        elif isinstance(node, exp.Join):
            _check_join(node)
        elif isinstance(node, exp.With) and node.args.get("recursive"):
            _check_recursion(node)
        elif isinstance(node, exp.Query) and node.args.get("offset") and not node.args.get("limit"):
            raise Unsupported(node.args["offset"], "OFFSET without LIMIT", "add a LIMIT")


def _check_window(node: exp.Window) -> None:
    inner = node.this.this if isinstance(node.this, exp.Filter) else node.this
    spec = node.args.get("spec")
    if isinstance(inner.this, exp.Distinct) and node.args.get("order") is not None:
        raise Unsupported(node, "DISTINCT in an ordered window", "count in a GROUP BY, then join")
    if spec is not None and (spec.args.get("kind") == "GROUPS" or spec.args.get("exclude")):
        raise Unsupported(node, "a frame of GROUPS or with EXCLUDE", "use ROWS or RANGE")
    if isinstance(inner, _IN_ORDER):
        ordered = node.args.get("order") is not None or node.args.get("alias") is not None
        if not ordered and not isinstance(inner, exp.RowNumber):
            name = inner.sql_name().upper()
            raise Unsupported(node, f"{name} without ORDER BY", "order the window")
        # They count in the whole partition, and BigQuery takes no frame for them.
        node.set("spec", None)


def _check_typed(node: exp.Window) -> None:
    """Windows whose keys BigQuery does not take, when their types are known."""
    for key in node.args.get("partition_by") or ():
        if type_of(key) == DOUBLE:
            raise Unsupported(key, "a window partitioned by a double", "cast the key to DECIMAL")
    spec, order = node.args.get("spec"), node.args.get("order")
    if spec is None or order is None or spec.args.get("kind") != "RANGE":
        return
    bounds = [spec.args.get(side) for side in ("start", "end")]
    if any(isinstance(bound, exp.Expr) and type_of(bound) == INTERVAL for bound in bounds):
        help = "order by a number of days or microseconds, and count in those"
        raise Unsupported(node, "a RANGE of an INTERVAL", help)
    if any(isinstance(bound, exp.Expr) for bound in bounds):
        _check_open_end(node, order.expressions[0], bounds)


def _check_open_end(
    node: exp.Window, key: exp.Expr, bounds: Sequence[exp.Expr | str | None]
) -> None:
    """NULLs come first, and so a frame that is open to that side would hold them."""
    if "UNBOUNDED" in bounds and not isinstance(key.this, exp.Coalesce):
        raise Unsupported(
            node,
            "a RANGE of numbers with an open end over a key that may be NULL",
            "order by COALESCE(key, 0)",
        )


def _check_join(node: exp.Join) -> None:
    """Outer joins need an equality: the reference engine has them all, BigQuery's own has not."""
    on = node.args.get("on")
    if node.args.get("side") and on is not None and on.find(exp.EQ) is None:
        side = node.args["side"].upper()
        raise Unsupported(node, f"{side} JOIN without an equality", "compare a key with `=`, too")


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
