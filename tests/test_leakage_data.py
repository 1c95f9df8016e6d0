"""The leakage test on data: it finds what was planted, exactly, and nothing where nothing was."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from seeknal.cli import main
from seeknal.compiler.leakage import leakage_findings, training_sets
from seeknal.runtime.leakage import DataLeak, DataReport, check_on_data
from seeknal.runtime.leakage_facts import Limits
from seeknal.runtime.leakage_report import summary
from tests.leakage import (
    COLUMNS,
    FIXED,
    LEAKY,
    ROWS,
    Joined,
    case_files,
    compiled,
    findings_by_case,
    projects,
    sources,
    write,
)

EVENTS = """\
a,2026-01-02 10:00:00,2026-01-02,2026-01-02 10:30:00,north,10
a,2026-01-07 09:00:00,2026-01-07,2026-01-07 09:30:00,north,20
a,2026-01-09 23:00:00,2026-01-09,2026-01-11 08:00:00,south,30
b,2026-01-03 12:00:00,2026-01-03,2026-01-03 12:30:00,north,40
b,2026-01-12 12:00:00,2026-01-12,2026-01-12 12:30:00,south,50
"""
SPINE = "a,2026-01-08 12:00:00,true\nb,2026-01-10 12:00:00,false\n"
DATA = {"events": EVENTS, "spine": SPINE}


def check(root: Path, name: str, **limits: int) -> DataReport:
    return check_on_data(compiled(root), f"training_set.{name}", Limits(**limits))


def checked(root: Path, cases: Mapping[str, Joined], **given: object) -> dict[str, DataReport]:
    """The report of each case."""
    compilation = compiled(projects(root, cases, rows=DATA))
    return {name: check_on_data(compilation, f"training_set.{name}", Limits()) for name in cases}


def told(leak: DataLeak) -> tuple[object, ...]:
    """A leak in short: feature, row, before, after, the event and where it comes from."""
    event = dict(leak.event.values)
    shown = event.get("ts") or event.get("updated_at") or event.get("order_ts")
    return (
        leak.feature,
        (*dict(leak.keys).values(), leak.as_of),
        leak.before,
        leak.after,
        leak.event.source or leak.event.clocks,
        leak.event.future,
        shown,
    )


# -- what was planted ------------------------------------------------------------------------

ALL_TIME = (
    "SELECT e.customer_id, e.ts, t.total FROM source.events AS e JOIN (SELECT customer_id, "
    "SUM(amount) AS total FROM source.events GROUP BY 1) AS t USING (customer_id)"
)
# Days since the application date, and no word on d >= 0: what comes later counts too.
SINCE = (
    "SELECT s.customer_id, s.at, COUNT(*) FILTER (WHERE e.amount > 15) AS since FROM source.spine "
    "AS s JOIN source.events AS e ON e.customer_id = s.customer_id "
    "WHERE DATE_DIFF('day', e.day, s.at) < 30 GROUP BY ALL"
)
GUARDED = SINCE.replace("< 30", "BETWEEN 1 AND 30")
CLOCK = "SELECT customer_id, ts, DATE_DIFF('day', ts, today()) AS age FROM source.events"
HIDDEN = "SELECT customer_id, ts, age(ts) AS age FROM source.events"
DAY = (
    "SELECT customer_id, CAST(ts AS DATE) AS ts, COUNT(*) AS orders FROM source.events GROUP BY ALL"
)
LATE = "SELECT customer_id, ts, loaded_at, amount FROM source.events"

A, B = ("a", "2026-01-08 12:00:00"), ("b", "2026-01-10 12:00:00")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DataReport]:
    cases = {
        "all_time": Joined(sql=ALL_TIME),
        "since": Joined(sql=SINCE, event_time="at"),
        "guarded": Joined(sql=GUARDED, event_time="at"),
        "clock": Joined(sql=CLOCK),
        "hidden": Joined(sql=HIDDEN),
        "day": Joined(sql=DAY),
        "waited": Joined(sql=DAY, more="delay: 1d"),
    }
    return checked(tmp_path_factory.mktemp("planted"), cases)


def test_a_total_over_all_time(planted: Mapping[str, DataReport]) -> None:
    """At 8 January customer a has 10 + 20; the 30 of the 9th is the first to come after it."""
    (leak,) = planted["all_time"].leaks
    event = ("source.events", "actual", "2026-01-09 23:00:00")
    assert told(leak) == ("total", A, "30", "60", *event)


def test_a_since_without_a_guard(planted: Mapping[str, DataReport]) -> None:
    (leak,) = planted["since"].leaks
    event = ("source.events", "actual", "2026-01-09 23:00:00")
    assert told(leak) == ("since", A, "1", "2", *event)
    assert not planted["guarded"].leaks


def test_a_clock(planted: Mapping[str, DataReport]) -> None:
    (leak,) = planted["clock"].leaks
    assert told(leak)[:5] == ("age", A, "1", "403", ("transform.clock",))
    (leak,) = planted["hidden"].leaks
    assert leak.event.clocks == ("transform.hidden",)


def test_a_day_before_it_is_over(planted: Mapping[str, DataReport]) -> None:
    """No row of the data comes later on the day of an as-of: the test makes one up."""
    (leak,) = planted["day"].leaks
    assert (leak.event.source, leak.event.future) == ("source.events", "made")
    at = datetime.fromisoformat(dict(leak.event.values)["ts"] or "")
    as_of = datetime.fromisoformat(leak.as_of)
    assert as_of < at < as_of + timedelta(days=1)
    assert not planted["waited"].leaks


def test_rows_that_were_not_known_yet(tmp_path: Path) -> None:
    """Another training set names `loaded_at`: a row of the past that is loaded late is a leak."""
    cases = {
        "late": Joined(sql=LATE, more="features: [amount]"),
        "known": Joined(sql=LATE, more="knowledge_time: loaded_at\nfeatures: [amount]"),
    }
    planted = checked(tmp_path, cases)
    (leak,) = planted["late"].leaks
    assert leak.event.future == "made"
    values = dict(leak.event.values)
    assert (values["ts"] or "") <= leak.as_of < (values["loaded_at"] or "")
    assert not planted["known"].leaks


def test_every_leak_of_the_leaky_project(tmp_path: Path) -> None:
    root = shutil.copytree(LEAKY, tmp_path / "leaky")
    report = check(root, "churn")
    ada = ("ada", "2026-01-12 12:00:00")
    third = ("source.orders", "actual", "2026-01-20 08:15:00")
    found = {leak.feature: told(leak) for leak in report.leaks}
    assert found.keys() == {
        *("tier", "total", "total_at_update", "gap", "days_ago", "last_churned"),
        *("amount_sum", "amount_count", "amount_SUM_0_6"),
    }
    # By the clock all rows of a customer are equally late: the greatest tier wins.
    update = ("source.customers", "actual", "2026-01-15 10:00:00")
    assert found["tier"] == ("tier", ada, "basic", "silver", *update)
    # 20 + 35; the order of the 20th moves the time of the total past the as-of.
    assert found["total"] == ("total", ada, "55", None, *third)
    assert found["total_at_update"] == ("total_at_update", ada, "55", "105", *third)
    # From the 10th, 14:30, to the 20th, 8:15: DuckDB counts 234 hours that begin.
    assert found["gap"] == ("gap", ada, None, "234", *third)
    assert found["days_ago"][4] == ("transform.order_gaps",)
    assert found["last_churned"][2:6] == ("false", "true", "source.churn_labels", "labels")
    assert {found[name][5] for name in ("amount_sum", "amount_count", "amount_SUM_0_6")} == {"made"}
    assert report.unmoved == ("source.regions",)
    assert report.failing == ()


def test_the_same_data_give_the_same_report(tmp_path: Path) -> None:
    root = projects(tmp_path, {"made": Joined(sql=SINCE, event_time="at")}, rows=DATA)
    first = check(root, "made")
    assert first.leaks
    assert repr(check(root, "made")) == repr(first)


# -- what is said of the test itself ---------------------------------------------------------


def test_values_that_the_order_of_rows_decides_are_not_tested(tmp_path: Path) -> None:
    sql = (
        "SELECT customer_id, TIMESTAMP '2026-01-01' AS ts, LAST(amount) AS some, "
        "SUM(amount) AS total FROM source.events GROUP BY customer_id"
    )
    report = checked(tmp_path, {"firsts": Joined(sql=sql)})["firsts"]
    assert report.unstable == ("some",)
    assert [leak.feature for leak in report.leaks] == ["total"]


def test_times_that_nobody_names_are_guessed(tmp_path: Path) -> None:
    sql = (
        "SELECT s.customer_id, s.at AS ts, COUNT(*) AS n FROM source.spine AS s "
        "CROSS JOIN source.events AS e GROUP BY ALL"
    )
    report = checked(tmp_path, {"counts": Joined(sql=sql)})["counts"]
    assert report.guessed == ("source.events",)
    assert [told(leak)[4] for leak in report.leaks] == ["source.events"]


def test_sql_that_cannot_take_made_up_values(tmp_path: Path) -> None:
    """A code that the SQL does not know is an error of the SQL, and no leak."""
    sql = (
        "SELECT customer_id, ts, CASE region WHEN 'north' THEN 1 WHEN 'south' THEN 2 ELSE "
        "error('no such region') END AS code FROM source.events"
    )
    report = checked(tmp_path, {"codes": Joined(sql=sql)})["codes"]
    assert not report.leaks
    assert not report.failing


def test_as_ofs_are_spread_and_limits_are_kept(tmp_path: Path) -> None:
    spine = "".join(f"a,2026-01-{day:02} 00:00:00,true\n" for day in range(1, 29))
    cases = {"plain": Joined(sql="SELECT customer_id, ts, amount FROM source.events")}
    root = projects(tmp_path, cases, rows={**DATA, "spine": spine})
    report = check(root, "plain", cuts=4, source_rows=2)
    assert [cut[8:10] for cut in report.cuts] == ["07", "14", "21", "28"]
    assert report.spine_rows == 28
    assert check(root, "plain", cuts=1, spine_rows=5).spine_rows == 5


def test_a_spine_without_rows(tmp_path: Path) -> None:
    cases = {"plain": Joined(sql="SELECT customer_id, ts, amount FROM source.events")}
    root = projects(tmp_path, cases, rows={**DATA, "spine": ""})
    report = check(root, "plain")
    assert (report.leaks, report.cuts, report.spine_rows) == ((), (), 0)


@pytest.mark.parametrize("at", ["2026-01-08", "2026-01-08T12:00:00Z"])
def test_times_that_are_text(at: str, tmp_path: Path) -> None:
    """Text that is a date stands for its day: what comes later on it is no leak."""
    texts = {"events": {"customer_id": "string", "ts": "string", "amount": "int64"},
             "spine": {"customer_id": "string", "at": "string", "churned": "boolean"}}  # fmt: skip
    events = "a,2026-01-07 10:00:00,1\na,2026-01-08 15:00:00,2\na,2026-01-10 10:00:00,4\n"
    write(tmp_path, sources(texts, {"events": events, "spine": f"a,{at},true\n"}, {}))
    leaky = Joined(sql="SELECT customer_id, CAST(ts AS DATE) AS ts, SUM(amount) AS total FROM "
                       "source.events GROUP BY ALL")  # fmt: skip
    plain = Joined(sql="SELECT * FROM source.events")
    for name, case in {"leaky": leaky, "plain": plain}.items():
        write(tmp_path, case_files(name, case, ["events"]))
    write(tmp_path, {"seeknal_project.yml": "name: shop\n"})
    report = check(tmp_path, "leaky")
    assert [leak.before for leak in report.leaks] == ([] if len(at) == 10 else ["1"])
    assert check(tmp_path, "plain").leaks == ()


# -- nothing is found where nothing is -------------------------------------------------------


def test_the_fixed_project(tmp_path: Path) -> None:
    report = check(shutil.copytree(FIXED, tmp_path / "fixed"), "churn")
    assert report.leaks == ()
    assert report.unstable == report.failing == ()
    assert report.events > 100


def test_the_shop_with_a_training_set(tmp_path: Path) -> None:
    """The example shop: dates as texts of days, second-order features over daily groups."""
    root = tmp_path / "shop"
    shop = Path(__file__).parents[1] / "examples" / "ecommerce"
    shutil.copytree(shop, root, ignore=shutil.ignore_patterns("target"))
    training = (
        "kind: training_set\nname: reviews\n"
        "spine: {ref: source.reviews, as_of: application_date}\njoins:\n"
        "  - ref: second_order_aggregation.region_metrics\n    on: {customer_id: region}\n"
        "    prefix: r_\n"
        "  - ref: feature_group.customer_daily_agg\n    features: [daily_amount]\n"
        "  - ref: aggregation.customer_daily\n    prefix: d_\n"
    )
    write(root, {"seeknal/training.yml": training})
    assert leakage_findings(compiled(root).model) == []
    assert check(root, "reviews").leaks == ()


FUTURE_IN_PYTHON = """\
from seeknal.pipeline import feature_group, transform


