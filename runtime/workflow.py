"""What the runtime has to know of a compiled project, and nothing more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.compiler.artifact import Artifact
from seeknal.compiler.findings import Place

if TYPE_CHECKING:
    from seeknal.compiler.adapt import Adapted, Count
    from seeknal.compiler.guarded import Guarded


@dataclass(frozen=True, slots=True)
class DataFile:
    """The file that a source reads: a path or a glob below the project root, or a URL."""

    pattern: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node to run.

    `sidecar` is the content of a feature group's `_meta.json`. `config` is what the spec says,
    as JSON, for the manifest. `guarded` gives the form of the node that checks its as-ofs as it
    runs, `adapted` the shape that suits the rows at hand, where there is one.
    """

    artifact: Artifact
    place: Place
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    file: DataFile | None = None
    sidecar: Mapping[str, object] | None = None
    config: Mapping[str, object] | None = None
    guarded: Callable[[], Guarded | None] = lambda: None
    adapted: Callable[[Count], Adapted | None] = lambda count: None

    @property
    def id(self) -> str:
        """`<kind>.<name>`."""
        return self.artifact.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """The nodes of a project and their order; `order` puts every node after its upstream."""

    root: Path
    project: str
    nodes: Mapping[str, Node]
    order: tuple[str, ...]
    upstream: Mapping[str, tuple[str, ...]]
    downstream: Mapping[str, tuple[str, ...]]

    def closure(self, starts: frozenset[str], edges: Mapping[str, tuple[str, ...]]) -> set[str]:
        """`starts` and all that is reached from them along `edges`."""
        seen: set[str] = set()
        waiting = list(starts)
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting.extend(edges.get(node, ()))
        return seen
