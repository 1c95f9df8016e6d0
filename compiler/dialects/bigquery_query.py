"""Users' SQL on BigQuery: the shared rules over its vocabulary, and what a whole query shows."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from seeknal.compiler.dialects import bigquery_functions as functions
from seeknal.compiler.dialects import bigquery_text as texts
from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.bigquery_types import type_name
from seeknal.compiler.dialects.rules import aggregates, numbers, operators, query, text, times
from seeknal.compiler.dialects.rules.before import said_alone, without_tuples
from seeknal.compiler.dialects.rules.common import COMMON
from seeknal.compiler.dialects.rules.expressions import NATIVE, rewrite_expression
from seeknal.compiler.dialects.rules.vocabulary import CASTS, Rule, Vocabulary
from seeknal.compiler.dialects.search import nodes_of
from seeknal.compiler.dialects.typed import DECIMAL, INTERVAL, common_type, type_of, typed
from seeknal.compiler.model import Relation
from seeknal.compiler.types import DOUBLE, TIMESTAMP, Column, Kind

_RULES: dict[type[exp.Expr], Rule] = {
    **COMMON,
    **operators.MORE,
    **aggregates.MORE,
    **numbers.MORE,
    **text.MORE,
    **times.MORE,
    **functions.RULES,
    **texts.RULES,
}

WORDS = Vocabulary(
    rules=_RULES,
    named={**times.NAMED, **times.NOW, **texts.NAMED},
    casts=CASTS
    | {
        (Kind.DECIMAL, Kind.INT64),
        (Kind.DECIMAL, Kind.BOOLEAN),
        (Kind.DOUBLE, Kind.BOOLEAN),
        (Kind.BOOLEAN, Kind.DECIMAL),
    },
    # Texts of times and decimals are mended when the whole is there.
    spelt=frozenset({Kind.INT64, Kind.DATE, Kind.BOOLEAN, Kind.TIMESTAMP, Kind.DECIMAL}),
    parts=times.PARTS,
    units=times.UNITS,
    type_name=type_name,
    extract=functions.part,
    truncate=functions.truncate,
    exact_literals=False,
    casts_truth=True,
    has_is_true=True,
    has_named_windows=True,
    has_values=True,
    has_column_aliases=True,
    has_recursion=True,
)

_LENGTHS = {
    "WEEK": 604_800_000_000,
    "DAY": 86_400_000_000,
    "HOUR": 3_600_000_000,
    "MINUTE": 60_000_000,
    "SECOND": 1_000_000,
    "MILLISECOND": 1_000,
    "MICROSECOND": 1,
}
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
    found = rewrite_expression(without_tuples(tree), columns, WORDS)
    return texts.spell(found) if columns else found


def _of_macro(node: exp.Expr) -> exp.Expr:
    """What only macros may say: a difference of times in a unit."""
    if not isinstance(node, exp.DateDiff) or node.args["unit"].name.upper() == "DAY":
        return node
    found = functions.difference(node.this, node.expression, node.args["unit"].name.upper())
    found.set(NATIVE, True)
    return found


def rewrite_query(
    tree: exp.Query, inputs: Sequence[Relation], columns: Sequence[Column]
) -> exp.Query:
    """A user's query with the rows, names and types that `columns` promise.

    Raises `Unsupported` at the first part of it that BigQuery cannot say.
    """
    said_alone(tree)
    for select in nodes_of(tree, exp.Select):
        _expand_order(select)
    for named in nodes_of(tree, exp.Subquery, exp.CTE, exp.Table):
        _name_outputs(named)
    _check(tree)
    found = query.rewrite_query(tree, inputs, columns, WORDS)
    nodes = nodes_of(found, exp.Window, exp.Values)
    for node in nodes:
        if isinstance(node, exp.Window):
            _check_typed(node)
    for node in nodes:
        if isinstance(node, exp.Values):
            _align_values(node)
    texts.spell(found)
    return found


def _name_outputs(named: exp.Expr) -> None:
    """Names of columns after a relation's, in its SELECT: BigQuery has them nowhere else."""
    alias = named.args.get("alias")
    names = list(alias.args.get("columns") or ()) if alias is not None else []
    if alias is None or not names:
        return
    first = named.this
    while isinstance(first, exp.SetOperation | exp.Subquery):
        first = first.this
    plain = isinstance(first, exp.Select) and not any(c.is_star for c in first.expressions)
    if not plain or len(names) > len(first.expressions):
        raise Unsupported(named, "names of columns after a relation's", "name them in its SELECT")
    outputs = list(first.expressions)
    for place, name in enumerate(names):
        outputs[place] = exp.Alias(this=outputs[place].unalias(), alias=name.copy())
    first.set("expressions", outputs)
    alias.set("columns", None)


