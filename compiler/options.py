"""What a compilation is asked. Nothing heavy is imported: every command says it first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date, datetime

from seeknal.compiler.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a command line may say of a compilation. `run_date` is a UTC day.

    `drafts` are specs that are not in the project, by the names of their files: then nothing is
    remembered of the compilation. `returned` are (name, DuckDB type) pairs of what their functions
    return, by node. `inline` puts upstream nodes in front of each statement as CTEs, down to the
    sources. `as_of` (UTC) is the time of feature groups over events; None
    leaves a parameter of that name. With `strict`, findings of leakage are errors. With `wait`,
    nodes that read what a function returns, and are not known before it has run, are left out;
    else they are an error.
    """

    run_date: date
    run_id: str = ""
    dialect: str = "duckdb"
    overrides: Mapping[str, object] = field(default_factory=dict)
    inline: bool = False
    as_of: datetime | None = None
    strict: bool = False
    wait: bool = False
    drafts: Mapping[str, str] = field(default_factory=dict)
    returned: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
