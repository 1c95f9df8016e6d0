"""Feature groups over events and training sets over drawn tables.

Times are drawn about a few as-ofs, at distances that the spec's own lengths make edges of, and a
microsecond to either side; names come from small pools, so that tables share them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tests.naive import Table, read_source, second_order_names
from tests.naive.names import Predicate
from tests.naive.tables import INT64_MAX, INT64_MIN
from tests.naive.time import Relations, event_group, group_features, length_of, start_of
from tests.naive.training import training_set
from tests.strategies import features as day_features
from tests.strategies.cases import Source
from tests.strategies.conditions import conditions
from tests.strategies.features import Upstream
from tests.strategies.files import write_parquet, write_spec
from tests.strategies.values import (
    FEWER_NULLS,
    FLAVOURS,
    NULLS,
    THOUSANDTHS,
    Flavour,
    Strategy,
    applicable,
    nullable,
    spelt,
)

Draw = Callable[[Strategy], Any]
Spec = dict[str, Any]

LATEST_SHAPES = ("asof", "lead_interval", "union", "range_join")
WINDOW_SHAPES = ("range_join", "range_frame", "running_sum", "daily")

BERLIN = ZoneInfo("Europe/Berlin")
BASES = [
    datetime(2026, 1, 31),
    datetime(2026, 3, 1, 12),
    datetime(2024, 2, 29, 18),
    datetime(1970, 1, 1),
    datetime(1969, 12, 31, 18),
    # Clocks in Berlin go forward and back at these moments.
    datetime(2025, 3, 30, 1),
    datetime(2025, 10, 26, 1),
]
FINE = ["1us", "1ms", "1s", "90m", "1h", "1d", "25h", "7d", "1w", "30d"]
COARSE = ["6h", "12h", "1d", "36h", "7d", "1w", "30d"]
PERIODS = ["day", "week", "month", "quarter", "year"]
CLOCKS = ("date", "timestamp", "timestamp", "timestamptz", "string")

# Keys whose parts make one text when they are put together.
PAIRS = [("1", "12"), ("11", "2"), ("1", "2"), ("", "112"), ("a'", "b"), ("A", "B")]
ONES: tuple[tuple[str, list[Any]], ...] = (
    ("string", ["a", "A", "1", "", "ä", "O'Brien"]),
    ("int64", [1, 2, 0, -1, INT64_MAX, 2**53 + 1]),
    ("date", [date(2026, 1, 1), date(1970, 1, 1), date(2026, 1, 2)]),
    ("boolean", [True, False]),
)
KEY_NAMES = ["id", "customer", "order", "group", "Key", "edge"]
SECOND_NAMES = ["part", "user", "select", "Region", "asked", "day_count_1", "at_day"]
TIME_NAMES = ["at", "event_time", "order_ts", "date", "as_of"]
KNOWN_NAMES = ["known", "loaded_at", "event_time_", "at_at"]
AS_OF_NAMES = ["at", "as_of", "order_ts", "application_date", "event_time"]
VALUE_NAMES = ["amount", "Total", "visits", "Größe Maß", "id", "at", "label", "days", "as_of"]
VALUE_NAMES += ["spine_row", "tie_rank", "next_time", "asked", "edge", "part", 'quo"te', "a_b"]
VALUE_NAMES += ["matched_as_of", "matched_key_0", "timeline_us", "running_sum_1", "day_sum_1"]
VALUE_NAMES += ["key_part", "key_and_time", "key_start"]
LABEL_NAMES = ["label", "churned", "amount", "known"]
FEATURE_NAMES = ["spend", "Recent", "select", "f_1", "at", "amount", "days", "visits", "as_of_date"]
FEATURE_NAMES += ["as_of", "asked", "edge", "timeline_us"]
NODE_NAMES = {
    "source": ["events", "profile", "labels", "spine", "result", "spend_times", "profile_rows"],
    "feature_group": ["spend", "events", "spine", "result", "source_events", "profile_rows"],
    "second_order_aggregation": ["trend", "spend", "spine", "events", "spend_events"],
}

MERGING = ("count", "count_rows", "sum", "min", "max")
# Sums of these cannot cancel, and lose the small where a great one is added and taken away again.
MIXED = Flavour(
    "mixed magnitude",
    "double",
    st.one_of(THOUSANDTHS, st.sampled_from([1e16, 3e15, 7.0])),
    ("sum", "mean", "count", "min", "max", "median", "last"),
)
ALL_FLAVOURS = (*FLAVOURS, MIXED)
TOTALS = Flavour(
    "totals",
    "int64",
    st.sampled_from([INT64_MAX, 2**62, -(2**62), INT64_MIN, 1, -1]),
    ("sum", "count"),
)


@dataclass(frozen=True)
class TimeCase:
    """A project of groups, one training set over them, and all that they read.

    `as_of` is the time of groups by themselves.
    """

    training: Spec
    nodes: dict[str, Spec]
    sources: dict[str, Source]
    as_of: datetime
    predicates: dict[str, Predicate] = field(default_factory=dict, compare=False)

    @property
    def relations(self) -> Relations:
        """The sources' relations; text used as a time stays text."""
        tables = {f"source.{n}": read_source(s.spec, s.raw) for n, s in self.sources.items()}
        lenient = {f"source.{n}" for n, s in self.sources.items() if "on_bad_value" in s.spec}
        return Relations(tables, frozenset(lenient))

    @property
    def groups(self) -> list[str]:
        """The nodes that have a value of their own as of a time."""
        return [name for name, spec in self.nodes.items() if spec["kind"] == "feature_group"]

    def expected_set(self) -> Table:
        """What the training set means, or Overflow or BadDate raised."""
        return training_set(self.training, self.nodes, self.relations, self.predicates)

    def expected_group(self, node: str) -> Table:
        """What a group means by itself, or Overflow or BadDate raised."""
        return event_group(self.nodes[node], self.relations, self.as_of, self.predicates)

    def write(self, root: Path, *training: Spec) -> None:
        """The case's specs as a project under `root`, with `training` beside the training set.

        What an earlier case left there is removed. Without data, which the compiler does not need.
        """
        for old in [*(root / "seeknal").glob("*/*.yml"), *(root / "data").glob("*.parquet")]:
            old.unlink()
        sources = (source.spec for source in self.sources.values())
        for spec in (*sources, *self.nodes.values(), self.training, *training):
            write_spec(root, spec)

    def write_data(self, root: Path) -> None:
        """The rows of the sources, where the project reads them."""
        for source in self.sources.values():
            write_parquet(source.raw, root / source.spec["table"])


