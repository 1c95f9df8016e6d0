"""Every case that compiles for PostgreSQL gives the rows there that it gives on DuckDB.

Both engines get the same small data, made from what the sources declare: ids that repeat, days
around the application date, NULLs everywhere, texts that sort differently by locale.
"""

from __future__ import annotations

import random
import re
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
    """The statement with a time in place of the parameter of each dialect."""
    return sql.replace("$as_of", AS_OF_TIME).replace(":'as_of'", AS_OF_TIME)


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


@pytest.mark.parametrize("case", sql_cases())
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
    end = "" if re.search(r" FROM (input_0|\(|v)", fragment) else "  FROM input_0\n"
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
    "i FROM input_0 UNION ALL BY NAME SELECT row_id, i FROM input_0",
    "a.i FROM input_0 AS a POSITIONAL JOIN input_0 AS b",
    "a.i FROM input_0 AS a NATURAL JOIN input_0 AS b",
    "CAST(d AS VARCHAR) AS spelt",
    "CONCAT(d, s) AS joined",
    "CAST(m * m AS VARCHAR) AS spelt",
    "MEDIAN(d) OVER () AS middle",
    "MEDIAN(m) AS middle",
    "CAST(i AS HUGEINT) AS big",
    "CAST(i AS TINYINT) AS small",
    "CAST(d AS FLOAT) AS single",
    "CAST(at AS TIMESTAMPTZ) AS zoned",
    "CAST(d AS DECIMAL(38, 2)) AS long",
    "SUBSTRING(s, 0) AS whole",
    "SUBSTRING(s, i) AS rest",
    "SPLIT_PART(s, '', 1) AS letter",
    "REGEXP_MATCHES(s, '\\d') AS found",
    "REGEXP_MATCHES(s, Mixed) AS found",
    "s ILIKE 'Ä' AS found",
    "s = i AS same",
    "one_day = 'yesterday' AS same",
    "CAST('1/2/2026' AS DATE) AS a_day",
    "CASE WHEN i THEN 1 END AS truthy",
    "at - at AS nothing",
    "one_day + INTERVAL (i) DAY AS later",
    "DATE_TRUNC('decade', at) AS decade",
    "EXTRACT(MILLISECOND FROM at) AS ms",
    "SUM(gift) AS gifts",
    "q.s FROM (SELECT DISTINCT s FROM input_0 ORDER BY s LIMIT 3) AS q",
    "i FROM input_0 LIMIT 10%",
    "LAG(i, 1, 0.5) OVER (ORDER BY row_id) AS previous",
    "(s, i) < ('a', 1) AS before_it",
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


