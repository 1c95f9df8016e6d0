"""Walks an expression of a user or a macro, operands first, and applies the rules to each node.

The rules are the allow-list: a node without a rule is refused, since sqlglot prints what a
dialect does not have without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported, cast
from seeknal.compiler.dialects.gate import refuse
from seeknal.compiler.dialects.rules.portable import filter_to_case
from seeknal.compiler.dialects.rules.vocabulary import AFTER, UNGUARDED, Vocabulary, collated
from seeknal.compiler.dialects.search import nodes_of
from seeknal.compiler.dialects.typed import BOOLEAN, expect, type_of, typed
from seeknal.compiler.types import Column

# Parts of a node that are no expressions: names of types, units and windows.
_WORDS = (exp.DataType, exp.Var, exp.Identifier, exp.IntervalSpan, exp.WindowSpec)
NATIVE = "seeknal_native"
"""Marks the target's own SQL, which is not rewritten again."""

Resolve = Callable[[exp.Column], exp.Expr]
Subquery = Callable[[exp.Query], exp.Expr]


class _Operands(dict[type[object], bool]):
    """Whether each class that was met among arguments is one of operands.

    sqlglot's classes are slow to tell.
    """

    def __missing__(self, kind: type[object]) -> bool:
        found = self[kind] = issubclass(kind, exp.Expr) and not issubclass(kind, _WORDS)
        return found


_OPERANDS = _Operands()
# What has no operand.
_LEAVES = frozenset({exp.Literal, exp.Null, exp.Boolean})


class Expressions:
    """Rewrites expressions; columns and queries in them are the caller's."""

    def __init__(self, words: Vocabulary, column: Resolve, query: Subquery) -> None:
        """`column` gives the expression that a name means, `query` a subquery rewritten."""
        self._words = words
        self._rules = words.rules
        self._column = column
        self._query = query

    def rewrite(self, node: exp.Expr, *, inside: bool = False) -> exp.Expr:
        """The node's replacement, typed. `inside`: it is the aggregate of a FILTER or an OVER."""
        if node.args.get(NATIVE):
            return node
        kind = type(node)
        rule = self._rules.get(kind)
        if rule is None:
            found = self._without_rule(node)
        else:
            if kind not in _LEAVES:
                self._operands(node)
            found = rule(node, self._words)
        after = found.meta_get(AFTER)
        if after is not None and not inside:
            found.meta.pop(AFTER)
            found = typed(cast(found, self._words.type_name(after)), after)
        return found

    def _without_rule(self, node: exp.Expr) -> exp.Expr:
        """A name, a query, a function by its name, or what has more in it than operands."""
        if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
            return self._column(node)
        if isinstance(node, exp.Star):
            return node
        if isinstance(node, (exp.Exists, exp.Query)):
            return self._query_in(node)
        if isinstance(node, (exp.Filter, exp.Window)):
            return self._around_aggregate(node)
        if isinstance(node, exp.Ordered):
            return self.ordered(node)
        if isinstance(node, exp.Anonymous):
            arguments, rule = self._words.named.get(node.name.lower(), (-1, None))
            if rule is not None and arguments == len(node.expressions):
                self._operands(node)
                return rule(node, self._words)
        refuse(node)

    def _operands(self, node: exp.Expr) -> None:
        for key, value in list(node.args.items()):
            kind = type(value)
            if kind is list:
                if value:
                    parts = [
                        self.rewrite(part) if _OPERANDS[type(part)] else part for part in value
                    ]
                    node.set(key, parts)
            elif _OPERANDS[kind] and key not in ("unit", "to"):
                found = self.rewrite(value)
                # Most operands are what they were, and in their place.
                if found is not value or value.parent is not node:
                    node.set(key, found)

    def _query_in(self, node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Exists):
            node.set("this", self._query(node.this))
            return typed(node, BOOLEAN)
        assert isinstance(node, exp.Query)
        return self._query(node)

    def _around_aggregate(self, node: exp.Filter | exp.Window) -> exp.Expr:
        if isinstance(node, exp.Window) and isinstance(node.this, exp.Median | exp.Filter):
            inner = node.this.this if isinstance(node.this, exp.Filter) else node.this
            if isinstance(inner, exp.Median):
                raise Unsupported(node, "MEDIAN as a window", "compute it in a GROUP BY, then join")
        if isinstance(node, exp.Window) and node.args.get("alias") is not None:
            self._named_window(node)
        inner = self.rewrite(node.this, inside=True)
        after = inner.meta.pop(AFTER, None)
        node.set("this", inner)
        for key, value in list(node.args.items()):
            if key == "expression":
                value.set("this", self.rewrite(value.this))
            elif key == "partition_by":
                node.set(key, [self.rewrite(part) for part in value or ()])
            elif key == "order" and value is not None:
                value.set("expressions", [self.ordered(part) for part in value.expressions])
            elif key == "spec" and value is not None:
                self._frame(value)
        found: exp.Expr = node
        if isinstance(node, exp.Filter) and not self._words.has_filter:
            expect(node, node.expression.this, "truth value")
            found = filter_to_case(node)
        if after is not None:
            found.meta[AFTER] = after
        return typed(found, type_of(inner))

    def _named_window(self, node: exp.Window) -> None:
        if not self._words.has_named_windows:
            raise Unsupported(node, "a window with a name", "write it after OVER, in parentheses")

    def _frame(self, spec: exp.WindowSpec) -> None:
        for key in ("start", "end"):
            if isinstance(bound := spec.args.get(key), exp.Expr):
                spec.set(key, self.rewrite(bound))

    def ordered(self, node: exp.Expr) -> exp.Expr:
        """A key of an order: text goes byte by byte."""
        if not isinstance(node, exp.Ordered):
            return self.rewrite(node)
        key = self.rewrite(node.this)
        node.set("this", collated(key, self._words))
        return typed(node, type_of(key))


def rewrite_expression(tree: exp.Expr, columns: Sequence[Column], words: Vocabulary) -> exp.Expr:
    """An expression of a spec over `columns`; of a macro, where nobody knows them.

    Raises `Unsupported` for the first construct that the dialect cannot say with DuckDB's rows.
    """
    if not columns:
        for division in nodes_of(tree, exp.Div):
            division.meta[UNGUARDED] = True
    known = {column.name: column.type for column in columns}

    def column(node: exp.Column) -> exp.Expr:
        return typed(node, known.get(node.name))

    return _native(Expressions(words, column, refuse).rewrite(tree))


def _native(node: exp.Expr) -> exp.Expr:
    """The tree marked as the target's own SQL, which is not rewritten again.

    Marked among its arguments, which every way of copying a tree keeps.
    """
    node.set(NATIVE, True)
    return node
