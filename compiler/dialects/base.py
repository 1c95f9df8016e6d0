"""What a dialect is to the compiler: a table of differences from DuckDB's SQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import cache

from sqlglot import exp

from seeknal.compiler.dialects.reserved import RESERVED
from seeknal.compiler.model import Relation
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Column, DataType

_PLAIN = re.compile(r"[a-z_][a-z0-9_]*$")


class Unsupported(Exception):
    """A construct that a dialect cannot say. `node` has its place in the user's SQL."""

    def __init__(self, node: exp.Expr, what: str, help: str = "") -> None:
        super().__init__(what)
        self.node = node
        self.what = what
        self.help = help


@dataclass(frozen=True, slots=True)
class Dialect:
    """One SQL dialect.

    `printer` is sqlglot's name for it. `day(expr, type)` gives the UTC day of a time as DATE,
    `days_between(earlier, later)` whole days between two DATEs, `parse_time(expr, bad_value)`
    reads ISO text, `bad_time(expr)` is true where text is not ISO time, `nan_as_null(expr)` is
    a double without NaN. `sort_key(expr, type)` orders values as every engine does,
    `microseconds(expr)` is a TIMESTAMP as an integer since 1970. `type_name` spells a type,
    `parameter(name)` stands for a value given when the statement runs.
    `rewrite(expression, columns)` turns an expression in DuckDB's vocabulary over columns into
    one the dialect runs, `rewrite_query(query, inputs, columns)` a query that returns `columns`;
    both change the tree that they are given, and raise `Unsupported`. `finish(statement)` has the
    last word on a whole statement, the compiler's own parts included; `finishes_by_type`: it looks
    at the types that `rewrite` noted on nodes. `asof_join`: it has ASOF
    joins. `frames_by_row`: how far a RANGE frame reaches may be an expression of the row.
    `read_as(expr, type)` reads a column of an existing table as the type that a source declares,
    where CAST is no error for a value that is none. `wide(expr, type)` is a number in a type that
    holds its sums, where those of its own type wrap.
    `keeps_steps`: a CTE that is read twice is computed once. `longest_name` is in bytes.
    `reads_files`: the engine reads a source's file itself. `note` stands at the head of its SQL.
    """

    name: str
    printer: str
    type_name: Callable[[DataType], str]
    day: Callable[[exp.Expr, DataType], exp.Expr]
    days_between: Callable[[exp.Expr, exp.Expr], exp.Expr]
    parse_time: Callable[[exp.Expr, str], exp.Expr]
    bad_time: Callable[[exp.Expr], exp.Expr]
    nan_as_null: Callable[[exp.Expr], exp.Expr]
    sort_key: Callable[[exp.Expr, DataType], exp.Expr]
    microseconds: Callable[[exp.Expr], exp.Expr]
    parameter: Callable[[str], exp.Expr]
    rewrite: Callable[[exp.Expr, Sequence[Column]], exp.Expr]
    rewrite_query: Callable[[exp.Query, Sequence[Relation], Sequence[Column]], exp.Query]
    finish: Callable[[exp.Expr], exp.Expr] | None = None
    finishes_by_type: bool = False
    wide: Callable[[exp.Expr, DataType], exp.Expr] | None = None
    read_as: Callable[[exp.Expr, DataType], exp.Expr] | None = None
    asof_join: bool = False
    frames_by_row: bool = False
    keeps_steps: bool = False
    longest_name: int | None = None
    reads_files: bool = False
    note: str = ""
    lacks: Mapping[str, str] = field(default_factory=dict)


def needs_quotes(name: str) -> bool:
    """True where a name must be quoted to mean itself on every engine."""
    return name in RESERVED or _PLAIN.match(name) is None


def identifier(name: str, *, quoted: bool = False) -> exp.Identifier:
    """A name, quoted where it must be or where it is an output."""
    return exp.Identifier(this=name, quoted=quoted or needs_quotes(name))


def column(name: str, table: str | None = None) -> exp.Column:
    """A reference to a column."""
    if table is None:
        return exp.Column(this=identifier(name))
    return exp.Column(this=identifier(name), table=identifier(table))


def cast(value: exp.Expr, type_name: str) -> exp.Cast:
    """`CAST(value AS type_name)` with the type spelt as the dialect does."""
    return exp.Cast(this=value, to=_data_type(type_name).copy())


@cache
def _data_type(type_name: str) -> exp.DataType:
    """The parsed type: parsing one takes a hundred times as long as copying it."""
    return exp.DataType.build(type_name, dialect="duckdb")
