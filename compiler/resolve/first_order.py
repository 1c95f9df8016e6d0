"""First-order aggregations: basic, rolling, ratio and since features at day grain.

SEMANTICS "First-order aggregation" names the outputs; rolling `7d` is 0 <= days < 7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from seeknal.compiler.features import Feature, Ratio, Rows
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.spec import AggregationSpec, AggregationUse, FirstOrderFeature
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.model import Relation, ResolvedDayGrain
from seeknal.compiler.resolve.columns import find_column
from seeknal.compiler.resolve.conditions import resolve_condition
from seeknal.compiler.resolve.measures import Typed, resolve_measure
from seeknal.compiler.resolve.outputs import unique_outputs
from seeknal.compiler.resolve.times import time_column
from seeknal.compiler.types import DATE, DOUBLE, Column

_NAMES = {"mean": "avg", "std": "stddev"}
_FROM_THE_AS_OF = frozenset({"days_since_last", "days_since_first"})


def resolve_first_order(
    spec: AggregationSpec,
    relations: Mapping[str, Relation],
    bad_values: Mapping[str, str],
    library: MacroLibrary,
    findings: Findings,
) -> ResolvedDayGrain | None:
    """The aggregation over its resolved upstream, or None and findings."""
    upstream = relations.get(spec.source.value)
    if upstream is None:
        return None
    before = len(findings)
    id_column = find_column(upstream, spec.id_col, findings)
    event = time_column(upstream, spec.feature_date_col, bad_values, findings)
    as_of = None
    if spec.application_date_col is not None:
        as_of = time_column(upstream, spec.application_date_col, bad_values, findings)
    group_by = [find_column(upstream, name, findings) for name in spec.group_by]
    past = Rows() if spec.application_date_col is None else Rows(lower=0)
    features = tuple(
        output
        for feature in spec.features
        for output in _feature(spec, feature, past, upstream, library, findings)
    )
    if len(findings) > before and findings.has_errors:
        return None
    if id_column is None or event is None:
        return None
    groups = tuple(column for column in group_by if column is not None)
    date = (as_of or event).column
    keys = (id_column, Column(date.name, DATE), *groups)
    columns = unique_outputs(spec, keys, features, findings)
    if columns is None:
        return None
    return ResolvedDayGrain(
        spec=spec,
        input=upstream,
        id=id_column,
        event=event,
        as_of=as_of,
        group_by=groups,
        spine=None,
        per_date=True,
        features=features,
        columns=columns,
    )


def _feature(
    spec: AggregationSpec,
    feature: FirstOrderFeature,
    past: Rows,
    upstream: Relation,
    library: MacroLibrary,
    findings: Findings,
) -> Iterator[Feature]:
    name, place = feature.name.value, feature.name.place

    def measure(use: AggregationUse, rows: Rows) -> Typed | None:
        typed = resolve_measure(use, feature.column, rows, upstream, library, findings)
        if typed and spec.application_date_col is None and typed.header.name in _FROM_THE_AS_OF:
            findings.error(
                "needs-application-date",
                f"`{use.word}` counts days back from the application date; `{spec.id}` has none",
                use.place,
                help="name the column with `application_date_col:`",
            )
            return None
        return typed

    for use in feature.basic:
        if typed := measure(use, past):
            yield Feature(f"{name}_{_label(use)}", typed.type, typed.measure, place)
    for rolling in feature.rolling:
        for days in rolling.days:
            for use in rolling.aggregations:
                if typed := measure(use, _last(days)):
                    note = f"{name}: the last {'day' if days == 1 else f'{days} days'}"
                    output = f"{name}_{_label(use)}_{days}d"
                    yield Feature(output, typed.type, typed.measure, place, note)
    for ratio in feature.ratio:
        for top in ratio.numerator:
            for bottom in ratio.denominator:
                for use in ratio.aggregations:
                    above, below = measure(use, _last(top)), measure(use, _last(bottom))
                    if above is None or below is None:
                        continue
                    if not above.type.is_number:
                        findings.error(
                            "wrong-input-type",
                            f"a ratio divides numbers; `{use.word}` gives {above.type} here",
                            use.place,
                            help="use an aggregation that returns a number",
                        )
                        continue
                    note = f"{name}: the last {top} days to the last {bottom}"
                    share = Ratio(above.measure, below.measure)
                    output = f"{name}_{_label(use)}_ratio_{top}d_{bottom}d"
                    yield Feature(output, DOUBLE, share, place, note)
    for since in feature.since:
        rows, note = past, f"{name}: every row"
        if since.condition is not None:
            condition = resolve_condition(since.condition, upstream, findings)
            if condition is not None:
                rows = Rows(past.lower, past.upper, condition)
                note = "" if condition.text == name else f"{name}: {condition.text}"
        for use in since.aggregations:
            if typed := measure(use, rows):
                value = typed.measure
                if typed.header.name == "sum":
                    value = replace(value, or_zero=True)
                yield Feature(f"{name}_{_label(use)}_if", typed.type, value, place, note)


def _last(days: int) -> Rows:
    return Rows(lower=0, upper=days - 1)


def _label(use: AggregationUse) -> str:
    label = use.label.lower()
    return _NAMES.get(label, label)
