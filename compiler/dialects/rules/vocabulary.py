"""What a dialect tells the shared walk and rules: its own rules by node, and how it says things."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from types import MappingProxyType

from sqlglot import exp

from seeknal.compiler.dialects.base import cast
from seeknal.compiler.dialects.duckdb import type_name
from seeknal.compiler.dialects.typed import DOUBLE, STRING, is_text, type_of, typed
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import DataType, Kind

# Takes a node whose operands are rewritten and typed, and the dialect's vocabulary; returns the
# node's typed replacement, or raises `Unsupported`.
Rule = Callable[..., exp.Expr]

# The type that an aggregate's result is cast to, outside its FILTER and OVER.
AFTER = "seeknal_cast_after"
# Marks a division that is as its author wants it.
UNGUARDED = "seeknal_unguarded"


def _days_between(earlier: exp.Expr, later: exp.Expr) -> exp.Expr:
    return exp.DateDiff(this=later, expression=earlier, unit=exp.Var(this="DAY"))


def _add_days(day: exp.Expr, days: exp.Expr) -> exp.Expr:
    return exp.DateAdd(this=day, expression=days, unit=exp.Var(this="DAY"))


def _part(name: str, operand: exp.Expr) -> exp.Expr:
    return cast(exp.Extract(this=exp.Var(this=name), expression=operand), "BIGINT")


def _infinity() -> exp.Expr:
    return cast(exp.Literal.string("Infinity"), "DOUBLE")


def _nothing() -> Mapping[str, tuple[int, Rule]]:
    return MappingProxyType({})


CASTS = frozenset(
    {
        *((Kind.INT64, kind) for kind in (Kind.INT64, Kind.DOUBLE, Kind.DECIMAL)),
        *((Kind.DECIMAL, kind) for kind in (Kind.DOUBLE, Kind.DECIMAL)),
        *((Kind.DOUBLE, kind) for kind in (Kind.DOUBLE, Kind.DECIMAL)),
        *((Kind.DATE, kind) for kind in (Kind.DATE, Kind.TIMESTAMP)),
        *((Kind.TIMESTAMP, kind) for kind in (Kind.DATE, Kind.TIMESTAMP)),
        *((Kind.BOOLEAN, kind) for kind in (Kind.BOOLEAN, Kind.INT64, Kind.DOUBLE)),
        (Kind.INT64, Kind.BOOLEAN),
    }
)
"""Casts, (from, to), that give one value on every engine when they are said as `casts.py` does."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A dialect's table of differences in a user's SQL.

    `rules` is the allow-list by node type, `named` that of functions which sqlglot keeps by name,
    in lower case, with their numbers of arguments. `casts` are pairs (from, to); `spelt` are the
    types whose text, by a plain cast, is DuckDB's. `parts` are those of EXTRACT, `units` those of
    DATE_TRUNC, in capitals.

    `type_name` spells a type as `base.cast` reads it. `byte_order(text)` makes text compare byte
    by byte; None where it does anyway. `days_between(earlier, later)` and `add_days(day, n)` are
    of DATEs, `extract(PART, time)` is an int64, `truncate(UNIT, timestamp)` a TIMESTAMP.
    `infinity()` is a double; None where x / 0 is infinite without help.

    `aligned`: operands of one operation are cast to their common type. `exact_literals`: 1.5 is
    a decimal. `greatest_skips_null`: GREATEST and LEAST pass over NULL. `casts_truth`: a
    truth value casts to a number. `has_correlation`: subqueries may read the row around them,
    `has_scalar_correlation`: those that are values, too. The other flags `has_…` are parts of SQL
    that the dialect knows.
    """

    rules: Mapping[type[exp.Expr], Rule]
    named: Mapping[str, tuple[int, Rule]] = field(default_factory=_nothing)
    casts: frozenset[tuple[Kind, Kind]] = CASTS
    spelt: frozenset[Kind] = frozenset({Kind.INT64, Kind.DATE})
    parts: frozenset[str] = frozenset({"YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE"})
    units: frozenset[str] = frozenset({"YEAR", "QUARTER", "MONTH", "DAY", "HOUR"})

    type_name: Callable[[DataType], str] = type_name
    byte_order: Callable[[exp.Expr], exp.Expr] | None = None
    days_between: Callable[[exp.Expr, exp.Expr], exp.Expr] = _days_between
    add_days: Callable[[exp.Expr, exp.Expr], exp.Expr] = _add_days
    extract: Callable[[str, exp.Expr], exp.Expr] = _part
    truncate: Callable[[str, exp.Expr], exp.Expr] | None = None
    infinity: Callable[[], exp.Expr] | None = _infinity

    aligned: bool = True
    exact_literals: bool = True
    greatest_skips_null: bool = False
    casts_truth: bool = False
    has_is_true: bool = False
    has_filter: bool = False
    has_distinct_on: bool = False
    has_named_windows: bool = False
    has_groups_by_alias: bool = False
    has_values: bool = False
    has_column_aliases: bool = False
    has_recursion: bool = False
    has_all_of_sets: bool = False
    has_correlation: bool = True
    has_scalar_correlation: bool = True


def cast_to(node: exp.Expr, data_type: DataType, words: Vocabulary) -> exp.Expr:
    """The node as a type: cast unless it is known to have it, or nobody knows the type."""
    if type_of(node) == data_type or data_type.kind is Kind.OTHER:
        return node
    return typed(cast(node, words.type_name(data_type)), data_type)


def as_double(node: exp.Expr) -> exp.Expr:
    """The number as DOUBLE."""
    return node if type_of(node) == DOUBLE else typed(cast(node, "DOUBLE"), DOUBLE)


def collated(node: exp.Expr, words: Vocabulary) -> exp.Expr:
    """Text that compares byte by byte, as on DuckDB, whatever the order of the database."""
    if words.byte_order is None or type_of(node) != STRING or isinstance(node, exp.Collate):
        return node
    return typed(words.byte_order(node), STRING)


def aligned(node: exp.Expr, data_type: DataType | None, words: Vocabulary) -> exp.Expr:
    """An operand as the common type of its operation, where the dialect wants it said."""
    own = type_of(node)
    if not words.aligned or data_type is None or own is None or isinstance(node, exp.Null):
        return node
    if data_type.kind is Kind.OTHER or own.kind is Kind.OTHER or own.kind is data_type.kind:
        return node
    if data_type.kind is Kind.DECIMAL and not is_text(node):
        # The engine finds the scale that holds both, and an int64 needs none.
        return node
    return typed(cast(node, words.type_name(data_type)), data_type)


def later(node: exp.Expr, data_type: DataType) -> exp.Expr:
    """An aggregate that the engine gives another type: cast where its FILTER and OVER end."""
    node.meta[AFTER] = data_type
    return typed(node, data_type)


def literal_number(node: exp.Expr | None) -> int | None:
    """The whole number that is written there; None for anything else."""
    if isinstance(node, exp.Literal) and node.is_int:
        return int(node.name)
    return None
