"""A user's query for another engine: its names, clauses and set operations.

Walks from the relations out, so that every expression knows the types of its columns. DuckDB's
own clauses are rewritten (QUALIFY, names of the SELECT list used beside it) or refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported
from seeknal.compiler.dialects.gate import only, refuse
from seeknal.compiler.dialects.rules.clauses import (
    around_qualify,
    by_alias,
    check_limit,
    order_of_operation,
    starts_with,
)
from seeknal.compiler.dialects.rules.expressions import Expressions, rewrite_expression
from seeknal.compiler.dialects.rules.projections import (
    as_written,
    columns_of_star,
    is_star,
    name_of,
    under,
)
from seeknal.compiler.dialects.rules.relations import aliased, check_join, merge_using
from seeknal.compiler.dialects.rules.vocabulary import Vocabulary, cast_to
from seeknal.compiler.dialects.scopes import Output, Scope, Source, spell
from seeknal.compiler.dialects.typed import (
    INT64,
    NULL,
    STRING,
    common_type,
    expect,
    type_of,
    typed,
)
from seeknal.compiler.model import Relation
from seeknal.compiler.types import Column

Names = Mapping[str, Source]
RewriteExpression = Callable[[exp.Expr, Sequence[Column]], exp.Expr]
RewriteQuery = Callable[[exp.Query, Sequence[Relation], Sequence[Column]], exp.Query]

_CLAUSES = (
    *("expressions", "distinct", "with_", "from_", "joins", "where", "group", "having"),
    *("qualify", "order", "limit", "offset", "windows"),
)


def rewrite_query(
    tree: exp.Query,
    inputs: Sequence[Relation],
    columns: Sequence[Column],
    words: Vocabulary,
) -> exp.Query:
    """The query over `inputs` with the rows, names and types that the model promises.

    Raises `Unsupported` at the first part of it that the dialect cannot say.
    """
    names = {
        relation.name.casefold(): Source(
            relation.name, tuple(Output(c.name, c.type) for c in relation.columns)
        )
        for relation in inputs
    }
    return _Query(words, names, None).run(tree, columns)[0]


def rewriters(words: Vocabulary) -> tuple[RewriteExpression, RewriteQuery]:
    """`rewrite` and `rewrite_query` of a dialect, as `base.Dialect` has them."""

    def rewrite(tree: exp.Expr, columns: Sequence[Column] = ()) -> exp.Expr:
        return rewrite_expression(tree, columns, words)

    def rewrite_whole(
        tree: exp.Query, inputs: Sequence[Relation], columns: Sequence[Column]
    ) -> exp.Query:
        return rewrite_query(tree, inputs, columns, words)

    return rewrite, rewrite_whole


class _Query:
    """Rewrites one query; the queries inside it have objects of their own."""

    def __init__(self, words: Vocabulary, names: Names, outer: Scope | None) -> None:
        self.words = words
        self.names = dict(names)
        self.outer = outer
        self.scope = Scope(outer)

    def run(
        self, node: exp.Expr, promised: Sequence[Column] | None = None
    ) -> tuple[exp.Query, list[Output]]:
        """The query and its columns, cast and named as promised where it is a node's own."""
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query):
            only(node, ("this",))
            inner, outputs = _Query(self.words, self.names, self.outer).run(node.this, promised)
            node.set("this", inner)
            return node, outputs
        self._ctes(node)
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, promised)
        if isinstance(node, exp.Select):
            return self._select(node, promised)
        refuse(node)

    # -- relations ---------------------------------------------------------------------------

    def _ctes(self, node: exp.Expr) -> None:
        clause = node.args.get("with_")
        if clause is None:
            return
        for cte in clause.expressions:
            alias = cte.args["alias"]
            name = alias.this.name
            if alias.args.get("columns") and not self.words.has_column_aliases:
                raise Unsupported(cte, "names of columns after a name", "use AS in its SELECT")
            recursive = clause.args.get("recursive") and isinstance(cte.this, exp.SetOperation)
            inner = _Query(self.words, self.names, self.outer)
            if recursive and not self.words.has_recursion:
                raise Unsupported(cte, "a recursive query", "compile this node for duckdb")
            if recursive:
                seed = _Query(self.words, self.names, self.outer).run(cte.this.left.copy())[1]
                inner.names[name.casefold()] = aliased(name, seed, alias)
            query, outputs = inner.run(cte.this)
            cte.set("this", query)
            self.names[name.casefold()] = aliased(name, outputs, alias)
            spell(alias.this, name)

    def _relation(self, node: exp.Expr) -> None:
        """Add a relation of FROM to the scope, and write its names as they are declared."""
        alias = node.args.get("alias")
        name = alias.name if alias is not None else ""
        if isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
            only(node, ("this", "alias"))
            found = self.names.get(node.name.casefold())
            if found is None:
                raise Unsupported(node, f"the relation `{node.name}`", "read it by `ref()`")
            spell(node.this, found.name)
            outputs: Sequence[Output] = found.columns
            name = name or found.name
        elif isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query):
            only(node, ("this", "alias"))
            query, outputs = _Query(self.words, self.names, self.outer).run(node.this)
            node.set("this", query)
        elif isinstance(node, exp.Values) and self.words.has_values:
            only(node, ("expressions", "alias"))
            outputs = self._values(node)
        else:
            refuse(node)
        if alias is not None:
            if alias.args.get("columns") and not self.words.has_column_aliases:
                raise Unsupported(alias, "names of columns after a name", "use AS in its SELECT")
            spell(alias.this, name)
        self.scope.sources.append(aliased(name, outputs, alias))

    def _values(self, node: exp.Values) -> list[Output]:
        for row in node.expressions:
            row.set("expressions", [self._expression(value) for value in row.expressions])
        columns = zip(*(row.expressions for row in node.expressions), strict=True)
        return [
            Output(f"col{place}", common_type(node, column)) for place, column in enumerate(columns)
        ]

    def _join(self, join: exp.Join) -> None:
        check_join(join)
        self._relation(join.this)
        if (on := join.args.get("on")) is not None:
            join.set("on", self._condition(on))
        merge_using(join, self.scope)

    # -- expressions -------------------------------------------------------------------------

    def _expression(self, node: exp.Expr, *, before: int | None = None) -> exp.Expr:
        """A rewritten expression; names of the SELECT list stand for what is `before` a place."""

        def column(name: exp.Column) -> exp.Expr:
            return self._column(name, before)

        return Expressions(self.words, column, self._subquery).rewrite(node)

    def _condition(self, node: exp.Expr) -> exp.Expr:
        found = self._expression(node)
        expect(found, found, "truth value")
        return found

    def _column(self, node: exp.Column, before: int | None) -> exp.Expr:
        if node.args.get("db") is not None:
            raise Unsupported(node, f"the field `{node.sql()}`", "take columns, not their fields")
        if (found := self.scope.own_column(node)) is not None:
            return typed(node, found.type)
        if not node.table and (alias := self.scope.alias(node.name, before)) is not None:
            place, projection = alias
            expression = self._expression(projection.copy(), before=place)
            plain = isinstance(
                expression, exp.Column | exp.Literal | exp.Func | exp.Paren | exp.Window
            )
            if plain:
                return expression
            return typed(exp.Paren(this=expression), type_of(expression))
        if (found := self.scope.column(node)) is not None:
            if not self.words.has_correlation:
                raise Unsupported(node, "a subquery that reads the row around it", "join instead")
            return typed(node, found.type)
        raise Unsupported(
            node, f"the name `{node.name}`", "give the column a name with AS, and a relation's name"
        )

    def _subquery(self, node: exp.Query) -> exp.Expr:
        is_value = not isinstance(node.parent, exp.Exists | exp.In)
        barred = is_value and not self.words.has_scalar_correlation
        around = Scope(self.scope, barred=True) if barred else self.scope
        query, outputs = _Query(self.words, self.names, around).run(node)
        return typed(query, outputs[0].type if len(outputs) == 1 else None)

    # -- SELECT ------------------------------------------------------------------------------

    def _select(
        self, node: exp.Select, promised: Sequence[Column] | None
    ) -> tuple[exp.Query, list[Output]]:
        only(node, _CLAUSES)
        if (source := node.args.get("from_")) is not None:
            self._relation(source.this)
        for join in node.args.get("joins") or ():
            self._join(join)
        self.scope.aliases = as_written(node)
        if (where := node.args.get("where")) is not None:
            where.set("this", self._condition(where.this))
        self._grouped(node)
        if (having := node.args.get("having")) is not None:
            having.set("this", self._condition(having.this))
        qualify = node.args.get("qualify")
        of_aliases = qualify is not None and by_alias(qualify.this, self.scope)
        if qualify is not None and not of_aliases:
            qualify.set("this", self._condition(qualify.this))
        for window in node.args.get("windows") or ():
            if not self.words.has_named_windows:
                raise Unsupported(window, "a WINDOW clause", "write the window after OVER")
            self._window(window)
        self._ordered(node)
        outputs = self._projections(node, promised)
        if qualify is not None:
            return self._qualified(node, outputs, of_aliases=of_aliases), outputs
        return node, outputs

    def _window(self, node: exp.Expr) -> None:
        partition = [self._expression(part) for part in node.args.get("partition_by") or ()]
        node.set("partition_by", partition)
        if (order := node.args.get("order")) is not None:
            order.set("expressions", [self._expression(part) for part in order.expressions])

    def _grouped(self, node: exp.Select) -> None:
        group = node.args.get("group")
        if group is None:
            return
        if group.args.get("all"):
            raise Unsupported(node.expressions[-1], "GROUP BY ALL", "list the columns")
        only(group, ("expressions",))
        group.set("expressions", [self._place_or(part) for part in group.expressions])

    def _place_or(self, part: exp.Expr) -> exp.Expr:
        """A key; the place of a column in the SELECT list stays as it is."""
        if isinstance(part, exp.Literal) and not part.is_string:
            return part
        if isinstance(part, exp.Column) and not part.table:
            known = self.scope.own_column(part) is not None
            if not known and (alias := self.scope.alias(part.name)) is not None:
                if not self.words.has_groups_by_alias:
                    return self._expression(alias[1].copy())
                spell(part.this, self.scope.aliases[alias[0]][0])
                return part
        return self._expression(part)

    def _ordered(self, node: exp.Select) -> None:
        """ORDER BY decides rows only with LIMIT or DISTINCT ON; there text goes byte by byte."""
        order, distinct = node.args.get("order"), node.args.get("distinct")
        on = distinct.args.get("on") if distinct is not None else None
        if on is not None and not self.words.has_distinct_on:
            raise Unsupported(on, "DISTINCT ON", "number the rows with ROW_NUMBER and QUALIFY")
        if on is not None:
            on.set("expressions", [self._place_or(part) for part in on.expressions])
        limit = node.args.get("limit")
        if limit is not None:
            check_limit(limit)
        if order is None:
            return
        ordered_text = self.words.byte_order is not None
        decides = on is not None or limit is not None or node.args.get("offset") is not None
        for part in order.expressions:
            key = part.this
            alias = self._alias_of(key)
            if alias is not None:
                value = self._expression(alias[1].copy())
                if not decides or type_of(value) != STRING:
                    if isinstance(key, exp.Column):
                        spell(key.this, alias[0])
                    continue
                part.set("this", alias[1].copy())
            kept = part.this.copy()
            found = self._expression(part)
            if type_of(found.this) == STRING and (not decides or on is not None):
                # DISTINCT ON needs its own keys first, as they are written there.
                found.set("this", self._expression(kept))
            elif type_of(found.this) == STRING and distinct is not None and ordered_text:
                raise Unsupported(part, "DISTINCT in order of text", "order in a query around it")
        if on is not None:
            starts_with(order, on)

    def _alias_of(self, key: exp.Expr) -> tuple[str, exp.Expr] | None:
        """The projection that a key of ORDER BY names, by its place or its alias."""
        if isinstance(key, exp.Literal) and key.is_int:
            place = int(key.name) - 1
            return self.scope.aliases[place] if place < len(self.scope.aliases) else None
        if isinstance(key, exp.Column) and not key.table:
            found = self.scope.alias(key.name)
            if found is not None:
                return self.scope.aliases[found[0]]
        return None

    # -- the columns of a SELECT -------------------------------------------------------------

    def _projections(self, node: exp.Select, promised: Sequence[Column] | None) -> list[Output]:
        outputs: list[Output] = []
        projections: list[exp.Expr] = []
        written = node.expressions
        for place, projection in enumerate(written):
            if is_star(projection):
                table = projection.table or None if isinstance(projection, exp.Column) else None
                star = self.scope.star(projection, table)
                want = promised[len(outputs) : len(outputs) + len(star)] if promised else None
                projections += columns_of_star(self.scope, node, projection, star, want)
                outputs += [output for _, output in star]
                continue
            comments = projection.comments
            found = self._expression(projection.unalias(), before=place)
            name = name_of(projection) or None
            column = promised[len(outputs)] if promised is not None else None
            if column is not None:
                found = cast_to(found, column.type, self.words)
                name = column.name or name
            elif type_of(found) == NULL:
                found = cast_to(found, INT64, self.words)
            outputs.append(Output(name, type_of(found)))
            made = under(found, name)
            if comments and made is not found:
                made.comments = comments
            projections.append(made)
        node.set("expressions", projections)
        return outputs

    def _qualified(
        self, node: exp.Select, outputs: Sequence[Output], *, of_aliases: bool
    ) -> exp.Query:
        if not of_aliases:
            return around_qualify(node, outputs, None)
        around = _Query(self.words, self.names, None)
        around.scope.sources.append(Source("", tuple(outputs)))
        return around_qualify(node, outputs, around._condition(node.args["qualify"].this))

    # -- set operations ----------------------------------------------------------------------

    def _set_operation(
        self, node: exp.SetOperation, promised: Sequence[Column] | None
    ) -> tuple[exp.Query, list[Output]]:
        if node.args.get("by_name"):
            raise Unsupported(
                node.right, "a set operation BY NAME", "list the columns in one order"
            )
        only(node, ("this", "expression", "distinct", "with_", "order", "limit", "offset"))
        counted = not node.args.get("distinct") and not isinstance(node, exp.Union)
        if counted and not self.words.has_all_of_sets:
            raise Unsupported(node.right, "INTERSECT ALL and EXCEPT ALL", "count the rows")
        left, one = _Query(self.words, self.names, self.outer).run(node.left, promised)
        right, other = _Query(self.words, self.names, self.outer).run(
            node.right, _nameless(promised) if promised is not None else None
        )
        node.set("this", left)
        node.set("expression", right)
        outputs = [
            Output(a.name, common_type(node, [_of(a), _of(b)]))
            for a, b in zip(one, other, strict=True)
        ]
        order_of_operation(node, outputs, self.words)
        return node, outputs


def _nameless(promised: Sequence[Column]) -> list[Column]:
    """The types alone: names of a set operation are those of its left side."""
    return [Column("", column.type) for column in promised]


def _of(output: Output) -> exp.Expr:
    return typed(exp.Null(), output.type)
