"""The static rules of leakage, one form of SQL each: what is proven, what leaks, what is not known.

A case is the SQL of a transform over `events` (ts, day, loaded_at), `prices` (valid_from) and
`regions` (no time), joined by an event time to a spine with a TIMESTAMP as-of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from seeknal.compiler.findings import Finding
from tests.leakage import Joined, findings_by_case, projects

NO_TIME, AHEAD, OWN_DAY = "leak-no-time", "leak-reaches-ahead", "leak-own-day"
CLOCK, CLOCK_VALUE, UNPROVEN = "leak-clock-event-time", "leak-clock-value", "unproven-time"

PROVEN = {
    "rows as they are": "SELECT customer_id, ts, amount FROM source.events",
    "every column": "SELECT * FROM source.events",
    "a filter and an expression": "SELECT customer_id, ts, amount * 2 AS twice FROM source.events "
    "WHERE amount > 3",
    "a cast": "SELECT customer_id, CAST(ts AS TIMESTAMP) AS ts, amount FROM source.events",
    "a time moved on": "SELECT customer_id, ts + INTERVAL 1 HOUR AS ts, amount FROM source.events",
    "a day that is over": "SELECT customer_id, CAST(ts AS DATE) + 1 AS ts, SUM(amount) AS total "
    "FROM source.events GROUP BY ALL",
    "a group of one time": "SELECT customer_id, ts, SUM(amount) AS total FROM source.events "
    "GROUP BY customer_id, ts",
    "a running sum": "SELECT customer_id, ts, SUM(amount) OVER (PARTITION BY customer_id "
    "ORDER BY ts) AS total FROM source.events",
    "a named window": "SELECT customer_id, ts, SUM(amount) OVER w AS total FROM source.events "
    "WINDOW w AS (PARTITION BY customer_id ORDER BY ts)",
    "a frame of the past": "SELECT customer_id, ts, AVG(amount) OVER (PARTITION BY customer_id "
    "ORDER BY ts ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS total FROM source.events",
    "a descending frame of the past": "SELECT customer_id, ts, SUM(amount) OVER (ORDER BY ts DESC "
    "ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING) AS total FROM source.events",
    "the row before": "SELECT customer_id, ts, LAG(amount) OVER (PARTITION BY customer_id "
    "ORDER BY ts) AS last FROM source.events",
    "lead in descending order": "SELECT customer_id, ts, LEAD(amount) OVER (ORDER BY ts DESC) "
    "AS last FROM source.events",
    "a rank so far": "SELECT customer_id, ts, ROW_NUMBER() OVER (PARTITION BY customer_id "
    "ORDER BY ts) AS nth FROM source.events",
    "a window within one time": "SELECT customer_id, ts, SUM(amount) OVER (PARTITION BY ts) AS "
    "total FROM source.events",
    "the first row of each": "SELECT customer_id, ts, amount FROM source.events QUALIFY "
    "ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY ts) = 1",
    "distinct on the first": "SELECT DISTINCT ON (customer_id) customer_id, ts, amount FROM "
    "source.events ORDER BY customer_id, ts",
    "a column that leaks and is not taken": "SELECT customer_id, ts, amount FROM (SELECT *, "
    "LEAD(amount) OVER (ORDER BY ts) AS next FROM source.events)",
    "a join by an earlier time": "SELECT e.customer_id, e.ts, p.price FROM source.events AS e "
    "JOIN source.prices AS p ON p.region = e.region AND p.valid_from <= e.ts",
    "a left join by an earlier time": "SELECT e.customer_id, e.ts, p.price FROM source.events AS "
    "e LEFT JOIN source.prices AS p ON p.region = e.region AND e.ts >= p.valid_from",
    "a join by time in WHERE": "SELECT e.customer_id, e.ts, p.price FROM source.events AS e, "
    "source.prices AS p WHERE p.region = e.region AND p.valid_from < e.ts",
    "between": "SELECT e.customer_id, e.ts, p.price FROM source.events AS e JOIN source.prices AS "
    "p ON p.valid_from BETWEEN e.ts - INTERVAL 3 DAY AND e.ts",
    "asof": "SELECT e.customer_id, e.ts, p.price FROM source.events AS e ASOF JOIN source.prices "
    "AS p ON p.region = e.region AND e.ts >= p.valid_from",
    "a difference of days": "SELECT e.customer_id, e.day AS ts, o.amount FROM source.events AS e "
    "JOIN source.events AS o ON DATE_DIFF('day', o.day, e.day) BETWEEN 1 AND 7",
    "dates subtracted": "SELECT e.customer_id, e.day AS ts, o.amount FROM source.events AS e "
    "JOIN source.events AS o ON e.day - o.day >= 1",
    "equal times": "SELECT e.customer_id, e.ts, p.price FROM source.events AS e JOIN "
    "source.prices AS p ON p.valid_from = e.ts",
    "a time by USING": "SELECT customer_id, ts, o.amount FROM source.events AS e JOIN "
    "source.events AS o USING (customer_id, ts)",
    "the later of both": "SELECT e.customer_id, GREATEST(e.ts, p.valid_from) AS ts, p.price FROM "
    "source.events AS e JOIN source.prices AS p ON p.region = e.region",
    "through a third relation": "SELECT e.customer_id, e.ts, o.amount FROM source.events AS e "
    "JOIN source.prices AS p ON p.valid_from <= e.ts JOIN source.events AS o ON "
    "o.ts <= p.valid_from",
    "an hour of the same time": "WITH h AS (SELECT *, DATE_TRUNC('hour', ts) AS hour FROM "
    "source.events) SELECT h.customer_id, h.ts, p.price FROM h JOIN source.prices AS p ON "
    "p.valid_from <= h.hour",
    "a subquery of the past": "SELECT customer_id, ts, (SELECT MAX(p.price) FROM source.prices AS "
    "p WHERE p.valid_from <= e.ts) AS price FROM source.events AS e",
    "exists in the past": "SELECT customer_id, ts, amount FROM source.events AS e WHERE EXISTS "
    "(SELECT 1 FROM source.prices AS p WHERE p.region = e.region AND p.valid_from <= e.ts)",
    "a union": "SELECT customer_id, ts, amount FROM source.events UNION ALL SELECT 'a', "
    "valid_from, 1 FROM source.prices",
    "a time of several": "SELECT customer_id, COALESCE(loaded_at, ts) AS ts, amount FROM "
    "source.events",
    "a time that a row makes": "SELECT customer_id, ts + amount * INTERVAL 1 MINUTE AS ts, amount "
    "FROM source.events",
    "up to the clock": "SELECT customer_id, ts, amount FROM source.events WHERE ts <= now()",
    "an aggregate in order": "SELECT customer_id, ts, LIST(amount ORDER BY ts DESC) AS amounts "
    "FROM source.events GROUP BY ALL",
    "a right join": "SELECT o.customer_id, o.ts, e.amount FROM source.events AS e RIGHT JOIN "
    "source.events AS o ON e.ts <= o.ts",
    "a full join": "SELECT o.customer_id, o.ts, e.amount FROM source.events AS e FULL JOIN "
    "source.events AS o ON e.ts <= o.ts",
    "a semi join by time": "SELECT e.customer_id, e.ts, e.amount FROM source.events AS e SEMI JOIN "
    "source.prices AS p ON p.region = e.region AND p.valid_from <= e.ts",
    "a lateral subquery of the past": "SELECT e.customer_id, e.ts, l.price FROM source.events AS "
    "e, LATERAL (SELECT MAX(p.price) AS price FROM source.prices AS p WHERE p.valid_from <= e.ts) "
    "AS l",
    "an intersection": "SELECT customer_id, ts, amount FROM source.events INTERSECT SELECT "
    "customer_id, ts, 3 FROM source.events",
    "unnested rows": "SELECT e.customer_id, e.ts, u.n FROM source.events AS e, UNNEST([1, 2]) AS "
    "u(n)",
}

LEAKING = {
    "a clock": (CLOCK, "SELECT customer_id, now() AS ts, amount FROM source.events"),
    "a clock for NULL": (
        CLOCK,
        "SELECT customer_id, COALESCE(ts, CURRENT_TIMESTAMP) AS ts, amount FROM source.events",
    ),
    "a clock below a CTE": (
        CLOCK,
        "WITH n AS (SELECT *, today() AS d FROM source.events) SELECT customer_id, d AS ts, amount "
        "FROM n",
    ),
    "a clock in a value": (
        CLOCK_VALUE,
        "SELECT customer_id, ts, DATE_DIFF('day', ts, CURRENT_DATE) AS age FROM source.events",
    ),
    "rows kept by the clock": (
        CLOCK_VALUE,
        "SELECT customer_id, ts, amount FROM source.events WHERE ts > now() - INTERVAL 30 DAY",
    ),
    "a constant": (
        NO_TIME,
        "SELECT customer_id, TIMESTAMP '2020-01-01' AS ts, amount FROM source.events",
    ),
    "all time": (
        NO_TIME,
        "SELECT customer_id, MAX(ts) AS ts, SUM(amount) AS total FROM source.events GROUP BY 1",
    ),
    "all time in a CTE": (
        NO_TIME,
        "WITH t AS (SELECT customer_id, SUM(amount) AS total FROM source.events GROUP BY 1) "
        "SELECT e.customer_id, e.ts, t.total FROM source.events AS e JOIN t USING (customer_id)",
    ),
    "a window over all time": (
        NO_TIME,
        "SELECT customer_id, ts, SUM(amount) OVER (PARTITION BY customer_id) AS total FROM "
        "source.events",
    ),
    "a subquery over all time": (
        NO_TIME,
        "SELECT customer_id, ts, amount / (SELECT AVG(amount) FROM source.events) AS share FROM "
        "source.events",
    ),
    "the spine's date beside all rows": (
        NO_TIME,
        "SELECT s.customer_id, s.at AS ts, SUM(p.price) AS total FROM source.spine AS s JOIN "
        "source.prices AS p ON p.region = s.customer_id GROUP BY ALL",
    ),
    "a semi join": (
        NO_TIME,
        "SELECT e.customer_id, e.ts, e.amount FROM source.events AS e SEMI JOIN source.events AS o "
        "ON o.region = e.region",
    ),
    "rows that are in no list": (
        NO_TIME,
        "SELECT customer_id, ts, amount FROM source.events WHERE region NOT IN (SELECT region FROM "
        "source.events WHERE amount > 3)",
    ),
    "a lateral subquery over all time": (
        NO_TIME,
        "SELECT e.customer_id, e.ts, l.price FROM source.events AS e LEFT JOIN LATERAL (SELECT "
        "MAX(p.price) AS price FROM source.prices AS p) AS l ON TRUE",
    ),
    "all rows but totals": (
        NO_TIME,
        "SELECT customer_id, ts, amount FROM source.events EXCEPT SELECT customer_id, MAX(ts), "
        "SUM(amount) FROM source.events GROUP BY 1",
    ),
    "a last value of all": (
        AHEAD,
        "SELECT customer_id, ts, LAST_VALUE(amount) OVER (ORDER BY ts ROWS BETWEEN UNBOUNDED "
        "PRECEDING AND UNBOUNDED FOLLOWING) AS last FROM source.events",
    ),
    "a later time": (
        NO_TIME,
        "SELECT e.customer_id, e.ts, o.amount FROM source.events AS e JOIN source.events AS o "
        "ON o.customer_id = e.customer_id AND o.region >= e.region",
    ),
    "the next row": (
        AHEAD,
        "SELECT customer_id, ts, LEAD(amount) OVER (PARTITION BY customer_id ORDER BY ts) AS next "
        "FROM source.events",
    ),
    "a frame of the future": (
        AHEAD,
        "SELECT customer_id, ts, SUM(amount) OVER (ORDER BY ts ROWS BETWEEN CURRENT ROW AND 1 "
        "FOLLOWING) AS total FROM source.events",
    ),
    "a descending sum": (
        AHEAD,
        "SELECT customer_id, ts, SUM(amount) OVER (ORDER BY ts DESC) AS total FROM source.events",
    ),
    "a share of the partition": (
        AHEAD,
        "SELECT customer_id, ts, PERCENT_RANK() OVER (ORDER BY ts) AS share FROM source.events",
    ),
    "the last row of each": (
        AHEAD,
        "SELECT customer_id, ts, amount FROM source.events QUALIFY ROW_NUMBER() OVER (PARTITION BY "
        "customer_id ORDER BY ts DESC) = 1",
    ),
    "distinct on the last": (
        AHEAD,
        "SELECT DISTINCT ON (customer_id) customer_id, ts, amount FROM source.events "
        "ORDER BY ts DESC",
    ),
    "an hour ahead": (
        AHEAD,
        "SELECT customer_id, ts, SUM(amount) OVER (ORDER BY ts RANGE BETWEEN CURRENT ROW AND "
        "INTERVAL 1 HOUR FOLLOWING) AS total FROM source.events",
    ),
    "a time moved back": (
        AHEAD,
        "SELECT customer_id, ts - INTERVAL 2 HOUR AS ts, amount FROM source.events",
    ),
    "a day cut off": (
        OWN_DAY,
        "SELECT customer_id, CAST(ts AS DATE) AS ts, amount FROM source.events",
    ),
    "a day aggregated": (
        OWN_DAY,
        "SELECT customer_id, DATE_TRUNC('day', ts) AS ts, SUM(amount) AS total FROM source.events "
        "GROUP BY ALL",
    ),
    "dates aggregated": (
        OWN_DAY,
        "SELECT customer_id, day AS ts, SUM(amount) AS total FROM source.events GROUP BY 1, 2",
    ),
    "the last time of a day": (
        OWN_DAY,
        "SELECT customer_id, MAX(ts) AS ts, SUM(amount) AS total FROM source.events "
        "GROUP BY customer_id, CAST(ts AS DATE)",
    ),
    "a month": (
        OWN_DAY,
        "SELECT customer_id, DATE_TRUNC('month', ts) AS ts, SUM(amount) AS total FROM "
        "source.events GROUP BY ALL",
    ),
    "prices of the same day": (
        AHEAD,
        "SELECT e.customer_id, e.ts, p.price FROM source.events AS e JOIN source.prices AS p ON "
        "CAST(p.valid_from AS DATE) = CAST(e.ts AS DATE)",
    ),
    "a window by day": (
        OWN_DAY,
        "SELECT customer_id, ts, SUM(amount) OVER (ORDER BY CAST(ts AS DATE)) AS total FROM "
        "source.events",
    ),
}

NOT_KNOWN = {
    "a relation without a time": "SELECT e.customer_id, e.ts, r.country FROM source.events AS e "
    "JOIN source.regions AS r USING (region)",
    "a window by another column": "SELECT customer_id, ts, SUM(amount) OVER (ORDER BY amount) AS "
    "total FROM source.events",
    "a window by another time": "SELECT customer_id, ts, SUM(amount) OVER (ORDER BY loaded_at) AS "
    "total FROM source.events",
    "the next price": "SELECT e.customer_id, e.ts, p.price FROM source.events AS e ASOF JOIN "
    "source.prices AS p ON p.region = e.region AND e.ts <= p.valid_from",
    "an anti join": "SELECT e.customer_id, e.ts, e.amount FROM source.events AS e ANTI JOIN "
    "source.prices AS p ON p.region = e.region",
    "either condition": "SELECT e.customer_id, e.ts, o.amount FROM source.events AS e, "
    "source.events AS o WHERE o.ts <= e.ts OR o.amount > 3",
    "columns by a pattern": "SELECT COLUMNS('customer_id|ts|amount') FROM source.events",
    "a limit": "SELECT customer_id, ts, amount FROM source.events LIMIT 5",
    "a condition in a value": "SELECT s.customer_id, s.at AS ts, SUM(CASE WHEN e.ts <= s.at THEN "
    "e.amount END) AS total FROM source.spine AS s LEFT JOIN source.events AS e "
    "USING (customer_id) GROUP BY ALL",
    "a recursive query": "WITH RECURSIVE r AS (SELECT customer_id, ts, amount FROM source.events "
    "UNION ALL SELECT customer_id, ts, amount + 1 FROM r WHERE amount < 0) SELECT * FROM r",
    "a function of a time": "SELECT customer_id, to_timestamp(epoch(ts)) AS ts, amount FROM "
    "source.events",
    "the least of two": "SELECT customer_id, LEAST(ts, loaded_at) AS ts, amount FROM source.events",
    "the later of both over an outer join": "SELECT e.customer_id, GREATEST(e.ts, p.valid_from) "
    "AS ts, p.price FROM source.events AS e LEFT JOIN source.prices AS p USING (region)",
    "one of two relations' times": "SELECT e.customer_id, COALESCE(p.valid_from, e.ts) AS ts, "
    "o.amount FROM source.events AS e LEFT JOIN source.prices AS p USING (region) JOIN "
    "source.events AS o ON o.ts <= e.ts",
    "a condition that keeps all rows of a left side": "SELECT e.customer_id, e.ts, o.amount FROM "
    "source.events AS e JOIN source.events AS o USING (customer_id) LEFT JOIN source.prices AS p "
    "ON o.ts <= e.ts AND p.valid_from <= e.ts",
    "an aggregate beside another time": "SELECT customer_id, loaded_at, MAX(ts) AS ts, "
    "SUM(amount) AS total FROM source.events GROUP BY customer_id, loaded_at",
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Finding]]:
    """What is said of every case; each is a transform and a training set of one project."""
    cases = {**PROVEN, **{name: sql for name, (_, sql) in LEAKING.items()}, **NOT_KNOWN}
    joined = {slug(name): Joined(sql=sql) for name, sql in cases.items()}
    assert len(joined) == len(cases)
    return findings_by_case(projects(tmp_path_factory.mktemp("rules"), joined))


def slug(name: str) -> str:
    return re.sub(r"\W+", "_", name)


@pytest.mark.parametrize("case", PROVEN)
def test_what_is_proven_has_no_finding(case: str, said: Mapping[str, list[Finding]]) -> None:
    assert [finding.message for finding in said[slug(case)]] == []


@pytest.mark.parametrize("case", LEAKING)
def test_what_leaks_has_its_code(case: str, said: Mapping[str, list[Finding]]) -> None:
    assert {finding.code for finding in said[slug(case)]} == {LEAKING[case][0]}


@pytest.mark.parametrize("case", NOT_KNOWN)
def test_what_is_not_known_is_not_called_a_leak(
    case: str, said: Mapping[str, list[Finding]]
) -> None:
    assert {finding.code for finding in said[slug(case)]} == {UNPROVEN}
