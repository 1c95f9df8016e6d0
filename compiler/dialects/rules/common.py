"""The rules that every dialect begins with."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.rules.aggregates import RULES as AGGREGATES
from seeknal.compiler.dialects.rules.numbers import RULES as NUMBERS
from seeknal.compiler.dialects.rules.operators import RULES as OPERATORS
from seeknal.compiler.dialects.rules.times import RULES as TIMES
from seeknal.compiler.dialects.rules.vocabulary import Rule

COMMON: dict[type[exp.Expr], Rule] = {**OPERATORS, **AGGREGATES, **NUMBERS, **TIMES}
"""Rules that say the same on every engine; a dialect adds to them and puts its own in place."""
