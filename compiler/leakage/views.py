"""User SQL as the rules read it: every column with its table, every table with its relation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from seeknal.compiler.findings import Place
from seeknal.compiler.leakage.times import Time, kind_of_expression, time_of
from seeknal.compiler.model import Relation, ResolvedQuery
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Column, Kind

Source = Scope | exp.Expr


@dataclass(frozen=True, eq=False)
class View:
    """A query with its scopes. `root` is None where the SQL is of a form that is not followed."""

    node: str
    query: ResolvedQuery
    root: Scope | None

    @cached_property
    def relations(self) -> dict[str, Relation]:
        """The relations that the query reads, by their folded names."""
        return {relation.name.casefold(): relation for relation in self.query.inputs}

    def position(self, column: str) -> int:
        """Where a column of the result stands in it."""
        folded = column.casefold()
        return next(i for i, c in enumerate(self.query.columns) if c.name.casefold() == folded)

    def place(self, node: exp.Expr) -> Place:
        """Where an expression stands in the spec; the start of the SQL where it is not known."""
        spans = _spans(node)
        while not spans and node.parent is not None and not isinstance(node, exp.Query):
            node = node.parent
            spans = _spans(node)
        if not spans:
            return self.query.place_of(0, 1)
        start, end = min(spans)[0], max(span[1] for span in spans)
        return self.query.place_of(start, end - start + 1)

    def relation(self, source: Source) -> Relation | None:
        """The relation that a table of FROM is; None for a subquery and for rows of no node."""
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            return self.relations.get(source.name.casefold())
        return None

    def kind_of(self, scope: Scope, column: exp.Column) -> Kind | None:
        """The type of a column of one of the scope's sources, where it is known."""
        source = scope.sources.get(column.table)
        relation = self.relation(source) if source is not None else None
        if relation is not None:
            found = relation_column(relation, column.name)
            return found.type.kind if found is not None else None
        if not isinstance(source, Scope):
            return None
        inner = first_select(source)
        if inner is None or inner is scope:
            return None
        names = output_names(inner)
        if column.name not in names:
            return None
        projection = outputs(inner)[names.index(column.name)]
        return kind_of_expression(projection, lambda other: self.kind_of(inner, other))

    def time(self, scope: Scope, node: exp.Expr) -> Time:
        """What an expression of the scope is as a time."""
        return time_of(node, lambda column: self.kind_of(scope, column))


def _spans(node: exp.Expr) -> list[tuple[int, int]]:
    return [
        (part.meta["start"], part.meta["end"])
        for part in node.walk()
        if "start" in part.meta and "end" in part.meta
    ]


def view_of(node: str, query: ResolvedQuery) -> View:
    """The query with every name resolved."""
    columns: dict[str, object] = {
        relation.name: {column.name: "VARCHAR" for column in relation.columns}
        for relation in query.inputs
    }
    try:
        tree = qualify(
            query.tree.copy(),
            dialect="duckdb",
            schema=columns,
            validate_qualify_columns=False,
            quote_identifiers=False,
            identify=False,
        )
        root = build_scope(tree)
    except SqlglotError:
        return View(node, query, None)
    if root is None or len(outputs(root)) != len(query.columns):
        return View(node, query, None)
    recursive = any(clause.args.get("recursive") for clause in tree.find_all(exp.With))
    if recursive or tree.find(exp.Pivot) is not None:
        return View(node, query, None)
    unknown = any(
        not column.table and not isinstance(column.find_ancestor(exp.Window, exp.Order), exp.Order)
        for scope in root.traverse()
        for column in scope.unqualified_columns
    )
    return View(node, query, None if unknown else root)


def entries(scope: Scope) -> dict[str, tuple[exp.Expr, Source]]:
    """What FROM and JOIN read, by alias: (its node, the table or subquery).

    The tables of SEMI and ANTI joins are among them: they decide which rows there are.
    """
    found: dict[str, tuple[exp.Expr, Source]] = dict(scope.selected_sources)
    for join in scope.expression.args.get("joins") or ():
        alias = join.this.alias_or_name
        if str(join.kind).upper() in ("SEMI", "ANTI") and alias in scope.sources:
            found.setdefault(alias, (join.this, scope.sources[alias]))
    return found


def correlated(source: Source) -> Scope | None:
    """The subquery of an entry of FROM that names columns of other entries: LATERAL."""
    if not isinstance(source, Scope):
        return None
    if isinstance(source.expression, exp.Lateral):
        return next(iter(source.subquery_scopes), None)
    return source if source.external_columns else None


def relations_below(view: View, source: Source) -> Iterator[Relation]:
    """Every relation that an entry of FROM reads."""
    if not isinstance(source, Scope):
        found = view.relation(source)
        if found is not None:
            yield found
        return
    for _, inner in entries(source).values():
        yield from relations_below(view, inner)
    for scope in (*source.set_operation_scopes, *source.subquery_scopes):
        yield from relations_below(view, scope)


def outputs(scope: Scope) -> list[exp.Expr]:
    """The expressions that a query returns; those of the first SELECT of a set operation."""
    query = scope.expression
    return list(query.selects) if isinstance(query, exp.Query) else []


def output_names(scope: Scope) -> list[str]:
    """The names of the columns that a query returns."""
    return [node.alias_or_name for node in outputs(scope)]


def first_select(scope: Scope) -> Scope | None:
    """The scope itself, or the first SELECT of a set operation."""
    while isinstance(scope.expression, exp.SetOperation) and scope.set_operation_scopes:
        scope = scope.set_operation_scopes[0]
    return scope if isinstance(scope.expression, exp.Select) else None


def relation_column(relation: Relation, name: str) -> Column | None:
    """The column by its folded name."""
    folded = name.casefold()
    return next((c for c in relation.columns if c.name.casefold() == folded), None)


def columns_of(nodes: Iterator[exp.Expr] | list[exp.Expr], table: str) -> frozenset[str]:
    """The columns of `table` that expressions name, in their subqueries too."""
    return frozenset(
        column.name
        for node in nodes
        for column in node.find_all(exp.Column)
        if column.table == table
    )


def conjuncts(node: exp.Expr | None) -> Iterator[exp.Expr]:
    """The conditions that AND joins."""
    if node is None:
        return
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.And):
        yield from conjuncts(node.this)
        yield from conjuncts(node.args["expression"])
    else:
        yield node
