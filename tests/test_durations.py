"""Lengths of time: what is read, how one is spelt, and the words for what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeknal.compiler.durations import (
    LONGEST,
    duration_complaint,
    parse_duration,
    spell_duration,
    time_window_complaint,
    ttl_complaint,
    window_length_complaint,
)

FORM = "a length is a whole number and a unit, as `7d`; the units are s, m, h, d, w"


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("1us", 1),
        ("3ms", 3_000),
        ("2s", 2_000_000),
        ("90m", 5_400_000_000),
        ("6h", 21_600_000_000),
        ("1d", 86_400_000_000),
        ("2w", 1_209_600_000_000),
        ("365000d", LONGEST),
        ("0d", 0),
    ],
)
def test_lengths(text, microseconds):
    assert parse_duration(text) == microseconds


@pytest.mark.parametrize(
    "text", ["", "d", "7", "7 d", "07d", "+7d", "-7d", "7D", "1.5h", "7d\n", "7d7d", "٣d", "1y"]
)
def test_what_is_no_length(text):
    assert parse_duration(text) is None


@given(st.integers(min_value=1, max_value=LONGEST))
def test_a_length_is_spelt_as_it_is_read(microseconds):
    text = spell_duration(microseconds)
    assert parse_duration(text) == microseconds
    assert duration_complaint(text) is None


@pytest.mark.parametrize(
    ("written", "message", "help"),
    [
        ("7 days", "`7 days` is not a length of time", "did you mean `7d`?"),
        ("1 week", "`1 week` is not a length of time", "did you mean `1w`?"),
        ("90min", "`90min` is not a length of time", "did you mean `90m`?"),
        ("1h30m", "`1h30m` is not a length of time", "did you mean `90m`?"),
        ("1 day, 12 hours", "`1 day, 12 hours` is not a length of time", "did you mean `36h`?"),
        ("1.5h", "`1.5h` is not a length of time", "did you mean `90m`?"),
        ("7D", "`7D` is not a length of time", "did you mean `7d`?"),
        ("07d", "`07d` is not a length of time", "did you mean `7d`?"),
        ("1M", "`1M` is not a length of time", FORM),
        ("P7D", "`P7D` is not a length of time", FORM),
        ("soon", "`soon` is not a length of time", FORM),
        (
            "3 months",
            "`3 months` is not a length of time",
            "months and years have no fixed length: write days, as `30d`",
        ),
        ("12:30", "`12:30` is a time of day, not a length of time", FORM),
        ("-7d", "`-7d` is negative", "lengths count back in time: write `7d`"),
        ("-soon", "`-soon` is negative", "lengths count back in time: write `7d`"),
        ("0d", "`0d` is no length of time", "leave it out, or write a length above 0"),
        ("365001d", "`365001d` is longer than 1000 years", "the longest is `365000d`"),
        (7, "`7` has no unit", "write `7d` if days are meant; the units are s, m, h, d, w"),
        (1.5, "`1.5` has no unit", "write `36h` if days are meant; the units are s, m, h, d, w"),
        (-7, "`-7` is negative", "lengths count back in time: write `7d`"),
        (0, "`0` is no length of time", "leave it out, or write a length above 0"),
        (True, "`true` is not a length of time", FORM),
        (False, "`false` is not a length of time", FORM),
        (None, "the length of time is empty", FORM),
        ([7], "a list stands where a length of time is expected", FORM),
        ({"days": 7}, "a mapping stands where a length of time is expected", FORM),
    ],
)
def test_what_is_said_of_what_is_no_length(written, message, help):
    assert duration_complaint(written) == (message, help)


@pytest.mark.parametrize("written", ["0d", 0, 0.0])
def test_a_ttl_of_zero(written):
    assert ttl_complaint(written) == (
        f"a ttl of `{written}` leaves no row",
        "leave `ttl` out for no limit",
    )


@pytest.mark.parametrize(
    ("written", "message", "help"),
    [
        ("0d", "the window `0d` holds no event", "write a length above 0, or `lifetime`"),
        (0, "the window `0` holds no event", "write a length above 0, or `lifetime`"),
        ("lifetme", "`lifetme` is not a length of time", "did you mean `lifetime`?"),
        ("all", "`all` is not a length of time", "did you mean `lifetime`?"),
        (
            "1 month",
            "`1 month` is not a length of time",
            "months and years have no fixed length: write days, as `30d`, or whole periods, as "
            "`window: {calendar: month}`",
        ),
        (
            "365001d",
            "`365001d` is longer than 1000 years",
            "write `lifetime` for all past events",
        ),
        ("7 days", "`7 days` is not a length of time", "did you mean `7d`?"),
        (
            [1, 7],
            "the window `[1, 7]` counts days; a window at an exact time is one length",
            "write the length, as `window: 7d`, or several, as `windows: [1d, 7d]`",
        ),
        (["1d", "7d"], "the window is a list", "write `windows: [1d, 7d]` for several"),
    ],
)
def test_what_is_said_of_what_is_no_window(written, message, help):
    assert time_window_complaint(written) == (message, help)


@pytest.mark.parametrize("written", ["7d", "lifetime"])
def test_windows(written):
    assert time_window_complaint(written) is None
    assert window_length_complaint(written) is None


def test_a_mapping_is_a_window_alone_and_none_of_several():
    assert time_window_complaint({"calendar": "month"}) is None
    assert window_length_complaint({"calendar": "month"}) == (
        "an entry of `windows` is a mapping, and has no name for the output column",
        "give it a feature of its own, as `window: {calendar: month}`",
    )
