"""The ecommerce example: its outputs beside values worked out by hand from its ten orders.

order     customer  date  region  pieces  revenue     days before 22 January
ORD-1001  CUST-100    14  north        1    50.00          8
ORD-1002  CUST-100    15  north        2   100.00          7
ORD-1003  CUST-101     8  south        1   200.00         14
ORD-1004  CUST-101    21  south        3   210.50          1
ORD-1005  CUST-102    13  east         5    75.25          9
ORD-1006  CUST-103    22  west         1    45.90          0
ORD-1007  CUST-104    15  north        2    40.00          7
ORD-1008  CUST-105    24  south        1   250.00         -2 (the future)
ORD-1009  CUST-100    15  north        4    35.00          7
ORD-1010  CUST-105    20  (none)       1    15.00          2
"""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from seeknal.cli import main

EXAMPLE = Path(__file__).parents[1] / "examples" / "ecommerce"

Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example after `seeknal run`."""
    copy = tmp_path_factory.mktemp("examples") / "ecommerce"
    shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("target"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copy)
        result = CliRunner().invoke(main, ["run"])
    assert result.exit_code == 0, result.output
    return copy


def read(project: Path, relation: str, order_by: str) -> tuple[list[str], Rows]:
    """Column names and rows of a relation that the run published; decimals as doubles."""
    import duckdb

    file = project / "target" / "intermediate" / f"{relation}.parquet"
    with duckdb.connect() as connection:
        cursor = connection.execute(f"SELECT * FROM read_parquet('{file}') ORDER BY {order_by}")
        rows = cursor.fetchall()
        names = [column[0] for column in cursor.description or ()]
    return names, rows


def january(day: int) -> date:
    return date(2026, 1, day)


def test_clean_transactions_tidies_categories_and_prices_a_piece(project: Path) -> None:
    names, rows = read(project, "transform_clean_transactions", "order_id")
    found = {row[0]: dict(zip(names, row, strict=True)) for row in rows}
    assert len(found) == 10
    assert found["ORD-1001"]["product_category"] == "electronics"  # was Electronics
    assert found["ORD-1009"]["product_category"] == "food"  # was " Food"
    assert found["ORD-1002"]["unit_price"] == pytest.approx(50.0)  # 100.00 / 2
    assert found["ORD-1009"]["unit_price"] == pytest.approx(8.75)  # 35.00 / 4
    assert found["ORD-1010"]["region"] is None


def test_customer_daily_agg_has_one_row_a_customer_region_and_day(project: Path) -> None:
    names, rows = read(
        project, "feature_group_customer_daily_agg", "customer_id, order_date, region"
    )
    assert names == [
        "customer_id",
        "region",
        "order_date",
        "application_date",
        "daily_amount",
        "daily_count",
    ]
    as_of = january(22)
    assert rows == [
        ("CUST-100", "north", january(14), as_of, 50.00, 1),
        ("CUST-100", "north", january(15), as_of, 135.00, 2),  # 100.00 + 35.00
        ("CUST-101", "south", january(8), as_of, 200.00, 1),
        ("CUST-101", "south", january(21), as_of, 210.50, 1),
        ("CUST-102", "east", january(13), as_of, 75.25, 1),
        ("CUST-103", "west", january(22), as_of, 45.90, 1),
        ("CUST-104", "north", january(15), as_of, 40.00, 1),
        ("CUST-105", None, january(20), as_of, 15.00, 1),
        ("CUST-105", "south", january(24), as_of, 250.00, 1),
    ]


def test_region_metrics(project: Path) -> None:
    names, rows = read(project, "second_order_aggregation_region_metrics", "region")
    assert names == [
        "region",
        "daily_amount_SUM",
        "daily_amount_MEAN",
        "daily_amount_SUM_1_7",
        "daily_amount_SUM1_7_SUM8_14",
    ]
    expected: Rows = [
        # One day, 9 days back: in no window of the last week, so NULL, and NULL / 75.25 is NULL.
        ("east", 75.25, 75.25, None, None),
        # Customer days 50.00 (8 back), 135.00 (7) and 40.00 (7).
        # sum 225.00, mean 225.00 / 3, days 1 to 7: 135.00 + 40.00, ratio 175.00 / 50.00
        ("north", 225.00, 75.00, 175.00, 3.5),
        # Customer days 200.00 (14 back), 210.50 (1) and 250.00 (2 ahead: it never counts).
        # sum 410.50, mean 410.50 / 2, days 1 to 7: 210.50, ratio 210.50 / 200.00
        ("south", 410.50, 205.25, 210.50, 1.0525),
        # One day, the application day itself: in `basic`, which starts at day 0, in no window.
        ("west", 45.90, 45.90, None, None),
        # The order without a region has no row: an aggregation drops NULL keys.
    ]
    assert rows == [pytest.approx(row) for row in expected]


def test_customer_daily_sums_each_customer_and_day(project: Path) -> None:
    names, rows = read(project, "aggregation_customer_daily", "customer_id, order_date")
    assert names == [
        "customer_id",
        "order_date",
        "revenue_sum",
        "revenue_avg",
        "revenue_count",
        "pieces_sum",
        "big_order_count_if",
        "big_order_sum_if",
    ]
    # customer, day, revenue: sum, mean, orders; pieces; orders of 100 and more: how many, their sum
    expected: Rows = [
        ("CUST-100", january(14), 50.00, 50.00, 1, 1, 0, 0),
        # 100.00 + 35.00, halved; 2 + 4 pieces; only the first order is a big one, by equality
        ("CUST-100", january(15), 135.00, 67.50, 2, 6, 1, 100.00),
        ("CUST-101", january(8), 200.00, 200.00, 1, 1, 1, 200.00),
        ("CUST-101", january(21), 210.50, 210.50, 1, 3, 1, 210.50),
        ("CUST-102", january(13), 75.25, 75.25, 1, 5, 0, 0),
        ("CUST-103", january(22), 45.90, 45.90, 1, 1, 0, 0),
        ("CUST-104", january(15), 40.00, 40.00, 1, 2, 0, 0),
        ("CUST-105", january(20), 15.00, 15.00, 1, 1, 0, 0),
        # No application date, so no future either: every order has its day.
        ("CUST-105", january(24), 250.00, 250.00, 1, 1, 1, 250.00),
    ]
    assert [tuple(map(plain, row)) for row in rows] == [tuple(row) for row in expected]


def plain(value: object) -> object:
    """A decimal as a double; the amounts here have two digits, so equality is exact enough."""
    return float(value) if isinstance(value, Decimal) else value


def test_customer_trend_looks_back_one_and_two_weeks(project: Path) -> None:
    names, rows = read(project, "aggregation_customer_trend", "customer_id")
    assert names == [
        "customer_id",
        "application_date",
        "spent_sum",
        "spent_max",
        "spent_sum_7d",
        "spent_sum_14d",
        "spent_sum_ratio_7d_14d",
    ]
    # `7d` is days 0 to 6, `14d` days 0 to 13.
    expected: Rows = [
        # 50.00 (8 back) + 135.00 (7 back): both in two weeks, none in one; NULL / 185.00
        ("CUST-100", january(22), 185.00, 135.00, None, 185.00, None),
        # 200.00 is 14 back, one day too old for both; 210.50 / 210.50
        ("CUST-101", january(22), 410.50, 210.50, 210.50, 210.50, 1.0),
        ("CUST-102", january(22), 75.25, 75.25, None, 75.25, None),
        ("CUST-103", january(22), 45.90, 45.90, 45.90, 45.90, 1.0),
        ("CUST-104", january(22), 40.00, 40.00, None, 40.00, None),
        # 250.00 lies two days ahead and does not count
        ("CUST-105", january(22), 15.00, 15.00, 15.00, 15.00, 1.0),
    ]
    assert rows == expected


def test_customer_history_follows_the_spine(project: Path) -> None:
    names, rows = read(
        project, "second_order_aggregation_customer_history", "customer_id, application_date"
    )
    assert names == [
        "customer_id",
        "application_date",
        "revenue_sum_SUM",
        "revenue_sum_COUNT",
        "spent_last_7_days",
        "SINCE_COUNT_revenue_sum_GEO_D",
        "SINCE_SUM_revenue_sum_GEO_D",
    ]
    expected: Rows = [
        # The 15th is the future of the 14th.
        ("CUST-100", january(14), 50.00, 1, 50.00, 0, None),
        # Days of 50.00 (8 back) and 135.00 (7 back), neither in days 0 to 6; one day reached 100.
        # The spine asks twice for this pair and gets one row.
        ("CUST-100", january(22), 185.00, 2, None, 1, 135.00),
        # 200.00 (14 back) and 210.50 (1 back): both reached 100.
        ("CUST-101", january(22), 410.50, 2, 210.50, 2, 410.50),
        # Reviewed before the first order, which came on the 15th.
        ("CUST-104", january(10), None, 0, None, 0, None),
        # Never bought anything.
        ("CUST-999", january(22), None, 0, None, 0, None),
        # CUST-102 is in the spine without a date, and so has no row.
    ]
    assert [tuple(map(plain, row)) for row in rows] == [tuple(row) for row in expected]
