"""Hypothesis strategies: specs with the tables they read and the predicates of their conditions.

The strategies know the forms of specs and the edges of values; the oracle says what comes out.
"""

from tests.strategies.cases import (
    Case,
    Source,
    bad_date_cases,
    first_order_cases,
    overflow_cases,
    second_order_cases,
    thorough_cases,
)
from tests.strategies.conditions import conditions
from tests.strategies.files import to_yaml, write_parquet, write_project
from tests.strategies.values import FLAVOURS

__all__ = [
    "FLAVOURS",
    "Case",
    "Source",
    "bad_date_cases",
    "conditions",
    "first_order_cases",
    "overflow_cases",
    "second_order_cases",
    "thorough_cases",
    "to_yaml",
    "write_parquet",
    "write_project",
]
