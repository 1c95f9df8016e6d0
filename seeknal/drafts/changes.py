"""What becomes of nodes where a draft comes into the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from seeknal.compiler.records import dataclass

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation
    from seeknal.runtime.workflow import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeChange:
    """A node before and after.

    `sql` and `function` are "new", "same", "changed" or "gone", and "" where the node has none.
    `known` is False where a function has to run before the columns are known. `reason` is why the
    next run would run the node, "" where it would not.
    """

    id: str
    sql: str
    function: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    retyped: tuple[str, ...] = ()
    known: bool = True
    reason: str = ""

    @property
    def words(self) -> str:
        """What changes of how the rows are made."""
        found = {self.sql, self.function} - {""}
        if len(found) == 1:
            (word,) = found
            if word != "changed":
                return word
        parts = [f"SQL {self.sql}"] if self.sql not in ("", "same") else []
        parts += [f"function {self.function}"] if self.function not in ("", "same") else []
        return ", ".join(parts) or "known once it has run"

    def as_json(self) -> dict[str, object]:
        """The change as plain data."""
        return {
            "id": self.id,
            "sql": self.sql or None,
            "function": self.function or None,
            "columns_known": self.known,
            "added": [*self.added],
            "removed": [*self.removed],
            "retyped": [*self.retyped],
            "stale": bool(self.reason),
            "reason": self.reason or None,
        }


def changes_of(
    drafted: Sequence[str], before: Compilation | None, after: Compilation
) -> list[NodeChange]:
    """The drafted nodes and all below them, in run order; then those that are gone."""
    from seeknal.runtime.compiled import workflow_of
    from seeknal.runtime.forecast import forecast
    from seeknal.runtime.published import known_state
    from seeknal.runtime.selection import Selection

    new = workflow_of(after)
    old = workflow_of(before).nodes if before is not None else {}
    concerned = new.closure(frozenset(drafted), new.downstream)
    steps = forecast(new, Selection(order=new.order), known_state(after.root))
    reasons = {step.id: step.reason for step in steps if step.action == "RUN"}
    found = [
        _change(old.get(id), new.nodes[id], reasons.get(id, ""))
        for id in new.order
        if id in concerned
    ]
    return found + [_gone(node) for id, node in old.items() if id not in new.nodes]


def _change(old: Node | None, new: Node, reason: str) -> NodeChange:
    had, has = _columns(old) if old is not None else {}, _columns(new)
    is_known = new.knows_columns and (old is None or old.knows_columns)
    return NodeChange(
        id=new.id,
        sql=_word(old.artifact.digest if old else None, new.artifact.digest),
        function=_word(old.code_digest if old else None, new.code_digest),
        added=tuple(name for name in has if name not in had) if old and is_known else (),
        removed=tuple(name for name in had if name not in has) if is_known else (),
        retyped=tuple(n for n in has if n in had and had[n] != has[n]) if is_known else (),
        known=new.knows_columns,
        reason=reason,
    )


def _word(old: str | None, new: str) -> str:
    """What became of a digest; None is no node, "" a node without one."""
    if not new:
        return "gone" if old else ""
    return "new" if not old else "same" if old == new else "changed"


def _gone(old: Node) -> NodeChange:
    return NodeChange(
        id=old.id,
        sql="gone" if old.artifact.digest else "",
        function="gone" if old.code_digest else "",
        removed=tuple(_columns(old)),
    )


def _columns(node: Node) -> Mapping[str, str]:
    return {column.name: str(column.type) for column in node.artifact.columns}
