"""Lengths of time as specs write them: `7d`, `90m`. A day is 24 hours.

A length is a whole number and a unit without a space between, so that it can be part of a column's
name. Months and years are no units: they have no fixed length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from seeknal.compiler.windows import Complaint

UNITS: Mapping[str, int] = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 604_800_000_000,
}
"""Microseconds of each unit."""

LONGEST = 365_000 * UNITS["d"]
"""No longer than this, so that going back from a time that data has stays in the calendar."""

LIFETIME = "lifetime"

_LENGTH = re.compile(r"(0|[1-9][0-9]{0,18})(us|ms|s|m|h|d|w)")
_WORDS: Mapping[str, str] = {
    word: unit
    for unit, words in {
        "us": "us usec microsecond microseconds",
        "ms": "ms msec millisecond milliseconds",
        "s": "s sec secs second seconds",
        "m": "m min mins minute minutes",
        "h": "h hr hrs hour hours",
        "d": "d day days",
        "w": "w wk wks week weeks",
    }.items()
    for word in words.split()
}
_LONG_WORDS = re.compile(r"\d+\s*(?:mo|mon|months?|q|quarters?|y|yrs?|years?)$", re.IGNORECASE)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*,?\s*")
_CLOCK = re.compile(r"\d+(?::\d+)+$")
_FORM = "a length is a whole number and a unit, as `7d`; the units are s, m, h, d, w"
_SPELT = ("d", "h", "m", "s", "ms", "us")


def parse_duration(text: str) -> int | None:
    """The microseconds of a length as `7d`; None where `text` is not written as one.

    >>> parse_duration("7d"), parse_duration("90m"), parse_duration("7 days")
    (604800000000, 5400000000, None)
    """
    match = _LENGTH.fullmatch(text)
    return int(match[1]) * UNITS[match[2]] if match else None


def spell_duration(microseconds: int) -> str:
    """A length of time in the largest unit up to days that divides it.

    >>> spell_duration(604_800_000_000), spell_duration(5_400_000_000), spell_duration(1)
    ('7d', '90m', '1us')
    """
    unit = next(unit for unit in _SPELT if microseconds % UNITS[unit] == 0)
    return f"{microseconds // UNITS[unit]}{unit}"


def duration_complaint(value: Any) -> Complaint | None:
    """What is wrong with `value` as a length of time; None where nothing is."""
    if _is_zero(value):
        return f"`{value}` is no length of time", "leave it out, or write a length above 0"
    if not isinstance(value, str):
        return _not_text(value)
    length = parse_duration(value)
    if length is None:
        return _misspelt(value)
    if length > LONGEST:
        return f"`{value}` is longer than 1000 years", f"the longest is `{spell_duration(LONGEST)}`"
    return None


def ttl_complaint(value: Any) -> Complaint | None:
    """What is wrong with `value` as a `ttl`; 0 is an error (SEMANTICS "Point-in-time join")."""
    if _is_zero(value):
        return f"a ttl of `{value}` leaves no row", "leave `ttl` out for no limit"
    return duration_complaint(value)


def time_window_complaint(value: Any) -> Complaint | None:
    """What is wrong with `value` as a window at an exact time, but for what a schema can say.

    A window is a length, `lifetime` or a mapping with a `calendar`.
    """
    if isinstance(value, dict):
        return None
    if isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            return "the window is a list", f"write `windows: [{', '.join(value)}]` for several"
        return (
            f"the window {_flow(value)} counts days; a window at an exact time is one length",
            "write the length, as `window: 7d`, or several, as `windows: [1d, 7d]`",
        )
    return window_length_complaint(value)


def window_length_complaint(value: Any) -> Complaint | None:
    """What is wrong with `value` as an entry of `windows`: a length or `lifetime`."""
    if isinstance(value, dict):
        return (
            "an entry of `windows` is a mapping, and has no name for the output column",
            "give it a feature of its own, as `window: {calendar: month}`",
        )
    if value == LIFETIME:
        return None
    if _is_zero(value):
        return f"the window `{value}` holds no event", "write a length above 0, or `lifetime`"
    complaint = duration_complaint(value)
    if complaint is None or not isinstance(value, str):
        return complaint
    if _LONG_WORDS.match(value):
        return complaint[0], f"{complaint[1]}, or whole periods, as `window: {{calendar: month}}`"
    length = parse_duration(value)
    if length is not None and length > LONGEST:
        return complaint[0], "write `lifetime` for all past events"
    if _meant_lifetime(value):
        return complaint[0], f"did you mean `{LIFETIME}`?"
    return complaint


def _is_zero(value: Any) -> bool:
    if isinstance(value, str):
        return parse_duration(value) == 0
    return type(value) in (int, float) and value == 0


def _not_text(value: Any) -> Complaint:
    """What is wrong with a value that YAML does not read as text."""
    if value is None:
        return "the length of time is empty", _FORM
    if isinstance(value, list | dict):
        what = "a list" if isinstance(value, list) else "a mapping"
        return f"{what} stands where a length of time is expected", _FORM
    if isinstance(value, bool):
        return f"`{str(value).lower()}` is not a length of time", _FORM
    days = _meant(f"{abs(value)}d") or "7d"
    if value < 0:
        return f"`{value}` is negative", _backwards(days)
    return (
        f"`{value}` has no unit",
        f"write `{days}` if days are meant; the units are s, m, h, d, w",
    )


def _misspelt(text: str) -> Complaint:
    """What is wrong with a text that is no length, and what it was likely meant to be."""
    if text.startswith("-"):
        length = parse_duration(text[1:])
        return f"`{text}` is negative", _backwards(text[1:] if length else "7d")
    what = f"`{text}` is not a length of time"
    if _CLOCK.match(text):
        return f"`{text}` is a time of day, not a length of time", _FORM
    if _LONG_WORDS.match(text):
        return what, "months and years have no fixed length: write days, as `30d`"
    meant = _meant(text)
    return what, f"did you mean `{meant}`?" if meant else _FORM


def _meant(text: str) -> str | None:
    """The length that words such as `7 days`, `1h 30m` or `1.5h` say; None where they say none."""
    from decimal import Decimal

    parts = list(_PART.finditer(text))
    if not parts or "".join(part[0] for part in parts) != text:
        return None
    units = [None if part[2] == "M" else _WORDS.get(part[2].lower()) for part in parts]
    total = Decimal(0)
    for part, unit in zip(parts, units, strict=True):
        if unit is None:
            return None
        total += Decimal(part[1]) * UNITS[unit]
    if total <= 0 or total > LONGEST or total != int(total):
        return None
    if len(parts) == 1 and "." not in parts[0][1]:
        return f"{int(parts[0][1])}{units[0]}"
    return spell_duration(int(total))


def _meant_lifetime(text: str) -> bool:
    import difflib

    folded = re.sub(r"[^a-z]", "", text.lower())
    return folded in ("all", "ever", "unbounded", "forever", "infinite") or bool(
        difflib.get_close_matches(folded, [LIFETIME], cutoff=0.7)
    )


def _backwards(length: str) -> str:
    return f"lengths count back in time: write `{length}`"


def _flow(value: list[Any]) -> str:
    return "`[" + ", ".join(str(item) for item in value) + "]`"
