"""Where a node's rows are written besides `target/`, as classes for decorators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class OfflineConfig:
    """The files of a feature group."""

    format: str = "parquet"
    partition_by: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class OnlineConfig:
    """The latest features of a feature group, for serving."""

    enabled: bool = True
    ttl_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class IcebergTable:
    """A table of an Iceberg catalog."""

    namespace: str
    name: str
    catalog: str = "atlas"


@dataclass(frozen=True, slots=True)
class Materialization:
    """The places that a feature group is written to."""

    offline: OfflineConfig | None = None
    online: OnlineConfig | None = None
    table: IcebergTable | None = None

    def to_dict(self) -> dict[str, Any]:
        """As a spec holds it, without what is not given."""
        return {key: value for key, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class MaterializationConfig:
    """The keys of `materialization:` in a spec."""

    enabled: bool = False
    table: str | None = None
    mode: str = "append"
    create_table: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As a spec holds it, without what is not given."""
        own = {"enabled": self.enabled, "table": self.table, "mode": self.mode}
        found = {**own, "create_table": self.create_table, **self.options}
        return {key: value for key, value in found.items() if value is not None}
