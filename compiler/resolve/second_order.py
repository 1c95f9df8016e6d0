"""Second-order aggregations: what each feature means over the upstream's columns.

SEMANTICS "Second-order aggregation" says which rows count and how outputs are named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from seeknal.compiler.features import Feature, Measure, Ratio, Rows
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import (
    AggregationUse,
    DayWindow,
    SecondOrderFeature,
    SecondOrderSpec,
    Text,
)
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.model import Relation, ResolvedDayGrain, ResolvedSpine
from seeknal.compiler.records import dataclass
from seeknal.compiler.resolve.columns import find_column
from seeknal.compiler.resolve.conditions import resolve_condition
from seeknal.compiler.resolve.keys import comparable
from seeknal.compiler.resolve.measures import Typed, resolve_measure
from seeknal.compiler.resolve.outputs import unique_outputs
from seeknal.compiler.resolve.times import time_column
from seeknal.compiler.types import DATE, DOUBLE, Column, DataType

PAST = Rows(lower=0)


def resolve_second_order(
    spec: SecondOrderSpec,
    relations: Mapping[str, Relation],
    bad_values: Mapping[str, str],
    library: MacroLibrary,
    findings: Findings,
) -> ResolvedDayGrain | None:
    """The aggregation over its resolved upstream, or None and findings.

    `bad_values` maps a source's id to its `on_bad_value`.
    """
    upstream = relations.get(spec.source.value)
    if upstream is None:
        return None
    before = len(findings)
    id_column = find_column(upstream, spec.id_col, findings)
    event = time_column(upstream, spec.feature_date_col, bad_values, findings)
    spine = _spine(spec, relations, bad_values, findings)
    if spine is not None and spec.spine is not None and id_column is not None:
        pair = ((spine.relation, spine.id), (upstream, id_column))
        comparable(*pair, spec.spine.id_col.place, findings)
    as_of = None
    if spec.spine is None and spec.application_date_col is not None:
        as_of = time_column(upstream, spec.application_date_col, bad_values, findings)
    if spec.spine is None and spec.application_date_col is None:
        findings.error(
            "needs-application-date",
            f"`{spec.id}` has neither `application_date_col` nor `spine`",
            spec.place,
            help="name the column that holds the date to compute features as of, or add "
            "`spine: {ref, id_col, application_date_col}`",
        )
    features = tuple(_features(spec, upstream, library, findings))
    if len(findings) > before and findings.has_errors:
        return None
    if id_column is None or event is None or (as_of is None and spine is None):
        return None
    keys = _keys(spec, id_column, as_of.column if as_of else None, spine)
    columns = unique_outputs(spec, keys, features, findings)
    if columns is None:
        return None
    return ResolvedDayGrain(
        spec=spec,
        input=upstream,
        id=id_column,
        event=event,
        as_of=as_of if spine is None else spine.as_of,
        group_by=(),
        spine=spine,
        per_date=spine is not None or len(spec.grain) > 1,
        features=features,
        columns=columns,
    )


def _keys(
    spec: SecondOrderSpec, id_column: Column, as_of: Column | None, spine: ResolvedSpine | None
) -> tuple[Column, ...]:
    if spine is not None:
        return (spine.id, Column(spine.as_of.column.name, DATE))
    if len(spec.grain) > 1 and as_of is not None:
        return (id_column, Column(as_of.name, DATE))
    return (id_column,)


def _spine(
    spec: SecondOrderSpec,
    relations: Mapping[str, Relation],
    bad_values: Mapping[str, str],
    findings: Findings,
) -> ResolvedSpine | None:
    if spec.spine is None or (relation := relations.get(spec.spine.ref.value)) is None:
        return None
    id_column = find_column(relation, spec.spine.id_col, findings)
    as_of = time_column(relation, spec.spine.application_date_col, bad_values, findings)
    if id_column is None or as_of is None:
        return None
    return ResolvedSpine(relation, id_column, as_of)


def _features(
    spec: SecondOrderSpec, upstream: Relation, library: MacroLibrary, findings: Findings
) -> Iterator[Feature]:
    for feature in spec.features:
        entry = _Entry(feature, upstream, library, findings)
        yield from entry.basic()
        yield from entry.ratio()
        yield from entry.since()


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of `features:`; each method yields its outputs, column by column."""

    feature: SecondOrderFeature
    upstream: Relation
    library: MacroLibrary
    findings: Findings

    def basic(self) -> Iterator[Feature]:
        """`{column}_{AGG}`, or with a window `{column}_{AGG}_{l}_{u}`."""
        window = self.feature.window
        rows, suffix, note = PAST, "", ""
        if window is not None:
            rows, suffix = _rows(window), f"_{window.lower}_{window.upper}"
            note = f"{self.feature.key}: window {_show(window)}"
        for column in self.feature.columns:
            for use in self.feature.basic:
                if typed := self._measure(use, column, rows):
                    name = f"{column}_{use.label.upper()}{suffix}"
                    yield self._output(name, typed.type, typed.measure, note)

    def ratio(self) -> Iterator[Feature]:
        """`{column}_{AGG}{a}_{b}_{AGG}{c}_{e}`."""
        ratio = self.feature.ratio
        if ratio is None:
            return
        top, bottom = ratio.numerator, ratio.denominator
        note = f"{self.feature.key}: ratio {_show(top)} to {_show(bottom)}"
        for column in self.feature.columns:
            for use in ratio.aggregations:
                above = self._measure(use, column, _rows(top))
                below = self._measure(use, column, _rows(bottom)) if above is not None else None
                if above is None or below is None:
                    continue
                if _is_number(above, use.place, self.findings):
                    word = use.label.upper()
                    days = f"{word}{top.lower}_{top.upper}_{word}{bottom.lower}_{bottom.upper}"
                    value = Ratio(above.measure, below.measure)
                    yield self._output(f"{column}_{days}", DOUBLE, value, note)

    def since(self) -> Iterator[Feature]:
        """`SINCE_{AGG}_{column}_GEO_D`."""
        since = self.feature.since
        if since is None:
            return
        rows, note = PAST, f"{self.feature.key}: every past row"
        if since.condition is not None:
            condition = resolve_condition(since.condition, self.upstream, self.findings)
            if condition is not None:
                rows = Rows(lower=0, condition=condition)
                note = f"{self.feature.key}: since {condition.text}"
        for column in self.feature.columns:
            for use in since.aggregations:
                if typed := self._measure(use, column, rows):
                    name = f"SINCE_{use.label.upper()}_{column}_GEO_D"
                    yield self._output(name, typed.type, typed.measure, note)

    def _measure(self, use: AggregationUse, column: Text, rows: Rows) -> Typed | None:
        return resolve_measure(use, column, rows, self.upstream, self.library, self.findings)

    def _output(self, name: str, type: DataType, value: Measure | Ratio, note: str) -> Feature:
        given = self.feature.output_name
        if given is not None:
            return Feature(given.value, type, value, given.place, note)
        return Feature(name, type, value, self.feature.key.place, note)


def _is_number(typed: Typed, place: Place, findings: Findings) -> bool:
    if typed.type.is_number:
        return True
    findings.error(
        "wrong-input-type",
        f"a ratio divides numbers; `{typed.header.name}` gives {typed.type} here",
        place,
        help="use an aggregation that returns a number",
    )
    return False


def _rows(window: DayWindow) -> Rows:
    return Rows(lower=window.lower, upper=window.upper)


def _show(window: DayWindow) -> str:
    return f"[{window.lower}, {window.upper}]"
