"""Windows of whole calendar periods read one row a key and day instead of every event."""

from __future__ import annotations

from dataclasses import replace

from seeknal.compiler.features import Feature, Measure, Ratio, Rows
from seeknal.compiler.model import TimeColumn
from seeknal.compiler.plan import (
    Aggregate,
    Choice,
    DateOf,
    InReach,
    Instant,
    Named,
    Pick,
    Plan,
    Step,
    Take,
)
from seeknal.compiler.planning.common import Names
from seeknal.compiler.types import DATE, INT64, Column, DataType, Kind, decimal
from seeknal.compiler.window_shapes import by_day

_MERGED = {"sum": "sum", "count": "sum", "count_rows": "sum", "min": "min", "max": "max"}


def daily(plan: Plan) -> Plan:
    """Aggregate events by key and day first, where that loses nothing.

    Conditions: every window is of whole UTC periods, so it holds whole days; every aggregation
    merges (sums, counts, extremes); events have no second time.
    """
    steps = list(plan.steps)
    choices = list(plan.choices)
    index = 2
    while index < len(steps):
        made = _by_day(steps[index - 2], steps[index - 1], steps[index])
        if made is not None:
            choices.append(Choice("daily", f"{steps[index].name}: windows hold whole days"))
            steps[index - 2 : index + 1] = made
        index += 1
    return replace(plan, steps=tuple(steps), choices=tuple(choices))


def _by_day(before: Step, middle: Step, last: Step) -> list[Step] | None:
    events, join, result = before.operation, middle.operation, last.operation
    if not isinstance(events, Pick) or not isinstance(join, InReach):
        return None
    if not isinstance(result, Aggregate) or join.known is not None or join.events != before.name:
        return None
    if join.strategy not in ("", "auto", "daily") or not all(map(by_day, result.features)):
        return None
    named = {column.name: column for column in events.columns}
    time = named[join.event].value
    if not isinstance(time, Instant | Take):
        return None
    taken = TimeColumn(time.column) if isinstance(time, Take) else time.time
    asked = {join.as_of, *(name for name, _ in join.keys)}
    names = Names(asked | set(named))
    day = names.new(f"{join.event}_day")
    partials: dict[tuple[str, str | None, object], Column] = {}
    features = tuple(_merge(feature, partials, names) for feature in result.features)
    keys = [other for _, other in join.keys]
    days = Aggregate(
        before.name,
        (
            *(Named(key, Take(Column(key, named[key].type))) for key in keys),
            Named(day, Take(Column(day, DATE))),
        ),
        tuple(_partials(result.features, partials)),
    )
    name = f"{last.name}_days"
    moved = replace(
        join,
        events=name,
        event=day,
        columns=tuple(dict.fromkeys([*(c.name for c in partials.values()), day])),
    )
    return [
        Step(
            before.name,
            replace(events, columns=(*events.columns, Named(day, DateOf(taken)))),
            before.note,
        ),
        Step(name, days, "one row a key and day: windows below hold whole days"),
        Step(middle.name, moved, middle.note),
        Step(
            last.name,
            replace(result, features=features, at=Take(Column(day, DATE)), days=None),
            last.note,
        ),
    ]


def _key(measure: Measure) -> tuple[str, str | None, object]:
    column = measure.column.name if measure.column is not None else None
    return (measure.aggregation, column, measure.rows.condition)


def _merge(
    feature: Feature, partials: dict[tuple[str, str | None, object], Column], names: Names
) -> Feature:
    def change(measure: Measure) -> Measure:
        key = _key(measure)
        if key not in partials:
            name = names.new(f"day_{measure.aggregation}_{len(partials) + 1}")
            partials[key] = Column(name, _partial_type(measure))
        counted = measure.aggregation in ("count", "count_rows")
        return Measure(
            _MERGED[measure.aggregation],
            partials[key],
            Rows(window=measure.rows.window),
            or_zero=counted,
        )

    if isinstance(feature.value, Ratio):
        value = Ratio(change(feature.value.numerator), change(feature.value.denominator))
        return replace(feature, value=value)
    return replace(feature, value=change(feature.value))


def _partial_type(measure: Measure) -> DataType:
    if measure.aggregation in ("count", "count_rows") or measure.column is None:
        return INT64
    found = measure.column.type
    if measure.aggregation == "sum" and found.kind is Kind.DECIMAL:
        return decimal(38, found.scale)
    return found


def _wide(measure: Measure) -> Column | None:
    """The column; a sum of integers over a day keeps 38 digits: days together may fit again."""
    if measure.aggregation != "sum" or measure.column is None or measure.column.type != INT64:
        return measure.column
    return replace(measure.column, type=decimal(38, 0))


def _partials(
    features: tuple[Feature, ...], partials: dict[tuple[str, str | None, object], Column]
) -> list[Feature]:
    found: dict[str, Feature] = {}
    for feature in features:
        for measure in feature.measures:
            column = partials[_key(measure)]
            rows = Rows(condition=measure.rows.condition)
            value = replace(measure, column=_wide(measure), rows=rows, or_zero=False)
            found.setdefault(column.name, Feature(column.name, column.type, value, feature.place))
    return list(found.values())
