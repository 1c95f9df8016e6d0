"""Windows at an exact time as tests of an event's time against the as-of.

SEMANTICS "Windows at an exact time": `t - w < event <= t`; with an offset both ends move back;
exclusive, `t - w <= event < t`; calendar windows are whole UTC periods before the one that holds t.
"""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect
from seeknal.compiler.features import Calendar, TimeWindow
from seeknal.compiler.lower.values import value
from seeknal.compiler.plan import Aggregate

_UNITS = (
    (86_400_000_000, "DAY"),
    (3_600_000_000, "HOUR"),
    (60_000_000, "MINUTE"),
    (1_000_000, "SECOND"),
    (1, "MICROSECOND"),
)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def back(time: exp.Expr, microseconds: int) -> exp.Expr:
    """`time - INTERVAL`, in the largest unit that divides it; the time itself for 0."""
    if microseconds == 0:
        return time
    size, unit = next(found for found in _UNITS if microseconds % found[0] == 0)
    return exp.Sub(this=time, expression=_interval(microseconds // size, unit))


def _interval(count: int, unit: str) -> exp.Interval:
    return exp.Interval(this=exp.Literal.string(str(count)), unit=exp.Var(this=unit))


def window_tests(step: Aggregate, window: TimeWindow, dialect: Dialect) -> list[exp.Expr]:
    """The tests that an event of the step's input is in `window`.

    What the input already holds of every event (`step.held`) is not tested again.
    """
    assert step.at is not None and step.as_of is not None
    event = value(step.at, dialect)
    end = back(value(step.as_of, dialect), window.offset)
    if window.calendar is not None:
        return _calendar_tests(event, end, window.calendar)
    after = exp.GT if step.inclusive else exp.GTE
    not_after = exp.LTE if step.inclusive else exp.LT
    tests: list[exp.Expr] = []
    if window.length is not None and not _reach_is_held(step, window):
        start = back(value(step.as_of, dialect), window.offset + window.length)
        tests.append(after(this=event.copy(), expression=start))
    if step.held is None or window.offset:
        tests.append(not_after(this=event, expression=end))
    return tests


def _reach_is_held(step: Aggregate, window: TimeWindow) -> bool:
    return (
        step.held is not None
        and step.held.reach is not None
        and window.length is not None
        and window.offset + window.length >= step.held.reach
    )


def _calendar_tests(event: exp.Expr, end: exp.Expr, calendar: Calendar) -> list[exp.Expr]:
    period = exp.TimestampTrunc(this=end, unit=exp.Var(this=calendar.unit.upper()))
    if calendar.unit in _MONTHS:
        length = _interval(calendar.count * _MONTHS[calendar.unit], "MONTH")
    else:
        length = _interval(calendar.count * (7 if calendar.unit == "week" else 1), "DAY")
    start = exp.Sub(this=period.copy(), expression=length)
    return [
        exp.GTE(this=event, expression=start),
        exp.LT(this=event.copy(), expression=period),
    ]
