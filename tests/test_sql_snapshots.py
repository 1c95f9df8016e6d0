"""The SQL of every case in `tests/cases/sql`, as files that a reviewer reads.

`pytest tests/test_sql_snapshots.py --snapshot-update` writes them anew.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from seeknal.compiler.artifact import Artifact
from seeknal.compiler.dialects.registry import PARSED
from seeknal.compiler.findings import Finding
from seeknal.testing.compiled_files import assertion_text
from tests.cases import DIALECTS, copy_sql_case, sql_cases
from tests.conformance.compiling import compile_what_can
from tests.extensions import SNAPSHOTS, SqlFile

CASES = sql_cases()
FILES = [f"{case}.{dialect}" for case in CASES for dialect in (*DIALECTS, *PARSED)]

# What a snapshot shows beside the statements of the nodes that are no sources.
WITH_SOURCES = "source_"
WITH_PROMISES = ("source_", "promises")
INLINE = "inline_"

SqlOf = Callable[[str, str], str]


@pytest.fixture(scope="session")
def sql_of(tmp_path_factory: pytest.TempPathFactory) -> SqlOf:
    """The text of a case in a dialect, compiled once."""

    @cache
    def text(case: str, dialect: str) -> str:
        root = copy_sql_case(case, tmp_path_factory.mktemp(case) / "project")
        compilation, refused = compile_what_can(root, dialect, inline=case.startswith(INLINE))
        assert not compilation.findings
        shown = [
            _shown(artifact, promises=case.startswith(WITH_PROMISES))
            for artifact in compilation.artifacts.values()
            if artifact.kind != "source" or case.startswith(WITH_SOURCES)
        ]
        return "\n".join([*shown, *(_refused(*pair) for pair in refused.items())])

    return text


def _shown(artifact: Artifact, *, promises: bool) -> str:
    text = f"{artifact.sql.rstrip()}\n;\n"
    for whole, short in artifact.renamed:
        text += f"-- {short}\n--   is {whole}\n"
    if promises and artifact.assertions:
        text += "\n" + assertion_text(artifact)
    if promises and artifact.counts_sql:
        text += f"\n/* rows in and rows dropped */\n{artifact.counts_sql.rstrip()}\n;\n"
    return text


def _refused(node: str, finding: Finding) -> str:
    return f"-- {node} is refused: {finding.message}\n--   {finding.help}\n"


@pytest.mark.parametrize("file", FILES)
def test_sql(file: str, sql_of: SqlOf, snapshot: SnapshotAssertion) -> None:
    case, _, dialect = file.rpartition(".")
    assert sql_of(case, dialect) == snapshot(extension_class=SqlFile)


def test_there_is_no_snapshot_without_a_case() -> None:
    assert sorted(path.stem for path in (SNAPSHOTS / "sql").iterdir()) == sorted(FILES)


COMPILE = """
import hashlib, sys
from pathlib import Path
from tests.cases import compile_case
digest = hashlib.sha256()
for root, dialect in zip(sys.argv[1::2], sys.argv[2::2]):
    for node, artifact in compile_case(Path(root), dialect).artifacts.items():
        digest.update(repr((node, artifact)).encode())
print(digest.hexdigest())
"""


def test_another_process_in_another_place_writes_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = ["aggregations_of_doubles", "names_long", "promises", "second_order_spine"]
    found = set()
    for seed, zone in (("1", "UTC"), ("77", "Pacific/Auckland")):
        place = tmp_path / f"a place {seed}"
        arguments: list[str] = []
        for case, dialect in zip(cases, ("duckdb", "postgres") * 2, strict=True):
            arguments += [str(copy_sql_case(case, place / seed / case)), dialect]
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "PYTHONPATH": str(Path(__file__).parents[1]),
        }
        process = subprocess.run(
            [sys.executable, "-c", COMPILE, *arguments],
            cwd=place,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found.add(process.stdout)
    assert len(found) == 1
