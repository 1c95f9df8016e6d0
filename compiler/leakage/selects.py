"""One SELECT of user SQL: how far ahead of its event time each row may reach, and where."""

from __future__ import annotations

from functools import cached_property

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, walk_in_scope

from seeknal.compiler.durations import spell_duration
from seeknal.compiler.leakage.clocks import clocks_in
from seeknal.compiler.leakage.event import TEMPORAL, EventTime, has_aggregate
from seeknal.compiler.leakage.reach import (
    AHEAD_CODE,
    VALUE_CLOCK_CODE,
    Reach,
    Reaches,
    together,
    weight,
)
from seeknal.compiler.leakage.rows import Below, Untied
from seeknal.compiler.leakage.ties import Known, ties_of
from seeknal.compiler.leakage.times import Aggregated, Made, OneOf, nears
from seeknal.compiler.leakage.views import (
    Source,
    View,
    columns_of,
    conjuncts,
    correlated,
    entries,
    outputs,
    relations_below,
)
from seeknal.compiler.leakage.windows import WindowRule
from seeknal.compiler.records import dataclass

_EDGES = (exp.LTE, exp.LT, exp.GTE, exp.GT, exp.EQ, exp.Between, exp.DateDiff)
_DECIDING = ("where", "group", "having", "qualify")
_LIMITS = ("limit", "offset", "sample")


