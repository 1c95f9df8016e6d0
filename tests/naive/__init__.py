"""The oracle: what a spec means, in plain Python loops over rows.

It shares nothing with the compiler: no import from it, no SQL, no engine. It reads a spec as the
dict that its YAML would be and tables as lists of tuples, and it computes with exact fractions.
Slow and obvious on purpose. SEMANTICS is the contract; where it leaves room, the reading taken
here is listed, so that another reading is one change in one place:

* The key of an aggregation is every column that names its output row: id, date and `group_by`.
  A row with a NULL in any of them is dropped. A second-order aggregation with one row per id
  has the id alone for its key: a row with a NULL application date stays and never counts.
* A first-order group has an output row even if none of its rows has d >= 0.
* An application date is a calendar day: two instants of one day are one application date, and
  the output's date column is a DATE.
* `first`, `last` and `slope` use the event's own instant, not its day.
* `_count_if` counts the column's non-NULL values where the condition is true, as `count` does.
* `first`, `arg_max` and their kind skip rows whose value, time or `by` is NULL.
* With several columns in `source_feature`, aggregations are the outer loop, columns the inner.
* Where spec and relation spell a column differently, keys keep the relation's spelling and the
  names of features the spec's.
"""

from tests.naive.aggregations import AGGREGATIONS, Aggregation, Event, parse_aggregation
from tests.naive.days import AmbiguousAsOf, dropped_rows, first_order, second_order
from tests.naive.names import first_order_names, second_order_names
from tests.naive.sources import read_source
from tests.naive.tables import BadDate, Overflow, Table, Value, day_of, instant_of

__all__ = [
    "AGGREGATIONS",
    "Aggregation",
    "AmbiguousAsOf",
    "BadDate",
    "Event",
    "Overflow",
    "Table",
    "Value",
    "day_of",
    "dropped_rows",
    "first_order",
    "first_order_names",
    "instant_of",
    "parse_aggregation",
    "read_source",
    "second_order",
    "second_order_names",
]
