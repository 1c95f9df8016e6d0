"""Aggregation macros, run: hand-computed values and random groups on every form of each macro.

A form is where and how a macro runs: DuckDB and PostgreSQL, each with its own bodies and with the
portable ones, which any further dialect starts from.
"""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlglot import exp, parse_one

from seeknal.compiler.findings import CompileFailed
from seeknal.compiler.macro_header import expected_argument
from seeknal.compiler.macros import Expansion, MacroLibrary
from seeknal.compiler.types import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INT64,
    STRING,
    TIMESTAMP,
    DataType,
    decimal,
)
from tests.compare import same_value
from tests.naive import AGGREGATIONS, Event, parse_aggregation

AS_OF = date(2026, 1, 31)
MAX = 2**63 - 1
MONEY = decimal(10, 2)


# -- running ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """An engine that runs SQL, and the dialect whose macros are used on it."""

    library: MacroLibrary
    sql_dialect: str
    run: Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def duckdb_run() -> Callable[[str], list[tuple[Any, ...]]]:
    import duckdb

    connection = duckdb.connect(config={"threads": 1})
    return lambda sql: connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def postgres_run(postgres: psycopg.Connection) -> Callable[[str], list[tuple[Any, ...]]]:
    def run(sql: str) -> list[tuple[Any, ...]]:
        cursor = postgres.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []

    return run


FORMS = ["duckdb", "duckdb-portable", "postgres", "postgres-portable"]


@pytest.fixture(scope="session")
def forms(
    duckdb_run: Callable[[str], list[tuple[Any, ...]]],
    postgres_run: Callable[[str], list[tuple[Any, ...]]],
) -> dict[str, Form]:
    portable = MacroLibrary("none")
    return {
        "duckdb": Form(MacroLibrary("duckdb"), "duckdb", duckdb_run),
        "duckdb-portable": Form(portable, "duckdb", duckdb_run),
        "postgres": Form(MacroLibrary("postgres"), "postgres", postgres_run),
        "postgres-portable": Form(portable, "postgres", postgres_run),
    }


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest, forms: dict[str, Form]) -> Form:
    return forms[request.param]


SQL_TYPES = {"int64": "BIGINT", "double": "DOUBLE PRECISION", "string": "TEXT"}


def literal(value: Any, type_: DataType) -> str:
    name = SQL_TYPES.get(type_.kind.value, str(type_).upper())
    text = "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"
    return f"CAST({text} AS {name})"


def column(name: str) -> exp.Column:
    return exp.Column(this=exp.Identifier(this=name, quoted=True))


def mask(value: exp.Expr, when: exp.Expr) -> exp.Expr:
    branch = exp.If(this=when.copy(), true=value.copy())
    return exp.Case(ifs=[branch])


def expand(
    library: MacroLibrary,
    call: str,
    type_: DataType,
    by_type: DataType = INT64,
    always: bool = False,
    x: str = "x",
) -> Expansion:
    """Expand a call as a spec writes it over columns x, by, at, days, counts and key k."""
    word, texts = parse_aggregation(call)
    header = library.find(word)
    assert header is not None
    kinds = zip(header.parameters, texts, strict=True)
    arguments: dict[str, exp.Expr] = {
        name: column(text) if kind == "column" else exp.Literal.number(text)
        for (name, kind), text in kinds
    }
    when = column("counts")
    value: exp.Expr = exp.Literal.number(1) if header.takes == "nothing" else column(x)
    return library.expand(
        word,
        x=value if always else mask(value, when),
        x_type=None if header.takes == "nothing" else type_,
        when=None if always else when,
        at=column("at"),
        days=column("days"),
        keys=[column("k")],
        arguments=arguments,
        column_prefix="p",
        argument_types={"by": by_type} if "by" in arguments else None,
    )


def select(form: Form, expansion: Expansion, events: str, where: str = "") -> str:
    """A query of the aggregate per key over relation `events`, its prepared steps first."""
    source = f"(SELECT * FROM {events}{where}) AS e0"
    for level in sorted({step.level for step in expansion.prepared}):
        made = ", ".join(
            f"{step.expression.sql(form.sql_dialect)} AS {step.name}"
            for step in expansion.prepared
            if step.level == level
        )
        source = f"(SELECT *, {made} FROM {source}) AS e{level}"
    return f"SELECT k, {expansion.expression.sql(form.sql_dialect)} FROM {source} GROUP BY k"


