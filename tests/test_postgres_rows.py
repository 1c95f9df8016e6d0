"""Every case that compiles for PostgreSQL gives the rows there that it gives on DuckDB.

Both engines get the same small data, made from what the sources declare: ids that repeat, days
around the application date, NULLs everywhere, texts that sort differently by locale.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from seeknal.compiler.artifact import Artifact
from seeknal.compiler.build import Compilation
from seeknal.compiler.dialects.registry import dialect as find_dialect
from seeknal.compiler.findings import CompileFailed
from seeknal.compiler.lower.names import physical
from seeknal.compiler.model import ResolvedDayGrain, ResolvedSource
from seeknal.compiler.types import Column, DataType, Kind
from tests.cases import compile_case, copy_sql_case, sql_cases
from tests.compare import assert_same_rows
from tests.naive import Table

if TYPE_CHECKING:
    import duckdb

ROWS = 60
AS_OF = date(2026, 1, 20)
AS_OF_TIME = "'2026-01-20 12:00:00'"
TEXTS = ["a", "B", "ä", "paid", "open", "it's", "x", "", "*/ --"]


# -- data ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Roles:
    """What the nodes of a project take columns for, by the columns' names in lower case."""

    ids: frozenset[str]
    times: frozenset[str]
    single_as_ofs: frozenset[str]

    @classmethod
    def of(cls, compilation: Compilation) -> Roles:
        grains = [n for n in compilation.model.nodes.values() if isinstance(n, ResolvedDayGrain)]
        ids = {node.id.name for node in grains}
        ids |= {node.spine.id.name for node in grains if node.spine}
        times = {node.event.column.name for node in grains}
        times |= {node.as_of.column.name for node in grains if node.as_of}
        single = {n.as_of.column.name for n in grains if n.as_of and not n.per_date}
        return cls(*(frozenset(map(str.lower, names)) for names in (ids, times, single)))


def rows_for(columns: Sequence[Column], roles: Roles, lenient: bool, seed: str) -> list[list[Any]]:
    """Rows of plain values for the columns of a source."""
    chance = random.Random(seed)
    return [_row(row, columns, roles, lenient, chance) for row in range(ROWS)]


def _row(
    row_id: int, columns: Sequence[Column], roles: Roles, lenient: bool, chance: random.Random
) -> list[Any]:
    number = chance.choice([None, 0, 1, 2, 3, 4])
    row: list[Any] = []
    for column in columns:
        name, kind = column.name.lower(), column.type.kind
        if name == "row_id":
            row.append(row_id)
        elif name in roles.ids:
            text = kind is Kind.STRING and number is not None
            row.append(f"CUST-{number}" if text else number)
        elif name in roles.single_as_ofs:
            # One day per id, and no day at all for one of the ids.
            day = None if number == 4 else AS_OF + timedelta(days=number or 0)
            row.append(_time(day, column.type, chance))
        elif kind in (Kind.DATE, Kind.TIMESTAMP) or name in roles.times:
            day = AS_OF + timedelta(days=chance.randint(-32, 5))
            row.append(_time(None if chance.random() < 0.1 else day, column.type, chance))
            if kind is Kind.STRING and lenient and chance.random() < 0.2:
                row[-1] = chance.choice(["", "yesterday", "2026/01/02"])
        else:
            row.append(None if chance.random() < 0.15 else _value(column.type, chance))
    return row


def _time(day: date | None, data_type: DataType, chance: random.Random) -> Any:
    if day is None:
        return None
    seconds = chance.choice([0, 0, 1, 40_000, 86_399])
    moment = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)
    if data_type.kind is Kind.DATE:
        return day
    if data_type.kind is Kind.TIMESTAMP:
        return moment
    return chance.choice([day.isoformat(), f"{moment}", f"{moment.isoformat()}Z"])


def _value(data_type: DataType, chance: random.Random) -> Any:
    match data_type.kind:
        case Kind.BOOLEAN:
            return chance.random() < 0.5
        case Kind.INT64:
            return chance.choice([-1, 0, 1, 2, 7, 10**15])
        case Kind.DOUBLE:
            return chance.choice([-2.5, 0.0, 0.1, 1.0, 12.25, 99.99, 250.0])
        case Kind.DECIMAL:
            return Decimal(chance.randint(-500, 50_000)).scaleb(-data_type.scale)
        case Kind.STRING:
            return chance.choice(TEXTS)
        case _:
            return None


# -- two engines -----------------------------------------------------------------------------