def shaped(case: TimeCase, name: str, latest: str, windows: str) -> Spec:
    """The case's training set under another name, each join in the shape given for its kind."""
    joins = []
    for join in case.training["joins"]:
        kind = case.nodes.get(join["ref"], {}).get("kind")
        shape = {None: latest, "feature_group": windows}.get(kind)
        joins.append({**join, "strategy": shape} if shape else dict(join))
    return {**case.training, "name": name, "joins": joins}


# -- times -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Timeline:
    """The as-ofs of a case, the lengths of its spec, and moments that both make edges of."""

    as_ofs: tuple[datetime, ...]
    lengths: tuple[str, ...]
    moments: Strategy
    coarse: bool
    periods: bool = False


@st.composite
def timelines(draw: Draw, coarse: bool | None = None, periods: bool = False) -> Timeline:
    """Coarse ones have quarters of days alone, on which a slope is well conditioned.

    With `periods` windows are of whole periods alone, and aggregations those that merge.
    """
    if coarse is None:
        coarse = draw(st.booleans())
    base = draw(st.sampled_from(BASES))
    lengths = draw(
        st.lists(st.sampled_from(COARSE if coarse else FINE), min_size=1, max_size=3, unique=True)
    )
    step = timedelta(hours=6) if coarse else timedelta(microseconds=1)
    later = [timedelta(0), step, timedelta(days=1), timedelta(hours=30), length_of(lengths[0])]
    shifts = draw(st.lists(st.sampled_from(later), min_size=1, max_size=3, unique=True))
    as_ofs = tuple(base + shift for shift in shifts)
    starts = {start_of(unit, as_of) for unit in PERIODS for as_of in as_ofs}
    before = {start_of(unit, start - step) for unit in PERIODS for start in starts}
    reaches = [timedelta(0), *map(length_of, lengths)]
    twice = [one + other for one in reaches for other in reaches]
    back = st.sampled_from([*reaches, *reaches, *twice, -reaches[1]])
    anchors = st.one_of(
        st.sampled_from(as_ofs), st.sampled_from(as_ofs), st.sampled_from(sorted(starts | before))
    )
    jitter = st.sampled_from([0 * step, 0 * step, step, -step])
    moments = st.builds(lambda anchor, length, off: anchor - length + off, anchors, back, jitter)
    return Timeline(as_ofs, tuple(lengths), moments, coarse, periods)


def written(type_: str, moment: datetime, form: int) -> Any:
    """A UTC moment as a value of a time column of `type_`; text comes in several forms."""
    if type_ == "date":
        return moment.date()
    if type_ == "timestamp":
        return moment
    aware = moment.replace(tzinfo=UTC)
    if type_ == "timestamptz":
        return aware.astimezone(BERLIN)
    forms = [
        moment.isoformat(" "),
        moment.isoformat("T"),
        moment.isoformat("T") + "Z",
        aware.astimezone(BERLIN).isoformat("T" if moment.year > 1970 else " "),
    ]
    if moment == datetime(moment.year, moment.month, moment.day):
        forms.append(moment.date().isoformat())
    return forms[form % len(forms)]


def times(draw: Draw, type_: str, timeline: Timeline) -> Strategy:
    """Values of a time column, some NULL."""
    moments = st.builds(written, st.just(type_), timeline.moments, st.integers(0, 9))
    return nullable(moments, draw(FEWER_NULLS))


