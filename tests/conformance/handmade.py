"""Specs with rows made by hand, each about one thing that engines do differently."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.naive import Table
from tests.naive.tables import INT64_MAX, INT64_MIN
from tests.strategies import Case
from tests.strategies.time import Spec, TimeCase, parquet

AS_OF = date(2026, 1, 31)
NOON = datetime(2026, 1, 31, 12)
US = timedelta(microseconds=1)
DAY = timedelta(days=1)
LONG = "the_amount_that_the_Customer_has_spent_in_the_shop_at_the_corner_of_the_street_in_the_town"

NUMBERS = ("sum", "mean", "min", "max", "stddev", "variance", "stddev_pop", "variance_pop")
MORE = ("median", "quantile(0.25)", "mode", "first", "last", "slope", "entropy")
ROWS = ("count", "count_rows", "count_distinct", "days_since_last", "days_since_first")


def days(
    values: Mapping[str, str],
    rows: Sequence[Sequence[Any]],
    features: Spec,
    *,
    at: str = "date",
    key: str = "string",
    names: tuple[str, str, str] = ("id", "at", "as_of"),
) -> Case:
    """A second-order aggregation over rows of key, event time, application date and values."""
    keys = zip(names, (key, at, "date"), strict=True)
    table = Table((*keys, *values.items()), [tuple(row) for row in rows])
    spec = {
        "kind": "second_order_aggregation",
        "name": "result",
        "source": "source.events",
        "id_col": names[0],
        "feature_date_col": names[1],
        "application_date_col": names[2],
        "features": features,
    }
    return Case(spec, {"events": parquet("events", table)})


def each(column: str, words: Sequence[str], window: tuple[int, int] = (0, 9)) -> Spec:
    """One feature with all these aggregations, over all rows and over a window."""
    return {
        "all": {"source_feature": column, "basic": [*words]},
        "recent": {"source_feature": column, "basic": [*words], "window": [*window]},
    }


def one_column(type_: str, values: Sequence[Any], words: Sequence[str], **more: Any) -> Case:
    """Rows of one id, a day apart, of one column."""
    rows = [("a", AS_OF - n * DAY, AS_OF, value) for n, value in enumerate(values)]
    return days({"value": type_}, rows, each("value", words), **more)


def first_order(features: Sequence[Spec], rows: Sequence[Sequence[Any]], **columns: str) -> Case:
    """An aggregation over rows of id, event time, application date and values."""
    keys = (("id", "string"), ("at", "date"), ("as_of", "date"))
    table = Table((*keys, *columns.items()), [tuple(row) for row in rows])
    spec = {
        "kind": "aggregation",
        "name": "result",
        "source": "source.events",
        "id_col": "id",
        "feature_date_col": "at",
        "application_date_col": "as_of",
        "features": [*features],
    }
    return Case(spec, {"events": parquet("events", table)})


def training(
    events: Table, asked: Table, joins: Sequence[Spec], features: Spec | None = None, **more: Any
) -> TimeCase:
    """A training set over the table `events`, and over the group `spend` where it has features."""
    keys = [name for name, _ in asked.columns if name != "as_of"]
    group = {
        "kind": "feature_group",
        "name": "spend",
        "entity": {"name": "thing", "join_keys": keys},
        "inputs": [{"ref": "source.events"}],
        "event_time": "at",
        "features": features,
        **more,
    }
    spec = {
        "kind": "training_set",
        "name": "result",
        "spine": {"ref": "source.labels", "as_of": "as_of"},
        "joins": [*joins],
    }
    return TimeCase(
        spec,
        {"feature_group.spend": group} if features else {},
        {"events": parquet("events", events), "labels": parquet("labels", asked)},
        NOON,
    )


def versions(rows: Sequence[Sequence[Any]], **join: Any) -> TimeCase:
    """The latest of rows of id, event time, knowledge time, version and text."""
    columns = (("id", "string"), ("at", "timestamp"), ("known", "timestamp"))
    table = Table((*columns, ("version", "int64"), ("tier", "string")), [tuple(r) for r in rows])
    asked = Table(
        (("id", "string"), ("as_of", "timestamp")),
        [
            ("a", NOON),
            ("a", NOON + US),
            ("a", NOON - US),
            ("a", NOON + DAY),
            ("b", NOON),
            (None, NOON),
            ("a", None),
            ("a", NOON),
        ],
    )
    latest = {"ref": "source.events", "on": ["id"], "event_time": "at", **join}
    return training(table, asked, [latest])


def windows(features: Spec, at: Sequence[datetime], **more: Any) -> TimeCase:
    """Windows at noon and a microsecond to either side, over events of 1, 2, 4, 8, ..."""
    columns = (("id", "string"), ("at", "timestamp"), ("n", "int64"))
    events = Table(columns, [("a", moment, 2**place) for place, moment in enumerate(at)])
    asked = Table(
        (("id", "string"), ("as_of", "timestamp")),
        [("a", NOON), ("a", NOON + US), ("a", NOON - US), ("b", NOON)],
    )
    return training(events, asked, [{"ref": "feature_group.spend"}], features, **more)


def _features_called_like_columns() -> TimeCase:
    """Aggregations that need columns prepared, of features called so that these have names."""
    columns = (("id", "string"), ("at", "timestamp"), ("n", "int64"))
    events = Table(columns, [("a", NOON - k * DAY, 2**k) for k in (1, 2, 5)])
    asked = Table((("id", "string"), ("as_of", "date")), [("a", AS_OF), ("b", AS_OF)])
    entry = {"column": "n", "window": "3d"}
    features = {
        name: {"agg": word, **entry}
        for name, word in (("as_of", "first"), ("at", "last"), ("other", "mode"))
    }
    return training(events, asked, [{"ref": "feature_group.spend", "prefix": "f_"}], features)


def _none_counts() -> Case:
    rows = [("a", AS_OF - 20 * DAY, AS_OF, 1, True, "x"), ("b", AS_OF + DAY, AS_OF, 2, False, "y")]
    rows += [("c", None, AS_OF, 3, True, "z"), ("d", AS_OF, AS_OF, None, None, None)]
    return days(
        {"n": "int64", "gift": "boolean", "word": "string"},
        rows,
        {
            **each("n", (*NUMBERS, *MORE, *ROWS)),
            "gifts": {
                "source_feature": "gift",
                "basic": ["any_true", "all_true"],
                "window": [0, 9],
            },
            "words": {"source_feature": "word", "basic": ["min", "mode", "last"], "window": [0, 9]},
            "share": {
                "source_feature": "n",
                "ratio": {"numerator": [0, 3], "denominator": [4, 9], "aggs": ["sum", "count"]},
            },
        },
    )


def _sums(values: Sequence[int]) -> Case:
    return one_column("int64", values, ("sum", "count", "max"))


def _after_great_ones() -> TimeCase:
    """What leaves a window leaves no trace: doubles that are taken away again lose digits."""
    columns = (("id", "string"), ("at", "timestamp"), ("x", "double"))
    values = [1e17, 1.0, 3.0, 7.0]
    events = Table(columns, [("a", NOON - (3 - n) * DAY, x) for n, x in enumerate(values)])
    asked = Table((("id", "string"), ("as_of", "timestamp")), [("a", NOON), ("a", NOON - DAY)])
    words = ("sum", "mean", "stddev", "variance_pop", "min")
    features = {word: {"agg": word, "column": "x", "window": "2d"} for word in words}
    return training(events, asked, [{"ref": "feature_group.spend"}], features)


def _pairs() -> TimeCase:
    keys = (("a", "string"), ("b", "string"))
    events = Table(
        (*keys, ("at", "timestamp"), ("n", "int64")),
        [(*key, NOON - DAY, place) for place, key in enumerate([("1", "12"), ("11", "2")])],
    )
    pairs = [("1", "12"), ("11", "2"), ("111", "2"), ("", "112"), (None, "12"), ("1", None)]
    asked = Table((*keys, ("as_of", "timestamp")), [(*pair, NOON) for pair in pairs])
    joins = [
        {"ref": "feature_group.spend"},
        {"ref": "source.events", "on": ["a", "b"], "event_time": "at", "prefix": "last_"},
    ]
    return training(events, asked, joins, {"total": {"agg": "sum", "column": "n", "window": "7d"}})


def _names(id_: str, at: str, as_of: str, value: str) -> Case:
    rows = [("a", AS_OF - n * DAY, AS_OF, n) for n in range(4)]
    found = days(
        {value: "int64"}, rows, each(value, ("sum", "max", "last")), names=(id_, at, as_of)
    )
    return found


def _days_of(at: str, moments: Sequence[Any], as_of: date) -> Case:
    rows = [("a", moment, as_of, place) for place, moment in enumerate(moments)]
    words = ("sum", "count", "first", "last", "days_since_last", "days_since_first", "min", "max")
    return days({"n": "int64"}, rows, each("n", words, (1, 2)), at=at)


_TEXTS = ["a", "B", "A", "b", "ä", "Z", "z", "é", "e\u0301", "ß", "ss", "日本", "\U0001f600"]
_TEXTS += ["", " a", "_", "1", "12", "2", "\uff5a", "\ufffd"]
_EDGES = [NOON, NOON + US, NOON - US, NOON - DAY, NOON - DAY + US, NOON - DAY - US]
_SPANS: Spec = {
    "sum_1d": {"agg": "sum", "column": "n", "window": "1d"},
    "sum_1us": {"agg": "sum", "column": "n", "window": "1us"},
    "max_1d": {"agg": "max", "column": "n", "window": "1d"},
    "last_1d": {"agg": "last", "column": "n", "window": "1d"},
    "before": {"agg": "sum", "column": "n", "window": "1d", "offset": "1us"},
    "ever": {"agg": "count_rows", "window": "lifetime"},
    "today": {"agg": "sum", "column": "n", "window": {"calendar": "day"}},
}
_VERSIONS = [
    ("a", NOON - DAY, NOON - DAY, 1, "old"),
    ("a", NOON, NOON + DAY, 2, "not known yet"),
    ("a", NOON, NOON, 1, "same time"),
    ("a", NOON, NOON, 1, "Same time"),
    ("a", NOON, None, 9, "never known"),
    ("a", None, NOON, 9, "never"),
    (None, NOON, NOON, 9, "of nobody"),
]

DAYS: Mapping[str, Callable[[], Case]] = {
    "no row counts": _none_counts,
    "an empty table": lambda: days({"n": "int64"}, [], each("n", (*NUMBERS, *MORE, *ROWS))),
    "an empty table of a first-order aggregation": lambda: first_order(
        [{"name": "n", "basic": ["sum", "count", "max"]}], [], n="int64"
    ),
    "a single row": lambda: one_column("double", [1.5], (*NUMBERS, *MORE, *ROWS)),
    "all values are one": lambda: one_column("double", [0.1] * 5, (*NUMBERS, *MORE, *ROWS)),
    "all values are NULL": lambda: one_column("double", [None] * 3, (*NUMBERS, *MORE, *ROWS)),
    "NaN at the source": lambda: one_column(
        "double", [math.nan, 2.0, None, 1.0, math.nan], (*NUMBERS, *MORE, *ROWS)
    ),
    "a great mean of small differences": lambda: one_column(
        "double", [1e6 + 1, 1e6 + 2, 1e6 + 4], ("stddev", "variance", "stddev_pop", "mean")
    ),
    "a sum that just fits": lambda: _sums([INT64_MAX - 1, 1]),
    "a sum that just fits below": lambda: _sums([INT64_MIN + 1, -1]),
    "a sum that fits in the end": lambda: _sums([INT64_MAX, INT64_MAX, -INT64_MAX, -1]),
    "a sum one too great": lambda: _sums([INT64_MAX, 1]),
    "a sum one too small": lambda: _sums([INT64_MIN, -1]),
    "a sum that would wrap around": lambda: _sums([INT64_MAX, INT64_MAX, 2, 3]),
    "integers beyond the digits of doubles": lambda: one_column(
        "int64", [2**53 + 1, 2**53, INT64_MAX], ("min", "max", "mode", "first", "last", "mean")
    ),
    "decimals": lambda: one_column(
        "decimal(18,4)",
        [Decimal("0.1000"), Decimal("0.2000"), Decimal("-99999999999999.9999"), None],
        (*NUMBERS, *MORE, *ROWS),
    ),
    "long decimals": lambda: one_column(
        "decimal(38,10)",
        [Decimal("1234567890123456789012345678.0000000001"), Decimal("1E-10")],
        ("sum", "min", "max", "count", "last"),
    ),
    "ratios of integers": lambda: days(
        {"n": "int64"},
        [
            ("a", AS_OF, AS_OF, 1),
            ("a", AS_OF - 5 * DAY, AS_OF, 3),
            ("b", AS_OF, AS_OF, 1),
            ("c", AS_OF, AS_OF, 2),
            ("c", AS_OF - 5 * DAY, AS_OF, 0),
        ],
        {
            "share": {
                "source_feature": "n",
                "ratio": {"numerator": [0, 3], "denominator": [4, 9], "aggs": ["sum", "count"]},
            }
        },
    ),
    "ratios of decimals": lambda: days(
        {"n": "decimal(10,2)"},
        [("a", AS_OF, AS_OF, Decimal("1.00")), ("a", AS_OF - 5 * DAY, AS_OF, Decimal("3.00"))],
        {
            "share": {
                "source_feature": "n",
                "ratio": {"numerator": [0, 3], "denominator": [4, 9], "aggs": ["sum", "mean"]},
            }
        },
    ),
    "booleans": lambda: one_column(
        "boolean",
        [True, None, False, True],
        ("any_true", "all_true", "max", "min", "mode", "first"),
    ),
    "order of texts": lambda: one_column(
        "string", _TEXTS, ("min", "max", "mode", "count_distinct")
    ),
    "ties of the mode": lambda: one_column(
        "string", ["b", "B", "ä", "a", None], ("mode", "entropy")
    ),
    "the ends of days": lambda: _days_of(
        "timestamp",
        [
            datetime(2026, 1, 30, 23, 59, 59, 999999),
            datetime(2026, 1, 30),
            datetime(2026, 1, 31),
            datetime(2026, 1, 31, 0, 0, 0, 1),
            datetime(2026, 1, 31, 23, 59, 59, 999999),
            datetime(2026, 2, 1),
        ],
        AS_OF,
    ),
    "days before 1970": lambda: _days_of(
        "timestamp",
        [datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(1970, 1, 1), datetime(1969, 12, 30)],
        date(1970, 1, 1),
    ),
    "days before 1900": lambda: _days_of(
        "date", [date(1899, 12, 31), date(1900, 1, 1), date(1850, 2, 28)], date(1900, 1, 1)
    ),
    "days after 2149": lambda: _days_of(
        "date", [date(2200, 2, 28), date(2200, 3, 1), date(2149, 6, 7)], date(2200, 3, 1)
    ),
    "long and mixed-case names": lambda: _names("Id", "AT", "As_Of", LONG),
    "reserved words for names": lambda: _names("select", "from", "order", "group"),
    "unicode names": lambda: _names("id", "at", "as_of", "日付 Größe"),
    "first-order aggregation with groups": lambda: first_order(
        [
            {
                "name": "n",
                "basic": ["sum", "count", "mean", "stddev"],
                "rolling": [{"window": [2], "aggs": ["sum", "max"]}],
            }
        ],
        [("a", AS_OF - n * DAY, AS_OF, n) for n in range(4)]
        + [("b", AS_OF + DAY, AS_OF, 1), (None, AS_OF, AS_OF, 2), ("c", None, AS_OF, 3)],
        n="int64",
    ),
}

TIMES: Mapping[str, Callable[[], TimeCase]] = {
    "features called like columns": _features_called_like_columns,
    "keys of two parts": _pairs,
    "small doubles after great ones": _after_great_ones,
    "the edges of windows": lambda: windows(_SPANS, _EDGES),
    "windows without their end": lambda: windows(_SPANS, _EDGES, as_of="exclusive"),
    "windows without events": lambda: windows(_SPANS, []),
    "ties by the greatest": lambda: versions(_VERSIONS, features=["version", "tier"]),
    "ties by a column": lambda: versions(
        _VERSIONS, features=["tier"], tie_break=["version asc", "tier asc"]
    ),
    "rows that are not known yet": lambda: versions(
        _VERSIONS, features=["version", "tier"], knowledge_time="known"
    ),
    "ttl and knowledge time": lambda: versions(
        _VERSIONS, features=["version", "tier"], knowledge_time="known", ttl="1d"
    ),
    "ttl alone": lambda: versions(_VERSIONS, features=["tier"], ttl="1us"),
    "a delay": lambda: versions(_VERSIONS, features=["tier"], delay="1us"),
    "no version": lambda: versions([], features=["tier", "version"]),
}