class Engine:
    """An empty database that runs the artifacts of one compilation."""

    def __init__(self, connection: Any, compilation: Compilation) -> None:
        self.connection = connection
        self.dialect = find_dialect(compilation.dialect)

    def query(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        cursor = self.connection.execute(bound(sql))
        return [column[0] for column in cursor.description], cursor.fetchall()

    def fill(self, source: ResolvedSource, artifact: Artifact, rows: list[list[Any]]) -> None:
        """Put the rows where the source finds them."""
        table = [physical(artifact.relation, self.dialect)]
        if source.spec.relation_name is not None:
            # Without the database: both engines are connected to the one that cases name.
            table = source.spec.relation_name.value.split(".")[-2:]
            if len(table) == 2:
                self.connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(table[0])}")
        target = ".".join(map(quote, table))
        if artifact.dialect == "postgres" and source.path:
            self.connection.execute(artifact.sql)
        else:
            columns = ", ".join(
                f"{quote(column.name)} {self.dialect.type_name(column.type)}"
                for column in source.columns
            )
            self.connection.execute(f"CREATE TABLE {target} ({columns})")
        mark = "%s" if artifact.dialect == "postgres" else "?"
        values = ", ".join([mark] * len(source.columns))
        for row in rows:
            self.connection.execute(f"INSERT INTO {target} VALUES ({values})", row)

    def load(self, source: ResolvedSource, artifact: Artifact, rows: list[list[Any]]) -> None:
        """Fill the source, then make its relation, which for a file is the table filled."""
        self.fill(source, artifact, rows)
        if not source.path:
            self.make(artifact)

    def make(self, artifact: Artifact) -> None:
        """Make the relation of a node."""
        self.connection.execute(f"CREATE TABLE {self.relation(artifact)} AS\n{bound(artifact.sql)}")

    def relation(self, artifact: Artifact) -> str:
        return quote(physical(artifact.relation, self.dialect))


def bound(sql: str) -> str:
    """The statement with a time in place of the parameter that both drivers know."""
    return sql.replace("$as_of", AS_OF_TIME).replace("%(as_of)s", AS_OF_TIME)


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def table_of(engine: Engine, artifact: Artifact) -> tuple[list[str], list[tuple[Any, ...]]]:
    return engine.query(f"SELECT * FROM {engine.relation(artifact)}")


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'; ATTACH ':memory:' AS warehouse; USE warehouse")
        yield connection