# -- tables ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entity:
    """The key columns' types and the values that go around, those of no event last."""

    types: tuple[str, ...]
    values: list[tuple[Any, ...]]

    def cells(self, draw: Draw) -> Strategy:
        """Keys as tuples; in some tables one part or all of some are NULL."""
        whole = st.sampled_from(self.values)
        if draw(st.booleans()):
            return whole
        broken = [
            tuple(None if i == gap else v for i, v in enumerate(key))
            for key in self.values[:1]
            for gap in range(len(key))
        ]
        return st.one_of(whole, whole, whole, st.sampled_from(broken))


@st.composite
def entities(draw: Draw, parts: int | None = None) -> Entity:
    """One key column or two."""
    parts = parts or draw(st.sampled_from([1, 1, 2]))
    if parts == 2:
        found = draw(st.lists(st.sampled_from(PAIRS), min_size=1, max_size=3, unique=True))
        return Entity(("string", "string"), found)
    type_, known = draw(st.sampled_from(ONES))
    values = draw(st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True))
    return Entity((type_,), [(value,) for value in values])


def key_names(draw: Draw, entity: Entity, taken: Sequence[str] = ()) -> list[str]:
    """A name for each part of a key, none of them taken."""
    found: list[str] = []
    for pool in (KEY_NAMES, SECOND_NAMES)[: len(entity.types)]:
        found.append(draw(st.sampled_from(_free(pool, [*taken, *found]))))
    return found


def _free(pool: Sequence[str], taken: Sequence[str]) -> list[str]:
    folded = {name.casefold() for name in taken}
    return [name for name in pool if name.casefold() not in folded] or [f"{pool[0]}_{len(taken)}"]


def _one(draw: Draw, pool: Sequence[str], taken: Sequence[str]) -> str:
    return str(draw(st.sampled_from(_free(pool, taken))))


def parquet(name: str, table: Table, **more: Any) -> Source:
    """A parquet source that declares the types of its file."""
    schema = [{"name": column, "data_type": type_} for column, type_ in table.columns]
    spec = {
        "kind": "source",
        "name": name,
        "source": "parquet",
        "table": f"data/{name}.parquet",
        "schema": schema,
        **more,
    }
    return Source(spec, table)


@dataclass(frozen=True)
class Drawn:
    """A drawn table of events or of versions: which column plays which part."""

    source: Source
    entity: Entity
    keys: list[str]
    event: str
    known: str | None
    flavours: dict[str, Flavour]

    @property
    def ref(self) -> str:
        return f"source.{self.source.spec['name']}"

    def upstream(self, timeline: Timeline) -> Upstream:
        """What features can be drawn from; text used as a time is left out."""
        types = dict(read_source(self.source.spec, Table(self.source.raw.columns)).columns)
        for name in (self.event, self.known):
            if name is not None and types[name] == "string":
                del types[name]
        bys = [name for name in types if name.isidentifier() and name.isascii()]
        return Upstream(self.flavours, types, timeline.coarse, bys)


@st.composite
def tables(
    draw: Draw,
    name: str,
    timeline: Timeline,
    entity: Entity,
    flavours: tuple[Flavour, ...],
    *,
    policy: str = "",
) -> Drawn:
    """Rows of keys, an event time, often a knowledge time, and values."""
    keys = key_names(draw, entity)
    event = _one(draw, TIME_NAMES, keys)
    known = _one(draw, KNOWN_NAMES, [*keys, event]) if draw(st.booleans()) else None
    taken = [*keys, event, *([known] if known else [])]
    chosen: dict[str, Flavour] = {}
    for pick in draw(st.lists(st.sampled_from(VALUE_NAMES), min_size=1, max_size=3, unique=True)):
        if pick.casefold() not in {n.casefold() for n in [*taken, *chosen]}:
            chosen[pick] = draw(st.sampled_from(flavours))
    chosen = chosen or {"amount_": flavours[0]}

    clock = draw(st.sampled_from(CLOCKS))
    columns = [*zip(keys, entity.types, strict=True), (event, clock)]
    cells = [times(draw, clock, timeline)]
    if known:
        other = draw(st.sampled_from(CLOCKS))
        columns.append((known, other))
        cells.append(times(draw, other, timeline))
    columns += [(name, flavour.type) for name, flavour in chosen.items()]
    cells += [nullable(flavour.values, draw(NULLS)) for flavour in chosen.values()]
    fewest = draw(st.sampled_from([0, 3, 8, 14]))
    row = st.tuples(entity.cells(draw), *cells)
    drawn = draw(st.lists(row, min_size=fewest, max_size=fewest + 4))
    rows = [(*key, *values) for key, *values in drawn]
    if rows and draw(st.integers(0, 3)) == 3:
        # Whole rows twice, and rows that differ in their last column alone.
        again = draw(st.lists(st.sampled_from(rows), max_size=3))
        last = nullable(list(chosen.values())[-1].values, "some")
        rows += [(*twin[:-1], draw(last)) for twin in again] + again[:1]
    more = {"on_bad_value": "null"} if policy == "null" else {}
    if policy and rows:
        rows = _spoilt(
            draw,
            rows,
            [
                i
                for i, (_, type_) in enumerate(columns)
                if type_ == "string"
                and i in (len(keys), len(keys) + 1)
                and columns[i][0] in (event, known)
            ],
        )
    return Drawn(
        parquet(name, Table(tuple(columns), rows), **more), entity, keys, event, known, chosen
    )


