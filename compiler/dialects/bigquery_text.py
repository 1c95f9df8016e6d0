"""Functions of text that BigQuery has under its own terms.

A rule takes a node whose operands are rewritten and typed, and returns its typed replacement.
"""

from __future__ import annotations

import re

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.letters import capitals
from seeknal.compiler.dialects.rules import text
from seeknal.compiler.dialects.rules.casts import as_text
from seeknal.compiler.dialects.rules.vocabulary import Rule, Vocabulary, literal_number
from seeknal.compiler.dialects.search import nodes_of
from seeknal.compiler.dialects.typed import (
    BOOLEAN,
    INT64,
    STRING,
    TIMESTAMP,
    expect,
    is_text,
    type_of,
    typed,
)
from seeknal.compiler.types import Kind


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """`NAME(arguments)`, as it is written."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def _string(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def _lower(node: exp.Lower, words: Vocabulary) -> exp.Expr:
    """Letter by letter: BigQuery looks at a word's end for Σ, and makes two letters of İ."""
    text.text(node, "this")
    letters = call("TRANSLATE", node.this, _string("Σİ"), _string("\N{GREEK SMALL LETTER SIGMA}i"))
    return typed(exp.Lower(this=letters), STRING)


def _upper(node: exp.Upper, words: Vocabulary) -> exp.Expr:
    """BigQuery makes SS of ß, and several letters of others."""
    text.text(node, "this")
    return typed(capitals(node.this, "TRANSLATE", lambda letters: exp.Upper(this=letters)), STRING)


_SIDES = {
    None: r"^\p{Zs}+|\p{Zs}+$",
    "BOTH": r"^\p{Zs}+|\p{Zs}+$",
    "LEADING": r"^\p{Zs}+",
    "TRAILING": r"\p{Zs}+$",
}


def _trim(node: exp.Trim, words: Vocabulary) -> exp.Expr:
    """Every space of Unicode, as DuckDB: BigQuery's TRIM takes tabs and line breaks, too."""
    text.text(node, "this", "expression")
    side = node.args.get("position")
    if not node.expression:
        pattern = _SIDES[side.upper() if isinstance(side, str) else None]
        return typed(call("REGEXP_REPLACE", node.this, _string(pattern), _string("")), STRING)
    if not is_text(node.expression) or not node.expression.name:
        raise Unsupported(node, "TRIM of computed characters", "write the characters out")
    name = {"LEADING": "LTRIM", "TRAILING": "RTRIM"}.get(str(side).upper(), "TRIM")
    return typed(call(name, node.this, node.expression), STRING)


def _like(node: exp.Like | exp.ILike, words: Vocabulary) -> exp.Expr:
    """DuckDB has no escape in a pattern unless it is named; BigQuery has the backslash."""
    for operand in (node.this, node.expression):
        expect(node, operand, "text")
    pattern = node.expression
    if not is_text(pattern):
        if isinstance(node, exp.ILike) or isinstance(node.parent, exp.Escape):
            raise Unsupported(node, "ILIKE or ESCAPE of a computed pattern", "write it out")
        signs = [_string("\\"), _string("\\\\")]
        plain = exp.Replace(this=pattern, expression=signs[0], replacement=signs[1])
        node.set("expression", typed(plain, STRING))
        return typed(node, BOOLEAN)
    if isinstance(node, exp.ILike) and not pattern.name.isascii():
        raise Unsupported(
            node, "ILIKE with a pattern beyond ASCII", "compare LOWER of both with LIKE"
        )
    if not isinstance(node.parent, exp.Escape):
        pattern.set("this", pattern.name.replace("\\", "\\\\"))
    if isinstance(node, exp.Like):
        return typed(node, BOOLEAN)
    lower = _lower(exp.Lower(this=node.this), words)
    found = exp.Like(
        this=lower, expression=_string(pattern.name.lower()), negate=node.args.get("negate")
    )
    return typed(found, BOOLEAN)


def _escape(node: exp.Escape, words: Vocabulary) -> exp.Expr:
    """The pattern with the backslash in the place of the named escape."""
    sign, like = node.expression, node.this
    if not is_text(sign) or len(sign.name) != 1 or not isinstance(like, exp.Like):
        raise Unsupported(node, "ESCAPE of other than one character", "write one character")
    one, pattern = re.escape(sign.name), like.expression.name
    parts = re.findall(rf"{one}.|[^{one}]|{one}$", pattern, re.DOTALL)
    if parts and parts[-1] == sign.name:
        raise Unsupported(node, "a pattern that ends with its escape", "leave the escape out there")
    spelt = "".join(_escaped(part[-1]) if len(part) == 2 else _plain(part) for part in parts)
    like.set("expression", _string(spelt))
    return typed(like, BOOLEAN)


def _escaped(letter: str) -> str:
    return f"\\{letter}" if letter in "%_\\" else letter


def _plain(letter: str) -> str:
    return "\\\\" if letter == "\\" else letter


def _split_part(node: exp.SplitPart, words: Vocabulary) -> exp.Expr:
    """A part of SPLIT, counted from 0; '' where there are fewer parts, NULL for NULL."""
    text.split_part(node, words)
    place = literal_number(node.args["part_index"])
    assert place is not None
    parts = call("SPLIT", node.this, node.args["delimiter"])
    part = exp.Bracket(this=parts, expressions=[exp.Literal.number(place - 1)], offset=0, safe=True)
    present = exp.Is(this=node.this.copy(), expression=exp.Not(this=exp.Null()))
    empty = exp.Case(ifs=[exp.If(this=present, true=_string(""))])
    return typed(exp.Coalesce(this=part, expressions=[empty]), STRING)


def _concat_ws(node: exp.ConcatWs, words: Vocabulary) -> exp.Expr:
    """ARRAY_TO_STRING passes over NULL."""
    separator, *parts = (as_text(part.copy(), node, words) for part in node.expressions)
    return typed(call("ARRAY_TO_STRING", exp.Array(expressions=parts), separator), STRING)


def spell(tree: exp.Expr) -> exp.Expr:
    """Texts of times and of decimals with the digits that DuckDB shows."""
    for node in nodes_of(tree, exp.Cast):
        kind = type_of(node.this)
        if kind is None or node.to.this != exp.DataType.Type.TEXT:
            continue
        if kind == TIMESTAMP:
            found = call("REGEXP_REPLACE", node.copy(), _string(_ZEROS), _string(r"\1"))
        elif kind.kind is Kind.DECIMAL:
            found = call("FORMAT", _string(f"%.{kind.scale}f"), node.this.copy())
        else:
            continue
        if node is tree:
            tree = typed(found, STRING)
        else:
            node.replace(typed(found, STRING))
    return tree


# BigQuery shows three or six digits of a second, DuckDB none in vain.
_ZEROS = r"([.][0-9]*[1-9])0+$"


def _right(node: exp.Anonymous, words: Vocabulary) -> exp.Expr:
    return typed(node, STRING)


def _position(node: exp.StrPosition, words: Vocabulary) -> exp.Expr:
    text.position(node, words)
    return typed(call("STRPOS", node.this, node.args["substr"]), INT64)


RULES: dict[type[exp.Expr], Rule] = {
    exp.Lower: _lower,
    exp.Upper: _upper,
    exp.Trim: _trim,
    **dict.fromkeys((exp.Like, exp.ILike), _like),
    exp.Escape: _escape,
    exp.ConcatWs: _concat_ws,
    exp.SplitPart: _split_part,
    exp.StrPosition: _position,
}
NAMED: dict[str, tuple[int, Rule]] = {"right": (2, _right)}
