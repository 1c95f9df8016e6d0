"""Digits of decimals as dialects reckon them: of literals, and of choices between numbers."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from seeknal.compiler.dialects.typed import is_text

Digits = tuple[int, int]
"""Precision and scale."""


def digits_of_literal(node: exp.Expr) -> Digits | None:
    """The digits of a number that is written out; None for anything else, and with an exponent.

    >>> from sqlglot import parse_one
    >>> digits_of_literal(parse_one("12.50"))
    (4, 2)
    """
    if not isinstance(node, exp.Literal) or is_text(node):
        return None
    whole, _, fraction = node.name.lower().partition(".")
    return (len(whole) + len(fraction), len(fraction)) if "e" not in fraction else None


def alternatives(node: exp.Expr) -> list[exp.Expr]:
    """The numbers of which a node is one, NULL left out; none for a node that chooses nothing."""
    found: list[exp.Expr] = []
    if isinstance(node, exp.Nullif):
        found = [node.this]
    elif isinstance(node, exp.Coalesce | exp.Greatest | exp.Least):
        found = [node.this, *node.expressions]
    elif isinstance(node, exp.Case | exp.If):
        branches = node.args.get("ifs") or [node]
        other = node.args.get("default") or node.args.get("false")
        found = [*(one.args["true"] for one in branches), *([other] if other else [])]
    return [one for one in found if not isinstance(one, exp.Null)]


def widest(found: Iterable[Digits | None]) -> Digits | None:
    """The digits that hold all of several numbers; None where those of one are not known.

    >>> widest([(38, 2), (1, 0)])
    (38, 2)
    """
    every = list(found)
    known = [digits for digits in every if digits is not None]
    if not known or len(known) < len(every):
        return None
    scale = max(digits[1] for digits in known)
    return max(digits[0] - digits[1] for digits in known) + scale, scale
