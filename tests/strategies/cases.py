"""First- and second-order aggregations over drawn tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from tests.naive import AmbiguousAsOf, Table, first_order, read_source, second_order
from tests.naive.tables import INT64_MAX, INT64_MIN
from tests.strategies import features
from tests.strategies.conditions import Predicate
from tests.strategies.features import Upstream
from tests.strategies.files import write_project
from tests.strategies.values import (
    BAD_DATES,
    BASES,
    CLOCKS,
    FEWER_NULLS,
    FLAVOURS,
    IDS,
    NULLS,
    TEXT_CLOCKS,
    Clock,
    Flavour,
    Strategy,
    applicable,
    nullable,
    spelt,
)

Draw = Callable[[Strategy], Any]

KEY_NAMES = ["customer_id", "select", "Group", "user", "order", "ID"]
EVENT_NAMES = ["event_date", "date", "At", "timestamp", "when"]
AS_OF_NAMES = ["application_date", "as_of", "interval", "AsOf", "end"]
VALUE_NAMES = ["amount", "Total", "table", "days", "visits", "Größe Maß", "größe", "from"]
VALUE_NAMES += ["_d", "yes", "events", "spine", 'quo"te', "rate %", "x.y", "region"]


@dataclass(frozen=True)
class Source:
    """A parquet source: its spec, the rows of its file, the columns used as dates."""

    spec: dict[str, Any]
    raw: Table
    dates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """One spec of a day-grain aggregation and all that it reads."""

    spec: dict[str, Any]
    sources: dict[str, Source]
    predicates: dict[str, Predicate] = field(default_factory=dict, compare=False)

    @property
    def tables(self) -> dict[str, Table]:
        """The sources' relations by node id, as the oracle reads them."""
        return {
            f"source.{name}": read_source(source.spec, source.raw, source.dates)
            for name, source in self.sources.items()
        }

    def expected(self) -> Table | AmbiguousAsOf:
        """What the spec means, or Overflow or BadDate raised."""
        evaluate = first_order if self.spec["kind"] == "aggregation" else second_order
        return evaluate(self.spec, self.tables, self.predicates)

    def write(self, root: Path) -> None:
        """The case as a project under `root`."""
        sources = {name: (source.spec, source.raw) for name, source in self.sources.items()}
        write_project(root, sources, self.spec)


def _source(name: str, table: Table, dates: tuple[str, ...], **more: Any) -> Source:
    schema = [{"name": column, "data_type": type_} for column, type_ in table.columns]
    spec = {
        "kind": "source",
        "name": name,
        "source": "parquet",
        "table": f"data/{name}.parquet",
        "schema": schema,
        **more,
    }
    return Source(spec, table, dates)


@dataclass(frozen=True)
class Events:
    """A drawn event table: which column plays which part."""

    source: Source
    id_col: str
    event_col: str
    as_of_col: str | None
    ids: list[Any]
    strangers: list[Any]
    id_type: str
    base: date
    upstream: Upstream


