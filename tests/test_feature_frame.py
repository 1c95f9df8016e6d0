"""FeatureFrame against plain loops: every spine row once, nothing from after its time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd  # noqa: TID253 - every test here is about pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal  # noqa: TID253

from seeknal.pipeline import FeatureFrame, FrameError

START = datetime(2026, 1, 1)
US = timedelta(microseconds=1)
DAY = timedelta(days=1)

IDS = st.sampled_from(["1", "11", "12", "2", "ä", None])
TIMES = st.builds(
    lambda days, us: START + days * DAY + us * US, st.integers(0, 3), st.integers(-1, 1)
)
ROWS = st.lists(
    st.tuples(IDS, IDS, TIMES, TIMES, st.integers(0, 1), st.integers(0, 2)), max_size=12
)
SPINES = st.lists(st.tuples(IDS, IDS, st.none() | TIMES), max_size=8)


def frame(names: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=names.split())


def group(rows: list[tuple[Any, ...]]) -> FeatureFrame:
    return FeatureFrame(frame("a b at known version rn", rows), "thing", ["a", "b"], "at")


def latest(
    rows: list[tuple[Any, ...]],
    key: tuple[Any, Any],
    as_of: datetime | None,
    ttl: timedelta | None,
    delay: timedelta,
    known: bool,
    tie_break: tuple[str, ...],
) -> tuple[Any, ...] | None:
    """The row that SEMANTICS "Point-in-time join" takes, by looking at every one of them."""
    if None in key or as_of is None:
        return None
    open_rows = [
        row
        for row in rows
        if row[:2] == key
        and row[2] <= as_of - delay
        and (ttl is None or row[2] >= as_of - ttl)
        and (not known or row[3] <= as_of)
    ]

    def rank(row: tuple[Any, ...]) -> tuple[Any, ...]:
        first = {"version asc": -row[4], "version": row[4]}
        named = tuple(first[entry] for entry in tie_break)
        return (row[2], *named, *([row[3]] if known and not named else []), *row[3:])

    return max(open_rows, key=rank, default=None)


@settings(max_examples=60, deadline=None)
@given(
    rows=ROWS,
    spine=SPINES,
    ttl=st.sampled_from([None, DAY, 2 * DAY]),
    delay=st.sampled_from([timedelta(0), DAY]),
    known=st.booleans(),
    tie_break=st.sampled_from([(), ("version",), ("version asc",)]),
)
def test_each_spine_row_has_the_row_that_loops_find(
    rows: list[tuple[Any, ...]],
    spine: list[tuple[Any, ...]],
    ttl: timedelta | None,
    delay: timedelta,
    known: bool,
    tie_break: tuple[str, ...],
) -> None:
    asked = frame("b moment a", [(b, moment, a) for a, b, moment in spine])
    asked.index = pd.Index(range(100, 100 + len(spine)))
    joined = group(rows).pit_join(
        asked,
        "moment",
        ttl=ttl,
        delay=delay,
        knowledge_time="known" if known else None,
        tie_break=tie_break,
    )
    assert list(joined.columns) == ["b", "moment", "a", "at", "known", "version", "rn"]
    assert_frame_equal(joined[["b", "moment", "a"]], asked)
    for found, (a, b, moment) in zip(joined.itertuples(index=False), spine, strict=True):
        wanted = latest(rows, (a, b), moment, ttl, delay, known, tie_break)
        if wanted is None:
            assert all(pd.isna(value) for value in found[3:])
        else:
            assert tuple(found[3:]) == wanted[2:]


@settings(max_examples=30, deadline=None)
@given(rows=ROWS, moment=TIMES)
def test_as_of_has_the_latest_row_of_every_entity(
    rows: list[tuple[Any, ...]], moment: datetime
) -> None:
    keys = list(dict.fromkeys(row[:2] for row in rows if None not in row[:2]))
    wanted = [latest(rows, key, moment, None, timedelta(0), False, ()) for key in keys]
    found = group(rows).as_of(moment)
    assert [tuple(row) for row in found.itertuples(index=False)] == [r for r in wanted if r]


ORDERS = pd.DataFrame(
    {
        "customer": ["a", "a", "b"],
        "updated": pd.to_datetime(["2026-01-01", "2026-01-05", "2026-01-02"]),
        "spent": [1, 2, 3],
        "tags": [["x"], None, []],
        "Spent": pd.Categorical(["low", "low", "high"]),
    }
)
FRAME = FeatureFrame(ORDERS, "customer", ["customer"], "updated")
SPINE = pd.DataFrame(
    {"customer": ["b", "a", "a"], "at": ["2026-01-03", "2026-01-04", "2025-12-31"]}
)


def test_values_keep_their_types() -> None:
    joined = FRAME.pit_join(SPINE.head(2), "at")
    assert joined["spent"].tolist() == [3, 1]
    assert joined["spent"].dtype == ORDERS["spent"].dtype
    assert joined["tags"].tolist() == [[], ["x"]]
    assert joined["Spent"].tolist() == ["high", "low"]
    assert FRAME.pit_join(SPINE, "at")["spent"].isna().tolist() == [False, False, True]


def test_columns_to_keep_and_columns_that_both_have() -> None:
    spine = SPINE.assign(spent=[10, 20, 30], more=1)
    joined = FRAME.pit_join(spine, "at", keep_cols=["more"])
    assert list(joined.columns) == ["more", "customer", "at", "updated", "tags", "Spent"]
    assert FRAME.pit_join(spine, "at")["spent"].tolist() == [10, 20, 30]


@pytest.mark.parametrize(
    "times",
    [
        [date(2026, 1, 5), date(2026, 1, 4)],
        [datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 4, 23, 59, tzinfo=UTC)],
        ["2026-01-05T01:00:00+01:00", "2026-01-05T00:59:59+01:00"],
        pd.to_datetime(["2026-01-05 01:00:00", "2026-01-05 00:59:59"]).tz_localize("Europe/Berlin"),
    ],
)
def test_times_of_every_spelling_compare_in_utc(times: Any) -> None:
    spine = pd.DataFrame({"customer": ["a", "a"], "at": times})
    joined = FRAME.pit_join(spine, "at")
    assert joined["spent"].tolist() == [2, 1]
    assert joined["at"].tolist() == spine["at"].tolist()


def test_event_times_with_a_zone() -> None:
    zoned = ORDERS.assign(updated=ORDERS["updated"].dt.tz_localize("Europe/Berlin"))
    spine = pd.DataFrame({"customer": ["a", "a"], "at": ["2026-01-04 23:00", "2026-01-04 22:59"]})
    joined = FeatureFrame(zoned, "customer", ["customer"], "updated").pit_join(spine, "at")
    assert joined["spent"].tolist() == [2, 1]


@pytest.mark.parametrize("empty", [SPINE.head(0), SPINE.assign(customer=None)])
def test_no_rows_and_no_keys(empty: pd.DataFrame) -> None:
    joined = FRAME.pit_join(empty, "at")
    assert len(joined) == len(empty)
    assert joined["spent"].isna().all()
    nothing = FeatureFrame(ORDERS.head(0), "customer", ["customer"], "updated")
    assert len(nothing.pit_join(SPINE, "at")) == 3


def test_a_feature_frame_can_be_the_spine() -> None:
    spine = FeatureFrame(SPINE, "customer", ["customer"])
    assert FRAME.pit_join(spine, "at")["spent"].tolist()[:2] == [3, 1]


BARE = FeatureFrame(ORDERS)


def test_what_is_not_known_may_be_given() -> None:
    joined = BARE.pit_join(SPINE, "at", on=["customer"], event_time="updated")
    assert joined["spent"].tolist()[:2] == [3, 1]
    assert BARE.as_of("2026-01-04", on="customer", event_time="updated")["spent"].tolist() == [1, 3]


@pytest.mark.parametrize(
    "frame, more, code, said",
    [
        (BARE, {}, "needs-keys", 'on=["customer_id"]'),
        (BARE, {"on": ["customer"]}, "needs-event-time", 'event_time="updated_at"'),
        (FRAME, {"on": ["custmer"]}, "unknown-column", "did you mean `customer`?"),
        (FRAME, {"event_time": "update"}, "unknown-column", "did you mean `updated`?"),
        (FRAME, {"event_time": "spent"}, "not-a-date", "pandas.to_datetime"),
        (FRAME, {"event_time": "Spent"}, "bad-value", "no time"),
        (FRAME, {"ttl": "7 days"}, "wrong-value", "write it as '7d'"),
        (FRAME, {"ttl": timedelta(0)}, "wrong-value", "no length of time"),
        (FRAME, {"keep_cols": ["mor"]}, "unknown-column", "the spine has no column `mor`"),
        (FRAME, {"tie_break": "versions desc"}, "unknown-column", "`versions`"),
    ],
)
def test_refusals_say_what_to_give(
    frame: FeatureFrame, more: dict[str, Any], code: str, said: str
) -> None:
    with pytest.raises(FrameError) as refused:
        frame.pit_join(SPINE, "at", **more)
    assert refused.value.code == code
    assert said in str(refused.value)


def test_keys_of_other_types_are_refused() -> None:
    with pytest.raises(FrameError, match="wrong-key-type"):
        FRAME.pit_join(SPINE.assign(customer=[1, 2, 3]), "at")
    with pytest.raises(FrameError, match="unknown-column"):
        FeatureFrame(ORDERS, "customer", ["id"])


def test_it_answers_as_its_frame_does() -> None:
    copied = FRAME.copy()
    assert (len(FRAME), FRAME.shape, "spent" in FRAME) == (3, (3, 5), True)
    assert list(FRAME) == list(FRAME.columns) == list(copied.columns)
    assert FRAME["spent"].sum() == 6
    assert FRAME.merge(ORDERS[["customer"]].drop_duplicates(), on="customer").shape == (3, 5)
    assert FRAME.to_df() is ORDERS
    assert "keys: customer; event time: updated" in repr(FRAME)
    with pytest.raises(AttributeError, match="to_df"):
        _ = FRAME.rolling