def inline_events(rows: Sequence[Sequence[Any]], types: Sequence[DataType]) -> str:
    names = "k, counts, x, at, days, by"
    lines = ", ".join(
        "(" + ", ".join(map(literal, row, (INT64, BOOLEAN, *types))) + ")" for row in rows
    )
    quoted = ", ".join(f'"{name}"' for name in names.split(", "))
    return f"(VALUES {lines}) AS v ({quoted})"


def aggregate(
    form: Form,
    call: str,
    type_: DataType,
    values: Sequence[Any],
    times: Sequence[Any] | None = None,
    bys: Sequence[Any] | None = None,
    by_type: DataType = INT64,
) -> tuple[Any, Any]:
    """The values of group 1, whose rows count, and of group 2, the same rows not counting.

    Group 1 holds the rows of group 2 too, as rows that do not count, and the expansion that has
    no mask is checked to give the same.
    """
    times = times or [date(2026, 1, 1) + timedelta(days=i) for i in range(len(values))]
    at_type = TIMESTAMP if any(isinstance(time, datetime) for time in times) else DATE
    bys = bys or [None] * len(values)
    rows = []
    for value, time, by in zip(values, times, bys, strict=True):
        days = None if time is None else (AS_OF - date(*time.timetuple()[:3])).days
        rows += [(1, True, value, time, days, by), (2, False, value, time, days, by)]
    rows += [(1, False, *row[2:]) for row in rows[::2]]
    rows += [(1, False, None, None, None, None), (2, False, None, None, None, None)]
    events = inline_events(rows, (type_, at_type, INT64, by_type))

    masked = dict(form.run(select(form, expand(form.library, call, type_, by_type), events)))
    bare = expand(form.library, call, type_, by_type, always=True)
    unmasked = dict(form.run(select(form, bare, events, " WHERE counts")))
    assert same_value(masked[1], unmasked[1])
    return masked[1], masked[2]


# -- values worked out by hand ---------------------------------------------------------------