BAD_TIMES = ["2026-1-5", "2026-02-30", "05/01/2026", "", "today", "2026-01-05 25:00:00"]


def _spoilt(draw: Draw, rows: list[tuple[Any, ...]], at: list[int]) -> list[tuple[Any, ...]]:
    """The rows with a text that is no time in one of the columns `at`."""
    if not at:
        return rows
    column = draw(st.sampled_from(at))
    chosen = draw(st.sets(st.integers(0, len(rows) - 1), min_size=1, max_size=3))
    text = st.sampled_from(BAD_TIMES)
    return [
        (*row[:column], draw(text), *row[column + 1 :]) if i in chosen else row
        for i, row in enumerate(rows)
    ]


@dataclass(frozen=True)
class Spine:
    """The drawn rows of a training set and the columns of each entity."""

    source: Source
    as_of: str
    keys: list[list[str]]
    label: str

    @property
    def ref(self) -> str:
        return f"source.{self.source.spec['name']}"


def spine_keys(draw: Draw, entity: Entity) -> tuple[tuple[str, ...], Strategy]:
    """The spine's keys of an entity: numbers may be of another type, with the same values."""
    numbers = [value for (value, *_) in entity.values if isinstance(value, int)]
    if entity.types != ("int64",) or max(map(abs, numbers)) > 2**53:
        return entity.types, entity.cells(draw)
    type_, cast = draw(st.sampled_from([("int64", int), ("double", float), *_DECIMAL_KEYS]))
    cells = entity.cells(draw)
    return (type_,), cells.map(lambda key: tuple(v if v is None else cast(v) for v in key))


_DECIMAL_KEYS = [("decimal(20,2)", Decimal), ("int64", int)]


@st.composite
def spines(
    draw: Draw, name: str, timeline: Timeline, drawn: Sequence[Drawn], policy: str = ""
) -> Spine:
    """Keys of each entity, an as-of and a label; equal rows, NULLs and keys without events."""
    as_of = draw(st.sampled_from(AS_OF_NAMES))
    taken = [as_of]
    keys: list[list[str]] = []
    columns: list[tuple[str, str]] = []
    cells: list[Strategy] = []
    for one in drawn:
        names = one.keys
        if {n.casefold() for n in names} & {n.casefold() for n in taken} or draw(st.booleans()):
            names = key_names(draw, one.entity, taken)
        taken += names
        keys.append(names)
        types, values = spine_keys(draw, one.entity)
        columns += zip(names, types, strict=True)
        cells.append(values)
    label = _one(draw, LABEL_NAMES, taken)
    clock = draw(st.sampled_from(CLOCKS))
    columns += [(as_of, clock), (label, "boolean")]
    moments = st.one_of(st.sampled_from(timeline.as_ofs), timeline.moments)
    when = st.builds(written, st.just(clock), moments, st.integers(0, 9))
    row = st.tuples(st.tuples(*cells), nullable(when, draw(FEWER_NULLS)), st.booleans())
    fewest = draw(st.sampled_from([0, 2, 5]))
    found = draw(st.lists(row, min_size=fewest, max_size=fewest + 3))
    rows = [(*(part for key in parts for part in key), at, flag) for parts, at, flag in found]
    if rows:
        rows += draw(st.lists(st.sampled_from(rows), max_size=2))
    more = {"on_bad_value": "null"} if policy == "null" else {}
    if policy and rows and clock == "string":
        rows = _spoilt(draw, rows, [len(columns) - 2])
    order = draw(st.permutations(range(len(columns))))
    table = Table(tuple(columns[i] for i in order), [tuple(row[i] for i in order) for row in rows])
    return Spine(parquet(name, table, **more), as_of, keys, label)


# -- feature groups --------------------------------------------------------------------------


