"""Training sets: SEMANTICS "Point-in-time join", and how each kind of node is joined.

Where SEMANTICS leaves room, the reading taken here, each in one place:

* A relation joined by its latest row gives all columns but its keys, event and knowledge time
  where no `features` are named.
* A row whose event or knowledge time is NULL is never visible.
* `tie_break` takes the place of the greatest knowledge time; the selected columns come after
  either, the greatest first.
* What is computed for a row depends on the features that the join takes, and on no others: a sum
  that does not fit is an error only where it is taken.
* A spine's as-of that is a DATE is midnight at the start of its day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tests.naive.days import AmbiguousAsOf, second_order
from tests.naive.names import Predicate, Spec
from tests.naive.tables import Table, Value, day_of
from tests.naive.time import Group, Key, Relations, group_features, length_of

Row = Mapping[str, Value]
Features = tuple[Value, ...]


@dataclass(frozen=True)
class Asked:
    """A spine row as the joins see it."""

    row: Row
    as_of: datetime | None


@dataclass(frozen=True)
class Joined:
    """The output columns of a join, and their values for every spine row."""

    columns: list[tuple[str, str]]
    rows: list[Features]


def training_set(
    spec: Spec,
    nodes: Mapping[str, Spec],
    relations: Relations,
    predicates: Mapping[str, Predicate] | None = None,
) -> Table:
    """One row per spine row: the spine's columns, then each join's features in order.

    `nodes` are the specs of the feature groups and second-order aggregations that joins name; any
    other name is a relation.
    """
    spine = relations[spec["spine"]["ref"]]
    times = relations.instants(spec["spine"]["ref"], spec["spine"]["as_of"])
    asked = [Asked(row, time) for row, time in zip(spine.records(), times, strict=True)]
    names = [spine.spelling(name) for name in spec["spine"].get("columns") or spine.names]
    joined = [
        _join(join, spine, asked, nodes, relations, predicates or {}) for join in spec["joins"]
    ]
    columns = [(name, spine.type_of(name)) for name in names]
    columns += [column for join in joined for column in join.columns]
    rows = [
        (
            *(spine.cell(one.row, name) for name in names),
            *(value for join in joined for value in join.rows[position]),
        )
        for position, one in enumerate(asked)
    ]
    return Table(tuple(columns), rows)


def _join(
    join: Spec,
    spine: Table,
    asked: list[Asked],
    nodes: Mapping[str, Spec],
    relations: Relations,
    predicates: Mapping[str, Predicate],
) -> Joined:
    node = nodes.get(join["ref"])
    if node is None:
        return _latest_rows(join, spine, asked, relations)
    if node["kind"] == "feature_group":
        return _windows(join, spine, asked, Group(node, relations, predicates))
    return _days(join, spine, asked, node, relations, predicates)


def pairs_of(join: Spec, default: list[str]) -> tuple[list[str], list[str]]:
    """The spine's columns and those of the relation that they equal."""
    on = join.get("on") or default
    if isinstance(on, Mapping):
        return list(on), list(on.values())
    return list(on), list(on)


def _key(spine: Table, row: Row, names: list[str]) -> Key | None:
    """The values of a spine row's key; None where one is NULL."""
    key = tuple(spine.cell(row, name) for name in names)
    return None if None in key else key


def _prefixed(join: Spec, columns: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(join.get("prefix", "") + name, type_) for name, type_ in columns]


def _windows(join: Spec, spine: Table, asked: list[Asked], group: Group) -> Joined:
    """A declarative feature group: its windows as of each row."""
    mine, others = pairs_of(join, group.keys)
    features = {feature.name: feature for feature in group_features(group.spec)}
    taken = [features[name] for name in join.get("features") or features]
    events = group.by_entity(others)
    rows: list[Features] = []
    for one in asked:
        key = _key(spine, one.row, mine)
        if key is None or one.as_of is None:
            rows.append((None,) * len(taken))
            continue
        visible = group.visible(events.get(key, []), one.as_of)
        rows.append(tuple(group.value(feature, visible, one.as_of) for feature in taken))
    return Joined(_prefixed(join, [(f.name, group.type_of(f)) for f in taken]), rows)


