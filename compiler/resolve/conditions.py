"""A `condition:` is parsed, must be one boolean expression, and may name known columns only.

SEMANTICS "Second-order aggregation": no subqueries, and `==` is accepted for `=`.
"""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from seeknal.compiler.features import Condition
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import SqlText, Text
from seeknal.compiler.model import Relation
from seeknal.compiler.resolve.binder import BindError, bind, column_type
from seeknal.compiler.resolve.columns import find_column
from seeknal.compiler.resolve.parse_errors import explain
from seeknal.compiler.resolve.tidy import tidy
from seeknal.compiler.types import BOOLEAN, Column, Kind

_CODE = "bad-condition"
_HELP = "write one SQL condition over the columns, as in `\"amount > 100 AND status = 'paid'\"`"
_REFUSED = (
    (exp.Query, "a subquery"),
    (exp.AggFunc, "an aggregate"),
    (exp.Window, "a window function"),
    (exp.Star, "`*`"),
    (exp.Placeholder, "a placeholder"),
    (exp.Parameter, "a parameter"),
    (exp.Alias, "an alias"),
)


def resolve_condition(
    text: SqlText, relation: Relation, findings: Findings, where: str = "condition"
) -> Condition | None:
    """The condition with its columns spelt as `relation` spells them, or None and findings."""
    tree = _parse(text, findings, where)
    if tree is None:
        return None
    for kind, what in _REFUSED:
        if (node := tree.find(kind)) is not None:
            findings.error(
                _CODE, f"a {where} cannot hold {what}", _place_of(node, text), help=_HELP
            )
            return None
    tree = tidy(tree)
    columns: dict[str, Column] = {}
    for node in list(tree.find_all(exp.Column)):
        if node.table:
            findings.error(
                _CODE,
                f"`{node.sql()}` names a table; the columns of `{relation.id}` stand alone",
                _place_of(node, text),
                help=f"write `{node.name}`",
            )
            return None
        column = find_column(relation, Text(node.name, _place_of(node, text)), findings)
        if column is None:
            return None
        node.this.set("this", column.name)
        columns[column.name] = column
    if not _is_boolean(tree, columns) and not _binds_to_boolean(
        tree, text, relation, findings, where
    ):
        return None
    return Condition(
        text.value.strip(), tree, tuple(columns[name] for name in sorted(columns)), text.place(0)
    )


def _parse(text: SqlText, findings: Findings, where: str) -> exp.Expr | None:
    try:
        trees = sqlglot.parse(text.value, dialect="duckdb")
    except ParseError as error:
        problem = explain(text.value, error)
        place = text.place(problem.offset, problem.length)
        findings.error(_CODE, f"this {where} is not SQL: {problem.reason}", place, help=_HELP)
        return None
    except TokenError:
        findings.error(
            _CODE, f"this {where} is not SQL: a quote is not closed", text.place(0), help=_HELP
        )
        return None
    if len(trees) != 1 or trees[0] is None:
        what = "is empty" if not trees or trees[0] is None else "holds several statements"
        findings.error(_CODE, f"this {where} {what}", text.place(0), help=_HELP)
        return None
    tree = trees[0]
    if not isinstance(tree, exp.Condition) and not isinstance(tree, exp.Query):
        findings.error(
            _CODE, f"this {where} is not a boolean expression", text.place(0), help=_HELP
        )
        return None
    return tree


def _place_of(node: exp.Expr, text: SqlText) -> Place:
    for part in node.walk():
        start, end = part.meta.get("start"), part.meta.get("end")
        if isinstance(start, int) and isinstance(end, int):
            return text.place(start, end - start + 1)
    return text.place(0, len(text.value.strip().split("\n")[0]))


def _is_boolean(tree: exp.Expr, columns: dict[str, Column]) -> bool:
    """True where the shape alone proves a well-typed boolean, so that no binder is needed."""
    if isinstance(tree, exp.Paren | exp.Not):
        return _is_boolean(tree.this, columns)
    if isinstance(tree, exp.And | exp.Or):
        return _is_boolean(tree.left, columns) and _is_boolean(tree.right, columns)
    if isinstance(tree, exp.Boolean):
        return True
    if isinstance(tree, exp.Column):
        return columns[tree.name].type == BOOLEAN
    if isinstance(tree, exp.Is):
        return isinstance(tree.this, exp.Column) and isinstance(tree.expression, exp.Null)
    if isinstance(tree, exp.EQ | exp.NEQ | exp.GT | exp.GTE | exp.LT | exp.LTE):
        left, right = _family(tree.left, columns), _family(tree.right, columns)
        return left is not None and left == right
    return False


def _family(node: exp.Expr, columns: dict[str, Column]) -> str | None:
    if isinstance(node, exp.Column):
        kind = columns[node.name].type
        return "number" if kind.is_number else "string" if kind.kind is Kind.STRING else None
    if isinstance(node, exp.Neg):
        return _family(node.this, columns)
    if isinstance(node, exp.Literal):
        return "string" if node.is_string else "number"
    return None


def _binds_to_boolean(
    tree: exp.Expr, text: SqlText, relation: Relation, findings: Findings, where: str
) -> bool:
    sql = exp.select(exp.alias_(tree.copy(), "condition")).from_(exp.to_table(relation.name))
    sql.args["from_"].this.this.set("quoted", True)
    bound = bind(sql.sql(dialect="duckdb", identify=True), (relation,))
    if isinstance(bound, BindError):
        findings.error(
            _CODE, f"this {where} does not fit the columns: {bound.message}", _whole(text), _HELP
        )
        return False
    found = column_type(bound[0][1])
    if found != BOOLEAN:
        findings.error(_CODE, f"this {where} gives {found}, not true or false", _whole(text), _HELP)
        return False
    return True


def _whole(text: SqlText) -> Place:
    return text.place(0, len(text.value.strip().split("\n")[0]))
