"""The decorators of `seeknal.pipeline` as data: which keyword says what of a spec."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from seeknal.compiler.records import dataclass

MODULE = "seeknal.pipeline"
MATERIALIZE = "materialize"
CLASSES = frozenset({"Materialization", "OfflineConfig", "OnlineConfig", "IcebergTable"})
"""Classes whose call stands for the mapping of its keywords."""

_NOTES = "name description owner tags inputs materialization materializations post_hooks".split()
_CALLED = "params schema timeout output".split()


@dataclass(frozen=True, slots=True)
class Decorator:
    """`order` are the parameters that may be given by position, `own` the keys of the spec.

    `renamed` are parameters that the spec calls otherwise, `defaults` the value of one that is
    left out beside another key. A keyword that is none of these is a
    parameter of the node, an entry of its `params`.
    """

    kind: str
    order: tuple[str, ...]
    own: frozenset[str]
    renamed: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, tuple[str, str]] = field(default_factory=dict)


DECORATORS: Mapping[str, Decorator] = {
    found.kind: found
    for found in (
        Decorator(
            "source",
            ("name", "source", "table", "columns", "tags", "materialization"),
            frozenset([*_NOTES, *"source table relation columns params schema".split()])
            | {"on_bad_value", "freshness"},
            defaults={"source": ("csv", "table")},
        ),
        Decorator(
            "transform",
            ("name", "sql", "inputs", "tags", "materialization"),
            frozenset([*_NOTES, *_CALLED, "columns"]),
            {"sql": "transform"},
        ),
        Decorator(
            "feature_group",
            ("name", "entity", "features", "inputs", "materialization", "tags"),
            frozenset([*_NOTES, *_CALLED, *"entity features event_time knowledge_time".split()])
            | {"as_of", "strategy"},
        ),
        Decorator(
            "second_order_aggregation",
            (
                *("name", "id_col", "feature_date_col", "features", "application_date_col"),
                *("description", "owner", "tags", "materialization"),
            ),
            frozenset([*_NOTES, *_CALLED, *"id_col feature_date_col features".split()])
            | {"application_date_col", "spine", "grain"},
        ),
    )
}
