"""Feature groups over events, as of an exact time: SEMANTICS "Windows at an exact time".

Where SEMANTICS leaves room, the reading taken here, each in one place:

* A group by itself has a row for each entity with a visible event: at or before the as-of (before
  it where exclusive), and known by then. What says nothing at the as-of leaves no trace there.
* `offset` moves the window, and not what is known: `knowledge_time` is held to the as-of itself.
* A calendar window ends with the period before the one that holds t - offset, exclusive or not.
* `days_since_last` counts whole calendar days, as days are counted everywhere.
* Text used as a time stays text in outputs; a test of time reads it as a UTC instant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.naive.aggregations import AGGREGATIONS, Event, base, parse_aggregation
from tests.naive.names import Predicate, Spec, listed
from tests.naive.tables import BadDate, Table, Value, instant_of

Key = tuple[Value, ...]
LIFETIME = "lifetime"
UNITS = {
    "us": timedelta(microseconds=1),
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(hours=24),
    "w": timedelta(hours=7 * 24),
}
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Relations:
    """Tables by node id, and the nodes whose text that is no time is NULL and not an error."""

    tables: Mapping[str, Table]
    lenient: frozenset[str] = field(default_factory=frozenset)

    def __getitem__(self, node: str) -> Table:
        return self.tables[node]

    def instants(self, node: str, column: str) -> list[datetime | None]:
        """The column as UTC instants, row by row; BadDate for text that is no time."""
        table = self[node]
        found: list[datetime | None] = []
        for row in table.records():
            try:
                found.append(instant_of(table.cell(row, column)))
            except BadDate as bad:
                if node not in self.lenient:
                    raise BadDate(bad.value, column) from None
                found.append(None)
        return found


def length_of(text: str) -> timedelta:
    """`7d` as a length of time; a day is 24 hours."""
    match = re.fullmatch(r"(\d+)([a-z]+)", text)
    if match is None:
        raise ValueError(f"{text!r} is no length of time")
    return int(match[1]) * UNITS[match[2]]


def start_of(unit: str, time: datetime) -> datetime:
    """The start of the UTC period that holds `time`; weeks start on Monday."""
    day = datetime(time.year, time.month, time.day)
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[unit]
    return datetime(day.year, month, 1)


def periods_before(unit: str, start: datetime, count: int) -> datetime:
    """The start of the period `count` periods before the one that starts at `start`."""
    if unit not in MONTHS:
        return start - count * timedelta(days={"day": 1, "week": 7}[unit])
    months = start.year * 12 + start.month - 1 - count * MONTHS[unit]
    return datetime(months // 12, months % 12 + 1, 1)


@dataclass(frozen=True)
class Window:
    """The events of a measure: `length` is as in the spec, moved back by `offset`."""

    length: str | Mapping[str, Any]
    offset: timedelta = timedelta(0)

    def holds(self, event: datetime, time: datetime, inclusive: bool) -> bool:
        """True where the event is in the window as of `time`."""
        end = time - self.offset
        if isinstance(self.length, Mapping):
            unit = self.length["calendar"]
            period = start_of(unit, end)
            return periods_before(unit, period, self.length.get("count", 1)) <= event < period
        if self.length == LIFETIME:
            return event <= end if inclusive else event < end
        start = end - length_of(self.length)
        return start < event <= end if inclusive else start <= event < end


@dataclass(frozen=True)
class Measure:
    """One aggregation of one column over the events of a window."""

    aggregation: str
    column: str
    window: Window
    where: str | None = None


@dataclass(frozen=True)
class Feature:
    """One output of a group; `under` set makes it a ratio."""

    name: str
    measure: Measure
    under: Measure | None = None


def group_features(spec: Spec) -> list[Feature]:
    """The features of a group in the order of the spec."""
    return [feature for key, entry in spec["features"].items() for feature in _of(key, entry)]


def _of(key: str, entry: Spec) -> Iterator[Feature]:
    if ratio := entry.get("ratio"):
        above, below = ratio["numerator"], ratio["denominator"]
        yield Feature(
            key, _measure(key, above, above["window"]), _measure(key, below, below["window"])
        )
    elif "windows" in entry:
        for window in listed(entry["windows"]):
            yield Feature(f"{key}_{window}", _measure(key, entry, window))
    else:
        yield Feature(key, _measure(key, entry, entry["window"]))


def _measure(key: str, entry: Spec, length: str | Mapping[str, Any]) -> Measure:
    window = Window(length, length_of(entry.get("offset", "0d")))
    return Measure(entry["agg"], entry.get("column", key), window, entry.get("where"))


@dataclass(frozen=True)
class Group:
    """A feature group and the events it reads."""

    spec: Spec
    relations: Relations
    predicates: Mapping[str, Predicate]

    @property
    def node(self) -> str:
        return str(self.spec["inputs"][0]["ref"])

    @property
    def events(self) -> Table:
        return self.relations[self.node]

    @property
    def keys(self) -> list[str]:
        return [self.events.spelling(name) for name in self.spec["entity"]["join_keys"]]

    @property
    def inclusive(self) -> bool:
        return self.spec.get("as_of") != "exclusive"

    def by_entity(self, keys: list[str]) -> dict[Key, list[Seen]]:
        """The events that have a time, by the values of `keys`, none of them NULL."""
        times = self.relations.instants(self.node, self.spec["event_time"])
        known: list[datetime | None] = list(times)
        if name := self.spec.get("knowledge_time"):
            known = self.relations.instants(self.node, name)
        found: dict[Key, list[Seen]] = {}
        for row, time, at in zip(self.events.records(), times, known, strict=True):
            key = tuple(self.events.cell(row, name) for name in keys)
            if None not in key and time is not None and at is not None:
                found.setdefault(key, []).append(Seen(row, time, at))
        return found

    def visible(self, seen: list[Seen], as_of: datetime) -> list[Seen]:
        """The events that are not after the as-of, and were known by then."""
        if self.inclusive:
            return [one for one in seen if one.time <= as_of and one.known <= as_of]
        return [one for one in seen if one.time < as_of and one.known < as_of]

    def type_of(self, feature: Feature) -> str:
        """The feature's type; a type that the aggregation does not take is an error."""
        types = [self._type(m) for m in (feature.measure, feature.under) if m is not None]
        if feature.under is None:
            return types[0]
        if any(base(type_) not in ("int64", "double", "decimal") for type_ in types):
            raise TypeError(f"a ratio needs numbers, not {types}")
        return "double"

    def _type(self, measure: Measure) -> str:
        word, _ = parse_aggregation(measure.aggregation)
        aggregation = AGGREGATIONS[word.lower()]
        type_ = self.events.type_of(measure.column) if aggregation.needs_column else ""
        if aggregation.needs_column and not aggregation.accepts(type_):
            raise TypeError(f"{measure.aggregation} takes no {type_}")
        return aggregation.returns(type_)

    def value(self, feature: Feature, seen: list[Seen], as_of: datetime) -> Value:
        """The feature over an entity's visible events."""
        value = self._aggregated(feature.measure, seen, as_of)
        if feature.under is None:
            return value
        under = self._aggregated(feature.under, seen, as_of)
        if value is None or not under:
            return None
        return float(value) / float(under)

    def _aggregated(self, measure: Measure, seen: list[Seen], as_of: datetime) -> Any:
        word, arguments = parse_aggregation(measure.aggregation)
        aggregation = AGGREGATIONS[word.lower()]
        by = arguments[0] if word.lower() in ("arg_max", "arg_min") else None
        events = []
        for one in seen:
            if not measure.window.holds(one.time, as_of, self.inclusive):
                continue
            if measure.where and self.predicates[measure.where](dict(one.row)) is not True:
                continue
            value = None
            if aggregation.needs_column:
                value = self.events.cell(one.row, measure.column)
            events.append(Event(value, one.time, self.events.cell(one.row, by) if by else None))
        return aggregation.compute(events, arguments, as_of)


@dataclass(frozen=True)
class Seen:
    """An event, when it was and when it was known: by its own time where nothing else says."""

    row: Mapping[str, Value]
    time: datetime
    known: datetime


def event_group(
    spec: Spec,
    relations: Relations,
    as_of: datetime,
    predicates: Mapping[str, Predicate] | None = None,
) -> Table:
    """A declarative feature group by itself: join keys, `event_time` (the as-of), features."""
    group = Group(spec, relations, predicates or {})
    features = group_features(spec)
    columns = [(name, group.events.type_of(name)) for name in group.keys]
    columns.append(("event_time", "timestamp"))
    columns += [(feature.name, group.type_of(feature)) for feature in features]
    rows: list[tuple[Value, ...]] = []
    for key, seen in group.by_entity(group.keys).items():
        if visible := group.visible(seen, as_of):
            values = [group.value(feature, visible, as_of) for feature in features]
            rows.append((*key, as_of, *values))
    return Table(tuple(columns), rows)