T0 = datetime(2026, 1, 5, 10)
CASES: list[tuple[str, DataType, list[Any], dict[str, Any], Any]] = [
    ("count", INT64, [3, None, 3], {}, 2),
    ("count", STRING, ["", None], {}, 1),
    ("count_rows", INT64, [3, None, 3], {}, 3),
    ("count_distinct", INT64, [3, None, 3, 4], {}, 2),
    ("count_distinct", STRING, ["ä", "a", "ä", "A", None], {}, 3),
    ("sum", INT64, [3, None, 4], {}, 7),
    ("sum", INT64, [MAX, -5, 5], {}, MAX),
    ("sum", INT64, [MAX, MAX, -MAX], {}, MAX),
    ("sum", INT64, [-MAX - 1], {}, -MAX - 1),
    ("sum", DOUBLE, [0.5, 0.25, None], {}, 0.75),
    ("sum", MONEY, [Decimal("0.10"), Decimal("0.20"), None], {}, Decimal("0.30")),
    (
        "sum",
        decimal(38, 2),
        [Decimal("9" * 36 + ".99"), Decimal("-1")],
        {},
        Decimal("9" * 35 + "8.99"),
    ),
    ("mean", INT64, [1, 2, None], {}, 1.5),
    ("mean", INT64, [MAX, MAX], {}, float(MAX)),
    ("avg", DOUBLE, [0.5, 1.0], {}, 0.75),
    ("mean", MONEY, [Decimal("0.10"), Decimal("0.25")], {}, 0.175),
    ("min", STRING, ["b", None, "B", "ä", "_"], {}, "B"),
    ("max", STRING, ["b", None, "B", "ä", "a"], {}, "ä"),
    ("max", STRING, ["\U0001f600", "\uffee"], {}, "\U0001f600"),
    ("min", INT64, [-MAX - 1, MAX], {}, -MAX - 1),
    ("max", BOOLEAN, [False, True, None], {}, True),
    ("max", BOOLEAN, [False, None], {}, False),
    ("min", BOOLEAN, [False, True], {}, False),
    ("min", DATE, [date(2026, 1, 2), date(1960, 5, 1), None], {}, date(1960, 5, 1)),
    ("max", TIMESTAMP, [T0, T0 + timedelta(microseconds=1)], {}, T0 + timedelta(microseconds=1)),
    ("min", MONEY, [Decimal("1.10"), Decimal("-0.01")], {}, Decimal("-0.01")),
    ("stddev", INT64, [5], {}, None),
    ("stddev", DOUBLE, [5.0, None], {}, None),
    ("std", INT64, [2, 4, None], {}, math.sqrt(2)),
    ("stddev", DOUBLE, [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16], {}, math.sqrt(30)),
    ("variance", MONEY, [Decimal("0.10"), Decimal("0.30")], {}, 0.02),
    ("variance", INT64, [7, 7, 7], {}, 0.0),
    ("variance", INT64, [1], {}, None),
    ("variance_pop", INT64, [1], {}, 0.0),
    ("variance_pop", INT64, [1, 3, None], {}, 1.0),
    ("stddev_pop", DOUBLE, [1.0, 5.0], {}, 2.0),
    ("median", INT64, [9, None, 1, 2], {}, 2.0),
    ("median", INT64, [9, 1, 2, 4], {}, 3.0),
    ("median", INT64, [-MAX - 1, MAX], {}, 0.0),
    ("median", MONEY, [Decimal("1.10"), Decimal("2.15")], {}, 1.625),
    ("median", DOUBLE, [2.5], {}, 2.5),
    ("quantile(0.25)", INT64, [1, 2, 3, 4], {}, 1.75),
    ("quantile(0)", INT64, [3, None, 1, 2], {}, 1.0),
    ("quantile(1)", INT64, [3, None, 1, 2], {}, 3.0),
    ("quantile(0.9)", MONEY, [Decimal(i) for i in range(11)], {}, 9.0),
    ("quantile(0.3)", DOUBLE, [1.0], {}, 1.0),
    ("mode", INT64, [2, 1, 1, 2, None, None, None], {}, 1),
    ("mode", STRING, ["b", "ä", "B", "b", "ä"], {}, "b"),
    ("mode", STRING, ["a", "B"], {}, "B"),
    ("mode", BOOLEAN, [True, False], {}, False),
    ("mode", BOOLEAN, [True, False, True], {}, True),
    ("mode", DATE, [date(2026, 1, 2), date(2026, 1, 1)], {}, date(2026, 1, 1)),
    ("mode", DOUBLE, [0.5, 0.25, 0.5], {}, 0.5),
    ("mode", MONEY, [Decimal("0.50"), Decimal("0.25")], {}, Decimal("0.25")),
    ("first", INT64, [None, 7, 8], {}, 7),
    ("last", INT64, [6, 7, None], {}, 7),
    ("first", INT64, [3, 9, 5], {"times": [T0, T0, T0 + timedelta(microseconds=1)]}, 9),
    ("last", INT64, [3, 9, 5], {"times": [T0, T0, T0 - timedelta(microseconds=1)]}, 9),
    ("last", STRING, ["ä", "b"], {"times": [T0, T0]}, "ä"),
    ("first", STRING, ["B", "a"], {"times": [T0, T0]}, "a"),
    ("first", BOOLEAN, [False, True, True], {"times": [T0, T0, T0 + timedelta(1)]}, True),
    ("last", BOOLEAN, [True, False], {}, False),
    ("last", DATE, [date(2020, 1, 1), date(2019, 1, 1)], {}, date(2019, 1, 1)),
    ("last", INT64, [3, 4], {"times": [date(2026, 1, 1), None]}, 3),
    ("first", MONEY, [Decimal("0.50"), Decimal("0.25")], {}, Decimal("0.50")),
    ("arg_max(by)", STRING, ["a", "b", "c", None], {"bys": [1, 2, 2, 3]}, "c"),
    ("arg_min(by)", INT64, [1, 5, 4, None, 9], {"bys": [2, 1, 1, 0, None]}, 5),
    ("arg_min(by)", INT64, [1, 2], {"bys": ["a", "B"], "by_type": STRING}, 2),
    ("arg_max(by)", INT64, [1, 2], {"bys": ["ä", "z"], "by_type": STRING}, 1),
    ("arg_max(by)", BOOLEAN, [False, True], {"bys": [True, False], "by_type": BOOLEAN}, False),
    ("arg_min(by)", INT64, [1, 2], {"bys": [True, False], "by_type": BOOLEAN}, 2),
    ("arg_max(by)", INT64, [1, 2], {"bys": [None, None]}, None),
    ("any_true", BOOLEAN, [False, True, None], {}, True),
    ("any_true", BOOLEAN, [False, None], {}, False),
    ("all_true", BOOLEAN, [True, None], {}, True),
    ("all_true", BOOLEAN, [True, False], {}, False),
    ("entropy", STRING, ["a", "a", "b", "b", None], {}, math.log(2)),
    ("entropy", INT64, [1, 2, 2, 2], {}, math.log(4) - 0.75 * math.log(3)),
    ("entropy", INT64, [5, 5], {}, 0.0),
    ("entropy", BOOLEAN, [True], {}, 0.0),
    ("days_since_last", INT64, [1, 1], {"times": [date(2026, 1, 30), date(2026, 1, 1)]}, 1),
    ("days_since_first", INT64, [1, 1], {"times": [date(2026, 1, 30), date(2026, 1, 1)]}, 30),
    ("days_since_last", INT64, [1], {"times": [datetime(2026, 1, 30, 23, 59)]}, 1),
    ("days_since_last", INT64, [1, 1], {"times": [None, date(2026, 1, 1)]}, 30),
    ("slope", INT64, [1, 3, None, 7], {}, 2.0),
    ("slope", MONEY, [Decimal("0.10"), Decimal("0.30")], {}, 0.2),
    ("slope", INT64, [1], {}, None),
    ("slope", INT64, [1, 2], {"times": [T0, T0]}, None),
    ("slope", DOUBLE, [0.1, 0.2, 0.3], {"times": [T0, T0, T0]}, None),
    ("slope", INT64, [4, 4, 4], {}, 0.0),
    ("slope", DOUBLE, [1e6 + 0.5, 1e6 + 0.75, 1e6 + 0.5, 1e6 + 1.0], {}, 0.125),
    ("slope", INT64, [1, 2], {"times": [T0, T0 + timedelta(hours=12)]}, 2.0),
    (
        "slope",
        INT64,
        [0, 1, 0],
        {"times": [T0, T0 + timedelta(microseconds=1), T0 + timedelta(microseconds=3)]},
        -1 / 14 * 86_400e6,
    ),
    ("ewma(1)", INT64, [4, 1], {"times": [date(2026, 1, 3), date(2026, 1, 2)]}, 3.0),
    ("ewma(0.5)", INT64, [4, 1], {"times": [T0, T0 - timedelta(hours=12)]}, 3.0),
    ("ewma(1)", MONEY, [Decimal("0.10"), None], {}, 0.1),
    ("ewma(1)", INT64, [4, 1], {"times": [date(2026, 1, 3), date(1990, 1, 2)]}, 4.0),
    ("approx_count_distinct", INT64, [3, None, 3, 4], {}, 2),
    ("approx_quantile(0.5)", INT64, [3, None, 3], {}, 3.0),
]


