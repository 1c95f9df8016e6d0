"""Functions of text, said so that PostgreSQL returns DuckDB's rows."""

from __future__ import annotations

import re

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.postgres_casts import as_text, collated, literal_number
from seeknal.compiler.dialects.typed import (
    BOOLEAN,
    INT64,
    STRING,
    Rule,
    expect,
    is_text,
    type_of,
    typed,
)


def _text(node: exp.Expr, *keys: str) -> exp.Expr:
    for key in keys:
        if isinstance(operand := node.args.get(key), exp.Expr):
            expect(node, operand, "text")
    return typed(node, STRING)


def _length(node: exp.Length) -> exp.Expr:
    expect(node, node.this, "text")
    return typed(node, INT64)


def _case_of(node: exp.Lower | exp.Upper) -> exp.Expr:
    """By Unicode's simple mapping, as DuckDB: a database's own locale may know ASCII alone."""
    _text(node, "this")
    by_unicode = exp.Identifier(this="pg_c_utf8", quoted=True)
    plain = isinstance(node.this, exp.Column | exp.Func)
    operand = node.this if plain else exp.Paren(this=node.this)
    node.set("this", exp.Collate(this=operand, expression=by_unicode))
    if isinstance(node, exp.Lower):
        return collated(typed(node, STRING))
    sharp = [exp.Literal.string(letter) for letter in ("ß", "ẞ")]
    upper = exp.Replace(this=node, expression=sharp[0], replacement=sharp[1])
    return collated(typed(upper, STRING))


def _concat(node: exp.Concat | exp.ConcatWs) -> exp.Expr:
    """Joined text; PostgreSQL joins all but truth values as DuckDB spells them."""
    parts = []
    for operand in node.expressions:
        text = as_text(operand.copy(), node)
        parts.append(text if type_of(operand) == BOOLEAN else operand)
    node.set("expressions", parts)
    return typed(node, STRING)


def _replace(node: exp.Replace) -> exp.Expr:
    return _text(node, "this", "expression", "replacement")


def _trim(node: exp.Trim) -> exp.Expr:
    return _text(node, "this", "expression")


def _position(node: exp.StrPosition) -> exp.Expr:
    _text(node, "this", "substr")
    return typed(node, INT64)


def _starts(node: exp.StartsWith) -> exp.Expr:
    _text(node, "this", "expression")
    return typed(node, BOOLEAN)


def _substring(node: exp.Substring) -> exp.Expr:
    """From a place counted from the start: PostgreSQL has no places from the end."""
    _text(node, "this")
    start, length = node.args.get("start"), node.args.get("length")
    last = literal_number(start.this) if isinstance(start, exp.Neg) else None
    if last and length is None:
        right = [node.this, exp.Literal.number(last)]
        return typed(exp.Anonymous(this="RIGHT", expressions=right), STRING)
    if not literal_number(start):
        raise Unsupported(
            node, "SUBSTRING from a place that may not be 1 or more", "write the place as a number"
        )
    if length is not None and literal_number(length) is None:
        raise Unsupported(node, "SUBSTRING of a computed length", "write the length as a number")
    return typed(node, STRING)


def _split_part(node: exp.SplitPart) -> exp.Expr:
    separator, place = node.args.get("delimiter"), node.args.get("part_index")
    if separator is None or not is_text(separator) or not separator.name:
        raise Unsupported(
            node, "SPLIT_PART by a computed or empty text", "write the separator as text"
        )
    if not literal_number(place):
        raise Unsupported(
            node, "SPLIT_PART at a place that may not be 1 or more", "write the place as a number"
        )
    return _text(node, "this")


_PORTABLE_PATTERN = re.compile(r"(?:[^\\(\[{]|\{\d+(?:,\d*)?\}|\[\^?[^\\\[\]]+\]|\((?!\?))*$")


def _regexp(node: exp.RegexpLike) -> exp.Expr:
    """Patterns in the part of both engines' syntax where they agree.

    A dot is spelt out: on PostgreSQL it takes the end of a line, too.
    """
    _text(node, "this", "expression")
    pattern = node.expression
    if node.args.get("flag") is not None or not is_text(pattern):
        raise Unsupported(node, "a computed pattern, or one with options", "write the pattern out")
    if _PORTABLE_PATTERN.match(pattern.name) is None:
        raise Unsupported(
            node, f"the pattern '{pattern.name}'", "do without backslashes, `(?` and `[:`"
        )
    parts = re.split(r"(\[\^?[^\]]+\])", pattern.name)
    spelt = "".join(p if p.startswith("[") else p.replace(".", r"[^\n]") for p in parts)
    if spelt != pattern.name:
        pattern.set("this", spelt)
    return typed(node, BOOLEAN)


RULES: dict[type[exp.Expr], Rule] = {
    exp.Length: _length,
    exp.Lower: _case_of,
    exp.Upper: _case_of,
    exp.Concat: _concat,
    exp.ConcatWs: _concat,
    exp.Replace: _replace,
    exp.Trim: _trim,
    exp.StrPosition: _position,
    exp.StartsWith: _starts,
    exp.Substring: _substring,
    exp.SplitPart: _split_part,
    exp.RegexpLike: _regexp,
    exp.MD5: lambda node: _text(node, "this"),
}
