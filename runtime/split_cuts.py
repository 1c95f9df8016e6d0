"""Where a row of a training set belongs: to train, validation or test, or to none of them.

By time, a part holds the rows from one moment to the next. By entity, the key of a row decides
alone, by a hash, so a key is on one side whatever rows there are, on every machine and in every
version. By both, a row is in a part where both say so: no two parts share a time or a key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from seeknal.runtime.duckdb_engine import identifier, literal

TRAIN, VALIDATION, TEST = "train", "validation", "test"

# 13 hexadecimal digits of a hash: a whole number below 2 to the 52nd, which a double holds.
_DIGITS = 13
_RANGE = 16**_DIGITS


class LeftOut(StrEnum):
    """Why a row is in no part."""

    NO_TIME = "no time"
    NO_KEY = "no key"
    GAP = "gap"
    DISAGREE = "disagree"


@dataclass(frozen=True, slots=True)
class TimeCut:
    """Parts by the time in `column`: each begins at its moment (UTC), this moment included.

    A row whose time is NULL is neither before nor after anything, and is in no part. Nor is one
    less than `gap` before the next part: its label may look that far ahead, into the next part.
    """

    column: str
    test_from: datetime
    validation_from: datetime | None = None
    gap: timedelta = timedelta()

    @property
    def assignment(self) -> str:
        """The SQL expression of a row's part, or of why it is in none."""
        at = f"CAST({identifier(self.column)} AS TIMESTAMP)"
        cases = f"WHEN {at} IS NULL THEN {literal(LeftOut.NO_TIME)} "
        for name, start in ((TEST, self.test_from), (VALIDATION, self.validation_from)):
            if start is not None:
                cases += f"WHEN {at} >= {_timestamp(start)} THEN {literal(name)} "
                if self.gap:
                    before = _timestamp(start - self.gap)
                    cases += f"WHEN {at} > {before} THEN {literal(LeftOut.GAP)} "
        return f"CASE {cases}ELSE {literal(TRAIN)} END"


@dataclass(frozen=True, slots=True)
class EntityCut:
    """Parts by the key in `columns`; the shares are of the keys, between 0 and 1.

    Another `seed` deals the keys anew. With a larger share a part keeps the keys that it had. A
    row with a NULL in its key is of no entity, and is in no part.
    """

    columns: tuple[str, ...]
    test: float
    validation: float = 0.0
    seed: int = 0

    @property
    def count(self) -> str:
        """The SQL expression of how many keys there are."""
        key = f"ROW({', '.join(identifier(column) for column in self.columns)})"
        return f"COUNT(DISTINCT {key}) FILTER (WHERE NOT ({self._unknown}))"

    @property
    def assignment(self) -> str:
        """The SQL expression of a row's part, or of why it is in none."""
        texts = [f"CAST({identifier(column)} AS VARCHAR)" for column in self.columns]
        # Each key with its length before it: ('1', '12') and ('11', '2') are two keys.
        parts = [literal(str(self.seed)), *(f"':' || LENGTH({t}) || ':' || {t}" for t in texts)]
        drawn = f"CAST('0x' || SUBSTR(MD5({' || '.join(parts)}), 1, {_DIGITS}) AS BIGINT)"
        # Test and validation grow from the two ends, so both take their keys from train.
        return (
            f"CASE WHEN {self._unknown} THEN {literal(LeftOut.NO_KEY)} "
            f"WHEN {drawn} < {int(self.test * _RANGE)} THEN {literal(TEST)} "
            f"WHEN {drawn} >= {_RANGE - int(self.validation * _RANGE)} "
            f"THEN {literal(VALIDATION)} ELSE {literal(TRAIN)} END"
        )

    @property
    def _unknown(self) -> str:
        return " OR ".join(f"{identifier(column)} IS NULL" for column in self.columns)


@dataclass(frozen=True, slots=True)
class Cuts:
    """One cut, or both."""

    time: TimeCut | None = None
    entity: EntityCut | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts, in the order of time."""
        validated = (self.time and self.time.validation_from) or (
            self.entity and self.entity.validation
        )
        return (TRAIN, VALIDATION, TEST) if validated else (TRAIN, TEST)

    @property
    def assignment(self) -> str:
        """The SQL expression of a row's part, or of why it is in none."""
        if self.time is None or self.entity is None:
            cut = self.time or self.entity
            assert cut is not None
            return cut.assignment
        by_time, by_entity = self.time.assignment, self.entity.assignment
        return (
            f"CASE WHEN {by_time} IN ({literal(LeftOut.NO_TIME)}, {literal(LeftOut.GAP)}) "
            f"THEN {by_time} "
            f"WHEN {by_entity} IN ({by_time}, {literal(LeftOut.NO_KEY)}) THEN {by_entity} "
            f"ELSE {literal(LeftOut.DISAGREE)} END"
        )


def _timestamp(time: datetime) -> str:
    return f"TIMESTAMP {literal(time.isoformat(sep=' '))}"
