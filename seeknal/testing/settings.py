"""What `seeknal_project.yml` says of snapshots: their dialects, and the day they are of."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from seeknal.compiler.dialects.registry import NAMES
from seeknal.compiler.document import YamlFile, read_yaml
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.parameters_values import FUNCTIONS
from seeknal.compiler.project import Project
from seeknal.compiler.project_files import PROJECT_FILE
from seeknal.compiler.suggest import suggest

RUN_ID = "snapshot"
"""The id of the run in snapshots and tests, where `{{ run_id }}` asks for it."""

_DATED = sorted({"run_date", "date", *FUNCTIONS} - {"var", "ref"})
_PARAMETER = re.compile(
    rf"\{{[{{%](?:(?!\}}\}}|%\}}).)*?\b({'|'.join(map(re.escape, _DATED))})\b", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The dialects to hold, in order, and the day of snapshots; None where it is not said."""

    dialects: tuple[str, ...] = ("duckdb",)
    day: date | None = None


def read_settings(root: Path, findings: Findings) -> Settings:
    """The settings of the project at `root`; what is wrong with them is added to `findings`.

    What is wrong with the rest of the file is left to the compiler to say.
    """
    path = root / PROJECT_FILE
    if not path.is_file():
        return Settings()
    read = read_yaml(PROJECT_FILE, path.read_text("utf-8-sig", errors="replace"), Findings())
    if read is None:
        return Settings()
    names = []
    given = read.get("dialects")
    for index, name in enumerate(given if isinstance(given, list) else ()):
        if name in NAMES:
            names.append(str(name))
            continue
        findings.error(
            "wrong-value",
            f"there is no dialect `{name}`",
            read.place("dialects", index),
            suggest(str(name), NAMES, "dialects"),
        )
    return Settings(tuple(dict.fromkeys(names)) or ("duckdb",), _day(read, findings))


def _day(read: YamlFile, findings: Findings) -> date | None:
    value = read.get("snapshot_date")
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        findings.error(
            "wrong-value",
            f"`snapshot_date` is `{value}`, which is not a day",
            read.place("snapshot_date"),
            "write YYYY-MM-DD, as `snapshot_date: 2026-01-31`",
        )
        return None


def dated_places(project: Project, nodes: Collection[str]) -> list[Place]:
    """Where the specs of `nodes`, or the common entries that they name, ask which day it is."""
    documents = [document for id, document in project.documents.items() if id in nodes]
    found = []
    for document in documents:
        if match := _PARAMETER.search(document.text):
            line = document.text.count("\n", 0, match.start(1)) + 1
            column = match.start(1) - document.text.rfind("\n", 0, match.start(1))
            found.append(Place(document.file, line, column, len(match[1])))
    for name, sql in project.common.items():
        match = _PARAMETER.search(sql.value)
        if match and any(name in document.text for document in documents):
            found.append(sql.place(match.start(1), len(match[1])))
    return list(dict.fromkeys(found))
