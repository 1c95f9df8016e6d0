"""Window functions: whether a row's value depends on rows after its event time."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from seeknal.compiler.leakage.reach import (
    AHEAD_CODE,
    NO_TIME_CODE,
    OWN_DAY_CODE,
    UNPROVEN_CODE,
    Reach,
    Reaches,
)
from seeknal.compiler.leakage.spans import interval_span
from seeknal.compiler.leakage.ties import Known
from seeknal.compiler.leakage.times import Near, Time
from seeknal.compiler.leakage.views import View, outputs
from seeknal.compiler.records import dataclass

_WHOLE_PARTITION = (exp.Ntile, exp.PercentRank, exp.CumeDist)
_WITHOUT_FRAME = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Lead, exp.Lag)


@dataclass(frozen=True, slots=True)
class WindowRule:
    """What the windows of one SELECT are held to: `event` is the time of its rows.

    `known` are the columns that are at most so many microseconds after it.
    """

    view: View
    scope: Scope
    event: Time
    known: Known

    def reaches(self, window: exp.Window) -> Reaches:
        """Nothing where rows after the event time cannot change the value.

        That is proven where the partition holds one time only, or where rows are ordered by a
        time that is not after the event time and the frame ends at the current row.
        """
        partition, order, spec = self._parts(window)
        if partition is None:
            return (self._unproven(window, "a named window is not found"),)
        for key in partition:
            ahead = self._ahead(key)
            if ahead is not None:
                return self._within(window, ahead)
        if order is None:
            if spec is not None:
                return (self._unproven(window, "its frame has no order"),)
            return (
                self._reach(
                    window,
                    NO_TIME_CODE,
                    "this window has no ORDER BY: it takes the rows of all time together",
                    "order it by the event time, or group by it",
                ),
            )
        first = order.expressions[0]
        ahead = self._ahead(first.this)
        function = _function(window)
        if isinstance(function, _WHOLE_PARTITION):
            return (
                self._reach(
                    window,
                    AHEAD_CODE,
                    f"{function.sql_name()} counts all rows of its partition, later ones too",
                    "use a rank over the rows so far, or a window of a feature group",
                ),
            )
        if ahead is None:
            return (self._unproven(window, f"it is ordered by `{_text(first.this)}`"),)
        descending = bool(first.args.get("desc"))
        beyond = _beyond(function, spec, descending)
        if beyond == 0:
            return self._within(window, ahead)
        way = " in descending order" if descending else ""
        return (
            self._reach(
                window,
                AHEAD_CODE,
                f"this window{way} takes rows after its own",
                "end the frame at the current row, ordered by the event time, or use LAG",
                None if beyond is None else beyond + max(ahead, 0),
            ),
        )

    def first_of_each(self, order: exp.Order | None, node: exp.Expr) -> Reaches:
        """`DISTINCT ON`: the first row in the order, as `ROW_NUMBER() = 1`."""
        keys = [self._projected(key) for key in node.args["on"].expressions]
        ordered = (
            [part for part in order.expressions if self._projected(part.this) not in keys]
            if order is not None
            else []
        )
        ahead = self._ahead(self._projected(ordered[0].this)) if ordered else None
        if ahead is None:
            return (self._unproven(node, "DISTINCT ON keeps a row by no order of time"),)
        if ordered[0].args.get("desc"):
            return (
                self._reach(
                    node,
                    AHEAD_CODE,
                    "DISTINCT ON keeps the last row of all time",
                    "leave it out: a join as of a time takes the latest row by then",
                ),
            )
        return self._within(node, ahead)

    def _projected(self, node: exp.Expr) -> exp.Expr:
        """The expression of an output that ORDER BY names, else the node itself."""
        if isinstance(node, exp.Column) and not node.table:
            for output in outputs(self.scope):
                if output.alias_or_name == node.name:
                    return output.unalias()
        return node

    def _parts(
        self, window: exp.Window
    ) -> tuple[list[exp.Expr] | None, exp.Order | None, exp.Expr | None]:
        """PARTITION BY, ORDER BY and the frame, those of a named window added."""
        partition = list(window.args.get("partition_by") or ())
        order, spec = window.args.get("order"), window.args.get("spec")
        name = window.args.get("alias")
        if name is None:
            return partition, order, spec
        for named in self.scope.expression.args.get("windows") or ():
            if named.name.casefold() == name.name.casefold():
                partition += named.args.get("partition_by") or ()
                return partition, order or named.args.get("order"), spec or named.args.get("spec")
        return None, None, None

    def _ahead(self, node: exp.Expr) -> int | None:
        """Rows with the same value or a lesser one are at most so much after the event time."""
        time = self.view.time(self.scope, node)
        if time == self.event:
            return -min((near.low for near in (time,) if isinstance(near, Near)), default=0)
        if not isinstance(time, Near):
            return None
        bound = self.known.get((time.table, time.column))
        return None if bound is None else bound + time.high - time.low

    def _within(self, node: exp.Expr, ahead: int) -> Reaches:
        if ahead <= 0:
            return ()
        message = "this window takes the rows of a whole period together"
        return (self._reach(node, OWN_DAY_CODE, message, "order it by the exact time", ahead),)

    def _unproven(self, node: exp.Expr, why: str) -> Reach:
        return self._reach(
            node,
            UNPROVEN_CODE,
            f"whether this window takes later rows is not known: {why}",
            "order it by the event time",
        )

    def _reach(
        self, node: exp.Expr, code: str, message: str, help: str, ahead: int | None = None
    ) -> Reach:
        return Reach(code, message, self.view.place(node), help, ahead)


def _function(window: exp.Window) -> exp.Expr:
    function: exp.Expr = window.this
    while isinstance(function, exp.IgnoreNulls | exp.RespectNulls | exp.Filter):
        function = function.this
    return function


def _text(node: exp.Expr) -> str:
    return node.name if isinstance(node, exp.Column) else node.sql(dialect="duckdb")


def _beyond(function: exp.Expr, spec: exp.Expr | None, descending: bool) -> int | None:
    """How far the frame reaches past the row in time: 0 not at all, None without a bound."""
    if isinstance(function, exp.Lead | exp.Lag):
        ahead = isinstance(function, exp.Lead) != _is_negative(function.args.get("offset"))
        return None if ahead != descending else 0
    if isinstance(function, _WITHOUT_FRAME):
        return None if descending else 0
    if spec is None:
        return None if descending else 0
    edge, side = ("start", "start_side") if descending else ("end", "end_side")
    towards = "PRECEDING" if descending else "FOLLOWING"
    value = spec.args.get(edge)
    if value is None or value == "CURRENT ROW" or str(spec.args.get(side) or "").upper() != towards:
        return 0
    if isinstance(value, exp.Expr) and str(spec.args.get("kind")).upper() == "RANGE":
        span = interval_span(value)
        return span[1] if span is not None else None
    return None


def _is_negative(offset: exp.Expr | None) -> bool:
    return isinstance(offset, exp.Neg)
