"""What the runtime has to know of a compiled project, and nothing more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.compiler.artifact import Artifact
from seeknal.compiler.findings import Place
from seeknal.compiler.kinds.spec import ColumnDeclaration, PythonCode
from seeknal.runtime.python.call import Served

if TYPE_CHECKING:
    from seeknal.compiler.run_forms import Count, Form


@dataclass(frozen=True, slots=True)
class DataFile:
    """The file that a source reads: a path or a glob below the project root, or a URL."""

    pattern: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function to call: for a node's rows, or as a hook after the node.

    `digest` covers all that decides what it returns but its inputs. `params` are its own, which go
    before those of the workflow. `schema` are the columns that it promises. `timeout` is in
    seconds.
    """

    code: PythonCode
    digest: str
    params: Mapping[str, object] = field(default_factory=dict)
    schema: tuple[ColumnDeclaration, ...] = ()
    output: bool = True
    timeout: float = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node to run.

    `function` gives the node its rows, or those that its SQL reads. `hooks` are called when the
    result is published. `waits` is the node whose function has to run before this one can be
    compiled; "" for none.

    `sidecar` is the content of a feature group's `_meta.json`. `config` is what the spec says,
    as JSON, for the manifest. `form` gives the form in which to run it, from what it counts; None
    where that is the artifact's statement.
    """

    artifact: Artifact
    place: Place
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    file: DataFile | None = None
    sidecar: Mapping[str, object] | None = None
    config: Mapping[str, object] | None = None
    function: Function | None = None
    hooks: tuple[Function, ...] = ()
    waits: str = ""
    form: Callable[[Count], Form | None] | None = None

    @property
    def id(self) -> str:
        """`<kind>.<name>`."""
        return self.artifact.id

    @property
    def has_rows(self) -> bool:
        """False for a function that returns nothing."""
        return self.function is None or self.function.output

    @property
    def knows_columns(self) -> bool:
        """False where a function has to run before the columns are known."""
        return bool(self.artifact.columns) or not self.has_rows

    @property
    def code_digest(self) -> str:
        """The digest of the node's function; "" for none."""
        return self.function.digest if self.function else ""

    @property
    def hooks_digest(self) -> str:
        """One digest of all hooks; "" for none."""
        return "-".join(hook.digest for hook in self.hooks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """The nodes of a project and their order; `order` puts every node after its upstream.

    `config` is what the project file says, `params` what every function is given. `serve` says how
    a feature group is computed as of any rows, and which nodes that reads.
    """

    root: Path
    project: str
    nodes: Mapping[str, Node]
    order: tuple[str, ...]
    upstream: Mapping[str, tuple[str, ...]]
    downstream: Mapping[str, tuple[str, ...]]
    config: Mapping[str, object] = field(default_factory=dict)
    params: Mapping[str, object] = field(default_factory=dict)
    serve: Callable[[str], tuple[Served, tuple[str, ...]] | None] | None = None

    def closure(self, starts: frozenset[str], edges: Mapping[str, tuple[str, ...]]) -> set[str]:
        """`starts` and all that is reached from them along `edges`."""
        seen: set[str] = set()
        waiting = list(starts)
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting.extend(edges.get(node, ()))
        return seen
