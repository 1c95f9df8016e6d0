"""A project of many views with thirty aggregates each: transforms, first and second order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

AGGREGATES = 30
SOURCES = 10
VIEWS_OF_A_CHAIN = 5
SOURCE_COLUMNS = {
    "customer_id": "int64",
    "order_date": "date",
    "application_date": "date",
    "amount": "double",
    "discount": "double",
    "items": "int64",
    "category": "string",
}
SPINE_COLUMNS = {"customer_id": "int64", "application_date": "date"}
NUMBERS = ("amount", "discount", "items")

HEAD = """\
name: scale_benchmark
version: "1.0.0"
profile: default
config-version: 1
state_backend: file
description: Many views of many aggregates.
"""


@dataclass(frozen=True, slots=True)
class Scale:
    """What was written: the ids of the sources and of the views, and one view to edit."""

    sources: tuple[str, ...]
    views: tuple[str, ...]
    edited: str
    edited_file: Path


def write_project(root: Path, views: int) -> Scale:
    """Write a project of `views` views in chains of five.

    A chain is a transform of a source, a daily aggregation of it, and three second-order
    aggregations: of the transform, of the daily aggregation as of a spine, and of the source.
    """
    seeknal = root / "seeknal"
    _write(root / "seeknal_project.yml", HEAD)
    sources = {f"orders_{number}": SOURCE_COLUMNS for number in range(SOURCES)}
    for name, columns in {**sources, "looked_at": SPINE_COLUMNS}.items():
        _write(seeknal / "sources" / f"{name}.yml", _source(name, columns))
    written: list[tuple[str, str]] = []
    for position in range(views):
        kind, name, text = _view(position)
        _write(seeknal / f"{kind}s" / f"{name}.yml", text)
        written.append((kind, name))
    kind, name = next(view for view in written[len(written) // 2 :] if "second" in view[0])
    return Scale(
        sources=tuple(f"source.{name}" for name in [*sources, "looked_at"]),
        views=tuple(f"{kind}.{name}" for kind, name in written),
        edited=f"{kind}.{name}",
        edited_file=seeknal / f"{kind}s" / f"{name}.yml",
    )


def _view(position: int) -> tuple[str, str, str]:
    chain, place = divmod(position, VIEWS_OF_A_CHAIN)
    source = f"source.orders_{chain % SOURCES}"
    if place == 0:
        return "transform", f"spend_{chain}", _transform(chain, source)
    if place == 1:
        return "aggregation", f"day_{chain}", _aggregation(chain, source)
    kind = "second_order_aggregation"
    if place == 2:
        columns = ("spend_5", "spend_10", "spend_15")
        text = _second_order(f"spend_trend_{chain}", f"transform.spend_{chain}", columns, chain)
        return kind, f"spend_trend_{chain}", text
    if place == 3:
        columns = ("amount_sum", "discount_max", "items_sum")
        text = _second_order(f"day_trend_{chain}", f"aggregation.day_{chain}", columns, chain, True)
        return kind, f"day_trend_{chain}", text
    text = _second_order(f"order_trend_{chain}", source, NUMBERS, chain)
    return kind, f"order_trend_{chain}", text


def _source(name: str, columns: dict[str, str]) -> str:
    schema = "\n".join(f"  - {{name: {name}, data_type: {type}}}" for name, type in columns.items())
    return f"""\
kind: source
name: {name}
source: parquet
table: data/{name}.parquet
schema:
{schema}
"""


def _transform(chain: int, source: str) -> str:
    sums = ",\n".join(
        f"    SUM(CASE WHEN items > {number} AND category <> 'c{chain}' THEN amount END)"
        f" AS spend_{number}"
        for number in range(1, AGGREGATES + 1)
    )
    return f"""\
kind: transform
name: spend_{chain}
inputs: [{{ref: {source}}}]
transform: |
  SELECT
    customer_id,
    order_date,
    application_date,
{sums}
  FROM ref('{source}')
  GROUP BY customer_id, order_date, application_date
"""


def _aggregation(chain: int, source: str) -> str:
    features = "\n".join(
        f"  - name: {column}\n"
        "    basic: [count, sum, mean, min, max, stddev, count_distinct, median]\n"
        f"    since: [{{condition: \"category = 'c{chain}'\", aggs: [count, sum]}}]"
        for column in NUMBERS
    )
    return f"""\
kind: aggregation
name: day_{chain}
source: {source}
id_col: customer_id
feature_date_col: order_date
features:
{features}
"""


def _second_order(
    name: str, source: str, columns: tuple[str, ...], chain: int, spine: bool = False
) -> str:
    lines = ["kind: second_order_aggregation", f"name: {name}", f"source: {source}"]
    lines += ["id_col: customer_id", "feature_date_col: order_date"]
    if spine:
        pair = "id_col: customer_id, application_date_col: application_date"
        lines.append(f"spine: {{ref: source.looked_at, {pair}}}")
    else:
        lines.append("application_date_col: application_date")
    lines.append("features:")
    far = 60 + chain
    for column in columns:
        lines += [f"  {column}:", "    basic: [sum, mean, max, stddev]"]
        for upper in (6, 29, far):
            lines += [f"  {column}_{upper}:", f"    source_feature: {column}"]
            lines += ["    basic: [sum]", f"    window: [0, {upper}]"]
        for upper in (6, 29):
            ratio = f"{{numerator: [0, {upper}], denominator: [{upper + 1}, {far}], aggs: [sum]}}"
            lines += [f"  {column}_trend_{upper}:", f"    source_feature: {column}"]
            lines.append(f"    ratio: {ratio}")
        lines += [f"  {column}_large:", f"    source_feature: {column}"]
        lines.append(f'    since: {{condition: "{column} > {chain}", aggs: [count]}}')
    return "\n".join([*lines, ""])


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
