"""First- and second-order aggregation at day grain: SEMANTICS "Second-order aggregation"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.naive.aggregations import AGGREGATIONS, Event, base, parse_aggregation
from tests.naive.names import (
    Counts,
    Output,
    Predicate,
    Spec,
    first_order_outputs,
    second_order_outputs,
)
from tests.naive.tables import Table, Value, day_of, days_between

Tables = Mapping[str, Table]
Key = tuple[Value, ...]
# A row and the application date that it is seen from; None where there is none.
Seen = tuple[dict[str, Value], Value]


@dataclass(frozen=True)
class AmbiguousAsOf:
    """Ids that have several application dates where one row per id was asked for."""

    ids: tuple[Value, ...]


def first_order(
    spec: Spec, tables: Tables, predicates: Mapping[str, Predicate] | None = None
) -> Table:
    """`kind: aggregation`: one row per (id, date, group_by columns)."""
    upstream = tables[spec.get("source") or spec["inputs"][0]["ref"]]
    id_col, event_col = spec["id_col"], spec["feature_date_col"]
    as_of_col = spec.get("application_date_col")
    others = list(spec.get("group_by") or [])

    groups: dict[Key, list[Seen]] = {}
    for row in upstream.records():
        date = day_of(upstream.cell(row, as_of_col or event_col))
        key = (
            upstream.cell(row, id_col),
            date,
            *(upstream.cell(row, other) for other in others),
        )
        if None not in key:
            groups.setdefault(key, []).append((row, date if as_of_col else None))

    keys = [_key(upstream, id_col), _key(upstream, as_of_col or event_col, "date")]
    keys += [_key(upstream, name) for name in others]
    outputs = list(first_order_outputs(spec, predicates or {}))
    return _computed(upstream, event_col, keys, groups, outputs)


def second_order(
    spec: Spec, tables: Tables, predicates: Mapping[str, Predicate] | None = None
) -> Table | AmbiguousAsOf:
    """`kind: second_order_aggregation`: one row per id, or per (id, application date)."""
    upstream = tables[spec["source"]]
    id_col, as_of_col = spec["id_col"], spec.get("application_date_col")
    spine, grain = spec.get("spine"), list(spec.get("grain") or [])

    keys: list[tuple[str, str]]
    groups: dict[Key, list[Seen]]
    if spine:
        around = tables[spine["ref"]]
        spine_id, spine_date = spine["id_col"], spine["application_date_col"]
        keys = [_key(around, spine_id), _key(around, spine_date, "date")]
        groups = _around_spine(upstream, id_col, around, spine_id, spine_date)
    elif as_of_col is None:
        raise ValueError("without a spine the relation needs an application date")
    elif len(grain) == 2:
        keys = [_key(upstream, id_col), _key(upstream, as_of_col, "date")]
        groups = {}
        for row in upstream.records():
            key = (upstream.cell(row, id_col), day_of(upstream.cell(row, as_of_col)))
            if None not in key:
                groups.setdefault(key, []).append((row, key[1]))
    else:
        keys = [_key(upstream, id_col)]
        groups = {}
        for row in upstream.records():
            if (id_ := upstream.cell(row, id_col)) is not None:
                date = day_of(upstream.cell(row, as_of_col))
                groups.setdefault((id_,), []).append((row, date))
        if several := _several_dates(groups):
            return AmbiguousAsOf(several)

    outputs = list(second_order_outputs(spec, predicates or {}))
    return _computed(upstream, spec["feature_date_col"], keys, groups, outputs)


def _key(table: Table, name: str, type_: str | None = None) -> tuple[str, str]:
    """A key column of the output: the relation's spelling, the relation's type or `type_`."""
    return table.spelling(name), type_ or table.type_of(name)


def dropped_rows(spec: Spec, tables: Tables) -> tuple[int, int]:
    """How many rows are read, the spine's among them, and how many a NULL key drops."""
    if spec["kind"] == "aggregation":
        upstream = tables[spec.get("source") or spec["inputs"][0]["ref"]]
        date = spec.get("application_date_col") or spec["feature_date_col"]
        read = [(upstream, [spec["id_col"], date, *(spec.get("group_by") or [])])]
    elif spine := spec.get("spine"):
        read = [(tables[spec["source"]], [spec["id_col"]])]
        read += [(tables[spine["ref"]], [spine["id_col"], spine["application_date_col"]])]
    else:
        read = [(tables[spec["source"]], list(spec.get("grain") or [spec["id_col"]]))]
    dropped = [
        row
        for table, keys in read
        for row in table.records()
        if None in [table.cell(row, key) for key in keys]
    ]
    return sum(len(table.rows) for table, _ in read), len(dropped)


