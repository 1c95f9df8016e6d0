"""What comes after a time: the rows that the data has, and rows that are made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from seeknal.compiler.leakage.subjects import Subject
from seeknal.runtime.duckdb_engine import identifier, literal
from seeknal.runtime.leakage_database import listed

ROW = "leakage_row"
SPINE = "leakage_spine"
COPIES = 60
"""The past rows of each source that are copied into the future, twice each."""

NEW_KEYS = 20
"""The keys of the spine without a past that are given a future."""

_DAY = 86_400_000_000
_TEXT = "%Y-%m-%d %H:%M:%S.%f"


@dataclass(frozen=True, slots=True)
class Cut:
    """A time that the past ends with. `as_of` is the spine's own value there, as text.

    `end` is the last microsecond that is not after it: of a DATE as-of, the last of its day.
    """

    as_of: str
    end: datetime

    @property
    def sql(self) -> str:
        """`end` as SQL."""
        return f"TIMESTAMP {literal(self.end.isoformat(sep=' '))}"

    @property
    def start(self) -> str:
        """The first microsecond of the as-of as SQL: of a DATE, midnight."""
        return f"TIMESTAMP {literal(self.as_of)}"


@dataclass(frozen=True)
class Futures:
    """Makes what comes after a cut for one source.

    `types` are its columns with DuckDB's names of their types; `unique` are those that tell its
    rows apart. `altered` in a method: other values than those of the data are made up, too.
    """

    subject: Subject
    relation: str
    types: Mapping[str, str]
    unique: frozenset[str]

    def after(self, cut: Cut) -> str:
        """A condition: the row happened after the cut, or was known only after it.

        A source may have several event times; a row is after the cut where it is by all of them.
        """
        events = []
        known_by = []
        for times in self.subject.times:
            parts = [f"{_instant(text)} > {cut.sql}" for text in (times.event, *times.known)]
            late = " OR ".join(f"COALESCE({part}, FALSE)" for part in parts[1:]) or "FALSE"
            events.append(f"(COALESCE({parts[0]}, TRUE) OR {late})")
            known_by += [f"COALESCE({part}, FALSE)" for part in parts]
        return f"({' AND '.join(events)} AND ({' OR '.join(known_by)}))"

    @property
    def event(self) -> str:
        """The earliest of a row's event times."""
        parts = [_instant(times.event) for times in self.subject.times]
        return parts[0] if len(parts) == 1 else f"LEAST({', '.join(parts)})"

    def actual(self, cut: Cut) -> str:
        """The rows of the data after the cut."""
        names = listed(list(self.types))
        return (
            f"SELECT {names}, {self.event} AS leakage_at, {ROW} AS leakage_order, "
            f"NULL::BIGINT AS leakage_replaces FROM facts.{identifier(self.relation)} "
            f"WHERE {self.after(cut)}"
        )

    def made(self, cut: Cut, *, altered: bool) -> str:
        """Rows of the data after the cut with other values, and copies of earlier rows."""
        parts = [self._changed(cut, altered), self._copied(cut, altered), self._new(cut)]
        if any(times.known for times in self.subject.times):
            parts.append(self._late(cut))
        union = "\nUNION ALL BY NAME\n".join(part for part in parts if part)
        return (
            f"SELECT * REPLACE ({self.event} AS leakage_at), NULL::BIGINT AS leakage_replaces "
            f"FROM (\n{union}\n) WHERE {self.after(cut)}"
        )

    def other_labels(self, cut: Cut) -> str:
        """The rows at the cut with other labels: nobody knows a row's label at its own as-of.

        `leakage_replaces` is the row of the data that each stands for.
        """
        label = self.subject.label
        columns = [
            f"{_other_label(name, type)} AS {identifier(name)}"
            if label is not None and name == label.column
            else identifier(name)
            for name, type in self.types.items()
        ]
        at = _instant(label.event) if label is not None else "NULL::TIMESTAMP"
        known = [text for times in self.subject.times for text in times.known]
        late = "".join(f" AND COALESCE({_instant(text)} > {cut.sql}, TRUE)" for text in known)
        return (
            f"SELECT {', '.join(columns)}, {at} AS leakage_at, {ROW} AS leakage_order, "
            f"{ROW} AS leakage_replaces FROM facts.{identifier(self.relation)} "
            f"WHERE {at} BETWEEN {cut.start} AND {cut.sql} AND NOT {self.after(cut)}{late}"
        )

    # -- kinds of made-up rows ------------------------------------------------------------------

    def _changed(self, cut: Cut, altered: bool) -> str:
        columns = self._columns({}, altered, fresh=None)
        return (
            f"SELECT {columns}, NULL::TIMESTAMP AS leakage_at, {ROW} AS leakage_order FROM "
            f"(SELECT *, hash({ROW}) AS leakage_hash FROM facts.{identifier(self.relation)} "
            f"WHERE {self.after(cut)})"
        )

    def _picked(self, cut: Cut) -> str:
        """The past rows to copy: those of keys at the cut first, then the latest."""
        tests = [
            f"({listed([mine for mine, _ in pairs])}) IN (SELECT ({listed([s for _, s in pairs])}) "
            f"FROM facts.{SPINE} WHERE leakage_as_of = {literal(cut.as_of)})"
            for pairs in self.subject.keys
        ]
        wanted = " OR ".join(f"COALESCE({test}, FALSE)" for test in tests) or "FALSE"
        return (
            f"SELECT *, {self.event} AS leakage_event, hash({ROW}) AS leakage_hash, "
            f"row_number() OVER (ORDER BY ({wanted}) DESC, {self.event} DESC, {ROW}) AS leakage_n "
            f"FROM facts.{identifier(self.relation)} "
            f"WHERE NOT {self.after(cut)} AND {self.event} IS NOT NULL "
            f"QUALIFY leakage_n <= {COPIES}"
        )

    def _copied(self, cut: Cut, altered: bool) -> str:
        """Each picked row twice: right after the cut, and up to a month later."""
        wait = "CASE WHEN leakage_far THEN (leakage_hash % 30)::BIGINT * 86400000000 ELSE 0 END"
        delta = f"(epoch_us({cut.sql}) - epoch_us(leakage_event) + leakage_n + {wait})"
        times = self._shifted(delta)
        columns = self._columns(times, altered, fresh="2 * leakage_n + leakage_far::INT")
        return (
            f"SELECT {columns}, NULL::TIMESTAMP AS leakage_at, "
            f"1000000000 + 2 * leakage_n + leakage_far::INT AS leakage_order FROM "
            f"({self._picked(cut)}) CROSS JOIN (VALUES (FALSE), (TRUE)) AS far(leakage_far)"
        )

    def _late(self, cut: Cut) -> str:
        """Copies that happened when their row did and are known only after the cut."""
        known = {text for times in self.subject.times for text in times.known}
        delta = "(epoch_us({end}) - epoch_us({at}) + leakage_n)"
        times = {
            name: _moved(name, type, delta.format(end=cut.sql, at=_instant(identifier(name))))
            for name, type in self._times().items()
            if identifier(name) in known
        }
        columns = self._columns(times, False, fresh="1000000 + leakage_n")
        return (
            f"SELECT {columns}, NULL::TIMESTAMP AS leakage_at, 2000000000 + leakage_n AS "
            f"leakage_order FROM ({self._picked(cut)})"
        )

    def _new(self, cut: Cut) -> str:
        """A row right after the cut for keys of the spine that have none before."""
        parts = []
        for number, pairs in enumerate(self.subject.keys):
            spine = ", ".join(
                f"s.{identifier(theirs)} AS key_{i}" for i, (_, theirs) in enumerate(pairs)
            )
            same = " AND ".join(
                f"f.{identifier(mine)} = s.{identifier(theirs)}" for mine, theirs in pairs
            )
            present = " AND ".join(f"s.{identifier(theirs)} IS NOT NULL" for _, theirs in pairs)
            order = ", ".join(f"key_{i}" for i, _ in enumerate(pairs))
            absent = (
                f"SELECT *, row_number() OVER (ORDER BY {order}) AS leakage_n FROM (SELECT "
                f"DISTINCT {spine} FROM facts.{SPINE} AS s "
                f"WHERE s.leakage_as_of = {literal(cut.as_of)} AND {present} "
                f"AND NOT EXISTS (SELECT 1 FROM facts.{identifier(self.relation)} AS f "
                f"WHERE {same})) QUALIFY leakage_n <= {NEW_KEYS}"
            )
            template = (
                f"SELECT *, {self.event} AS leakage_event FROM facts.{identifier(self.relation)} "
                f"WHERE {self.event} IS NOT NULL ORDER BY {self.event} DESC, {ROW} LIMIT 1"
            )
            delta = f"(epoch_us({cut.sql}) - epoch_us(leakage_event) + leakage_n)"
            changed = self._shifted(delta)
            for i, (mine, _) in enumerate(pairs):
                changed[mine] = f"TRY_CAST(key_{i} AS {self.types[mine]})"
            columns = self._columns(changed, False, fresh=f"{3 + number}000000 + leakage_n")
            parts.append(
                f"SELECT {columns}, NULL::TIMESTAMP AS leakage_at, "
                f"{3 + number}000000000 + leakage_n AS leakage_order "
                f"FROM ({absent}) CROSS JOIN ({template})"
            )
        return "\nUNION ALL BY NAME\n".join(parts)

    # -- columns --------------------------------------------------------------------------------

    def _times(self) -> dict[str, str]:
        """The columns that say when something was: dates, timestamps, and texts used as times."""
        used = {text for times in self.subject.times for text in (times.event, *times.known)}
        return {
            name: type
            for name, type in self.types.items()
            if type.startswith(("DATE", "TIMESTAMP"))
            or (type == "VARCHAR" and identifier(name) in used)
        }

    def _shifted(self, delta: str) -> dict[str, str]:
        return {name: _moved(name, type, delta) for name, type in self._times().items()}

    def _columns(self, changed: Mapping[str, str], altered: bool, fresh: str | None) -> str:
        """A SELECT list: `changed` values, `fresh` ones where values are unique, others altered."""
        keys = {mine for pairs in self.subject.keys for mine, _ in pairs}
        times = self._times()
        found = []
        for name, type in self.types.items():
            value = identifier(name)
            if name in changed:
                value = changed[name]
            elif fresh is not None and name in self.unique - keys:
                value = self._fresh(name, type, fresh)
            elif altered and name not in keys and name not in times and name not in self.unique:
                value = _altered(name, type)
            found.append(f"{value} AS {identifier(name)}")
        return ", ".join(found)

    def _fresh(self, name: str, type: str, number: str) -> str:
        column = identifier(name)
        if type == "VARCHAR":
            return f"{column} || '~' || ({number})"
        greatest = f"(SELECT MAX({column}) FROM facts.{identifier(self.relation)})"
        return f"COALESCE(TRY_CAST({greatest} + {number} AS {type}), {column})"