@st.composite
def events(
    draw: Draw,
    *,
    as_of: str,
    flavours: tuple[Flavour, ...] = FLAVOURS,
    bad_dates: str = "never",
) -> Events:
    """A table of events. `as_of`: "none" (no such column), "one" date an id, or "any".

    `bad_dates` is "never", or the source's policy ("error" or "null") for text that is no date.
    """
    id_type, known = draw(st.sampled_from(IDS))
    # Dense tables have large groups, the others every kind of gap.
    dense = draw(st.booleans())
    ids = draw(
        st.lists(st.sampled_from(known), min_size=1, max_size=2 if dense else 3, unique=True)
    )
    base = draw(st.sampled_from(BASES))
    names = _distinct(draw, [KEY_NAMES, EVENT_NAMES, AS_OF_NAMES])
    id_col, event_col, as_of_col = names
    clock: Clock = draw(st.sampled_from(CLOCKS if bad_dates == "never" else TEXT_CLOCKS))
    as_of_clock: Clock = draw(st.sampled_from(CLOCKS))
    numbers = [flavour for flavour in flavours if "sum" in flavour.aggregations]
    values = {
        name: draw(st.one_of(st.sampled_from(numbers), st.sampled_from(flavours)))
        for name in draw(st.lists(st.sampled_from(VALUE_NAMES), min_size=1, max_size=4))
        if name.casefold() not in {n.casefold() for n in names}
    }
    values = values or {"amount_": flavours[0]}

    lenient = bad_dates == "null"
    late = st.integers(0, 0 if dense else 2)
    home = {id_: draw(late) for id_ in ids} if as_of == "one" else {}
    key = nullable(st.sampled_from(ids), draw(FEWER_NULLS))
    near, far = st.integers(-1, 2), st.sampled_from([30, 31, 365])
    back = near if dense else st.one_of(near, st.integers(-2, 16), far)
    nulls = st.just("none") if dense else FEWER_NULLS
    event = nullable(st.tuples(back, st.sampled_from(clock.times)), draw(nulls))
    until = nullable(st.tuples(late, st.sampled_from(as_of_clock.times)), draw(nulls))
    cells = [nullable(flavour.values, draw(NULLS)) for flavour in values.values()]

    fewest = draw(st.sampled_from([8, 16] if dense else [0, 1, 5, 10]))
    drawn = st.lists(st.tuples(key, event, until, *cells), min_size=fewest, max_size=fewest + 4)
    rows = []
    for id_, when, seen, *others in draw(drawn):
        row = [id_, when and clock.write(base - timedelta(days=when[0]), when[1])]
        if as_of != "none":
            days = seen and home.get(id_, seen[0])
            row.append(seen and as_of_clock.write(base + timedelta(days=days), seen[1]))
        rows.append((*row, *others))
    columns = [(id_col, id_type), (event_col, clock.type)]
    if as_of != "none":
        columns.append((as_of_col, as_of_clock.type))
    columns += [(name, flavour.type) for name, flavour in values.items()]

    dates = tuple(name for name, type_ in columns[1:3] if type_ == "string" and name in names)
    if bad_dates != "never" and rows and dates:
        rows = _spoilt(draw, rows, [name for name, _ in columns].index(dates[0]))
    policy = {"on_bad_value": "null"} if lenient else {}
    source = _source("events", Table(tuple(columns), rows), dates, **policy)
    relation = read_source(source.spec, Table(tuple(columns)), dates)
    return Events(
        source=source,
        id_col=id_col,
        event_col=event_col,
        as_of_col=None if as_of == "none" else as_of_col,
        ids=ids,
        strangers=known[-1:],
        id_type=id_type,
        base=base,
        upstream=Upstream(
            flavours=values,
            types={n: t for n, t in relation.columns if n not in dates},
            coarse=clock.coarse,
            bys=[
                n for n, t in relation.columns if re.fullmatch(r"\w+", n, re.A) and n not in dates
            ],
        ),
    )


def _distinct(draw: Draw, pools: list[list[str]]) -> list[str]:
    return [draw(st.sampled_from(pool)) for pool in pools]


def _spoilt(draw: Draw, rows: list[tuple[Any, ...]], at: int) -> list[tuple[Any, ...]]:
    """The rows with a text that is no date in column `at` of some rows that have a key."""
    chosen = draw(st.sets(st.integers(0, len(rows) - 1), min_size=1))
    text = st.sampled_from(BAD_DATES)
    return [
        (*row[:at], draw(text), *row[at + 1 :]) if i in chosen and row[0] is not None else row
        for i, row in enumerate(rows)
    ]


@st.composite
def first_order_cases(draw: Draw, bad_dates: str = "never") -> Case:
    """`kind: aggregation`, with and without an application date."""
    dated = draw(st.booleans())
    found: Events = draw(events(as_of="any" if dated else "none", bad_dates=bad_dates))
    spec: dict[str, Any] = {
        "kind": "aggregation",
        "name": "result",
        "id_col": found.id_col,
        "feature_date_col": found.event_col,
    }
    spec.update(draw(st.sampled_from([{"source": "source.events"}, _INPUTS])))
    if dated:
        spec["application_date_col"] = found.as_of_col
    keys = {found.id_col, found.as_of_col or found.event_col}
    groups = [n for n, f in found.upstream.flavours.items() if f.name in _GROUPABLE]
    if groups and draw(st.booleans()):
        spec["group_by"] = draw(st.lists(st.sampled_from(groups), unique=True, max_size=2))
        keys |= set(spec["group_by"])
    predicates: dict[str, Predicate] = {}
    spec["features"] = draw(features.first_order(found.upstream, keys, dated, predicates))
    return Case(spec, {"events": found.source}, predicates)


_INPUTS = {"inputs": [{"ref": "source.events"}]}
_GROUPABLE = ("small int", "text", "flag", "day", "money")


