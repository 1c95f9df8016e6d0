"""Text, and functions of text, said so that Spark returns DuckDB's rows."""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.letters import capitals
from seeknal.compiler.dialects.rules import operators, text
from seeknal.compiler.dialects.rules.casts import as_text
from seeknal.compiler.dialects.rules.vocabulary import Rule, Vocabulary
from seeknal.compiler.dialects.spark_variables import VARIABLE
from seeknal.compiler.dialects.typed import BOOLEAN, STRING, expect, is_text, typed

_NUMBERED = re.compile(r"[*+?}]\+")


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """`NAME(arguments)`, as it is written."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def string(value: str) -> exp.Expr:
    """A text that is written out."""
    return exp.Literal.string(value)


def _literal(node: exp.Literal, words: Vocabulary) -> exp.Expr:
    """Text with `${x}` in parts: in a whole one Spark puts a variable in its place."""
    if not node.is_string or VARIABLE not in node.name:
        return operators.literal(node, words)
    first, *rest = node.name.split(VARIABLE)
    found: exp.Expr = exp.Literal.string(f"{first}$")
    for place, piece in enumerate(rest):
        more = "$" if place < len(rest) - 1 else ""
        found = exp.DPipe(this=found, expression=exp.Literal.string(f"{{{piece}{more}"))
    return typed(exp.Paren(this=found), STRING)


def _lower(node: exp.Lower, words: Vocabulary) -> exp.Expr:
    """Letter by letter: Spark looks at a word's end for Σ, and makes two letters of İ."""
    text.text(node, "this")
    letters = call("TRANSLATE", node.this, string("Σİ"), string("\N{GREEK SMALL LETTER SIGMA}i"))
    return typed(exp.Lower(this=letters), STRING)


def _upper(node: exp.Upper, words: Vocabulary) -> exp.Expr:
    """Spark makes SS of ß, and several letters of others."""
    text.text(node, "this")
    return typed(capitals(node.this, "TRANSLATE", lambda letters: exp.Upper(this=letters)), STRING)


_SIDES = {
    None: r"^\p{Zs}+|\p{Zs}+\z",
    "BOTH": r"^\p{Zs}+|\p{Zs}+\z",
    "LEADING": r"^\p{Zs}+",
    "TRAILING": r"\p{Zs}+\z",
}


def _trim(node: exp.Trim, words: Vocabulary) -> exp.Expr:
    """Every space of Unicode, as DuckDB: Spark's TRIM knows one. Named characters alike."""
    text.text(node, "this", "expression")
    side = node.args.get("position")
    if node.expression is None or not node.expression:
        pattern = _SIDES[side.upper() if isinstance(side, str) else None]
        return typed(call("REGEXP_REPLACE", node.this, string(pattern), string("")), STRING)
    if not is_text(node.expression) or not node.expression.name:
        raise Unsupported(node, "TRIM of computed characters", "write the characters out")
    return typed(node, STRING)


def _concat(node: exp.Concat | exp.ConcatWs, words: Vocabulary) -> exp.Expr:
    """Spark's CONCAT is NULL where a part is; CONCAT_WS passes over NULL, as both do on DuckDB."""
    parts = [as_text(part.copy(), node, words) for part in node.expressions]
    separator = [] if isinstance(node, exp.ConcatWs) else [string("")]
    return typed(call("CONCAT_WS", *separator, *parts), STRING)


def _like(node: exp.Like | exp.ILike, words: Vocabulary) -> exp.Expr:
    """DuckDB has no escape in a pattern unless it is named; Spark has the backslash."""
    for operand in (node.this, node.expression):
        expect(node, operand, "text")
    pattern = node.expression
    escaped = isinstance(node.parent, exp.Escape)
    if is_text(pattern) and not escaped:
        pattern.set("this", pattern.name.replace("\\", "\\\\"))
    if isinstance(node, exp.Like) and not is_text(pattern) and not escaped:
        twice = call("REPLACE", pattern, string("\\"), string("\\\\"))
        node.set("expression", twice)
        return typed(node, BOOLEAN)
    if isinstance(node, exp.Like):
        return typed(node, BOOLEAN)
    if not is_text(pattern) or not pattern.name.isascii():
        raise Unsupported(
            node, "ILIKE with a pattern beyond ASCII", "compare LOWER of both with LIKE"
        )
    lower = _lower(exp.Lower(this=node.this), words)
    like = exp.Like(
        this=lower, expression=string(pattern.name.lower()), negate=node.args.get("negate")
    )
    return typed(like, BOOLEAN)


def _escape(node: exp.Escape, words: Vocabulary) -> exp.Expr:
    """Behind the escape Spark takes `%`, `_` and itself; other characters need none."""
    pattern, sign = node.this.expression, node.expression
    if not is_text(sign) or len(sign.name) != 1:
        raise Unsupported(node, "ESCAPE of other than one character", "write one character")
    if not is_text(pattern):
        raise Unsupported(node, "ESCAPE of a computed pattern", "write the pattern out")
    one = re.escape(sign.name)
    pattern.set("this", re.sub(rf"{one}([%_{one}])|{one}(.)", _kept(sign.name), pattern.name))
    return typed(node, BOOLEAN)


def _kept(sign: str) -> Callable[[re.Match[str]], str]:
    return lambda found: found[2] if found[1] is None else sign + found[1]


def _regexp(node: exp.RegexpLike, words: Vocabulary) -> exp.Expr:
    """Java's `$` stands before a last line break, too; `a++` and `&&` are its own."""
    pattern = node.expression
    text.regexp(node, words)
    if _NUMBERED.search(pattern.name) or "&&" in pattern.name:
        raise Unsupported(node, f"the pattern '{pattern.name}'", "do without `++` and `&&`")
    parts = re.split(r"(\[\^?[^\]]+\])", pattern.name)
    spelt = "".join(p if p.startswith("[") else p.replace("$", r"\z") for p in parts)
    pattern.set("this", spelt)
    return typed(node, BOOLEAN)


def _right(node: exp.Anonymous, words: Vocabulary) -> exp.Expr:
    return typed(node, STRING)


RULES: dict[type[exp.Expr], Rule] = {
    exp.Literal: _literal,
    exp.Lower: _lower,
    exp.Upper: _upper,
    exp.Trim: _trim,
    **dict.fromkeys((exp.Concat, exp.ConcatWs), _concat),
    **dict.fromkeys((exp.Like, exp.ILike), _like),
    exp.Escape: _escape,
    exp.RegexpLike: _regexp,
}
NAMED: dict[str, tuple[int, Rule]] = {"right": (2, _right)}
