"""What engines say differently without a word, and the case that would find it.

A trap has pieces of users' SQL, over the table of `user_sql.py`, that must give DuckDB's rows or
be refused; or it names specs of `handmade.py`, cases of `tests/cases/sql` or drawn tests. A test
holds that what is named is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Trap:
    """`wrong` is what some engine does where it is not known. `held_by` are names of cells."""

    construct: str
    wrong: str
    held_by: tuple[str, ...] = ()
    sql: Mapping[str, str] = field(default_factory=dict)


TRAPS = (
    Trap(
        "FILTER",
        "is not there, or gives 0 or NaN for no rows",
        ("no row counts", "user_sql_aggregates"),
        {
            "FILTER of no rows": (
                "SUM(i) FILTER (WHERE i > 9999999999999999) AS none, COUNT(*) FILTER (WHERE gift)"
                " AS n, AVG(d) FILTER (WHERE FALSE) AS mean, MAX(s) FILTER (WHERE s = '?') AS most"
            ),
        },
    ),
    Trap(
        "days between two times",
        "counts spans of 24 hours",
        ("the ends of days", "days before 1970"),
        {"DATE_DIFF of days": "DATE_DIFF('day', one_day, CAST(at AS DATE)) AS n"},
    ),
    Trap(
        "date + INTERVAL",
        "is a timestamp or a date",
        (),
        {"a date and an interval": "one_day + INTERVAL 3 DAY AS later, one_day + 3 AS day_later"},
    ),
    Trap(
        "date - date",
        "is an interval or 0",
        (),
        {"a date less a date": "one_day - DATE '2026-01-01' AS n, one_day - one_day AS nothing"},
    ),
    Trap(
        "ASOF JOIN",
        "is printed in DuckDB's form for every engine, and chooses among ties as it likes",
        ("ties by the greatest", "ties by a column", "drawn ties", "drawn training_set"),
        {
            "ASOF JOIN": (
                "b.i FROM input_0 AS a ASOF JOIN input_0 AS b ON a.s = b.s AND a.row_id >= b.row_id"
            ),
            "ASOF JOIN with USING": (
                "b.i FROM input_0 AS a ASOF JOIN input_0 AS b USING (s, row_id)"
            ),
        },
    ),
    Trap(
        "ttl and knowledge time",
        "a second inequality that an ASOF join does not take: the newest row hides the known one",
        ("rows that are not known yet", "ttl and knowledge time", "ttl alone", "a delay"),
    ),
    Trap(
        "RANGE over INTERVAL",
        "is an error",
        ("the edges of windows", "windows without their end", "drawn edges of windows"),
        {
            "RANGE over an interval": (
                "SUM(i) OVER (PARTITION BY s ORDER BY at RANGE BETWEEN INTERVAL 7 DAY PRECEDING"
                " AND CURRENT ROW) AS total"
            ),
            "RANGE over numbers": (
                "COUNT(*) OVER (ORDER BY row_id RANGE BETWEEN 3 PRECEDING AND CURRENT ROW) AS n"
            ),
        },
    ),
    Trap(
        "QUALIFY",
        "its subquery shows one column more, or it is not there",
        ("QUALIFY of all columns", "QUALIFY by an alias in order"),
    ),
    Trap(
        "NULLs in an order",
        "come first or last",
        ("NULLs in an order", "NULLs in a window", "ties by the greatest"),
        {
            "NULLs first": "RANK() OVER (ORDER BY i NULLS FIRST, row_id) AS place",
            "NULLs last": "RANK() OVER (ORDER BY i DESC NULLS LAST, row_id) AS place",
        },
    ),
    Trap(
        "stddev of one row",
        "is NaN or 0",
        ("a single row", "a great mean of small differences"),
        {"STDDEV of one row": "row_id, STDDEV(d) AS spread FROM input_0 GROUP BY row_id"},
    ),
    Trap(
        "CORR of one value",
        "is NaN",
        (),
        {"CORR of one value": "CORR(d, 1.0) AS none, CORR(d, i) AS some"},
    ),
    Trap(
        "median, quantile",
        "are about right, without a word, or not there",
        ("aggregations_of_doubles", "drawn second_order_aggregation"),
        {
            "MEDIAN": "s, MEDIAN(d) AS middle, MEDIAN(i) AS middle_i FROM input_0 GROUP BY s",
            "QUANTILE_CONT": "s, QUANTILE_CONT(d, 0.3) AS q FROM input_0 GROUP BY s",
        },
    ),
    Trap(
        "mode, arg_max, first, last",
        "are not there, or take any of the tied rows; IGNORE NULLS goes lost",
        ("ties of the mode", "aggregations_of_strings", "drawn training_set"),
        {
            "ARG_MAX": "ARG_MAX(row_id, i * 100 + row_id) AS of_greatest FROM input_0",
            "IGNORE NULLS": "LAST_VALUE(i IGNORE NULLS) OVER (ORDER BY row_id) AS latest",
            "ANY_VALUE": "i, ANY_VALUE(CASE WHEN i = 1 THEN 1 END) AS x FROM input_0 GROUP BY i",
        },
    ),
    Trap(
        "ratios",
        "lose digits of decimals, are whole numbers, or are inf, an error or NULL by 0",
        ("ratios of integers", "ratios of decimals"),
        {
            "decimals by integers": "m / 3 AS third, m / NULLIF(i, 0) AS by_i",
            "integers by integers": "i / 3 AS third, 1 / 3 AS plain, i / 0 AS by_zero",
        },
    ),
    Trap(
        "SUM of int64",
        "wraps around",
        (
            "a sum one too great",
            "a sum one too small",
            "a sum that would wrap around",
            "a sum that just fits",
            "a sum that fits in the end",
            "drawn sums that do not fit",
        ),
        {"SUM of great int64": "SUM(i * 400) AS total FROM input_0"},
    ),
    Trap(
        "booleans",
        "have no MAX, no COUNT_IF, no BOOL_OR",
        ("booleans", "aggregations_of_booleans"),
        {
            "BOOL_OR": "s, BOOL_OR(gift) AS some, BOOL_AND(gift) AS every FROM input_0 GROUP BY s",
            "COUNT_IF": "s, COUNT_IF(gift) AS n, COUNT_IF(i > 1) AS m FROM input_0 GROUP BY s",
        },
    ),
    Trap(
        "columns without NULL",
        "an empty sum is 0, an empty maximum '' or 1970, LAG and LEFT JOIN give 0",
        ("no row counts", "an empty table", "all values are NULL", "windows without events"),
        {
            "LAG of the first row": (
                "LAG(i) OVER (ORDER BY row_id) AS i_before,"
                " LEAD(s) OVER (ORDER BY row_id) AS s_after"
            ),
            "LEFT JOIN without a match": (
                "b.i, b.s, b.one_day FROM input_0 AS a LEFT JOIN input_0 AS b"
                " ON a.row_id = b.row_id + 50"
            ),
            "an aggregate of no rows": (
                "SUM(i) AS total, MAX(s) AS most, COUNT(*) AS n, AVG(d) AS mean FROM input_0"
                " WHERE row_id < 0"
            ),
        },
    ),
    Trap(
        "an alias named like a column",
        "is read in the column's place",
        ("an alias hides no column", "names_mixed_case"),
        {
            "an alias hides a column": "i + 1 AS i, i * 2 AS twice FROM input_0 WHERE i > 1",
            "GROUP BY of an alias that is a column": (
                "UPPER(s) AS s, COUNT(*) AS n FROM input_0 GROUP BY s"
            ),
        },
    ),
    Trap(
        "SEMI and ANTI JOIN",
        "are taken for an alias: an inner join",
        (),
        {
            "SEMI JOIN": "a.i FROM input_0 AS a SEMI JOIN input_0 AS b ON a.i = b.i + 1",
            "ANTI JOIN": "a.i FROM input_0 AS a ANTI JOIN input_0 AS b ON a.i = b.i + 1",
            "EXISTS": (
                "a.i FROM input_0 AS a WHERE EXISTS"
                " (SELECT 1 FROM input_0 AS b WHERE a.i = b.i + 1)"
            ),
            "NOT EXISTS": (
                "a.i FROM input_0 AS a WHERE NOT EXISTS"
                " (SELECT 1 FROM input_0 AS b WHERE a.i = b.i + 1)"
            ),
        },
    ),
    Trap(
        "DATE beside TIMESTAMP",
        "compares as text, follows the zone of the session, or is cut to 1970 and later",
        ("the ends of days", "days before 1900", "days after 2149", "drawn training_set"),
        {
            "a date beside a timestamp": "one_day = at AS same, one_day < at AS early",
            "dates far away": (
                "CAST('1850-02-28' AS DATE) AS early, CAST('2200-03-01' AS DATE) - one_day AS n,"
                " one_day > DATE '1899-12-31' AS late"
            ),
        },
    ),
    Trap(
        "casts",
        "TRY_CAST is an error where it should be NULL; CAST(2.5 AS INT) is 2 or 3",
        ("doubles as integers", "doubles as decimals", "drawn text that is no date"),
        {
            "TRY_CAST": "TRY_CAST(s AS BIGINT) AS number",
            "halves as integers": "CAST(2.5 AS INT) AS two_or_three, CAST(d AS INT) AS whole",
        },
    ),
    Trap(
        "day of week, start of week",
        "count from Sunday or Monday, from 0 or 1",
        ("parts of times",),
        {
            "day of week": "DATE_PART('dow', one_day) AS dow, DATE_PART('isodow', one_day) AS iso",
            "start of week": "DATE_TRUNC('week', one_day) AS week",
        },
    ),
    Trap(
        "identifiers",
        "are folded down or up, or compared without case",
        ("long and mixed-case names", "reserved words for names", "unicode names", "names_unicode"),
        {"names in many cases": 'i AS "Total", d AS "totals", MIXED AS "mIxEd x"'},
    ),
    Trap(
        "EXCLUDE, REPLACE, GROUP BY ALL",
        "are printed as they are",
        (),
        {
            "EXCLUDE": "* EXCLUDE (row_id, at) FROM input_0",
            "REPLACE": "* REPLACE (i + 1 AS i) FROM input_0",
            "GROUP BY ALL": "s, gift, COUNT(*) AS n FROM input_0 GROUP BY ALL",
        },
    ),
    Trap(
        "structs",
        "are errors, or lose names or NULLs",
        (),
        {"a part of a struct": "{'a': i, 'b': s}.a AS a"},
    ),
    Trap(
        "CREATE OR REPLACE, MERGE",
        "are not there",
        ("every statement is a query",),
    ),
    Trap(
        "sqlglot's optimizer",
        "makes 0.3 of 0.1 + 0.2, and drops casts",
        ("an exponent",),
        {
            "0.1 + 0.2": "CAST(0.1 AS DOUBLE) + CAST(0.2 AS DOUBLE) AS x, 0.1 + 0.2 AS y",
            "a cast that matters": "CAST(CAST(at AS DATE) AS TIMESTAMP) AS midnight",
        },
    ),
    Trap(
        "sqlglot's types",
        "are wrong of SUM of int64, of date - date and of ratios of decimals",
        ("SUM of int64", "a date less a date"),
        {"types of expressions": "SUM(i) OVER () AS total, m / m AS one_m, m * m AS squared"},
    ),
)

PIECES = {name: piece for trap in TRAPS for name, piece in trap.sql.items()}
