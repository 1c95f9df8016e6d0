"""`seeknal consolidate` and `seeknal entity`: the features of an entity in one place."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seeknal.commands import options
from seeknal.commands.console import fail, findings_reported, plural, print_json, print_table
from seeknal.commands.project import check_specs, find_root, new_run_id, run_start
from seeknal.compiler.options import Options

if TYPE_CHECKING:
    from seeknal.runtime.entity_catalog import EntityCatalog
    from seeknal.runtime.paths import Target


@click.command("consolidate")
@click.option("--prune", is_flag=True, help="Remove entities that have no feature group any more.")
@options.params
@options.run_date
@options.project_path
@options.as_json
def consolidate_entities(
    prune: bool,
    params: dict[str, object],
    run_date: date,
    project_path: Path | None,
    as_json: bool,
) -> None:
    """Join the feature groups of each entity, as the last run published them, into one file.

    A run does it for the entities whose groups have changed; this does it for all of them.

    \b
    seeknal consolidate
    seeknal consolidate --prune
    """
    root = find_root(project_path)
    with findings_reported(root, as_json=as_json):
        from dataclasses import replace

        from seeknal.commands.loading import load
        from seeknal.compiler.findings import CompileFailed, Finding, Severity
        from seeknal.runtime import consolidate
        from seeknal.runtime.duckdb_engine import DuckDBEngine
        from seeknal.runtime.lock import run_lock
        from seeknal.runtime.report import consolidation_line
        from seeknal.runtime.selection import Request

        loaded = load(
            root, Options(run_date=run_date, overrides=params, as_of=run_start()), Request()
        )
        target = loaded.target
        groups = consolidate.groups_of(loaded.workflow)
        gone = consolidate.gone(target, loaded.workflow)
        if not groups and not gone:
            message = "no feature group has rows yet"
            raise CompileFailed([Finding("no-results", message, help="`seeknal run` makes them")])
        with (
            run_lock(target.lock, f"{new_run_id()} (consolidate)"),
            DuckDBEngine(root, target.scratch) as engine,
        ):
            made = [
                consolidate.consolidate(target, engine, entity, of_entity)
                for entity, of_entity in groups.items()
            ]
            if prune:
                consolidate.prune(target, gone)
        if not as_json:
            for one in made:
                if one.finding is None:
                    click.echo(consolidation_line(one))
            for entity in gone:
                fact = "it has no feature group any more"
                left = f"entity '{entity}' is left: {fact}; --prune removes it"
                click.echo(f"Removed entity '{entity}': {fact}" if prune else left)
        findings = [replace(one.finding, severity=Severity.ERROR) for one in made if one.finding]
        if findings:
            fail(findings, root, as_json=as_json)
        if as_json:
            print_json(
                {
                    "entities": [
                        {"entity": one.entity, "feature_groups": one.groups, "rows": one.rows}
                        for one in made
                    ],
                    "gone": gone,
                    "pruned": prune,
                }
            )


@click.group("entity")
def entity() -> None:
    """Show the entities and their features, as they were last consolidated."""


@entity.command("list")
@options.project_path
@options.as_json
def list_entities(project_path: Path | None, as_json: bool) -> None:
    """List the entities: feature groups, features, whether they are current.

    \b
    seeknal entity list
    """
    root = find_root(project_path)
    with findings_reported(root, as_json=as_json):
        from seeknal.runtime.paths import Target

        target = Target(root)
        found = _catalogs(target)
        if as_json:
            print_json([_summary(target, catalog) for catalog in found.values()])
        else:
            width = max((len(name) for name in found), default=0)
            for name, catalog in found.items():
                groups = catalog.feature_groups.values()
                features = sum(len(group.features) for group in groups)
                click.echo(
                    f"  {name:<{width}}  {plural(len(groups), 'FG')}  "
                    f"{plural(features, 'feature')}  [{_status(target, catalog)}]  "
                    f"consolidated: {catalog.consolidated_at}"
                )
            click.echo(
                f"{len(found)} {'entity' if len(found) == 1 else 'entities'}"
                if found
                else "no entities yet: `seeknal run` makes them from feature groups"
            )
        check_specs(root)


@entity.command("show")
@click.argument("name")
@options.project_path
@options.as_json
def show_entity(name: str, project_path: Path | None, as_json: bool) -> None:
    """Show an entity: its join keys, its feature groups and their features.

    \b
    seeknal entity show customer
    """
    root = find_root(project_path)
    with findings_reported(root, as_json=as_json):
        import json

        from seeknal.runtime.consolidate import features_file
        from seeknal.runtime.outputs import describe_result
        from seeknal.runtime.paths import Target

        target = Target(root)
        catalog = _find(name, _catalogs(target))
        _, rows = describe_result(features_file(target, name))
        if as_json:
            print_json({**json.loads(catalog.to_json()), "rows": rows})
        else:
            _show(catalog, rows, _status(target, catalog))
        check_specs(root)


def _show(catalog: EntityCatalog, rows: int, status: str) -> None:
    groups = list(catalog.feature_groups.values())
    click.echo(f"{catalog.entity_name}: by {', '.join(catalog.join_keys)}  [{status}]")
    click.echo(f"consolidated: {_minute(catalog.consolidated_at)} UTC")
    click.echo()
    print_table(
        ("feature group", "features", "rows", "event time", "updated (UTC)"),
        [
            (
                group.name,
                str(len(group.features)),
                f"{group.row_count:,}",
                group.event_time_col if group.event_time_col in group.schema else "-",
                _minute(group.last_updated),
            )
            for group in groups
        ],
        right=(1, 2),
    )
    click.echo()
    features = [(f"{g.name}.{name}", g.schema[name]) for g in groups for name in g.features]
    print_table(("feature", "type"), features)
    click.echo(f"{plural(len(features), 'feature')}, {plural(rows, 'row')}")


def _minute(time: str) -> str:
    """An ISO time for people: 2026-01-31 12:00."""
    return time[:16].replace("T", " ")


def _catalogs(target: Target) -> dict[str, EntityCatalog]:
    from seeknal.compiler.findings import CompileFailed, Finding
    from seeknal.runtime.consolidate import catalogs

    try:
        return catalogs(target)
    except ValueError as error:
        help = "`seeknal consolidate` writes it anew"
        raise CompileFailed([Finding("unreadable-file", str(error), help=help)]) from error


def _find(name: str, found: dict[str, EntityCatalog]) -> EntityCatalog:
    from seeknal.compiler.findings import CompileFailed, Finding
    from seeknal.compiler.suggest import suggest

    if name not in found:
        help = suggest(name, found, "entities") or "`seeknal run` makes them from feature groups"
        message = f"there are no features of an entity `{name}`"
        raise CompileFailed([Finding("unknown-entity", message, help=help)])
    return found[name]


def _status(target: Target, catalog: EntityCatalog) -> str:
    """`ready`, or `stale` where a group has other rows than those that were consolidated."""
    from seeknal.runtime.consolidate import updated

    for group in catalog.feature_groups.values():
        file = target.result("feature_group", group.name)
        if not file.exists() or updated(file) != group.last_updated:
            return "stale"
    return "ready"


def _summary(target: Target, catalog: EntityCatalog) -> dict[str, object]:
    return {
        "entity": catalog.entity_name,
        "join_keys": list(catalog.join_keys),
        "feature_groups": list(catalog.feature_groups),
        "features": sum(len(group.features) for group in catalog.feature_groups.values()),
        "status": _status(target, catalog),
        "consolidated_at": catalog.consolidated_at,
    }
