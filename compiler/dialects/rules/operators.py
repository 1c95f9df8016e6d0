"""Operators, literals and CASE, said so that a dialect returns DuckDB's rows."""

from __future__ import annotations

import re

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.rules.arithmetic import RULES as ARITHMETIC
from seeknal.compiler.dialects.rules.casts import as_text, rewrite_cast
from seeknal.compiler.dialects.rules.portable import same_or_both_null
from seeknal.compiler.dialects.rules.vocabulary import Rule, Vocabulary, aligned, collated
from seeknal.compiler.dialects.typed import (
    BOOLEAN,
    DOUBLE,
    INTERVAL,
    NULL,
    STRING,
    TUPLE,
    common_type,
    expect,
    family,
    is_text,
    literal_type,
    type_of,
    typed,
)
from seeknal.compiler.types import DataType, Kind

_UNITS = frozenset("year month week day hour minute second millisecond microsecond".split())


def literal(node: exp.Literal, words: Vocabulary) -> exp.Expr:
    """Text or a number; 1e3 is a double and 1.5 a decimal, as on DuckDB."""
    kind = literal_type(node)
    if node.is_string:
        return typed(node, kind)
    if kind == DOUBLE:
        return typed(cast(node, "DOUBLE"), DOUBLE)
    if kind.kind is Kind.DECIMAL and not words.exact_literals:
        whole, _, fraction = node.name.partition(".")
        digits = f"DECIMAL({max(len(whole) + len(fraction), 1)}, {len(fraction)})"
        return typed(cast(exp.Literal.string(node.name), digits), kind)
    return typed(node, kind)


def _paren(node: exp.Paren, words: Vocabulary) -> exp.Expr:
    return typed(node, type_of(node.this))


def _tuple(node: exp.Tuple, words: Vocabulary) -> exp.Expr:
    return typed(node, TUPLE)


def interval(node: exp.Interval, words: Vocabulary) -> exp.Expr:
    """A whole number of one unit."""
    unit = node.args.get("unit")
    count = node.this
    whole = isinstance(count, exp.Literal) and re.fullmatch(r"-?\d+", count.name)
    if not whole or not isinstance(unit, exp.Var):
        raise Unsupported(node, "an INTERVAL that is computed", "write one whole number and a unit")
    if unit.name.lower().rstrip("s") not in _UNITS:
        raise Unsupported(node, f"an INTERVAL in {unit.name}", "use days, months, hours, …")
    return typed(node, INTERVAL)


def _and_or(node: exp.Connector, words: Vocabulary) -> exp.Expr:
    for operand in (node.this, node.expression):
        expect(node, operand, "truth value")
    return typed(node, BOOLEAN)


def _not(node: exp.Not, words: Vocabulary) -> exp.Expr:
    if isinstance(node.this, exp.Null):
        return typed(node, NULL)
    expect(node, node.this, "truth value")
    return typed(node, BOOLEAN)


def is_rule(node: exp.Is, words: Vocabulary) -> exp.Expr:
    """IS NULL, IS TRUE and IS FALSE; the last two by COALESCE where the dialect lacks them."""
    right = node.expression.unnest()
    if isinstance(right, exp.Null | exp.Not):
        return typed(node, BOOLEAN)
    expect(node, node.this, "truth value")
    if words.has_is_true or not isinstance(right, exp.Boolean):
        return typed(node, BOOLEAN)
    wanted = bool(right.this)
    other = exp.Boolean(this=not wanted)
    known = exp.Coalesce(this=node.this, expressions=[other])
    # IS NOT TRUE is one node with IS TRUE.
    as_known = wanted != bool(node.args.get("negate"))
    return typed(known if as_known else exp.Not(this=known), BOOLEAN)


def _equal(node: exp.Binary, words: Vocabulary) -> exp.Expr:
    kind = _comparable(node, node.this, node.expression)
    _align(node, ("this", "expression"), kind, words)
    return typed(node, BOOLEAN)


def null_safe_by_parts(node: exp.Binary, words: Vocabulary) -> exp.Expr:
    """`IS [NOT] DISTINCT FROM` for dialects without it."""
    _equal(node, words)
    same = same_or_both_null(node.this, node.expression)
    return typed(same if isinstance(node, exp.NullSafeEQ) else exp.Not(this=same), BOOLEAN)


def _comparable(node: exp.Expr, left: exp.Expr, right: exp.Expr) -> DataType | None:
    if type_of(left) == TUPLE and type_of(right) == TUPLE:
        for one, other in zip(left.expressions, right.expressions, strict=False):
            _comparable(node, one, other)
        return TUPLE
    kind = common_type(node, [left, right])
    if kind is not None and kind.kind is Kind.OTHER and kind != NULL:
        raise Unsupported(node, f"a comparison of {family(kind)} values", "compare their parts")
    return kind


def _align(node: exp.Expr, keys: tuple[str, ...], kind: DataType | None, words: Vocabulary) -> None:
    """Times and text beside them get their common type; numbers compare across their types."""
    if kind is not None and kind.is_temporal:
        for key in keys:
            node.set(key, aligned(node.args[key], kind, words))


