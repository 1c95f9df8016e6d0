"""`kind: second_order_aggregation`: aggregations of dated rows by days before a date."""

from __future__ import annotations

from seeknal.compiler.document import Document, Step
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.fields import (
    optional_text,
    read_aggregations,
    read_condition,
    read_function,
    read_head,
    read_inputs,
    read_ref,
    read_window,
    with_inputs,
)
from seeknal.compiler.kinds.spec import (
    DayRatio,
    SecondOrderFeature,
    SecondOrderSpec,
    Since,
    Spine,
    Text,
)
from seeknal.compiler.relation_names import returned_by

_PARTS = ("basic", "window", "ratio", "since")


def parse(document: Document, findings: Findings) -> SecondOrderSpec | None:
    """The spec of a second-order aggregation whose document fits the schema."""
    id_col = document.text_at("id_col")
    application_date = optional_text(document, "application_date_col")
    own = Text(returned_by(f"{document.kind}.{document.name}"), document.place("name"))
    source = own if document.code is not None else read_ref(document, findings, "source")
    spine = _spine(document, findings, id_col, application_date)
    if application_date is None and "spine" not in document.data:
        findings.error(
            "needs-application-date",
            "the days of the windows are counted back from an application date, "
            "and the spec has none",
            document.place("name"),
            "add `application_date_col`, or a `spine` that holds the dates",
        )
    features = tuple(
        feature
        for path in document.entries("features")
        if (feature := _feature(document, findings, str(path[-1]))) is not None
    )
    read = () if document.code is not None else (source,)
    more = (*read, spine.ref) if spine else read
    return SecondOrderSpec(
        **read_head(document),
        inputs=with_inputs(read_inputs(document, findings), *more),
        source=source,
        id_col=id_col,
        feature_date_col=document.text_at("feature_date_col"),
        application_date_col=application_date,
        spine=spine,
        grain=_grain(document, findings, id_col, application_date, spine),
        features=features,
        call=read_function(document, findings),
    )


def _spine(
    document: Document, findings: Findings, id_col: Text, application_date: Text | None
) -> Spine | None:
    """The spine; its columns default to those of the node."""
    if "spine" not in document.data:
        return None
    date = optional_text(document, "spine", "application_date_col") or application_date
    if date is None:
        findings.error(
            "missing-key",
            "`spine` has no `application_date_col`",
            document.place("spine", key=True),
            "name the spine's date column",
        )
        return None
    return Spine(
        ref=read_ref(document, findings, "spine", "ref"),
        id_col=optional_text(document, "spine", "id_col") or id_col,
        application_date_col=date,
    )


def _grain(
    document: Document,
    findings: Findings,
    id_col: Text,
    application_date: Text | None,
    spine: Spine | None,
) -> tuple[Text, ...]:
    """The grain: nothing, the id, or the id and the application date, in this order."""
    grain = tuple(document.text_at(*path) for path in document.entries("grain"))
    if not grain:
        return ()
    key, date = (spine.id_col, spine.application_date_col) if spine else (id_col, application_date)
    words = [key.value] + ([date.value] if date else [])
    allowed = [words] if spine else [words[:1], words]
    if [part.value for part in grain] not in allowed:
        choices = " or ".join(f"`[{', '.join(choice)}]`" for choice in allowed)
        findings.error(
            "bad-grain",
            f"the grain `[{', '.join(part.value for part in grain)}]` is not one that "
            "the aggregation can have",
            document.place("grain"),
            f"write {choices}",
        )
    return grain


def _feature(document: Document, findings: Findings, key: str) -> SecondOrderFeature | None:
    """The feature `key`; None, and findings, where it is not right."""
    path: tuple[Step, ...] = ("features", key)
    entry = document.data["features"][key]
    name = Text(key, document.place(*path, key=True))
    if not any(part in entry for part in _PARTS):
        findings.error(
            "no-aggregation",
            f"the feature `{key}` names no aggregation",
            name.place,
            "add `basic: [sum]`, or `ratio` or `since`",
        )
        return None
    basic = read_aggregations(document, findings, *path, "basic")
    if "window" in entry and "basic" not in entry:
        findings.error(
            "no-aggregation",
            f"the window of `{key}` names no aggregation",
            document.place(*path, "window", key=True),
            "add the aggregations of the window, as `basic: [sum]`",
        )
    window = read_window(document, findings, *path, "window") if "window" in entry else None
    ratio = _ratio(document, findings, *path, "ratio") if "ratio" in entry else None
    since = _since(document, findings, *path, "since") if "since" in entry else None
    columns = _columns(document, name)
    output_name = optional_text(document, *path, "output_name")
    count = len(columns) * (
        len(basic)
        + (len(ratio.aggregations) if ratio else 0)
        + (len(since.aggregations) if since else 0)
    )
    if output_name and count > 1:
        findings.error(
            "output-name",
            f"the feature `{key}` has {count} output columns, and `output_name` names one",
            output_name.place,
            "give each aggregation a feature of its own, or leave `output_name` out",
        )
    return SecondOrderFeature(name, columns, basic, window, ratio, since, output_name)


def _columns(document: Document, key: Text) -> tuple[Text, ...]:
    """The columns to aggregate: those of `source_feature`, commas between, or the key itself."""
    path = ("features", key.value, "source_feature")
    if not document.has(*path):
        return (key,)
    sql = document.sql_at(*path)
    columns: list[Text] = []
    offset = 0
    for part in sql.value.split(","):
        word = part.strip()
        if word:
            columns.append(Text(word, sql.place(offset + part.index(word), len(word))))
        offset += len(part) + 1
    return tuple(columns)


def _ratio(document: Document, findings: Findings, *path: Step) -> DayRatio | None:
    """The ratio of two windows; its aggregation is `sum` where none is named."""
    numerator = read_window(document, findings, *path, "numerator")
    denominator = read_window(document, findings, *path, "denominator")
    uses = read_aggregations(document, findings, *path, "aggs", default="sum")
    return DayRatio(numerator, denominator, uses) if numerator and denominator else None


def _since(document: Document, findings: Findings, *path: Step) -> Since:
    """The aggregations since a condition; `count` where none is named."""
    return Since(
        condition=read_condition(document, *path, "condition"),
        aggregations=read_aggregations(document, findings, *path, "aggs", default="count"),
    )
