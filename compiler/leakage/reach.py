"""How far ahead of its event time a row may hold what happened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from seeknal.compiler.findings import Place
from seeknal.compiler.records import dataclass

EVENT_CLOCK_CODE = "leak-clock-event-time"
VALUE_CLOCK_CODE = "leak-clock-value"
NO_TIME_CODE = "leak-no-time"
AHEAD_CODE = "leak-reaches-ahead"
OWN_DAY_CODE = "leak-own-day"
LABEL_CODE = "leak-label-feature"
KNOWLEDGE_CODE = "leak-ignores-knowledge"
UNPROVEN_CODE = "unproven-time"


@dataclass(frozen=True, slots=True)
class Reach:
    """A row with event time e may depend on what happens before e + `ahead` (microseconds).

    `ahead` is None where nothing bounds it, or nothing is known to (`UNPROVEN_CODE`).
    """

    code: str
    message: str
    place: Place
    help: str
    ahead: int | None = None

    def later(self, microseconds: int) -> Reach:
        """The same seen from an event time that is earlier by `microseconds`."""
        if self.ahead is None or microseconds == 0:
            return self
        return replace(self, ahead=self.ahead + microseconds)


Reaches = tuple[Reach, ...]


def together(parts: Iterable[Reaches], later: int = 0) -> Reaches:
    """All of them, each once."""
    return tuple(dict.fromkeys(reach.later(later) for part in parts for reach in part))


def weight(reaches: Reaches) -> tuple[int, int]:
    """Orders reaches: the fewest without a bound, then the nearest."""
    ahead = [reach.ahead for reach in reaches]
    return ahead.count(None), max((a for a in ahead if a is not None), default=0)


def beyond(reaches: Reaches, allowed: int) -> Reaches:
    """Those that reach further than `allowed` microseconds after the event time."""
    return tuple(r for r in reaches if r.ahead is None or r.ahead > allowed)
