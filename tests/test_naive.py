"""The oracle against results worked out by hand: small tables to check by eye."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from tests.naive import (
    AGGREGATIONS,
    AmbiguousAsOf,
    BadDate,
    Event,
    Overflow,
    Table,
    Value,
    day_of,
    dropped_rows,
    first_order,
    parse_aggregation,
    read_source,
    second_order,
)
from tests.naive.tables import days_between

JAN = date(2026, 1, 1)
MAX = 2**63 - 1


def jan(day: int) -> date:
    return date(2026, 1, day)


def aggregate(text: str, values: Sequence[Value], **more: Any) -> Value:
    """`text` over values one a day from 1 January on, or at `times`, with `bys`."""
    times = more.get("times") or [JAN + timedelta(days=i) for i in range(len(values))]
    bys = more.get("bys") or [None] * len(values)
    events = [Event(*event) for event in zip(values, times, bys, strict=True)]
    word, arguments = parse_aggregation(text)
    return AGGREGATIONS[word].compute(events, arguments, more.get("as_of"))


# -- aggregations ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("count", [3, None, 3], 2),
        ("count_rows", [3, None, 3], 3),
        ("count_distinct", [3, None, 3, 4], 2),
        ("sum", [3, None, 4], 7),
        ("sum", [0.5, 0.25], 0.75),
        ("sum", [Decimal("0.10"), Decimal("0.20")], Decimal("0.3")),
        ("mean", [1, 2, None], 1.5),
        ("avg", [Decimal("0.1"), Decimal("0.2")], 0.15),
        ("min", ["b", None, "B", "ä"], "B"),
        ("max", ["b", None, "B", "ä"], "ä"),
        ("min", [True, False], False),
        ("stddev", [2, 4, 4, 4, 5, 5, 7, 9], math.sqrt(32 / 7)),
        ("stddev_pop", [2, 4, 4, 4, 5, 5, 7, 9], 2.0),
        ("variance", [1, 3], 2.0),
        ("variance_pop", [1, 3], 1.0),
        ("stddev", [5, None], None),
        ("stddev_pop", [5, None], 0.0),
        ("median", [10, 1, 2, None], 2.0),
        ("median", [1, 2, 4, 10], 3.0),
        ("quantile(0.25)", [0, 10, 20, 30, 40], 10.0),
        ("quantile(0.9)", [0, 10], 9.0),
        ("quantile(0)", [7, 5], 5.0),
        ("quantile(1)", [7, 5], 7.0),
        ("mode", [2, 1, 2, 1, 3], 1),
        ("mode", ["x", None, None, None], "x"),
        ("any_true", [False, None, True], True),
        ("any_true", [False, None], False),
        ("all_true", [True, None], True),
        ("all_true", [True, False], False),
        ("entropy", ["a", "b", None], math.log(2)),
        ("entropy", ["a", "a", "a", "b"], 0.5623351446188083),
        ("entropy", ["a", "a"], 0.0),
        ("slope", [1, 3, 5], 2.0),
        # days 0, 1, 3 about 4/3; values about 1: (4/3 - 2/3 - 5/3) / (42/9)
        ("slope", [0.0, 3.0, None, 0.0], -9 / 42),
        ("slope", [4, None], None),
    ],
)
def test_value_of_an_aggregation(text: str, values: list[Value], expected: Value) -> None:
    actual = aggregate(text, values)
    assert type(actual) is type(expected)
    if isinstance(expected, float):
        assert actual == pytest.approx(expected, rel=1e-14)
    else:
        assert actual == expected


@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_no_values_give_null_or_zero(values: list[Value]) -> None:
    times_only = {"count_rows", "days_since_last", "days_since_first"}
    for word in AGGREGATIONS:
        if word in times_only:
            continue
        text = {"quantile": "quantile(0.5)", "arg_max": "arg_max(x)", "arg_min": "arg_min(x)"}
        expected = 0 if word.startswith("count") else None
        assert aggregate(text.get(word, word), values) == expected, word
    assert aggregate("count_rows", []) == 0
    assert aggregate("days_since_last", [], as_of=JAN) is None
    assert aggregate("days_since_first", [], as_of=JAN) is None


def test_first_and_last_take_the_greatest_of_a_tie_and_skip_null() -> None:
    noon = datetime(2026, 1, 1, 12)
    times = [datetime(2026, 1, 1, 9), noon, noon, datetime(2026, 1, 1, 18)]
    assert aggregate("last", ["a", "b", "c", None], times=times) == "c"
    assert aggregate("first", ["a", "b", "c", None], times=times) == "a"
    assert aggregate("first", [None, "b", "c", None], times=times) == "c"


def test_arg_max_takes_the_value_at_the_extreme_of_by() -> None:
    values, bys = ["low", "tie", "top", None, "unknown"], [1, 9, 9, 10, None]
    assert aggregate("arg_max(x)", values, bys=bys) == "top"
    assert aggregate("arg_min(x)", values, bys=bys) == "low"


def test_days_since_counts_calendar_days() -> None:
    times = [datetime(2025, 12, 31, 23, 59), datetime(2026, 1, 2, 0, 1)]
    as_of = datetime(2026, 1, 3, 0, 0)
    assert aggregate("days_since_last", [None, None], times=times, as_of=as_of) == 1
    assert aggregate("days_since_first", [None, None], times=times, as_of=as_of) == 3


def test_slope_is_per_day_of_24_hours() -> None:
    times = [datetime(2026, 1, 1, 0), datetime(2026, 1, 1, 12)]
    assert aggregate("slope", [1, 2], times=times) == 2.0
    assert aggregate("slope", [1, 2], times=[times[0], times[0]]) is None


def test_an_int64_sum_overflows_only_by_its_total() -> None:
    assert aggregate("sum", [MAX, 1, -1]) == MAX
    with pytest.raises(Overflow):
        aggregate("sum", [MAX, 1])
    with pytest.raises(Overflow):
        aggregate("sum", [-MAX, -1, -1])
    assert aggregate("mean", [MAX, MAX]) == float(MAX)


def test_variance_does_not_cancel() -> None:
    assert aggregate("variance", [1e9, 1e9 + 1, 1e9 + 2]) == 1.0


# -- days ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "event", "expected"),
    [
        (date(2026, 1, 10), date(2026, 1, 10), 0),
        (date(2026, 1, 10), datetime(2026, 1, 10, 23, 59, 59), 0),
        (datetime(2026, 1, 10, 0, 0), datetime(2026, 1, 9, 23, 59), 1),
        (datetime(2026, 1, 10, 23, 59), datetime(2026, 1, 11, 0, 0), -1),
        (date(1970, 1, 1), date(1969, 12, 31), 1),
        (date(2024, 3, 1), "2024-02-28", 2),
        (date(2026, 1, 10), None, None),
        (None, date(2026, 1, 10), None),
    ],
)
def test_days_are_whole_calendar_days(as_of: Value, event: Value, expected: int | None) -> None:
    assert days_between(as_of, event) == expected


@pytest.mark.parametrize(
    "text", ["2026-1-5", "2026-02-30", "05/01/2026", "", " 2026-01-05", "2026-01-05x", "today"]
)
def test_only_strict_iso_is_a_date(text: str) -> None:
    with pytest.raises(BadDate):
        day_of(text)


def test_an_iso_instant_with_a_zone_is_its_utc_day() -> None:
    assert day_of("2026-01-05") == date(2026, 1, 5)
    assert day_of("2026-01-05T23:30:00.5-02:00") == date(2026, 1, 6)


# -- second order ----------------------------------------------------------------------------

EVENTS = Table(
    (
        ("customer", "string"),
        ("day", "date"),
        ("as_of", "date"),
        ("amount", "int64"),
        ("kind", "string"),
    ),
    [
        ("A", jan(1), jan(10), 1, "buy"),  # d = 9
        ("A", jan(3), jan(10), 10, "buy"),  # d = 7
        ("A", jan(9), jan(10), 100, "return"),  # d = 1
        ("A", jan(10), jan(10), 1000, None),  # d = 0
        ("A", jan(11), jan(10), 10000, "buy"),  # future
        ("A", None, jan(10), 100000, "buy"),  # no day
        ("B", jan(11), jan(10), 5, "buy"),  # all future
        ("C", jan(9), None, 7, "buy"),  # no application date
        (None, jan(9), jan(10), 9, "buy"),  # no key
    ],
)
SECOND = {
    "kind": "second_order_aggregation",
    "name": "spending",
    "id_col": "customer",
    "feature_date_col": "day",
    "application_date_col": "as_of",
    "source": "source.events",
}


def second(features: dict[str, Any], table: Table = EVENTS, **more: Any) -> Any:
    spec = {**SECOND, "features": features, **more.pop("spec", {})}
    tables = {"source.events": table, **more.pop("tables", {})}
    return second_order(spec, tables, **more)


def test_basic_counts_what_is_not_in_the_future() -> None:
    assert second({"amount": {"basic": ["sum", "mean", "count", "std"]}}) == Table(
        (
            ("customer", "string"),
            ("amount_SUM", "int64"),
            ("amount_MEAN", "double"),
            ("amount_COUNT", "int64"),
            ("amount_STD", "double"),
        ),
        [
            # squares: 1,010,101; less 4 * 277.75 ** 2 = 308,580.25; over 3
            ("A", 1111, 277.75, 4, pytest.approx(math.sqrt(701520.75 / 3))),
            ("B", None, None, 0, None),
            ("C", None, None, 0, None),
        ],
    )


def test_a_window_is_inclusive_at_both_ends_and_adds_no_basic_column() -> None:
    result = second({"recent": {"source_feature": "amount", "basic": "sum", "window": [1, 7]}})
    assert result.names == ("customer", "amount_SUM_1_7")
    assert result.rows == [("A", 110), ("B", None), ("C", None)]


def test_a_ratio_divides_doubles_and_by_zero_is_null() -> None:
    ratio = {"numerator": [0, 1], "denominator": [7, 9], "aggs": ["sum", "count"]}
    result = second({"amount": {"ratio": ratio}})
    assert result.columns[1:] == (
        ("amount_SUM0_1_SUM7_9", "double"),
        ("amount_COUNT0_1_COUNT7_9", "double"),
    )
    assert result.rows == [("A", 100.0, 1.0), ("B", None, None), ("C", None, None)]
    none_before = {"numerator": [0, 1], "denominator": [20, 30]}
    assert second({"amount": {"ratio": none_before}}).rows[0] == ("A", None)


def test_since_needs_a_condition_that_is_true_and_a_past_row() -> None:
    since = {"condition": "kind == 'buy'", "aggs": ["count", "sum"]}
    result = second(
        {"amount": {"since": since}},
        predicates={"kind == 'buy'": lambda row: row["kind"] and row["kind"] == "buy"},
    )
    assert result.names == ("customer", "SINCE_COUNT_amount_GEO_D", "SINCE_SUM_amount_GEO_D")
    assert result.rows == [("A", 2, 11), ("B", 0, None), ("C", 0, None)]


def test_since_without_a_condition_is_every_past_row() -> None:
    assert second({"amount": {"since": {}}}).rows[0] == ("A", 4)


def test_names_and_their_order() -> None:
    features = {
        "second": {
            "source_feature": "amount, kind",
            "basic": ["count", "max"],
            "window": [0, 3],
            "since": {"aggs": ["count_rows"]},
        },
        "first": {
            "source_feature": "amount",
            "basic": ["quantile(0.9)", "arg_max(day)"],
            "ratio": {"numerator": [0, 1], "denominator": [2, 3], "aggs": ["quantile(0.5)"]},
        },
        "chosen": {"source_feature": "kind", "basic": ["last"], "output_name": "latestKind"},
    }
    result = second(features)
    assert result.names == (
        "customer",
        "amount_COUNT_0_3",
        "amount_MAX_0_3",
        "kind_COUNT_0_3",
        "kind_MAX_0_3",
        "SINCE_COUNT_ROWS_amount_GEO_D",
        "SINCE_COUNT_ROWS_kind_GEO_D",
        "amount_QUANTILE_0_9",
        "amount_ARG_MAX_DAY",
        "amount_QUANTILE_0_50_1_QUANTILE_0_52_3",
        "latestKind",
    )
    assert result.rows[0][-1] == "return"


def test_several_application_dates_of_an_id_are_ambiguous_without_a_grain() -> None:
    rows = [
        ("A", jan(1), jan(10), 1, None),
        ("A", jan(1), jan(11), 2, None),
        ("A", jan(1), None, 3, None),
        ("B", jan(1), jan(10), 4, None),
        ("B", jan(1), None, 5, None),
        (None, jan(1), jan(1), 6, None),
        (None, jan(1), jan(2), 7, None),
    ]
    table = Table(EVENTS.columns, rows)
    features = {"amount": {"basic": "sum"}}
    assert second(features, table) == AmbiguousAsOf(("A",))

    by_date = second(features, table, spec={"grain": ["customer", "as_of"]})
    assert by_date.columns[:2] == (("customer", "string"), ("as_of", "date"))
    assert by_date.rows == [("A", jan(10), 1), ("A", jan(11), 2), ("B", jan(10), 4)]


def test_two_instants_of_one_day_are_one_application_date() -> None:
    columns = (*EVENTS.columns[:2], ("as_of", "timestamp"), *EVENTS.columns[3:])
    rows: list[tuple[Value, ...]] = [
        ("A", jan(10), datetime(2026, 1, 10, 0), 1, None),
        ("A", jan(10), datetime(2026, 1, 10, 23), 2, None),
    ]
    features = {"amount": {"basic": "sum"}}
    assert second(features, Table(columns, rows)).rows == [("A", 3)]
    by_date = second(features, Table(columns, rows), spec={"grain": ["customer", "as_of"]})
    assert by_date.rows == [("A", jan(10), 3)]


SPINE = Table(
    (("who", "string"), ("when", "timestamp"), ("label", "boolean")),
    [
        ("A", datetime(2026, 1, 9, 8), True),
        ("A", datetime(2026, 1, 9, 20), False),  # the same day again
        ("A", datetime(2026, 1, 12), None),
        ("D", datetime(2026, 1, 9), None),  # no events
        ("A", None, None),
        (None, datetime(2026, 1, 9), None),
    ],
)
AROUND_SPINE = {
    "application_date_col": None,
    "spine": {"ref": "source.spine", "id_col": "who", "application_date_col": "when"},
}


def test_a_spine_gives_the_rows_and_the_dates() -> None:
    result = second(
        {"amount": {"basic": ["sum", "count", "days_since_last"]}},
        spec=AROUND_SPINE,
        tables={"source.spine": SPINE},
    )
    assert result.columns[:2] == (("who", "string"), ("when", "date"))
    assert result.rows == [
        ("A", jan(9), 111, 3, 0),
        ("A", jan(12), 11111, 5, 1),
        ("D", jan(9), None, 0, None),
    ]


def test_nothing_in_nothing_out() -> None:
    assert second({"amount": {"basic": "sum"}}, Table(EVENTS.columns, [])).rows == []


@pytest.mark.parametrize("window", [[-1, 3], [7, 1]])
def test_a_window_lies_in_the_past_and_forwards(window: list[int]) -> None:
    with pytest.raises(ValueError, match="no window"):
        second({"amount": {"basic": "sum", "window": window}})


# -- first order -----------------------------------------------------------------------------

TRANSACTIONS = Table(
    (
        ("customer", "int64"),
        ("region", "string"),
        ("at", "timestamp"),
        ("as_of", "date"),
        ("amount", "double"),
    ),
    [
        (1, "n", datetime(2026, 1, 10, 9), jan(10), 1.0),  # d = 0
        (1, "n", datetime(2026, 1, 9, 23), jan(10), 2.0),  # d = 1
        (1, "n", datetime(2026, 1, 3), jan(10), 4.0),  # d = 7
        (1, "s", datetime(2026, 1, 10, 10), jan(10), 8.0),  # d = 0
        (1, "n", datetime(2026, 1, 11), jan(10), 16.0),  # future
        (1, "n", datetime(2026, 1, 9), jan(9), 32.0),  # another as-of, d = 0
        (2, "n", datetime(2026, 1, 11), jan(10), 64.0),  # all future
        (3, "n", None, jan(10), 128.0),  # no event date
        (4, "n", datetime(2026, 1, 9), None, 256.0),  # no as-of
        (5, None, datetime(2026, 1, 9), jan(10), 512.0),  # no region
        (None, "n", datetime(2026, 1, 9), jan(10), 1024.0),  # no key
    ],
)
FIRST = {
    "kind": "aggregation",
    "name": "daily",
    "id_col": "customer",
    "feature_date_col": "at",
    "application_date_col": "as_of",
    "source": "source.tx",
}


def first(features: list[dict[str, Any]], **more: Any) -> Table:
    spec = {**FIRST, "features": features, **more.pop("spec", {})}
    return first_order(spec, {"source.tx": TRANSACTIONS}, **more)


def test_first_order_has_a_row_per_id_date_and_group() -> None:
    features = [{"name": "amt", "column": "amount", "basic": ["sum", "mean", "std"]}]
    result = first(features, spec={"group_by": ["region"]})
    assert result.columns == (
        ("customer", "int64"),
        ("as_of", "date"),
        ("region", "string"),
        ("amt_sum", "double"),
        ("amt_avg", "double"),
        ("amt_stddev", "double"),
    )
    assert result.rows == [
        # 1, 2, 4 about 7/3: 16/9 + 1/9 + 25/9 over 2
        (1, jan(10), "n", 7.0, pytest.approx(7 / 3), pytest.approx(math.sqrt(7 / 3))),
        (1, jan(10), "s", 8.0, 8.0, None),
        (1, jan(9), "n", 32.0, 32.0, None),
        (2, jan(10), "n", None, None, None),
        (3, jan(10), "n", None, None, None),
    ]


def test_first_order_rolling_ratio_and_since() -> None:
    features = [
        {
            "name": "amount",
            "rolling": [
                {"window": [1, 7], "aggs": ["sum"]},
                {"window": "8d", "functions": ["mean"]},
            ],
            "ratio": [{"numerator": [1], "denominator": [2, 7], "aggs": ["sum"]}],
            "since": [{"condition": "amount > 1", "aggs": ["count", "sum"]}],
        }
    ]
    result = first(features, predicates={"amount > 1": lambda row: row["amount"] > 1})
    assert result.names[2:] == (
        "amount_sum_1d",
        "amount_sum_7d",
        "amount_avg_8d",
        "amount_sum_ratio_1d_2d",
        "amount_sum_ratio_1d_7d",
        "amount_count_if",
        "amount_sum_if",
    )
    assert result.rows == [
        (1, jan(10), 9.0, 11.0, 3.75, 9 / 11, 9 / 11, 3, 14.0),
        (1, jan(9), 32.0, 32.0, 32.0, 1.0, 1.0, 1, 32.0),
        (2, jan(10), None, None, None, None, None, 0, 0.0),
        (3, jan(10), None, None, None, None, None, 0, 0.0),
        (5, jan(10), None, 512.0, 512.0, None, None, 1, 512.0),
    ]


def test_first_order_without_an_application_date_groups_by_the_day_of_the_event() -> None:
    features = [{"name": "amount", "basic": ["sum", "last"]}]
    spec = {"application_date_col": None, "source": None, "inputs": [{"ref": "source.tx"}]}
    result = first(features, spec=spec)
    assert result.columns[:2] == (("customer", "int64"), ("at", "date"))
    assert result.rows == [
        (1, jan(10), 9.0, 8.0),
        (1, jan(9), 34.0, 2.0),
        (1, jan(3), 4.0, 4.0),
        (1, jan(11), 16.0, 16.0),
        (2, jan(11), 64.0, 64.0),
        (4, jan(9), 256.0, 256.0),
        (5, jan(9), 512.0, 512.0),
    ]
    with pytest.raises(ValueError, match="application date"):
        first([{"name": "amount", "rolling": [{"window": [7], "aggs": ["sum"]}]}], spec=spec)


def test_rows_with_a_null_in_their_key_are_counted() -> None:
    assert dropped_rows(SECOND, {"source.events": EVENTS}) == (9, 1)
    by_date = {**SECOND, "grain": ["customer", "as_of"]}
    assert dropped_rows(by_date, {"source.events": EVENTS}) == (9, 2)
    assert dropped_rows(FIRST, {"source.tx": TRANSACTIONS}) == (11, 2)
    both = {"source.events": EVENTS, "source.spine": SPINE}
    assert dropped_rows({**SECOND, **AROUND_SPINE}, both) == (9 + 6, 1 + 2)
    grouped = {**FIRST, "group_by": ["region"]}
    assert dropped_rows(grouped, {"source.tx": TRANSACTIONS}) == (11, 3)


# -- sources ---------------------------------------------------------------------------------


def test_reading_turns_nan_to_null_and_zones_to_utc() -> None:
    columns = (("x", "double"), ("at", "timestamptz"))
    zone = timezone(timedelta(hours=2))
    raw = Table(columns, [(math.nan, datetime(2026, 1, 1, 1, tzinfo=zone)), (1.5, None)])
    assert read_source({}, raw) == Table(
        (("x", "double"), ("at", "timestamp")), [(None, datetime(2025, 12, 31, 23)), (1.5, None)]
    )


def test_text_used_as_a_date_is_strict_unless_the_source_is_lenient() -> None:
    raw = Table((("day", "string"), ("note", "string")), [("2026-01-05", "x"), ("5 Jan", "y")])
    lenient = read_source({"on_bad_value": "null"}, raw, dates=["day"])
    assert lenient.columns == (("day", "date"), ("note", "string"))
    assert lenient.rows == [(jan(5), "x"), (None, "y")]
    with pytest.raises(BadDate, match="day: '5 Jan'"):
        read_source({"on_bad_value": "error"}, raw, dates=["day"])


def test_columns_are_matched_without_case_where_that_is_one_column() -> None:
    table = Table((("Amount", "int64"), ("a", "int64"), ("A", "int64")))
    assert table.spelling("amount") == "Amount"
    assert table.spelling("a") == "a"
    with pytest.raises(KeyError):
        Table((("bc", "int64"), ("Bc", "int64"))).spelling("BC")
