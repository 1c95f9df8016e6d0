"""Small projects that tests compile.

`sql/<case>` compiles; each is about one thing. `errors/<code>` holds one mistake; its files are
laid over `errors/_shop`, so each shows the mistake alone.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from seeknal.compiler.build import Compilation, Options, compile_project

HERE = Path(__file__).parent
SQL = HERE / "sql"
ERRORS = HERE / "errors"
SHOP = ERRORS / "_shop"

DIALECTS = ("duckdb", "postgres", "spark", "clickhouse", "datafusion", "bigquery")
RUN_DATE = date(2026, 1, 31)


def sql_cases() -> list[str]:
    """The names of the projects that compile."""
    return sorted(path.name for path in SQL.iterdir() if path.is_dir())


def error_cases() -> list[str]:
    """The names of the projects with a mistake: the code, and after a `.` which form of it."""
    return sorted(path.name for path in ERRORS.iterdir() if path.is_dir() and path != SHOP)


def copy_sql_case(case: str, root: Path) -> Path:
    """The project at `root`, where compiling it may write."""
    shutil.copytree(SQL / case, root)
    return root


def copy_error_case(case: str, root: Path) -> Path:
    """The project with a mistake at `root`."""
    if case != "no-project":
        shutil.copytree(SHOP, root)
    shutil.copytree(ERRORS / case, root, dirs_exist_ok=True)
    return root


def compile_case(root: Path, dialect: str, *, inline: bool = False) -> Compilation:
    """The whole project at `root`, as of a fixed day."""
    return compile_project(root, Options(run_date=RUN_DATE, dialect=dialect, inline=inline))
