"""What a run did, node by node: rows in, rows out, rows dropped for NULL keys, seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import seeknal
from seeknal.compiler.findings import Finding, Severity
from seeknal.compiler.render_findings import to_json
from seeknal.runtime.consolidate import Consolidated


class Status(StrEnum):
    """What became of a node in a run."""

    SUCCESS = "success"
    CACHED = "cached"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_RUN = "not run"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeResult:
    """One node of a run.

    `reason` says why it ran, or why it did not. Row counts are None where nothing counts them.
    `detail` is what the engine said of a failure, and `sql` the statement that failed.
    """

    id: str
    status: Status
    reason: str = ""
    seconds: float = 0.0
    rows_in: int | None = None
    rows_out: int | None = None
    rows_dropped: int | None = None
    finding: Finding | None = None
    detail: str = ""
    sql: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """A whole run. Times are UTC in ISO 8601. `entities` are those consolidated after the nodes."""

    run_id: str
    project: str
    mode: str
    started: str
    seconds: float
    nodes: Sequence[NodeResult]
    entities: Sequence[Consolidated] = ()

    def count(self, status: Status) -> int:
        """How many nodes ended with `status`."""
        return sum(1 for node in self.nodes if node.status is status)

    @property
    def interrupted(self) -> bool:
        """True where the run was stopped from outside."""
        return self.count(Status.INTERRUPTED) > 0

    @property
    def failed(self) -> bool:
        """True where a node failed, an entity could not be written or the run was stopped."""
        errors = any(finding.severity is Severity.ERROR for finding in self.findings)
        return self.count(Status.FAILED) > 0 or errors or self.interrupted

    @property
    def status(self) -> Status:
        """One word for the whole run."""
        if self.interrupted:
            return Status.INTERRUPTED
        return Status.FAILED if self.failed else Status.SUCCESS

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The errors of all failed nodes, in run order, and what kept entities back."""
        found = [*(node.finding for node in self.nodes), *(made.finding for made in self.entities)]
        return tuple(finding for finding in found if finding)


def report_json(report: RunReport) -> dict[str, object]:
    """The report as plain data for JSON."""
    return {
        "run_id": report.run_id,
        "project": report.project,
        "seeknal_version": seeknal.__version__,
        "mode": report.mode,
        "status": str(report.status),
        "started": report.started,
        "seconds": round(report.seconds, 3),
        "counts": {str(status): report.count(status) for status in Status},
        "nodes": [
            {
                "id": node.id,
                "status": str(node.status),
                "reason": node.reason,
                "seconds": round(node.seconds, 3),
                "rows_in": node.rows_in,
                "rows_out": node.rows_out,
                "rows_dropped": node.rows_dropped,
                "error": to_json([node.finding])[0] if node.finding else None,
            }
            for node in report.nodes
        ],
        "entities": [
            {
                "entity": made.entity,
                "feature_groups": made.groups,
                "rows": None if made.finding else made.rows,
                "seconds": round(made.seconds, 3),
                "error": to_json([made.finding])[0] if made.finding else None,
            }
            for made in report.entities
        ],
    }


def report_log(report: RunReport) -> str:
    """The report as text for a log file, with all that the engine said and the failed SQL."""
    lines = [
        f"seeknal {seeknal.__version__}, run {report.run_id} of project {report.project}",
        f"started {report.started}, mode {report.mode}, {report.status} in {report.seconds:.2f}s",
        "",
    ]
    for node in report.nodes:
        reason = f": {node.reason}" if node.reason else ""
        lines.append(f"{node.id} [{node.status}] {node.seconds:.2f}s{reason}")
        if node.finding:
            lines.append(f"  {node.finding.severity}[{node.finding.code}]: {node.finding.message}")
        lines.extend(f"  | {line}" for line in node.detail.splitlines())
        if node.finding:
            lines.extend(f"  > {line}" for line in node.sql.splitlines())
    lines += [consolidation_line(made) for made in report.entities if made.finding is None]
    return "\n".join(lines) + "\n"


def consolidation_line(made: Consolidated) -> str:
    """What became of an entity, in the words that existing projects know."""
    groups = f"{made.groups} FG{'' if made.groups == 1 else 's'}"
    rows = f"{made.rows:,} row{'' if made.rows == 1 else 's'}"
    return f"Consolidated entity '{made.entity}': {groups}, {rows} in {made.seconds:.2f}s"
