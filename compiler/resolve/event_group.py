"""Declarative feature groups: windows over events as of an exact time.

SEMANTICS "Windows at an exact time" says which events count; "Spec forms" how outputs are named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from seeknal.compiler.durations import spell_duration
from seeknal.compiler.features import Feature, Ratio, Rows
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.spec import EventFeature, EventGroupSpec, EventMeasure, EventRatio, Text
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.model import Relation, ResolvedEventGroup
from seeknal.compiler.resolve.columns import find_column
from seeknal.compiler.resolve.conditions import resolve_condition
from seeknal.compiler.resolve.measures import Typed, resolve_measure
from seeknal.compiler.resolve.outputs import unique_outputs
from seeknal.compiler.resolve.times import time_column
from seeknal.compiler.types import DOUBLE, TIMESTAMP, Column

AS_OF = "event_time"
"""The output column that holds the as-of of a feature group run by itself."""


def resolve_event_group(
    spec: EventGroupSpec,
    relations: Mapping[str, Relation],
    bad_values: Mapping[str, str],
    library: MacroLibrary,
    findings: Findings,
) -> ResolvedEventGroup | None:
    """The group over its resolved events, or None and findings.

    Output columns: the join keys, `event_time` (the as-of), the features.
    """
    upstream = relations[spec.inputs[0].ref.value]
    before = len(findings)
    keys = [find_column(upstream, key, findings) for key in spec.join_keys]
    event = time_column(upstream, spec.event_time, bad_values, findings)
    knowledge = None
    if spec.knowledge_time is not None:
        knowledge = time_column(upstream, spec.knowledge_time, bad_values, findings)
    features = tuple(
        found
        for feature in spec.features
        if (found := _feature(feature, upstream, library, findings)) is not None
    )
    if event is None or any(key is None for key in keys) or len(findings) > before:
        return None
    found_keys = tuple(key for key in keys if key is not None)
    columns = unique_outputs(
        spec,
        (*found_keys, Column(AS_OF, TIMESTAMP)),
        features,
        findings,
        "drop one, or rename a feature",
    )
    if columns is None:
        return None
    return ResolvedEventGroup(
        spec, upstream, found_keys, event, knowledge, spec.inclusive, features, columns
    )


def _feature(
    feature: EventFeature, upstream: Relation, library: MacroLibrary, findings: Findings
) -> Feature | None:
    name, place = feature.name.value, feature.name.place
    if isinstance(feature.value, EventRatio):
        above = _measure(feature.value.numerator, feature, upstream, library, findings)
        below = _measure(feature.value.denominator, feature, upstream, library, findings)
        if above is None or below is None:
            return None
        for typed, part in ((above, feature.value.numerator), (below, feature.value.denominator)):
            if not typed.type.is_number:
                findings.error(
                    "wrong-input-type",
                    f"a ratio divides numbers; `{part.aggregation.word}` gives {typed.type} here",
                    part.aggregation.place,
                    help="use an aggregation that returns a number",
                )
                return None
        note = " / ".join(
            ", ".join(_described(part))
            for part in (feature.value.numerator, feature.value.denominator)
        )
        return Feature(name, DOUBLE, Ratio(above.measure, below.measure), place, f"{name}: {note}")
    single = _measure(feature.value, feature, upstream, library, findings)
    if single is None:
        return None
    note = f"{feature.key}: {', '.join(_described(feature.value))}"
    return Feature(name, single.type, single.measure, place, note)


def _measure(
    measure: EventMeasure,
    feature: EventFeature,
    upstream: Relation,
    library: MacroLibrary,
    findings: Findings,
) -> Typed | None:
    condition = None
    if measure.where is not None:
        condition = resolve_condition(measure.where, upstream, findings, "where")
        if condition is None:
            return None
    rows = Rows(condition=condition, window=measure.window)
    column = measure.column or Text(feature.key.value, feature.key.place)
    return resolve_measure(measure.aggregation, column, rows, upstream, library, findings)


def _described(measure: EventMeasure) -> Iterator[str]:
    window = measure.window
    if window.calendar is not None:
        plural = "s" if window.calendar.count != 1 else ""
        yield f"the last {window.calendar.count} whole {window.calendar.unit}{plural}"
    else:
        yield "every past event" if window.length is None else f"window {window.label}"
    if window.offset:
        yield f"offset {spell_duration(window.offset)}"
    if measure.where is not None:
        yield f"where {' '.join(measure.where.value.split())}"
