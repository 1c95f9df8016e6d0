"""`target/run_state.json`: what the published output of every node was made of.

The file keeps the format that existing projects read (schema version 2.0). A node's `hash` and
`metadata` always describe the output that is published; `status` is that of the latest attempt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import seeknal
from seeknal.runtime.files import FileStamp, publish_copy, write_json

SCHEMA_VERSION = "2.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The published output of a node and all that decided its rows.

    `sql` is the artifact's digest, `code` that of the node's function and `hooks` that of the hooks
    that have run since, `inputs` the content of each upstream output, `files` the data files a
    source read. `rows_in` and `rows_dropped` are None where nothing counts them.
    """

    sql: str
    inputs: Mapping[str, str]
    files: tuple[FileStamp, ...]
    stamp: FileStamp
    rows: int
    columns: tuple[tuple[str, str], ...]
    rows_in: int | None = None
    rows_dropped: int | None = None
    code: str = ""
    hooks: str = ""

    @property
    def sha256(self) -> str:
        """The digest of the content: what downstream nodes depend on."""
        return self.stamp.sha256

    @property
    def key(self) -> str:
        """One digest over all that decided the rows."""
        parts: list[object] = [self.sql, sorted(self.inputs.items())]
        parts.append([(f.path, f.sha256) for f in self.files])
        parts += [self.code] if self.code else []
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeState:
    """The latest attempt at a node, and its published output where there is one."""

    status: str
    last_run: str
    seconds: float
    version: int = 0
    error: str = ""
    output: Output | None = None


@dataclass(slots=True)
class RunState:
    """All nodes' states, and what the last run was asked to do."""

    run_id: str = ""
    last_run: str = ""
    config: Mapping[str, object] = field(default_factory=dict)
    nodes: dict[str, NodeState] = field(default_factory=dict)

    def output(self, node_id: str) -> Output | None:
        """The published output of a node, if any."""
        node = self.nodes.get(node_id)
        return node.output if node else None


class UnreadableState(Exception):
    """The state file is not what this module writes."""


def load_state(path: Path) -> RunState:
    """Read the state; an empty one where there is no file. Raises UnreadableState."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return RunState()
    try:
        data = json.loads(text)
        if data["schema_version"] != SCHEMA_VERSION:
            raise UnreadableState(f"schema version {data['schema_version']}")
        return RunState(
            run_id=data["run_id"],
            last_run=data["last_run"],
            config=data["config"],
            nodes={id: _read_node(node) for id, node in data["nodes"].items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableState(f"{type(error).__name__}: {error}") from error


def save_state(path: Path, state: RunState) -> None:
    """Write the state in one step."""
    write_json(
        path,
        {
            "schema_version": SCHEMA_VERSION,
            "seeknal_version": seeknal.__version__,
            "last_run": state.last_run,
            "run_id": state.run_id,
            "config": dict(state.config),
            "nodes": {id: _write_node(node) for id, node in sorted(state.nodes.items())},
        },
    )


def back_up_state(path: Path, run_id: str) -> None:
    """Keep the state from before run `run_id` beside the file, and only that one."""
    if not path.exists():
        return
    backup = path.with_name(f"{path.name}.bak.{run_id}")
    publish_copy(path, backup)
    for older in path.parent.glob(f"{path.name}.bak.*"):
        if older != backup:
            older.unlink(missing_ok=True)


def _write_node(node: NodeState) -> dict[str, object]:
    output = node.output
    metadata: dict[str, object] = {}
    if node.error:
        metadata["error"] = node.error
    if output:
        metadata["output"] = {
            "sql": output.sql,
            "inputs": dict(output.inputs),
            "files": [asdict(stamp) for stamp in output.files],
            "stamp": asdict(output.stamp),
            "columns": [list(column) for column in output.columns],
            "rows_in": output.rows_in,
            "rows_dropped": output.rows_dropped,
            "code": output.code,
            "hooks": output.hooks,
        }
    return {
        "hash": output.key if output else None,
        "last_run": node.last_run,
        "status": node.status,
        "duration_ms": round(node.seconds * 1000),
        "row_count": output.rows if output else None,
        "version": node.version,
        "metadata": metadata,
    }


def _read_node(data: Mapping[str, object]) -> NodeState:
    metadata = _mapping(data.get("metadata") or {})
    output = _mapping(metadata["output"]) if "output" in metadata else None
    milliseconds = data.get("duration_ms") or 0
    return NodeState(
        status=str(data["status"]),
        last_run=str(data["last_run"]),
        seconds=milliseconds / 1000 if isinstance(milliseconds, (int, float)) else 0.0,
        version=_integer(data.get("version") or 0),
        error=str(metadata.get("error", "")),
        output=_read_output(output, _integer(data["row_count"])) if output else None,
    )


def _read_output(data: Mapping[str, object], rows: int) -> Output:
    files, columns = data["files"], data["columns"]
    if not isinstance(files, list) or not isinstance(columns, list):
        raise UnreadableState("files and columns are lists")
    return Output(
        sql=str(data["sql"]),
        inputs={id: str(sha256) for id, sha256 in _mapping(data["inputs"]).items()},
        files=tuple(_read_stamp(item) for item in files),
        stamp=_read_stamp(data["stamp"]),
        rows=rows,
        columns=tuple((str(name), str(type)) for name, type in columns),
        rows_in=_optional_integer(data["rows_in"]),
        rows_dropped=_optional_integer(data["rows_dropped"]),
        code=str(data.get("code", "")),
        hooks=str(data.get("hooks", "")),
    )


def _read_stamp(data: object) -> FileStamp:
    stamp = _mapping(data)
    return FileStamp(
        str(stamp["path"]),
        _integer(stamp["size"]),
        _integer(stamp["mtime_ns"]),
        str(stamp["sha256"]),
    )


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise UnreadableState(f"expected an object, found {type(value).__name__}")
    return value


def _integer(value: object) -> int:
    if not isinstance(value, int):
        raise UnreadableState(f"expected an integer, found {type(value).__name__}")
    return value


def _optional_integer(value: object) -> int | None:
    return None if value is None else _integer(value)
