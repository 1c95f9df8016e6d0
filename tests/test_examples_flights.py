"""The flights example: what it shows, and its features beside SQL written by hand."""

from __future__ import annotations

import re
import runpy
import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from seeknal.cli import main
from seeknal.compiler.build import Options, compile_project

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
    for file in sorted(EXAMPLE.parent.glob("*/seeknal/**/*.yml")):
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
        result = CliRunner().invoke(main, ["run", "--as-of", "2014-01-01"])
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


# -- the training set ------------------------------------------------------------------------


def test_flights_land_when_the_clock_at_the_destination_says(query: Query) -> None:
    """Over the zones of the tz database, which the project does not use."""
    wrong = query(
        """
        SELECT l.carrier, l.flight, l.landed_at
        FROM transform_landed_flights AS l
        JOIN transform_flight_events AS e
            USING (carrier, flight, origin, dest, scheduled_departure)
        LEFT JOIN source_airports AS a ON a.faa = l.dest
        WHERE STRFTIME(
            TIMEZONE(COALESCE(a.tzone, 'America/Puerto_Rico'), TIMEZONE('UTC', l.landed_at)),
            '%H%M'
        )::INT % 2400 <> e.arr_time % 2400
        """
    )
    # It landed as clocks went from 02:00 to 03:00, and wrote down 02:03.
    assert wrong == [{"carrier": "B6", "flight": 35, "landed_at": datetime(2013, 3, 10, 7, 3)}]
    [minutes] = query(
        """
        SELECT MIN(DATE_DIFF('minute', departed_at, landed_at) - air_time) AS least_on_ground,
            MIN(DATE_DIFF('minute', scheduled_departure, landed_at)) AS least_after_schedule
        FROM transform_landed_flights
        """
    )
    assert minutes["least_on_ground"] == 5
    assert minutes["least_after_schedule"] == 18  # no flight lands before it was to depart


GROUPS = {"carrier": "carrier", "plane": "tailnum", "route": "route"}


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("training_set", ["arrival_delays", "arrival_delays_leaky"])
def test_windows_match_sql_by_hand(query: Query, training_set: str, name: str) -> None:
    """Sixty flights of the year: what had landed, or what had been scheduled, by their times."""
    key = GROUPS[name]
    known = "AND l.landed_at <= s.at" if training_set == "arrival_delays" else ""
    windows = {"1h": "1 HOUR", "6h": "6 HOUR", "1d": "1 DAY", "7d": "7 DAY", "30d": "30 DAY"}
    by_hand = ", ".join(
        f"""COUNT(*) FILTER (WHERE {inside}) AS {name}_flights_{window},
        AVG(arr_delay) FILTER (WHERE {inside}) AS {name}_delay_{window},
        AVG(late) FILTER (WHERE {inside}) AS {name}_late_{window}"""
        for window, length in windows.items()
        if (inside := f"l.scheduled_departure > s.at - INTERVAL {length}")
    )
    expected = query(
        f"""
        SELECT s.key, s.at, {by_hand}
        FROM (
            SELECT DISTINCT {key} AS key, scheduled_departure AS at
            FROM training_set_{training_set}
            ORDER BY MD5({key} || scheduled_departure) LIMIT 60
        ) AS s
        LEFT JOIN transform_landed_flights AS l
            ON l.{key} = s.key AND l.scheduled_departure <= s.at {known}
        GROUP BY ALL ORDER BY ALL
        """
    )
    names = ", ".join(name for name in expected[0] if name not in ("key", "at"))
    found = query(
        f"""
        SELECT DISTINCT {key} AS key, scheduled_departure AS at, {names}
        FROM training_set_{training_set}
        ORDER BY MD5({key} || scheduled_departure) LIMIT 60
        """
    )
    found.sort(key=lambda row: (row["key"], row["at"]))
    for mine, theirs in zip(expected, found, strict=True):
        assert theirs == {
            column: pytest.approx(value) if isinstance(value, float) else value
            for column, value in mine.items()
        }


def test_the_weather_is_the_last_full_hours(query: Query) -> None:
    [found] = query(
        """
        SELECT COUNT(*) AS rows, COUNT(*) FILTER (
            WHERE t.temp IS NOT DISTINCT FROM w.temp AND t.visib IS NOT DISTINCT FROM w.visib
        ) AS equal, COUNT(w.origin) AS observed
        FROM training_set_arrival_delays AS t
        LEFT JOIN LATERAL (
            SELECT * FROM source_weather AS w
            WHERE w.origin = t.origin
                AND w.time_hour <= t.scheduled_departure - INTERVAL 1 HOUR
                AND w.time_hour >= t.scheduled_departure - INTERVAL 6 HOUR
            ORDER BY w.time_hour DESC LIMIT 1
        ) AS w ON true
        """
    )
    assert found["rows"] == found["equal"] == 40_864
    # Some stretches without observations are longer than the ttl.
    assert 40_000 < found["observed"] < 40_864


def test_the_leak_is_one_line() -> None:
    folder = EXAMPLE / "seeknal" / "feature_groups"
    for name in GROUPS:
        honest, leaky = (
            yaml.safe_load((folder / f"{name}_{which}.yml").read_text("utf-8"))
            for which in ("recent", "leaky")
        )
        assert honest.pop("knowledge_time") == "landed_at"
        for own in ("name", "description", "tags"):
            honest.pop(own), leaky.pop(own)
        assert honest == leaky


def test_the_compiler_finds_the_leak_and_nothing_else(project: Path) -> None:
    found = compile_project(project, Options(run_date=date(2014, 1, 1))).findings
    places = {(finding.code, finding.place.file) for finding in found if finding.place}
    assert places == {("leak-label-feature", "seeknal/training_sets/arrival_delays_leaky.yml")}
    for name in GROUPS:
        assert any(f"`{name}_delay_1h`" in finding.message for finding in found)


def test_a_leak_flatters_a_model_and_spoils_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sklearn", reason="`make` installs it; other environments may lack it")
    for name in ("arrival_delays", "arrival_delays_leaky"):
        line = ["split", name, "--test-from", "2013-11-01", "--project-path", str(project)]
        result = CliRunner().invoke(main, line)
        assert result.exit_code == 0, result.output
    score = runpy.run_path(str(EXAMPLE / "score.py"))
    monkeypatch.setitem(score["features"].__globals__, "SPLITS", project / "target" / "splits")
    median, honest, judged, used = score["scores"]()
    assert 0.1 < honest.r2 < 0.2
    assert median.mae - 2 < honest.mae < median.mae
    assert judged.r2 > 0.99 and judged.mae < 0.2
    assert used.r2 < median.r2 < 0 and used.mae > median.mae + 2
