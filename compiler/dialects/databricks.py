"""Databricks: Spark's dialect under its own printer. Not run on an engine.

Its SQL is Spark's with ANSI on, as SQL warehouses have it. Aggregations take their portable
bodies.
"""

from __future__ import annotations

from dataclasses import replace

from seeknal.compiler.dialects.spark import DIALECT as SPARK

DIALECT = replace(SPARK, name="databricks", printer="databricks")
