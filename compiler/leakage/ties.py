"""Which time columns of a SELECT are not after the event time of its rows, and by how much.

`t.y <= s.x + k` in ON or WHERE bounds `t.y` once `s.x` is bounded; so do `=`, BETWEEN and a
difference of days that is not negative.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from seeknal.compiler.leakage.spans import unit_span
from seeknal.compiler.leakage.times import Near, Time
from seeknal.compiler.leakage.views import View, conjuncts
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Kind

Known = dict[tuple[str, str], int]
TimeOf = Callable[[exp.Expr], Time]


@dataclass(frozen=True, slots=True)
class Tie:
    """`later` >= `earlier` - `slack`: microseconds between two columns of one row."""

    earlier: tuple[str, str]
    later: tuple[str, str]
    slack: int


def spread(known: Known, ties: list[Tie]) -> Known:
    """All columns that ties bound, with the least bound of each.

    >>> spread({("a", "x"): 0}, [Tie(("b", "y"), ("a", "x"), 5), Tie(("c", "z"), ("b", "y"), 1)])
    {('a', 'x'): 0, ('b', 'y'): 5, ('c', 'z'): 6}
    """
    found = dict(known)
    for _ in range(len(ties) + 1):
        changed = False
        for tie in ties:
            if tie.later not in found:
                continue
            bound = found[tie.later] + tie.slack
            if tie.earlier not in found or bound < found[tie.earlier]:
                found[tie.earlier] = bound
                changed = True
        if not changed:
            break
    return found


def ties_of(view: View, scope: Scope) -> list[Tie]:
    """The ties of a SELECT's ON and WHERE.

    The ON of a LEFT join says something of its right side alone: rows of the left stay without
    it. Its rows without a match hold nothing of the right side.
    """

    def time(node: exp.Expr) -> Time:
        return view.time(scope, node)

    def kind(node: exp.Column) -> Kind | None:
        return view.kind_of(scope, node)

    select = scope.expression
    found: list[Tie] = []
    for join in select.args.get("joins") or ():
        ties = [tie for part in conjuncts(join.args.get("on")) for tie in _ties(part, time, kind)]
        joined = join.this.alias_or_name
        side = (join.side or "").upper()
        if side == "LEFT":
            ties = [tie for tie in ties if tie.earlier[0] == joined]
        elif side == "RIGHT":
            ties = [tie for tie in ties if tie.earlier[0] != joined]
        found += ties
    where = select.args.get("where")
    for part in conjuncts(where.this if where is not None else None):
        found += _ties(part, time, kind)
    return found


def _ties(node: exp.Expr, time: TimeOf, kind: Callable[[exp.Column], Kind | None]) -> Iterator[Tie]:
    match node:
        case exp.LTE() | exp.LT():
            yield from _ordered(node.this, node.args["expression"], time, kind)
        case exp.GTE() | exp.GT():
            yield from _ordered(node.args["expression"], node.this, time, kind)
        case exp.EQ() | exp.NullSafeEQ():
            yield from _ordered(node.this, node.args["expression"], time, kind)
            yield from _ordered(node.args["expression"], node.this, time, kind)
        case exp.Between():
            yield from _ordered(node.args["low"], node.this, time, kind)
            yield from _ordered(node.this, node.args["high"], time, kind)


def _ordered(
    less: exp.Expr, more: exp.Expr, time: TimeOf, kind: Callable[[exp.Column], Kind | None]
) -> Iterator[Tie]:
    """The ties of `less <= more`."""
    earlier, later = time(less), time(more)
    if isinstance(earlier, Near) and isinstance(later, Near):
        slack = later.high - earlier.low
        yield Tie((earlier.table, earlier.column), (later.table, later.column), slack)
        return
    days = _difference(more, time, kind)
    least = _number(less)
    if days is not None and least is not None:
        start, end, unit, exact = days
        slack = (0 if exact else unit) - least * unit + end.high - start.low
        yield Tie((start.table, start.column), (end.table, end.column), slack)


def _difference(
    node: exp.Expr, time: TimeOf, kind: Callable[[exp.Column], Kind | None]
) -> tuple[Near, Near, int, bool] | None:
    """(start, end, unit, whether it is exact) of `DATE_DIFF(unit, start, end)` or `end - start`."""
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.DateDiff):
        start, end = time(node.args["expression"]), time(node.this)
        span = unit_span(node.args["unit"].name) if node.args.get("unit") is not None else None
        columns = [*node.find_all(exp.Column)]
    elif isinstance(node, exp.Sub):
        start, end = time(node.args["expression"]), time(node.this)
        span = unit_span("day")
        columns = [*node.find_all(exp.Column)]
        if any(kind(column) is not Kind.DATE for column in columns):
            return None
    else:
        return None
    if span is None or not isinstance(start, Near) or not isinstance(end, Near):
        return None
    exact = all(kind(c) is Kind.DATE for c in columns) and span == unit_span("day")
    return start, end, span[1], exact


def _number(node: exp.Expr) -> int | None:
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.Literal) and not node.is_string and node.name.isdigit():
        return int(node.name)
    return None