def _days(
    join: Spec,
    spine: Table,
    asked: list[Asked],
    node: Spec,
    relations: Relations,
    predicates: Mapping[str, Predicate],
) -> Joined:
    """A second-order aggregation: days back from the date of each row."""
    default = (node.get("spine") or node)["id_col"]
    (mine,), _ = pairs_of(join, [default])
    upstream = _with_times(relations, node["source"], node["feature_date_col"])
    pairs = [(spine.cell(one.row, mine), day_of(one.as_of)) for one in asked]
    around = {"ref": "spine", "id_col": "id", "application_date_col": "date"}
    computed = second_order(
        {**node, "spine": around, "grain": []},
        {
            node["source"]: upstream,
            "spine": Table((("id", spine.type_of(mine)), ("date", "date")), list(pairs)),
        },
        predicates,
    )
    assert not isinstance(computed, AmbiguousAsOf)
    names = list(computed.names[2:])
    taken = [names.index(name) for name in join.get("features") or names]
    found = {row[:2]: row[2:] for row in computed.rows}
    nothing = (None,) * len(names)
    rows = [tuple(found.get(pair, nothing)[i] for i in taken) for pair in pairs]
    return Joined(_prefixed(join, [computed.columns[2 + i] for i in taken]), rows)


def _with_times(relations: Relations, node: str, column: str) -> Table:
    """The relation with a column of text as the times that it says; BadDate for other text."""
    table = relations[node]
    times = relations.instants(node, column)
    if table.type_of(column) != "string":
        return table
    at = table.names.index(table.spelling(column))
    columns = list(table.columns)
    columns[at] = (columns[at][0], "timestamp")
    rows = zip(table.rows, times, strict=True)
    return Table(tuple(columns), [(*row[:at], time, *row[at + 1 :]) for row, time in rows])


@dataclass(frozen=True)
class Version:
    """A row of a relation, when it was true and when it was known."""

    row: Row
    time: datetime
    known: datetime | None


def _latest_rows(join: Spec, spine: Table, asked: list[Asked], relations: Relations) -> Joined:
    """Any relation: its latest row as of each row."""
    table = relations[join["ref"]]
    mine, others = pairs_of(join, [])
    keys = [table.spelling(name) for name in others]
    times = {table.spelling(join[n]) for n in ("event_time", "knowledge_time") if n in join}
    default = [name for name in table.names if name not in {*keys, *times}]
    taken = [table.spelling(name) for name in join.get("features") or default]
    versions = _versions(join, keys, relations)
    rows: list[Features] = []
    for one in asked:
        key = _key(spine, one.row, mine)
        best = None
        if key is not None and one.as_of is not None:
            best = _latest(join, taken, versions.get(key, []), one.as_of, table)
        rows.append(tuple(best[name] for name in taken) if best else (None,) * len(taken))
    return Joined(_prefixed(join, [(name, table.type_of(name)) for name in taken]), rows)


def _versions(join: Spec, keys: list[str], relations: Relations) -> dict[Key, list[Version]]:
    """The rows that have a key and a time, by key."""
    table = relations[join["ref"]]
    times = relations.instants(join["ref"], join["event_time"])
    known: list[datetime | None] = [None] * len(times)
    if name := join.get("knowledge_time"):
        known = relations.instants(join["ref"], name)
    found: dict[Key, list[Version]] = {}
    for row, time, at in zip(table.records(), times, known, strict=True):
        key = tuple(row[name] for name in keys)
        if None not in key and time is not None:
            found.setdefault(key, []).append(Version(row, time, at))
    return found


def _latest(
    join: Spec, taken: list[str], versions: list[Version], as_of: datetime, table: Table
) -> Row | None:
    """Of the visible rows the one with the greatest event time, ties decided."""
    visible = [one for one in versions if _is_visible(join, one, as_of)]
    if not visible:
        return None
    newest = max(one.time for one in visible)
    tied = [one for one in visible if one.time == newest]
    if "tie_break" in join:
        for column, descending in map(tie_order, join["tie_break"]):
            tied = _winners(tied, table.spelling(column), descending)
    elif "knowledge_time" in join:
        last = max(one.known for one in tied if one.known is not None)
        tied = [one for one in tied if one.known == last]
    for column in taken:
        tied = _winners(tied, column, descending=True)
    return tied[0].row


def _is_visible(join: Spec, one: Version, as_of: datetime) -> bool:
    if one.time > as_of - length_of(join.get("delay", "0d")):
        return False
    if "ttl" in join and one.time < as_of - length_of(join["ttl"]):
        return False
    return "knowledge_time" not in join or (one.known is not None and one.known <= as_of)


def tie_order(entry: str | Spec) -> tuple[str, bool]:
    """(column, descending) of an entry of `tie_break`."""
    if isinstance(entry, Mapping):
        return entry["column"], entry.get("order", "desc") == "desc"
    column, *order = entry.split()
    return column, [word.lower() for word in order] != ["asc"]


def _winners(tied: list[Version], column: str, descending: bool) -> list[Version]:
    """The rows with the greatest value of a column, or the least; NULL loses to any value."""
    values = [value for one in tied if (value := one.row[column]) is not None]
    if not values:
        return tied
    best = max(values) if descending else min(values)  # type: ignore[type-var]
    return [one for one in tied if one.row[column] == best]
