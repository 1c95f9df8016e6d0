"""The oracle of windows and training sets against results worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.naive import BadDate, Overflow, Table, Value
from tests.naive.time import (
    Relations,
    Window,
    event_group,
    group_features,
    length_of,
    periods_before,
    start_of,
)
from tests.naive.training import training_set

US = timedelta(microseconds=1)
NOON = datetime(2026, 1, 10, 12)


def jan(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 1, day, hour)


# -- windows ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1us", US),
        ("90m", timedelta(minutes=90)),
        ("1d", timedelta(hours=24)),
        ("2w", timedelta(days=14)),
    ],
)
def test_a_day_is_24_hours(text: str, length: timedelta) -> None:
    assert length_of(text) == length


@pytest.mark.parametrize(
    ("event", "inclusive", "exclusive"),
    [
        (NOON + US, False, False),
        (NOON, True, False),
        (NOON - US, True, True),
        (jan(9, 12) + US, True, True),
        (jan(9, 12), False, True),
        (jan(9, 12) - US, False, False),
    ],
)
def test_edges_of_a_window(event: datetime, inclusive: bool, exclusive: bool) -> None:
    assert Window("1d").holds(event, NOON, inclusive=True) is inclusive
    assert Window("1d").holds(event, NOON, inclusive=False) is exclusive
    # An offset moves both ends, and lifetime has the right one alone.
    moved = Window("1d", timedelta(hours=5))
    assert moved.holds(event - timedelta(hours=5), NOON, inclusive=True) is inclusive
    assert moved.holds(event - timedelta(hours=5), NOON, inclusive=False) is exclusive
    if event > jan(9, 13):
        assert Window("lifetime").holds(event, NOON, inclusive=True) is inclusive
        assert Window("lifetime").holds(event, NOON, inclusive=False) is exclusive


@pytest.mark.parametrize(
    ("unit", "start", "two_before"),
    [
        ("day", jan(10), jan(8)),
        # 10 January 2026 is a Saturday.
        ("week", jan(5), datetime(2025, 12, 22)),
        ("month", jan(1), datetime(2025, 11, 1)),
        ("quarter", jan(1), datetime(2025, 7, 1)),
        ("year", jan(1), datetime(2024, 1, 1)),
    ],
)
def test_calendar_windows_are_whole_periods(
    unit: str, start: datetime, two_before: datetime
) -> None:
    assert start_of(unit, NOON) == start_of(unit, start) == start
    assert periods_before(unit, start, 2) == two_before
    window = Window({"calendar": unit, "count": 2})
    for inclusive in (True, False):
        for event, inside in (
            (start, False),
            (start - US, True),
            (two_before, True),
            (two_before - US, False),
        ):
            assert window.holds(event, NOON, inclusive) is inside
            assert window.holds(event, start, inclusive) is inside


def test_a_calendar_window_moves_with_its_offset() -> None:
    window = Window({"calendar": "month"}, timedelta(days=10))
    # Ten days before 10 January at noon is in December: the window is November.
    assert window.holds(datetime(2025, 11, 30, 23), NOON, inclusive=True)
    assert not window.holds(datetime(2025, 12, 1), NOON, inclusive=True)


def test_names_and_order_of_features() -> None:
    features = {
        "spend": {"agg": "sum", "column": "amount", "windows": ["1d", "lifetime"]},
        "amount": {"agg": "count", "window": "7d"},
        "trend": {
            "ratio": {
                "numerator": {"agg": "sum", "column": "amount", "window": "7d"},
                "denominator": {"agg": "sum", "window": "7d", "offset": "7d"},
            }
        },
    }
    found = group_features({"features": features})
    assert [f.name for f in found] == ["spend_1d", "spend_lifetime", "amount", "trend"]
    assert found[2].measure.column == "amount"
    assert found[3].under is not None
    assert found[3].under.column == "trend"


# -- groups by themselves --------------------------------------------------------------------

EVENTS = Table(
    (("id", "string"), ("at", "timestamp"), ("known", "timestamp"), ("amount", "int64")),
    [
        ("a", NOON, NOON, 1),
        ("a", NOON - US, NOON + US, 2),
        ("a", jan(9, 12), jan(9, 12), 4),
        ("a", jan(9, 12) + US, NOON, None),
        ("b", NOON + US, NOON, 8),
        ("c", NOON, jan(11), 16),
        (None, NOON, NOON, 32),
        ("a", None, NOON, 64),
        ("a", NOON, None, 128),
    ],
)


def group(features: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "kind": "feature_group",
        "name": "spend",
        "entity": {"name": "thing", "join_keys": ["id"]},
        "inputs": [{"ref": "source.events"}],
        "event_time": "at",
        "features": features,
        **more,
    }


def alone(spec: dict[str, Any], **predicates: Any) -> list[tuple[Value, ...]]:
    table = event_group(spec, Relations({"source.events": EVENTS}), NOON, predicates)
    assert table.names[:2] == ("id", "event_time")
    assert {row[1] for row in table.rows} <= {NOON}
    return sorted((row[0], *row[2:]) for row in table.rows)


SUM_AND_ROWS = {
    "day": {"agg": "sum", "column": "amount", "window": "1d"},
    "rows": {"agg": "count_rows", "window": "1d"},
    "ever": {"agg": "sum", "column": "amount", "window": "lifetime"},
}


def test_a_group_has_a_row_for_each_entity_with_a_visible_event() -> None:
    # The event a day before is outside, that of a microsecond later has no amount.
    assert alone(group(SUM_AND_ROWS)) == [("a", 131, 4, 135), ("c", 16, 1, 16)]


def test_exclusive_leaves_out_the_as_of_and_takes_the_other_end() -> None:
    assert alone(group(SUM_AND_ROWS, as_of="exclusive")) == [("a", 6, 3, 6)]


def test_events_that_were_not_known_are_not_there() -> None:
    spec = group(SUM_AND_ROWS, knowledge_time="known")
    assert alone(spec) == [("a", 1, 2, 5)]
    assert alone({**spec, "as_of": "exclusive"}) == [("a", 4, 1, 4)]


def test_a_condition_must_be_true() -> None:
    features = {
        "low": {"agg": "count_rows", "where": "amount < 4", "window": "1d"},
        "share": {
            "ratio": {
                "numerator": {"agg": "count", "column": "amount", "window": "1d"},
                "denominator": {
                    "agg": "count",
                    "column": "amount",
                    "window": "lifetime",
                    "where": "amount < 4",
                },
            }
        },
    }

    def low(row: dict[str, Any]) -> bool | None:
        return None if row["amount"] is None else row["amount"] < 4

    assert alone(group(features), **{"amount < 4": low}) == [("a", 2, 1.5), ("c", 0, None)]


def test_days_are_calendar_days_and_first_and_last_go_by_the_instant() -> None:
    features = {
        "since": {"agg": "days_since_last", "window": "lifetime", "offset": "1s"},
        "last": {"agg": "last", "column": "amount", "window": "lifetime"},
        "first": {"agg": "first", "column": "amount", "window": "lifetime"},
    }
    assert alone(group(features)) == [("a", 1, 128, 4), ("c", None, 16, 16)]


def test_types_of_a_group() -> None:
    features = {
        "most": {"agg": "max", "column": "known", "window": "1d"},
        "mean": {"agg": "mean", "column": "amount", "window": "1d"},
    }
    table = event_group(group(features), Relations({"source.events": EVENTS}), NOON)
    types = [("id", "string"), ("event_time", "timestamp"), ("most", "timestamp")]
    assert list(table.columns) == [*types, ("mean", "double")]
    with pytest.raises(TypeError):
        event_group(
            group({"f": {"agg": "sum", "column": "known", "window": "1d"}}),
            Relations({"source.events": EVENTS}),
            NOON,
        )


def test_text_that_is_no_time_is_an_error_or_null() -> None:
    table = Table((("id", "string"), ("at", "string")), [("a", "2026-01-10"), ("a", "soon")])
    spec = group({"rows": {"agg": "count_rows", "window": "lifetime"}})
    with pytest.raises(BadDate):
        event_group(spec, Relations({"source.events": table}), NOON)
    lenient = Relations({"source.events": table}, frozenset({"source.events"}))
    assert event_group(spec, lenient, NOON).rows == [("a", NOON, 1)]


# -- training sets ---------------------------------------------------------------------------

BERLIN_SUMMER = timezone(timedelta(hours=2))
PROFILE_COLUMNS = (
    ("id", "string"),
    ("part", "string"),
    ("at", "timestamp"),
    ("known", "timestamp"),
    ("version", "int64"),
    ("tier", "string"),
)


def joined(
    join: dict[str, Any],
    rows: Sequence[tuple[Value, ...]],
    asked: Sequence[tuple[Value, ...]] = (("a", "x", NOON),),
    as_of: str = "timestamp",
) -> list[tuple[Value, ...]]:
    """What the join adds to each spine row."""
    spine = Table((("id", "string"), ("part", "string"), ("as_of", as_of)), list(asked))
    spec = {
        "spine": {"ref": "source.labels", "as_of": "as_of"},
        "joins": [{"ref": "source.profile", "event_time": "at", "on": ["id"], **join}],
    }
    tables = {"source.labels": spine, "source.profile": Table(PROFILE_COLUMNS, list(rows))}
    table = training_set(spec, {}, Relations(tables))
    assert [row[:3] for row in table.rows] == list(asked)
    return [row[3:] for row in table.rows]


def version(at: datetime | None, number: int | None, tier: str | None = None, **more: Any) -> Any:
    return (more.get("id", "a"), more.get("part", "x"), at, more.get("known"), number, tier)


TAKEN = {"features": ["version", "tier"]}


def test_the_latest_row_at_or_before_the_as_of() -> None:
    rows = [version(NOON, 1), version(NOON + US, 2), version(jan(1), 3), version(None, 4)]
    assert joined(TAKEN, rows) == [(1, None)]
    assert joined(TAKEN, rows[1:]) == [(3, None)]
    assert joined(TAKEN, rows[1:2]) == [(None, None)]
    assert joined(TAKEN, []) == [(None, None)]


@pytest.mark.parametrize(("age", "found"), [(0, 1), (24 * 3600, 1)])
def test_ttl_and_delay_are_inclusive(age: int, found: int) -> None:
    at = NOON - timedelta(seconds=age)
    assert joined({**TAKEN, "ttl": "1d"}, [version(at, 1)]) == [(found, None)]
    assert joined({**TAKEN, "ttl": "1d"}, [version(jan(9, 12) - US, 1)]) == [(None, None)]
    assert joined({**TAKEN, "delay": "1d"}, [version(jan(9, 12), 1)]) == [(1, None)]
    assert joined({**TAKEN, "delay": "1d"}, [version(jan(9, 12) + US, 1)]) == [(None, None)]
    both = {**TAKEN, "delay": "1d", "ttl": "1d"}
    assert joined(both, [version(jan(9, 12), 1)]) == [(1, None)]


def test_ttl_looks_at_the_latest_row_and_delay_at_older_ones() -> None:
    rows = [version(NOON, 1), version(jan(8), 2), version(jan(1), 3)]
    assert joined({**TAKEN, "delay": "1d"}, rows) == [(2, None)]
    assert joined({**TAKEN, "delay": "1d", "ttl": "2d"}, rows) == [(None, None)]


def test_a_row_that_was_not_known_is_passed_over() -> None:
    rows = [
        version(NOON, 1, known=NOON + US),
        version(jan(9), 2, known=NOON),
        version(jan(8), 3, known=jan(8)),
        version(jan(10), 4),
    ]
    known = {**TAKEN, "knowledge_time": "known"}
    assert joined(known, rows) == [(2, None)]
    # A delay holds for the event alone.
    assert joined({**known, "delay": "1d"}, [rows[1]]) == [(2, None)]


@pytest.mark.parametrize(
    ("join", "found"),
    [
        # The greatest of the selected columns, in order; NULL loses.
        ({"features": ["version", "tier"]}, (2, "b")),
        ({"features": ["tier", "version"]}, ("c", 1)),
        ({"features": ["tier"]}, ("c",)),
        # The columns named come first, each way, and NULL loses either way.
        ({"features": ["tier"], "tie_break": ["version desc"]}, ("b",)),
        ({"features": ["tier"], "tie_break": ["version"]}, ("b",)),
        ({"features": ["tier"], "tie_break": ["version asc"]}, ("c",)),
        ({"features": ["version"], "tie_break": [{"column": "tier", "order": "asc"}]}, (2,)),
        # Without them the greatest knowledge time, then the selected columns.
        ({"features": ["tier"], "knowledge_time": "known"}, ("b",)),
        ({"features": ["tier"], "knowledge_time": "known", "tie_break": ["tier asc"]}, ("a",)),
    ],
)
def test_ties(join: dict[str, Any], found: tuple[Value, ...]) -> None:
    rows = [
        version(NOON, 2, "a", known=jan(3)),
        version(NOON, 1, "c", known=jan(1)),
        version(NOON, 2, "b", known=jan(3)),
        version(NOON, None, None, known=jan(2)),
        version(NOON, 2, None, known=jan(2)),
    ]
    assert joined(join, rows) == [found]
    assert joined(join, rows[::-1]) == [found]


def test_keys_compare_part_by_part_and_a_null_matches_nothing() -> None:
    rows = [version(NOON, 1, id="1", part="12"), version(NOON, 2, id=None, part="2")]
    asked = [("1", "12", NOON), ("11", "2", NOON), (None, "2", NOON), ("1", "12", None)]
    asked += [("1", "12", NOON)]
    join = {"features": ["version"], "on": ["id", "part"]}
    assert joined(join, rows, asked) == [(1,), (None,), (None,), (None,), (1,)]


def test_keys_are_renamed_and_default_features_are_all_but_keys_and_times() -> None:
    rows = [version(NOON, 1, "gold", id="x", known=jan(1))]
    assert joined({"on": {"part": "id"}}, rows) == [("x", jan(1), 1, "gold")]
    known = {"on": {"part": "id"}, "knowledge_time": "known"}
    assert joined(known, rows) == [("x", 1, "gold")]


def test_a_date_is_midnight_at_its_start_and_a_zone_is_converted() -> None:
    spine: list[tuple[Value, ...]] = [("a", "x", date(2026, 1, 10))]
    assert joined(TAKEN, [version(jan(10), 1)], spine, "date") == [(1, None)]
    assert joined(TAKEN, [version(jan(10) + US, 1)], spine, "date") == [(None, None)]
    text: list[tuple[Value, ...]] = [("a", "x", "2026-01-10T14:00:00+02:00")]
    assert joined(TAKEN, [version(NOON, 1)], text, "string") == [(1, None)]
    assert NOON.replace(tzinfo=UTC) == datetime(2026, 1, 10, 14, tzinfo=BERLIN_SUMMER)


def test_groups_and_days_beside_each_other() -> None:
    spine = Table(
        (("who", "string"), ("as_of", "timestamp"), ("label", "boolean")),
        [
            ("a", NOON, True),
            ("a", NOON, True),
            ("z", NOON, False),
            (None, NOON, False),
            ("a", None, False),
        ],
    )
    rows = {"agg": "count_rows", "window": "1d"}
    days = {
        "kind": "second_order_aggregation",
        "source": "source.events",
        "id_col": "id",
        "feature_date_col": "at",
        "features": {"amount": {"basic": ["sum", "count"], "window": [0, 0]}},
    }
    spec = {
        "spine": {"ref": "source.labels", "as_of": "as_of", "columns": ["label"]},
        "joins": [
            {"ref": "feature_group.spend", "on": {"who": "id"}, "prefix": "w_"},
            {
                "ref": "second_order_aggregation.days",
                "on": {"who": "id"},
                "features": ["amount_COUNT_0_0", "amount_SUM_0_0"],
            },
        ],
    }
    nodes = {"feature_group.spend": group({"rows": rows}), "second_order_aggregation.days": days}
    tables = {"source.events": EVENTS, "source.labels": spine}
    table = training_set(spec, nodes, Relations(tables))
    assert table.columns == (
        ("label", "boolean"),
        ("w_rows", "int64"),
        ("amount_COUNT_0_0", "int64"),
        ("amount_SUM_0_0", "int64"),
    )
    # A key without events has counts of 0; a row without a key or a time has NULLs.
    assert table.rows == [
        (True, 4, 3, 131),
        (True, 4, 3, 131),
        (False, 0, 0, None),
        (False, None, None, None),
        (False, None, None, None),
    ]


def test_only_what_is_taken_is_computed() -> None:
    events = Table(
        (("id", "string"), ("at", "timestamp"), ("n", "int64")), [("a", NOON, 2**63 - 1)] * 2
    )
    features = {
        "total": {"agg": "sum", "column": "n", "window": "1d"},
        "rows": {"agg": "count_rows", "window": "1d"},
    }
    spine = Table((("id", "string"), ("as_of", "timestamp")), [("a", NOON)])
    relations = Relations({"source.events": events, "source.labels": spine})
    nodes = {"feature_group.spend": group(features)}
    join = {"ref": "feature_group.spend"}
    spec = {"spine": {"ref": "source.labels", "as_of": "as_of"}, "joins": [join]}
    with pytest.raises(Overflow):
        training_set(spec, nodes, relations)
    spec["joins"] = [{**join, "features": ["rows"]}]
    assert training_set(spec, nodes, relations).rows == [("a", NOON, 2)]