@st.composite
def groups(
    draw: Draw, name: str, drawn: Drawn, timeline: Timeline, predicates: dict[str, Predicate]
) -> Spec:
    """A declarative feature group over drawn events."""
    upstream = drawn.upstream(timeline)
    spec: Spec = {
        "kind": "feature_group",
        "name": name,
        "entity": {"name": "thing", "join_keys": list(drawn.keys)},
        "inputs": [{"ref": drawn.ref}],
        "event_time": drawn.event,
    }
    if drawn.known and draw(st.booleans()):
        spec["knowledge_time"] = drawn.known
    if draw(st.integers(0, 2)) == 2:
        spec["as_of"] = draw(st.sampled_from(["exclusive", "exclusive", "inclusive"]))
    used = {"event_time", *(key.casefold() for key in drawn.keys)}
    spec["features"] = {}
    fewest = draw(st.integers(1, 3))
    names = st.lists(st.sampled_from(FEATURE_NAMES), min_size=fewest, max_size=4, unique=True)
    for key in draw(names):
        entry = _feature(draw, key, upstream, timeline, predicates)
        outputs = [f.name.casefold() for f in group_features({"features": {key: entry}})]
        if not used & set(outputs):
            used |= set(outputs)
            spec["features"][key] = entry
    if not spec["features"]:
        spec["features"] = {"visits_": {"agg": "count_rows", "window": "lifetime"}}
    return spec


def _feature(
    draw: Draw,
    key: str,
    upstream: Upstream,
    timeline: Timeline,
    predicates: dict[str, Predicate],
) -> Spec:
    forms = ["window", "ratio"] if timeline.periods else ["window", "window", "windows", "ratio"]
    form = draw(st.sampled_from(forms))
    if form == "ratio":
        sides = ("numerator", "denominator")
        return {
            "ratio": {
                side: _measure(draw, key, upstream, timeline, predicates, ratio=True)
                for side in sides
            }
        }
    entry = _measure(draw, key, upstream, timeline, predicates)
    if form == "windows":
        entry.pop("window")
        labels = [*timeline.lengths, "lifetime"]
        entry["windows"] = draw(
            st.lists(st.sampled_from(labels), min_size=1, max_size=3, unique=True)
        )
    return entry


def _measure(
    draw: Draw,
    key: str,
    upstream: Upstream,
    timeline: Timeline,
    predicates: dict[str, Predicate],
    *,
    ratio: bool = False,
) -> Spec:
    able = {n: f for n, f in upstream.flavours.items() if not ratio or f.ratio_aggregations}
    column = draw(st.sampled_from(list(able) or list(upstream.flavours)))
    words = applicable(
        [upstream.flavours[column]],
        coarse=upstream.coarse,
        dated=True,
        bys=upstream.bys,
        ratio=ratio,
    )
    if timeline.periods:
        words = [word for word in words if word in MERGING]
    word = draw(st.sampled_from(words)) if words else "count_rows"
    entry: Spec = {"agg": draw(spelt(word, upstream.bys))}
    rows_alone = word == "count_rows" or word.startswith("days_since")
    if not (column == key or (rows_alone and draw(st.booleans()))):
        entry["column"] = column
    entry["window"] = draw(windows(timeline))
    if draw(st.integers(0, 3)) == 3:
        entry["offset"] = draw(st.sampled_from(timeline.lengths))
    if draw(st.integers(0, 3)) == 3:
        text, predicate = draw(conditions(upstream.types, 1))
        predicates[text] = predicate
        entry["where"] = text
    return entry


def windows(timeline: Timeline) -> Strategy:
    """A length of the timeline, `lifetime`, or whole periods."""
    lengths = st.sampled_from([*timeline.lengths, *timeline.lengths, "lifetime"])
    calendar = st.fixed_dictionaries(
        {"calendar": st.sampled_from(PERIODS)}, optional={"count": st.integers(1, 3)}
    )
    return calendar if timeline.periods else st.one_of(lengths, lengths, lengths, calendar)


# -- training sets ---------------------------------------------------------------------------


@st.composite
def training_cases(
    draw: Draw,
    flavours: tuple[Flavour, ...] = ALL_FLAVOURS,
    policy: str = "",
    forms: Sequence[str] = ("windows", "windows", "days", "latest", "latest"),
    periods: bool = False,
) -> TimeCase:
    """A training set with one to four joins, of groups, days and latest rows.

    `policy` is that of sources with text that is no time: "error" or "null", "" for none.
    `periods`: windows are of whole periods.
    """
    timeline = draw(timelines(periods=periods))
    wanted = draw(st.lists(st.sampled_from(list(forms)), min_size=1, max_size=3))
    names = _node_names(draw)
    predicates: dict[str, Predicate] = {}
    entity = draw(entities(1 if "days" in wanted else None))
    found: dict[str, Drawn] = {}
    if {"windows", "days"} & set(wanted):
        found["events"] = draw(tables(names["events"], timeline, entity, flavours, policy=policy))
    if "latest" in wanted:
        other = entity if draw(st.booleans()) else draw(entities())
        found["profile"] = draw(tables(names["profile"], timeline, other, flavours, policy=policy))
    spine = draw(spines(names["spine"], timeline, list(found.values()), policy))
    mine = dict(zip(found, spine.keys, strict=True))
    nodes: dict[str, Spec] = {}
    joins: list[Spec] = []
    for number, form in enumerate(wanted):
        drawn = found["profile" if form == "latest" else "events"]
        keys = mine["profile" if form == "latest" else "events"]
        if form == "latest":
            join, outputs = _latest_join(draw, drawn, timeline)
        else:
            node = draw(_nodes(form, names[f"{form}{number % 2}"], drawn, timeline, predicates))
            node = nodes.setdefault(f"{node['kind']}.{node['name']}", node)
            join = {"ref": f"{node['kind']}.{node['name']}"}
            outputs = _outputs(node)
        _name_keys(draw, join, keys, drawn.keys, form)
        if draw(st.booleans()):
            outputs = draw(st.lists(st.sampled_from(outputs), min_size=1, max_size=4, unique=True))
            join["features"] = outputs
        joins.append(join)
        _prefix(join, outputs, spine, joins, nodes, found)
    training: Spec = {
        "kind": "training_set",
        "name": "result",
        "spine": {"ref": spine.ref, "as_of": spine.as_of},
        "label": spine.label,
        "joins": joins,
    }
    if draw(st.booleans()):
        kept = draw(st.permutations(spine.source.raw.names))
        kept = kept[: draw(st.integers(1, len(kept)))]
        training["spine"]["columns"] = list(kept)
        if spine.label not in kept:
            del training["label"]
    sources = {s.spec["name"]: s for s in [spine.source, *(d.source for d in found.values())]}
    return TimeCase(training, nodes, sources, draw(st.sampled_from(timeline.as_ofs)), predicates)


