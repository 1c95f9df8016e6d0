"""The `features:` of first- and second-order aggregations, with output names that do not clash."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tests.naive import first_order_names, second_order_names
from tests.strategies.conditions import Predicate, conditions
from tests.strategies.values import Flavour, Strategy, applicable, spelt

Draw = Callable[[Strategy], Any]
Feature = dict[str, Any]

FEATURE_NAMES = ["spend", "Recent", "select", "order", "on", "null", "trend", "f_1", "SUM", "_"]
DAY_WINDOWS = [[0, 0], [1, 7], [0, 7], [8, 14], [2, 2], [0, 30], [0, 400]]
LENGTHS = [1, 7, 2, 30]


@dataclass(frozen=True)
class Upstream:
    """What features can be drawn from.

    `flavours` of the value columns, `types` of all columns that a condition may name, whether
    event times are coarse enough for a slope, and the columns that `arg_max` may go by.
    """

    flavours: Mapping[str, Flavour]
    types: Mapping[str, str]
    coarse: bool
    bys: Sequence[str]


def _aggregations(
    draw: Draw, upstream: Upstream, columns: Sequence[str], *, dated: bool, ratio: bool = False
) -> Any:
    """One aggregation or a list of distinct ones that all `columns` take."""
    words = applicable(
        [upstream.flavours[column] for column in columns],
        coarse=upstream.coarse,
        dated=dated,
        bys=upstream.bys,
        ratio=ratio,
    )
    few = st.lists(st.sampled_from(words), min_size=1, max_size=4, unique=True)
    chosen = draw(st.one_of(few, st.permutations(words)))
    texts = [draw(spelt(word, upstream.bys)) for word in chosen]
    return texts[0] if len(texts) == 1 and draw(st.booleans()) else texts


def _condition(draw: Draw, upstream: Upstream, predicates: dict[str, Predicate]) -> dict[str, Any]:
    text, predicate = draw(conditions(upstream.types))
    predicates[text] = predicate
    return {"condition": text}


def _plain(name: str) -> bool:
    return name.isidentifier() and name.isascii()


@st.composite
def second_order(
    draw: Draw, upstream: Upstream, keys: set[str], predicates: dict[str, Predicate]
) -> dict[str, Feature]:
    """One to four features whose outputs have names of their own."""
    used = {key.casefold() for key in keys}
    chosen: dict[str, Feature] = {}
    for key in draw(st.lists(st.sampled_from(FEATURE_NAMES), min_size=1, max_size=4, unique=True)):
        feature = _second_order_feature(draw, upstream, predicates)
        column = feature["source_feature"]
        if _plain(column) and column not in chosen and draw(st.booleans()):
            # The key names the column where nothing else does.
            key = column
            del feature["source_feature"]
        names = second_order_names({"features": {key: feature}})
        if len(names) == 1 and draw(st.booleans()):
            feature["output_name"] = f"out_{len(chosen)}"
            names = [feature["output_name"]]
        folded = [name.casefold() for name in names]
        if len(set(folded)) == len(folded) and not used & set(folded) and key not in chosen:
            used |= set(folded)
            chosen[key] = feature
    return chosen or {"visits_": {"basic": "count_rows"}}


def _second_order_feature(
    draw: Draw, upstream: Upstream, predicates: dict[str, Predicate]
) -> Feature:
    names = st.sampled_from(list(upstream.flavours))
    columns = draw(st.lists(names, min_size=1, max_size=2, unique=True))
    feature: Feature = {"source_feature": ", ".join(columns)}
    parts = draw(st.sets(st.sampled_from(["basic", "window", "ratio", "since"]), min_size=1))
    if parts & {"basic", "window"}:
        feature["basic"] = _aggregations(draw, upstream, columns, dated=True)
    if "window" in parts:
        feature["window"] = draw(st.sampled_from(DAY_WINDOWS))
    if "ratio" in parts:
        feature["ratio"] = {
            "numerator": draw(st.sampled_from(DAY_WINDOWS)),
            "denominator": draw(st.sampled_from(DAY_WINDOWS)),
            "aggs": _aggregations(draw, upstream, columns, dated=True, ratio=True),
        }
    if "since" in parts:
        since = {} if draw(st.integers(0, 5)) == 5 else _condition(draw, upstream, predicates)
        if draw(st.booleans()):
            since["aggs"] = _aggregations(draw, upstream, columns, dated=True)
        feature["since"] = since
    return feature


@st.composite
def first_order(
    draw: Draw,
    upstream: Upstream,
    keys: set[str],
    dated: bool,
    predicates: dict[str, Predicate],
) -> list[Feature]:
    """One to three features whose outputs have names of their own."""
    used = {key.casefold() for key in keys}
    chosen: list[Feature] = []
    fewest = draw(st.integers(1, 3))
    names = st.lists(st.sampled_from(FEATURE_NAMES), min_size=fewest, max_size=3, unique=True)
    for name in draw(names):
        feature = _first_order_feature(draw, name, upstream, dated, predicates)
        folded = [n.casefold() for n in first_order_names(_dated([feature]))]
        if len(set(folded)) == len(folded) and not used & set(folded):
            used |= set(folded)
            chosen.append(feature)
    return chosen or [{"name": "visits_", "basic": ["count_rows"]}]


def _dated(drawn: list[Feature]) -> dict[str, Any]:
    return {"features": drawn, "application_date_col": "any"}


def _first_order_feature(
    draw: Draw, name: str, upstream: Upstream, dated: bool, predicates: dict[str, Predicate]
) -> Feature:
    column = draw(st.sampled_from(list(upstream.flavours)))
    flavour = upstream.flavours[column]
    feature: Feature = {"name": name, "column": column}
    if _plain(column) and draw(st.booleans()):
        feature = {"name": column}
    forms = ["basic", "since", "rolling", "ratio"] if dated else ["basic", "since"]
    parts = draw(st.sets(st.sampled_from(forms), min_size=1))
    lengths = st.lists(st.sampled_from(LENGTHS), min_size=1, max_size=2, unique=True)
    if "basic" in parts:
        feature["basic"] = _aggregations(draw, upstream, [column], dated=dated)
    if "rolling" in parts:
        window: Any = draw(lengths)
        if draw(st.booleans()):
            window = f"{window[0]}d"
        key = draw(st.sampled_from(["aggs", "functions"]))
        aggregations = _aggregations(draw, upstream, [column], dated=True)
        feature["rolling"] = [{"window": window, key: aggregations}]
    if "ratio" in parts:
        aggregations = _aggregations(draw, upstream, [column], dated=True, ratio=True)
        feature["ratio"] = [
            {"numerator": draw(lengths), "denominator": draw(lengths), "aggs": aggregations}
        ]
    if "since" in parts:
        words = ["count", "sum"] if "sum" in flavour.aggregations else ["count"]
        several = st.lists(st.sampled_from(words), min_size=1, unique=True)
        feature["since"] = [_condition(draw, upstream, predicates) | {"aggs": draw(several)}]
    return feature
