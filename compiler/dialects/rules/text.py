"""Functions of text, said so that a dialect returns DuckDB's rows."""

from __future__ import annotations

import re

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.rules.casts import as_text
from seeknal.compiler.dialects.rules.vocabulary import Rule, Vocabulary, literal_number
from seeknal.compiler.dialects.typed import (
    BOOLEAN,
    INT64,
    STRING,
    expect,
    is_text,
    typed,
)


def text(node: exp.Expr, *keys: str) -> exp.Expr:
    """A text of texts: those at `keys` are checked to be text."""
    for key in keys:
        if isinstance(operand := node.args.get(key), exp.Expr):
            expect(node, operand, "text")
    return typed(node, STRING)


def one_text(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    """A function of one text that gives text: LOWER, UPPER, MD5."""
    return text(node, "this")


def length(node: exp.Length, words: Vocabulary) -> exp.Expr:
    """The number of characters; not for engines that count bytes."""
    expect(node, node.this, "text")
    return typed(node, INT64)


def concat(node: exp.Concat | exp.ConcatWs, words: Vocabulary) -> exp.Expr:
    """CONCAT passes over NULL: said with `||` and COALESCE."""
    if isinstance(node, exp.ConcatWs):
        raise Unsupported(node, "CONCAT_WS", "join the parts with `||` and COALESCE")
    found: exp.Expr | None = None
    for operand in node.expressions:
        part = as_text(operand.copy(), node, words)
        if not isinstance(part, exp.Literal):
            part = exp.Coalesce(this=part, expressions=[exp.Literal.string("")])
        found = part if found is None else exp.DPipe(this=found, expression=part)
    assert found is not None
    return typed(exp.Paren(this=found), STRING)


def replace(node: exp.Replace, words: Vocabulary) -> exp.Expr:
    """REPLACE of one text by another, wherever it stands."""
    return text(node, "this", "expression", "replacement")


def trim(node: exp.Trim, words: Vocabulary) -> exp.Expr:
    """TRIM of spaces, or of characters that are named."""
    return text(node, "this", "expression")


def trim_spaces(node: exp.Trim, words: Vocabulary) -> exp.Expr:
    """TRIM of spaces alone."""
    if node.expression:
        raise Unsupported(node, "TRIM of other characters than spaces", "use REPLACE")
    return text(node, "this")


SPACES = " \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u202f\u205f\u3000"
"""The characters that TRIM strips on DuckDB where it names none: spaces of Unicode, no tabs."""


def trim_every_space(node: exp.Trim, words: Vocabulary) -> exp.Expr:
    """TRIM of characters that are named, or of every space of Unicode, which are named here."""
    if not node.expression:
        node.set("expression", exp.Literal.string(SPACES))
    return text(node, "this")


def position(node: exp.StrPosition, words: Vocabulary) -> exp.Expr:
    """Where a text begins in another, from 1; 0 where it is not."""
    if node.args.get("position") is not None or node.args.get("occurrence") is not None:
        raise Unsupported(node, "a search from a place on", "search in a SUBSTRING")
    text(node, "this", "substr")
    return typed(node, INT64)


def starts(node: exp.StartsWith, words: Vocabulary) -> exp.Expr:
    """Whether a text begins with another."""
    text(node, "this", "expression")
    return typed(node, BOOLEAN)


def substring(node: exp.Substring, words: Vocabulary) -> exp.Expr:
    """From a place counted from the start: not every engine has places from the end."""
    text(node, "this")
    start, size = node.args.get("start"), node.args.get("length")
    last = literal_number(start.this) if isinstance(start, exp.Neg) else None
    right_rule = words.named.get("right")
    if last and size is None and right_rule is not None:
        right = [node.this, exp.Literal.number(last)]
        return right_rule[1](exp.Anonymous(this="RIGHT", expressions=right), words)
    if not literal_number(start):
        raise Unsupported(
            node, "SUBSTRING from a place that may not be 1 or more", "write the place as a number"
        )
    if size is not None and literal_number(size) is None:
        raise Unsupported(node, "SUBSTRING of a computed length", "write the length as a number")
    return typed(node, STRING)


def split_part(node: exp.SplitPart, words: Vocabulary) -> exp.Expr:
    """The n-th part of a text; '' where there are fewer."""
    separator, place = node.args.get("delimiter"), node.args.get("part_index")
    if separator is None or not is_text(separator) or not separator.name:
        raise Unsupported(
            node, "SPLIT_PART by a computed or empty text", "write the separator as text"
        )
    if not literal_number(place):
        raise Unsupported(
            node, "SPLIT_PART at a place that may not be 1 or more", "write the place as a number"
        )
    return text(node, "this")


_PORTABLE_PATTERN = re.compile(r"(?:[^\\(\[{]|\{\d+(?:,\d*)?\}|\[\^?[^\\\[\]]+\]|\((?!\?))*$")


def regexp(node: exp.RegexpLike, words: Vocabulary) -> exp.Expr:
    """Patterns in the part of their syntax where engines agree.

    A dot is spelt out: on some it takes the end of a line, too.
    """
    text(node, "this", "expression")
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


MORE: dict[type[exp.Expr], Rule] = {
    exp.Length: length,
    exp.Lower: one_text,
    exp.Upper: one_text,
    exp.MD5: one_text,
    exp.Concat: concat,
    exp.ConcatWs: concat,
    exp.Replace: replace,
    exp.Trim: trim,
    exp.StrPosition: position,
    exp.StartsWith: starts,
    exp.Substring: substring,
    exp.SplitPart: split_part,
    exp.RegexpLike: regexp,
}
"""What most dialects have, each to be run on the engine before it is taken."""