@dataclass(frozen=True)
class SelectRule:
    """The rows of a SELECT as of the output at `position`, with the outputs `wanted`.

    With `rows` it also counts what decides which rows there are.
    """

    below: Below
    view: View
    scope: Scope
    position: int
    wanted: frozenset[int]
    rows: bool

    @cached_property
    def event(self) -> EventTime:
        """The event time of the output rows."""
        return EventTime(self.below, self.view, self.scope, self.position)

    @property
    def select(self) -> exp.Select:
        """The statement."""
        return self.event.select

    @cached_property
    def values(self) -> list[exp.Expr]:
        """The expressions of the wanted outputs."""
        return [self.select.selects[i] for i in sorted(self.wanted - {self.position})]

    @cached_property
    def deciding(self) -> list[exp.Expr]:
        """The clauses that decide which rows there are."""
        if not self.rows:
            return []
        args = self.select.args
        found = [args[name] for name in _DECIDING if args.get(name)]
        found += [join.args["on"] for join in args.get("joins") or () if join.args.get("on")]
        if self._distinct_on() is not None:
            found += [args[name] for name in ("distinct", "order") if args.get(name)]
        return found

    def _distinct_on(self) -> exp.Expr | None:
        distinct = self.select.args.get("distinct")
        return distinct if distinct is not None and distinct.args.get("on") is not None else None

    def reaches(self) -> Reaches:
        """All that the rows may depend on after their event time."""
        if (stopped := self.event.is_no_time()) is not None:
            return stopped
        used = [*self.values, *self.deciding]
        parts = [
            self.event.is_too_early(any(has_aggregate(node) for node in self.values)),
            self._clocks_in_values(),
            self._clocks_in_filters(),
            self._windows(used),
            self._sources(self.scope, self.event.known, used, self.rows),
            self._subqueries(used),
        ]
        if self.rows and any(self.select.args.get(name) for name in _LIMITS):
            why = "LIMIT and samples choose among the rows of all time"
            parts.append((self.event.unproven(self.select, why),))
        return together(parts)

    def _clocks_in_values(self) -> Reaches:
        """A value made with the clock is that of the run."""
        found: list[Reach] = []
        for node in self.values:
            message = (
                f"`{node.alias_or_name}` of `{self.view.node}` is computed with the clock: its "
                "value is that of the run, not that of the as-of"
            )
            help = "compute it as of each row, as `days_since_last` of a feature group does"
            found += [self.event.reach(c, VALUE_CLOCK_CODE, message, help) for c in clocks_in(node)]
        return tuple(found)

    def _clocks_in_filters(self) -> Reaches:
        """Rows kept by the clock: `column <= clock` is fine, as it keeps every past row."""
        message = f"the clock decides which rows `{self.view.node}` keeps: another run keeps others"
        help = "leave the condition out: the windows of a feature count back from the as-of"
        return tuple(
            self.event.reach(clock, VALUE_CLOCK_CODE, message, help)
            for node in self.deciding
            for part in conjuncts(_condition(node))
            for clock in clocks_in(part)
            if not _is_upper_edge(part, clock)
        )

    def _windows(self, used: list[exp.Expr]) -> Reaches:
        """Window functions, and DISTINCT ON, which is one."""
        rule = WindowRule(self.view, self.scope, self.event.time, self.event.known)
        found = [
            rule.reaches(node)
            for part in used
            for node in walk_in_scope(part)
            if isinstance(node, exp.Window)
        ]
        if self.rows and (distinct := self._distinct_on()) is not None:
            found.append(rule.first_of_each(self.select.args.get("order"), distinct))
        return together(found)

    def _sources(self, scope: Scope, known: Known, used: list[exp.Expr], rows: bool) -> Reaches:
        """Every entry of FROM, as of the column that ties it to the event time."""
        named = [*used, self.event.node]
        found = []
        for alias, (table, source) in entries(scope).items():
            wanted = columns_of(named, alias)
            if not rows and not wanted:
                continue
            if (inner := correlated(source)) is not None:
                found.append(self._correlated(inner, known))
                continue
            required = self._required(alias) if scope is self.scope else {}
            columns = required or {
                c: ahead for (t, c), ahead in sorted(known.items()) if t == alias
            }
            ways = [
                together(
                    [
                        self._ahead(alias, table, column, ahead),
                        together(
                            [self.below.of_source(self.view, source, column, wanted, rows)], ahead
                        ),
                    ]
                )
                for column, ahead in columns.items()
            ]
            if required:
                found += ways
            elif ways:
                found.append(min(ways, key=weight))
            else:
                found.append(self._untied(scope, alias, table, source, used))
        return together(found)

    def _ahead(self, alias: str, table: exp.Expr, column: str, ahead: int) -> Reaches:
        """Rows that a tie lets in from after the event time; of that itself, enough is said."""
        own = {(near.table, near.column) for near in nears(self.event.time)}
        if ahead <= 0 or (alias, column) in own:
            return ()
        message = (
            f"`{self.view.node}` joins rows of `{alias}` from up to {spell_duration(ahead)} after "
            "the time of the row"
        )
        help = f"join rows whose `{column}` is not after the time of the row"
        return (self.event.reach(table, AHEAD_CODE, message, help, ahead),)

    def _required(self, alias: str) -> dict[str, int]:
        """The columns that are each the event time of some rows, as in COALESCE."""
        time = self.event.time
        match time.inner if isinstance(time, Aggregated) else time:
            case OneOf(parts):
                return {near.column: -near.low for near in parts if near.table == alias}
            case Made(table, columns) if table == alias:
                return dict.fromkeys(columns, 0)
        return {}

    def _untied(
        self, scope: Scope, alias: str, table: exp.Expr, source: Source, used: list[exp.Expr]
    ) -> Reaches:
        """An entry of FROM that nothing ties to the event time."""
        own = entries(self.scope)
        base = [
            relation
            for near in nears(self.event.time)
            if near.table in own and near.table != alias
            for relation in relations_below(self.view, own[near.table][1])
        ]
        compared = any(self._compares(scope, node, alias) for node in used)
        values = [*self.values, *(outputs(scope) if scope is not self.scope else ())]
        grouped = any(has_aggregate(node) for node in values) or isinstance(source, Scope)
        return self.below.untied(self.view, Untied(table, source, tuple(base), compared, grouped))

    def _compares(self, scope: Scope, node: exp.Expr, alias: str) -> bool:
        """True where a time of `alias` is compared with a column of another table."""
        return any(
            len({column.table for column in columns}) > 1
            and any(c.table == alias and self.view.kind_of(scope, c) in TEMPORAL for c in columns)
            for edge in node.find_all(*_EDGES)
            if (columns := list(edge.find_all(exp.Column)))
        )

    def _subqueries(self, used: list[exp.Expr]) -> Reaches:
        """Subqueries of the used expressions: their rows are tied by their own WHERE."""
        inside = {id(node) for part in used for node in part.walk()}
        return together(
            self._correlated(scope, self.event.known)
            for scope in self.scope.subquery_scopes
            if id(scope.expression) in inside
        )

    def _correlated(self, scope: Scope, known: Known) -> Reaches:
        """The rows of a subquery, which its own ON and WHERE tie to `known` columns around it."""
        select = scope.expression
        if not isinstance(select, exp.Select) or select.find(exp.Window) is not None:
            return (self.event.unproven(select, "this subquery is not followed"),)
        own = entries(scope)
        outer = {end: ahead for end, ahead in known.items() if end[0] not in own}
        tied = self.event.spread(scope, outer, ties_of(self.view, scope))
        return self._sources(scope, tied, [select], True)


def _condition(node: exp.Expr) -> exp.Expr:
    inner: exp.Expr = node.this if isinstance(node, exp.Where | exp.Having | exp.Qualify) else node
    return inner


def _is_upper_edge(part: exp.Expr, clock: exp.Expr) -> bool:
    """True for `column <= clock`, with nothing but casts around them."""
    match part:
        case exp.LTE() | exp.LT():
            less, more = part.this, part.args["expression"]
        case exp.GTE() | exp.GT():
            less, more = part.args["expression"], part.this
        case _:
            return False
    while isinstance(less, exp.Cast | exp.TryCast | exp.Paren):
        less = less.this
    while isinstance(more, exp.Cast | exp.TryCast | exp.Paren):
        more = more.this
    return isinstance(less, exp.Column) and more is clock
