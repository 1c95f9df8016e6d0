"""The leakage test on data: what comes after an as-of must not change what was known at it.

For some as-ofs of the spine the training set is computed three times: with nothing after the
as-of, with the rows that the data has after it, and with rows made up for the time after it (other
values, more rows, rows known late). Clocks show the as-of in the first and a later time in the
others. Every spine row up to the as-of must come out the same. Where one does not, the first event
that changes it is searched for. Last, the label that a row of the as-of has in its own source is
changed, as nobody knows it then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from seeknal.compiler.leakage.opaque import as_sources
from seeknal.compiler.leakage.subjects import Subjects, join_keys, subjects_of
from seeknal.compiler.model import ResolvedJoin, ResolvedTrainingSet
from seeknal.runtime.duckdb_engine import identifier, readable
from seeknal.runtime.engine import EngineError
from seeknal.runtime.leakage_database import LeakageDatabase
from seeknal.runtime.leakage_differences import Difference, differences, same
from seeknal.runtime.leakage_facts import Facts, Limits
from seeknal.runtime.leakage_futures import ROW, SPINE, Cut
from seeknal.runtime.leakage_worlds import FUTURES, World, Worlds, later_than

if TYPE_CHECKING:
    from seeknal.compiler.build import Compilation

Values = tuple[tuple[str, str | None], ...]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Event:
    """What leaked: a row of the node `source`, or the clock where there are `clocks`.

    `future` is one of `FUTURES`; `values` are the keys and times of the row, as text.
    """

    source: str = ""
    future: str = ""
    values: Values = ()
    clocks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataLeak:
    """A value that something after its as-of changes, from `before` to `after` (as text).

    `keys` are those of the spine row, by the join that brings the feature.
    """

    training_set: str
    feature: str
    join: ResolvedJoin
    keys: Values
    as_of: str
    event: Event
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class DataReport:
    """What the test of one training set found.

    `unmoved` are sources without a time, which it could not change; `guessed` those whose time is
    taken from their columns of times; `functions` are nodes whose functions computed what is
    joined, and were not called again; `unstable` are features that the order of rows changes;
    `failing` are the futures (of `FUTURES`) that a statement cannot take.
    """

    training_set: str
    leaks: tuple[DataLeak, ...]
    cuts: tuple[str, ...]
    spine_rows: int
    events: int
    unmoved: tuple[str, ...]
    guessed: tuple[str, ...]
    functions: tuple[str, ...]
    unstable: tuple[str, ...]
    failing: tuple[str, ...]


def check_on_data(
    compilation: Compilation,
    training_set: str,
    limits: Limits,
    progress: Progress = lambda line: None,
) -> DataReport:
    """Test one training set in a database of its own; no output is touched.

    The same data give the same report. Raises EngineError where a statement fails on the data.
    """
    functions = _functions(compilation, training_set)
    compilation = replace(compilation, model=as_sources(compilation.model))
    node = compilation.model.nodes[training_set]
    assert isinstance(node, ResolvedTrainingSet)
    subjects = subjects_of(compilation.model, training_set)
    with (
        TemporaryDirectory(prefix="seeknal-leakage-") as scratch,
        LeakageDatabase(compilation.root, Path(scratch) / "spill") as database,
    ):
        progress("reading the sources")
        facts = Facts(database, compilation, node, subjects, limits)
        cuts = facts.load()
        later = later_than([cut.end for cut in cuts]) if cuts else datetime.max
        worlds = Worlds(compilation, database, node, subjects, later, facts.futures())
        found = _Check(node, subjects, worlds, progress).run(cuts)
        return replace(found, functions=functions)


@dataclass
class _Check:
    """One test in progress: `found` by feature, in the order found."""

    node: ResolvedTrainingSet
    subjects: Subjects
    worlds: Worlds
    progress: Progress
    found: dict[str, DataLeak] = field(default_factory=dict)
    unstable: dict[str, None] = field(default_factory=dict)
    failing: dict[str, None] = field(default_factory=dict)
    events: int = 0

    @property
    def database(self) -> LeakageDatabase:
        """Where it is tested."""
        return self.worlds.database

    def run(self, cuts: tuple[Cut, ...]) -> DataReport:
        """Go through the cuts."""
        for number, cut in enumerate(cuts, start=1):
            self.progress(f"as-of {number} of {len(cuts)}: {_short(cut.as_of)}")
            self._cut(cut)
            self.worlds.forget()
        (rows,) = self.database.fetch(f"SELECT COUNT(*) FROM facts.{SPINE}")[0]
        order = [taken.name for join in self.node.joins for taken in join.taken]
        return DataReport(
            training_set=self.node.spec.id,
            leaks=tuple(self.found[name] for name in order if name in self.found),
            cuts=tuple(_short(cut.as_of) for cut in cuts),
            spine_rows=int(str(rows)),
            events=self.events,
            unmoved=tuple(s.source for s in self.subjects.sources if not s.times),
            guessed=tuple(s.source for s in self.subjects.sources if s.times and s.guessed),
            functions=(),
            unstable=tuple(name for name in order if name in self.unstable),
            failing=tuple(self.failing),
        )

    def _cut(self, cut: Cut) -> None:
        counts = self.worlds.make_futures(cut, altered=True)
        before = World(cut, "actual", 0, cut.end)
        for future in FUTURES:
            after = World(cut, future, counts[future], self.worlds.later)
            if future == "actual":
                self._compare(before, after)
            elif not self._runs(before, after):
                # A made-up value may be one that the user's SQL cannot take, as a code of a
                # fixed list. Copies of rows hold none but values that are there.
                self.worlds.forget()
                counts |= self.worlds.make_futures(cut, altered=False)
                after = replace(after, count=counts[future])
                if future == "labels" or not self._runs(before, after):
                    self.failing[future] = None

    def _runs(self, before: World, after: World) -> bool:
        """Compare with made-up rows; False where a statement cannot take them."""
        if after.count == 0:
            return True
        try:
            self._compare(before, after)
        except EngineError:
            return False
        return True

    def _compare(self, before: World, after: World) -> None:
        one, other = self.worlds.output(before), self.worlds.output(after)
        self.events += after.count
        still_open = [
            taken.name
            for join in self.node.joins
            for taken in join.taken
            if taken.name not in self.found and taken.name not in self.unstable
        ]
        for difference in differences(self.database, one, other, still_open):
            self._locate(before, after, difference)

    def _locate(self, before: World, after: World, difference: Difference) -> None:
        """Find what changes the value, and keep it; a value that row order changes is unstable."""
        feature, row = difference.feature, difference.row
        if not same(
            self._value(before, feature, row),
            self._value(replace(before, reverse=True), feature, row),
        ):
            self.unstable[feature] = None
            return
        still = replace(after, clock=before.clock)
        clocks = self._clocks(feature)
        if clocks and self._is_as(before, still, difference):
            self._keep(before, after, difference, Event(clocks=clocks))
            return
        last = self._first_change(before, still, difference)
        self._keep(before, last, difference, self._event(last))

    def _clocks(self, feature: str) -> tuple[str, ...]:
        """The nodes that read the clock and that the feature's join is made of."""
        edges = self.worlds.compilation.upstream
        seen: set[str] = set()
        waiting = [self._join(feature).spec.ref.value]
        while waiting:
            id = waiting.pop()
            if id not in seen:
                seen.add(id)
                waiting += edges[id]
        return tuple(id for id in self.subjects.clocks if id in seen)

    def _join(self, feature: str) -> ResolvedJoin:
        return next(j for j in self.node.joins if any(t.name == feature for t in j.taken))

    def _first_change(self, before: World, after: World, difference: Difference) -> World:
        """The world whose last event changes the value: the one without it has it as before."""
        low, high = 0, after.count
        while high - low > 1:
            middle = (low + high) // 2
            if self._is_as(before, replace(after, count=middle), difference):
                low = middle
            else:
                high = middle
        return replace(after, count=high)

    def _is_as(self, one: World, other: World, difference: Difference) -> bool:
        feature, row = difference.feature, difference.row
        return same(self._value(one, feature, row), self._value(other, feature, row))

    def _value(self, world: World, feature: str, row: int) -> object:
        table = self.worlds.output(world)
        type = self.database.columns(f"SELECT {identifier(feature)} FROM {table}")[feature]
        shown = readable(feature, type)
        return self.database.fetch(f"SELECT {shown} FROM {table} WHERE {ROW} = {row}")[0][0]

    def _keep(self, before: World, after: World, difference: Difference, event: Event) -> None:
        feature, row = difference.feature, difference.row
        join = self._join(feature)
        spine = f"facts.{SPINE}"
        keys = list(dict.fromkeys(name for name, _ in join_keys(join)))
        as_of = self._texts(spine, ["leakage_as_of"], row)[0][1]
        self.found[feature] = DataLeak(
            training_set=self.node.spec.id,
            feature=feature,
            join=join,
            keys=self._texts(spine, keys, row),
            as_of=_short(str(as_of)),
            event=event,
            before=self._texts(self.worlds.output(before), [feature], row)[0][1],
            after=self._texts(self.worlds.output(after), [feature], row)[0][1],
        )

    def _event(self, world: World) -> Event:
        """The last event of a world, with its keys, what tells it apart, and its times."""
        source, row = self.worlds.event(world)
        maker = self.worlds.futures[source]
        subject = maker.subject
        names = [mine for pairs in subject.keys for mine, _ in pairs]
        names += [name for name in maker.types if name in maker.unique][:1]
        texts = [text for times in subject.times for text in (times.event, *times.known)]
        names += [name for name in maker.types if identifier(name) in texts]
        table = f"future.{identifier(f'{world.future}_{maker.relation}')}"
        values = self._texts(table, list(dict.fromkeys(names)), row, "rowid")
        return Event(source, world.future, values)

    def _texts(self, table: str, names: list[str], row: int, number: str = ROW) -> Values:
        shown = ", ".join(f"CAST({identifier(name)} AS VARCHAR)" for name in names)
        found = self.database.fetch(f"SELECT {shown or 'NULL'} FROM {table} WHERE {number} = {row}")
        return tuple(_pairs(names, found[0]))


def _functions(compilation: Compilation, training_set: str) -> tuple[str, ...]:
    """The nodes with functions that the training set is made of, in the order of a run."""
    seen: set[str] = set()
    waiting = [training_set]
    while waiting:
        id = waiting.pop()
        if id not in seen:
            seen.add(id)
            waiting += compilation.model.upstream.get(id, ())
    order = compilation.model.order
    return tuple(id for id in order if id in seen and id in compilation.model.functions)


def _short(time: str) -> str:
    return time.removesuffix(".000000")


def _pairs(names: list[str], values: tuple[object, ...]) -> Iterator[tuple[str, str | None]]:
    for name, value in zip(names, values, strict=False):
        yield name, None if value is None else str(value)
