"""Training sets: what each join takes, by which keys, as of which time.

SEMANTICS "Point-in-time join" and "Spec forms".
"""

from __future__ import annotations

from collections.abc import Mapping

from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.spec import FeatureGroupSpec, Join, Text, TrainingSetSpec
from seeknal.compiler.model import (
    DaysJoin,
    JoinKey,
    LatestJoin,
    Relation,
    Resolved,
    ResolvedDayGrain,
    ResolvedEventGroup,
    ResolvedJoin,
    ResolvedTrainingSet,
    Taken,
    TieOrder,
    TimeColumn,
    WindowsJoin,
)
from seeknal.compiler.records import dataclass
from seeknal.compiler.resolve.columns import find_column
from seeknal.compiler.resolve.keys import comparable
from seeknal.compiler.resolve.outputs import Output, unique_columns
from seeknal.compiler.resolve.times import time_column
from seeknal.compiler.types import Column
from seeknal.compiler.window_shapes import problem

_LATEST_ONLY = ("event_time", "knowledge_time", "ttl", "tie_break")


@dataclass(frozen=True, slots=True)
class Graph:
    """What is resolved so far: relations, and the nodes behind them."""

    relations: Mapping[str, Relation]
    nodes: Mapping[str, Resolved]
    bad_values: Mapping[str, str]


def resolve_training_set(
    spec: TrainingSetSpec, graph: Graph, findings: Findings
) -> ResolvedTrainingSet | None:
    """The training set over its resolved inputs, or None and findings.

    Columns: the spine's, then each join's features in order; one row per spine row.
    """
    spine = graph.relations[spec.spine.ref.value]
    before = len(findings)
    as_of = time_column(spine, spec.spine.as_of, graph.bad_values, findings)
    taken = [find_column(spine, name, findings) for name in spec.spine.columns]
    columns = tuple(column for column in taken if column is not None) or spine.columns
    if spec.label is not None:
        find_column(Relation(spine.id, spine.name, columns), spec.label, findings)
    joins = [_resolve_join(join, spine, graph, findings) for join in spec.joins]
    found = tuple(join for join in joins if join is not None)
    if as_of is None or len(findings) > before:
        return None
    outputs = [Output(column, spec.spine.ref.place) for column in columns]
    for join in found:
        outputs += [
            Output(Column(taken.name, taken.column.type), join.spec.ref.place)
            for taken in join.taken
        ]
    named = unique_columns(outputs, "give one join a `prefix`, or take fewer `features`", findings)
    if named is None:
        return None
    return ResolvedTrainingSet(spec, spine, as_of, columns, found, named)


def _resolve_join(
    join: Join, spine: Relation, graph: Graph, findings: Findings
) -> ResolvedJoin | None:
    node = graph.nodes[join.ref.value]
    match node:
        case ResolvedEventGroup():
            _refuse_latest_fields(join, findings)
            _check_strategy(join, node, findings)
            names = [Text(key.name, join.ref.place) for key in node.keys]
            entity = Relation(join.ref.value, "", node.keys)
            keys = _keys(join, names, spine, entity, findings)
            taken = _taken(join, node.columns[len(node.keys) + 1 :], set(), findings)
            if keys is None or taken is None:
                return None
            return WindowsJoin(join, node, keys, taken)
        case ResolvedDayGrain() if node.spec.kind == "second_order_aggregation":
            _refuse_latest_fields(join, findings)
            return _days_join(join, node, spine, findings)
    return _latest_join(join, node, spine, graph, findings)


def _check_strategy(join: Join, group: ResolvedEventGroup, findings: Findings) -> None:
    strategy = join.strategy or group.spec.strategy
    wrong = problem(strategy, group.features, knowledge=group.knowledge is not None)
    if wrong is not None:
        findings.error(
            "unsupported-strategy",
            wrong,
            join.ref.place,
            help="leave `strategy` out: the compiler chooses a shape that can",
        )


def _days_join(
    join: Join, node: ResolvedDayGrain, spine: Relation, findings: Findings
) -> DaysJoin | None:
    id_column = node.columns[0]
    entity = Relation(join.ref.value, "", (id_column,))
    keys = _keys(join, [Text(id_column.name, join.ref.place)], spine, entity, findings)
    taken = _taken(join, node.columns[-len(node.features) :], set(), findings)
    if keys is None or taken is None:
        return None
    if len(keys) > 1:
        first, second, *_ = join.on
        findings.error(
            "duplicate-column",
            f"`{id_column.name}` of `{join.ref}` stands twice in `on`, for `{first[0]}` and "
            f"`{second[0]}`",
            second[0].place,
            "keep one of them: a second-order aggregation has one id",
            [(first[0].place, "the first one")],
        )
        return None
    return DaysJoin(join, node, keys[0], taken)


