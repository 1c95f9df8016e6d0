"""Spark in this process: one JVM, rows as temporary views.

The session is Spark's own default, ANSI and all, but for the zone and for what makes small queries
fast: one partition, no compilation of each query, no server of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from subprocess import DEVNULL
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from seeknal.compiler.dialects.spark_types import type_name
from seeknal.compiler.types import Column, DataType
from tests.engines.base import Mark
from tests.harness import Result

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MARKS: tuple[Mark, ...] = ()

_JAVA = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def _settings(folder: str) -> dict[str, str]:
    return {
        "spark.app.name": "seeknal",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": " ".join(_JAVA),
        "spark.driver.host": "127.0.0.1",
        "spark.local.dir": folder,
        "spark.log.level": "OFF",
        "spark.master": "local[1]",
        # Python's own record of every call takes as long as a small query.
        "spark.python.sql.dataFrameDebugging.enabled": "false",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.warehouse.dir": f"{folder}/warehouse",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }


class Spark:
    """A session of one thread. Relations are temporary views of rows in memory."""

    dialect = "spark"

    def __init__(
        self,
        session: SparkSession,
        overflow: tuple[type[Exception], ...],
        close: Callable[[], None],
    ) -> None:
        self.overflow = overflow
        self.close = close
        self._session = session
        self._views: set[str] = set()

    def load(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
        # Rows in the text of a view run in half the time of rows handed over by Python.
        types = [_type(column.type) for column in columns]
        lines = [
            ", ".join(_literal(value, type_) for value, type_ in zip(row, types, strict=True))
            for row in rows or [[None] * len(columns)]
        ]
        names = ", ".join(_quoted(column.name) for column in columns)
        values = f"VALUES ({'), ('.join(lines)}) AS v({names})"
        test = "" if rows else " WHERE FALSE"
        self._session.sql(
            f"CREATE OR REPLACE TEMP VIEW {_quoted(name)} AS SELECT * FROM {values}{test}"
        )
        self._views.add(name)

    def query(self, sql: str) -> Result:
        frame = self._session.sql(sql)
        return Result(tuple(frame.columns), [tuple(row) for row in frame.collect()])

    def clear(self) -> None:
        for name in self._views:
            self._session.sql(f"DROP VIEW {_quoted(name)}")
        self._views.clear()


def _quoted(name: str) -> str:
    escaped = name.replace("`", "``")
    return f"`{escaped}`"


def _type(data_type: DataType) -> str:
    return exp.DataType.build(type_name(data_type), dialect="duckdb").sql(dialect="spark")


def _literal(value: Any, type_: str) -> str:
    if value is None:
        return f"CAST(NULL AS {type_})"
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    # In two texts side by side, which are one: in one, Spark would put a variable in its place.
    text = text.replace("${", "$' '{")
    return f"CAST('{text}' AS {type_})"


def open_engine() -> Spark:
    """A session of one thread, which takes about ten seconds to start."""
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import ArithmeticException
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    with ExitStack() as opened:
        folder = opened.enter_context(
            TemporaryDirectory(prefix="seeknal-spark-", ignore_cleanup_errors=True)
        )
        conf = SparkConf().setAll(list(_settings(folder).items()))
        # What Spark logs before it has read its settings, and what Java says of its modules.
        launch: Any = launch_gateway
        gateway = launch(conf, {"stderr": DEVNULL})
        opened.callback(_end, gateway)
        context = SparkContext(gateway=gateway, conf=conf)
        opened.callback(context.stop)
        # It writes every error out, stack and all, beside raising it.
        logging.getLogger("SQLQueryContextLogger").disabled = True
        session = SparkSession(context)
        return Spark(session, (ArithmeticException,), opened.pop_all().close)
    raise AssertionError


def _end(gateway: Any) -> None:
    from pyspark import SparkContext

    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(timeout=60)
    SparkContext._gateway = SparkContext._jvm = None
