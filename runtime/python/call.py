"""One call of a user's function: all that it needs, as plain data that another process can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Sidecar = Mapping[str, object]
"""What a reader knows of a feature group: `entity_name`, `join_keys`, `event_time_col`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A feature group as of any rows: the SQL of a training set over a spine of your own.

    `sql` reads the relation `spine_relation` with the columns `keys` (their types are `types`, in
    DuckDB's words), `as_of` and `place`, a number of the row, and relations of nodes. Its rows are
    the spine's with the `features`.
    """

    sql: str
    spine_relation: str
    keys: tuple[str, ...]
    types: tuple[str, ...]
    as_of: str
    place: str
    features: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function of a node, or a hook after one.

    `file` is the module's file. `inputs` are the results of the nodes that the function may read,
    by id: parquet files in this process, Arrow files in another. `sidecars` say more of those that
    are feature groups, `served` are those that can be computed as of any time; what these read is
    in `below`, which the function may not read itself. `entities` maps the entities that it reads
    to the ids of their feature groups. `params` are plain data, and so are `config`, what the
    project file says, and `meta`, what the spec says. `output` is False where the function returns
    nothing, as a hook does. `timeout` is in seconds. `dependencies` and `requires_python` are those
    of the file's inline metadata (PEP 723).
    """

    node_id: str
    file: Path
    function: str
    root: Path
    target: Path
    params: Mapping[str, object] = field(default_factory=dict)
    inputs: Mapping[str, Path] = field(default_factory=dict)
    sidecars: Mapping[str, Sidecar] = field(default_factory=dict)
    below: Mapping[str, Path] = field(default_factory=dict)
    served: Mapping[str, Served] = field(default_factory=dict)
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    meta: Mapping[str, object] = field(default_factory=dict)
    config: Mapping[str, object] = field(default_factory=dict)
    output: bool = True
    timeout: float = 1800.0
    dependencies: tuple[str, ...] = ()
    requires_python: str = ""

    @property
    def kind(self) -> str:
        """The node's kind."""
        return self.node_id.partition(".")[0]
