"""A feature group as of rows that no project holds: the SQL of a training set over that spine.

What is served is so what was trained on: both come from the same stages (SEMANTICS "Windows at an
exact time", "Point-in-time join").
"""

from __future__ import annotations

from seeknal.compiler.build import Compilation
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import (
    FeatureGroupSpec,
    Join,
    SourceSpec,
    Text,
    TrainingSetSpec,
    TrainingSpine,
)
from seeknal.compiler.leakage.clock_times import is_clock_time
from seeknal.compiler.model import Relation, ResolvedEventGroup, ResolvedSource
from seeknal.compiler.records import dataclass
from seeknal.compiler.resolve.training_set import Graph, resolve_training_set
from seeknal.compiler.types import INT64, TIMESTAMP, Column

SPINE = "seeknal_spine"
AS_OF = "seeknal_as_of"
PLACE = "seeknal_place"
"""The relation of the spine, its column of times, and that of the numbers of its rows."""

_HERE = Place("ctx.features")


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The statement, the join keys of its spine, its features, and the nodes that it reads."""

    sql: str
    keys: tuple[Column, ...]
    features: tuple[str, ...]
    inputs: tuple[str, ...]


def serve(compilation: Compilation, group: str) -> Serving | None:
    """How to compute a feature group as of any rows; None where its keys or time are not known.

    The time of rows is not known where it is the clock's.
    """
    model = compilation.model
    spec = compilation.project.specs[group]
    if group not in model.relations:
        return None
    relation = model.relations[group]
    resolved = model.nodes[group]
    knowledge = None
    if isinstance(resolved, ResolvedEventGroup):
        keys, inputs = resolved.keys, (resolved.input.id,)
    elif isinstance(spec, FeatureGroupSpec) and spec.join_keys and spec.event_time:
        if is_clock_time(model, group, spec.event_time.value):
            return None
        # A training set says so at its join, and is warned where it does not.
        knowledge = spec.knowledge_time
        named = [relation.find(key.value) for key in spec.join_keys]
        keys, inputs = tuple(found[0] for found in named if found), (group,)
    else:
        return None
    spine = Relation(
        f"source.{SPINE}", SPINE, (*keys, Column(AS_OF, TIMESTAMP), Column(PLACE, INT64))
    )
    asked = TrainingSetSpec(
        kind="training_set",
        name="served",
        place=_HERE,
        spine=TrainingSpine(Text(spine.id, _HERE), Text(AS_OF, _HERE)),
        joins=(Join(ref=Text(group, _HERE), knowledge_time=knowledge),),
    )
    source = SourceSpec(kind="source", name=SPINE, place=_HERE, format="relation")
    graph = Graph(
        {**model.relations, spine.id: spine},
        {**model.nodes, spine.id: ResolvedSource(source, "", spine.columns, declared=True)},
        {
            id: above.spec.on_bad_value
            for id, above in model.nodes.items()
            if isinstance(above, ResolvedSource)
        },
    )
    findings = Findings()
    training_set = resolve_training_set(asked, graph, findings)
    findings.stop_on_errors()
    assert training_set is not None
    features = [c.name for c in training_set.columns[len(spine.columns) :]]
    sql = compilation.statement(training_set)
    return Serving(sql=sql, keys=keys, features=tuple(features), inputs=inputs)