def _instant(text: str) -> str:
    return f"TRY_CAST(({text}) AS TIMESTAMP)"


def _moved(name: str, type: str, delta: str) -> str:
    """The column `delta` microseconds later; a date the next whole day."""
    column = identifier(name)
    days = f"CAST(CEIL({delta} / {_DAY}.0) AS INTEGER)"
    if type == "DATE":
        return f"{column} + {days}"
    if type.startswith("TIMESTAMP"):
        return f"CAST({column} + to_microseconds({delta}) AS {type})"
    at = _instant(column)
    return (
        f"CASE WHEN LENGTH({column}) = 10 THEN strftime({at} + to_days({days}), '%Y-%m-%d') "
        f"ELSE strftime({at} + to_microseconds({delta}), '{_TEXT}') END"
    )


def _other_label(name: str, type: str) -> str:
    column = identifier(name)
    if type == "VARCHAR":
        return f"{column} || '~'"
    if type.endswith("INT") or type == "INTEGER":
        return f"COALESCE(TRY_CAST({column} + 1 AS {type}), {column})"
    return _altered(name, type)


def _altered(name: str, type: str) -> str:
    """Another value: numbers grow, truth turns, and of other values another row's is taken."""
    column = identifier(name)
    if type == "BOOLEAN":
        return f"NOT {column}"
    if type in ("DOUBLE", "FLOAT") or type.startswith("DECIMAL"):
        return f"COALESCE(TRY_CAST({column} * 3 + 17 AS {type}), {column})"
    if type == "VARCHAR" or type.endswith("INT") or type == "INTEGER":
        order = "OVER (ORDER BY leakage_hash)"
        return f"COALESCE(LEAD({column}) {order}, FIRST_VALUE({column}) {order})"
    return column