def _latest_join(
    join: Join, node: Resolved, spine: Relation, graph: Graph, findings: Findings
) -> LatestJoin | None:
    relation = graph.relations[join.ref.value]
    before = len(findings)
    event_name = join.event_time or _own_event_time(node)
    event = knowledge = None
    if event_name is None:
        findings.error(
            "needs-event-time",
            f"`{relation.id}` is joined as of a time, and which of its columns says when its rows "
            "were true is not known",
            join.ref.place,
            help="name it: `event_time: <column>`",
        )
    else:
        event = time_column(relation, event_name, graph.bad_values, findings)
    if join.knowledge_time is not None:
        knowledge = time_column(relation, join.knowledge_time, graph.bad_values, findings)
    keys = _keys(join, _own_keys(node, join), spine, relation, findings)
    ties = [
        TieOrder(column, tie.descending)
        for tie in join.tie_break
        if (column := find_column(relation, tie.column, findings)) is not None
    ]
    if knowledge is not None and join.strategy not in ("", "auto", "range_join"):
        findings.error(
            "unsupported-strategy",
            f"`{join.strategy}` follows one time, and rows here also have a `knowledge_time`",
            join.ref.place,
            help="leave `strategy` out: the compiler chooses a shape that can",
        )
    skipped = {key.other.name for key in keys or ()}
    skipped |= {event.column.name} if event is not None else set()
    skipped |= {knowledge.column.name} if knowledge is not None else set()
    taken = _taken(join, relation.columns, skipped, findings)
    if event is None or keys is None or taken is None or len(findings) > before:
        return None
    order = _ties(join, ties, event, knowledge, keys, taken, node)
    return LatestJoin(join, relation, keys, event, knowledge, order, taken)


def _ties(
    join: Join,
    ties: list[TieOrder],
    event: TimeColumn,
    knowledge: TimeColumn | None,
    keys: tuple[JoinKey, ...],
    taken: tuple[Taken, ...],
    node: Resolved,
) -> tuple[TieOrder, ...]:
    """The order among rows of one key and event time; empty where there is one row at most.

    The named columns or else the greatest knowledge time, then the greatest of the features.
    """
    if join.unique or _grain_is_key(node, event, keys):
        return ()
    order = list(ties)
    if knowledge is not None and not ties:
        order.append(TieOrder(knowledge.column, descending=True))
    order += [TieOrder(t.column, descending=True) for t in taken if t.column.type.is_ordered]
    distinct = {tie.column.name: tie for tie in reversed(order)}
    return tuple(tie for tie in order if distinct.pop(tie.column.name, None) is not None)


def _grain_is_key(node: Resolved, event: TimeColumn, keys: tuple[JoinKey, ...]) -> bool:
    """True where the upstream has one row per join key and event time by its own grain."""
    if not isinstance(node, ResolvedDayGrain) or not node.per_date or node.spine is not None:
        return False
    date = (node.as_of or node.event).column.name
    grain = {node.id.name, *(column.name for column in node.group_by)}
    return event.column.name == date and grain <= {key.other.name for key in keys}


def _own_event_time(node: Resolved) -> Text | None:
    if isinstance(node, ResolvedDayGrain) and node.per_date:
        date = (node.as_of or node.event).column
        return Text(date.name, node.spec.place)
    spec = node.spec
    return spec.event_time if isinstance(spec, FeatureGroupSpec) else None


def _own_keys(node: Resolved, join: Join) -> list[Text]:
    if isinstance(node.spec, FeatureGroupSpec):
        return list(node.spec.join_keys)
    if isinstance(node, ResolvedDayGrain):
        names = [node.id.name, *(column.name for column in node.group_by)]
        return [Text(name, join.ref.place) for name in names]
    return []


def _refuse_latest_fields(join: Join, findings: Findings) -> None:
    given = [name for name in _LATEST_ONLY if getattr(join, name)] + ["delay"] * bool(join.delay)
    if given or join.unique:
        findings.error(
            "misplaced-key",
            f"`{(given or ['unique'])[0]}` is for a relation joined by its latest row; "
            f"`{join.ref}` is computed as of each spine row",
            join.ref.place,
            help="leave it out, or set it in the node itself",
        )


def _keys(
    join: Join, default: list[Text], spine: Relation, relation: Relation, findings: Findings
) -> tuple[JoinKey, ...] | None:
    pairs = list(join.on) or [(name, name) for name in default]
    if not pairs:
        findings.error(
            "needs-keys",
            f"which columns join `{relation.id}` to the spine is not known",
            join.ref.place,
            help="name them: `on: [customer_id]` or `on: {spine_column: relation_column}`",
        )
        return None
    keys: list[JoinKey] = []
    for mine, other in pairs:
        left, right = find_column(spine, mine, findings), find_column(relation, other, findings)
        if left is None or right is None:
            return None
        if not comparable((spine, left), (relation, right), mine.place, findings):
            return None
        keys.append(JoinKey(left, right))
    return tuple(keys)


def _taken(
    join: Join, columns: tuple[Column, ...], skipped: set[str], findings: Findings
) -> tuple[Taken, ...] | None:
    relation = Relation(join.ref.value, "", columns)
    if join.features:
        found = [find_column(relation, name, findings) for name in join.features]
    else:
        found = [column for column in columns if column.name not in skipped]
    if any(column is None for column in found):
        return None
    return tuple(Taken(join.prefix + column.name, column) for column in found if column is not None)
