"""What names mean in a user's query: relations in FROM, their columns, aliases of its SELECT.

DuckDB finds names in any case; PostgreSQL folds those without quotes down. Names found here are
written as they are declared, in quotes where they need them.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, needs_quotes
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import DataType


@dataclass(frozen=True, slots=True)
class Output:
    """A column of a query or relation; None for a name or type that nobody knows."""

    name: str | None
    type: DataType | None


@dataclass(frozen=True, slots=True)
class Source:
    """A relation in FROM by the name that columns use for it."""

    name: str
    columns: tuple[Output, ...]

    def find(self, name: str) -> Output | None:
        """The column of that name, in any case."""
        for column in self.columns:
            if column.name == name:
                return column
        folded = name.casefold()
        near = (c for c in self.columns if c.name is not None and c.name.casefold() == folded)
        return next(near, None)


class Scope:
    """The names of one SELECT. `aliases` are its projections as written, with their names.

    `using` are the columns, folded, that a join merges. `barred`: none of its columns or those of
    the scopes around it may be read from a query inside.
    """

    def __init__(self, outer: Scope | None = None, *, barred: bool = False) -> None:
        """A scope without names, inside `outer`."""
        self.outer = outer
        self.barred = barred
        self.sources: list[Source] = []
        self.aliases: Sequence[tuple[str, exp.Expr]] = ()
        self.using: set[str] = set()

    def column(self, node: exp.Column) -> Output | None:
        """The column of this SELECT or one around it; spells the node as it is declared."""
        scope: Scope | None = self
        barred = False
        while scope is not None:
            barred = barred or scope.barred
            if (found := scope.own_column(node)) is not None:
                if barred:
                    what = "a subquery for a value that reads the row around it"
                    raise Unsupported(node, what, "join, and aggregate")
                return found
            scope = scope.outer
        return None

    def own_column(self, node: exp.Column) -> Output | None:
        """The column of this SELECT alone."""
        table, name = node.table, node.name
        for source in self.sources:
            if table and source.name.casefold() != table.casefold():
                continue
            if (found := source.find(name)) is not None and found.name is not None:
                spell(node.this, found.name)
                if table:
                    spell(node.args["table"], source.name)
                return found
        return None

    def alias(self, name: str, before: int | None = None) -> tuple[int, exp.Expr] | None:
        """The projection of that name and its place; only those `before` a place count."""
        folded = name.casefold()
        for place, (alias, projection) in enumerate(self.aliases[:before]):
            if alias.casefold() == folded:
                return place, projection
        return None

    def star(self, node: exp.Expr, table: str | None = None) -> list[tuple[str, Output]]:
        """The columns of `*` or `table.*`, each with its source's name."""
        found: list[tuple[str, Output]] = []
        merged: set[str] = set()
        for source in self.sources:
            if table is not None and source.name.casefold() != table.casefold():
                continue
            for column in source.columns:
                folded = (column.name or "").casefold()
                if folded in self.using and table is None:
                    if folded in merged:
                        continue
                    merged.add(folded)
                found.append((source.name, column))
        if not found:
            raise Unsupported(node, "`*` of an unknown relation", "list the columns")
        return found


def copied(node: exp.Expr) -> exp.Expr:
    """A copy with its places and types; several times as fast as the tree's own `copy`."""
    args: dict[str, object] = {}
    for key, value in node.args.items():
        if isinstance(value, exp.Expr):
            args[key] = copied(value)
        elif isinstance(value, list):
            args[key] = [copied(item) if isinstance(item, exp.Expr) else item for item in value]
        else:
            args[key] = value
    found = type(node)(**args)
    found.comments = list(node.comments) if node.comments else None
    found.meta.update(node.meta)
    return found


def spell(identifier: exp.Expr, name: str) -> None:
    """Write a name as it is declared."""
    quoted = needs_quotes(name)
    if identifier.args["this"] != name or bool(identifier.args.get("quoted")) is not quoted:
        identifier.set("this", name)
        identifier.set("quoted", quoted)


def named(name: str) -> exp.Identifier:
    """A name as it is declared."""
    return exp.Identifier(this=name, quoted=needs_quotes(name))
