"""Which nodes a command means: by name, kind and tag.

What is selected runs whether or not its output is current. Everything upstream of it belongs to
the selection too, and runs only where it has no current output.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from seeknal.compiler.findings import Findings
from seeknal.compiler.select_nodes import find_nodes
from seeknal.compiler.suggest import suggest
from seeknal.runtime.workflow import Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for. `nodes` are ids or bare names; `types` are kinds."""

    full: bool = False
    nodes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()

    @property
    def selects(self) -> bool:
        """True where less than the whole project was asked for by name, kind or tag."""
        return bool(self.nodes or self.types or self.tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The nodes to go through, in run order.

    `forced` maps the nodes that run in any case to the reason. `excluded` nodes never run.
    """

    order: tuple[str, ...]
    forced: Mapping[str, str] = field(default_factory=dict)
    excluded: frozenset[str] = frozenset()


def find_kind(word: str, kinds: Iterable[str]) -> str | None:
    """The kind that `word` means; a plural and dashes are understood. None for no kind."""
    name = word.replace("-", "_")
    return next((kind for kind in kinds if name in (kind, f"{kind}s")), None)


def select(request: Request, workflow: Workflow, findings: Findings) -> Selection:
    """The selection that a request means; what it names and the project lacks are errors."""
    nodes = workflow.nodes
    chosen = set(nodes)
    if request.nodes:
        named = frozenset(find_nodes(request.nodes, tuple(nodes), findings))
        chosen &= workflow.closure(named, workflow.downstream)
    if request.types:
        kinds = _known_types(request.types, workflow, findings)
        chosen &= {id for id, node in nodes.items() if node.artifact.kind in kinds}
    if request.tags:
        tags = _known_tags(request.tags, workflow, findings)
        chosen &= {id for id, node in nodes.items() if tags & set(node.tags)}
    unwanted = _known_tags(request.exclude_tags, workflow, findings)
    excluded = frozenset(id for id, node in nodes.items() if unwanted & set(node.tags))
    chosen -= excluded
    if not chosen and nodes and not findings.has_errors:
        findings.error(
            "empty-selection",
            "no node is selected",
            help="the options narrow each other: --nodes, --types, --tags and --exclude-tags",
        )
    forced = _forced(request, workflow, chosen)
    above = {
        id: tuple(up for up in ups if up not in excluded) for id, ups in workflow.upstream.items()
    }
    reached = workflow.closure(frozenset(chosen), above)
    order = tuple(id for id in workflow.order if id in reached)
    return Selection(order=order, forced=forced, excluded=excluded)


def _forced(request: Request, workflow: Workflow, chosen: set[str]) -> Mapping[str, str]:
    if request.full:
        return dict.fromkeys(chosen, "--full")
    if not request.selects:
        return {}
    named = {
        id
        for id in chosen
        if not request.nodes or id in request.nodes or id.partition(".")[2] in request.nodes
    }
    return {id: "selected" if id in named else "downstream of a selected node" for id in chosen}


def _known_types(words: tuple[str, ...], workflow: Workflow, findings: Findings) -> set[str]:
    kinds = sorted({node.artifact.kind for node in workflow.nodes.values()})
    found = set()
    for word in words:
        kind = find_kind(word, kinds)
        if kind:
            found.add(kind)
        else:
            findings.error(
                "unknown-kind",
                f"the project has no node of kind `{word}`",
                help=suggest(word, kinds, "kinds in this project"),
            )
    return found


def _known_tags(words: tuple[str, ...], workflow: Workflow, findings: Findings) -> set[str]:
    tags = {tag for node in workflow.nodes.values() for tag in node.tags}
    for word in words:
        if word not in tags:
            findings.error(
                "unknown-tag",
                f"no node has the tag `{word}`",
                help=suggest(word, tags, "tags") or "no node of the project has tags",
            )
    return set(words)
