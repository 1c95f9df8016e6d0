"""Constructs said in the words that every engine has: for dialects that lack DuckDB's own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect as Printer

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.typed import type_of, typed

# Aggregates of one operand that pass over NULL, so that a CASE inside can leave a row out.
_PASS_NULL = (
    *(exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Count, exp.Median, exp.LogicalAnd, exp.LogicalOr),
    *(exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance, exp.VariancePop),
)


def filter_to_case(node: exp.Filter) -> exp.Expr:
    """`AGG(x) FILTER (WHERE c)` as `AGG(CASE WHEN c THEN x END)`.

    The aggregate is rewritten already. Raises `Unsupported` for one that counts NULL in.
    """
    inner, test = node.this, node.expression.this
    if not isinstance(inner, _PASS_NULL) or len(getattr(inner, "expressions", ())) > 0:
        raise Unsupported(node, "FILTER on this aggregate", "put a CASE inside the aggregate")
    operand = inner.this
    if isinstance(operand, exp.Distinct):
        (value,) = operand.expressions
        operand.set("expressions", [_when(test, value)])
    elif isinstance(operand, exp.Star):
        inner.set("this", _when(test, exp.Literal.number(1)))
    else:
        inner.set("this", _when(test, operand))
    return inner


def _when(test: exp.Expr, value: exp.Expr) -> exp.Expr:
    return typed(exp.Case(ifs=[exp.If(this=test, true=value)]), type_of(value))


def nulls_by_case(statement: exp.Expr, printer: str) -> exp.Expr:
    """The statement with NULLS FIRST and LAST said by a key of their own.

    For engines without the clause: `CASE WHEN x IS NULL THEN 1 ELSE 0 END, x`. A key that sorts
    NULL as the engine does anyway stays alone. Frames of RANGE with a distance take one key, so
    there the order of NULL must not matter. For `Dialect.finish`.
    """
    order = Printer.get_or_raise(printer).NULL_ORDERING
    for clause in list(statement.find_all(exp.Order)):
        keys: list[exp.Expr] = []
        alone = _takes_one_key(clause)
        for key in clause.expressions:
            keys += [key] if not isinstance(key, exp.Ordered) else _keys(key, order, alone)
        clause.set("expressions", keys)
    return statement


def _takes_one_key(order: exp.Order) -> bool:
    window = order.parent
    spec = window.args.get("spec") if isinstance(window, exp.Window) else None
    if spec is None or spec.args.get("kind") != "RANGE":
        return False
    bounds = (spec.args.get("start"), spec.args.get("end"))
    return any(isinstance(bound, exp.Expr) for bound in bounds)


def _keys(key: exp.Ordered, order: str, alone: bool) -> list[exp.Expr]:
    descending = bool(key.args.get("desc"))
    first = bool(key.args.get("nulls_first"))
    by_itself = {
        "nulls_are_small": not descending,
        "nulls_are_large": descending,
        "nulls_are_last": False,
    }[order]
    plain = exp.Ordered(this=key.this, desc=descending, nulls_first=by_itself)
    if first == by_itself or alone or isinstance(key.this, exp.Literal):
        return [plain]
    is_null = exp.Is(this=_operand(key.this.copy()), expression=exp.Null())
    branches = [exp.If(this=is_null, true=exp.Literal.number(0 if first else 1))]
    rank = exp.Case(ifs=branches, default=exp.Literal.number(1 if first else 0))
    # The rank is never NULL; it is marked so that no NULLS clause is printed after it.
    ranked = exp.Ordered(this=rank, desc=False, nulls_first=order == "nulls_are_small")
    return [ranked, plain]


def _operand(value: exp.Expr) -> exp.Expr:
    plain = isinstance(value, exp.Column | exp.Func | exp.Paren | exp.Case | exp.Literal)
    return value if plain else exp.Paren(this=value)


def same_or_both_null(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """`left IS NOT DISTINCT FROM right`, never NULL, in parentheses."""
    one, other = _operand(left), _operand(right)
    equal = exp.And(
        this=exp.EQ(this=one, expression=other),
        expression=exp.And(this=_is_there(one.copy()), expression=_is_there(other.copy())),
    )
    absent = exp.And(
        this=exp.Is(this=one.copy(), expression=exp.Null()),
        expression=exp.Is(this=other.copy(), expression=exp.Null()),
    )
    return exp.Paren(this=exp.Or(this=exp.Paren(this=equal), expression=exp.Paren(this=absent)))


def _is_there(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=value, expression=exp.Not(this=exp.Null()))


def without_null(operands: Sequence[exp.Expr]) -> list[exp.Expr]:
    """Each operand, where it is NULL the first other one that is not.

    GREATEST and LEAST of them pass over NULL also where the engine's own do not.
    """
    found: list[exp.Expr] = []
    for place, operand in enumerate(operands):
        others = [o.copy() for index, o in enumerate(operands) if index != place]
        filled = exp.Coalesce(this=operand.copy(), expressions=others)
        found.append(typed(filled, type_of(operand)))
    return found


def truth_as_number(value: exp.Expr) -> exp.Expr:
    """1, 0 or NULL of a truth value, for engines that do not cast or aggregate those."""
    branches = [
        exp.If(this=value, true=exp.Literal.number(1)),
        exp.If(this=exp.Not(this=_operand(value.copy())), true=exp.Literal.number(0)),
    ]
    return exp.Case(ifs=branches)


def number_as_truth(value: exp.Expr) -> exp.Expr:
    """`(value = 1)`: the truth value of an aggregate over `truth_as_number`."""
    return exp.Paren(this=exp.EQ(this=value, expression=exp.Literal.number(1)))
