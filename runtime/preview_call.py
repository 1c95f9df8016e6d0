"""A call that leaves nothing behind: its `target/` is a copy, and its module is not cached."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.compiler.kinds import KINDS
from seeknal.runtime.call_node import call_of, failure
from seeknal.runtime.execute import NodeFailed
from seeknal.runtime.files import stamp
from seeknal.runtime.python.errors import PythonFailed
from seeknal.runtime.python.outcome import outcome
from seeknal.runtime.python.prints import OnLine
from seeknal.runtime.state import Output
from seeknal.runtime.workflow import Node, Workflow

if TYPE_CHECKING:
    import pyarrow as pa

_OURS = frozenset(KINDS) | {
    *("intermediate", "cache", "compiled", "feature_store", "splits", "logs"),
    *("manifest.json", "run_state.json", "run_report.json"),
}
"""What seeknal writes below `target/`; the rest is what functions keep there."""


def call_apart_from_target(
    node: Node,
    workflow: Workflow,
    outputs: Mapping[str, Output],
    readable: Mapping[str, Output],
    on_line: OnLine,
    scratch: Path,
) -> pa.Table | None:
    """What the function of `node` returns. Raises NodeFailed.

    `outputs` are those that it may read, `readable` all that are upstream. What it writes below
    `ctx.target_dir`, its state among it, goes to a copy in `scratch`.
    """
    function = node.function
    assert function is not None
    call = call_of(node, function, workflow, outputs, readable)
    target = scratch / "target"
    shutil.rmtree(target, ignore_errors=True)
    _copy_kept(call.target, target)
    try:
        return outcome(replace(call, target=target), on_line, scratch / "call")
    except PythonFailed as failed:
        raise NodeFailed(failure(node, function, workflow.root, failed), failed.detail) from failed


def output_of(path: Path, workflow: Workflow) -> Output:
    """A parquet file that no run has published, as an output to be read."""
    return Output(sql="", inputs={}, files=(), stamp=stamp(path, workflow.root), rows=0, columns=())


def _copy_kept(target: Path, copy: Path) -> None:
    """Copy what functions keep in `target`, the states of nodes among it."""
    copy.mkdir(parents=True)
    for path in target.iterdir() if target.is_dir() else ():
        if path.name in _OURS or path.name.startswith((".", "run_state.json")):
            continue
        if path.is_dir():
            shutil.copytree(path, copy / path.name, symlinks=True)
        else:
            shutil.copy2(path, copy / path.name, follow_symlinks=False)
