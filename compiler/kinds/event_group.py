"""`kind: feature_group` with features that are computed from events, as of a time."""

from __future__ import annotations

from typing import Any

from seeknal.compiler.document import Document, Step
from seeknal.compiler.durations import LIFETIME, LONGEST, UNITS, parse_duration
from seeknal.compiler.features import Calendar, TimeWindow
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.fields import optional_text, read_aggregations, read_head
from seeknal.compiler.kinds.spec import (
    EventFeature,
    EventGroupSpec,
    EventMeasure,
    EventRatio,
    Input,
    Text,
)
from seeknal.compiler.records import dataclass

_COMPUTED = ("agg", "ratio", "window", "windows", "offset", "where", "column")
_OF_A_SIDE = ("column", "window", "windows", "offset", "where")
_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
_AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Entity:
    """The entity of a feature group and what is common to both forms of one."""

    name: str
    join_keys: tuple[Text, ...]
    event_time: Text | None
    inputs: tuple[Input, ...]


def feature_names(document: Document) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    """The names of the features that are computed from events, and of those that are not.

    Entries that do not fit the schema are looked at as well, so far as they have a name.
    """
    features = document.get("features") or ()
    computed: list[Text] = []
    described: list[Text] = []
    for step in features if isinstance(features, dict) else range(len(features)):
        path: tuple[Step, ...] = ("features", step)
        name = _name(document, path)
        if name is not None:
            (computed if _is_computed(document.get(*path)) else described).append(name)
    return tuple(computed), tuple(described)


def parse_event_group(
    document: Document, findings: Findings, entity: Entity
) -> EventGroupSpec | None:
    """The spec of a feature group whose features are computed from events.

    SEMANTICS "Spec forms" shows the form, "Windows at an exact time" what windows mean.
    """
    _check_group(document, findings, entity)
    features = tuple(
        feature
        for path in document.entries("features")
        for feature in _features(document, findings, path)
    )
    if entity.event_time is None:
        findings.error(
            "needs-event-time",
            "the features are computed from events, and the group does not say when an event was",
            document.place("name"),
            "name the column, as `event_time: order_ts`",
        )
        return None
    strategy = document.data.get("strategy", _AUTO)
    return EventGroupSpec(
        **read_head(document),
        inputs=entity.inputs,
        entity=entity.name,
        join_keys=entity.join_keys,
        event_time=entity.event_time,
        knowledge_time=optional_text(document, "knowledge_time"),
        inclusive=document.data.get("as_of") != "exclusive",
        strategy="" if strategy == _AUTO else strategy,
        features=features,
    )


def _check_group(document: Document, findings: Findings, entity: Entity) -> None:
    """The events come from one node, as they are, and every feature is computed from them."""
    if document.data.get("transform"):
        findings.error(
            "transform-beside-events",
            "the features are computed from the events of the input, and the group has a "
            "`transform` as well",
            document.place("transform", key=True),
            "put the SQL in a transform node, and name that as the input",
        )
    if not entity.inputs:
        findings.error(
            "missing-key",
            "the feature group has no `inputs`: it has no events",
            document.place("name"),
            "name the node to read, as `inputs: [{ref: source.orders}]`",
        )
    elif len(entity.inputs) > 1:
        findings.error(
            "too-many-inputs",
            f"the events come from one node, and the group has {len(entity.inputs)} inputs",
            entity.inputs[1].ref.place,
            "bring the nodes together in a transform, and name that as the input",
        )
    computed, described = feature_names(document)
    if described:
        findings.error(
            "mixed-features",
            f"`{computed[0]}` is computed from events, and `{described[0]}` is a column of the "
            "rows: a group has features of one kind",
            described[0].place,
            "give the feature an `agg` or a `ratio`, or move it to a group of its own",
            [(computed[0].place, "computed from events")],
        )


def _features(
    document: Document, findings: Findings, path: tuple[Step, ...]
) -> tuple[EventFeature, ...]:
    """The features of the entry at `path`: one for each of its windows."""
    entry = document.get(*path)
    key = _name(document, path)
    if key is None or not _is_computed(entry):
        return ()
    if "ratio" in entry:
        return _ratio(document, findings, path, key)
    if "agg" not in entry:
        findings.error(
            "no-aggregation",
            f"the feature `{key}` names no aggregation",
            key.place,
            "add one, as `agg: sum`, or a `ratio`",
        )
        return ()
    if "windows" not in entry:
        measure = _measure(document, findings, path, key)
        return (EventFeature(key, measure, key),) if measure else ()
    if "window" in entry:
        findings.error(
            "two-windows",
            f"the feature `{key}` has both `window` and `windows`",
            document.place(*path, "window", key=True),
            "keep one of them",
            [(document.place(*path, "windows", key=True), "the other one")],
        )
        return ()
    return _windows(document, findings, path, key)


