"""A point-in-time join of two relations that no project holds: the SQL of a training set.

It is made by the stages that make a training set's, so its rows are the same
(SEMANTICS "Point-in-time join").
"""

from __future__ import annotations

from seeknal.compiler.adapt import adapt
from seeknal.compiler.dialects.registry import dialect as find_dialect
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import (
    Join,
    SourceSpec,
    Text,
    TieBreak,
    TrainingSetSpec,
    TrainingSpine,
)
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.model import Relation, ResolvedSource
from seeknal.compiler.records import dataclass
from seeknal.compiler.resolve.training_set import Graph, resolve_training_set
from seeknal.compiler.rewrites.traits import Traits
from seeknal.compiler.run_forms import Adapted

_HERE = Place("pit_join")
_DIALECT = "duckdb"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameJoin:
    """What to join: columns are named as in the relations; `ttl` and `delay` in microseconds.

    `keys` stand in both relations under one name. `ties` are (column, descending) of `rows`.
    """

    spine: Relation
    rows: Relation
    keys: tuple[str, ...]
    as_of: str
    event_time: str
    features: tuple[str, ...]
    knowledge_time: str | None = None
    ties: tuple[tuple[str, bool], ...] = ()
    ttl: int | None = None
    delay: int = 0


def compile_frame_join(asked: FrameJoin) -> Adapted:
    """The statement over the two relations: the spine's columns, then the features.

    Raises CompileFailed where types do not fit.
    """
    findings = Findings()
    join = Join(
        ref=_text(asked.rows.id),
        on=tuple((_text(key), _text(key)) for key in asked.keys),
        features=tuple(map(_text, asked.features)),
        event_time=_text(asked.event_time),
        knowledge_time=_text(asked.knowledge_time) if asked.knowledge_time else None,
        ttl=asked.ttl,
        delay=asked.delay,
        tie_break=tuple(TieBreak(_text(name), descending) for name, descending in asked.ties),
    )
    spec = TrainingSetSpec(
        kind="training_set",
        name="pit_join",
        place=_HERE,
        spine=TrainingSpine(_text(asked.spine.id), _text(asked.as_of)),
        joins=(join,),
    )
    graph = Graph(
        {relation.id: relation for relation in (asked.spine, asked.rows)},
        {relation.id: _as_source(relation) for relation in (asked.spine, asked.rows)},
        {},
    )
    resolved = resolve_training_set(spec, graph, findings)
    findings.stop_on_errors()
    assert resolved is not None
    dialect = find_dialect(_DIALECT)
    traits = Traits(dialect.name, dialect.asof_join)
    # Windows alone are counted before they run, and there are none.
    return adapt(resolved, dialect, traits, MacroLibrary(_DIALECT), lambda sql: {})


def _text(value: str) -> Text:
    return Text(value, _HERE)


def _as_source(relation: Relation) -> ResolvedSource:
    kind, _, name = relation.id.partition(".")
    spec = SourceSpec(kind=kind, name=name, place=_HERE, format="relation")
    return ResolvedSource(spec, "", relation.columns, declared=True)
