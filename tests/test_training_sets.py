"""Training sets written in a test: times in zones, many events, nodes of every kind, whole runs."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from seeknal.cli import main
from seeknal.compiler.build import CompileFailed, Options, compile_project
from seeknal.compiler.lower import as_of
from tests.compare import assert_same_rows
from tests.conformance.running import make
from tests.conformance.time import SHAPES, check, compiled, make_sources
from tests.engines import duckdb
from tests.engines.duckdb import DuckDB
from tests.handmade import query
from tests.harness import RUN_DATE
from tests.naive import Table
from tests.strategies.files import write_parquet, write_spec
from tests.strategies.time import Spec, TimeCase, parquet, shaped

BERLIN = ZoneInfo("Europe/Berlin")
US = timedelta(microseconds=1)
Run = Callable[..., str]


@pytest.fixture
def duck() -> Iterator[DuckDB]:
    with closing(duckdb.open_engine()) as engine:
        yield engine


@pytest.fixture
def run_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `seeknal run` in the test's folder and returns what it prints."""
    monkeypatch.chdir(tmp_path)

    def run_project(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, ["run", *arguments], catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.output

    return run_project


def published(root: Path, relation: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The columns and rows of a node's result."""
    path = root / "target" / "intermediate" / f"{relation}.parquet"
    columns = [name for name, *_ in query(f"DESCRIBE SELECT * FROM '{path}'")]
    return columns, query(f"SELECT * FROM '{path}'")


def group(features: Spec, **more: Any) -> Spec:
    return {
        "kind": "feature_group",
        "name": "spend",
        "entity": {"name": "thing", "join_keys": ["id"]},
        "inputs": [{"ref": "source.events"}],
        "event_time": "at",
        "features": features,
        **more,
    }


def training(*joins: Spec, **more: Any) -> Spec:
    return {
        "kind": "training_set",
        "name": "result",
        "spine": {"ref": "source.labels", "as_of": "as_of"},
        "joins": list(joins),
        **more,
    }


# -- zones -----------------------------------------------------------------------------------

# Clocks in Berlin go from 02:00 to 03:00 on 30 March 2025 and from 03:00 back to 02:00 on
# 26 October: 01:00 UTC both times. On that night 02:30 is there twice.
SPRING = datetime(2025, 3, 30, 1)
AUTUMN = datetime(2025, 10, 26, 1)


def local(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=BERLIN, fold=fold)  # type: ignore[arg-type,misc]


ZONED_EVENTS = [
    local(2025, 3, 29, 2, 30),
    local(2025, 3, 30, 1, 59, 59, 999999),
    local(2025, 3, 30, 3),
    local(2025, 3, 30, 3, 30),
    local(2025, 10, 25, 2, 30),
    local(2025, 10, 26, 2, 30),
    local(2025, 10, 26, 2, 30, fold=1),
    local(2025, 10, 26, 3),
]
ZONED_AS_OFS = [
    local(2025, 3, 30, 3),
    local(2025, 3, 30, 3, 30),
    local(2025, 3, 30, 2, 30),  # not there on that day: what Python takes it for, 01:30 UTC
    local(2025, 3, 31, 2, 30),
    local(2025, 10, 26, 2, 30),
    local(2025, 10, 26, 2, 30, fold=1),
    local(2025, 10, 26, 3),
]
# By hand, over instants: events in the last hour, in the last 24 hours, on the UTC day before,
# and the number of the latest event not older than an hour.
ZONED_ROWS = [
    (datetime(2025, 3, 30, 1), 2, 3, 1, 2),
    (datetime(2025, 3, 30, 1, 30), 3, 3, 1, 3),
    (datetime(2025, 3, 30, 1, 30), 3, 3, 1, 3),
    (datetime(2025, 3, 31, 0, 30), 0, 3, 3, None),
    (datetime(2025, 10, 26, 0, 30), 1, 1, 1, 5),
    (datetime(2025, 10, 26, 1, 30), 1, 2, 1, 6),
    (datetime(2025, 10, 26, 2), 2, 3, 1, 7),
]
ZONED_COLUMNS = ["id", "as_of", "n_1h", "n_1d", "day", "number"]


def zoned_project(root: Path, form: str) -> None:
    """Events and as-ofs of a zone, in parquet, in csv with offsets, or in csv as declared text."""
    type_ = "string" if form == "text" else "timestamptz" if form == "parquet" else "timestamp"
    rows = {
        "events": [("a", at, number) for number, at in enumerate(ZONED_EVENTS)],
        "labels": [("a", at) for at in ZONED_AS_OFS],
    }
    names = {"events": ["id", "at", "number"], "labels": ["id", "as_of"]}
    types = {"id": "string", "at": type_, "as_of": type_, "number": "int64"}
    for name, columns in names.items():
        path = root / "data" / f"{name}.{'parquet' if form == 'parquet' else 'csv'}"
        path.parent.mkdir(exist_ok=True)
        if form == "parquet":
            zone = pa.timestamp("us", tz="Europe/Berlin")
            arrow = {"id": pa.string(), "at": zone, "as_of": zone, "number": pa.int64()}
            arrays = [
                pa.array([row[i] for row in rows[name]], arrow[column])
                for i, column in enumerate(columns)
            ]
            pq.write_table(pa.table(arrays, names=columns), path)
        else:
            lines = [",".join(columns)]
            lines += [",".join(str(cell) for cell in row) for row in rows[name]]
            path.write_text("\n".join(lines) + "\n")
        write_spec(
            root,
            {
                "kind": "source",
                "name": name,
                "source": path.suffix[1:],
                "table": f"data/{path.name}",
                "schema": [{"name": c, "data_type": types[c]} for c in columns],
            },
        )
    features = {
        "n": {"agg": "count_rows", "windows": ["1h", "1d"]},
        "day": {"agg": "count_rows", "window": {"calendar": "day"}},
    }
    write_spec(root, group(features))
    latest = {
        "ref": "source.events",
        "on": ["id"],
        "event_time": "at",
        "ttl": "1h",
        "features": ["number"],
    }
    write_spec(root, training({"ref": "feature_group.spend"}, latest))


def as_instants(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows without their key, text of an as-of as the instant that it says."""

    def instant(value: Any) -> datetime:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
        utc = found.astimezone(ZoneInfo("UTC")) if found.tzinfo else found
        return utc.replace(tzinfo=None)

    return sorted(((instant(as_of), *rest) for _, as_of, *rest in rows), key=str)


@pytest.mark.parametrize("form", ["parquet", "csv", "text"])
def test_as_ofs_inside_a_change_of_clocks(form: str, tmp_path: Path, run_project: Run) -> None:
    zoned_project(tmp_path, form)
    run_project("--as-of", "2025-10-26T01:30:00")
    columns, rows = published(tmp_path, "training_set_result")
    assert columns == ZONED_COLUMNS
    assert as_instants(rows) == sorted(ZONED_ROWS, key=str)
    # The group by itself, as of the second 02:30 of that night.
    _, rows = published(tmp_path, "feature_group_spend")
    assert rows == [("a", datetime(2025, 10, 26, 1, 30), 1, 2, 1)]


def test_the_zone_of_the_machine_says_nothing(tmp_path: Path) -> None:
    zoned_project(tmp_path, "parquet")
    subprocess.run(
        [sys.executable, "-m", "seeknal.cli", "run"],
        cwd=tmp_path,
        env={**os.environ, "TZ": "Europe/Berlin"},
        check=True,
        capture_output=True,
    )
    _, rows = published(tmp_path, "training_set_result")
    assert as_instants(rows) == sorted(ZONED_ROWS, key=str)


# -- many events of one entity ---------------------------------------------------------------

MANY = 100_000


def test_one_entity_with_100_000_events(tmp_path: Path, duck: DuckDB) -> None:
    start = datetime(2026, 1, 1)
    # Every tenth event is at the time of the one before it.
    times = [start + timedelta(seconds=i - (i % 10 == 9)) for i in range(MANY)]
    amounts = [i * 7919 % 1009 - 500 for i in range(MANY)]
    asked = [start + timedelta(seconds=MANY * i // 12) for i in range(-1, 14)]
    asked += [start + timedelta(hours=1), start + timedelta(hours=1) - US, times[-1], times[9]]
    running = [0]
    for amount in amounts:
        running.append(running[-1] + amount)

    def window(low: int, high: int) -> tuple[Any, ...]:
        found = amounts[low:high]
        total = running[high] - running[low] if found else None
        mean = total / len(found) if total is not None else None
        return total, len(found), min(found, default=None), max(found, default=None), mean

    def row(at: datetime) -> tuple[Any, ...]:
        until = bisect_right(times, at)
        midnight = datetime(at.year, at.month, at.day)
        day = bisect_left(times, midnight - timedelta(days=1)), bisect_left(times, midnight)
        hour = window(bisect_right(times, at - timedelta(hours=1)), until)
        moved = bisect_right(times, at - timedelta(hours=1, seconds=2))
        before = window(moved, bisect_right(times, at - timedelta(seconds=2)))
        tied = [amounts[i] for i in range(max(until - 2, 0), until) if times[i] == times[until - 1]]
        ever = window(0, until)
        return (
            "k",
            at,
            *hour,
            ever[0],
            ever[1],
            before[0],
            window(*day)[0],
            max(tied, default=None),
        )

    events = Table(
        (("id", "string"), ("at", "timestamp"), ("amount", "int64")),
        [("k", at, amount) for at, amount in zip(times, amounts, strict=True)],
    )
    labels = Table((("id", "string"), ("as_of", "timestamp")), [("k", at) for at in asked])
    names = ["sum", "count_rows", "min", "max", "mean"]
    features: Spec = {
        f"{name}_1h": {"agg": name, "column": "amount", "window": "1h"} for name in names
    }
    features["ever"] = {"agg": "sum", "column": "amount", "window": "lifetime"}
    features["events"] = {"agg": "count_rows", "window": "lifetime"}
    features["moved"] = {"agg": "sum", "column": "amount", "window": "1h", "offset": "2s"}
    day = {"day": {"agg": "sum", "column": "amount", "window": {"calendar": "day"}}}
    case = TimeCase(
        training(
            {"ref": "feature_group.spend"},
            {"ref": "feature_group.days"},
            {"ref": "source.events", "on": ["id"], "event_time": "at"},
        ),
        {
            "feature_group.spend": group(features),
            "feature_group.days": {**group(day), "name": "days"},
        },
        {"events": parquet("events", events), "labels": parquet("labels", labels)},
        asked[5],
    )
    again = [shaped(case, f"shape_{i}", *shape) for i, shape in enumerate(SHAPES)]
    compilation, _ = compiled(case, tmp_path, again)
    types = [("id", "string"), ("as_of", "timestamp"), *[(n, "int64") for n in features]]
    types[6] = ("mean_1h", "double")
    types += [("day", "int64"), ("amount", "int64")]
    expected = Table(tuple(types), [row(at) for at in asked])
    make_sources(case, compilation, tmp_path, duck)
    for artifact in compilation.artifacts.values():
        if artifact.kind == "training_set":
            result = make(duck, artifact)
            assert_same_rows(expected, result.columns, result.rows)


# -- shapes ----------------------------------------------------------------------------------

NUMBERS = Table(
    (
        ("id", "string"),
        ("at", "timestamp"),
        ("known", "timestamp"),
        ("n", "int64"),
        ("x", "double"),
    ),
    [],
)
ASKED = Table((("id", "string"), ("as_of", "timestamp")), [])
TAKEN_BY_EVERY_TIMELINE = {
    "agg": "sum",
    "column": "n",
    "windows": ["1d", "7d"],
}


def taken(
    features: Spec, root: Path, join: Spec | None = None, more: Spec | None = None, **options: Any
) -> set[str]:
    """The shapes that a join of a group of `features` (and `more`), or `join`, may have."""
    case = TimeCase(
        training(join or {"ref": "feature_group.spend"}),
        {"feature_group.spend": group(features, **(more or {}))} if features else {},
        {"events": parquet("events", NUMBERS), "labels": parquet("labels", ASKED)},
        datetime(2026, 1, 1),
    )
    position = 1 if features else 0
    again = [shaped(case, shape[position], *shape) for shape in SHAPES]
    _, refused = compiled(case, root, again, **options)
    assert all(one.finding.message and one.finding.help for one in refused)
    return {spec["name"] for spec in again} - {one.training for one in refused}


@pytest.mark.parametrize(
    ("features", "shapes"),
    [
        (TAKEN_BY_EVERY_TIMELINE, {"range_join", "range_frame", "running_sum"}),
        (
            {"agg": "max", "column": "x", "window": "1d"},
            {"range_join", "range_frame", "running_sum"},
        ),
        ({"agg": "count_rows", "window": {"calendar": "day"}}, {"range_join", "daily"}),
        ({"agg": "median", "column": "n", "window": "1d"}, {"range_join"}),
    ],
    ids=lambda value: None if isinstance(value, set) else value["agg"],
)
def test_shapes_of_windows(features: Spec, shapes: set[str], tmp_path: Path) -> None:
    assert taken({"f": features}, tmp_path) == shapes


@pytest.mark.parametrize(
    ("word", "shapes"),
    [("sum", {"range_join", "running_sum"}), ("max", {"range_join"})],
)
def test_shapes_of_windows_over_what_becomes_known(
    word: str, shapes: set[str], tmp_path: Path
) -> None:
    feature = {"agg": word, "column": "n", "window": "1d"}
    assert taken({"f": feature}, tmp_path, more={"knowledge_time": "known"}) == shapes


@pytest.mark.parametrize("as_of", ["inclusive", "exclusive"])
def test_sums_of_events_that_become_known_later(as_of: str, tmp_path: Path, duck: DuckDB) -> None:
    start, hour, us = datetime(2026, 1, 1), timedelta(hours=1), timedelta(microseconds=1)
    # Known at once, within a window, a microsecond to either side of its length, after it, never.
    delays = [0 * us, hour, 2 * hour - us, 2 * hour, 2 * hour + us, 5 * hour, None, -hour]
    rows = [
        ("a", start + n * 20 * us, None if late is None else start + n * 20 * us + late, 2**n)
        for n, late in enumerate(delays)
    ]
    columns = (("id", "string"), ("at", "timestamp"), ("known", "timestamp"), ("n", "int64"))
    edges = sorted({known + back for _, _, known, _ in rows if known for back in (-us, 0 * us, us)})
    edges += [
        at + back + off
        for _, at, _, _ in rows
        for back in (2 * hour, 3 * hour)
        for off in (-us, 0 * us, us)
    ]
    features = {
        "total": {"agg": "sum", "column": "n", "windows": ["2h", "1d"]},
        "before": {"agg": "count", "column": "n", "window": "2h", "offset": "1h"},
        "ever": {"agg": "mean", "column": "n", "window": "lifetime"},
        "large": {"agg": "count_rows", "where": "n > 3", "window": "2h"},
    }
    case = TimeCase(
        training({"ref": "feature_group.spend"}),
        {"feature_group.spend": group(features, knowledge_time="known", as_of=as_of)},
        {
            "events": parquet("events", Table(columns, rows)),
            "labels": parquet("labels", Table(ASKED.columns, [("a", at) for at in edges])),
        },
        start + 2 * hour,
        predicates={"n > 3": lambda row: row["n"] > 3},
    )
    check(case, tmp_path, duck, SHAPES)


def test_a_run_chooses_the_shape_of_windows_by_counted_rows(tmp_path: Path) -> None:
    features = {"f": {"agg": "sum", "column": "n", "windows": ["1d", "7d"]}}
    for more, copies in (({}, 1), ({"knowledge_time": "known"}, 3)):
        case = TimeCase(
            training({"ref": "feature_group.spend"}),
            {"feature_group.spend": group(features, **more)},
            {"events": parquet("events", NUMBERS), "labels": parquet("labels", ASKED)},
            datetime(2026, 1, 1),
        )
        compilation, _ = compiled(case, tmp_path)
        timeline = 1000 * copies + 100
        for pairs, shape in ((6 * timeline, "range_join"), (6 * timeline + 1, "running_sum")):
            rows = {"pairs": pairs, "events": 1000, "asked": 100, "span": 0}
            adapted = compilation.adapted("training_set.result", lambda sql, rows=rows: rows)
            assert adapted is not None
            assert [why.split()[1] for rule, why in adapted.choices if rule == "window_shape"] == [
                f"{shape},"
            ]


def test_shapes_of_the_latest_row(tmp_path: Path) -> None:
    join = {"ref": "source.events", "on": ["id"], "event_time": "at"}
    everything = {"asof", "lead_interval", "union", "range_join"}
    assert taken({}, tmp_path, join) == everything
    assert taken({}, tmp_path, join, dialect="postgres") == everything - {"asof"}
    assert taken({}, tmp_path, {**join, "knowledge_time": "known"}) == {"range_join"}


@pytest.mark.parametrize("ties", [{"unique": True}, {"tie_break": ["x desc"]}])
def test_the_only_part_brings_the_columns_of_the_spine(
    ties: Spec, tmp_path: Path, duck: DuckDB
) -> None:
    start, hour = datetime(2026, 1, 1), timedelta(hours=1)
    rows = [(key, start + n * hour, None, n, n / 2) for key in "ab" for n in range(0, 12, 5)]
    columns = (("id", "string"), ("as_of", "timestamp"), ("N", "int64"))
    # Rows twice, without a key, without a time, before all events, at the end of the ttl.
    asked = [
        (key, at, number)
        for number, at in enumerate([start - hour, start, start + 3 * hour, start + 13 * hour])
        for key in ("a", "a", "c", None)
    ]
    join = {"ref": "source.events", "on": ["id"], "event_time": "at", **ties}
    if "tie_break" in ties:
        rows += [(key, at, None, n + 1, -x) for key, at, _, n, x in rows]
    join |= {"delay": "1h", "ttl": "2h", "features": ["n", "at"], "prefix": "e_"}
    case = TimeCase(
        training(join),
        {},
        {
            "events": parquet("events", Table(NUMBERS.columns, rows)),
            "labels": parquet("labels", Table(columns, [*asked, ("a", None, 9)])),
        },
        start,
    )
    compilation, _ = compiled(case, tmp_path)
    adapted = compilation.adapted("training_set.result", lambda sql: {})
    assert adapted is not None
    assert "carry_spine" in dict(adapted.choices)
    assert ("ROW_NUMBER" in adapted.sql) is ("tie_break" in ties)
    check(case, tmp_path, duck, SHAPES)


# -- keys ------------------------------------------------------------------------------------


def test_two_columns_of_the_spine_that_one_column_equals(tmp_path: Path, duck: DuckDB) -> None:
    at = datetime(2026, 1, 1)
    events = Table(
        (("id", "string"), ("at", "timestamp"), ("n", "int64")), [("a", at, 1), ("b", at, 2)]
    )
    columns = (("buyer", "string"), ("seller", "string"), ("as_of", "timestamp"))
    pairs = [("a", "a", at), ("a", "b", at), ("b", "a", at), ("b", "b", at)]
    pairs += [(None, "a", at), ("a", None, at)]
    on = {"buyer": "id", "seller": "id"}
    features = {"total": {"agg": "sum", "column": "n", "window": "1d"}}
    case = TimeCase(
        training(
            {"ref": "feature_group.spend", "on": on},
            {"ref": "source.events", "on": on, "event_time": "at"},
        ),
        {"feature_group.spend": {**group(features), "entity": {"name": "t", "join_keys": ["id"]}}},
        {"events": parquet("events", events), "labels": parquet("labels", Table(columns, pairs))},
        at,
    )
    expected = [(*pair, None, None) for pair in pairs]
    expected[0] = ("a", "a", at, 1, 1)
    expected[3] = ("b", "b", at, 2, 2)
    assert case.expected_set().rows == expected
    check(case, tmp_path, duck, SHAPES)


def test_a_key_that_is_the_time_of_the_row(tmp_path: Path, duck: DuckDB) -> None:
    days = [datetime(2026, 1, 1), datetime(2026, 1, 2), datetime(2026, 1, 3)]
    rows = [("a", days[0], 1), ("a", days[1], 2), ("b", days[1], 3)]
    events = Table((("id", "string"), ("at", "timestamp"), ("n", "int64")), rows)
    columns = (("id", "string"), ("day", "timestamp"), ("as_of", "timestamp"))
    asked = [("a", days[0], days[1]), ("a", days[1], days[0]), ("b", days[1], days[2])]
    asked += [("a", None, days[2])]
    join = {"ref": "source.events", "on": {"id": "id", "day": "at"}, "event_time": "at"}
    features = {"rows": {"agg": "count_rows", "window": "7d"}}
    entity = {"name": "thing_of_a_day", "join_keys": ["id", "at"]}
    case = TimeCase(
        training(
            {**join, "features": ["n", "at"]}, {"ref": "feature_group.spend", "on": join["on"]}
        ),
        {"feature_group.spend": {**group(features), "entity": entity}},
        {"events": parquet("events", events), "labels": parquet("labels", Table(columns, asked))},
        days[2],
    )
    # The second row is not there yet on the first day.
    added = [(1, days[0], 1), (None, None, 0), (3, days[1], 1), (None, None, None)]
    expected = [(*row, *more) for row, more in zip(asked, added, strict=True)]
    assert case.expected_set().rows == expected
    check(case, tmp_path, duck, SHAPES)


@pytest.mark.parametrize(
    ("join", "code", "said"),
    [
        ({"on": {"id": "event_time"}}, "unknown-column", "no column `event_time`"),
        ({"on": {"id": "rows"}}, "unknown-column", "no column `rows`"),
        ({"features": ["event_time"]}, "unknown-column", "no column `event_time`"),
        ({"features": ["id"]}, "unknown-column", "no column `id`"),
    ],
)
@pytest.mark.parametrize("kind", ["feature_group", "second_order_aggregation"])
def test_what_a_node_computed_as_of_a_row_can_be_joined_by(
    join: Spec, code: str, said: str, kind: str, tmp_path: Path
) -> None:
    days = {
        "kind": "second_order_aggregation",
        "name": "spend",
        "source": "source.events",
        "id_col": "id",
        "feature_date_col": "at",
        "application_date_col": "known",
        "grain": ["id", "known"],
        "features": {"n": {"basic": "count", "output_name": "rows"}},
    }
    node = group({"rows": {"agg": "count_rows", "window": "1d"}})
    nodes = {f"{kind}.spend": node if kind == "feature_group" else days}
    sources = {"events": parquet("events", NUMBERS), "labels": parquet("labels", ASKED)}
    case = TimeCase(training({"ref": f"{kind}.spend", **join}), nodes, sources, SPRING)
    case.write(tmp_path)
    with pytest.raises(CompileFailed) as failed:
        compile_project(tmp_path, Options(run_date=RUN_DATE))
    (finding,) = (found for found in failed.value.findings if found.severity == "error")
    assert finding.code == code
    assert said in finding.message


def test_a_second_order_aggregation_is_joined_by_one_column(tmp_path: Path) -> None:
    days = {
        "kind": "second_order_aggregation",
        "name": "spend",
        "source": "source.events",
        "id_col": "id",
        "feature_date_col": "at",
        "application_date_col": "known",
        "features": {"n": {"basic": "count"}},
    }
    columns = (("id", "string"), ("other", "string"), ("as_of", "timestamp"))
    join = {"ref": "second_order_aggregation.spend", "on": {"id": "id", "other": "id"}}
    sources = {
        "events": parquet("events", NUMBERS),
        "labels": parquet("labels", Table(columns, [])),
    }
    TimeCase(training(join), {join["ref"]: days}, sources, SPRING).write(tmp_path)
    with pytest.raises(CompileFailed) as failed:
        compile_project(tmp_path, Options(run_date=RUN_DATE))
    (finding,) = (found for found in failed.value.findings if found.severity == "error")
    assert finding.code == "duplicate-column"
    assert "for `id` and `other`" in finding.message


# -- whole runs ------------------------------------------------------------------------------


def drawn_project(root: Path, spine_rows: int, seed: int) -> TimeCase:
    """Thousands of rows over many keys, with ties, gaps and events that are known late."""
    chance = random.Random(seed)
    start = datetime(2026, 1, 1)

    def moment() -> datetime | None:
        if chance.random() < 0.02:
            return None
        return start + timedelta(hours=chance.randint(0, 24 * 40))

    def key() -> str | None:
        return None if chance.random() < 0.02 else f"k{chance.randint(0, 300)}"

    def late(at: datetime | None) -> datetime | None:
        return at and at + timedelta(hours=chance.choice([0, 0, 1, 30]))

    events = []
    for _ in range(4000):
        at = moment()
        events.append((key(), at, late(at), chance.randint(-99, 99)))
    labels = [(key(), moment(), i) for i in range(spine_rows)]
    columns = (("id", "string"), ("at", "timestamp"), ("known", "timestamp"), ("n", "int64"))
    features = {
        "total": {"agg": "sum", "column": "n", "windows": ["1d", "7d", "lifetime"]},
        "last": {"agg": "last", "column": "n", "window": "7d"},
    }
    latest = {"ref": "source.events", "on": ["id"], "event_time": "at"}
    case = TimeCase(
        training(
            {"ref": "feature_group.spend"},
            {**latest, "features": ["n", "known"], "prefix": "a_"},
            {**latest, "knowledge_time": "known", "ttl": "7d", "prefix": "b_"},
            {**latest, "delay": "1d", "tie_break": ["n asc"], "features": ["n"], "prefix": "c_"},
        ),
        {"feature_group.spend": group(features)},
        {
            "events": parquet("events", Table(columns, events)),
            "labels": parquet(
                "labels",
                Table((("id", "string"), ("as_of", "timestamp"), ("number", "int64")), labels),
            ),
        },
        start + timedelta(days=20),
    )
    case.write(root)
    case.write_data(root)
    return case


def test_a_run_keeps_every_spine_row(tmp_path: Path, run_project: Run) -> None:
    case = drawn_project(tmp_path, 3000, seed=1)
    run_project("--as-of", case.as_of.isoformat())
    assert_same_rows(case.expected_set(), *published(tmp_path, "training_set_result"))
    group = case.expected_group("feature_group.spend")
    assert_same_rows(group, *published(tmp_path, "feature_group_spend"))


def test_a_run_that_loses_a_spine_row_fails(
    tmp_path: Path, run_project: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn_project(tmp_path, 20, seed=2)
    whole = as_of.lower_join_back
    monkeypatch.setattr(
        as_of, "lower_join_back", lambda step, dialect: whole(step, dialect).limit(19)
    )
    output = run_project(code=1)
    assert "error[rows-not-kept]" in output
    assert "has 19 rows for 20 spine rows" in output
    assert not (tmp_path / "target" / "intermediate" / "training_set_result.parquet").exists()


def test_relations_of_every_kind_are_joined_by_their_latest_row(
    tmp_path: Path, run_project: Run
) -> None:
    """A transform, a feature group of SQL with its own keys and time, and daily aggregations."""
    day = datetime(2026, 1, 1)
    columns = (("id", "string"), ("at", "timestamp"), ("n", "int64"))
    rows = [
        ("a", day + timedelta(hours=1), 1),
        ("a", day + timedelta(hours=2), 2),
        ("a", day + timedelta(days=1, hours=1), 4),
        ("b", day + timedelta(days=1), 8),
    ]
    labels = [("a", day + timedelta(days=1)), ("b", day + timedelta(days=2)), ("c", day)]
    sources = {
        "events": parquet("events", Table(columns, rows)),
        "labels": parquet("labels", Table((("id", "string"), ("as_of", "timestamp")), labels)),
    }
    for source in sources.values():
        write_spec(tmp_path, source.spec)
        write_parquet(source.raw, tmp_path / source.spec["table"])
    inputs = [{"ref": "source.events"}]
    write_spec(
        tmp_path,
        {
            "kind": "transform",
            "name": "doubled",
            "inputs": inputs,
            "transform": "SELECT id AS who, at AS true_from, n * 2 AS twice FROM input_0",
        },
    )
    write_spec(
        tmp_path,
        {
            "kind": "feature_group",
            "name": "plain",
            "entity": {"name": "thing", "join_keys": ["id"]},
            "inputs": inputs,
            "materialization": {"event_time_col": "at"},
            "transform": "SELECT id, at, n AS plain_n FROM source",
        },
    )
    write_spec(
        tmp_path,
        {
            "kind": "aggregation",
            "name": "daily",
            "source": "source.events",
            "id_col": "id",
            "feature_date_col": "at",
            "features": [{"name": "n", "basic": ["sum", "count"]}],
        },
    )
    doubled = {"ref": "transform.doubled", "on": {"id": "who"}, "event_time": "true_from"}
    write_spec(
        tmp_path,
        training(
            {**doubled, "features": ["twice"]},
            {"ref": "feature_group.plain"},
            # A day is complete a day after its start.
            {"ref": "aggregation.daily", "delay": "1d"},
        ),
    )
    run_project()
    columns_found, found = published(tmp_path, "training_set_result")
    assert columns_found == ["id", "as_of", "twice", "plain_n", "n_sum", "n_count"]
    assert sorted(found) == [
        ("a", day + timedelta(days=1), 4, 2, 3, 2),
        ("b", day + timedelta(days=2), 16, 8, 8, 1),
        ("c", day, None, None, None, None),
    ]
