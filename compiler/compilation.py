"""What a compilation gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.compiler.artifact import Artifact
from seeknal.compiler.compile_node import compile_node
from seeknal.compiler.dialects.registry import dialect as find_dialect
from seeknal.compiler.findings import CompileFailed, Finding, Findings
from seeknal.compiler.kinds.spec import PythonCode
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.model import (
    Computed,
    Model,
    ResolvedEventGroup,
    ResolvedSource,
    ResolvedTrainingSet,
)
from seeknal.compiler.plan import OneDatePerId, Plan
from seeknal.compiler.planning import plan_node
from seeknal.compiler.project import Project
from seeknal.compiler.project_files import data_stamps
from seeknal.compiler.records import dataclass
from seeknal.compiler.rewrites import rewrite_plan
from seeknal.compiler.rewrites.traits import Traits

if TYPE_CHECKING:
    from seeknal.compiler.run_forms import Adapted, Count, Form, Guarded


@dataclass(frozen=True, slots=True)
class Compilation:
    """A compiled project, or the part of it that was asked for.

    `artifacts` and `plans` are in run order; `order`, `upstream` and `downstream` (direct edges)
    cover the whole graph. `findings` are warnings. Nodes whose rows a function returns have no
    artifact, and neither have those that `model.waiting` holds. `params` are the values that every
    function is given, `data` the stamps of the data files that were looked at, from before.
    `checked` is the digest of all that a whole compilation came from, "" where that is not known.
    """

    root: Path
    project: Project
    model: Model
    plans: Mapping[str, Plan]
    artifacts: Mapping[str, Artifact]
    findings: tuple[Finding, ...]
    dialect: str
    library: MacroLibrary
    environ: frozenset[str] = frozenset()
    params: Mapping[str, object] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    checked: str = ""

    def form(self, node: str, count: Count) -> Form | None:
        """The form in which a run computes `node`; None where that is the artifact's statement."""
        return self.guarded(node) or self.adapted(node, count)

    def may_have_form(self, node: str) -> bool:
        """False where `form` gives None whatever is counted."""
        if isinstance(self.model.nodes.get(node), ResolvedTrainingSet):
            return True
        promises = self.plans[node].promises if node in self.plans else ()
        return any(isinstance(promise, OneDatePerId) for promise in promises)

    def guarded(self, node: str) -> Guarded | None:
        """The node in the form that checks its as-ofs as it runs; None where it has no need."""
        if node not in self.plans:
            return None
        from seeknal.compiler.guarded import guard

        return guard(self.plans[node], find_dialect(self.dialect), self.library)

    def adapted(self, node: str, count: Count) -> Adapted | None:
        """A training set in the shape for the rows that `count` finds; None for other nodes."""
        resolved = self.model.nodes.get(node)
        if not isinstance(resolved, ResolvedTrainingSet):
            return None
        from seeknal.compiler.adapt import adapt

        dialect = find_dialect(self.dialect)
        traits = Traits(dialect.name, dialect.asof_join)
        return adapt(resolved, dialect, traits, self.library, count)

    def statement(self, resolved: Computed, as_of: datetime | None = None) -> str:
        """The SQL of `resolved`, which may be a node of the graph with something else in it.

        `as_of` is the time of feature groups over events. Raises CompileFailed.
        """
        dialect = find_dialect(self.dialect)
        plan = rewrite_plan(plan_node(resolved, as_of), Traits(dialect.name, dialect.asof_join))
        findings = Findings()
        compiled = compile_node(resolved, plan, dialect, self.library, findings)
        if compiled is None:
            raise CompileFailed(findings)
        return compiled[0].sql

    def source_path(self, node: str) -> str:
        """The file of a source, relative to the root with parameters filled in; "" for none."""
        resolved = self.model.nodes.get(node)
        return resolved.path if isinstance(resolved, ResolvedSource) else ""

    @property
    def repeatable(self) -> bool:
        """True where compiling again gives the same: nothing reads the id of the run."""
        texts = [doc.text for doc in self.project.documents.values()]
        texts += [sql.value for sql in self.project.common.values()]
        read = [name for code in self.code for name in code.parameters or ()]
        return "run_id" not in read and not any("run_id" in text for text in texts)

    @property
    def code(self) -> list[PythonCode]:
        """The functions of nodes, and post-hooks."""
        functions = [f.function.code for f in self.model.functions.values()]
        return functions + [hook for s in self.project.specs.values() for hook in s.hooks]

    def stamps_of_data(self, patterns: Iterable[str]) -> dict[str, str]:
        """The stamps of data files by path or glob, not later than they were read."""
        return {
            pattern: self.data[pattern]
            if pattern in self.data
            else data_stamps(self.root, [pattern])[pattern]
            for pattern in patterns
        }

    @property
    def is_as_of_run(self) -> bool:
        """True where the SQL of a node holds the time that feature groups over events are as of."""
        return any(isinstance(node, ResolvedEventGroup) for node in self.model.nodes.values())

    @property
    def order(self) -> tuple[str, ...]:
        """Every node id in run order."""
        return self.model.order

    @property
    def upstream(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes that each node reads."""
        return self.model.upstream

    @property
    def downstream(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes that read each node."""
        return self.model.downstream