@pytest.mark.parametrize(
    ("call", "type_", "values", "more", "expected"),
    CASES,
    ids=[f"{case[0]}-{case[1]}-{number}" for number, case in enumerate(CASES)],
)
def test_values(
    form: Form, call: str, type_: DataType, values: list[Any], more: dict[str, Any], expected: Any
) -> None:
    actual, of_no_rows = aggregate(form, call, type_, values, **more)
    assert type(actual) is type(expected)
    assert same_value(expected, actual)
    header = form.library.find(call.split("(")[0])
    assert header is not None
    assert of_no_rows == header.no_rows


def test_every_aggregation_has_a_case() -> None:
    library = MacroLibrary("duckdb")
    named = {header.name for word in library.words() if (header := library.find(word))}
    cased = {library.find(call.split("(")[0]) for call, *_ in CASES}
    assert named == {header.name for header in cased if header}
    assert set(AGGREGATIONS) <= set(library.words())


@pytest.mark.parametrize("values", [[MAX, 1], [-MAX - 1, -1], [MAX, MAX]])
def test_a_sum_beyond_int64_is_an_error(form: Form, values: list[int]) -> None:
    with pytest.raises(Exception, match=r"out of range|Failed to cast decimal value"):
        aggregate(form, "sum", INT64, values)


# -- random groups against the loops of tests/naive --------------------------------------------

TYPES = {
    "i": INT64,
    "f": DOUBLE,
    "m": MONEY,
    "s": STRING,
    "b": BOOLEAN,
    "d": DATE,
    "t": TIMESTAMP,
}


