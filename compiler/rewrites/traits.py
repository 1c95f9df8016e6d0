"""What a rewrite may know of the target: facts that decide which shape is fastest."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """The dialect's name and what it has."""

    dialect: str
    asof_join: bool