def _windows(
    document: Document, findings: Findings, path: tuple[Step, ...], key: Text
) -> tuple[EventFeature, ...]:
    """A feature for each entry of `windows`, named `<feature>_<window>`."""
    features: list[EventFeature] = []
    seen: dict[str, Text] = {}
    for at in document.entries(*path, "windows"):
        label = document.text_at(*at)
        if label.value in seen:
            findings.error(
                "duplicate-window",
                f"the window `{label}` of `{key}` stands twice",
                label.place,
                "keep one of them",
                [(seen[label.value].place, "the first one")],
            )
            continue
        seen[label.value] = label
        measure = _measure(document, findings, path, key, at)
        if measure is None:
            return ()
        features.append(EventFeature(Text(f"{key}_{label}", label.place), measure, key))
    return tuple(features)


def _ratio(
    document: Document, findings: Findings, path: tuple[Step, ...], key: Text
) -> tuple[EventFeature, ...]:
    """The feature that divides one measure by another."""
    entry = document.get(*path)
    if "agg" in entry:
        findings.error(
            "two-aggregations",
            f"the feature `{key}` has both `agg` and `ratio`",
            document.place(*path, "agg", key=True),
            "keep one of them",
            [(document.place(*path, "ratio", key=True), "the other one")],
        )
        return ()
    for word in _OF_A_SIDE:
        if word in entry:
            findings.error(
                "misplaced-key",
                f"`{word}` of `{key}` stands beside `ratio`, which has one on each side",
                document.place(*path, word, key=True),
                "move it into `numerator` and `denominator`",
            )
    above = _measure(document, findings, (*path, "ratio", "numerator"), key)
    below = _measure(document, findings, (*path, "ratio", "denominator"), key)
    return (EventFeature(key, EventRatio(above, below), key),) if above and below else ()


def _measure(
    document: Document,
    findings: Findings,
    path: tuple[Step, ...],
    key: Text,
    window_path: tuple[Step, ...] | None = None,
) -> EventMeasure | None:
    """The measure at `path` over the window at `window_path`, by default its own `window`."""
    found = len(findings)
    uses = read_aggregations(document, findings, *path, "agg")
    if len(uses) != 1 and len(findings) == found:
        findings.error(
            "bad-aggregation",
            f"`{document.get(*path, 'agg')}` names "
            + (f"{len(uses)} aggregations" if uses else "no aggregation"),
            document.place(*path, "agg"),
            "a feature has one aggregation: write a feature for each",
        )
    where = document.sql_at(*path, "where") if document.has(*path, "where") else None
    window = _window(document, findings, path, key, window_path or (*path, "window"))
    if window is None or len(uses) != 1:
        return None
    return EventMeasure(uses[0], optional_text(document, *path, "column"), window, where)


def _window(
    document: Document,
    findings: Findings,
    path: tuple[Step, ...],
    key: Text,
    window_path: tuple[Step, ...],
) -> TimeWindow | None:
    """The window at `window_path`, moved back by the `offset` at `path`."""
    if not document.has(*window_path):
        part = f"the {path[-1]} of `{key}`" if len(path) > 2 else f"the feature `{key}`"
        findings.error(
            "needs-window",
            f"{part} has no window",
            document.place(*path, "agg", key=True),
            "add the events that count, as `window: 7d`; all past events are `window: lifetime`",
        )
        return None
    value = document.get(*window_path)
    offset = parse_duration(document.get(*path, "offset") or "0d") or 0
    if isinstance(value, dict):
        return _calendar(document, findings, window_path, offset)
    return TimeWindow(None if value == LIFETIME else parse_duration(value), offset, label=value)


def _calendar(
    document: Document, findings: Findings, path: tuple[Step, ...], offset: int
) -> TimeWindow | None:
    """The window of whole periods at `path`."""
    unit: str = document.get(*path, "calendar")
    count = int(document.get(*path, "count") or 1)
    if count * _DAYS[unit] * UNITS["d"] > LONGEST:
        findings.error(
            "bad-window",
            f"{count} {unit}s are longer than 1000 years",
            document.place(*path, "count"),
            "write `window: lifetime` for all past events",
        )
        return None
    return TimeWindow(None, offset, Calendar(unit, count), f"{count}_{unit}")


def _is_computed(entry: Any) -> bool:
    return isinstance(entry, dict) and any(key in entry for key in _COMPUTED)


def _name(document: Document, path: tuple[Step, ...]) -> Text | None:
    """The name of the feature at `path`: its key, or what an entry of a list says.

    None for an entry that does not fit the schema and says none.
    """
    entry = document.get(*path)
    if isinstance(path[-1], str):
        return Text(path[-1], document.place(*path, key=True))
    at = (*path, "name") if isinstance(entry, dict) else path
    return document.text_at(*at) if isinstance(document.get(*at), str) else None