def random_rows() -> list[dict[str, Any]]:
    """60 groups of 0 to 9 rows that count among others; few distinct values, so many ties."""
    pick = random.Random(20260131)
    rows: list[dict[str, Any]] = []
    for k in range(60):
        unit = pick.choice([timedelta(microseconds=1), timedelta(minutes=7), timedelta(days=3)])
        start = AS_OF - timedelta(days=pick.choice([2, 90, 9000]))
        for _ in range(pick.randint(1, 12)):
            at = datetime(*start.timetuple()[:3], 23, 59) + pick.randint(0, 6) * unit
            row = {
                "k": k,
                "counts": pick.random() < 0.75 and k % 7 != 0,
                "at": None if pick.random() < 0.1 else at,
                "i": pick.choice([-3, 0, 1, 2, 10**6]),
                "f": pick.choice([-1.5, 0.1, 0.2, 1234.5678, pick.random()]),
                "m": pick.choice([Decimal("0.01"), Decimal("99.95"), Decimal("-7.50")]),
                "s": pick.choice(["a", "B", "ä", "", "_", "日本", "a b"]),
                "b": pick.random() < 0.5,
                "d": date(2026, 1, 1) + timedelta(days=pick.randint(-40000, 3)),
                "t": at - pick.randint(0, 3) * unit,
            }
            rows.append(
                {
                    key: value if key in ("k", "counts", "at") or pick.random() < 0.8 else None
                    for key, value in row.items()
                }
            )
    return rows


ROWS = random_rows()


@pytest.fixture(scope="session")
def sampled(forms: dict[str, Form]) -> None:
    """Load `ROWS` as table `sample` of each engine, and `sample_days` with DATE event times."""
    types = {"k": INT64, "counts": BOOLEAN, "at": TIMESTAMP, **TYPES}
    names = ", ".join(f'"{name}"' for name in types)
    lines = ", ".join(
        "(" + ", ".join(literal(row[name], type_) for name, type_ in types.items()) + ")"
        for row in ROWS
    )
    days = f"DATE '{AS_OF}' - CAST(\"at\" AS DATE) AS days"
    for form in (forms["duckdb"], forms["postgres"]):
        query = f"SELECT *, {days} FROM (VALUES {lines}) AS v ({names})"
        run = form.run
        run(f"CREATE TABLE sample AS {query}")
        others = ", ".join(f'"{name}"' for name in types if name != "at")
        at = 'CAST("at" AS DATE) AS "at"'
        run(f"CREATE TABLE sample_days AS SELECT {others}, {at}, days FROM sample")


CALLS = [call for call in AGGREGATIONS if call not in ("quantile", "arg_max", "arg_min")] + [
    *("quantile(0.1)", "quantile(0.75)"),
    *(f"arg_{end}({by})" for end in ("min", "max") for by in TYPES),
]


@cache
def expected_values(call: str, x: str, by: str, whole_days: bool) -> dict[int, Any]:
    """What the loops of tests/naive give for each group of `ROWS`."""
    word, arguments = parse_aggregation(call)
    events: dict[int, list[Event]] = {row["k"]: [] for row in ROWS}
    for row in ROWS:
        if row["counts"]:
            at = row["at"].date() if whole_days and row["at"] else row["at"]
            events[row["k"]].append(Event(row[x], at, row[by]))
    compute = AGGREGATIONS[word].compute
    return {k: compute(group, arguments, AS_OF) for k, group in events.items()}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.usefixtures("sampled")
def test_random_groups(form: Form, call: str) -> None:
    word, arguments = parse_aggregation(call)
    header, naive = form.library.find(word), AGGREGATIONS[word]
    assert header
    by = arguments[0] if word.startswith("arg_") else "i"
    for x, type_ in TYPES.items():
        if naive.needs_column and not naive.accepts(str(type_)):
            continue
        expansion = expand(form.library, call, type_, by_type=TYPES[by], x=x)
        for table in ("sample", "sample_days")[: 1 + header.needs_event_time]:
            actual = dict(form.run(select(form, expansion, table)))
            for k, value in expected_values(call, x, by, table == "sample_days").items():
                assert same_value(value, actual[k]), (call, x, table, k)


# -- headers and look-up -----------------------------------------------------------------------

HEADER = "{#-\nsummary: a test\ntakes: number\nreturns: double\nno_rows: null\n-#}\n"


def project(folder: Path, **files: str) -> Path:
    """A macros folder; `postgres__f` is postgres/f.sql."""
    for name, text in files.items():
        path = folder / "macros" / "aggregations" / (name.replace("__", "/") + ".sql")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "macros"


def sql(library: MacroLibrary, call: str, type_: DataType = DOUBLE) -> str:
    return expand(library, call, type_).expression.sql("duckdb")


