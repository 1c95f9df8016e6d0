"""`kind: aggregation`: first-order aggregation at day grain."""

from __future__ import annotations

from collections.abc import Iterator

from seeknal.compiler.document import Document, Step
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.fields import (
    optional_text,
    read_aggregations,
    read_condition,
    read_head,
    read_inputs,
    read_ref,
    with_inputs,
)
from seeknal.compiler.kinds.spec import (
    AggregationSpec,
    FirstOrderFeature,
    Rolling,
    RollingRatio,
    Since,
)
from seeknal.compiler.windows import day_counts

_PARTS = ("basic", "rolling", "ratio", "since")


def parse(document: Document, findings: Findings) -> AggregationSpec | None:
    """The spec of an aggregation whose document fits the schema.

    The input is `source`, or the first of `inputs` (SEMANTICS "First-order aggregation").
    """
    data = document.data
    inputs = read_inputs(document, findings)
    if "source" in data:
        source = read_ref(document, findings, "source")
    elif inputs:
        source = inputs[0].ref
    else:
        findings.error(
            "missing-key",
            "the aggregation has neither `source` nor `inputs`",
            document.place("name"),
            "name the node to aggregate, as `source: transform.daily_orders`",
        )
        return None
    application_date = optional_text(document, "application_date_col")
    features = tuple(
        _feature(document, findings, path, application_date is not None)
        for path in document.entries("features")
    )
    return AggregationSpec(
        **read_head(document),
        inputs=with_inputs(inputs, source),
        source=source,
        id_col=document.text_at("id_col"),
        feature_date_col=document.text_at("feature_date_col"),
        application_date_col=application_date,
        group_by=tuple(document.text_at(*path) for path in document.entries("group_by")),
        features=features,
    )


def _feature(
    document: Document, findings: Findings, path: tuple[Step, ...], has_application_date: bool
) -> FirstOrderFeature:
    """The feature at `path`; without an application date it has `basic` and `since` alone."""
    entry = document.get(*path)
    name = document.text_at(*path, "name")
    if not any(part in entry for part in _PARTS):
        findings.error(
            "no-aggregation",
            f"the feature `{name}` names no aggregation",
            name.place,
            "add `basic: [sum]`, or `rolling`, `ratio` or `since`",
        )
    if not has_application_date:
        for part in ("rolling", "ratio"):
            if part in entry:
                findings.error(
                    "needs-application-date",
                    f"`{part}` of `{name}` counts days back from an application date, "
                    "and the aggregation has none",
                    document.place(*path, part, key=True),
                    "add `application_date_col`, or keep to `basic` and `since`",
                )
    return FirstOrderFeature(
        name=name,
        column=document.text_at(*path, "column") if "column" in entry else name,
        basic=read_aggregations(document, findings, *path, "basic"),
        rolling=tuple(
            Rolling(
                days=day_counts(document.get(*at, "window")),
                aggregations=(
                    read_aggregations(document, findings, *at, "aggs")
                    + read_aggregations(document, findings, *at, "functions")
                ),
                place=document.place(*at, "window"),
            )
            for at in _entries(document, *path, "rolling")
        ),
        ratio=tuple(
            RollingRatio(
                numerator=day_counts(document.get(*at, "numerator")),
                denominator=day_counts(document.get(*at, "denominator")),
                aggregations=read_aggregations(document, findings, *at, "aggs", default="sum"),
                place=document.place(*at, "numerator"),
            )
            for at in _entries(document, *path, "ratio")
        ),
        since=tuple(
            Since(
                condition=read_condition(document, *at, "condition"),
                aggregations=read_aggregations(document, findings, *at, "aggs", default="count"),
            )
            for at in _entries(document, *path, "since")
        ),
    )


def _entries(document: Document, *path: Step) -> Iterator[tuple[Step, ...]]:
    """The paths of the mappings at `path`: of its items, or of itself where it is one."""
    value = document.get(*path)
    if isinstance(value, list):
        yield from document.entries(*path)
    elif value is not None:
        yield path
