"""From specs to the typed graph: every node resolved after those that it reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from seeknal.compiler.discover import Discovery
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import (
    AggregationSpec,
    EventGroupSpec,
    FeatureGroupSpec,
    NodeFunction,
    SecondOrderSpec,
    SourceSpec,
    Spec,
    SqlText,
    TrainingSetSpec,
    TransformSpec,
)
from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.model import (
    DaysJoin,
    Model,
    Relation,
    Resolved,
    ResolvedPython,
    ResolvedQuery,
    ResolvedTrainingSet,
    WindowsJoin,
)
from seeknal.compiler.parameters import Context, Scope, render_params, render_sql
from seeknal.compiler.project import Project
from seeknal.compiler.relation_names import relation_of, returned_by
from seeknal.compiler.resolve.binder import column_type
from seeknal.compiler.resolve.bound_types import BoundTypes
from seeknal.compiler.resolve.columns import find_column
from seeknal.compiler.resolve.first_order import resolve_first_order
from seeknal.compiler.resolve.graph import downstream_of, edges, run_order
from seeknal.compiler.resolve.second_order import resolve_second_order
from seeknal.compiler.resolve.sources import resolve_source
from seeknal.compiler.resolve.user_sql import References, resolve_user_sql
from seeknal.compiler.suggest import suggest
from seeknal.compiler.types import Column

_GROUP_INPUT_NAMES = frozenset({"source", "source_table"})


def resolve_project(
    project: Project,
    context: Context,
    library: MacroLibrary,
    discovery: Discovery,
    types: BoundTypes,
    findings: Findings,
) -> Model:
    """The graph of all nodes that resolve; what does not is a finding."""
    bad = {node for node in project.documents if node not in project.specs}
    upstream = edges(project.specs, bad - set(project.skipped), project.skipped, findings)
    order = run_order(project.specs, upstream, findings)
    bad_values = {
        spec.id: spec.on_bad_value
        for spec in project.specs.values()
        if isinstance(spec, SourceSpec)
    }
    resolver = _Resolver(project, context, library, discovery, types, findings, bad_values)
    for node in order:
        resolver.resolve(project.specs[node])
    upstream = {
        node: tuple(dict.fromkeys([*above, *_reads(resolver.nodes.get(node))]))
        for node, above in upstream.items()
    }
    return Model(
        nodes=resolver.nodes,
        relations=resolver.relations,
        order=order,
        upstream=upstream,
        downstream=downstream_of(upstream),
        functions=resolver.functions,
        waiting=resolver.waiting,
    )


def _reads(node: Resolved | None) -> list[str]:
    """The inputs of the nodes that a training set computes anew: it reads them itself."""
    found: list[str] = []
    for join in node.joins if isinstance(node, ResolvedTrainingSet) else ():
        if isinstance(join, WindowsJoin):
            found.append(join.group.input.id)
        elif isinstance(join, DaysJoin):
            found.append(join.node.input.id)
    return found


class _Resolver:
    """Keeps what is resolved so far; a node whose input failed is passed over in silence."""

    def __init__(
        self,
        project: Project,
        context: Context,
        library: MacroLibrary,
        discovery: Discovery,
        types: BoundTypes,
        findings: Findings,
        bad_values: Mapping[str, str],
    ) -> None:
        self.project = project
        self.context = context
        self.library = library
        self.discovery = discovery
        self.types = types
        self.findings = findings
        self.bad_values = bad_values
        self.nodes: dict[str, Resolved] = {}
        self.relations: dict[str, Relation] = {}
        self.functions: dict[str, ResolvedPython] = {}
        self.waiting: dict[str, str] = {}

    def resolve(self, spec: Spec) -> None:
        """Resolve one node and remember its relation, or what it lacks."""
        returned = None
        if spec.call is not None:
            returned = self._function(spec, spec.call)
            self.functions[spec.id] = returned
            if isinstance(spec, SecondOrderSpec):
                returned = None
        if returned is not None:
            self.nodes[spec.id] = returned
            if returned.returned:
                self._publish(spec, returned)
            return
        if self._reads_nothing(spec):
            return
        first = next((w for w in map(self._waits_for, self._read(spec)) if w), None)
        if first is not None:
            self.waiting[spec.id] = first
            self._check_parameters(spec)
            return
        resolved = self._resolved(spec)
        if resolved is not None:
            self.nodes[spec.id] = resolved
            self._publish(spec, resolved)

    def _publish(self, spec: Spec, resolved: Resolved) -> None:
        self.relations[spec.id] = Relation(spec.id, spec.relation, resolved.columns)

    def _read(self, spec: Spec) -> list[str]:
        """The ids whose columns a node needs."""
        if isinstance(spec, SecondOrderSpec) and spec.call is not None:
            # The function alone reads the inputs.
            return [spec.source.value, *([spec.spine.ref.value] if spec.spine else [])]
        return [entry.ref.value for entry in spec.inputs]

    def _reads_nothing(self, spec: Spec) -> bool:
        """True, and a finding, where a node needs the rows of a function that returns none."""
        needed = set(self._read(spec))
        for entry in spec.inputs:
            above = self.functions.get(entry.ref.value)
            if entry.ref.value in needed and above is not None and not above.function.output:
                self.findings.error(
                    "unknown-columns",
                    f"`{entry.ref}` has no rows to read: its function returns nothing",
                    entry.ref.place,
                    "leave it out, or let the function return rows, without `output=False`",
                    [(above.function.code.place, "the function")],
                )
                return True
        return False

    def _waits_for(self, id: str) -> str | None:
        """The node whose function has to run before the columns of `id` are known."""
        if id in self.waiting:
            return self.waiting[id]
        node = id.removesuffix("()")
        known = id in self.relations or node not in self.functions
        return None if known or self.functions[node].returned is not None else node

    def _function(self, spec: Spec, call: NodeFunction) -> ResolvedPython:
        scope = Scope(self.context, call.params, call.param_places)
        columns: tuple[Column, ...] | None = None
        if call.schema:
            columns = tuple(Column(line.name.value, line.type) for line in call.schema)
        elif not call.output:
            columns = ()
        elif found := self.discovery.returned(spec.id):
            columns = tuple(Column(name, column_type(text)) for name, text in found)
        resolved = ResolvedPython(spec, call, render_params(scope, self.findings), columns)
        if columns is not None and isinstance(spec, SecondOrderSpec):
            # Only the node itself reads it; no kind of node begins like its relation.
            id = returned_by(spec.id)
            self.relations[id] = Relation(id, relation_of(id), columns)
        elif columns and isinstance(spec, FeatureGroupSpec):
            self._check_group(spec, columns)
        return resolved

    def _check_group(self, spec: FeatureGroupSpec, columns: tuple[Column, ...]) -> bool:
        """True where the columns that a feature group names are there; else findings."""
        output = Relation(spec.id, spec.relation, columns)
        before = len(self.findings)
        for name in (*spec.join_keys, *spec.features):
            find_column(output, name, self.findings)
        if spec.event_time is not None:
            find_column(output, spec.event_time, self.findings)
        return len(self.findings) == before

    def _resolved(self, spec: Spec) -> Resolved | None:
        if any(id not in self.relations for id in self._read(spec)):
            self._check_parameters(spec)
            return None
        match spec:
            case SourceSpec():
                return self._source(spec)
            case TransformSpec(sql=SqlText() as sql):
                return self._query(spec, sql, frozenset())
            case FeatureGroupSpec():
                return self._feature_group(spec)
            case AggregationSpec():
                return resolve_first_order(
                    spec, self.relations, self.bad_values, self.library, self.findings
                )
            case SecondOrderSpec():
                return resolve_second_order(
                    spec, self.relations, self.bad_values, self.library, self.findings
                )
            case EventGroupSpec():
                from seeknal.compiler.resolve.event_group import resolve_event_group

                return resolve_event_group(
                    spec, self.relations, self.bad_values, self.library, self.findings
                )
            case TrainingSetSpec():
                from seeknal.compiler.resolve.training_set import Graph, resolve_training_set

                graph = Graph(self.relations, self.nodes, self.bad_values)
                return resolve_training_set(spec, graph, self.findings)
        raise TypeError(f"no rule resolves {type(spec).__name__}")

    def _check_parameters(self, spec: Spec) -> None:
        """What can be said of a node whose inputs have errors: its parameters have values."""
        if isinstance(spec, TransformSpec | FeatureGroupSpec) and spec.sql is not None:
            render_sql(spec.sql, self._scope(spec), self._relation_name, self.findings)

    def _scope(self, spec: SourceSpec | TransformSpec | FeatureGroupSpec) -> Scope:
        return Scope(self.context, spec.params, spec.param_places)

    def _source(self, spec: SourceSpec) -> Resolved | None:
        scope = self._scope(spec)
        filled = replace(spec, params=render_params(scope, self.findings))
        if spec.table is None or spec.format == "relation":
            return resolve_source(filled, "", self.discovery, self.findings)
        path = render_sql(spec.table, scope, None, self.findings)
        if path is None:
            return None
        return resolve_source(filled, path.text, self.discovery, self.findings)

    def _query(
        self,
        spec: TransformSpec | FeatureGroupSpec,
        sql: SqlText,
        first_input_names: frozenset[str],
    ) -> ResolvedQuery | None:
        rendered = render_sql(sql, self._scope(spec), self._relation_name, self.findings)
        if rendered is None:
            return None
        references = References(spec, self.relations, first_input_names)
        return resolve_user_sql(
            references, rendered.text, rendered.place, self.types, self.findings
        )

    def _relation_name(self, node_id: str, place: Place) -> str | None:
        spec = self.project.specs.get(node_id)
        if spec is not None:
            return spec.relation
        self.findings.error(
            "unknown-node",
            f"there is no node `{node_id}`",
            place,
            help=suggest(node_id, list(self.project.specs), "nodes"),
        )
        return None

    def _feature_group(self, spec: FeatureGroupSpec) -> ResolvedQuery | None:
        upstream = self.relations[spec.inputs[0].ref.value]
        if spec.sql is not None:
            query = self._query(spec, spec.sql, _GROUP_INPUT_NAMES)
        else:
            text = f"SELECT * FROM {upstream.name}"
            references = References(spec, self.relations, _GROUP_INPUT_NAMES)
            query = resolve_user_sql(
                references, text, lambda *_: spec.place, self.types, self.findings
            )
        if query is None or not self._check_group(spec, query.columns):
            return None
        return query