# What the engines say differently: each gives the same rows and types, or is refused.
SAME = {
    "QUALIFY": "s FROM input_0 QUALIFY ROW_NUMBER() OVER (PARTITION BY s) = 1",
    "QUALIFY of all columns": "* FROM input_0 QUALIFY RANK() OVER (ORDER BY s, row_id) < 9",
    "QUALIFY by an alias in order": (
        "s, RANK() OVER (ORDER BY d, row_id) AS place FROM input_0"
        " QUALIFY place < 20 ORDER BY row_id LIMIT 7"
    ),
    "an alias is used beside it": "i + 1 AS more, more * 2 AS twice",
    "an alias is used in WHERE": "i + 1 AS more FROM input_0 WHERE more > 3",
    "an alias is used in HAVING": "s, COUNT(*) AS n FROM input_0 GROUP BY s HAVING n > 3",
    "an alias is used in GROUP BY": "UPPER(s) AS big, COUNT(*) AS n FROM input_0 GROUP BY big",
    "an alias hides no column": "i + 1 AS d, d * 2 AS twice",
    "mixed case": "s AS Folded",
    "mixed case in a CTE": (
        "Total FROM (WITH Sums AS (SELECT SUM(I) AS Total FROM Input_0)"
        " SELECT TOTAL FROM sums AS T)"
    ),
    "another case than the column's": "mixed AS lower_case",
    "another case in USING": "A.Mixed FROM input_0 AS a JOIN input_0 AS b USING (ROW_ID)",
    "columns without a name": "COUNT(*), MAX(s), i + 1 FROM input_0 GROUP BY i",
    "LIKE has an escape": r"s LIKE '\*%' AS found",
    "LIKE of a column": "s LIKE Mixed AS found",
    "LIKE with an ESCAPE": "s LIKE '!*%' ESCAPE '!' AS found",
    "NOT LIKE": r"s NOT LIKE '\%' AS found",
    "ILIKE": "s ILIKE 'B' AS found",
    "a negative place in SUBSTRING": "SUBSTRING(s, -2) AS end_of_it",
    "booleans joined to text": "CONCAT(gift, s, i, one_day) AS joined",
    "|| of values": "s || gift || i || one_day || at AS joined",
    "CONCAT_WS": "CONCAT_WS('-', s, gift, NULL, i) AS joined",
    "UPPER and LOWER": "UPPER(s) AS upper_s, LOWER(s) AS lower_s, UPPER('straße ǆ') AS street",
    "order of text": "s < 'b' AS less, s BETWEEN 'A' AND 'b' AS between_them, 'x' >= s AS le",
    "LIMIT in order of text": "s, row_id FROM input_0 ORDER BY s, row_id LIMIT 11",
    "LIMIT in order of an alias": "s AS text, row_id FROM input_0 ORDER BY text DESC, 3 LIMIT 11",
    "windows in order of text": "RANK() OVER (ORDER BY s DESC) AS place",
    "extremes of text": "MIN(s) OVER () AS least_s, MAX(s) OVER (PARTITION BY i) AS most",
    "GREATEST of text": "GREATEST(s, Mixed, NULL) AS most, LEAST(s, 'b') AS least_s",
    "dates as text": "CAST(one_day AS VARCHAR) AS one_text, CAST(at AS VARCHAR) AS at_text",
    "numbers as text": "CAST(i AS VARCHAR) AS i_text, CAST(m AS VARCHAR) AS m_text",
    "VARCHAR of a length": "CAST(s AS VARCHAR(1)) AS cut",
    "EXTRACT SECOND": "EXTRACT(SECOND FROM at) AS seconds",
    "EXTRACT": "EXTRACT(YEAR FROM one_day) AS y, EXTRACT(EPOCH FROM at) AS e",
    "parts of times": (
        "YEAR(one_day) AS y, MONTH(at) AS mo, DATE_PART('dow', at) AS dow,"
        " DATE_PART('week', one_day) AS w, DATE_PART('hour', one_day) AS h"
    ),
    "DATE_TRUNC": "DATE_TRUNC('month', one_day) AS mo, DATE_TRUNC('hour', at) AS h",
    "days and intervals": (
        "one_day + CAST(i AS INT) AS later FROM input_0 WHERE i < 10"
        " UNION ALL SELECT 1, one_day - 3 FROM input_0"
    ),
    "an interval": "one_day + INTERVAL 1 MONTH AS one_more, at - INTERVAL '2 hours' AS before_it",
    "days in milliseconds": "(one_day - DATE '1970-01-01') * 86400000 AS ms",
    "SUM of int64": "SUM(i) OVER (ORDER BY row_id) AS total",
    "SUM with FILTER": "SUM(i) FILTER (WHERE gift) AS total, COUNT_IF(gift) AS n",
    "AVG of int64": "AVG(i) OVER () AS mean, AVG(m) OVER (PARTITION BY s) AS mean_m",
    "STDDEV of decimals": "STDDEV(m) OVER () AS spread",
    "POWER of decimals": "POWER(m, 2) AS squared, SQRT(ABS(m)) AS root, EXP(m / 1000) AS e",
    "ROUND": "ROUND(m, 1) AS m1, ROUND(d, 1) AS d1, ROUND(d) AS d0, ROUND(i, 2) AS i2",
    "FLOOR": "FLOOR(i) AS i0, FLOOR(m) AS m0, CEIL(d) AS d0",
    "SIGN": "SIGN(i) AS sign_i, SIGN(d) AS sign_d",
    "MIN of booleans": "MIN(gift) OVER () AS least_gift, MAX(gift) OVER (PARTITION BY s) AS most",
    "MEDIAN": "MEDIAN(i) AS middle, MEDIAN(d) FILTER (WHERE gift) AS middle_given",
    "numbers as booleans": "CAST(i AS BOOLEAN) AS given, CAST(d AS BOOLEAN) AS given_d",
    "booleans as numbers": "CAST(gift AS INT) AS one_or_none, CAST(gift AS DOUBLE) AS as_double",
    "doubles as decimals": (
        "CAST(d AS DECIMAL(10, 1)) AS d1, CAST(CAST('1.005' AS DOUBLE) AS DECIMAL(10, 2)) AS c,"
        " CAST(d / 8 AS DECIMAL(10, 2)) AS e, CAST(d AS DECIMAL(10, 0)) AS whole"
    ),
    "doubles as integers": "CAST(d AS BIGINT) AS d0, CAST(m AS INT) AS m0, CAST(d / 2 AS INT) AS h",
    "division": "i / 2 AS half, (d + 9) / i AS by_zero, (m + 0.5) / row_id AS of_decimals",
    "division by what is not 0": "m / NULLIF(i, 0) AS guarded, SUM(d) OVER () / 3 AS a_third",
    "an exponent": "1e3 AS thousand, 1.5 AS decimal_it_is, 0.1 + 0.2 AS third",
    "NULL of no type": "COALESCE(NULL, i) AS something, CASE WHEN gift THEN NULL ELSE s END AS t",
    "NULL in a UNION": "NULL AS x FROM input_0 UNION ALL SELECT 2, s FROM input_0",
    "types that differ in a UNION": "i AS x FROM input_0 UNION ALL SELECT 2, d FROM input_0",
    "CASE of two number types": "CASE WHEN gift THEN i ELSE d END AS x, IF(gift, 1, 2.5) AS y",
    "text beside a time": "one_day >= '2026-01-01' AS late, at < '2026-01-19 12:00:00' AS early",
    "SPLIT_PART": "SPLIT_PART(s, 't', 2) AS after_it",
    "a dot in a pattern": "REGEXP_MATCHES(s, '^.$') AS single, REGEXP_MATCHES(s, '[p.]a') AS pa",
    "NULLs in an order": "s, i FROM input_0 ORDER BY i DESC, s, row_id LIMIT 55",
    "NULLs in a window": "ROW_NUMBER() OVER (ORDER BY i DESC, row_id) AS place",
    "DISTINCT ON": "row_id FROM (SELECT DISTINCT ON (s) * FROM input_0 ORDER BY s, row_id) AS q",
    "a correlated subquery": (
        "(SELECT MAX(b.S) FROM input_0 AS b WHERE b.i = a.I) AS most FROM input_0 AS a"
    ),
    "VALUES": "v.W FROM (VALUES (1, 'a'), (2, NULL)) AS v(n, w)",
    "a recursive CTE": (
        "n FROM (WITH RECURSIVE Steps AS (SELECT 1 AS N UNION ALL SELECT n + 1 FROM steps"
        " WHERE n < 4) SELECT * FROM steps) AS q"
    ),
}