@st.composite
def second_order_cases(
    draw: Draw, flavours: tuple[Flavour, ...] = FLAVOURS, bad_dates: str = "never"
) -> Case:
    """`kind: second_order_aggregation`: one row per id, per (id, date), or around a spine."""
    form = draw(st.sampled_from(["id", "grain", "spine", "ambiguous"]))
    as_of = {"id": "one", "spine": "none"}.get(form, "any")
    found: Events = draw(events(as_of=as_of, flavours=flavours, bad_dates=bad_dates))
    spec: dict[str, Any] = {
        "kind": "second_order_aggregation",
        "name": "result",
        "source": "source.events",
        "id_col": found.id_col,
        "feature_date_col": found.event_col,
    }
    keys = {found.id_col}
    sources = {"events": found.source}
    if form == "spine":
        spine = draw(spines(found))
        sources["labels"] = spine
        names = spine.raw.names
        spec["spine"] = {
            "ref": "source.labels",
            "id_col": names[0],
            "application_date_col": names[1],
        }
        keys = {names[0], names[1]}
    else:
        spec["application_date_col"] = found.as_of_col
    if form == "grain":
        spec["grain"] = [found.id_col, found.as_of_col]
        keys |= {str(found.as_of_col)}
    predicates: dict[str, Predicate] = {}
    spec["features"] = draw(features.second_order(found.upstream, keys, predicates))
    return Case(spec, sources, predicates)


@st.composite
def spines(draw: Draw, found: Events) -> Source:
    """(id, application date) pairs: duplicates, NULLs, ids without events."""
    id_col, date_col = _distinct(draw, [KEY_NAMES, AS_OF_NAMES])
    clock: Clock = draw(st.sampled_from(CLOCKS))
    key = nullable(st.sampled_from([*found.ids, *found.strangers]), draw(FEWER_NULLS))
    when = nullable(st.tuples(st.integers(-1, 3), st.sampled_from(clock.times)), draw(FEWER_NULLS))
    rows: list[tuple[Any, ...]] = [
        (id_, at and clock.write(found.base + timedelta(days=at[0]), at[1]), label)
        for id_, at, label in draw(st.lists(st.tuples(key, when, st.booleans()), max_size=8))
    ]
    columns = ((id_col, found.id_type), (date_col, clock.type), ("label", "boolean"))
    dates = (date_col,) if clock.type == "string" else ()
    return _source("labels", Table(columns, rows), dates)


def overflow_cases() -> st.SearchStrategy[Case]:
    """Sums of int64 values near the ends of its range: some fit, some raise Overflow."""
    ends = st.sampled_from([INT64_MAX, 2**62, -(2**62), INT64_MIN, 1, -1])
    return second_order_cases(flavours=(Flavour("totals", "int64", ends, ("sum",)),))


def bad_date_cases(policy: str) -> st.SearchStrategy[Case]:
    """Text that is no date in a date column; `policy` is the source's "error" or "null"."""
    return st.one_of(first_order_cases(bad_dates=policy), second_order_cases(bad_dates=policy))


@st.composite
def thorough_cases(draw: Draw, flavour: Flavour, kind: str) -> Case:
    """Every aggregation that a column of `flavour` has, over groups of several rows."""
    clock = draw(st.sampled_from([clock for clock in CLOCKS if clock.coarse]))
    base = draw(st.sampled_from(BASES))
    values = nullable(flavour.values, draw(FEWER_NULLS))
    others = nullable(st.integers(0, 2), "some")
    event = st.tuples(st.integers(-1, 4), st.sampled_from(clock.times))
    cells = st.tuples(st.sampled_from(["a", "a", "b"]), event, values, others)
    rows: list[tuple[Any, ...]] = [
        (id_, clock.write(base - timedelta(days=at[0]), at[1]), base, value, other)
        for id_, at, value, other in draw(st.lists(cells, min_size=6, max_size=14))
    ]
    keys = (("id", "string"), ("at", clock.type), ("as_of", "date"))
    table = Table((*keys, ("value", flavour.type), ("other", "int64")), rows)
    source = _source("events", table, ("at",) if clock.type == "string" else ())
    # A first-order aggregation gives an alias the name of what it stands for.
    aliases = ("avg", "std") if kind == "aggregation" else ()
    words = applicable([flavour], coarse=True, dated=True, bys=["other"], ratio=False)
    texts = [draw(spelt(word, ["other"])) for word in words if word not in aliases]
    spec: dict[str, Any] = {
        "kind": kind,
        "name": "result",
        "source": "source.events",
        "id_col": "id",
        "feature_date_col": "at",
        "application_date_col": "as_of",
    }
    ratios = [word for word in flavour.ratio_aggregations if word not in aliases]
    if kind == "aggregation":
        rolling = [{"window": [2], "aggs": [*texts]}]
        ratio = [{"numerator": [1], "denominator": [3], "aggs": ratios}]
        spec["features"] = [{"name": "value", "basic": texts, "rolling": rolling, "ratio": ratio}]
    else:
        windows = {"numerator": [0, 1], "denominator": [1, 3]}
        spec["features"] = {
            "value": {"basic": texts, "ratio": {**windows, "aggs": ratios}},
            "recent": {"source_feature": "value", "basic": [*texts], "window": [1, 3]},
        }
    return Case(spec, {"events": source})
