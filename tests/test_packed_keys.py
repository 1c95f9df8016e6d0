"""ASOF joins of a run over keys and times packed into integers: which rows are, and the rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from seeknal.compiler.plan import Ranges
from seeknal.compiler.rewrites.packed_keys import parts_of
from tests.conformance.time import SHAPES, check, compiled
from tests.engines import duckdb
from tests.engines.duckdb import DuckDB
from tests.naive import Table
from tests.strategies.time import Spec, TimeCase, parquet

START = datetime(2026, 1, 1)
HOUR = timedelta(hours=1)
YEAR = 365 * 24 * 3_600_000_000
INT64 = 2**63
Row = tuple[Any, ...]


@pytest.fixture
def duck() -> Iterator[DuckDB]:
    with closing(duckdb.open_engine()) as engine:
        yield engine


@pytest.mark.parametrize(
    ("keys", "times", "type"),
    [
        (((0, 99_999),), (0, YEAR), "UTINYINT"),
        (((-50, 49_949),), (-YEAR, 0), "UTINYINT"),
        (((0, 10**9),), (0, YEAR), "USMALLINT"),
        (((0, 10**13),), (0, YEAR), "UINTEGER"),
        (((0, 10**15),), (0, YEAR), "UINTEGER"),
        (((0, 10**16),), (0, YEAR), None),
        (((1, 1000), (1, 1000)), (0, YEAR), "UTINYINT"),
        (((1, 2**32), (1, 2**32)), (0, 0), None),
        (((-INT64, INT64 - 1),), (0, 0), None),
        (((-INT64, -INT64),), (0, YEAR), "UTINYINT"),
        (((0, 1),), (0, INT64 - 1), None),
        (((0, 0),), (-(INT64 - 1), 1 - INT64), None),
    ],
)
def test_the_fewest_parts_that_fit(
    keys: tuple[tuple[int, int], ...], times: tuple[int, int], type: str | None
) -> None:
    found = parts_of(Ranges(keys, times))
    assert (found and found[1]) == type


TIES: list[Spec] = [{"unique": True}, {"tie_break": ["x desc"]}]
MORE: list[Spec] = [{}, {"delay": "1h", "ttl": "2h"}, {"ttl": "1s"}]


@pytest.mark.parametrize("more", MORE)
@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize(
    "keys",
    [
        (-300, -49, -48, 202, 203),  # some share a part, some a number within their parts
        (7,),
        (0, 2**55),
        (-INT64, 5 - INT64),
        (INT64 - 3, INT64 - 1),
    ],
)
def test_one_key(
    keys: tuple[int, ...], ties: Spec, more: Spec, tmp_path: Path, duck: DuckDB
) -> None:
    events = [(key, START + n * HOUR, n, n / 2) for key in keys for n in (0, 5, 10)]
    if "tie_break" in ties:
        events += [(key, at, n + 1, -x) for key, at, n, x in events]
    events += [(None, START, 1, 1.0), (keys[0], None, 2, 2.0)]
    near = {key + step for key in keys for step in (-251, -1, 0, 1, 251)}
    asked = [key for key in {*near, 0, -INT64, INT64 - 1} if -INT64 <= key < INT64]
    held(("id",), [(key,) for key in asked], events, {**ties, **more}, tmp_path, duck)


@pytest.mark.parametrize("ties", TIES)
def test_two_keys(ties: Spec, tmp_path: Path, duck: DuckDB) -> None:
    pairs = [(a, b) for a in (-1, 0, 300) for b in (5, 6)]
    events = [(*pair, START + n * HOUR, n, n / 2) for pair in pairs for n in (0, 5)]
    asked = [(a, b) for a in (-2, -1, 0, 299, 300, None) for b in (4, 5, 6, 7, None)]
    held(("id", "shop"), asked, events, ties, tmp_path, duck)


@pytest.mark.parametrize("ties", TIES)
def test_days(ties: Spec, tmp_path: Path, duck: DuckDB) -> None:
    events = [(key, (START + n * 24 * HOUR).date(), n, n / 2) for key in (1, 2) for n in (0, 2)]
    held(("id",), [(1,), (2,), (3,)], events, ties, tmp_path, duck, time="date")


@pytest.mark.parametrize("ties", TIES)
def test_an_infinite_as_of_is_after_or_before_all_rows(
    ties: Spec, tmp_path: Path, duck: DuckDB
) -> None:
    events = [(1, START, 1, 1.0), (1, START + HOUR, 2, 2.0), (2, START, 3, 3.0)]
    sql = held(("id",), [(1,)], events, ties, tmp_path, duck)
    # Python has no infinite times, so neither has the oracle.
    sql = sql.replace("FROM source_labels", "FROM asked")
    ends = "(1, TIMESTAMP 'infinity'), (1, TIMESTAMP '-infinity'), (2, TIMESTAMP 'infinity')"
    asked = f"asked AS (SELECT * FROM (VALUES {ends}) AS v(id, as_of)),"
    found = duck.query(f"SELECT n FROM ({sql.replace('WITH', f'WITH {asked}', 1)})")
    assert sorted(found.rows, key=str) == [(2,), (3,), (None,)]


@pytest.mark.parametrize("events", [[], [(None, START, 1, 1.0)], [(1, None, 1, 1.0)]])
@pytest.mark.parametrize("ties", TIES)
def test_without_rows_nothing_is_packed(
    events: list[Row], ties: Spec, tmp_path: Path, duck: DuckDB
) -> None:
    held(("id",), [(1,), (None,)], events, ties, tmp_path, duck, packed=False)


@pytest.mark.parametrize(
    ("numbers", "type"),
    [
        ((-128, 127, None), "TINYINT"),
        ((-129, 0), "SMALLINT"),
        ((0, 128), "SMALLINT"),
        ((2**15, -(2**15)), "INT"),
        ((2**31 - 1, -(2**31)), "INT"),
        ((0, 2**31), None),
        ((-INT64, INT64 - 1, None), None),
        ((None, None), None),
    ],
)
@pytest.mark.parametrize("more", [{}, {"ttl": "2h"}, {"features": ["n", "id"], "prefix": "last_"}])
def test_integers_are_carried_in_the_shortest_type_that_holds_them(
    numbers: tuple[int | None, ...], type: str | None, more: Spec, tmp_path: Path, duck: DuckDB
) -> None:
    events = [(1, START + i * HOUR, number, 0.5) for i, number in enumerate(numbers)]
    asked: list[Row] = [(1,), (2,), (None,), (INT64 - 1,), (-INT64,)]
    sql = held(("id",), asked, events, {"unique": True, **more}, tmp_path, duck)
    rows = sql.partition("ASOF LEFT JOIN")[2].partition(" AS key_part")[0]
    found = re.search(r"CAST\(events_rows\.n AS (\w+)\)", rows)
    assert (found and found[1]) == type


def held(
    keys: tuple[str, ...],
    asked: list[Row],
    events: list[Row],
    more: Spec,
    root: Path,
    duck: DuckDB,
    *,
    time: str = "timestamp",
    packed: bool = True,
) -> str:
    """Hold a run's own statement to the oracle and return it.

    `packed`: the run packs keys and times.
    """
    named = tuple((key, "int64") for key in keys)
    times = [START - 400 * 24 * HOUR, START - timedelta(microseconds=1), START]
    times += [START + 5 * HOUR, START + 7 * HOUR, START + 400 * 24 * HOUR]
    # Every row twice: rows that are equal are rows of their own.
    rows = [(*key, at) for key in asked for at in (*times, None) for _ in range(2)]
    join = {"ref": "source.events", "on": list(keys), "event_time": "at", **more}
    spine = {"ref": "source.labels", "as_of": "as_of"}
    case = TimeCase(
        {"kind": "training_set", "name": "result", "spine": spine, "joins": [join]},
        {},
        {
            "events": parquet(
                "events", Table((*named, ("at", time), ("n", "int64"), ("x", "double")), events)
            ),
            "labels": parquet("labels", Table((*named, ("as_of", "timestamp")), rows)),
        },
        START,
    )
    check(case, root, duck, SHAPES[:1])
    compilation, _ = compiled(case, root)

    def count(sql: str) -> Mapping[str, object]:
        found = duck.query(sql)
        return dict(zip(found.columns, found.rows[0], strict=True))

    adapted = compilation.adapted("training_set.result", count)
    assert adapted is not None
    assert ("packed_keys" in dict(adapted.choices)) is packed
    return adapted.sql
