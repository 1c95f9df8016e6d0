"""Unit tests as they are written: the entries of `tests:` that have `given`, read and checked.

What the JSON Schema cannot say is checked here: that a node is read at all, that columns exist,
that values are of their columns' types. Every finding points into the spec.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from seeknal.compiler.dialects.registry import NAMES
from seeknal.compiler.document import Document, Step
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import Text
from seeknal.compiler.model import Model, Relation, ResolvedSource
from seeknal.compiler.suggest import suggest
from seeknal.compiler.types import Column
from seeknal.testing.values import read_value

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of some columns of a relation."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class UnitTest:
    """One test. `given` are the rows by the id of their node, `expect` the rows of the node itself.

    `computed` are the nodes to run, in order, the tested one last. `as_of` and `day` are None
    where the test does not say them. `expect` is None where the test `fails`.
    """

    node: str
    name: str
    place: Place
    given: Mapping[str, Rows]
    computed: tuple[str, ...]
    as_of: datetime | None
    day: date | None
    params: Mapping[str, object]
    expect: Rows | None
    fails: str
    dialects: tuple[str, ...]

    @property
    def stands_at(self) -> datetime | None:
        """The time (UTC) at which time stands still."""
        if self.as_of is None and self.day is not None:
            return datetime.combine(self.day, time())
        return self.as_of

    @property
    def run_day(self) -> date | None:
        """The day of the run."""
        return self.day or (self.as_of.date() if self.as_of else None)


def has_tests(document: Document) -> bool:
    """True where a spec has unit tests; checks of columns, as `not_null`, are none."""
    return any(map(_is_test, document.get("tests") or ()))


def _is_test(entry: object) -> bool:
    return isinstance(entry, dict) and bool({"given", "expect", "fails"} & entry.keys())


def read_tests(
    document: Document, model: Model, reads: Mapping[str, Sequence[str]], findings: Findings
) -> list[UnitTest]:
    """The unit tests of a spec whose project resolves; those that are wrong are findings.

    `reads` are the nodes whose relations each node's statement reads.
    """
    found: list[UnitTest] = []
    names: dict[str, Place] = {}
    for index, entry in enumerate(document.get("tests") or ()):
        if not _is_test(entry):
            continue
        name = document.text_at("tests", index, "name")
        first = names.setdefault(name.value, name.place)
        if first is not name.place:
            findings.error(
                "duplicate-name",
                f"two tests of `{document.id}` are named `{name.value}`",
                name.place,
                "rename one of them",
                [(first, "the first one")],
            )
        read = _Reader(document, model, reads, index, name, findings).read()
        if read is not None:
            found.append(read)
    return found


class _Reader:
    """Reads the test at `tests[index]` of a document."""

    def __init__(
        self,
        document: Document,
        model: Model,
        reads: Mapping[str, Sequence[str]],
        index: int,
        name: Text,
        findings: Findings,
    ) -> None:
        self.document = document
        self.model = model
        self.reads = reads
        self.at: tuple[Step, ...] = ("tests", index)
        self.name = name
        self.findings = findings

    def read(self) -> UnitTest | None:
        before = len(self.findings)
        node = self.document.id
        given = self.given()
        computed = self.computed(node, given)
        expect = None
        if self.document.has(*self.at, "expect"):
            relation = self.model.relations[node]
            every = self.document.get(*self.at, "columns") == "all"
            expect = self.rows(relation, "expect", every=every)
        as_of, day = self.as_of(), self.day()
        dialects = self.dialects()
        if len(self.findings) > before:
            return None
        return UnitTest(
            node=node,
            name=self.name.value,
            place=self.name.place,
            given={id: rows for id, rows in given.items() if rows is not None},
            computed=computed,
            as_of=as_of,
            day=day,
            params=self.document.get(*self.at, "params") or {},
            expect=expect,
            fails=self.document.get(*self.at, "fails") or "",
            dialects=dialects,
        )

    def given(self) -> dict[str, Rows | None]:
        """The rows of each node; None where they are wrong."""
        above = _above(self.model, self.document.id)
        found: dict[str, Rows | None] = {}
        for id in self.document.get(*self.at, "given"):
            if id not in above:
                known = id in self.model.order
                self.findings.error(
                    "unknown-node",
                    f"`{self.document.id}` does not read `{id}`"
                    if known
                    else f"there is no node `{id}`",
                    self.document.place(*self.at, "given", id, key=True),
                    suggest(id, above, "nodes that it reads"),
                )
                found[id] = None
                continue
            relation = self.model.relations.get(id)
            if relation is None:
                self.findings.error(
                    "unknown-columns",
                    f"the columns of `{id}` are not known before it has run",
                    self.document.place(*self.at, "given", id, key=True),
                    f"run it once: `seeknal run --nodes {id.partition('.')[2]}`",
                )
            found[id] = self.rows(relation, "given", id, every=True) if relation else None
        return found

    def computed(self, node: str, given: Mapping[str, object]) -> tuple[str, ...]:
        """The nodes to run: `node`, and all above it that are not given; in order."""
        needed: set[str] = set()
        read: set[str] = set()
        lacking: list[str] = []
        waiting = [node]
        while waiting:
            id = waiting.pop()
            if id in needed:
                continue
            needed.add(id)
            for above in self.reads.get(id, ()):
                if above in given:
                    read.add(above)
                elif self.is_compiled(above):
                    waiting.append(above)
                elif above not in lacking:
                    lacking.append(above)
        for id in sorted(lacking):
            self.findings.error(
                "missing-key",
                f"`given` has no rows of `{id}`, which `{node}` reads",
                self.document.place(*self.at, "given", key=True),
                f"add `{id}:` and its rows, or `{id}: []` for none",
            )
        for id in given:
            if id not in read and id in _above(self.model, node):
                self.findings.error(
                    "unread-rows",
                    f"the rows of `{id}` are not read: what reads them is given too, or computes "
                    "its rows from other nodes",
                    self.document.place(*self.at, "given", id, key=True),
                    "take them out",
                )
        return tuple(id for id in self.model.order if id in needed)

    def is_compiled(self, id: str) -> bool:
        """False for a node whose rows no SQL of the project makes: they have to be given."""
        known = self.model.nodes.get(id)
        is_outside = known is None or isinstance(known, ResolvedSource)
        return not is_outside and id not in self.model.functions

    def rows(self, relation: Relation, *path: Step, every: bool) -> Rows:
        """The rows at `path`: all columns of the relation, or those that a row names."""
        whole = (*self.at, *path)
        entries = self.document.get(*whole) or ()
        columns: dict[str, Column] = {}
        read: list[dict[str, Any]] = []
        for index, entry in enumerate(entries):
            row: dict[str, Any] = {}
            for name in entry:
                place = (*whole, index, name)
                column = self.column(relation, name, place)
                if column is not None:
                    columns[column.name] = column
                    row[column.name] = read_value(
                        self.document, place, column, relation.id, self.findings
                    )
            read.append(row)
        chosen = tuple(c for c in relation.columns if every or c.name in columns or not columns)
        return Rows(chosen, tuple(tuple(row.get(c.name) for c in chosen) for row in read))

    def column(self, relation: Relation, name: str, place: tuple[Step, ...]) -> Column | None:
        found = relation.find(name)
        if len(found) == 1:
            return found[0]
        self.findings.error(
            "unknown-column",
            f"`{relation.id}` has no column `{name}`",
            self.document.place(*place, key=True),
            suggest(name, [column.name for column in relation.columns], "columns"),
        )
        return None

    def as_of(self) -> datetime | None:
        text = self._text("as_of")
        if text is None:
            return None
        try:
            read = datetime.fromisoformat(text.value)
        except ValueError:
            self._bad_time(text, "2026-01-31T12:00:00Z")
            return None
        return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else read

    def day(self) -> date | None:
        text = self._text("date")
        try:
            return date.fromisoformat(text.value) if text else None
        except ValueError:
            assert text is not None
            self._bad_time(text, "2026-01-31")
            return None

    def dialects(self) -> tuple[str, ...]:
        names: Sequence[str] = self.document.get(*self.at, "dialects") or ("duckdb",)
        for index, name in enumerate(names):
            if name not in NAMES:
                self.findings.error(
                    "wrong-value",
                    f"there is no dialect `{name}`",
                    self.document.place(*self.at, "dialects", index),
                    suggest(name, NAMES, "dialects"),
                )
        return tuple(dict.fromkeys(names))

    def _text(self, key: str) -> Text | None:
        if self.document.get(*self.at, key) is None:
            return None
        return self.document.text_at(*self.at, key)

    def _bad_time(self, text: Text, example: str) -> None:
        self.findings.error(
            "wrong-value",
            f"`{text.value}` is not a {'time' if 'T' in example else 'day'}",
            text.place,
            f"for example {example}",
        )


def _above(model: Model, id: str) -> set[str]:
    """All nodes above `id`."""
    found: set[str] = set()
    waiting = [*model.upstream[id]]
    while waiting:
        above = waiting.pop()
        if above not in found:
            found.add(above)
            waiting += model.upstream[above]
    return found
