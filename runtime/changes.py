"""Change detection: whether a node's published output is current, and if not, why.

An output is current where nothing that decided its rows has changed: the compiled SQL (which
holds parameters and dates), the content of every upstream output, the data files of a source;
and where the parquet is still the one that was published. Content decides, not time: a file that
was only touched, or an upstream that ran again to the same bytes, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from seeknal.compiler.project_files import data_files, is_remote
from seeknal.runtime.files import FileStamp, stamp
from seeknal.runtime.paths import Target
from seeknal.runtime.state import Output, RunState
from seeknal.runtime.workflow import Node, Workflow


def stamp_sources(
    node: Node, root: Path, known: tuple[FileStamp, ...] = ()
) -> tuple[FileStamp, ...]:
    """The stamps of all data files that a source reads."""
    if node.file is None:
        return ()
    by_path = {item.path: item for item in known}

    def one(path: Path) -> FileStamp:
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
        return stamp(path, root, by_path.get(name))

    return tuple(one(path) for path in data_files(root, node.file.pattern) if path.is_file())


@dataclass(slots=True)
class Changes:
    """Answers, for the nodes of one workflow, whether the published output is current.

    `published` are the outputs that the present run wrote. `stale` are the nodes that failed in
    it or, in a forecast, those that it would run whatever their state. Nodes are asked in run
    order: an answer is kept, so a node must not be asked before its upstream is settled.
    `touched` are the current outputs with the file times of now, which spares the next run from
    reading the content of files that were only touched.
    """

    workflow: Workflow
    state: RunState
    published: dict[str, Output] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    touched: dict[str, Output] = field(default_factory=dict)
    _reasons: dict[str, str | None] = field(default_factory=dict)

    def forget(self) -> None:
        """Answer anew for nodes that have not run: the workflow is another."""
        self._reasons.clear()

    def current(self, node_id: str) -> Output | None:
        """The output of a node where it is current."""
        if node_id in self.published:
            return self.published[node_id]
        if node_id in self.stale or self.reason(node_id) is not None:
            return None
        return self.state.output(node_id)

    def above(self, node_id: str) -> dict[str, Output]:
        """The current outputs of all nodes upstream of one, the node itself among them."""
        ids = self.workflow.closure(frozenset([node_id]), self.workflow.upstream)
        return {id: found for id in ids if (found := self.current(id)) is not None}

    def reason(self, node_id: str) -> str | None:
        """Why the published output is not current, in words; None where it is.

        Upstream nodes are asked first, all the way up, so a change anywhere above is seen.
        """
        if node_id not in self._reasons:
            above = self.workflow.closure(frozenset([node_id]), self.workflow.upstream)
            for id in self.workflow.order:
                if id in above and id not in self._reasons:
                    self._reasons[id] = self._reason(id)
        return self._reasons[node_id]

    def _reason(self, node_id: str) -> str | None:
        node_state = self.state.nodes.get(node_id)
        if node_state is None:
            return "never run"
        output = node_state.output
        if output is None:
            return "failed in the last run" if node_state.status == "failed" else "never run"
        return next(self._differences(self.workflow.nodes[node_id], output), None)

    def _differences(self, node: Node, output: Output) -> Iterator[str]:
        if node.waits:
            yield f"the columns that {node.waits} returns are not known yet"
            return
        if node.artifact.digest != output.sql:
            yield "SQL changed"
        if node.code_digest != output.code:
            yield "its function, or a parameter of it, changed"
        if node.hooks_digest != output.hooks:
            yield "a post-hook changed" if output.hooks else "a post-hook has not run"
        upstream = self.workflow.upstream[node.id]
        for id in upstream:
            above = self.current(id)
            if above is None or output.inputs.get(id) != above.sha256:
                yield f"input {id} changed"
        if output.inputs.keys() - set(upstream):
            yield "inputs changed"
        yield from self._file_differences(node, output)
        target, artifact = Target(self.workflow.root), node.artifact
        place = target.result if node.has_rows else target.done
        path = place(artifact.kind, artifact.name)
        if not path.exists():
            yield "output missing"
            return
        now = stamp(path, self.workflow.root, output.stamp)
        if now.sha256 != output.sha256:
            yield "output was changed by something else"
        self.touched[node.id] = replace(self.touched.get(node.id, output), stamp=now)

    def _file_differences(self, node: Node, output: Output) -> Iterator[str]:
        if node.file is None:
            return
        if is_remote(node.file.pattern):
            yield f"{node.file.pattern} is remote and may have changed"
            return
        files = stamp_sources(node, self.workflow.root, output.files)
        before = {item.path: item.sha256 for item in output.files}
        now = {item.path: item.sha256 for item in files}
        for path in sorted(before.keys() | now.keys()):
            if before.get(path) != now.get(path):
                yield f"{path} changed"
        self.touched[node.id] = replace(output, files=files)
