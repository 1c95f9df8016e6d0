"""Where a run puts things below the project root (the layout that existing projects read)."""

from __future__ import annotations

from pathlib import Path

from seeknal.compiler.records import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """The folder `target/` of a project."""

    root: Path

    @property
    def folder(self) -> Path:
        """`target/` itself."""
        return self.root / "target"

    @property
    def intermediate(self) -> Path:
        """The results: one parquet a node."""
        return self.folder / "intermediate"

    @property
    def state(self) -> Path:
        """What every node's last run was made of."""
        return self.folder / "run_state.json"

    @property
    def manifest(self) -> Path:
        """The graph as last planned or run."""
        return self.folder / "manifest.json"

    @property
    def report(self) -> Path:
        """The report of the last run."""
        return self.folder / "run_report.json"

    @property
    def lock(self) -> Path:
        """Held by a run while it writes."""
        return self.folder / ".run.lock"

    @property
    def scratch(self) -> Path:
        """Where the engine spills what does not fit into memory."""
        return self.folder / ".scratch"

    @property
    def plan(self) -> Path:
        """The workflow of the last compilation."""
        return self.folder / ".cache" / "plan"

    def form(self, id: str) -> Path:
        """The form in which a node last ran."""
        return self.folder / ".cache" / "forms" / id

    def compiled(self, dialect: str) -> Path:
        """The SQL that `seeknal compile` writes."""
        return self.folder / "compiled" / dialect

    def log(self, run_id: str) -> Path:
        """The log of a run that failed or was verbose."""
        return self.folder / "logs" / f"run_{run_id}.log"

    def result(self, kind: str, name: str) -> Path:
        """The result of node `kind.name` (SEMANTICS "Names of relations")."""
        return self.intermediate / f"{kind}_{name}.parquet"

    def returned(self, id: str) -> Path:
        """What the function of a node returned, where SQL makes the node of it (`kind.name()`)."""
        kind, _, name = id.partition(".")
        if not id.endswith("()"):
            return self.result(kind, name)
        return self.folder / kind / name.removesuffix("()") / "returned.parquet"

    def done(self, kind: str, name: str) -> Path:
        """What stands for the result of a node whose function returns nothing."""
        return self.folder / kind / name / "done.json"

    def sidecar(self, name: str) -> Path:
        """What a reader has to know of a feature group: entity, keys, event time."""
        return self.intermediate / f"feature_group_{name}_meta.json"

    def copies(self, kind: str, name: str) -> tuple[Path, ...]:
        """The other names under which existing projects read the same result."""
        if kind == "source":
            return (self.folder / "cache" / "source" / f"{name}.parquet",)
        if kind in ("aggregation", "second_order_aggregation"):
            return (self.folder / kind / name / "result.parquet",)
        return ()

    @property
    def written(self) -> tuple[Path, ...]:
        """The folders in which an interrupted run may leave temporary files."""
        below = (
            *("intermediate", "cache", "aggregation", "second_order_aggregation"),
            *("feature_store", "logs"),
        )
        return tuple(self.folder / name for name in below)