DIVERGES = functools.partial(pytest.mark.xfail, strict=True, raises=(AssertionError, psycopg.Error))
DIVERGING_CASES = {"names_mixed_case": "PostgreSQL folds names that user SQL does not quote"}


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=DIVERGES(reason=DIVERGING_CASES[case]))
        if case in DIVERGING_CASES
        else case
        for case in sql_cases()
    ],
)
def test_rows(
    case: str,
    tmp_path: Path,
    postgres: psycopg.Connection,
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    root = copy_sql_case(case, tmp_path / "project")
    theirs = compile_case(root, "postgres")
    ours = compile_case(root, "duckdb")
    with postgres.transaction(force_rollback=True):
        compare(ours, theirs, warehouse, postgres)


def compare(
    ours: Compilation,
    theirs: Compilation,
    warehouse: duckdb.DuckDBPyConnection,
    postgres: psycopg.Connection,
) -> None:
    """Run the nodes of a project on both engines, over the same data, and compare them all."""
    roles = Roles.of(ours)
    duck, elephant = Engine(warehouse, ours), Engine(postgres, theirs)
    for node, artifact in ours.artifacts.items():
        resolved = ours.model.nodes[node]
        if isinstance(resolved, ResolvedSource):
            lenient = resolved.spec.on_bad_value == "null"
            rows = rows_for(resolved.columns, roles, lenient, node)
            duck.load(resolved, artifact, rows)
            elephant.load(resolved, theirs.artifacts[node], rows)
            continue
        duck.make(artifact)
        elephant.make(theirs.artifacts[node])
        agree(duck, artifact, elephant, theirs.artifacts[node])
        if isinstance(resolved, ResolvedDayGrain):
            assert not null_keys(duck, resolved)


@pytest.mark.parametrize("case", [case for case in sql_cases() if case.startswith("inline_")])
def test_inline_statements_stand_alone(
    case: str,
    tmp_path: Path,
    postgres: psycopg.Connection,
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    root = copy_sql_case(case, tmp_path / "project")
    ours, theirs = (compile_case(root, name, inline=True) for name in ("duckdb", "postgres"))
    roles = Roles.of(ours)
    with postgres.transaction(force_rollback=True):
        duck, elephant = Engine(warehouse, ours), Engine(postgres, theirs)
        for node, artifact in ours.artifacts.items():
            source = ours.model.nodes[node]
            if isinstance(source, ResolvedSource):
                rows = rows_for(source.columns, roles, False, node)
                duck.fill(source, artifact, rows)
                elephant.fill(source, theirs.artifacts[node], rows)
        for node, artifact in ours.artifacts.items():
            names, rows = duck.query(artifact.sql)
            table = Table(tuple((c.name, str(c.type)) for c in artifact.columns), rows)
            assert_same_rows(table, names, rows)
            assert_same_rows(table, *elephant.query(theirs.artifacts[node].sql))


@DIVERGES(reason="PostgreSQL has no TRY_CAST: text in ISO form that is no day fails the statement")
def test_a_day_that_does_not_exist_is_null_on_both(
    tmp_path: Path, postgres: psycopg.Connection, warehouse: duckdb.DuckDBPyConnection
) -> None:
    root = copy_sql_case("text_dates_bad_value_null", tmp_path / "project")
    orders = ["CUST-1", "2026-02-30", "2026-03-01", "2026-03-01", 1.0]
    ours, theirs = (compile_case(root, dialect) for dialect in ("duckdb", "postgres"))
    with postgres.transaction(force_rollback=True):
        for engine, compiled in (
            (Engine(warehouse, ours), ours),
            (Engine(postgres, theirs), theirs),
        ):
            source = compiled.model.nodes["source.orders"]
            assert isinstance(source, ResolvedSource)
            engine.load(source, compiled.artifacts["source.orders"], [orders])
            assert engine.query(compiled.artifacts["aggregation.daily"].sql)[1] == []


def null_keys(duck: Engine, node: ResolvedDayGrain) -> list[tuple[Any, ...]]:
    """The rows of an aggregation with a NULL key: SEMANTICS "Keys" drops them."""
    keys = [column for column in node.columns if column.name not in {f.name for f in node.features}]
    test = " OR ".join(f"{quote(key.name)} IS NULL" for key in keys)
    return duck.query(f"SELECT * FROM {quote(node.spec.relation)} WHERE {test}")[1]


def agree(duck: Engine, ours: Artifact, elephant: Engine, theirs: Artifact) -> None:
    """The relation of a node, its assertions and its counts are the same on both."""
    types = [(c.name, str(c.type)) for c in ours.columns]
    names, rows = table_of(duck, ours)
    assert_same_rows(Table(tuple(types), rows), names, rows)
    renamed = dict(theirs.renamed)
    expected = Table(tuple((renamed.get(name, name), type_) for name, type_ in types), rows)
    assert_same_rows(expected, *table_of(elephant, theirs))
    assert rows or not ours.counts_sql
    for one, other in zip(ours.assertions, theirs.assertions, strict=True):
        assert duck.query(one.sql) == elephant.query(other.sql)
    if ours.counts_sql and theirs.counts_sql:
        assert duck.query(ours.counts_sql)[1] == elephant.query(theirs.counts_sql)[1]


# -- the gate --------------------------------------------------------------------------------

EVENTS = """\
kind: source
name: events
source: parquet
table: data/events.parquet
schema:
  - {name: row_id, data_type: int64}
  - {name: i, data_type: int64}
  - {name: d, data_type: double}
  - {name: m, data_type: "decimal(10,2)"}
  - {name: s, data_type: string}
  - {name: Mixed, data_type: string}
  - {name: gift, data_type: boolean}
  - {name: one_day, data_type: date}
  - {name: at, data_type: timestamp}
"""
QUERY = """\
kind: transform
name: query
inputs: [{ref: source.events}]
transform: |
  SELECT
    1 AS one,
"""
FRAGMENT_LINE = QUERY.count("\n") + 1


def write_query(root: Path, fragment: str) -> Path:
    """A project whose transform has `fragment`, a column or more of a query, on its own line."""
    (root / "seeknal").mkdir(parents=True)
    (root / "seeknal" / "events.yml").write_text(EVENTS, "utf-8")
    end = "" if " FROM input_0" in fragment else "  FROM input_0\n"
    (root / "seeknal" / "query.yml").write_text(f"{QUERY}    {fragment}\n{end}", "utf-8")
    return root


REFUSED = [
    "i % 2 AS odd",
    "i // 2 AS half",
    "s[1:2] AS head",
    "[i, 2] AS pair",
    "{'a': i} AS record",
    "TRY_CAST(s AS BIGINT) AS number",
    "DATE_DIFF('hour', at, TIMESTAMP '2026-01-01') AS hours",
    "ROUND(d, CAST(i AS INT)) AS rounded",
    "STRFTIME(one_day, '%Y-%m') AS month",
    "REGEXP_EXTRACT(s, '[a-z]+') AS word",
    "LPAD(s, 5, '.') AS padded",
    "HASH(s) AS hashed",
    "RANDOM() AS chance",
    "LAG(i IGNORE NULLS) OVER (ORDER BY row_id) AS previous",
    "QUANTILE_CONT(d, 0.3) OVER () AS q",
    "LIST(i) OVER () AS everything",
    "ARG_MAX(s, i) OVER () AS s_of_greatest",
    "APPROX_COUNT_DISTINCT(s) OVER () AS about",
    "i & 1 AS odd",
    "s COLLATE NOCASE AS folded",
    "* EXCLUDE (row_id) FROM input_0",
    "i FROM input_0 TABLESAMPLE 10%",
    "a.i FROM input_0 AS a SEMI JOIN input_0 AS b ON a.i = b.i",
    "b.i FROM input_0 AS a ASOF JOIN input_0 AS b ON a.s = b.s AND a.i >= b.i",
    "UNNEST([1, 2]) AS n",
]


@pytest.mark.parametrize("fragment", REFUSED)
def test_sql_that_postgres_cannot_run_is_refused_at_its_line(fragment: str, tmp_path: Path) -> None:
    root = write_query(tmp_path / "project", fragment)
    assert compile_case(root, "duckdb").artifacts
    with pytest.raises(CompileFailed) as failed:
        compile_case(root, "postgres")
    (finding,) = failed.value.findings
    assert (finding.code, finding.severity) == ("unsupported", "error")
    assert finding.place is not None
    assert (finding.place.file, finding.place.line) == ("seeknal/query.yml", FRAGMENT_LINE)
    assert finding.help


# Passed by the gate, and not the same on PostgreSQL: each has to be lowered or refused.
DIVERGING = {
    "QUALIFY is printed": "s FROM input_0 QUALIFY ROW_NUMBER() OVER (PARTITION BY s) = 1",
    "BY NAME is printed": "i FROM input_0 UNION ALL BY NAME SELECT row_id, i FROM input_0",
    "POSITIONAL is printed": "a.i FROM input_0 AS a POSITIONAL JOIN input_0 AS b",
    "an alias is used beside it": "i + 1 AS more, more * 2 AS twice",
    "an alias is used in WHERE": "i + 1 AS more FROM input_0 WHERE more > 3",
    "mixed case is folded": "s AS Folded",
    "another case than the column's": "mixed AS lower_case",
    "LIKE has an escape": r"s LIKE '\*%' AS found",
    "a negative place in SUBSTRING": "SUBSTRING(s, -2) AS end_of_it",
    "booleans joined to text": "CONCAT(gift, s) AS joined",
    "doubles as text": "CAST(d AS VARCHAR) AS spelt",
    "seconds have a fraction": "EXTRACT(SECOND FROM at) AS seconds",
    "EXTRACT is numeric": "EXTRACT(YEAR FROM one_day) AS year_of_it",
    "YEAR is numeric": "YEAR(one_day) AS year_of_it",
    "DATE_PART is double": "DATE_PART('year', one_day) AS year_of_it",
    "DATE_TRUNC of a date has a zone": "DATE_TRUNC('month', one_day) AS month",
    "SUM of int64 is numeric": "SUM(i) OVER (ORDER BY row_id) AS total",
    "AVG of int64 is numeric": "AVG(i) OVER () AS mean",
    "STDDEV of decimals is numeric": "STDDEV(m) OVER () AS spread",
    "POWER of decimals is numeric": "POWER(m, 2) AS squared",
    "ROUND of decimals is double": "ROUND(m, 1) AS rounded",
    "SIGN is double": "SIGN(i) AS sign",
    "MIN of booleans": "MIN(gift) OVER () AS least",
    "MEDIAN as a window": "MEDIAN(d) OVER () AS middle",
    "HUGEINT": "CAST(i AS HUGEINT) AS big",
    "numbers as booleans": "CAST(i AS BOOLEAN) AS given",
    "an exponent": "1e3 AS thousand",
}


@pytest.mark.parametrize(
    "fragment",
    [
        pytest.param(fragment, id=why, marks=DIVERGES(reason=why))
        for why, fragment in DIVERGING.items()
    ],
)
def test_sql_that_passes_the_gate_gives_the_same_rows(
    fragment: str,
    tmp_path: Path,
    postgres: psycopg.Connection,
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    root = write_query(tmp_path / "project", fragment)
    ours = compile_case(root, "duckdb")
    try:
        theirs = compile_case(root, "postgres")
    except CompileFailed as refused:
        assert [finding.code for finding in refused.findings] == ["unsupported"]
        return
    with postgres.transaction(force_rollback=True):
        compare(ours, theirs, warehouse, postgres)
