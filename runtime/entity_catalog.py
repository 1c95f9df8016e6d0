"""`_entity_catalog.json`: what the consolidated features of an entity were made of.

The format is the one that existing projects read (schema version 1.0). Beyond it, a group whose
rows have a knowledge time carries `knowledge_time_col`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from seeknal.runtime.files import write_text

SCHEMA_VERSION = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class FGCatalogEntry:
    """A feature group. `schema` maps all its columns to DuckDB's names of their types.

    `last_updated` is when its rows were published, UTC in ISO 8601.
    """

    name: str
    features: tuple[str, ...]
    event_time_col: str
    last_updated: str
    row_count: int
    schema: Mapping[str, str]
    knowledge_time_col: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityCatalog:
    """An entity and its feature groups by name; `consolidated_at` is UTC in ISO 8601."""

    entity_name: str
    join_keys: tuple[str, ...]
    feature_groups: Mapping[str, FGCatalogEntry] = field(default_factory=dict)
    consolidated_at: str = ""
    schema_version: str = SCHEMA_VERSION

    def to_json(self) -> str:
        """The catalog as indented JSON."""
        data = {
            "entity_name": self.entity_name,
            "join_keys": list(self.join_keys),
            "feature_groups": {name: _entry(group) for name, group in self.feature_groups.items()},
            "consolidated_at": self.consolidated_at,
            "schema_version": self.schema_version,
        }
        return json.dumps(data, indent=2, ensure_ascii=False)

    def save(self, path: Path) -> None:
        """Write the catalog in one step."""
        write_text(path, self.to_json() + "\n")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a catalog. Raises FileNotFoundError; ValueError where the file is none."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                entity_name=str(data["entity_name"]),
                join_keys=tuple(data["join_keys"]),
                feature_groups={
                    name: _read_entry(group) for name, group in data["feature_groups"].items()
                },
                consolidated_at=str(data["consolidated_at"]),
                schema_version=str(data["schema_version"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{path} is no catalog of an entity: {error!r}") from error


def _entry(group: FGCatalogEntry) -> dict[str, object]:
    entry: dict[str, object] = {
        "name": group.name,
        "features": list(group.features),
        "event_time_col": group.event_time_col,
        "last_updated": group.last_updated,
        "row_count": group.row_count,
        "schema": dict(group.schema),
    }
    if group.knowledge_time_col:
        entry["knowledge_time_col"] = group.knowledge_time_col
    return entry


def _read_entry(data: Mapping[str, Any]) -> FGCatalogEntry:
    return FGCatalogEntry(
        name=str(data["name"]),
        features=tuple(data["features"]),
        event_time_col=str(data["event_time_col"]),
        last_updated=str(data["last_updated"]),
        row_count=int(data["row_count"]),
        schema=dict(data["schema"]),
        knowledge_time_col=data.get("knowledge_time_col"),
    )