def _node_names(draw: Draw) -> dict[str, str]:
    """Names of the case's nodes: plain ones, or ones that look like the compiler's own."""
    if draw(st.booleans()):
        plain = {"events": "events", "profile": "profile", "spine": "labels"}
        return {**plain, "windows0": "spend", "windows1": "more", "days0": "trend", "days1": "new"}
    source = draw(st.permutations(NODE_NAMES["source"]))
    group = draw(st.permutations(NODE_NAMES["feature_group"]))
    days = draw(st.permutations(NODE_NAMES["second_order_aggregation"]))
    return {
        **dict(zip(["events", "profile", "spine"], source, strict=False)),
        **dict(zip(["windows0", "windows1"], group, strict=False)),
        **dict(zip(["days0", "days1"], days, strict=False)),
    }


@st.composite
def _nodes(
    draw: Draw,
    form: str,
    name: str,
    drawn: Drawn,
    timeline: Timeline,
    predicates: dict[str, Predicate],
) -> Spec:
    if form == "windows":
        return draw(groups(name, drawn, timeline, predicates))
    keys = set(drawn.keys)
    spec: Spec = {
        "kind": "second_order_aggregation",
        "name": name,
        "source": drawn.ref,
        "id_col": drawn.keys[0],
        "feature_date_col": drawn.event,
        # The relation has no application date: it takes one to be a node by itself.
        "spine": {
            "ref": drawn.ref,
            "id_col": drawn.keys[0],
            "application_date_col": drawn.event,
        },
    }
    keys.add(drawn.event)
    spec["features"] = draw(day_features.second_order(drawn.upstream(timeline), keys, predicates))
    return spec


def _outputs(node: Spec) -> list[str]:
    if node["kind"] == "feature_group":
        return [feature.name for feature in group_features(node)]
    return second_order_names(node)


def _latest_join(draw: Draw, drawn: Drawn, timeline: Timeline) -> tuple[Spec, list[str]]:
    """A join of the latest row, and the columns that it could take."""
    join: Spec = {"ref": drawn.ref, "event_time": drawn.event}
    names = list(drawn.flavours)
    if drawn.known and draw(st.booleans()):
        join["knowledge_time"] = drawn.known
    elif drawn.known:
        names.insert(0, drawn.known)
    lengths = st.sampled_from(timeline.lengths)
    if draw(st.booleans()):
        join["ttl"] = draw(lengths)
    if draw(st.integers(0, 2)) == 2:
        shortest = min(timeline.lengths, key=length_of)
        join["delay"] = draw(lengths) if "ttl" not in join else shortest
    if draw(st.booleans()):
        every = [n for n in drawn.source.raw.names if n != drawn.event]
        columns = draw(st.lists(st.sampled_from(every), min_size=1, max_size=2, unique=True))
        join["tie_break"] = [_tie(draw, column) for column in columns]
    return join, names


def _tie(draw: Draw, column: str) -> str | Spec:
    order = draw(st.sampled_from(["", "asc", "desc"]))
    if column.isidentifier() and column.isascii() and draw(st.booleans()):
        return f"{column} {order}".strip()
    return {"column": column, **({"order": order} if order else {})}


def _name_keys(draw: Draw, join: Spec, mine: list[str], others: list[str], form: str) -> None:
    if mine != others:
        join["on"] = dict(zip(mine, others, strict=True))
    elif form == "latest" or draw(st.booleans()):
        join["on"] = list(mine)


