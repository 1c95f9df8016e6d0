"""Every aggregation of SEMANTICS "Aggregations", exact and one at a time.

An aggregation sees the rows that count, each as an `Event`, and gives one value. Numbers are
turned into fractions first and into a double last, so that a result is wrong by at most the
rounding of its own type.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from tests.naive.tables import Value, day_of, days_between, fits_int64, instant_of

EPOCH = datetime(1970, 1, 1)
ORDERED = ("int64", "double", "decimal", "string", "boolean", "date", "timestamp")
NUMBERS = ("int64", "double", "decimal")


@dataclass(frozen=True)
class Event:
    """A row that counts: the aggregated value, the event's time, the value of `by`."""

    value: Value
    time: Value = None
    by: Value = None


Events = Sequence[Event]
Compute = Callable[[Events, tuple[str, ...], Value], Value]


@dataclass(frozen=True)
class Aggregation:
    """`compute(events, arguments, as_of)`, the types taken, and the type returned for a type.

    What takes no type at all looks at rows and times, and its column need not exist.
    """

    compute: Compute
    takes: tuple[str, ...]
    returns: Callable[[str], str]

    @property
    def needs_column(self) -> bool:
        return bool(self.takes)

    def accepts(self, type_: str) -> bool:
        return base(type_) in self.takes


def base(type_: str) -> str:
    """`decimal` for `decimal(10,2)`; any other type is its own base."""
    return type_.split("(", maxsplit=1)[0]


def parse_aggregation(text: str) -> tuple[str, tuple[str, ...]]:
    """`quantile(0.9)` is ("quantile", ("0.9",)); `sum` is ("sum", ())."""
    word, _, rest = text.strip().partition("(")
    arguments = rest.rstrip().removesuffix(")")
    return word.strip(), tuple(a.strip() for a in arguments.split(",")) if rest else ()


def present(events: Events) -> list[Any]:
    """The non-NULL values."""
    return [event.value for event in events if event.value is not None]


def fractions(events: Events) -> list[Fraction]:
    return [Fraction(value) for value in present(events)]