def test_words_and_aliases() -> None:
    library = MacroLibrary("duckdb")
    assert library.find("AVG") == library.find("mean")
    assert library.find("summ") is None
    assert {"avg", "mean", "std", "stddev", "quantile"} <= set(library.words())
    assert list(library.words()) == sorted(library.words())


def test_types_of_results() -> None:
    library = MacroLibrary("postgres")

    def result(word: str, x: DataType | None) -> DataType:
        header = library.find(word)
        assert header is not None
        return header.result_type(x)

    assert result("sum", decimal(10, 2)) == decimal(38, 2)
    assert result("sum", INT64) == INT64
    assert result("sum", DOUBLE) == DOUBLE
    assert result("mode", STRING) == STRING
    assert result("count_rows", None) == INT64
    assert result("median", INT64) == DOUBLE


def test_what_is_accepted() -> None:
    library = MacroLibrary("duckdb")
    count, total = library.find("count"), library.find("sum")
    any_true, newest = library.find("any_true"), library.find("max")
    assert count and total and any_true and newest
    assert not count.accepts(DataType(INT64.kind.OTHER, detail="struct"))
    assert not total.accepts(BOOLEAN) and total.accepts(MONEY)
    assert any_true.accepts(BOOLEAN) and not any_true.accepts(INT64)
    assert newest.accepts(STRING) and newest.accepts(BOOLEAN)


def test_the_project_goes_before_the_built_in_files(tmp_path: Path) -> None:
    header = HEADER.replace("double", "same")
    macros = project(
        tmp_path,
        sum=header + "MIN({{ x }})",
        postgres__sum="{#- reason: a test -#}\nMAX({{ x }})",
        postgres__mean="{#- reason: a test -#}\nMAX({{ x }})",
    )
    assert sql(MacroLibrary("duckdb", macros), "sum").startswith("MIN(")
    assert sql(MacroLibrary("postgres", macros), "sum").startswith("MAX(")
    assert sql(MacroLibrary("postgres", macros), "mean").startswith("MAX(")
    assert sql(MacroLibrary("duckdb", macros), "mean").startswith("AVG(")
    assert expand(MacroLibrary("postgres", macros), "sum", DOUBLE).native
    assert not expand(MacroLibrary("duckdb", macros), "sum", DOUBLE).native


def test_the_digest_follows_the_files_in_force(tmp_path: Path) -> None:
    bare = MacroLibrary("duckdb").digest()
    macros = project(tmp_path, mine=HEADER + "MIN({{ x }})", postgres__mine="anything")
    first = MacroLibrary("duckdb", macros).digest()
    project(tmp_path, postgres__mine="another thing")
    assert MacroLibrary("duckdb", macros).digest() == first != bare
    project(tmp_path, mine=HEADER + "MAX({{ x }})")
    assert MacroLibrary("duckdb", macros).digest() != first
    assert MacroLibrary("postgres").digest() != bare


def test_a_file_includes_another_of_its_folder(tmp_path: Path) -> None:
    macros = project(tmp_path, middle=HEADER + "{% include 'median.sql' %} * 2")
    assert "p_distance" in sql(MacroLibrary("duckdb", macros), "middle")


def test_values_get_parentheses_where_operators_would_split_them(tmp_path: Path) -> None:
    macros = project(
        tmp_path,
        tight=HEADER + "SUM({{ x }} * 2)",
        both=HEADER + "SUM(CASE WHEN {{ when }} AND {{ present }} THEN {{ value }} END)",
    )
    library = MacroLibrary("duckdb", macros)
    when = parse_one("a > 1 OR b")

    def body(word: str, x: str) -> str:
        value = parse_one(x)
        return library.expand(
            word,
            x=value if word == "tight" else mask(value, when),
            x_type=DOUBLE,
            when=None if word == "tight" else when,
            at=None,
            days=None,
            keys=[],
            arguments={},
            column_prefix="p",
        ).expression.sql("duckdb")

    assert body("tight", "a + b") == "SUM((a + b) * 2)"
    assert body("tight", "a") == "SUM(a * 2)"
    assert body("both", "a + b") == (
        "SUM(CASE WHEN (a > 1 OR b) AND (a > 1 OR b) AND (a + b) IS NOT NULL THEN a + b END)"
    )


