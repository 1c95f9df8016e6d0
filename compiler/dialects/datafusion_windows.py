"""Windows that DataFusion's optimizer would make one, in queries of their own.

Two windows of a query that come to the same once their tests are simplified end in an error: the
optimizer takes them for a common expression, and plans it where no window can stand. So do
`MIN(CASE WHEN x IS NOT NULL THEN t END) OVER …` for two columns x that are never NULL. Of windows
that may come to the same, one stays and the others are computed in a subquery below.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)


def set_apart(select: exp.Select) -> None:
    """Move windows of `SELECT *, …` that may come to the same into subqueries."""
    source = select.args.get("from_")
    computed = select.expressions[1:]
    first = select.expressions[0] if select.expressions else None
    if not isinstance(first, exp.Star) or source is None or not isinstance(source.this, exp.Table):
        return
    levels: list[list[_Column]] = []
    for column in computed:
        if column.find(exp.Window) is None:
            continue
        found = _Column(column)
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
        value = node.unalias()
        self.text = value.sql()
        tests = [part for branch in value.find_all(exp.If) for part in _parts(branch.this)]
        self.is_plain = all(_is_comparison(test) or _asks_for_null(test) for test in tests)
        self.bare = _without_tests(value, keep=False)
        self.compared = _without_tests(value, keep=True)

    def may_equal(self, other: _Column) -> bool:
        """True where the optimizer may find the two to be one, and they are not written alike."""
        if self.text == other.text:
            return False
        if self.is_plain and other.is_plain:
            return self.compared == other.compared
        return self.bare == other.bare


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


def _asks_for_null(test: exp.Expr) -> bool:
    inner = test.this if isinstance(test, exp.Not) else test
    return isinstance(inner, exp.Is) and isinstance(inner.this, exp.Column)


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