def count(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    return len(present(events))


def count_rows(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    return len(events)


def count_distinct(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    return len(set(present(events)))


def sum_(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    values = present(events)
    if not values:
        return None
    total = sum(map(Fraction, values), Fraction(0))
    if isinstance(values[0], int):
        return fits_int64(int(total))
    if isinstance(values[0], Decimal):
        return Context(prec=100).divide(Decimal(total.numerator), Decimal(total.denominator))
    return float(total)


def mean(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    values = fractions(events)
    return float(sum(values) / len(values)) if values else None


def minimum(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    return min(present(events), default=None)


def maximum(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    return max(present(events), default=None)


def squares_about_mean(values: list[Fraction]) -> Fraction:
    """The sum of squared distances from the mean: two passes, no cancellation."""
    centre = sum(values, Fraction(0)) / len(values)
    return sum(((value - centre) ** 2 for value in values), Fraction(0))


def variance(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    values = fractions(events)
    return float(squares_about_mean(values) / (len(values) - 1)) if len(values) > 1 else None


def variance_pop(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    values = fractions(events)
    return float(squares_about_mean(values) / len(values)) if values else None


def root(value: Any) -> Value:
    return None if value is None else math.sqrt(value)


def stddev(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    return root(variance(events, arguments, as_of))


def stddev_pop(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    return root(variance_pop(events, arguments, as_of))


def quantile(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    """Linear interpolation between the two values around position p * (n - 1), from 0."""
    (p,) = map(Fraction, arguments)
    values = sorted(fractions(events))
    if not 0 <= p <= 1:
        raise ValueError(f"{p} is outside 0 to 1")
    if not values:
        return None
    position = p * (len(values) - 1)
    below = math.floor(position)
    above = math.ceil(position)
    return float(values[below] + (values[above] - values[below]) * (position - below))


def median(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    return quantile(events, ("0.5",), as_of)


def mode(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    counts = Counter(present(events))
    if not counts:
        return None
    smallest: Value = min(v for v, n in counts.items() if n == max(counts.values()))
    return smallest


def value_at(extreme: Callable[..., Any], places: list[tuple[Any, Any]]) -> Value:
    """Of (place, value) pairs, the greatest value at the extreme place."""
    if not places:
        return None
    best = extreme(place for place, _ in places)
    value: Value = max(value for place, value in places if place == best)
    return value


def timed(events: Events) -> list[tuple[datetime, Any]]:
    """(instant, value) of the events that have both."""
    pairs = [(instant_of(event.time), event.value) for event in events]
    return [(time, value) for time, value in pairs if time is not None and value is not None]


def placed(events: Events) -> list[tuple[Any, Any]]:
    """(by, value) of the events that have both."""
    return [(e.by, e.value) for e in events if e.by is not None and e.value is not None]


def first(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    return value_at(min, timed(events))


def last(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    return value_at(max, timed(events))


def arg_min(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    return value_at(min, placed(events))


def arg_max(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    return value_at(max, placed(events))


def any_true(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    values = present(events)
    return any(values) if values else None


def all_true(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    values = present(events)
    return all(values) if values else None


def entropy(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    """Minus the sum of share * ln(share) over the frequencies of values, in nats."""
    counts = Counter(present(events))
    total = sum(counts.values())
    if not counts:
        return None
    return abs(math.fsum(-n / total * math.log(n / total) for n in counts.values()))


def days_since_last(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    return min(_ages(events, as_of), default=None)


def days_since_first(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    return max(_ages(events, as_of), default=None)


def _ages(events: Events, as_of: Value) -> list[int]:
    if events and day_of(as_of) is None:
        raise ValueError("days since an event need an as-of")
    ages = [days_between(as_of, event.time) for event in events]
    return [age for age in ages if age is not None]


def slope(events: Events, arguments: tuple[str, ...], as_of: Value) -> Value:
    """The least-squares change of the value per day of 24 hours."""
    day = timedelta(days=1) // timedelta(microseconds=1)
    points = [
        (Fraction((time - EPOCH) // timedelta(microseconds=1), day), Fraction(value))
        for time, value in timed(events)
    ]
    if len({x for x, _ in points}) < 2:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    together = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return float(together / sum((x - mean_x) ** 2 for x, _ in points))


def _same(type_: str) -> str:
    return type_


def _sum_type(type_: str) -> str:
    if base(type_) == "decimal":
        return "decimal(38," + type_.split(",")[1].strip(" )") + ")"
    return type_


def _always(type_: str) -> Callable[[str], str]:
    return lambda _: type_


AGGREGATIONS: dict[str, Aggregation] = {
    "count": Aggregation(count, ORDERED, _always("int64")),
    "count_rows": Aggregation(count_rows, (), _always("int64")),
    "count_distinct": Aggregation(count_distinct, ORDERED, _always("int64")),
    "sum": Aggregation(sum_, NUMBERS, _sum_type),
    "mean": Aggregation(mean, NUMBERS, _always("double")),
    "min": Aggregation(minimum, ORDERED, _same),
    "max": Aggregation(maximum, ORDERED, _same),
    "stddev": Aggregation(stddev, NUMBERS, _always("double")),
    "stddev_pop": Aggregation(stddev_pop, NUMBERS, _always("double")),
    "variance": Aggregation(variance, NUMBERS, _always("double")),
    "variance_pop": Aggregation(variance_pop, NUMBERS, _always("double")),
    "median": Aggregation(median, NUMBERS, _always("double")),
    "quantile": Aggregation(quantile, NUMBERS, _always("double")),
    "mode": Aggregation(mode, ORDERED, _same),
    "first": Aggregation(first, ORDERED, _same),
    "last": Aggregation(last, ORDERED, _same),
    "arg_max": Aggregation(arg_max, ORDERED, _same),
    "arg_min": Aggregation(arg_min, ORDERED, _same),
    "any_true": Aggregation(any_true, ("boolean",), _always("boolean")),
    "all_true": Aggregation(all_true, ("boolean",), _always("boolean")),
    "entropy": Aggregation(entropy, ORDERED, _always("double")),
    "days_since_last": Aggregation(days_since_last, (), _always("int64")),
    "days_since_first": Aggregation(days_since_first, (), _always("int64")),
    "slope": Aggregation(slope, NUMBERS, _always("double")),
}
AGGREGATIONS["avg"] = AGGREGATIONS["mean"]
AGGREGATIONS["std"] = AGGREGATIONS["stddev"]
