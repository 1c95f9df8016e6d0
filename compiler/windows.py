"""What a window of days may be, and the words for what is wrong with one that may not."""

from __future__ import annotations

import re
from typing import Any

Complaint = tuple[str, str]
"""A message and a help line."""

_DAYS = re.compile(r"[1-9][0-9]*d$")


def day_window_complaint(value: Any) -> Complaint | None:
    """What is wrong with `value` as a window `[lower, upper]` of days; None where nothing is.

    SEMANTICS "Second-order aggregation": both ends inclusive, 0 <= lower <= upper.
    """
    example = "write the two ends in days, nearest first, as `[1, 7]`"
    if isinstance(value, dict):
        return "the window is a mapping, not two whole numbers", example
    if not isinstance(value, list) or len(value) != 2 or not all(type(v) is int for v in value):
        return f"the window {_shown(value)} is not two whole numbers", example
    lower, upper = value
    if lower < 0 or upper < 0:
        return (
            f"the window {_shown(value)} reaches below day 0, into the future",
            "day 0 is the application date itself; earlier days count up from it",
        )
    if lower > upper:
        return f"the window {_shown(value)} is reversed", f"write `[{upper}, {lower}]`"
    return None


def day_counts_complaint(value: Any) -> Complaint | None:
    """What is wrong with `value` as one or more window lengths in days; None where nothing is."""
    items = value if isinstance(value, list) else [value]
    if items and all(_is_days(item) for item in items):
        return None
    bad = next((item for item in items if not _is_days(item)), value)
    return (
        f"{_shown(bad)} is not a number of days",
        "write lengths in days, 1 or more, as `7d` or `[7, 30]`",
    )


def day_counts(value: Any) -> tuple[int, ...]:
    """The lengths in days that `value`, without a complaint, stands for."""
    items = value if isinstance(value, list) else [value]
    return tuple(int(item.removesuffix("d")) if isinstance(item, str) else item for item in items)


def _is_days(item: Any) -> bool:
    if isinstance(item, str):
        return _DAYS.match(item) is not None
    return type(item) is int and item >= 1


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "`[" + ", ".join(str(item) for item in value) + "]`"
    return "a mapping" if isinstance(value, dict) else f"`{value}`"
