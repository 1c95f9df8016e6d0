"""The training set in several worlds: with nothing after a cut, and with several futures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from seeknal.compiler.leakage.clocks import stopped
from seeknal.compiler.leakage.subjects import Subject, Subjects
from seeknal.compiler.model import Relation, ResolvedPython, ResolvedQuery, ResolvedTrainingSet
from seeknal.compiler.relation_names import relation_of
from seeknal.compiler.types import INT64, Column
from seeknal.runtime.duckdb_engine import identifier, literal
from seeknal.runtime.leakage_database import LeakageDatabase, listed
from seeknal.runtime.leakage_futures import ROW, SPINE, Cut, Futures

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation

FUTURES = ("actual", "made", "labels")
"""What may come after a cut: the data's rows, made-up rows, other labels of the cut's own rows."""

_LATER = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class World:
    """What there is: the rows up to a cut, and the first `count` of a future.

    `clock` is the time that clocks show. `reverse` reads the rows in another order.
    """

    cut: Cut
    future: str
    count: int
    clock: datetime
    reverse: bool = False


@dataclass
class Worlds:
    """Computes a training set in worlds, each once.

    `order` are the nodes between the sources and the training set. `later` is a time after all
    as-ofs, which nodes that are as of their run are as of.
    """

    compilation: Compilation
    database: LeakageDatabase
    node: ResolvedTrainingSet
    subjects: Subjects
    later: datetime
    futures: Mapping[str, Futures] = field(default_factory=dict)
    _statements: dict[tuple[str, datetime | None], str] = field(default_factory=dict)
    _outputs: dict[World, str] = field(default_factory=dict)
    _present: dict[str, object] = field(default_factory=dict)

    def output(self, world: World) -> str:
        """The table that holds the training set of a world: `leakage_row`, then its columns."""
        if world not in self._outputs:
            self._build(world)
            name = f"world_{len(self._outputs)}"
            where = f"{SPINE} WHERE TRY_CAST(leakage_as_of AS TIMESTAMP) <= {world.cut.sql}"
            self.database.table("world", SPINE, f"SELECT * FROM facts.{where}")
            statement = self._statement(self.node.spec.id, world.clock)
            self.database.execute(f"CREATE TABLE outputs.{name} AS\n{statement}")
            self._outputs[world] = f"outputs.{name}"
        return self._outputs[world]

    def forget(self) -> None:
        """Drop what was computed: no world of an earlier cut is asked for again."""
        for table in self._outputs.values():
            self.database.execute(f"DROP TABLE {table}")
        self._outputs.clear()
        self._present.clear()

    def make_futures(self, cut: Cut, *, altered: bool) -> dict[str, int]:
        """Number what comes after the cut; how many rows each future has."""
        counts = {}
        for future in FUTURES:
            parts = []
            for id, maker in self.futures.items():
                if future == "labels" and maker.subject.label is None:
                    continue
                table = f"{future}_{maker.relation}"
                self.database.table("future", table, _future(maker, future, cut, altered))
                parts.append(
                    f"SELECT {literal(id)} AS source, rowid AS row, leakage_at, leakage_order, "
                    f"leakage_replaces FROM future.{identifier(table)}"
                )
            if not parts:
                counts[future] = 0
                continue
            union = " UNION ALL ".join(parts)
            order = "leakage_at, source, leakage_order, row"
            numbered = f"SELECT *, row_number() OVER (ORDER BY {order}) - 1 AS n FROM ({union})"
            self.database.table("future", f"{future}_events", numbered)
            counts[future] = self._count(f"future.{future}_events")
        return counts

    def event(self, world: World) -> tuple[str, int]:
        """The source and the row of the last event of a world."""
        ((source, row),) = self.database.fetch(
            f"SELECT source, row FROM future.{world.future}_events WHERE n = {world.count - 1}"
        )
        return str(source), int(str(row))

    def _build(self, world: World) -> None:
        """Bring the sources and nodes to what they are in `world`; what is there already stays."""
        counts = self._counts(world) if world.count else {}
        for subject in self.subjects.sources:
            count = counts.get(subject.source, 0)
            state: object = (world.future if count else "", count, world.reverse)
            if self._present.get(subject.source) != state:
                self._present[subject.source] = state
                table = relation_of(subject.source)
                self.database.table("world", table, self._source(subject, world, count))
        for id in self.subjects.nodes:
            above = tuple(self._present[up] for up in self.compilation.upstream[id])
            state = (above, world.clock if id in self.subjects.clocks else None)
            if self._present.get(id) != state:
                self._present[id] = state
                self.database.table("world", relation_of(id), self._statement(id, world.clock))

    def _counts(self, world: World) -> dict[str, int]:
        """How many of the world's events each source has."""
        rows = self.database.fetch(
            f"SELECT source, COUNT(*) FROM future.{world.future}_events "
            f"WHERE n < {world.count} GROUP BY source"
        )
        return {str(source): int(str(count)) for source, count in rows}

    def _source(self, subject: Subject, world: World, count: int) -> str:
        """The rows of a source, `count` of them events of the world."""
        relation = relation_of(subject.source)
        facts = f"facts.{identifier(relation)}"
        names = listed([column.name for column in subject.columns])
        order = f"ORDER BY {ROW}{' DESC' if world.reverse else ''}"
        maker = self.futures.get(subject.source)
        if maker is None:
            return f"SELECT {names} FROM {facts} {order}"
        past = f"SELECT {names} FROM {facts} WHERE NOT {maker.after(world.cut)}"
        if count == 0:
            return f"{past} {order}"
        events = (
            f"future.{world.future}_events WHERE source = {literal(subject.source)} "
            f"AND n < {world.count}"
        )
        if world.future == "labels":
            past += f" AND {ROW} NOT IN (SELECT leakage_replaces FROM {events})"
        return (
            f"({past} {order})\nUNION ALL\nSELECT {names} FROM "
            f"future.{identifier(f'{world.future}_{relation}')} "
            f"WHERE rowid IN (SELECT row FROM {events})"
        )

    def _statement(self, id: str, clock: datetime) -> str:
        at = clock if id in self.subjects.clocks else None
        if (id, at) not in self._statements:
            resolved = self.compilation.model.nodes[id]
            assert not isinstance(resolved, ResolvedPython)
            if isinstance(resolved, ResolvedQuery) and at is not None:
                resolved = replace(resolved, tree=stopped(resolved.tree, at))
            if isinstance(resolved, ResolvedTrainingSet):
                resolved = with_rows(resolved)
            self._statements[id, at] = self.compilation.statement(resolved, self.later)
        return self._statements[id, at]

    def _count(self, table: str) -> int:
        ((count,),) = self.database.fetch(f"SELECT COUNT(*) FROM {table}")
        return int(str(count))


def _future(maker: Futures, future: str, cut: Cut, altered: bool) -> str:
    match future:
        case "actual":
            return maker.actual(cut)
        case "labels":
            return maker.other_labels(cut)
    return maker.made(cut, altered=altered)


def with_rows(node: ResolvedTrainingSet) -> ResolvedTrainingSet:
    """The training set over a spine that stays as it is and numbers its rows."""
    row = Column(ROW, INT64)
    spine = Relation(node.spine.id, SPINE, (row, *node.spine.columns))
    return replace(
        node,
        spine=spine,
        spine_columns=(row, *node.spine_columns),
        columns=(row, *node.columns),
    )


def later_than(times: Sequence[datetime]) -> datetime:
    """A time well after all of `times`."""
    return max(times) + _LATER
