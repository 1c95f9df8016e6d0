"""What a rewrite may know of the target: facts that decide which shape is fastest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from seeknal.compiler.plan import Ranges
from seeknal.compiler.records import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows counted before a run: those a range join would meet, those of a timeline."""

    joined: int
    timeline: int


@dataclass(frozen=True, slots=True)
class Traits:
    """The dialect's name, what it has, and where rows were counted, how many (by step).

    `ranges` are those of the keys and times that a step looks up, where they are known.

    `running`: the SQL is for one run and not for people to read or keep.
    """

    dialect: str
    asof_join: bool
    running: bool = False
    joined_rows: Mapping[str, Counted] = field(default_factory=dict)
    ranges: Mapping[str, Ranges] = field(default_factory=dict)
