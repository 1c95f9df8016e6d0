"""The steps of features as of an exact time: imported by the first plan that has one."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect
from seeknal.compiler.lower.point_in_time import (
    lower_in_reach,
    lower_join_back,
    lower_latest,
    lower_numbered,
    lower_one_of_ties,
)
from seeknal.compiler.lower.range_frames import lower_range_frames
from seeknal.compiler.lower.running_sums import lower_running_sums
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.plan import (
    InReach,
    JoinBack,
    Latest,
    Numbered,
    OneOfTies,
    RangeFrames,
    RunningSums,
)

AsOfStep = Numbered | InReach | RangeFrames | RunningSums | OneOfTies | Latest | JoinBack


def lower_as_of(step: AsOfStep, dialect: Dialect, library: MacroLibrary) -> exp.Select:
    """The query of a step. Raises `Unsupported` where the dialect cannot say it."""
    match step:
        case Numbered():
            return lower_numbered(step, dialect)
        case InReach():
            return lower_in_reach(step, dialect)
        case RangeFrames():
            return lower_range_frames(step, dialect, library)
        case RunningSums():
            return lower_running_sums(step, dialect)
        case OneOfTies():
            return lower_one_of_ties(step, dialect)
        case Latest():
            return lower_latest(step, dialect)
        case JoinBack():
            return lower_join_back(step, dialect)
