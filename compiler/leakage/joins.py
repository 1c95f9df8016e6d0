"""What a join brings to a training set: each feature bounded by the as-of of its row, or not."""

from __future__ import annotations

from collections.abc import Iterable

from seeknal.compiler.durations import spell_duration
from seeknal.compiler.features import Feature
from seeknal.compiler.leakage.bounds import Bounds, columns_read, least_day
from seeknal.compiler.leakage.declared import times_below
from seeknal.compiler.leakage.reach import (
    OWN_DAY_CODE,
    UNPROVEN_CODE,
    Reach,
    Reaches,
    beyond,
    together,
    weight,
)
from seeknal.compiler.leakage.spans import DAY
from seeknal.compiler.model import (
    DaysJoin,
    LatestJoin,
    ResolvedJoin,
    ResolvedTrainingSet,
    TimeColumn,
    WindowsJoin,
)
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Kind


@dataclass(frozen=True, slots=True)
class Leak:
    """A reach, and the features that it gets into; `help` is the way out at the join."""

    reach: Reach
    features: tuple[str, ...]
    help: str


@dataclass(frozen=True)
class JoinRule:
    """One join of a training set.

    A DATE as-of stands for its whole day: what happens on it is not after it. Text may be a date,
    and is taken as one.
    """

    bounds: Bounds
    node: ResolvedTrainingSet
    join: ResolvedJoin

    @property
    def whole_day(self) -> int:
        """How far the as-of reaches beyond its instant, in microseconds."""
        return 0 if self.node.as_of.column.type.kind is Kind.TIMESTAMP else DAY

    def leaks(self) -> list[Leak]:
        """Every reach beyond the as-of, with the features that hold it."""
        if not self._reaches([taken.column.name for taken in self.join.taken]):
            return []
        found: dict[Reach, list[str]] = {}
        for taken in self.join.taken:
            for reach in _one_per_period(self._reaches([taken.column.name])):
                found.setdefault(reach, []).append(taken.name)
        return [Leak(reach, tuple(names), self._help(reach)) for reach, names in found.items()]

    def _reaches(self, columns: list[str]) -> Reaches:
        match self.join:
            case LatestJoin():
                return self._latest(self.join, columns)
            case WindowsJoin(group=group):
                features = [f for f in group.features if f.name in columns]
                return together(self._window(self.join, feature) for feature in features)
            case DaysJoin(node=node):
                features = [f for f in node.features if f.name in columns]
                return together(self._days(self.join, feature) for feature in features)

    def _latest(self, join: LatestJoin, columns: Iterable[str]) -> Reaches:
        """A row is seen from its event time and `delay` on, and not before it is known."""
        node = join.relation.id
        wanted = {*columns, *(key.other.name for key in join.keys)}
        wanted |= {tie.column.name for tie in join.ties if tie.column.name in self._tie_break(join)}
        allowed = join.spec.delay + self.whole_day
        return self._seen(node, wanted, join.event, join.knowledge, allowed)

    def _seen(
        self,
        node: str,
        wanted: set[str],
        event: TimeColumn,
        knowledge: TimeColumn | None,
        allowed: int,
    ) -> Reaches:
        """Rows seen from their event time on, and from their knowledge time on.

        A knowledge time that is made of the event time waits for events too, so one of both is
        enough. Else it says something of its own, and rows have to keep to both.
        """
        ahead = self.bounds.of_node(node, event.column.name, wanted, True)
        by_event = beyond(ahead, allowed)
        if knowledge is None:
            return by_event
        known = self.bounds.of_node(node, knowledge.column.name, wanted, True)
        by_knowledge = beyond(known, self.whole_day)
        events = times_below(self.bounds, node, event.column.name)
        if times_below(self.bounds, node, knowledge.column.name) <= events:
            return min(by_event, by_knowledge, key=weight)
        return together([by_event, by_knowledge])

    def _tie_break(self, join: LatestJoin) -> set[str]:
        return {tie.column.value for tie in join.spec.tie_break}

    def _window(self, join: WindowsJoin, feature: Feature) -> Reaches:
        """An event counts from its time and the window's `offset` on, and once it is known."""
        group = join.group
        wanted = {*(key.name for key in group.keys), *columns_read([feature])}
        daily = group.event.column.type.kind is Kind.DATE
        offsets = [
            window.offset + (DAY if daily and window.calendar is not None else 0)
            for measure in feature.measures
            if (window := measure.rows.window) is not None
        ]
        allowed = min(offsets, default=0) + self.whole_day
        return self._seen(group.input.id, wanted, group.event, group.knowledge, allowed)

    def _days(self, join: DaysJoin, feature: Feature) -> Reaches:
        """Events count by their day: that of the as-of holds what comes later on it."""
        node = join.node
        wanted = {node.id.name, *columns_read([feature])}
        inner = self.bounds.of_node(node.input.id, node.event.column.name, wanted, True)
        kind = node.event.column.type.kind
        own: Reaches = ()
        if kind is Kind.TIMESTAMP:
            message = f"`{node.spec.id}` counts the whole day of the as-of, which is a time on it"
            own = (Reach(OWN_DAY_CODE, message, feature.place, "", DAY),)
        elif kind is Kind.STRING:
            message = f"whether `{node.event.column.name}` of `{node.input.id}` is a day or a time "
            message += "is not known: it is text"
            help = "declare it as a date or a timestamp in the `schema:` of the source"
            own = (Reach(UNPROVEN_CODE, message, feature.place, help, DAY),)
        reaches = together([own, together([inner], DAY if own else 0)])
        return beyond(reaches, least_day([feature]) * DAY + self.whole_day)

    def _help(self, reach: Reach) -> str:
        """The way out: at the join where waiting helps, else at the place of the reach."""
        if reach.ahead is None or reach.code == UNPROVEN_CODE:
            return reach.help
        wait = reach.ahead - self.whole_day
        match self.join:
            case LatestJoin():
                return f"add `delay: {spell_duration(wait)}` to the join"
            case WindowsJoin():
                offset = spell_duration(wait)
                return (
                    f"take the events by their exact time, or shift the windows: `offset: {offset}`"
                )
            case DaysJoin():
                day = -(-wait // DAY)
                return f"count from day {day} on: `window: [{day}, …]`, or give the spine a date"


def _one_per_period(reaches: Reaches) -> Reaches:
    """Of whole periods the longest alone: waiting for it waits for the others too."""
    periods = [reach for reach in reaches if reach.code == OWN_DAY_CODE]
    longest = max(periods, key=lambda reach: reach.ahead or 0, default=None)
    return tuple(r for r in reaches if r.code != OWN_DAY_CODE or r is longest)