def _prefix(
    join: Spec,
    outputs: list[str],
    spine: Spine,
    joins: list[Spec],
    nodes: Mapping[str, Spec],
    found: Mapping[str, Drawn],
) -> None:
    """A prefix where an output has a name that is taken, or one node is joined twice."""
    taken = {name.casefold() for name in spine.source.raw.names}
    for other in joins[:-1]:
        ref = other["ref"]
        theirs = other.get("features") or (
            _outputs(nodes[ref]) if ref in nodes else list(found["profile"].source.raw.names)
        )
        taken |= {(other.get("prefix", "") + name).casefold() for name in theirs}
    again = any(other["ref"] == join["ref"] for other in joins[:-1])
    if again or taken & {name.casefold() for name in outputs}:
        join["prefix"] = f"p{len(joins)}_"


def overflow_cases() -> Strategy:
    """Sums of int64 values near the ends of its range: some fit, some raise Overflow."""
    return st.booleans().flatmap(
        lambda periods: training_cases(
            flavours=(TOTALS,), forms=("windows", "latest"), periods=periods
        )
    )


def period_cases() -> Strategy:
    """Windows of whole periods, and aggregations whose results over parts merge."""
    return training_cases(forms=("windows",), periods=True)


# -- edges and ties --------------------------------------------------------------------------

# What runs along a timeline, what is framed, what is joined: every shape has something to do.
ALONG = [("count_rows", "n"), ("sum", "n"), ("mean", "n"), ("count", "x")]
FRAMED = [("sum", "x"), ("max", "n"), ("min", "x"), ("stddev", "x")]
JOINED = [("last", "n"), ("first", "x"), ("median", "n"), ("days_since_first", "n")]


@st.composite
def edge_cases(draw: Draw) -> TimeCase:
    """One entity, events at the edges of its windows and a microsecond to either side."""
    lengths = draw(
        st.lists(st.sampled_from(["1h", "90m", "1d", "7d"]), min_size=1, max_size=2, unique=True)
    )
    us = timedelta(microseconds=1)
    as_of = draw(st.sampled_from(BASES)) + draw(st.sampled_from([0, 0, 1])) * us
    whole = draw(st.integers(0, 2)) == 2
    reaches = [timedelta(0), *map(length_of, lengths)]
    edges = [as_of - one - other for one in reaches for other in reaches]
    if whole:
        starts = [start_of(unit, as_of - reach) for unit in PERIODS for reach in reaches]
        earlier = [start_of(unit, start - us) for unit in PERIODS for start in starts]
        edges = [
            as_of,
            *starts,
            *earlier,
            *(start_of(unit, e - us) for unit in PERIODS[2:] for e in earlier),
        ]
    moments = st.builds(lambda edge, off: edge + off * us, st.sampled_from(edges), _OFF)
    late = st.sampled_from([timedelta(0), timedelta(0), us, timedelta(hours=1)])
    cells = st.tuples(moments, late, st.integers(-3, 9), st.integers(-40, 40))
    rows = [
        ("a", at, at + wait, n, x / 8)
        for at, wait, n, x in draw(st.lists(cells, min_size=8, max_size=14))
    ]
    columns = (("id", "string"), ("at", "timestamp"), ("known", "timestamp"))
    events = Table((*columns, ("n", "int64"), ("x", "double")), rows)
    more: Spec = {"as_of": "exclusive"} if draw(st.booleans()) else {}
    if draw(st.integers(0, 3)) == 3:
        more["knowledge_time"] = "known"
    nodes: dict[str, Spec] = {}
    for name, words in (("along", ALONG), ("framed", FRAMED), ("joined", JOINED)):
        chosen = draw(st.lists(st.sampled_from(words), min_size=1, max_size=3))
        features = {}
        for number, (word, column) in enumerate(chosen):
            window: Any = draw(st.sampled_from(lengths))
            if whole:
                window = {"calendar": draw(st.sampled_from(PERIODS))}
            elif draw(st.integers(0, 5)) == 5:
                window = "lifetime"
            features[f"{name}_{number}"] = {"agg": word, "column": column, "window": window}
            if draw(st.booleans()):
                features[f"{name}_{number}"]["offset"] = draw(st.sampled_from(lengths))
        nodes[f"feature_group.{name}"] = {
            "kind": "feature_group",
            "name": name,
            "entity": {"name": "thing", "join_keys": ["id"]},
            "inputs": [{"ref": "source.events"}],
            "event_time": "at",
            "features": features,
            **more,
        }
    asked = [as_of, *draw(st.lists(moments, max_size=2))]
    labels = Table((("id", "string"), ("as_of", "timestamp")), [("a", at) for at in asked])
    training: Spec = {
        "kind": "training_set",
        "name": "result",
        "spine": {"ref": "source.labels", "as_of": "as_of"},
        "joins": [{"ref": node} for node in nodes],
    }
    sources = {"events": parquet("events", events), "labels": parquet("labels", labels)}
    return TimeCase(training, nodes, sources, as_of)


_OFF = st.sampled_from([0, 0, 1, -1])


