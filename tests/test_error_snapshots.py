"""Every finding as a user sees it: one project with one mistake for each code, through the CLI.

`pytest tests/test_error_snapshots.py --snapshot-update` writes the texts anew.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from syrupy.assertion import SnapshotAssertion

from seeknal.cli import main
from seeknal.compiler.codes import CODES
from tests.cases import copy_error_case, error_cases
from tests.extensions import SNAPSHOTS, ErrorText

CASES = error_cases()
COMPILE = "seeknal compile"
RUN = "seeknal run"
COMMANDS = {
    "ambiguous-as-of": RUN,
    "ambiguous-node": "seeknal compile orders",
    "bad-output": RUN,
    "bad-value": RUN,
    "cannot-install": RUN,
    "column-mismatch": RUN,
    "duplicate-column.returned": RUN,
    "empty-part": "seeknal split training --test-from 2026-03-01",
    "empty-selection": "seeknal run --types source --nodes clean",
    "engine-error": RUN,
    "input-changed": RUN,
    "integer-overflow": RUN,
    "io-error": RUN,
    "join-key-mismatch": RUN,
    "leak-on-data": "seeknal check leakage",
    "left-over-snapshot": "seeknal compile --check",
    "missing-engine": "seeknal test",
    "missing-file": RUN,
    "missing-library": RUN,
    "needs-date": "seeknal compile --check",
    "needs-event-time.of-a-spine": RUN,
    "needs-event-time.of-the-clock": RUN,
    "needs-llm": RUN,
    "no-output": RUN,
    "no-results": "seeknal inspect clean",
    "no-results.published": "seeknal dry-run draft_transform_scored.py",
    "no-snapshot": "seeknal compile --check",
    "node-exists": "seeknal apply draft_source_orders.yml",
    "node-exited": RUN,
    "node-exited.by-itself": RUN,
    "node-raised": RUN,
    "node-timeout": RUN,
    "node-timeout.here": RUN,
    "not-an-input": RUN,
    "out-of-memory": RUN,
    "project-exists": "seeknal init",
    "rows-not-kept": RUN,
    "run-in-progress": RUN,
    "schema-mismatch.returned": RUN,
    "snapshot-differs": "seeknal compile --check",
    "test-failed": "seeknal test",
    "unknown-column.in-a-test": "seeknal test",
    "unknown-column.of-a-reader": RUN,
    "unknown-column.returned": RUN,
    "unknown-entity": "seeknal entity show custmer",
    "unknown-node.command": "seeknal compile claen",
    "unknown-tag": "seeknal run --tags shopp",
    "unread-rows": "seeknal test",
    "unreadable-snapshot": "seeknal compile --check",
    "unreadable-state": "seeknal plan",
    "unsupported": "seeknal compile --dialect postgres",
    "uv-missing": RUN,
}
WARNINGS = {
    "clock-in-sql",
    "ignored-field",
    "join-key-mismatch",
    "leak-clock-event-time",
    "leak-clock-value",
    "leak-ignores-knowledge",
    "leak-label-feature",
    "leak-no-time",
    "leak-own-day",
    "leak-reaches-ahead",
    "skipped-file",
    "skipped-kind",
    "unproven-time",
    "unreadable-state",
}
SEVERAL = {"all-in-one-go"}

_FINDING = re.compile(r"^(?:[^\s:]+:\d+:\d+: )?(error|warning)\[([a-z0-9-]+)\]: ", re.MULTILINE)


# -- what a project cannot do to itself ------------------------------------------------------


@contextmanager
def another_run(root: Path) -> Iterator[None]:
    from seeknal.runtime.lock import run_lock
    from seeknal.runtime.paths import Target

    with run_lock(Target(root).lock, "20260131_101500"):
        yield


@contextmanager
def output_in_the_way(root: Path) -> Iterator[None]:
    (root / "target" / "intermediate" / "transform_clean.parquet" / "folder").mkdir(parents=True)
    yield


@contextmanager
def patched(target: str, name: str, value: Any) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(f"{target}.{name}", value)
        yield


@contextmanager
def patched_modules(*gone: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in gone:
            patch.setitem(sys.modules, name, None)
        yield


@contextmanager
def after_a_run(root: Path) -> Iterator[None]:
    done = CliRunner().invoke(main, ["run", "--date", "2026-01-31"])
    assert done.exit_code == 0, done.output
    yield


def after_an_update(file: str, text: str | None) -> Any:
    """Writes the snapshots, then `text` into one; None removes all that are named so."""

    @contextmanager
    def around(root: Path) -> Iterator[None]:
        done = CliRunner().invoke(main, ["compile", "--update", "--date", "2026-01-31"])
        assert done.exit_code == 0, done.output
        folder = root / "target" / "compiled" / "duckdb"
        if text is None:
            for path in folder.glob(file):
                path.unlink()
        else:
            (folder / file).write_text(text, "utf-8")
        yield

    return around


def too_little_memory(root: Path) -> Any:
    import duckdb

    from seeknal.runtime.duckdb_errors import engine_error

    def write(self: Any, sql: str, file: Path, *, ordered: bool, keys: Sequence[str] = ()) -> int:
        error = duckdb.OutOfMemoryException("Out of Memory Error: could not allocate 4.0 GiB")
        raise engine_error(error)

    return patched("seeknal.runtime.duckdb_engine.DuckDBEngine", "write", write)


def other_columns(root: Path) -> Any:
    return patched(
        "seeknal.runtime.duckdb_engine.DuckDBEngine",
        "describe",
        lambda self, file: (("order_id", "BIGINT"), ("customer", "VARCHAR")),
    )


def inputs_gone(root: Path) -> Any:
    return patched("seeknal.runtime.changes.Changes", "current", lambda self, node_id: None)


def process_ended(
    status: int, *, began: bool = True, timed_out: bool = False, said: tuple[str, ...] = ()
) -> Any:
    """The process of every function ends so, and none is started."""
    from seeknal.runtime.python.process import Ended

    ended = Ended(status, began, timed_out, () if began else said, said if began else ())
    return lambda root: patched(
        "seeknal.runtime.python.isolated", "run_process", lambda command, **options: ended
    )


def no_uv(root: Path) -> Any:
    return patched("seeknal.runtime.python.isolated", "find_uv", lambda: None)


def no_polars(root: Path) -> Any:
    return patched_modules("polars")


def lost_rows(root: Path) -> Any:
    return patched(
        "seeknal.runtime.duckdb_engine.DuckDBEngine",
        "rows",
        lambda self, sql, limit: (
            ([{"rows": 2, "spine_rows": 3}], 1) if "spine_rows" in sql else ([], 0)
        ),
    )


AROUND: dict[str, Callable[[Path], Any]] = {
    "cannot-install": process_ended(
        1,
        began=False,
        said=(
            "error: No solution found when resolving `--with` dependencies",
            "  cause: Because there is no version of six==99.0 and you require six==99.0, we can "
            "conclude that your requirements are unsatisfiable.",
        ),
    ),
    "column-mismatch": other_columns,
    "empty-part": after_a_run,
    "input-changed": inputs_gone,
    "io-error": output_in_the_way,
    "left-over-snapshot": after_an_update(
        "transform.cleaned.sql",
        "/* transform.cleaned | seeknal/cleaned.yml | duckdb */\nSELECT 1\n",
    ),
    "missing-library": no_polars,
    "node-exited": process_ended(3),
    "node-timeout": process_ended(-15, timed_out=True),
    "no-snapshot": after_an_update("transform.clean.*", None),
    "out-of-memory": too_little_memory,
    "rows-not-kept": lost_rows,
    "run-in-progress": another_run,
    "snapshot-differs": after_an_update(
        "transform.clean.sql",
        "/* transform.clean | seeknal/clean.yml | duckdb */\n"
        "SELECT order_id, customer_id FROM source_orders WHERE amount > 0\n",
    ),
    "unknown-entity": after_a_run,
    "uv-missing": no_uv,
    "unreadable-snapshot": after_an_update(
        "transform.clean.sql",
        "/* transform.clean | seeknal/clean.yml | duckdb */\n<<<<<<< HEAD\nSELECT 1\n=======\n",
    ),
}
# The day is missing: it is what the error is about.
UNDATED = {"needs-date"}


# -- the texts -------------------------------------------------------------------------------


@contextmanager
def _nothing(root: Path) -> Iterator[None]:
    yield


def run_case(case: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Result]:
    """The command of a case and what it came to, in a project at `root`."""
    command = COMMANDS.get(case, COMPILE)
    monkeypatch.chdir(copy_error_case(case, root))
    arguments = shlex.split(command)[1:]
    if arguments[0] in ("compile", "run", "plan") and case not in UNDATED:
        arguments += ["--date", "2026-01-31"]
    with AROUND.get(case, _nothing)(root):
        return command, CliRunner().invoke(main, arguments)


def shown(command: str, result: Result, root: Path) -> str:
    """The command and its stderr, the same in any folder and in any process."""
    text = result.stderr.replace(str(root), "/home/shop")
    return f"$ {command}\n" + re.sub(r"(process |parquet\.)\d+", r"\g<1>4711", text)


@pytest.mark.parametrize("case", CASES)
def test_error(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    root = tmp_path / "shop"
    command, result = run_case(case, root, monkeypatch)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    code = case.partition(".")[0]
    expected = "warning" if case in WARNINGS else "error"
    assert result.exit_code == (0 if case in WARNINGS else 1), result.output
    found = _FINDING.findall(result.stderr)
    assert {code for _, code in found} <= CODES.keys()
    if case not in SEVERAL:
        assert (expected, code) in found
    assert shown(command, result, root) == snapshot(extension_class=ErrorText)


def test_every_code_has_a_snapshot() -> None:
    assert {case.partition(".")[0] for case in CASES} - SEVERAL == CODES.keys()


def test_there_is_no_snapshot_without_a_case() -> None:
    assert sorted(path.stem for path in (SNAPSHOTS / "errors").iterdir()) == CASES
