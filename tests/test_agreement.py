"""The compiled SQL on DuckDB against the naive evaluator, over drawn specs and tables.

`SEEKNAL_EXAMPLES=5000 pytest tests/test_agreement.py` draws more, and new ones every time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.compare import assert_same_rows
from tests.harness import (
    PromiseBroken,
    Result,
    compiled,
    connect,
    execute,
    execute_alone,
    execute_guarded,
    query,
)
from tests.naive import AmbiguousAsOf, BadDate, Overflow, Table, dropped_rows
from tests.strategies import (
    Case,
    bad_date_cases,
    first_order_cases,
    overflow_cases,
    second_order_cases,
    to_yaml,
)

if TYPE_CHECKING:
    import duckdb

EXAMPLES = os.environ.get("SEEKNAL_EXAMPLES")


def examples(count: int) -> settings:
    """The same examples on every run; more, and new ones, where the environment asks for them."""
    share = count / 150
    return settings(
        max_examples=int(int(EXAMPLES or 150) * share),
        derandomize=EXAMPLES is None,
        database=None,
        deadline=None,
        # One failure, made small, is enough to look at.
        report_multiple_bugs=False,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


def agree(case: Case, run: Callable[[], Result]) -> Table | AmbiguousAsOf | None:
    """What `run` returns or raises is what the case means; None where that is a value's error."""
    import duckdb

    try:
        expected = case.expected()
    except BadDate as bad:
        with pytest.raises(PromiseBroken) as broken:
            run()
        assert broken.value.code == "bad-value"
        assert bad.value in {row["value"] for row in broken.value.rows}
        return None
    except Overflow:
        with pytest.raises(duckdb.ConversionException):
            run()
        return None
    if isinstance(expected, AmbiguousAsOf):
        # A sum of a group that should not be may overflow first.
        with pytest.raises((PromiseBroken, duckdb.ConversionException)) as failure:
            run()
        if isinstance(failure.value, PromiseBroken):
            assert failure.value.code == "ambiguous-as-of"
            assert {row["id"] for row in failure.value.rows} <= set(expected.ids)
    else:
        result = run()
        assert_same_rows(expected, result.columns, result.rows)
    return expected


def check(case: Case, root: Path, database: duckdb.DuckDBPyConnection) -> None:
    """The statements of the case's node, in both their forms, and its counts."""
    node = _written(case, root)
    compilation = compiled(root)
    artifact = compilation.artifacts[node]
    note(artifact.sql)
    expected = agree(case, lambda: execute(database, compilation, node))
    if expected is not None:
        assert artifact.counts_sql is not None
        counts = query(database, artifact.counts_sql).rows
        assert counts == [dropped_rows(case.spec, case.tables)]
        if (guarded := compilation.guarded(node)) is not None:
            agree(case, lambda: execute_guarded(database, node, guarded))
    if isinstance(expected, Table):
        assert [(c.name, str(c.type)) for c in artifact.columns] == list(expected.columns)


def _written(case: Case, root: Path) -> str:
    """The case as a project under `root`; the id of its node."""
    case.write(root)
    note(to_yaml(case.spec))
    for name, source in case.sources.items():
        note(f"{name}: {source.raw.columns}\n" + "\n".join(map(str, source.raw.rows)))
    return f"{case.spec['kind']}.{case.spec['name']}"


@examples(150)
@given(case=first_order_cases())
def test_first_order(case: Case, root: Path, database: duckdb.DuckDBPyConnection) -> None:
    check(case, root, database)


@examples(150)
@given(case=second_order_cases())
def test_second_order(case: Case, root: Path, database: duckdb.DuckDBPyConnection) -> None:
    check(case, root, database)


@examples(40)
@given(case=overflow_cases())
def test_a_sum_that_does_not_fit_is_an_error(
    case: Case, root: Path, database: duckdb.DuckDBPyConnection
) -> None:
    check(case, root, database)


@examples(30)
@given(case=bad_date_cases("error"))
def test_text_that_is_no_date_is_an_error(
    case: Case, root: Path, database: duckdb.DuckDBPyConnection
) -> None:
    check(case, root, database)


@examples(30)
@given(case=bad_date_cases("null"))
def test_text_that_is_no_date_is_null(
    case: Case, root: Path, database: duckdb.DuckDBPyConnection
) -> None:
    check(case, root, database)


@examples(30)
@given(case=st.one_of(first_order_cases(), second_order_cases()))
def test_an_inline_statement_stands_alone(
    case: Case, root: Path, database: duckdb.DuckDBPyConnection
) -> None:
    node = _written(case, root)
    artifact = compiled(root, inline=True).artifacts[node]
    note(artifact.sql)
    if isinstance(expected := case.expected(), Table):
        result = execute_alone(database, root, artifact)
        assert_same_rows(expected, result.columns, result.rows)