@st.composite
def tie_cases(draw: Draw) -> TimeCase:
    """Rows of one entity that share event times, knowledge times and most values."""
    start = draw(st.sampled_from(BASES))
    hour = timedelta(hours=1)
    moments = st.sampled_from([start, start, start + hour])
    version = nullable(st.integers(0, 1), "some")
    number = nullable(st.integers(0, 5), "some")
    text = nullable(st.sampled_from(["a", "B", "ä"]), "some")
    cells = st.tuples(moments, moments, version, number, text)
    rows = [("a", *row) for row in draw(st.lists(cells, min_size=6, max_size=12))]
    columns = (("id", "string"), ("at", "timestamp"), ("known", "timestamp"))
    numbers = (("version", "int64"), ("n", "int64"))
    versions = Table((*columns, *numbers, ("tier", "string")), rows)
    joins: list[Spec] = []
    for position in range(2):
        taken = draw(st.permutations(["version", "n", "tier"]))[: draw(st.integers(1, 3))]
        join: Spec = {
            "ref": "source.profile",
            "on": ["id"],
            "event_time": "at",
            "features": list(taken),
            "prefix": f"p{position}_",
        }
        if draw(st.booleans()):
            join["knowledge_time"] = "known"
        if draw(st.booleans()):
            names = st.sampled_from(["version", "version", "tier", "known"])
            chosen = draw(st.lists(names, min_size=1, max_size=2, unique=True))
            join["tie_break"] = [_tie(draw, column) for column in chosen]
        if draw(st.integers(0, 2)) == 2:
            join["delay"] = "1h"
        if draw(st.integers(0, 2)) == 2:
            join["ttl"] = draw(st.sampled_from(["1h", "2h"]))
        joins.append(join)
    asked = [("a", start + n * hour) for n in (-1, 0, 1, 2)]
    labels = Table((("id", "string"), ("as_of", "timestamp")), asked)
    training: Spec = {
        "kind": "training_set",
        "name": "result",
        "spine": {"ref": "source.labels", "as_of": "as_of"},
        "joins": joins,
    }
    sources = {"profile": parquet("profile", versions), "labels": parquet("labels", labels)}
    return TimeCase(training, {}, sources, start)


# -- every aggregation -----------------------------------------------------------------------


@st.composite
def thorough_cases(draw: Draw, flavour: Flavour) -> TimeCase:
    """Every aggregation that a column of `flavour` has, in several windows."""
    timeline = draw(timelines(coarse=True))
    entity = Entity(("string",), [("a",), ("b",)])
    values = nullable(flavour.values, draw(FEWER_NULLS))
    by = nullable(st.integers(0, 2), "some")
    clock = draw(st.sampled_from(["timestamp", "timestamptz", "date"]))
    known = st.sampled_from([timedelta(0), timedelta(hours=6), -timedelta(hours=6)])
    cells = st.tuples(st.sampled_from(["a", "a", "b"]), timeline.moments, known, values, by)
    rows = [
        (key, written(clock, at, 0), at + wait, value, other)
        for key, at, wait, value, other in draw(st.lists(cells, min_size=8, max_size=14))
    ]
    columns = (("id", "string"), ("at", clock), ("known", "timestamp"), ("value", flavour.type))
    drawn = Drawn(
        parquet("events", Table((*columns, ("other", "int64")), rows)),
        entity,
        ["id"],
        "at",
        "known",
        {"value": flavour},
    )
    words = applicable([flavour], coarse=True, dated=True, bys=["other"], ratio=False)
    features: Spec = {}
    for number, word in enumerate(words):
        text = draw(spelt(word, ["other"]))
        entry: Spec = {"agg": text, "column": "value", "windows": [*timeline.lengths, "lifetime"]}
        if draw(st.integers(0, 2)) == 2:
            entry["offset"] = draw(st.sampled_from(timeline.lengths))
        features[f"f{number}"] = entry
    for number, word in enumerate(flavour.ratio_aggregations):
        side = {"agg": word, "column": "value", "window": timeline.lengths[0]}
        features[f"r{number}"] = {
            "ratio": {"numerator": side, "denominator": {**side, "offset": timeline.lengths[-1]}}
        }
    spec: Spec = {
        "kind": "feature_group",
        "name": "spend",
        "entity": {"name": "thing", "join_keys": ["id"]},
        "inputs": [{"ref": "source.events"}],
        "event_time": "at",
        "features": features,
    }
    if draw(st.booleans()):
        spec["knowledge_time"] = "known"
    if draw(st.booleans()):
        spec["as_of"] = "exclusive"
    asked = draw(st.lists(st.sampled_from(timeline.as_ofs), min_size=1, max_size=3))
    labels = Table((("id", "string"), ("as_of", "timestamp")), [("a", at) for at in asked])
    training: Spec = {
        "kind": "training_set",
        "name": "result",
        "spine": {"ref": "source.labels", "as_of": "as_of"},
        "joins": [{"ref": "feature_group.spend"}],
    }
    sources = {"events": drawn.source, "labels": parquet("labels", labels)}
    return TimeCase(training, {"feature_group.spend": spec}, sources, asked[0])