def test_no_node_is_shared_between_expansions() -> None:
    x, keys = column("x"), [column("k"), column("l")]
    library = MacroLibrary("none")

    def median() -> Expansion:
        return library.expand(
            "median",
            x=x,
            x_type=DOUBLE,
            when=None,
            at=None,
            days=None,
            keys=keys,
            arguments={},
            column_prefix="p",
        )

    trees = [
        tree
        for expansion in (median(), median())
        for tree in (expansion.expression, *(step.expression for step in expansion.prepared))
    ]
    nodes = [id(node) for tree in trees for node in tree.walk()]
    assert len(nodes) == len(set(nodes))
    assert x.parent is None
    assert 'PARTITION BY "k", "l"' in trees[1].sql("duckdb")
    assert [step.level for step in median().prepared] == [1, 1, 2]


def test_a_column_named_like_a_placeholder_is_a_column() -> None:
    expansion = expand(MacroLibrary("duckdb"), "first", INT64, x="__when__")
    text = expansion.expression.sql("duckdb")
    assert text.startswith('FIRST("__when__" ORDER BY "at"')


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("number", "-1.5", "1e3x"),
        ("positive", "0.5", "0"),
        ("fraction", "1", "1.01"),
        ("integer", "3", "3.5"),
        ("column", "order_ts", "order ts"),
    ],
)
def test_arguments(kind: str, right: str, wrong: str) -> None:
    assert expected_argument(kind, right) is None
    assert expected_argument(kind, wrong)


# -- broken files ------------------------------------------------------------------------------


def broken(tmp_path: Path, text: str, dialect: str = "duckdb", **more: str) -> tuple[int, str, str]:
    """The line, message and file of the error that macro `mine` gives."""
    library = MacroLibrary(dialect, project(tmp_path, mine=text, **more))
    with pytest.raises(CompileFailed) as caught:
        expand(library, "mine", DOUBLE)
    (finding,) = caught.value.findings
    assert finding.code == "broken-macro"
    assert finding.help
    assert finding.place
    return finding.place.line, finding.message, finding.place.file


