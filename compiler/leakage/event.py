"""The event time of a SELECT's rows: where it comes from, and what it is too early for."""

from __future__ import annotations

from functools import cached_property

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, walk_in_scope

from seeknal.compiler.durations import spell_duration
from seeknal.compiler.leakage.reach import (
    AHEAD_CODE,
    EVENT_CLOCK_CODE,
    NO_TIME_CODE,
    OWN_DAY_CODE,
    UNPROVEN_CODE,
    Reach,
    Reaches,
)
from seeknal.compiler.leakage.rows import Below, Root
from seeknal.compiler.leakage.spans import DAY
from seeknal.compiler.leakage.ties import Known, Tie, spread, ties_of
from seeknal.compiler.leakage.times import (
    Aggregated,
    Clock,
    Fixed,
    LatestOf,
    Near,
    OneOf,
    Time,
    Unknown,
    kind_of_expression,
    nears,
)
from seeknal.compiler.leakage.views import View, entries, relations_below
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Kind

TEMPORAL = (Kind.DATE, Kind.TIMESTAMP)


@dataclass(frozen=True)
class EventTime:
    """The output at `position` as the event time of a SELECT's rows."""

    below: Below
    view: View
    scope: Scope
    position: int

    @cached_property
    def select(self) -> exp.Select:
        """The statement."""
        select = self.scope.expression
        assert isinstance(select, exp.Select)
        return select

    @property
    def node(self) -> exp.Expr:
        """The expression."""
        return self.select.selects[self.position]

    @cached_property
    def time(self) -> Time:
        """What it is; COALESCE of two columns that a join holds equal is the first of them."""
        time = self.view.time(self.scope, self.node)
        if isinstance(time, OneOf) and all(_equal(time.parts[0], p, self.ties) for p in time.parts):
            return time.parts[0]
        return time

    @cached_property
    def ties(self) -> list[Tie]:
        """What ON and WHERE say of times."""
        return ties_of(self.view, self.scope)

    @cached_property
    def known(self) -> Known:
        """The columns that are not after the event time, or so many microseconds at most."""
        return self.spread(self.scope, self._bounded(), self.ties)

    def spread(self, scope: Scope, known: Known, ties: list[Tie]) -> Known:
        """`known` along the ties, and among the columns of a row that are made of one time."""
        columns = {*known, *(end for tie in ties for end in (tie.earlier, tie.later))}
        roots: dict[tuple[str, str], Root] = {}
        for alias, column in sorted(columns):
            if alias in scope.sources:
                root = self.below.root(self.view, scope.sources[alias], column)
                if root is not None:
                    roots[alias, column] = root
        siblings = [
            Tie(one, other, roots[one].high - roots[other].low)
            for one in roots
            for other in roots
            if one != other and one[0] == other[0] and roots[one].key == roots[other].key
        ]
        return spread(known, [*ties, *siblings])

    def _bounded(self) -> Known:
        """The columns that the event time itself bounds: none where it is one of several."""
        event, period = self.time, 0
        if isinstance(event, Aggregated):
            period = 0 if isinstance(event.node, exp.Max) else self.period or 0
            event = event.inner or event
        if not isinstance(event, Near | LatestOf):
            return {}
        return {(near.table, near.column): period - near.low for near in nears(event)}

    @cached_property
    def period(self) -> int | None:
        """For an aggregate: the time that one group spans, where a time is grouped by."""
        inner = self.time.inner if isinstance(self.time, Aggregated) else None
        mine = [self._root(near) for near in nears(inner)] if inner is not None else []
        for key in self._group_keys():
            time = self.view.time(self.scope, key)
            root = self._root(time) if isinstance(time, Near) else None
            if root is None or not mine:
                continue
            if all(other is not None and other.key == root.key for other in mine):
                return max(root.high - root.low, DAY if self.kind(key) is Kind.DATE else 0)
        return None

    def _root(self, near: Near) -> Root | None:
        source = self.scope.sources.get(near.table)
        root = self.below.root(self.view, source, near.column) if source is not None else None
        if root is None:
            return None
        return Root((near.table, *root.key), root.low + near.low, root.high + near.high)

    def _group_keys(self) -> list[exp.Expr]:
        group = self.select.args.get("group")
        if group is None:
            return []
        if group.args.get("all"):
            return [node for node in self.select.selects if not has_aggregate(node)]
        return list(group.expressions)

    def kind(self, node: exp.Expr) -> Kind | None:
        """The type of an expression, where it is known."""
        return kind_of_expression(node, lambda column: self.view.kind_of(self.scope, column))

    # -- what is wrong with it ------------------------------------------------------------------

    def is_no_time(self) -> Reaches | None:
        """Where the event time is no time of a row, that is all there is to say."""
        event, name = self.time, self.node.alias_or_name
        if isinstance(event, Aggregated) and isinstance(event.inner, Clock | Fixed | Unknown):
            event = event.inner
        match event:
            case Clock(clock):
                message = (
                    f"the event time `{name}` of `{self.view.node}` is read from the clock: it "
                    "says when the SQL ran, not when its rows were true"
                )
                return (self.reach(clock, EVENT_CLOCK_CODE, message, _FROM_ROWS),)
            case Fixed():
                sources = [source for _, source in entries(self.scope).values()]
                if not any(True for s in sources for _ in relations_below(self.view, s)):
                    return ()
                message = (
                    f"the event time `{name}` of `{self.view.node}` is the same for every row, "
                    "so rows of all time are joined as if they had been known then"
                )
                return (self.reach(self.node, NO_TIME_CODE, message, _FROM_ROWS),)
            case Unknown(part):
                text = part.sql(dialect="duckdb")
                short = text if len(text) <= 60 else f"{text[:59]}…"
                return (self.unproven(self.node, f"its event time is `{short}`"),)
            case Aggregated() if self.period is None:
                if any(self.kind(key) in TEMPORAL for key in self._group_keys()):
                    why = f"`{name}` is an aggregate, grouped by a time that it is not made of"
                    return (self.unproven(self.node, why),)
                message = (
                    f"`{self.view.node}` aggregates the rows of all time: the event time `{name}` "
                    "is not among the columns that it groups by"
                )
                return (self.reach(self.node, NO_TIME_CODE, message, _GROUP_BY_TIME),)
        return None

    def is_too_early(self, aggregates: bool) -> Reaches:
        """Days cut off, whole days aggregated (`aggregates`), and times moved back."""
        parts = list(nears(self.time))
        low = min((near.low for near in parts), default=0)
        node = self.view.node
        if isinstance(self.time, Aggregated) and self.period:
            length = spell_duration(self.period)
            message = f"`{node}` aggregates whole periods of {length}"
            return (self.reach(self.node, OWN_DAY_CODE, message, delay(self.period), self.period),)
        if low < 0 and all(near.high < 0 for near in parts):
            message = (
                f"the event time of `{node}` is moved back by {spell_duration(-low)}: its rows are "
                "joined before they were true"
            )
            return (self.reach(self.node, AHEAD_CODE, message, "use the time itself", -low),)
        if low < 0:
            message = (
                f"the event time of `{node}` is the start of a period of "
                f"{spell_duration(-low)}, and its rows hold what happened later in it"
            )
            return (self.reach(self.node, OWN_DAY_CODE, message, delay(-low), -low),)
        columns = [exp.column(near.column, near.table) for near in parts]
        if aggregates and any(self.view.kind_of(self.scope, c) is Kind.DATE for c in columns):
            message = f"`{node}` aggregates whole days"
            return (self.reach(self.node, OWN_DAY_CODE, message, delay(DAY), DAY - low),)
        several = isinstance(self.time, LatestOf) and len({near.table for near in parts}) > 1
        if several and any(join.side for join in self.select.args.get("joins") or ()):
            return (self.unproven(self.node, "an outer join stands below GREATEST"),)
        return ()

    def unproven(self, node: exp.Expr, why: str) -> Reach:
        """What is not proven, and why."""
        message = f"whether rows of `{self.view.node}` hold later ones is not known: {why}"
        return self.reach(node, UNPROVEN_CODE, message, _SAY_IT)

    def reach(
        self, node: exp.Expr, code: str, message: str, help: str, ahead: int | None = None
    ) -> Reach:
        """A reach at the place of `node`."""
        return Reach(code, message, self.view.place(node), help, ahead)


_FROM_ROWS = "take the time from the rows: the column that says when they were true"
_GROUP_BY_TIME = (
    "group by the event time, or by its day and join with `delay: 1d`; or compute the feature as "
    "of each row, in the windows of a feature group"
)
_SAY_IT = (
    "say it with a column of the rows, GROUP BY or a join on times; `seeknal check leakage` tests "
    "it on the data"
)


def delay(length: int) -> str:
    """The help for a value that is complete only so much after its event time."""
    return f"join it with `delay: {spell_duration(length)}`"


def has_aggregate(node: exp.Expr) -> bool:
    """True where an expression aggregates the rows of a group."""
    return any(
        isinstance(part, exp.AggFunc) and not _is_windowed(part) for part in walk_in_scope(node)
    )


def _is_windowed(node: exp.Expr) -> bool:
    parent = node.parent
    while isinstance(parent, exp.Filter | exp.IgnoreNulls | exp.RespectNulls):
        parent = parent.parent
    return isinstance(parent, exp.Window)


def _equal(one: Near, other: Near, ties: list[Tie]) -> bool:
    ends = (one.table, one.column), (other.table, other.column)
    return one == other or all(Tie(*pair, 0) in ties for pair in (ends, ends[::-1]))
