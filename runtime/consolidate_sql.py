"""The statement that joins the feature groups of an entity, in DuckDB's SQL.

A row is what was known of an entity at a time at which a group says something new. Each group is
a struct: its latest row as of that time (SEMANTICS "Point-in-time join"), NULL where it has none.
A group without an event time says the same of all times. An entity of which no group has a time
has one row, with NULL as its time.

The joins to the latest rows are one window over all rows of all groups: its memory does not grow
with the number of groups, as that of several ASOF joins does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seeknal.runtime.duckdb_engine import identifier

EVENT_TIME = "event_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRows:
    """The rows of a feature group: the relation that holds them and what its columns are.

    `event_time` is None for a group whose rows have no time.
    """

    name: str
    relation: str
    event_time: str | None
    knowledge_time: str | None
    features: tuple[str, ...]


def consolidation_sql(keys: Sequence[str], groups: Sequence[GroupRows]) -> str:
    """The rows of an entity with the join keys `keys`: keys, `event_time`, a struct a group.

    Of rows of one entity and one time the one with the greatest features, in their order, counts;
    NULL loses. Rows with a NULL key are of no entity.
    """
    # Inner names are made up, so that no column of a group can be mistaken for another.
    inner = tuple(f"key_{index}" for index in range(1, len(keys) + 1))
    key_list = ", ".join(inner)
    timed = [index for index, group in enumerate(groups) if group.event_time is not None]
    timeless = [index for index, group in enumerate(groups) if group.event_time is None]
    ctes = {f"rows_{index}": _rows(keys, inner, group, index) for index, group in enumerate(groups)}
    # A row whose time is NULL is never the latest, and its entity is still an entity.
    ctes["entities"] = "\nUNION\n".join(
        f"SELECT {_keys(keys, inner)} FROM {identifier(group.relation)} WHERE {_known(keys)}"
        for group in groups
    )
    without_time = f"SELECT {key_list}, CAST(NULL AS TIMESTAMP) AS visible FROM entities"
    if timed:
        ctes["states"] = _states(inner, groups, timed)
        ctes["changes"] = _changes(key_list, groups, timed)
        without_time += f" ANTI JOIN changes USING ({key_list})"
        without_time = f"SELECT * FROM changes\nUNION ALL BY NAME\n{without_time}"
    ctes["moments"] = without_time
    names = [f"{own} AS {identifier(key)}" for own, key in zip(inner, keys, strict=True)]
    names.append(f"visible AS {EVENT_TIME}")
    names += [
        f"group_{index} AS {identifier(group.name)}"
        for index, group in enumerate(groups)
        if group.features
    ]
    return (
        "WITH "
        + ",\n".join(f"{name} AS (\n{sql}\n)" for name, sql in ctes.items())
        + f"\nSELECT {', '.join(names)}\nFROM moments"
        + "".join(f"\nLEFT JOIN rows_{index} USING ({key_list})" for index in timeless)
        + f"\nORDER BY {key_list}, visible"
    )


def _rows(keys: Sequence[str], inner: Sequence[str], group: GroupRows, index: int) -> str:
    """The rows of a group that count: keys, times and the struct of its features."""
    read = [_keys(keys, inner)]
    kept = [*inner]
    required = [_known(keys)]
    if group.event_time is not None:
        happened = f"CAST({identifier(group.event_time)} AS TIMESTAMP)"
        visible = happened
        required.append(f"{identifier(group.event_time)} IS NOT NULL")
        if group.knowledge_time is not None:
            known = identifier(group.knowledge_time)
            visible = f"GREATEST({happened}, CAST({known} AS TIMESTAMP))"
            required.append(f"{known} IS NOT NULL")
        read += [f"{happened} AS happened", f"{visible} AS visible"]
        kept += ["happened", "visible"]
    values = [f"value_{number}" for number in range(1, len(group.features) + 1)]
    pairs = list(zip(group.features, values, strict=True))
    read += [f"{identifier(feature)} AS {value}" for feature, value in pairs]
    order = ", ".join(f"{value} DESC NULLS LAST" for value in values) or inner[0]
    one = f"ROW_NUMBER() OVER (PARTITION BY {', '.join(kept)} ORDER BY {order}) = 1"
    if pairs:
        fields = ", ".join(f"{identifier(feature)} := {value}" for feature, value in pairs)
        kept.append(f"STRUCT_PACK({fields}) AS group_{index}")
    return (
        f"SELECT {', '.join(kept)}\n"
        f"FROM (SELECT {', '.join(read)} FROM {identifier(group.relation)} "
        f"WHERE {' AND '.join(required)})\nQUALIFY {one}"
    )


def _states(inner: Sequence[str], groups: Sequence[GroupRows], timed: Sequence[int]) -> str:
    """All rows that have a time, each with its own group's struct and NULL for the others."""
    selects = []
    for index in timed:
        columns = [*inner, "visible"]
        if groups[index].features:
            columns.append(f"group_{index}")
            if groups[index].knowledge_time is not None:
                columns.append(f"ROW(happened, visible) AS order_{index}")
        selects.append(f"SELECT {', '.join(columns)} FROM rows_{index}")
    return "\nUNION ALL BY NAME\n".join(selects)


def _changes(key_list: str, groups: Sequence[GroupRows], timed: Sequence[int]) -> str:
    """A row for each time of an entity, with the latest struct of every group by then."""
    latest = []
    for index in timed:
        group = groups[index]
        if not group.features:
            continue
        # What becomes known late may be about a time before what is known already.
        value = f"LAST_VALUE(group_{index} IGNORE NULLS)"
        if group.knowledge_time is not None:
            value = f"ARG_MAX(group_{index}, order_{index})"
        latest.append(f"{value} OVER by_then AS group_{index}")
    return (
        f"SELECT {', '.join([key_list, 'visible', *latest])}\nFROM states\n"
        f"WINDOW by_then AS (PARTITION BY {key_list} ORDER BY visible "
        "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)\n"
        f"QUALIFY ROW_NUMBER() OVER (PARTITION BY {key_list}, visible) = 1"
    )


def _keys(keys: Sequence[str], inner: Sequence[str]) -> str:
    return ", ".join(f"{identifier(key)} AS {own}" for key, own in zip(keys, inner, strict=True))


def _known(keys: Sequence[str]) -> str:
    return " AND ".join(f"{identifier(key)} IS NOT NULL" for key in keys)
