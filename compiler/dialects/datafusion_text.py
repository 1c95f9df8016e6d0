"""Text for DataFusion: patterns, letters and spellings as DuckDB has them."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.letters import capitals
from seeknal.compiler.dialects.rules import operators, text
from seeknal.compiler.dialects.rules.casts import as_text
from seeknal.compiler.dialects.rules.vocabulary import Rule, Vocabulary, literal_number
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

_FRACTION = "[.]?0+$"
_SIGMA = ("\N{GREEK CAPITAL LETTER SIGMA}", "\N{GREEK SMALL LETTER SIGMA}")


def _call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this=name, expressions=list(arguments))


# -- patterns --------------------------------------------------------------------------------


def _like(node: exp.Like | exp.ILike, words: Vocabulary) -> exp.Expr:
    """A backslash escapes here and not on DuckDB; ILIKE compares small letters."""
    for operand in (node.this, node.expression):
        expect(node, operand, "text")
    pattern = node.expression
    escaped = isinstance(node.parent, exp.Escape)
    if not is_text(pattern) and (escaped or isinstance(node, exp.ILike)):
        raise Unsupported(
            node, "ILIKE or ESCAPE of a computed pattern", "write the pattern out, or use LIKE"
        )
    if isinstance(node, exp.ILike):
        if not pattern.name.isascii():
            raise Unsupported(
                node, "ILIKE with a pattern beyond ASCII", "compare LOWER of both with LIKE"
            )
        small = exp.Literal.string(_escaped(pattern.name.lower(), None))
        found = exp.Like(**{**node.args, "this": _small(node.this), "expression": small})
        return typed(found, BOOLEAN)
    if not is_text(pattern):
        node.set("expression", _replaced(pattern.copy(), "\\", "\\\\"))
    elif not escaped:
        node.set("expression", exp.Literal.string(_escaped(pattern.name, None)))
    return typed(node, BOOLEAN)


def _escape(node: exp.Escape, words: Vocabulary) -> exp.Expr:
    """The character that a user escapes with becomes a backslash, the only one there is."""
    like, mark = node.this, node.expression
    if not isinstance(like, exp.Like) or not is_text(mark) or len(mark.name) != 1:
        raise Unsupported(node, "this ESCAPE", "escape in LIKE, by one character")
    like.set("expression", exp.Literal.string(_escaped(like.expression.name, mark.name)))
    return typed(like, BOOLEAN)


def _escaped(pattern: str, mark: str | None) -> str:
    found, letters = "", iter(pattern)
    for letter in letters:
        if letter == mark:
            found += "\\" + next(letters, "")
        else:
            found += "\\\\" if letter == "\\" else letter
    return found


# -- letters ---------------------------------------------------------------------------------


def _replaced(value: exp.Expr, old: str, new: str) -> exp.Expr:
    one, other = exp.Literal.string(old), exp.Literal.string(new)
    return exp.Replace(this=value, expression=one, replacement=other)


def _small(value: exp.Expr) -> exp.Expr:
    """Letter by letter, as DuckDB: the last sigma of a word and a dotted I are no exceptions."""
    return typed(exp.Lower(this=_replaced(_replaced(value, "İ", "i"), *_SIGMA)), STRING)


def _lower(node: exp.Lower, words: Vocabulary) -> exp.Expr:
    text.text(node, "this")
    return _small(node.this)


def _upper(node: exp.Upper, words: Vocabulary) -> exp.Expr:
    """DuckDB has one letter for a sharp s, and for all others."""
    text.text(node, "this")
    return typed(capitals(node.this, "TRANSLATE", lambda letters: exp.Upper(this=letters)), STRING)


# -- parts -----------------------------------------------------------------------------------


def _counted(rule: Rule) -> Rule:
    """A count of 32 bits in 64."""

    def widened(node: exp.Expr, words: Vocabulary) -> exp.Expr:
        return typed(cast(rule(node, words), "BIGINT"), INT64)

    return widened


_SPACES = {"LEADING": r"^\p{Zs}+", "TRAILING": r"\p{Zs}+$"}


def _trim(node: exp.Trim, words: Vocabulary) -> exp.Expr:
    """Without characters, every space of Unicode goes; TRIM here takes the plain one."""
    if node.expression:
        return text.trim(node, words)
    expect(node, node.this, "text")
    side = node.text("position").upper()
    pattern = _SPACES.get(side, "|".join(_SPACES.values()))
    arguments = [exp.Literal.string(part) for part in (pattern, "", "g")]
    return typed(_call("REGEXP_REPLACE", node.this, *arguments), STRING)


_OPERATIONS_OF_SETS = ("&&", "--", "~~")


def _regexp(node: exp.RegexpLike, words: Vocabulary) -> exp.Expr:
    """What is in brackets is a set of letters, and here may be an operation of two sets."""
    pattern = node.expression
    if is_text(pattern) and any(word in pattern.name for word in _OPERATIONS_OF_SETS):
        raise Unsupported(node, f"the pattern '{pattern.name}'", "do without `&&`, `--` and `~~`")
    return text.regexp(node, words)


def _end(node: exp.Left | exp.Right, words: Vocabulary) -> exp.Expr:
    """LEFT and RIGHT of a number of letters that is written out."""
    if literal_number(node.expression) is None:
        raise Unsupported(node, "LEFT or RIGHT of a computed length", "write the length out")
    return text.text(node, "this")


def _replace(node: exp.Replace, words: Vocabulary) -> exp.Expr:
    """An empty text is found between all letters here, and nowhere on DuckDB."""
    old = node.expression
    if not is_text(old) or not old.name:
        raise Unsupported(node, "REPLACE of a computed or empty text", "write the text out")
    return text.replace(node, words)


# -- spellings -------------------------------------------------------------------------------


def spelt(value: exp.Expr, parent: exp.Expr, words: Vocabulary) -> exp.Expr:
    """The value as DuckDB spells it: a time with a space, its fraction without zeros at the end."""
    if type_of(value) != TIMESTAMP:
        return as_text(value, parent, words)
    written = _call("TO_CHAR", value, exp.Literal.string("%Y-%m-%d %H:%M:%S%.6f"))
    empty = exp.Literal.string("")
    return typed(_call("REGEXP_REPLACE", written, exp.Literal.string(_FRACTION), empty), STRING)


def _concat(node: exp.Concat | exp.ConcatWs, words: Vocabulary) -> exp.Expr:
    node.set("expressions", [spelt(part.copy(), node, words) for part in node.expressions])
    return typed(node, STRING)


def _joined(node: exp.DPipe, words: Vocabulary) -> exp.Expr:
    for key in ("this", "expression"):
        if type_of(node.args[key]) == TIMESTAMP:
            node.set(key, spelt(node.args[key].copy(), node, words))
    return operators.joined_text(node, words)


RULES: dict[type[exp.Expr], Rule] = {
    exp.Like: _like,
    exp.ILike: _like,
    exp.Escape: _escape,
    exp.Lower: _lower,
    exp.Upper: _upper,
    exp.Length: _counted(text.length),
    exp.StrPosition: _counted(text.position),
    **dict.fromkeys((exp.Left, exp.Right), _end),
    exp.Replace: _replace,
    exp.Trim: _trim,
    exp.RegexpLike: _regexp,
    **dict.fromkeys((exp.Concat, exp.ConcatWs), _concat),
    exp.DPipe: _joined,
}
