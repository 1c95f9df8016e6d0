"""Which shapes can compute which window features, and why not where they cannot."""

from __future__ import annotations

from seeknal.compiler.features import Feature, Measure
from seeknal.compiler.types import Kind

RANGE_JOIN, RANGE_FRAME, RUNNING_SUM = "range_join", "range_frame", "running_sum"
DAILY = "daily"

_FRAMED = frozenset(
    "count count_rows sum mean min max stddev stddev_pop variance variance_pop".split()
)
_MERGING = frozenset({"count", "count_rows", "sum", "min", "max"})
_DAY = 86_400_000_000
_RUNNING = frozenset({"count", "count_rows", "sum", "mean"})
_EXACT = frozenset({Kind.INT64, Kind.DECIMAL})


def runs(feature: Feature) -> bool:
    """True where the feature is an exact difference of running sums and counts.

    Sums of doubles are not: a small window after large values would lose its digits.
    """
    return all(_runs(measure) for measure in feature.measures)


def frames(feature: Feature) -> bool:
    """True where the feature's aggregates run as window functions over a RANGE frame."""
    return all(
        measure.aggregation in _FRAMED and _has_length(measure) for measure in feature.measures
    )


def _runs(measure: Measure) -> bool:
    if measure.aggregation not in _RUNNING or not _has_length(measure):
        return False
    if measure.aggregation in ("count", "count_rows"):
        return True
    return measure.column is not None and measure.column.type.kind in _EXACT


def by_day(feature: Feature) -> bool:
    """True where one row a day is enough: whole calendar periods, and results that merge."""
    return all(
        measure.aggregation in _MERGING
        and measure.rows.window is not None
        and measure.rows.window.calendar is not None
        and measure.rows.window.offset % _DAY == 0
        for measure in feature.measures
    )


def _has_length(measure: Measure) -> bool:
    window = measure.rows.window
    return window is not None and window.calendar is None


def problem(strategy: str, features: tuple[Feature, ...], *, knowledge: bool) -> str | None:
    """Why `strategy` cannot compute all of `features`; None where it can.

    `knowledge`: events have a second time, by which they were known.
    """
    if strategy in ("", "auto", RANGE_JOIN):
        return None
    if strategy == DAILY:
        wrong = next((feature for feature in features if not by_day(feature)), None)
        if wrong is None and not knowledge:
            return None
        if wrong is None:
            return f"`{strategy}` keeps days, and events here also have a `knowledge_time`"
        return f"`{strategy}` cannot compute `{wrong.name}`: its windows do not hold whole days"
    if strategy not in (RANGE_FRAME, RUNNING_SUM):
        return f"there is no shape `{strategy}` for windows over events"
    if knowledge and strategy == RANGE_FRAME:
        return f"`{strategy}` follows one time, and events here also have a `knowledge_time`"
    for feature in features:
        framed = frames(feature) and not knowledge
        if not framed and not (strategy == RUNNING_SUM and runs(feature)):
            words = ", ".join(measure.aggregation for measure in feature.measures)
            also = " of events with a `knowledge_time`" if knowledge and frames(feature) else ""
            return f"`{strategy}` cannot compute `{feature.name}` ({words}){also}"
    return None
