"""The same views as a dbt project and as a SQLMesh project: one model a compiled statement."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from scale_project import SOURCE_COLUMNS, SPINE_COLUMNS, Scale

DBT_PROJECT = """\
name: scale
version: "1.0"
config-version: 2
profile: scale
model-paths: [models]
"""
DBT_PROFILE = """\
scale:
  target: dev
  outputs:
    dev: {type: duckdb, path: ":memory:", threads: 2}
"""
SQLMESH_CONFIG = """\
gateways:
  local:
    connection: {type: duckdb}
default_gateway: local
model_defaults: {dialect: duckdb}
"""
SQLMESH_TYPES = {"int64": "BIGINT", "double": "DOUBLE", "date": "DATE", "string": "TEXT"}


def read_compiled(folder: Path) -> dict[str, str]:
    """Relation name to SQL, of the files that `seeknal compile` has written."""
    files = [file for file in sorted(folder.glob("*.sql")) if ".assert." not in file.name]
    return {file.stem.replace(".", "_", 1): file.read_text() for file in files}


def write_dbt(root: Path, scale: Scale, compiled: Mapping[str, str]) -> Path:
    """Write the dbt project; returns the model of the view to edit."""
    sources = {_relation(id) for id in scale.sources}

    def reference(name: str) -> str:
        if name in sources:
            return f"{{{{ source('raw', '{name}') }}}}"
        return f"{{{{ ref('{name}') }}}}"

    _write(root / "dbt_project.yml", DBT_PROJECT)
    _write(root / "profiles.yml", DBT_PROFILE)
    tables = "".join(f"      - name: {name}\n" for name in sorted(sources))
    declared = f"version: 2\nsources:\n  - name: raw\n    tables:\n{tables}"
    _write(root / "models" / "sources.yml", declared)
    for name, sql in _models(scale, compiled, reference).items():
        _write(root / "models" / f"{name}.sql", sql)
    return root / "models" / f"{_relation(scale.edited)}.sql"


def write_sqlmesh(root: Path, scale: Scale, compiled: Mapping[str, str]) -> Path:
    """Write the SQLMesh project; returns the model of the view to edit."""
    _write(root / "config.yaml", SQLMESH_CONFIG)
    lines = []
    for id in scale.sources:
        columns = SPINE_COLUMNS if id == "source.looked_at" else SOURCE_COLUMNS
        lines += [f"- name: bench.{_relation(id)}", "  columns:"]
        lines += [f"    {name}: {SQLMESH_TYPES[type]}" for name, type in columns.items()]
    _write(root / "external_models.yaml", "\n".join([*lines, ""]))
    for name, sql in _models(scale, compiled, lambda name: f"bench.{name}").items():
        _write(root / "models" / f"{name}.sql", f"MODEL (name bench.{name}, kind VIEW);\n\n{sql}")
    return root / "models" / f"{_relation(scale.edited)}.sql"


def _models(
    scale: Scale, compiled: Mapping[str, str], reference: Callable[[str], str]
) -> dict[str, str]:
    relations = [_relation(id) for id in (*scale.sources, *scale.views)]
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(relations, key=len, reverse=True))})\b")
    return {
        name: pattern.sub(lambda found: reference(found[0]), compiled[name])
        for name in map(_relation, scale.views)
    }


def _relation(id: str) -> str:
    return id.replace(".", "_", 1)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
