"""The flights example: what it shows, and its features beside SQL written by hand over the csv."""

from __future__ import annotations

import re
import runpy
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from seeknal.cli import main

EXAMPLE = Path(__file__).parents[1] / "examples" / "flights"

Query = Callable[[str], list[dict[str, Any]]]

AGGREGATIONS = {
    *("count", "count_rows", "count_distinct", "sum", "mean", "avg", "min", "max"),
    *("stddev", "std", "variance", "stddev_pop", "variance_pop", "median", "quantile"),
    *("mode", "first", "last", "arg_max", "arg_min", "any_true", "all_true", "entropy"),
    *("days_since_last", "days_since_first", "slope"),
    *("approx_count_distinct", "approx_quantile"),
}


def specs() -> Iterator[tuple[Path, dict[str, Any]]]:
    """The nodes of both examples; the project's own file and common entries have no kind."""
    for file in sorted(EXAMPLE.parent.glob("*/seeknal/**/*.yml")):
        spec = yaml.safe_load(file.read_text(encoding="utf-8"))
        if "kind" in spec:
            yield file, spec


def words(spec: object) -> Iterator[str]:
    """Every aggregation that a feature names, without its arguments."""
    if isinstance(spec, dict):
        for key, value in spec.items():
            if key in ("basic", "aggs", "functions"):
                yield from (word.split("(")[0] for word in value)
            else:
                yield from words(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from words(value)


def test_every_aggregation_is_shown() -> None:
    used = {word for _, spec in specs() for word in words(spec.get("features"))}
    assert used == AGGREGATIONS


def test_every_yaml_file_names_the_schema_of_its_kind() -> None:
    kinds = {file: spec["kind"] for file, spec in specs()}
    for file in sorted(EXAMPLE.parent.rglob("*.yml")):
        first = file.read_text(encoding="utf-8").partition("\n")[0]
        found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert found, f"{file}: {first}"
        schema = (file.parent / found[1]).resolve()
        assert schema.is_file(), f"{file}: {found[1]}"
        assert schema.stem == kinds.get(file, schema.stem), f"{file}: {found[1]}"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example after `seeknal run`, over the same data."""
    runpy.run_path(str(EXAMPLE / "fetch_data.py"))["fetch"]()
    copy = tmp_path_factory.mktemp("examples") / "flights"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("target", "data", "__pycache__"))
    (copy / "data").symlink_to(EXAMPLE / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copy)
        result = CliRunner().invoke(main, ["run"])
    assert result.exit_code == 0, result.output
    return copy


@pytest.fixture(scope="module")
def query(project: Path) -> Iterator[Query]:
    """Runs SQL over the csv files `f` and `w` and the outputs, by the relation's name."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name, file in (("f", "flights"), ("w", "weather")):
            csv = project / "data" / f"{file}.csv"
            connection.execute(
                f"CREATE TABLE {name} AS SELECT * FROM read_csv('{csv}', nullstr = 'NA')"
            ).fetchall()
        for parquet in (project / "target" / "intermediate").glob("*.parquet"):
            connection.execute(f"CREATE VIEW {parquet.stem} AS SELECT * FROM '{parquet}'")

        def rows(sql: str) -> list[dict[str, Any]]:
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

        yield rows


def test_the_outputs_have_their_rows(query: Query) -> None:
    def rows(relation: str) -> int:
        found: int = query(f"SELECT COUNT(*) AS n FROM {relation}")[0]["n"]
        return found

    assert rows("transform_flight_weather") == 336_776  # the weather join adds and loses nothing
    assert rows("second_order_aggregation_carrier_delays") == 16 * 12  # airlines x month ends
    assert rows("second_order_aggregation_airport_congestion") == 3 * 12
    assert rows("second_order_aggregation_destination_year") == 105  # destinations
    # 365 days x 3 airports, all of them with flights
    assert rows("aggregation_airport_day") == 3 * 365


def test_more_than_fifty_features(project: Path, query: Query) -> None:
    sql = """
        SELECT COUNT(*) AS features FROM (DESCRIBE SELECT * FROM {})
        WHERE column_name NOT IN ('carrier', 'tailnum', 'origin', 'dest', 'application_date')
    """
    outputs = (project / "target" / "intermediate").glob("second_order_aggregation_*.parquet")
    assert sum(query(sql.format(file.stem))[0]["features"] for file in outputs) > 50


def test_carrier_features_match_sql_by_hand(query: Query) -> None:
    """JetBlue on 30 June: the week is 24 to 30 June, the 28 days before it 27 May to 23 June."""
    [expected] = query(
        """
        WITH jetblue AS (
            SELECT MAKE_DATE(year, month, day) AS day, dep_time, arr_delay, dest, origin, time_hour,
                CASE WHEN arr_delay > 30 THEN 1.0 WHEN arr_delay IS NOT NULL THEN 0.0 END AS late
            FROM f
            WHERE carrier = 'B6' AND month <= 6
        ),
        cancellations AS (
            SELECT COUNT(*) AS cancelled, MAX(day) AS last_one FROM jetblue WHERE dep_time IS NULL
        ),
        rough AS (
            SELECT AVG(j.arr_delay) AS delay
            FROM jetblue AS j
            JOIN w ON w.origin = j.origin AND w.time_hour = j.time_hour
            WHERE w.wind_speed >= 20 OR w.visib < 3 OR w.precip > 0
        )
        SELECT
            (SELECT COUNT(*) FROM jetblue) AS scheduled_flights,
            (SELECT AVG(arr_delay) FROM jetblue) AS "arr_delay_MEAN",
            (SELECT AVG(arr_delay) FROM jetblue WHERE day >= '2013-06-24') AS arr_delay_mean_7d,
            (SELECT AVG(arr_delay) FROM jetblue WHERE day >= '2013-06-01') AS arr_delay_mean_30d,
            (SELECT QUANTILE_CONT(arr_delay, 0.9) FROM jetblue WHERE day >= '2013-06-01')
                AS arr_delay_p90_30d,
            (SELECT AVG(late) FROM jetblue WHERE day >= '2013-06-24')
                / (SELECT AVG(late) FROM jetblue WHERE day BETWEEN '2013-05-27' AND '2013-06-23')
                AS late_trend,
            (SELECT COUNT(*) FROM jetblue WHERE late = 1) AS "SINCE_COUNT_arr_delay_GEO_D",
            (SELECT cancelled FROM cancellations) AS cancelled_flights,
            (SELECT DATE_DIFF('day', last_one, DATE '2013-06-30') FROM cancellations)
                AS days_since_cancellation,
            (SELECT delay FROM rough) AS arr_delay_in_rough_weather,
            (SELECT dest FROM jetblue WHERE day >= '2013-06-01'
             GROUP BY dest ORDER BY COUNT(*) DESC, dest LIMIT 1) AS main_destination_30d
        """,
    )
    [found] = query(
        """
        SELECT * FROM second_order_aggregation_carrier_delays
        WHERE carrier = 'B6' AND application_date = DATE '2013-06-30'
        """,
    )
    assert {name: found[name] for name in expected} == {
        name: pytest.approx(value) if isinstance(value, float) else value
        for name, value in expected.items()
    }


def test_a_plane_is_where_its_last_landed_flight_took_it(query: Query) -> None:
    [expected] = query(
        """
        SELECT dest, DATE_DIFF('day', MAKE_DATE(year, month, day), DATE '2013-11-30') AS idle_days
        FROM f
        WHERE tailnum = 'N725MQ' AND arr_delay IS NOT NULL AND month <= 11
        ORDER BY month DESC, day DESC, sched_dep_time DESC LIMIT 1
        """,
    )
    [found] = query(
        """
        SELECT last_destination, idle_days FROM second_order_aggregation_plane_rotation
        WHERE tailnum = 'N725MQ' AND application_date = DATE '2013-11-30'
        """,
    )
    assert (found["last_destination"], found["idle_days"]) == (
        expected["dest"],
        expected["idle_days"],
    )