@pytest.mark.parametrize("fragment", [pytest.param(f, id=name) for name, f in SAME.items()])
def test_what_the_engines_say_differently_gives_the_same_rows_and_types(
    fragment: str,
    tmp_path: Path,
    postgres: psycopg.Connection,
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    root = write_query(tmp_path / "project", fragment)
    ours, theirs = (compile_case(root, dialect) for dialect in ("duckdb", "postgres"))
    with postgres.transaction(force_rollback=True):
        compare(ours, theirs, warehouse, postgres)
        found = postgres.execute(TYPES_OF_COLUMNS, ["transform_query"]).fetchall()
    wanted = [(column.name, column.type) for column in theirs.artifacts["transform.query"].columns]
    assert [(name, PROMISED.get(str(type_), str(type_))) for name, type_ in wanted] == [
        (name, "bigint" if type_ == "integer" else type_) for name, type_ in found
    ]


TYPES_OF_COLUMNS = """\
SELECT attname, format_type(atttypid, atttypmod)
FROM pg_attribute
WHERE attrelid = %s::regclass AND attnum > 0
ORDER BY attnum
"""
PROMISED = {
    "int64": "bigint",
    "double": "double precision",
    "string": "text",
    "timestamp": "timestamp without time zone",
    **{f"decimal({p},{s})": f"numeric({p},{s})" for p in range(39) for s in range(p + 1)},
}