def _around_spine(
    upstream: Table, id_col: str, spine: Table, spine_id: str, spine_date: str
) -> dict[Key, list[Seen]]:
    """For each distinct (id, application date) of the spine, the rows of that id."""
    groups: dict[Key, list[Seen]] = {}
    for pair in spine.records():
        key = (spine.cell(pair, spine_id), day_of(spine.cell(pair, spine_date)))
        if None not in key:
            groups[key] = [
                (row, key[1]) for row in upstream.records() if upstream.cell(row, id_col) == key[0]
            ]
    return groups


def _several_dates(groups: Mapping[Key, list[Seen]]) -> Key:
    """The ids seen from more than one application date."""
    return tuple(
        id_ for (id_,), seen in groups.items() if len({date for _, date in seen} - {None}) > 1
    )


def _computed(
    upstream: Table,
    event_col: str,
    keys: Iterable[tuple[str, str]],
    groups: Mapping[Key, list[Seen]],
    outputs: list[Output],
) -> Table:
    """One row a group: its key, then every output over the group's rows."""
    columns = (*keys, *((output.name, _type(upstream, output)) for output in outputs))
    rows = [
        (*key, *(_value(upstream, output, seen, event_col) for output in outputs))
        for key, seen in groups.items()
    ]
    return Table(columns, rows)


def _type(upstream: Table, output: Output) -> str:
    """The output's type; a type that the aggregation does not take is an error."""
    aggregation = AGGREGATIONS[parse_aggregation(output.aggregation)[0].lower()]
    type_ = upstream.type_of(output.column) if aggregation.needs_column else ""
    if aggregation.needs_column and not aggregation.accepts(type_):
        raise TypeError(f"{output.aggregation} takes no {type_}")
    returns = aggregation.returns(type_)
    if output.over is None:
        return returns
    if base(returns) not in ("int64", "double", "decimal"):
        raise TypeError(f"a ratio needs numbers, not {returns}")
    return "double"


def _value(upstream: Table, output: Output, seen: list[Seen], event_col: str) -> Value:
    """One cell: the aggregation of the rows that count, or the ratio of two aggregations."""
    value = _aggregated(upstream, output, output.counts, seen, event_col)
    if output.over is None:
        return output.empty if value is None else value
    under = _aggregated(upstream, output, output.over, seen, event_col)
    if value is None or not under:
        return None
    return float(value) / float(under)


def _aggregated(
    upstream: Table, output: Output, counts: Counts, seen: list[Seen], event_col: str
) -> Any:
    word, arguments = parse_aggregation(output.aggregation)
    aggregation = AGGREGATIONS[word.lower()]
    by = arguments[0] if word.lower() in ("arg_max", "arg_min") else None
    events = []
    as_of: Value = None
    for row, date in seen:
        time = upstream.cell(row, event_col)
        if counts(row, days_between(date, time)):
            as_of = date
            value = upstream.cell(row, output.column) if aggregation.needs_column else None
            events.append(Event(value, time, upstream.cell(row, by) if by else None))
    return aggregation.compute(events, arguments, as_of)