MINE = "macros/aggregations/mine.sql"


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("SUM({{ x }}", 7, "the body is not SQL: Expecting )"),
        (
            "SUM(\n  {{ x }} +\n)",
            9,
            "the body is not SQL: Required keyword: 'expression' missing for Add",
        ),
        ("SUM('{{ x }})", 7, "the body is not SQL: Error tokenizing"),
        ("", 7, "the body renders nothing"),
        ("SUM({{ x }}), 1", 7, "the body is not one expression"),
        ("SUM({{ x }}) AS total", 7, "the body is not one expression"),
        ("SUM({{ x }}) FROM t", 7, "the body is not one expression"),
        ("1; DROP TABLE t", 7, "the body is more than one statement"),
        ("(SELECT 1)", 7, "the body holds a subquery"),
        ("SUM({{ x }}) + ?", 7, "the body holds a subquery or a parameter"),
        ("SUM(\n  amount\n)", 8, "the body names a column, `amount`"),
        ("SUM({{ x }}) OVER ()", 7, "the body holds a window"),
        ("SUM({{ keys }})", 7, "`keys` stands outside PARTITION BY"),
        ("SUM({{ x }} +\n{{ y }})", 8, "`y` is not a variable"),
        ("{% if false %}\n{{ y }}{% endif %}", 8, "`y` is not a variable"),
        ("\n{{ scale }}", 8, "'scale' is undefined"),
        ("{% if %}", 7, "Expected an expression"),
        ("{{ x.__class__.__mro__ }}", 7, "access to attribute '__class__'"),
        ("{% include 'other.sql' %}", 7, "there is no file `other.sql`"),
        ("{% set n | column('n') %}COUNT({{ x }}{% endset %}{{ n }}", 7, "the body is not SQL"),
        (
            "{% set a | column('n') %}1{% endset %}{% set b | column('n') %}2{% endset %}{{ a }}",
            7,
            "column `n` is prepared twice",
        ),
    ],
)
def test_broken_bodies(tmp_path: Path, body: str, line: int, message: str) -> None:
    at, said, file = broken(tmp_path, HEADER + body)
    assert said.startswith(message)
    assert (at, file) == (line, MINE)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("{#-", "", 1, "the file does not start with a header"),
        ("no_rows: null\n", "", 1, "the header does not say `no_rows`"),
        ("no_rows: null", "no_rows: 1", 5, "the value for no rows is neither null nor 0"),
        ("takes: number", "takes: numbers", 3, "`numbers` is nothing to take"),
        ("takes: number", "take: number", 3, "`take` is not a key of a header"),
        ("returns: double", "returns: doble", 4, "`doble` is not a type"),
        ("takes: number", "takes: number\ntakes: any", 4, "`takes` is given twice"),
        ("takes: number", "takes: [number", 4, "the header is not YAML"),
        ("no_rows: null", "no_rows: null\nmerges: maybe", 6, "`merges` is neither true nor false"),
        ("no_rows: null", "no_rows: null\naliases: a", 6, "`aliases` is not a list of names"),
        ("no_rows: null", "no_rows: null\nparameters: {p: float}", 6, "`float` is not a kind"),
        ("no_rows: null", "no_rows: null\nparameters: {x: number}", 6, "`x` is a variable"),
        (
            "summary: a test\ntakes: number\nreturns: double\nno_rows: null",
            "[]",
            1,
            "the header is not a mapping",
        ),
    ],
)
def test_broken_headers(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    at, said, file = broken(tmp_path, HEADER.replace(old, new) + "SUM({{ x }})")
    assert said.startswith(message)
    assert (at, file) == (line, MINE)


def test_broken_files_of_a_dialect(tmp_path: Path) -> None:
    fine = HEADER + "SUM({{ x }})"
    at, said, file = broken(tmp_path, fine, "postgres", postgres__mine="{#- -#}1")
    assert (at, file) == (1, "macros/aggregations/postgres/mine.sql")
    assert said == "the header does not say why the dialect differs"
    text = "{#-\nreason: a test\ntakes: any\n-#}1"
    at, said, _ = broken(tmp_path, fine, "postgres", postgres__mine=text)
    assert (at, said) == (3, "`takes` stands in a dialect's file")
    library = MacroLibrary("postgres", project(tmp_path, postgres__alone="{#- reason: a test -#}1"))
    with pytest.raises(CompileFailed, match="none that holds its header"):
        library.find("alone")


def test_one_alias_for_two_files_is_an_error(tmp_path: Path) -> None:
    header = HEADER.replace("null\n", "null\naliases: [theirs]\n")
    macros = project(tmp_path, one=header + "1", two=header + "2")
    with pytest.raises(CompileFailed, match="`theirs` is an alias of `one` too"):
        MacroLibrary("duckdb", macros).find("theirs")


def test_a_project_may_take_over_a_built_in_alias(tmp_path: Path) -> None:
    header = HEADER.replace("null\n", "null\naliases: [avg]\n")
    library = MacroLibrary("duckdb", project(tmp_path, mine=header + "1"))
    found = library.find("avg")
    assert found and found.name == "mine"


# -- costs -------------------------------------------------------------------------------------


def in_a_new_process(code: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


def test_headers_need_no_template_engine_and_no_parser() -> None:
    loaded = in_a_new_process(
        "import sys, json\n"
        "from seeknal.compiler.macros import MacroLibrary\n"
        "library = MacroLibrary('duckdb')\n"
        "assert all(library.find(word) for word in library.words())\n"
        "print(json.dumps([m for m in ('jinja2', 'sqlglot', 'duckdb') if m in sys.modules]))"
    )
    assert loaded == []


def test_rendered_bodies_need_no_template_engine(tmp_path: Path) -> None:
    def use(library: MacroLibrary) -> list[str]:
        return [sql(library, call) for call in ("sum", "median", "first", "quantile(0.5)")]

    library = MacroLibrary("none")
    wanted = use(library)
    rendered = json.loads(json.dumps(library.rendered()))
    again = MacroLibrary("none", rendered=rendered)
    assert use(again) == wanted
    assert again._renderers == {}
    stale = MacroLibrary("duckdb", rendered=rendered)
    use(stale)
    assert stale._renderers


# -- the guide ---------------------------------------------------------------------------------


def test_the_guide(tmp_path: Path, duckdb_run: Callable[[str], list[tuple[Any, ...]]]) -> None:
    guide = (Path(__file__).parent.parent / "docs/adding-an-aggregation.md").read_text("utf-8")
    width, share = (part.split("```")[0] for part in guide.split("```sql\n")[1:])
    library = MacroLibrary("duckdb", project(tmp_path, range_width=width, top_share=share))
    form = Form(library, "duckdb", duckdb_run)
    assert aggregate(form, "range_width", INT64, [3, None, 10]) == (7.0, None)
    assert aggregate(form, "top_share", STRING, ["a", "b", "a", None]) == (2 / 3, None)
