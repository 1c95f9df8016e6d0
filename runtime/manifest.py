"""`target/manifest.json`: the graph as last planned or run, and what has changed since.

The format is the one that existing projects read. Beyond it, a node carries the `digest` of its
compiled SQL, which is compared instead of the text: a change of layout changes nothing. So do the
digests `code` of its function and `hooks` of its post-hooks, where it has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import seeknal
from seeknal.runtime.workflow import Node, Workflow

Manifest = Mapping[str, object]

_METADATA_FIELDS = ("description", "owner", "tags", "file_path")


class Change(StrEnum):
    """How a node differs from the previous manifest."""

    NEW = "new"
    CHANGED = "changed"
    BREAKING = "breaking"
    METADATA = "metadata"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class NodeChange:
    """A node that differs; `details` says how, one fact each."""

    id: str
    change: Change
    details: tuple[str, ...] = ()


def build_manifest(workflow: Workflow, generated_at: str) -> Manifest:
    """The manifest of a compiled project; `generated_at` is UTC in ISO 8601."""
    return {
        "metadata": {
            "project": workflow.project,
            "seeknal_version": seeknal.__version__,
            "generated_at": generated_at,
        },
        "nodes": {id: _node(workflow.nodes[id]) for id in workflow.order},
        "edges": [
            {"from": upstream, "to": id, "type": "dependency"}
            for id in workflow.order
            for upstream in workflow.upstream[id]
        ],
    }


def read_manifest(path: Path) -> Manifest | None:
    """The manifest at `path`; None where there is none, or none that can be compared."""
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    nodes = manifest.get("nodes") if isinstance(manifest, dict) else None
    if not isinstance(nodes, dict):
        return None
    if all(isinstance(node, dict) and "digest" in node for node in nodes.values()):
        return manifest  # type: ignore[no-any-return]  # checked above
    return None


def compare(before: Manifest, after: Manifest) -> tuple[NodeChange, ...]:
    """The nodes that differ, in the order of `after`, then those that are gone.

    A column or input that is gone, or a column of another type, breaks what is downstream; what
    is added does not.
    """
    old, new = _nodes(before), _nodes(after)
    old_inputs, new_inputs = _inputs(before), _inputs(after)
    changes = []
    for id, node in new.items():
        if id not in old:
            changes.append(NodeChange(id, Change.NEW))
            continue
        breaking = tuple(_breaking(old[id], node, old_inputs[id], new_inputs[id]))
        added = tuple(_added(old[id], node, old_inputs[id], new_inputs[id]))
        if breaking:
            changes.append(NodeChange(id, Change.BREAKING, breaking + added))
        elif details := added + tuple(_code_changes(old[id], node, added)):
            changes.append(NodeChange(id, Change.CHANGED, details))
        elif fields := [name for name in _METADATA_FIELDS if old[id].get(name) != node.get(name)]:
            changes.append(NodeChange(id, Change.METADATA, (", ".join(fields) + " changed",)))
    changes.extend(NodeChange(id, Change.REMOVED) for id in old if id not in new)
    return tuple(changes)


def _node(node: Node) -> dict[str, object]:
    artifact = node.artifact
    entry: dict[str, object] = {
        "id": artifact.id,
        "name": artifact.name,
        "type": artifact.kind,
        "description": node.description or None,
        "owner": node.owner or None,
        "tags": list(node.tags),
        "columns": {column.name: str(column.type) for column in artifact.columns},
        "config": dict(node.config or {}),
        "file_path": artifact.file,
        "digest": artifact.digest,
    }
    if artifact.renamed:
        entry["renamed"] = dict(artifact.renamed)
    if node.function is not None:
        entry["code"] = node.code_digest
    if node.hooks:
        entry["hooks"] = node.hooks_digest
    return entry


def _code_changes(
    old: Mapping[str, object], new: Mapping[str, object], added: tuple[str, ...]
) -> Iterator[str]:
    """What else has changed; SQL that a change of columns explains is not said again."""
    if not added and old.get("digest") != new.get("digest"):
        yield "SQL changed"
    if old.get("code") != new.get("code"):
        yield "its function, or a parameter of it, changed"
    if old.get("hooks") != new.get("hooks"):
        yield "a post-hook changed"


def _breaking(
    old: Mapping[str, object], new: Mapping[str, object], before: set[str], after: set[str]
) -> Iterator[str]:
    columns, now = _columns(old), _columns(new)
    for name, type in columns.items():
        if name not in now:
            yield f"column {name} removed"
        elif now[name] != type:
            yield f"column {name} is {now[name]}, was {type}"
    for id in sorted(before - after):
        yield f"input {id} removed"


def _added(
    old: Mapping[str, object], new: Mapping[str, object], before: set[str], after: set[str]
) -> Iterator[str]:
    columns = _columns(old)
    for name in _columns(new):
        if name not in columns:
            yield f"column {name} added"
    for id in sorted(after - before):
        yield f"input {id} added"


def _nodes(manifest: Manifest) -> dict[str, Mapping[str, object]]:
    nodes = manifest["nodes"]
    if not isinstance(nodes, dict):
        return {}
    return {id: node for id, node in nodes.items() if isinstance(node, dict)}


def _inputs(manifest: Manifest) -> dict[str, set[str]]:
    inputs: dict[str, set[str]] = {id: set() for id in _nodes(manifest)}
    edges = manifest.get("edges")
    for edge in edges if isinstance(edges, list) else []:
        inputs.setdefault(str(edge["to"]), set()).add(str(edge["from"]))
    return inputs


def _columns(node: Mapping[str, object]) -> dict[str, str]:
    columns = node.get("columns")
    if not isinstance(columns, dict):
        return {}
    return {str(name): str(type) for name, type in columns.items()}