def _ordered(node: exp.Binary, words: Vocabulary) -> exp.Expr:
    kind = _comparable(node, node.this, node.expression)
    if kind == TUPLE:
        raise Unsupported(node, "an order of tuples", "compare column by column")
    if kind == STRING:
        node.set("this", collated(node.this, words))
    _align(node, ("this", "expression"), kind, words)
    return typed(node, BOOLEAN)


def _between(node: exp.Between, words: Vocabulary) -> exp.Expr:
    if node.args.get("symmetric"):
        raise Unsupported(node, "BETWEEN SYMMETRIC", "put the lesser value first")
    kind = common_type(node, [node.this, node.args["low"], node.args["high"]])
    if kind == STRING:
        node.set("this", collated(node.this, words))
    _align(node, ("this", "low", "high"), kind, words)
    return typed(node, BOOLEAN)


def _in(node: exp.In, words: Vocabulary) -> exp.Expr:
    query = node.args.get("query")
    if node.args.get("unnest") or node.args.get("field"):
        raise Unsupported(node, "IN of a list", "list the values in parentheses")
    if query is not None:
        kind = type_of(query)
        if kind is not None and type_of(node.this) != TUPLE:
            expect(node, node.this, family(kind))
        return typed(node, BOOLEAN)
    for one in node.expressions:
        _comparable(node, node.this, one)
    if type_of(node.this) != TUPLE:
        common = common_type(node, [node.this, *node.expressions])
        _align(node, ("this",), common, words)
        if common is not None and common.is_temporal:
            node.set("expressions", [aligned(one, common, words) for one in node.expressions])
    return typed(node, BOOLEAN)


def like(node: exp.Like, words: Vocabulary) -> exp.Expr:
    """LIKE of a pattern that is written out without a backslash, which escapes on many engines."""
    for operand in (node.this, node.expression):
        expect(node, operand, "text")
    if not is_text(node.expression) or "\\" in node.expression.name:
        raise Unsupported(
            node, "LIKE of a computed pattern or one with a backslash", "write the pattern out"
        )
    return typed(node, BOOLEAN)


def joined_text(node: exp.DPipe, words: Vocabulary) -> exp.Expr:
    """`a || b`: NULL where one of them is."""
    sides = [node.this, node.expression]
    if not any(type_of(side) in (STRING, NULL, None) for side in sides):
        raise Unsupported(node, "`||` of values that are not text", "cast one of them to VARCHAR")
    for key in ("this", "expression"):
        node.set(key, as_text(node.args[key], node, words))
    return typed(node, STRING)


def _case(node: exp.Case, words: Vocabulary) -> exp.Expr:
    subject = node.this
    results = []
    for branch in node.args["ifs"]:
        if isinstance(subject, exp.Expr):
            _comparable(node, subject, branch.this)
        else:
            expect(node, branch.this, "truth value")
        results.append(branch.args["true"])
    default = node.args.get("default")
    if default is not None:
        results.append(default)
    kind = common_type(node, results)
    for branch in node.args["ifs"]:
        branch.set("true", aligned(branch.args["true"], kind, words))
    if default is not None:
        node.set("default", aligned(default, kind, words))
    return typed(node, kind)


def _if(node: exp.If, words: Vocabulary) -> exp.Expr:
    """IF(a, b, c); the branches of CASE are no expressions of their own."""
    if isinstance(node.parent, exp.Case) and node.arg_key == "ifs":
        return node
    branch = exp.If(this=node.this, true=node.args["true"])
    case = exp.Case(ifs=[branch], default=node.args.get("false"))
    return _case(case, words)


def _distinct(node: exp.Distinct, words: Vocabulary) -> exp.Expr:
    first = node.expressions[0] if node.expressions else node
    return typed(node, type_of(first))


RULES: dict[type[exp.Expr], Rule] = {
    **ARITHMETIC,
    exp.Literal: literal,
    exp.Null: lambda node, words: typed(node, NULL),
    exp.Boolean: lambda node, words: typed(node, BOOLEAN),
    exp.Paren: _paren,
    exp.Tuple: _tuple,
    exp.And: _and_or,
    exp.Or: _and_or,
    exp.Not: _not,
    exp.Is: is_rule,
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.NullSafeEQ, exp.NullSafeNEQ), _equal),
    **dict.fromkeys((exp.LT, exp.LTE, exp.GT, exp.GTE), _ordered),
    exp.Between: _between,
    exp.In: _in,
    exp.Like: like,
    exp.DPipe: joined_text,
    exp.Case: _case,
    exp.If: _if,
    exp.Cast: rewrite_cast,
    exp.Distinct: _distinct,
}
"""What every dialect has: those that differ put a rule of their own in its place."""

MORE: dict[type[exp.Expr], Rule] = {
    exp.Interval: interval,
}
"""What most dialects have, each to be run on the engine before it is taken."""