@transform(inputs=["source.transactions"])
def orders(ctx):
    return ctx.ref("source.transactions")


@feature_group(
    entity={"name": "customer", "join_keys": ["customer_id"]},
    inputs=["transform.orders"],
    event_time="order_date",
)
def last_day_of_all(ctx):
    found = ctx.ref("transform.orders")
    found["last_day"] = found.groupby("customer_id")["order_date"].transform("max")
    return found[["customer_id", "order_date", "last_day"]]
"""


def test_what_functions_compute_is_said_to_be_untested(tmp_path: Path) -> None:
    """Nothing calls a function with other rows, so a leak within it is not found."""
    root = tmp_path / "shop"
    shop = Path(__file__).parents[1] / "examples" / "ecommerce"
    shutil.copytree(shop, root, ignore=shutil.ignore_patterns("target"))
    training = (
        "kind: training_set\nname: reviews\n"
        "spine: {ref: source.reviews, as_of: application_date}\njoins:\n"
        "  - ref: feature_group.last_day_of_all\n"
    )
    write(root, {"seeknal/training.yml": training, "seeknal/future.py": FUTURE_IN_PYTHON})
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        done = CliRunner().invoke(main, ["run"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
    report = check(root, "reviews")
    assert report.leaks == ()
    assert report.functions == ("transform.orders", "feature_group.last_day_of_all")
    assert list(summary(report))[1] == (
        "  not tested, as functions are not called again: "
        "transform.orders, feature_group.last_day_of_all"
    )
    [found] = [f for f in leakage_findings(compiled(root).model) if f.code == "unproven-time"]
    assert "`feature_group.last_day_of_all`" in found.message
    assert found.help is not None and "tests on the data" not in found.help
    other = training.replace("last_day_of_all", "customer_daily_agg\n    features: [region]")
    write(root, {"seeknal/training.yml": other})
    assert check(root, "reviews").functions == ()


@pytest.mark.parametrize("seed", range(4))
def test_random_projects_do_not_leak(seed: int, tmp_path: Path) -> None:
    """Every kind of join that is bounded by its own meaning, over random rows with ties."""
    chance = random.Random(seed)
    as_of = chance.choice(["timestamp", "date"])
    write(tmp_path, sources(columns(as_of), random_rows(chance, as_of), {}))
    write(tmp_path, {"seeknal_project.yml": "name: shop\n", **random_specs(chance, as_of)})
    model = compiled(tmp_path).model
    assert [f.message for f in leakage_findings(model) if f.code != "unproven-time"] == []
    report = check(tmp_path, "training", cuts=3)
    assert [told(leak) for leak in report.leaks] == []
    assert report.unstable == report.failing == ()
    assert report.events > 0


def columns(as_of: str) -> dict[str, dict[str, str]]:
    return {**COLUMNS, "spine": {**COLUMNS["spine"], "at": as_of}}


def random_rows(chance: random.Random, as_of: str) -> dict[str, str]:
    start = datetime(2026, 1, 1)

    def moment() -> datetime:
        return start + timedelta(hours=chance.randrange(24 * 20))

    events, prices, spine = [], [], []
    for _ in range(chance.randrange(5, 60)):
        at, key = moment(), chance.choice("abcd")
        known = at + timedelta(hours=chance.choice([0, 1, 30, 90]))
        region = chance.choice(["north", "south", ""])
        amount = chance.randrange(-50, 100)
        events.append(f"{key},{at},{at.date()},{known},{region},{amount}")
    for _ in range(chance.randrange(1, 10)):
        prices.append(f"{chance.choice(['north', 'south'])},{moment()},{chance.random():.3f}")
    for _ in range(chance.randrange(2, 20)):
        at = moment()
        shown = at.date() if as_of == "date" else at
        spine.append(f"{chance.choice('abcde')},{shown},{chance.choice(['true', 'false'])}")
    rows = {"events": events, "prices": prices, "spine": spine}
    return {**ROWS, **{name: "\n".join(lines) + "\n" for name, lines in rows.items()}}


def random_specs(chance: random.Random, as_of: str) -> dict[str, str]:
    aggregations = ["sum", "mean", "max", "stddev", "median", "last", "count_distinct"]
    window = chance.choice(["window: 3d", "window: lifetime", "window: 6h, offset: 1d"])
    lower = 0 if as_of == "date" else 1
    known = chance.choice(["", "    knowledge_time: loaded_at\n"])
    latest = known + chance.choice(["", "    ttl: 5d\n", "    delay: 12h\n"])
    group_known = "knowledge_time: loaded_at\n" if known else ""
    # A day-grain feature has no knowledge time: it counts days by when rows were known.
    day = "loaded_at" if known else "ts"
    return {
        "seeknal/spend.yml": "kind: feature_group\nname: spend\n"
        "entity: {name: customer, join_keys: [customer_id]}\ninputs: [{ref: source.events}]\n"
        f"event_time: ts\n{group_known}as_of: {chance.choice(['inclusive', 'exclusive'])}\n"
        "features:\n"
        f"  one: {{agg: {chance.choice(aggregations)}, column: amount, {window}}}\n"
        f"  two: {{agg: count_rows, windows: [1d, 7d], where: \"region = 'north'\"}}\n",
        "seeknal/trend.yml": "kind: second_order_aggregation\nname: trend\nsource: source.events\n"
        f"id_col: customer_id\nfeature_date_col: {day}\n"
        "spine: {ref: source.spine, id_col: customer_id, application_date_col: at}\n"
        f"features:\n  amount: {{basic: [sum, count], window: [{lower}, 6]}}\n",
        "seeknal/daily.yml": "kind: aggregation\nname: daily\nsource: source.events\n"
        f"id_col: customer_id\nfeature_date_col: {day}\nfeatures:\n"
        "  - {name: amount, basic: [sum, max]}\n",
        "seeknal/running.yml": "kind: transform\nname: running\ninputs: [{ref: source.events}, "
        "{ref: source.prices}]\ntransform: |\n"
        f"  SELECT e.customer_id, e.{day} AS since, SUM(e.amount) OVER (PARTITION BY "
        f"e.customer_id ORDER BY e.{day}) AS so_far, p.price\n"
        "  FROM source.events AS e LEFT JOIN source.prices AS p\n"
        f"    ON p.region = e.region AND p.valid_from <= e.{day}\n",
        "seeknal/training.yml": "kind: training_set\nname: training\n"
        "spine: {ref: source.spine, as_of: at}\nlabel: churned\njoins:\n"
        "  - ref: feature_group.spend\n"
        "  - ref: second_order_aggregation.trend\n"
        f"  - {{ref: aggregation.daily, delay: 1d, prefix: daily_}}\n"
        "  - ref: transform.running\n    on: [customer_id]\n    event_time: since\n"
        "  - ref: source.events\n    on: [customer_id]\n    event_time: ts\n"
        f"{latest}    tie_break: [region desc]\n    features: [amount, region]\n"
        "    prefix: last_\n",
    }


def test_both_checks_agree_on_what_leaks(tmp_path: Path) -> None:
    """What the specs call a leak changes on data, and what they prove does not."""
    of_each = "OVER (PARTITION BY customer_id ORDER BY ts"
    rows = "SELECT customer_id, ts, amount AS x FROM source.events"
    mean = "(SELECT AVG(o.amount) FROM source.events AS o"
    queries = {
        "leads": f"SELECT customer_id, ts, LEAD(amount) {of_each}) AS x FROM source.events",
        "lags": f"SELECT customer_id, ts, LAG(amount) {of_each}) AS x FROM source.events",
        "last_rows": f"{rows} QUALIFY ROW_NUMBER() {of_each} DESC) = 1",
        "first_rows": f"{rows} QUALIFY ROW_NUMBER() {of_each}) = 1",
        "averages": f"SELECT customer_id, ts, {mean}) AS x FROM source.events",
        "past_averages": f"SELECT e.customer_id, e.ts, {mean} WHERE o.ts <= e.ts) AS x "
        "FROM source.events AS e",
        "moved": rows.replace("ts,", "ts - INTERVAL 3 DAY AS ts,"),
    }
    cases = {name: Joined(sql=sql) for name, sql in queries.items()}
    root = projects(tmp_path, cases, rows=DATA)
    said = {name for name, findings in findings_by_case(root).items() if findings}
    compilation = compiled(root)
    found = {
        id.partition(".")[2]
        for id in training_sets(compilation.model)
        if check_on_data(compilation, id, Limits()).leaks
    }
    assert said == found == {"leads", "last_rows", "averages", "moved"}
