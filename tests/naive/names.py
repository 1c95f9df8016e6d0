"""What a spec's features are called, and over which rows each is computed.

`Output` is one column: an aggregation of a column over the rows that `counts` keeps, or the
ratio of two such. The order of the list is the order of the output's columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.naive.aggregations import parse_aggregation
from tests.naive.tables import Value

Row = Mapping[str, Value]
Predicate = Callable[[dict[str, Any]], bool | None]
Counts = Callable[[Row, int | None], bool]
Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Output:
    """One output column; `over` set makes it a ratio, `empty` replaces NULL."""

    name: str
    column: str
    aggregation: str
    counts: Counts
    over: Counts | None = None
    empty: Value = None


def label(aggregation: str) -> str:
    """The aggregation as part of a name: `quantile(0.9)` gives `quantile_0_9`."""
    word, arguments = parse_aggregation(aggregation)
    parts = ("".join(c if c.isalnum() else "_" for c in part) for part in (word, *arguments))
    return "_".join(parts)


def lower_label(aggregation: str) -> str:
    """As `label`, in lower case, with mean -> avg and std -> stddev."""
    word, arguments = parse_aggregation(aggregation)
    word = {"mean": "avg", "std": "stddev"}.get(word.lower(), word)
    return label(f"{word}({', '.join(arguments)})" if arguments else word).lower()


def listed(value: Any) -> list[Any]:
    """A list as it is, one value as a list of it, nothing as an empty list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def days(length: Any) -> int:
    """A window's length in days: `7` or `7d`."""
    if isinstance(length, int):
        return length
    match = re.fullmatch(r"(\d+)d?", length.strip())
    if match is None:
        raise ValueError(f"{length!r} is no number of days")
    return int(match[1])


def every_row(row: Row, d: int | None) -> bool:
    return True


def past(row: Row, d: int | None) -> bool:
    return d is not None and d >= 0


def between(lower: int, upper: int) -> Counts:
    if not 0 <= lower <= upper:
        raise ValueError(f"[{lower}, {upper}] is no window")
    return lambda row, d: d is not None and lower <= d <= upper


def where(condition: str | None, predicates: Mapping[str, Predicate], base: Counts) -> Counts:
    """Rows that `base` keeps and whose condition is true: neither false nor unknown."""
    if not condition or not condition.strip():
        return base
    predicate = predicates[condition]
    return lambda row, d: base(row, d) and predicate(dict(row)) is True


def second_order_outputs(spec: Spec, predicates: Mapping[str, Predicate]) -> Iterator[Output]:
    """The feature columns of a second-order aggregation."""
    for key, feature in spec["features"].items():
        columns = [c.strip() for c in str(feature.get("source_feature") or key).split(",")]
        outputs = list(_second_order_feature(feature, columns, predicates))
        if name := feature.get("output_name"):
            (only,) = outputs
            outputs = [Output(name, only.column, only.aggregation, only.counts, only.over)]
        yield from outputs


def _second_order_feature(
    feature: Spec, columns: list[str], predicates: Mapping[str, Predicate]
) -> Iterator[Output]:
    window = feature.get("window")
    for column in columns:
        for aggregation in listed(feature.get("basic")):
            name = f"{column}_{label(aggregation).upper()}"
            if window is None:
                yield Output(name, column, aggregation, past)
            else:
                lower, upper = window
                name = f"{name}_{lower}_{upper}"
                yield Output(name, column, aggregation, between(lower, upper))
    if ratio := feature.get("ratio"):
        (a, b), (c, e) = ratio["numerator"], ratio["denominator"]
        for column in columns:
            for aggregation in listed(ratio.get("aggs", "sum")):
                word = label(aggregation).upper()
                name = f"{column}_{word}{a}_{b}_{word}{c}_{e}"
                yield Output(name, column, aggregation, between(a, b), between(c, e))
    if (since := feature.get("since")) is not None:
        counts = where(since.get("condition"), predicates, past)
        for column in columns:
            for aggregation in listed(since.get("aggs", "count")):
                name = f"SINCE_{label(aggregation).upper()}_{column}_GEO_D"
                yield Output(name, column, aggregation, counts)


def first_order_outputs(spec: Spec, predicates: Mapping[str, Predicate]) -> Iterator[Output]:
    """The feature columns of a first-order aggregation."""
    dated = bool(spec.get("application_date_col"))
    base = past if dated else every_row
    for feature in spec["features"]:
        name, column = feature["name"], feature.get("column", feature["name"])
        if not dated and (feature.get("rolling") or feature.get("ratio")):
            raise ValueError("rolling and ratio need an application date")
        for aggregation in listed(feature.get("basic")):
            yield Output(f"{name}_{lower_label(aggregation)}", column, aggregation, base)
        for rolling in listed(feature.get("rolling")):
            aggregations = listed(rolling.get("aggs", rolling.get("functions")))
            for n in map(days, listed(rolling["window"])):
                for aggregation in aggregations:
                    output = f"{name}_{lower_label(aggregation)}_{n}d"
                    yield Output(output, column, aggregation, between(0, n - 1))
        for ratio in listed(feature.get("ratio")):
            for n in map(days, listed(ratio["numerator"])):
                for m in map(days, listed(ratio["denominator"])):
                    for aggregation in listed(ratio.get("aggs", "sum")):
                        output = f"{name}_{lower_label(aggregation)}_ratio_{n}d_{m}d"
                        window, over = between(0, n - 1), between(0, m - 1)
                        yield Output(output, column, aggregation, window, over)
        for since in listed(feature.get("since")):
            counts = where(since.get("condition"), predicates, base)
            for aggregation in listed(since.get("aggs", "count")):
                output = f"{name}_{lower_label(aggregation)}_if"
                empty = 0 if lower_label(aggregation) in ("count", "count_rows", "sum") else None
                yield Output(output, column, aggregation, counts, empty=empty)


class _Anything(dict[str, Predicate]):
    """Predicates for when only names matter."""

    def __missing__(self, key: str) -> Predicate:
        return lambda row: None


def second_order_names(spec: Spec) -> list[str]:
    """The names of the feature columns, in order."""
    return [output.name for output in second_order_outputs(spec, _Anything())]


def first_order_names(spec: Spec) -> list[str]:
    """The names of the feature columns, in order."""
    return [output.name for output in first_order_outputs(spec, _Anything())]
