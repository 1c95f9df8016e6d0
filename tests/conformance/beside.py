"""How an engine is held to DuckDB, node by node, over the same rows."""

from __future__ import annotations

from dataclasses import replace

from seeknal.compiler.artifact import Artifact
from seeknal.compiler.build import Compilation
from seeknal.compiler.dialects.registry import dialect as find_dialect
from seeknal.compiler.lower.names import physical
from seeknal.compiler.model import ResolvedDayGrain, ResolvedSource
from tests.compare import assert_same_rows
from tests.conformance.agreeing import output_of
from tests.conformance.drawing import note
from tests.conformance.rows import Roles, rows_for
from tests.conformance.running import put
from tests.engines.base import TestedEngine
from tests.engines.duckdb import DuckDB
from tests.harness import Result
from tests.naive import Table

AS_OF_TIME = "2026-01-20 12:00:00"


def bound(sql: str, dialect: str) -> str:
    """The statement with a time in place of the dialect's parameter of as-ofs."""
    parameter = find_dialect(dialect).parameter("as_of").sql(find_dialect(dialect).printer)
    return sql.replace(parameter, f"'{AS_OF_TIME}'")


def fill(oracle: DuckDB, engine: TestedEngine, ours: Compilation, theirs: Compilation) -> None:
    """Load the relations of the sources that both have; or what those read, where it is named."""
    roles = Roles.of(ours)
    for node, artifact in ours.artifacts.items():
        source = ours.model.nodes[node]
        if not isinstance(source, ResolvedSource):
            continue
        rows = rows_for(source.columns, roles, source.spec.on_bad_value == "null", node)
        raw = source.spec.relation_name.value if source.spec.relation_name else ""
        for one, compiled in ((oracle, artifact), (engine, theirs.artifacts[node])):
            dialect = find_dialect(compiled.dialect)
            names = tuple(physical(column.name, dialect) for column in source.columns)
            if raw:
                columns = [replace(c, name=n) for c, n in zip(source.columns, names, strict=True)]
                one.load(raw, columns, rows)
                put(one, compiled, one.query(compiled.sql))
            else:
                # What reads a file is held where rows are drawn.
                put(one, compiled, Result(names, rows))


def compare(oracle: DuckDB, engine: TestedEngine, ours: Compilation, theirs: Compilation) -> None:
    """The nodes of a project that compile for the engine give there what they give on DuckDB."""
    fill(oracle, engine, ours, theirs)
    for node, artifact in ours.artifacts.items():
        if artifact.kind == "source":
            continue
        result = oracle.query(bound(artifact.sql, "duckdb"))
        put(oracle, artifact, result)
        if node in theirs.artifacts:
            compiled = theirs.artifacts[node]
            found = assert_same_result(engine, artifact, compiled, result)
            # What comes next reads DuckDB's rows: it is held by itself.
            put(engine, compiled, Result(found.columns, result.rows))
            assert_same_checks(oracle, engine, artifact, compiled)
            assert result.rows or not artifact.counts_sql
        resolved = ours.model.nodes[node]
        if isinstance(resolved, ResolvedDayGrain):
            assert not _with_null_keys(oracle, resolved)


def assert_same_result(
    engine: TestedEngine, ours: Artifact, theirs: Artifact, result: Result
) -> Result:
    """The rows of a node are those of DuckDB."""
    table = Table(tuple((column.name, str(column.type)) for column in ours.columns), result.rows)
    assert_same_rows(table, result.columns, result.rows)
    note(theirs.sql)
    found = engine.query(bound(theirs.sql, theirs.dialect))
    assert_same_rows(output_of(theirs, table), found.columns, found.rows)
    return found


def assert_same_checks(
    oracle: DuckDB, engine: TestedEngine, ours: Artifact, theirs: Artifact
) -> None:
    """The promises of a node and its counts are the same on both."""
    for one, other in zip(ours.assertions, theirs.assertions, strict=True):
        expected, broken = oracle.query(one.sql), engine.query(other.sql)
        assert expected.columns == broken.columns
        assert expected.rows == broken.rows
    if ours.counts_sql and theirs.counts_sql:
        assert oracle.query(ours.counts_sql).rows == engine.query(theirs.counts_sql).rows


def _with_null_keys(duck: DuckDB, node: ResolvedDayGrain) -> list[tuple[object, ...]]:
    """The rows of an aggregation with a NULL key: SEMANTICS "Keys" drops them."""
    keys = [column for column in node.columns if column.name not in {f.name for f in node.features}]
    quoted = ['"' + key.name.replace('"', '""') + '"' for key in keys]
    test = " OR ".join(f"{key} IS NULL" for key in quoted)
    relation = '"' + node.spec.relation.replace('"', '""') + '"'
    return duck.query(f"SELECT * FROM {relation} WHERE {test}").rows