def _align_values(values: exp.Values) -> None:
    """VALUES become structs, whose fields have names and one type each."""
    alias = values.args.get("alias")
    if alias is None:
        alias = exp.TableAlias(this=exp.to_identifier("v"))
        values.set("alias", alias)
    rows = [row.expressions for row in values.expressions]
    if not alias.args.get("columns"):
        names = [exp.to_identifier(f"col{place}") for place in range(len(rows[0]))]
        alias.set("columns", names)
    for column in zip(*rows, strict=True):
        kind = common_type(values, column)
        if kind is None or kind.kind is Kind.OTHER:
            continue
        spelt = "DECIMAL(38, 19)" if kind == DECIMAL else type_name(kind)
        for value in column:
            if type_of(value) != kind or kind == DECIMAL:
                value.replace(typed(cast(value.copy(), spelt), kind))


def _expand_order(select: exp.Select) -> None:
    """Keys of ORDER BY as BigQuery sees them: a QUALIFY takes the order into a query inside.

    There no name of an output is known. After DISTINCT only the outputs are.
    """
    order, distinct = select.args.get("order"), select.args.get("distinct")
    if order is None or (distinct is None and select.args.get("qualify") is None):
        return
    outputs = {c.alias.casefold(): c for c in select.expressions if isinstance(c, exp.Alias)}
    for key in order.find_all(exp.Ordered):
        named = isinstance(key.this, exp.Column) and not key.this.table
        output = outputs.get(key.this.name.casefold()) if named else None
        if distinct is None and output is not None:
            key.set("this", output.this.copy())
        elif distinct is not None and not named and not isinstance(key.this, exp.Literal):
            same = next((c for c in outputs.values() if c.this == key.this), None)
            if same is None:
                help = "order by a column of the SELECT list"
                raise Unsupported(key, "DISTINCT in the order of another value", help)
            key.set("this", exp.Column(this=same.args["alias"].copy()))


# -- what a query must not say ------------------------------------------------------------------


def _check(tree: exp.Expr) -> None:
    for node in nodes_of(tree, exp.Window, exp.Join, exp.With, exp.Query):
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
        _in_microseconds(node, spec, order.expressions[0])
    if any(isinstance(bound, exp.Expr) for bound in bounds):
        _check_open_end(node, order.expressions[0], bounds)


def _in_microseconds(node: exp.Window, spec: exp.Expr, key: exp.Expr) -> None:
    """A RANGE of an INTERVAL as one of numbers: BigQuery has the second alone."""
    kind = type_of(key.this)
    if kind is None or not kind.is_temporal:
        raise Unsupported(node, "a RANGE of an INTERVAL over other than a time", "order by a time")
    for side in ("start", "end"):
        bound = spec.args.get(side)
        if not isinstance(bound, exp.Expr):
            continue
        unit = bound.args["unit"].name.upper().removesuffix("S")
        if unit not in _LENGTHS:
            raise Unsupported(node, f"a RANGE of an INTERVAL in {unit}", "count in days or less")
        length = int(bound.this.name) * _LENGTHS[unit]
        spec.set(side, exp.Literal.number(length))
    time = key.this if kind == TIMESTAMP else cast(key.this, "TIMESTAMP")
    key.set("this", functions.microseconds(time.copy()))


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
