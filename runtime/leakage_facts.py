"""What the leakage test starts from: the rows of the sources and a sample of the spine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from seeknal.compiler.findings import CompileFailed, Finding
from seeknal.compiler.leakage.subjects import Subject, Subjects
from seeknal.compiler.model import ResolvedPython, ResolvedSource, ResolvedTrainingSet
from seeknal.compiler.relation_names import relation_of
from seeknal.compiler.types import Kind
from seeknal.runtime.duckdb_engine import identifier, literal
from seeknal.runtime.leakage_database import LeakageDatabase, listed
from seeknal.runtime.leakage_futures import ROW, SPINE, Cut, Futures
from seeknal.runtime.paths import Target

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation

_DAY = timedelta(days=1)
_COUNTED = ("INT", "VARCHAR", "UUID")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is tested: as-ofs, rows of the spine and rows of each source."""

    cuts: int = 5
    spine_rows: int = 1000
    source_rows: int = 100_000


def statement_of(compilation: Compilation, id: str) -> str:
    """The rows of a node: by its statement, or as its function returned them in the last run.

    Raises CompileFailed where the function has not run.
    """
    resolved = compilation.model.nodes[id]
    assert not isinstance(resolved, ResolvedPython)
    if isinstance(resolved, ResolvedSource) and resolved.spec.kind != "source":
        file = Target(compilation.root).returned(id)
        if not file.exists():
            node = id.removesuffix("()")
            finding = Finding(
                "no-results",
                f"a function makes the rows of `{node}`, and none are published to test with",
                resolved.spec.place,
                f"`seeknal run --nodes {node}` publishes them",
            )
            raise CompileFailed([finding])
        return f"SELECT * FROM read_parquet({literal(str(file))})"
    return compilation.statement(resolved)


@dataclass(frozen=True)
class Facts:
    """Loads the facts of one training set into the schema `facts`, each row with a number."""

    database: LeakageDatabase
    compilation: Compilation
    node: ResolvedTrainingSet
    subjects: Subjects
    limits: Limits

    def load(self) -> tuple[Cut, ...]:
        """Load all; the as-ofs to test at, in their order."""
        needed = {subject.source for subject in self.subjects.sources} | self._above_spine()
        self.database.execute("SET schema = 'whole'")
        for id in self.compilation.order:
            if id in needed:
                statement = statement_of(self.compilation, id)
                self.database.table("whole", relation_of(id), statement)
        self.database.execute("SET schema = 'world'")
        self._load_spine()
        for subject in self.subjects.sources:
            self._load_source(subject)
        return self._cuts()

    def futures(self) -> dict[str, Futures]:
        """What makes the futures of each source that has a time."""
        found = {}
        for subject in self.subjects.sources:
            if subject.times:
                relation = relation_of(subject.source)
                types = self.database.columns(f"SELECT * FROM whole.{identifier(relation)}")
                found[subject.source] = Futures(
                    subject, relation, types, self._unique(relation, types)
                )
        return found

    def _above_spine(self) -> set[str]:
        seen: set[str] = set()
        waiting = [self.node.spine.id]
        while waiting:
            id = waiting.pop()
            if id not in seen:
                seen.add(id)
                waiting += self.compilation.upstream[id]
        return seen

    def _load_spine(self) -> None:
        """A sample of the spine's rows that have an as-of, the same one every time."""
        as_of = identifier(self.node.as_of.column.name)
        relation = identifier(self.node.spine.name)
        numbered = f"SELECT row_number() OVER () AS {ROW}, * FROM whole.{relation}"
        shown = f"strftime(TRY_CAST({as_of} AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%f')"
        if self._whole_days():
            shown = f"strftime(TRY_CAST({as_of} AS TIMESTAMP), '%Y-%m-%d')"
        self.database.table(
            "facts",
            SPINE,
            f"SELECT *, {shown} AS leakage_as_of FROM ({numbered}) "
            f"WHERE TRY_CAST({as_of} AS TIMESTAMP) IS NOT NULL "
            f"ORDER BY hash({ROW}) LIMIT {self.limits.spine_rows}",
        )

    def _load_source(self, subject: Subject) -> None:
        """The source's rows, or so many of them: those of the spine's keys first."""
        relation = relation_of(subject.source)
        tests = [
            f"({listed([mine for mine, _ in pairs])}) IN "
            f"(SELECT ({listed([theirs for _, theirs in pairs])}) FROM facts.{SPINE})"
            for pairs in subject.keys
        ]
        wanted = " OR ".join(f"COALESCE({test}, FALSE)" for test in tests) or "FALSE"
        numbered = f"SELECT row_number() OVER () AS {ROW}, * FROM whole.{identifier(relation)}"
        chosen = (
            f"SELECT {ROW} FROM ({numbered}) ORDER BY ({wanted}) DESC, hash({ROW}) "
            f"LIMIT {self.limits.source_rows}"
        )
        (rows,) = self.database.fetch(f"SELECT COUNT(*) FROM whole.{identifier(relation)}")[0]
        if int(str(rows)) > self.limits.source_rows:
            numbered += f" QUALIFY {ROW} IN ({chosen})"
        self.database.table("facts", relation, numbered)

    def _whole_days(self) -> bool:
        """True where the as-of is a date, or text that is nothing but dates."""
        as_of = self.node.as_of.column
        if as_of.type.kind is not Kind.STRING:
            return as_of.type.kind is Kind.DATE
        column, relation = identifier(as_of.name), identifier(self.node.spine.name)
        ((longest,),) = self.database.fetch(f"SELECT MAX(LENGTH({column})) FROM whole.{relation}")
        return longest is not None and int(str(longest)) <= len("2026-01-31")

    def _cuts(self) -> tuple[Cut, ...]:
        """As-ofs that split those of the spine into equal parts, the last one among them."""
        found = [
            str(row[0])
            for row in self.database.fetch(
                f"SELECT DISTINCT leakage_as_of FROM facts.{SPINE} ORDER BY leakage_as_of"
            )
        ]
        parts = min(self.limits.cuts, len(found))
        chosen = [found[(i + 1) * len(found) // parts - 1] for i in range(parts)]
        return tuple(self._cut(text) for text in chosen)

    def _cut(self, text: str) -> Cut:
        at = datetime.fromisoformat(text)
        if len(text) == len("2026-01-31"):
            return Cut(text, at + _DAY - timedelta(microseconds=1))
        return Cut(text, at)

    def _unique(self, relation: str, types: dict[str, str]) -> frozenset[str]:
        """The columns of numbers and texts whose values are all different."""
        names = [name for name, type in types.items() if any(word in type for word in _COUNTED)]
        if not names:
            return frozenset()
        tests = ", ".join(
            f"COUNT(DISTINCT {identifier(name)}) = COUNT(*) AND COUNT(*) > 1" for name in names
        )
        row = self.database.fetch(f"SELECT {tests} FROM facts.{identifier(relation)}")[0]
        return frozenset(name for name, is_unique in zip(names, row, strict=True) if is_unique)
