"""What a feature group says of its columns, as its rows spell them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seeknal.runtime.python.call import Sidecar


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of a feature group that are no features; None for a time that there is not.

    `is_clock` is True where the event time says when the SQL ran, not when the row was true.
    """

    entity: str | None
    join_keys: tuple[str, ...]
    event_time: str | None
    knowledge_time: str | None
    is_clock: bool


def group_of(sidecar: Sidecar, columns: Iterable[str]) -> Group:
    """What a sidecar says of rows with these columns. Names match whatever their case."""
    spelt = {name.casefold(): name for name in columns}

    def column(key: str) -> str | None:
        return spelt.get(str(sidecar.get(key)).casefold())

    keys = sidecar.get("join_keys")
    entity = sidecar.get("entity_name")
    return Group(
        str(entity) if entity else None,
        tuple(spelt[str(key).casefold()] for key in keys) if isinstance(keys, list | tuple) else (),
        column("event_time_col"),
        column("knowledge_time_col"),
        bool(sidecar.get("event_time_is_clock")),
    )
