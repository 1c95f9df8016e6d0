"""What a node keeps from one run to the next: `target/pipeline_state/<kind>_<name>.json`."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any


class PipelineState:
    """Plain data by key, of one node. It is saved when the node has succeeded, or by `save`."""

    def __init__(self, target: Path, node_id: str) -> None:
        """Read what was saved last; nothing where nothing was."""
        self._file = _file(target, node_id)
        self._values: dict[str, Any] = {}
        self.changed = False
        if self._file.exists():
            self._values = json.loads(self._file.read_text("utf-8"))

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or `default`."""
        return self._values.get(key, default)

    def set(self, key: str, value: Any) -> None:
        """Set a key. Raises TypeError for a value that is no plain data."""
        json.dumps(value)
        self._values[key] = value
        self.changed = True

    def delete(self, key: str) -> None:
        """Forget a key, if it is there."""
        self.changed = self._values.pop(key, None) is not None or self.changed

    def save(self) -> None:
        """Write all of it now, in one step."""
        self._write(self._file)
        self.changed = False

    def hold(self) -> None:
        """Write it beside the file, for `settle_state` to take once the node has succeeded."""
        self._write(_held(self._file))

    def _write(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
        temporary.write_text(json.dumps(self._values, indent=2) + "\n", "utf-8")
        os.replace(temporary, file)


def settle_state(target: Path, node_id: str, *, succeeded: bool) -> None:
    """Make what a function held its node's state, or forget it."""
    file = _file(target, node_id)
    with suppress(FileNotFoundError):
        if succeeded:
            os.replace(_held(file), file)
        else:
            _held(file).unlink()


def _file(target: Path, node_id: str) -> Path:
    return target / "pipeline_state" / f"{node_id.replace('.', '_')}.json"


def _held(file: Path) -> Path:
    return file.with_name(f".{file.name}.held")
