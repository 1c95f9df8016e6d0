"""What differs between a node and its files, as lines for people and as plain data."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from seeknal.testing.compare_folder import NodeDiff, Status
from seeknal.testing.tree_diff import Change

SAID: Mapping[Status, str] = {
    Status.SAME: "the files are what compiles",
    Status.FORMATTING: "formatting only, the statement is the same",
    Status.MEANING: "a change in meaning",
    Status.COLUMNS: "a change of columns or types",
    Status.NEW: "there is no snapshot",
    Status.GONE: "a snapshot of a node that is gone",
    Status.UNREADABLE: "the snapshot cannot be read",
}
_LINES = 40


def diff_lines(diff: NodeDiff) -> Iterator[str]:
    """The node and how it differs, then each change with its two sides."""
    reason = f": {diff.reason}" if diff.reason else ""
    yield f"{diff.id} for {diff.dialect}: {SAID[diff.status]}{reason}"
    for change in (*diff.columns, *diff.changes):
        yield f"  {change.title}"
        yield from _sides(change)
    if diff.status in (Status.NEW, Status.GONE):
        yield from (f"  {name}" for name in diff.files)


def diff_json(diff: NodeDiff) -> dict[str, Any]:
    """The same as plain data for JSON."""
    return {
        "id": diff.id,
        "dialect": diff.dialect,
        "status": str(diff.status),
        "spec": diff.file or None,
        "files": list(diff.files),
        "columns": [_change(change) for change in diff.columns],
        "changes": [_change(change) for change in diff.changes],
        "reason": diff.reason or None,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "scope": change.scope,
        "what": change.what,
        "before": change.before,
        "after": change.after,
    }


def _sides(change: Change) -> Iterator[str]:
    before, after = change.before or "", change.after or ""
    if "\n" not in before and "\n" not in after:
        if before:
            yield f"    - {before}"
        if after:
            yield f"    + {after}"
        return
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))
    shown = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    for line in shown[:_LINES]:
        yield f"    {line[:1]} {line[1:]}".rstrip()
    if len(shown) > _LINES:
        yield f"    … {len(shown) - _LINES:,} more lines"
