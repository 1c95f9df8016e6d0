"""Windows that DataFusion's optimizer would make one, in queries of their own.

Two windows of a query that come to the same once their tests are simplified end in an error: the
optimizer takes them for a common expression, and plans it where no window can stand. So do
`MIN(CASE WHEN x IS NOT NULL THEN t END) OVER …` for two columns x that are never NULL. Of windows
that may come to the same, one stays and the others are computed in a subquery below.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from sqlglot import exp

_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


def set_apart(select: exp.Select) -> None:
    """Move windows of `SELECT *, …` that may come to the same into subqueries."""
    source = select.args.get("from_")
    computed = select.expressions[1:]
    first = select.expressions[0] if select.expressions else None
    if not isinstance(first, exp.Star) or source is None or not isinstance(source.this, exp.Table):
        return
    columns = [_Column(column) for column in computed if column.find(exp.Window) is not None]
    asked = {test.this.this for column in columns for test in column.asked}
    if len(asked) < 2 and all(column.is_plain for column in columns):
        return
    levels: list[list[_Column]] = []
    for found in columns:
        free = (level for level in levels if not any(map(found.may_equal, level)))
        level = next(free, None)
        if level is None:
            levels.append(level := [])
        level.append(found)
    for level in levels[1:]:
        _move(select, [column.node for column in level])


class _Column:
    """A column with windows: what is left of them without the tests that may be simplified."""

    def __init__(self, node: exp.Expr) -> None:
        self.node = node
        self.value = node.unalias()
        tests = [part for branch in node.find_all(exp.If) for part in _parts(branch.this)]
        self.asked = [found for test in tests if (found := _asks_for_null(test)) is not None]
        self.is_plain = all(_is_comparison(t) or _asks_for_null(t) is not None for t in tests)

    @cached_property
    def bare(self) -> str:
        """The text without tests."""
        return _without_tests(self.value, keep=False)

    @cached_property
    def compared(self) -> str:
        """The text with those tests alone that compare."""
        return _without_tests(self.value, keep=True)

    def may_equal(self, other: _Column) -> bool:
        """True where the optimizer may find the two to be one, and they are not written alike."""
        if self.bare != other.bare or self.value == other.value:
            return False
        both_plain = self.is_plain and other.is_plain
        return not both_plain or self.compared == other.compared


def _without_tests(value: exp.Expr, *, keep: bool) -> str:
    """The text without the tests of its CASEs; `keep` keeps comparisons, each once, in an order."""
    copy = value.copy()
    for branch in list(copy.find_all(exp.If)):
        parts = (part.sql() for part in _parts(branch.this) if keep and _is_comparison(part))
        branch.set("this", exp.Literal.string(_joined(parts)))
    return str(copy.sql())


def _parts(test: exp.Expr) -> list[exp.Expr]:
    return list(test.flatten()) if isinstance(test, exp.And) else [test]


def _joined(parts: Iterable[str]) -> str:
    return " AND ".join(sorted(set(parts)))


def _asks_for_null(test: exp.Expr) -> exp.Is | None:
    """`x IS NULL` of a column, negated or not."""
    inner = test.this if isinstance(test, exp.Not) else test
    return inner if isinstance(inner, exp.Is) and isinstance(inner.this, exp.Column) else None


def _is_comparison(test: exp.Expr) -> bool:
    """True for a column compared with a number, a text or another column."""
    if isinstance(test, exp.Between):
        return isinstance(test.this, exp.Column)
    if not isinstance(test, _COMPARED) or not isinstance(test.this, exp.Column):
        return False
    return not isinstance(test.expression, exp.Boolean | exp.Null) and test.this != test.expression


def _move(select: exp.Select, columns: list[exp.Expr]) -> None:
    source = select.args["from_"].this
    below = exp.Select(
        expressions=[exp.Star(), *(column.copy() for column in columns)],
        from_=exp.From(this=source.copy()),
    )
    names = source.args.get("alias") or exp.TableAlias(this=source.this.copy())
    select.set("from_", exp.From(this=exp.Subquery(this=below, alias=names.copy())))
    kept = [column for column in select.expressions if all(column is not c for c in columns)]
    select.set("expressions", kept)
