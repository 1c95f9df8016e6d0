"""What a compiled node is: SQL text, typed columns, lineage, assertions and a digest."""

from __future__ import annotations

from seeknal.compiler.findings import Finding
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Column


@dataclass(frozen=True, slots=True)
class Assertion:
    """A statement that returns the rows which break a promise: none means that it holds.

    `code` is the error to report, `message` says what is wrong with a returned row in a template
    over that row's columns (`"{id} has {dates} application dates"`), `help` the way out.
    """

    code: str
    message: str
    sql: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One compiled node.

    `sql` is one statement (no semicolon) that starts with a comment naming node, file and
    dialect. `inputs` are the ids of the nodes whose relations it reads. `counts_sql`, where the
    node aggregates, returns one row `(rows_in, rows_dropped)`: the rows read, and those dropped
    because a key is NULL. `lineage` maps each output column to (node id, column) pairs.
    `keys` are the columns that tell the rows of an aggregation apart.
    `choices` are (rule, reason) pairs: what the compiler decided about the shape of the SQL.
    `renamed` maps whole output names to those shortened for the dialect's limit.
    `digest` is the SHA-256 of all that decides the rows: SQL, assertions, dialect.
    """

    id: str
    kind: str
    name: str
    file: str
    dialect: str
    sql: str
    columns: tuple[Column, ...]
    inputs: tuple[str, ...]
    digest: str
    keys: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    assertions: tuple[Assertion, ...] = ()
    counts_sql: str | None = None
    lineage: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def relation(self) -> str:
        """The name of the node's relation: `<kind>_<name>`."""
        return f"{self.kind}_{self.name}"

    @property
    def filename(self) -> str:
        """The file below `target/compiled/<dialect>/`."""
        return f"{self.id}.sql"
