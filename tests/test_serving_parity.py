"""What is served for one key is what a training set has for it at that moment.

A training set is asked for whole, a served row for itself, through a spine of one row. Expected
values are those of the training set, which `tests/conformance` holds to plain loops.
"""

from __future__ import annotations

import json
import math
import random
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd  # noqa: TID253 - every test here is about pandas
import pytest
from click.testing import CliRunner

from seeknal.cli import main
from seeknal.pipeline import PipelineContext

EXAMPLES = Path(__file__).parents[1] / "examples"


@dataclass(frozen=True)
class Project:
    """A project that has run, and its training set: entity, time, joined groups."""

    root: Path
    training_set: str
    as_of: str
    entities: dict[str, dict[str, list[str]]]
    keys: dict[str, list[str]]

    def rows(self) -> list[dict[str, Any]]:
        """The rows of the training set, as Python values in the order of the spine."""
        import duckdb

        file = self.root / "target" / "intermediate" / f"training_set_{self.training_set}.parquet"
        with duckdb.connect() as connection:
            cursor = connection.execute(f"SELECT * FROM '{file}' ORDER BY place")
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def features(groups: dict[str, list[str]]) -> list[str]:
    return [f"{group}.{name}" for group, names in groups.items() for name in names]


def same(served: object, trained: object) -> bool:
    """Whether two values are one: NULL is NULL, doubles agree within 1e-9 (SEMANTICS)."""
    if trained is None:
        return bool(pd.isna(served))  # type: ignore[call-overload]
    if isinstance(trained, float):
        assert isinstance(served, float)
        return math.isclose(served, trained, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(trained, date) and not isinstance(trained, datetime):
        trained = pd.Timestamp(trained)
    return bool(served == trained)


def differences(found: pd.DataFrame, expected: list[dict[str, Any]], names: list[str]) -> list[str]:
    """Where `ctx.features` and a training set differ; the latter has features by a prefix."""
    assert len(found) == len(expected)
    wrong = []
    for (_, served), trained in zip(found.iterrows(), expected, strict=True):
        for name in names:
            column = name.replace(".", "__")
            if not same(served[column], trained[column]):
                wrong.append(f"{trained}: {column} is served as {served[column]}")
    return wrong


def write(root: Path, file: str, text: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def run(root: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        result = CliRunner().invoke(main, ["run"], catch_exceptions=False)
    assert result.exit_code == 0, result.output


def training_set(name: str, as_of: str, groups: dict[str, list[str]]) -> str:
    joins = [{"ref": f"feature_group.{group}", "prefix": f"{group}__"} for group in groups]
    spec = {"kind": "training_set", "name": name, "joins": joins}
    return json.dumps({**spec, "spine": {"ref": "source.looks", "as_of": as_of}})


# -- ten orders, every key at every moment ---------------------------------------------------

SPEND = """
kind: feature_group
name: customer_spend
entity: {name: customer, join_keys: [customer_id]}
inputs: [{ref: transform.clean_transactions}]
event_time: order_date
features:
  spent: {agg: sum, column: revenue, windows: [1d, 7d, 14d]}
  orders: {agg: count_rows, window: lifetime}
  last_category: {agg: last, column: product_category, window: lifetime}
  trend: {ratio: {numerator: {agg: sum, column: quantity, window: 7d},
                  denominator: {agg: sum, column: quantity, window: 7d, offset: 7d}}}
"""
SHOP_GROUPS = {
    # windows, as of each row
    "customer_spend": ["spent_1d", "spent_7d", "spent_14d", "orders", "last_category", "trend"],
    # the latest row
    "customer_daily_agg": ["region", "daily_amount", "daily_count"],
}
INPUTS = ["source.looks", *(f"feature_group.{group}" for group in SHOP_GROUPS)]
SHOP_NODES = f"""
import pandas as pd

from seeknal.pipeline import transform

FEATURES = {features(SHOP_GROUPS)!r}


@transform(inputs={INPUTS!r})
def served_in_a_run(ctx):
    looks = ctx.ref("source.looks")
    return ctx.features("customer", FEATURES, spine=looks, date_col="as_of")


def served(ctx, entity, looks):
    return ctx.features(entity, FEATURES, spine=looks, date_col="as_of")


@transform(inputs={INPUTS!r})
def served_by_another_function(ctx):
    return served(ctx, "customer", ctx.ref("source.looks"))


@transform(inputs={INPUTS!r})
def served_one_by_one(ctx):
    looks = ctx.ref("source.looks")
    ones = [looks.iloc[[at]] for at in range(0, len(looks), 5)]
    rows = [ctx.features("customer", FEATURES, spine=one, date_col="as_of") for one in ones]
    return pd.DataFrame([row.iloc[0].to_dict() for row in rows])
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The ecommerce example with a training set: each customer, and others, on each day."""
    root = tmp_path_factory.mktemp("parity") / "ecommerce"
    shutil.copytree(EXAMPLES / "ecommerce", root, ignore=shutil.ignore_patterns("target"))
    # CUST-999 has no events, and no customer has the empty id; an empty field is NULL.
    customers = [*(f"CUST-{number}" for number in range(100, 106)), "CUST-999", ""]
    # midnights and noons by turns
    moments = [datetime(2026, 1, 6) + timedelta(hours=24 * n + 12 * (n % 2)) for n in range(21)]
    looks = [(who, moment.isoformat(sep=" ")) for who in customers for moment in moments]
    looks += [("CUST-100", ""), ("", ""), ("CUST-100", "2026-01-15 00:00:00")]
    lines = [f"{place},{who},{at}" for place, (who, at) in enumerate(looks)]
    write(root, "looks.csv", "place,customer_id,as_of\n" + "\n".join(lines) + "\n")
    source = {"kind": "source", "name": "looks", "source": "csv", "table": "looks.csv"}
    types = {"place": "int64", "customer_id": "string", "as_of": "timestamp"}
    schema = [{"name": name, "data_type": kind} for name, kind in types.items()]
    write(root, "seeknal/looks.yml", json.dumps({**source, "schema": schema}))
    write(root, "seeknal/spend.yml", SPEND)
    write(root, "seeknal/trained.yml", training_set("trained", "as_of", SHOP_GROUPS))
    write(root, "seeknal/served.py", SHOP_NODES)
    run(root)
    return Project(
        root, "trained", "as_of", {"customer": SHOP_GROUPS}, {"customer": ["customer_id"]}
    )


# -- flights, every key at moments that a seed chose -----------------------------------------

NEWARK_GROUPS = {
    "carrier": {
        "carrier_recent": [
            *("carrier_flights_6h", "carrier_flights_7d", "carrier_delay_6h", "carrier_delay_7d"),
        ]
    },
    "flight": {"last_landing": ["destination", "arr_delay", "landed_at"]},
}
LANDING = """
kind: feature_group
name: last_landing
description: How a flight of that number landed last. Its key has two columns.
entity: {name: flight, join_keys: [carrier, flight]}
materialization: {event_time_col: known_at}
inputs: [{ref: transform.newark_flights}]
transform: |
  SELECT carrier, flight, landed_at AS known_at, destination, arr_delay, landed_at FROM __THIS__
"""


@pytest.fixture(scope="module")
def newark(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The newark example with a training set: every flight number at moments of two months."""
    import runpy

    import duckdb

    runpy.run_path(str(EXAMPLES / "flights" / "fetch_data.py"))["fetch"]()
    below = tmp_path_factory.mktemp("parity")
    (below / "flights").symlink_to(EXAMPLES / "flights")
    root = below / "newark"
    shutil.copytree(EXAMPLES / "newark", root, ignore=shutil.ignore_patterns("target"))
    csv = EXAMPLES / "flights" / "data" / "flights.csv"
    with duckdb.connect() as connection:
        keys = connection.execute(
            f"SELECT DISTINCT carrier, flight FROM read_csv('{csv}', nullstr = 'NA') "
            "WHERE month = 1 AND origin = 'EWR' AND dest IN ('ATL', 'BOS', 'CLT', 'FLL', 'MCO') "
            "ORDER BY ALL"
        ).fetchall()
    chosen = random.Random(20130108)
    start = datetime(2013, 1, 1)
    looks = [
        (*key, (start + timedelta(minutes=chosen.randrange(60 * 24 * 60))).isoformat(sep=" "))
        for key in [*keys, ("ZZ", 1), ("UA", "")]
    ]
    lines = [f"{place},{a},{b},{at}" for place, (a, b, at) in enumerate(looks)]
    write(root, "looks.csv", "place,carrier,flight,as_of\n" + "\n".join(lines) + "\n")
    source = {"kind": "source", "name": "looks", "source": "csv", "table": "looks.csv"}
    types = {"place": "int64", "carrier": "string", "flight": "int64", "as_of": "timestamp"}
    schema = [{"name": name, "data_type": kind} for name, kind in types.items()]
    write(root, "seeknal/looks.yml", json.dumps({**source, "schema": schema}))
    write(root, "seeknal/landing.yml", LANDING)
    groups = {group: names for each in NEWARK_GROUPS.values() for group, names in each.items()}
    write(root, "seeknal/trained.yml", training_set("trained", "as_of", groups))
    run(root)
    keyed = {"carrier": ["carrier"], "flight": ["carrier", "flight"]}
    return Project(root, "trained", "as_of", NEWARK_GROUPS, keyed)


@pytest.fixture(params=["shop", "newark"])
def project(request: pytest.FixtureRequest) -> Project:
    """Each of both projects."""
    found: Project = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def ctx(project: Project) -> Iterator[PipelineContext]:
    """The project's published results, as a served model opens them."""
    with closing(PipelineContext.open(project.root)) as opened:
        yield opened


def one_row(project: Project, row: dict[str, Any], keys: list[str]) -> pd.DataFrame:
    """What a service knows: the key that it was asked about, and the time."""
    return pd.DataFrame({name: [row[name]] for name in [*keys, project.as_of]})


def test_every_key_is_served_as_it_was_trained(project: Project, ctx: PipelineContext) -> None:
    for row in project.rows():
        for entity, groups in project.entities.items():
            spine = one_row(project, row, project.keys[entity])
            wanted = features(groups)
            found = ctx.features(entity, wanted, spine=spine, date_col=project.as_of)
            assert differences(found, [row], wanted) == []


def test_many_keys_are_served_at_once(project: Project, ctx: PipelineContext) -> None:
    rows = project.rows()
    for entity, groups in project.entities.items():
        names = [*project.keys[entity], project.as_of]
        spine = pd.DataFrame({name: [row[name] for row in rows] for name in names})
        wanted = features(groups)
        found = ctx.features(entity, wanted, spine=spine, date_col=project.as_of)
        assert differences(found, rows, wanted) == []


def test_frames_have_the_types_of_the_training_set(project: Project, ctx: PipelineContext) -> None:
    """A model that was fitted to one frame takes the other: exact decimals stay exact in both."""
    trained = ctx.ref(f"training_set.{project.training_set}")
    for entity, groups in project.entities.items():
        wanted = [name.replace(".", "__") for name in features(groups)]
        found = ctx.features(entity, features(groups), spine=trained, date_col=project.as_of)
        assert found[wanted].dtypes.to_dict() == trained[wanted].dtypes.to_dict()


def test_the_rows_are_not_all_alike(project: Project) -> None:
    """A comparison of NULLs with NULLs would hold nothing."""
    rows = project.rows()
    for groups in project.entities.values():
        for name in features(groups):
            values = {row[name.replace(".", "__")] for row in rows}
            assert len(values) > 2, name


NODES = ["served_in_a_run", "served_by_another_function", "served_one_by_one"]


@pytest.mark.parametrize("node", NODES)
def test_a_node_is_served_the_same(shop: Project, node: str) -> None:
    with closing(PipelineContext.open(shop.root)) as ctx:
        found = ctx.ref(f"transform.{node}")
    rows = shop.rows()
    trained = [rows[place] for place in found["place"]]
    assert len(trained) == (-(-len(rows) // 5) if node == "served_one_by_one" else len(rows))
    assert differences(found, trained, features(SHOP_GROUPS)) == []
