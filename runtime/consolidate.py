"""The feature groups of an entity in one file: `target/feature_store/<entity>/features.parquet`.

`consolidate_sql` says what its rows are. The catalog beside it says what they were made of, which
tells whether they are current: a run consolidates what its groups, or an interrupted run, left
behind.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from seeknal.compiler.findings import Finding, Place, Severity
from seeknal.compiler.types import parse_type
from seeknal.runtime.consolidate_sql import EVENT_TIME, GroupRows, consolidation_sql
from seeknal.runtime.engine import Engine, EngineError
from seeknal.runtime.entity_catalog import EntityCatalog, FGCatalogEntry
from seeknal.runtime.files import replacing
from seeknal.runtime.paths import Target
from seeknal.runtime.workflow import Node, Workflow

_KIND = "feature_group"


@dataclass(frozen=True, slots=True)
class Group:
    """A feature group of the project with a published result. `event_time` may name no column."""

    name: str
    place: Place
    file: Path
    entity: str
    join_keys: tuple[str, ...]
    event_time: str
    knowledge_time: str | None

    @property
    def relation(self) -> str:
        """The name under which the engine reads it."""
        return f"{_KIND}_{self.name}"

    @property
    def updated(self) -> str:
        """When its rows were published, UTC in ISO 8601."""
        return updated(self.file)


@dataclass(frozen=True, slots=True)
class Consolidated:
    """What became of an entity; `finding` is why its features could not be consolidated."""

    entity: str
    groups: int
    rows: int = 0
    seconds: float = 0.0
    finding: Finding | None = None


class _Refused(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def updated(file: Path) -> str:
    """When a result was published, UTC in ISO 8601."""
    seconds, nanoseconds = divmod(file.stat().st_mtime_ns, 1_000_000_000)
    at = datetime.fromtimestamp(seconds, UTC)
    return at.replace(microsecond=nanoseconds // 1000).isoformat(timespec="microseconds")


def features_file(target: Target, entity: str) -> Path:
    """The consolidated features of an entity."""
    return target.folder / "feature_store" / entity / "features.parquet"


def catalog_file(target: Target, entity: str) -> Path:
    """What they were made of."""
    return features_file(target, entity).with_name("_entity_catalog.json")


def catalogs(target: Target) -> dict[str, EntityCatalog]:
    """The catalogs of all entities that were consolidated. Raises ValueError for a broken one."""
    found = sorted((target.folder / "feature_store").glob("*/_entity_catalog.json"))
    return {path.parent.name: EntityCatalog.load(path) for path in found}


def groups_of(workflow: Workflow) -> dict[str, tuple[Group, ...]]:
    """The feature groups with a result, by entity; all in the order of their names."""
    target = Target(workflow.root)
    found: dict[str, list[Group]] = {}
    for id in sorted(workflow.nodes):
        group = _group(workflow.nodes[id], target)
        if group is not None and group.file.exists():
            found.setdefault(group.entity, []).append(group)
    return {entity: tuple(groups) for entity, groups in sorted(found.items())}


def consolidate_changed(workflow: Workflow, engine: Callable[[], Engine]) -> list[Consolidated]:
    """Consolidate the entities whose features are not current; `engine` opens one when needed."""
    target = Target(workflow.root)
    return [
        consolidate(target, engine(), entity, groups)
        for entity, groups in groups_of(workflow).items()
        if not is_current(target, entity, groups)
    ]


def is_current(target: Target, entity: str, groups: Sequence[Group]) -> bool:
    """True where the consolidated features are of the groups as they are now."""
    try:
        catalog = EntityCatalog.load(catalog_file(target, entity))
    except (FileNotFoundError, ValueError):
        return False
    made_of = {
        group.name: (
            catalog.join_keys,
            group.event_time_col,
            group.knowledge_time_col,
            group.last_updated,
        )
        for group in catalog.feature_groups.values()
    }
    now = {g.name: (g.join_keys, g.event_time, g.knowledge_time, g.updated) for g in groups}
    return features_file(target, entity).exists() and made_of == now


def consolidate(
    target: Target, engine: Engine, entity: str, groups: Sequence[Group]
) -> Consolidated:
    """Write the features and the catalog of an entity, each in one step.

    What stands in the way is in the result; the last features are then left alone.
    """
    begun = time.monotonic()
    made = Consolidated(entity, len(groups))
    try:
        rows = _consolidate(target, engine, entity, groups)
    except _Refused as refused:
        return replace(made, finding=refused.finding)
    except EngineError as error:
        message = f"the features of entity '{entity}' cannot be consolidated: {error.message}"
        return replace(made, finding=Finding(error.code, message, help=error.help))
    except OSError as error:
        message = f"the features of entity '{entity}' cannot be published: {error}"
        help = "check the disk's free space and the permissions of target/"
        return replace(made, finding=Finding("io-error", message, help=help))
    return replace(made, rows=rows, seconds=time.monotonic() - begun)


def gone(target: Target, workflow: Workflow) -> list[str]:
    """The entities that were consolidated and have no feature group in the project any more."""
    present = {
        group.entity
        for node in workflow.nodes.values()
        if (group := _group(node, target)) is not None
    }
    folders = sorted((target.folder / "feature_store").glob("*/"))
    return [path.name for path in folders if path.name not in present]


def prune(target: Target, entities: Sequence[str]) -> None:
    """Delete the consolidated features of entities."""
    for entity in entities:
        shutil.rmtree(features_file(target, entity).parent)


def _group(node: Node, target: Target) -> Group | None:
    if node.artifact.kind != _KIND or node.sidecar is None:
        return None
    keys, entity = node.sidecar.get("join_keys"), node.sidecar.get("entity_name")
    if not isinstance(keys, list) or not entity:
        return None
    known = (node.config or {}).get("knowledge_time")
    columns = {column.name.casefold() for column in node.artifact.columns}
    return Group(
        name=node.artifact.name,
        place=node.place,
        file=target.result(_KIND, node.artifact.name),
        entity=str(entity),
        join_keys=tuple(str(key) for key in keys),
        event_time=str(node.sidecar["event_time_col"] or ""),
        # Where events make the rows, a group's knowledge time is theirs and no column of it.
        knowledge_time=str(known) if str(known).casefold() in columns else None,
    )


def _consolidate(target: Target, engine: Engine, entity: str, groups: Sequence[Group]) -> int:
    keys = groups[0].join_keys
    entries = {}
    rows = []
    types: dict[str, str] = {}
    for group in groups:
        schema = dict(engine.describe(group.file))
        _check(entity, group, keys, schema, types)
        engine.attach(group.relation, group.file)
        made_of = _rows_of(group, schema)
        rows.append(made_of)
        entries[group.name] = FGCatalogEntry(
            name=group.name,
            features=made_of.features,
            event_time_col=group.event_time,
            knowledge_time_col=group.knowledge_time,
            last_updated=group.updated,
            row_count=_row_count(engine, group),
            schema=schema,
        )
    with replacing(features_file(target, entity)) as file:
        written = engine.write(consolidation_sql(keys, rows), file, ordered=True)
    EntityCatalog(
        entity_name=entity,
        join_keys=keys,
        feature_groups=entries,
        consolidated_at=datetime.now(UTC).isoformat(timespec="microseconds"),
    ).save(catalog_file(target, entity))
    return written


def _rows_of(group: Group, schema: Mapping[str, str]) -> GroupRows:
    event_time = group.event_time.casefold()
    timed = event_time in {name.casefold() for name in schema}
    not_features = {event_time, *(key.casefold() for key in group.join_keys)}
    return GroupRows(
        name=group.name,
        relation=group.relation,
        event_time=group.event_time if timed else None,
        knowledge_time=group.knowledge_time if timed else None,
        features=tuple(name for name in schema if name.casefold() not in not_features),
    )


def _row_count(engine: Engine, group: Group) -> int:
    counted, _ = engine.rows(f"SELECT COUNT(*) AS rows FROM {group.relation}", limit=1)
    return int(str(counted[0]["rows"]))


def _check(
    entity: str,
    group: Group,
    keys: tuple[str, ...],
    schema: Mapping[str, str],
    types: dict[str, str],
) -> None:
    """Refuse a group whose rows cannot be joined; `types` are those of the keys so far."""
    if group.join_keys != keys:
        raise _Refused(
            _mismatch(
                entity,
                group,
                f"has join_keys={list(group.join_keys)}, but entity expects join_keys={list(keys)}",
            )
        )
    for problem in _key_problems(keys, schema, types):
        raise _Refused(_mismatch(entity, group, problem))
    if group.name.casefold() in {EVENT_TIME, *(key.casefold() for key in keys)}:
        raise _Refused(
            Finding(
                "duplicate-output",
                f"feature group '{group.name}' has the name of a column of entity '{entity}', "
                "which its features would be a column of",
                group.place,
                "rename the group",
                severity=Severity.WARNING,
            )
        )


def _key_problems(
    keys: Sequence[str], schema: Mapping[str, str], types: dict[str, str]
) -> Iterator[str]:
    folded = {name.casefold(): type for name, type in schema.items()}
    for key in keys:
        type = folded.get(key.casefold())
        if type is None:
            yield f"has no column `{key}`, which is a join key"
            continue
        expected = types.setdefault(key, type)
        here, there = parse_type(type), parse_type(expected)
        same = here is not None and there is not None and here.kind is there.kind
        if type != expected and not same:
            yield f"has `{key}` as {type}, but entity expects {expected}"


def _mismatch(entity: str, group: Group, what: str) -> Finding:
    return Finding(
        "join-key-mismatch",
        f"Join key mismatch for entity '{entity}': feature group '{group.name}' {what}",
        group.place,
        "give the groups of an entity the same keys, or the group an entity of its own",
        severity=Severity.WARNING,
    )
