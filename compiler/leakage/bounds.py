"""Every node of the graph: how far rows reach ahead of one of their columns, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from seeknal.compiler.features import Feature
from seeknal.compiler.leakage.event import delay
from seeknal.compiler.leakage.reach import (
    NO_TIME_CODE,
    OWN_DAY_CODE,
    UNPROVEN_CODE,
    Reach,
    Reaches,
    together,
)
from seeknal.compiler.leakage.rows import Root, Untied
from seeknal.compiler.leakage.selects import SelectRule
from seeknal.compiler.leakage.spans import DAY
from seeknal.compiler.leakage.times import Near
from seeknal.compiler.leakage.views import (
    Source,
    View,
    output_names,
    outputs,
    relations_below,
    view_of,
)
from seeknal.compiler.model import (
    Resolved,
    ResolvedDayGrain,
    ResolvedEventGroup,
    ResolvedPython,
    ResolvedQuery,
    ResolvedSource,
    ResolvedTrainingSet,
)
from seeknal.compiler.records import dataclass
from seeknal.compiler.types import Column, Kind

TIMELESS = "timeless"
"""The tag of a source whose rows are true at all times: a calendar, a list of airports."""


@dataclass
class Bounds:
    """The nodes of the graph as one training set sees them.

    Each is asked once for a column and what is wanted of it.

    `sources` maps each node to the sources that it is made of; `timed` are the sources whose time
    the project names; `spine` is the spine of the training set.
    """

    nodes: Mapping[str, Resolved]
    sources: Mapping[str, frozenset[str]]
    spine: str = ""
    timed: frozenset[str] = frozenset()
    used: set[tuple[str, str]] = field(default_factory=set)
    _views: dict[str, View] = field(default_factory=dict)
    _found: dict[tuple[str, str, frozenset[str], bool], Reaches] = field(default_factory=dict)

    def view(self, node: str) -> View:
        """The user SQL of a node with every name resolved."""
        if node not in self._views:
            query = self.nodes[node]
            assert isinstance(query, ResolvedQuery)
            self._views[node] = view_of(node, query)
        return self._views[node]

    def of_node(self, node: str, column: str, wanted: Iterable[str], rows: bool) -> Reaches:
        """How far rows of `node` reach ahead of `column`, in what their columns `wanted` hold.

        With `rows` also in which rows there are. A source's own column is what it says it is.
        """
        key = (node, column.casefold(), frozenset(name.casefold() for name in wanted), rows)
        if key not in self._found:
            self._found[key] = self._of_node(node, column, key[2], rows)
        return self._found[key]

    def _of_node(self, node: str, column: str, wanted: frozenset[str], rows: bool) -> Reaches:
        match self.nodes[node]:
            case ResolvedSource() as source:
                self.used.add((node, _spelt(source.columns, column)))
                if source.spec.kind == "source":
                    return ()
                message = f"what the function of `{source.spec.id}` computes is not followed"
                return (_unproven(message, source, _OF_A_FUNCTION),)
            case ResolvedQuery() as query:
                view = self.view(node)
                if view.root is None:
                    message = f"the SQL of `{node}` is of a form that is not followed"
                    return (_unproven(message, query),)
                positions = frozenset(view.position(name) for name in wanted)
                return self.of_scope(view, view.root, view.position(column), positions, rows)
            case ResolvedDayGrain() as grain:
                return self._of_day_grain(grain, column, wanted, rows)
            case ResolvedEventGroup() as group:
                return self._of_event_group(group, column, wanted, rows)
            case ResolvedTrainingSet() as training_set:
                names = {c.name.casefold() for c in training_set.spine_columns}
                if column.casefold() not in names:
                    message = f"`{column}` of `{node}` is not a time of its spine"
                    return (_unproven(message, training_set),)
                return self.of_node(training_set.spine.id, column, wanted & names, rows)
            case ResolvedPython():
                raise TypeError(f"{node} is not among the sources")

    # -- user SQL -------------------------------------------------------------------------------

    def of_scope(
        self, view: View, scope: Scope, position: int, wanted: frozenset[int], rows: bool
    ) -> Reaches:
        """The same of a query inside a statement, by the positions of its columns."""
        query = scope.expression
        if isinstance(query, exp.SetOperation):
            if query.args.get("by_name"):
                return (_unproven(f"`{view.node}` unites by name", view.query),)
            return together(
                self.of_scope(view, branch, position, wanted, rows)
                for branch in scope.set_operation_scopes
            )
        if not isinstance(query, exp.Select):
            return ()
        return SelectRule(self, view, scope, position, wanted, rows).reaches()

    def of_source(
        self, view: View, source: Source, column: str, wanted: frozenset[str], rows: bool
    ) -> Reaches:
        """How far rows of an entry of FROM reach ahead of one of its columns."""
        if isinstance(source, Scope):
            names = output_names(source)
            if not isinstance(source.expression, exp.Query):
                return ()
            if column not in names:
                return (_unproven(f"`{column}` in `{view.node}` is not followed", view.query),)
            positions = frozenset(names.index(name) for name in wanted if name in names)
            return self.of_scope(view, source, names.index(column), positions, rows)
        relation = view.relation(source)
        return self.of_node(relation.id, column, wanted, rows) if relation is not None else ()

    def untied(self, view: View, untied: Untied) -> Reaches:
        """A relation joined without time: a leak where it is known to have one.

        It is where the project names its time elsewhere; and where rows with times are
        aggregated, or stand beside dates of the spine.
        """
        relations = list(dict.fromkeys(relations_below(view, untied.source)))
        made_of = frozenset[str]().union(*(self.sources[relation.id] for relation in relations))
        if all(TIMELESS in self.nodes[source].spec.tags for source in made_of):
            return ()
        names = ", ".join(f"`{relation.id}`" for relation in relations)
        place = view.place(untied.table)
        times = [c.name for relation in relations for c in relation.columns if c.type.is_temporal]
        on_spine = any(relation.id == self.spine for relation in untied.base)
        if untied.compared:
            message = (
                f"`{view.node}` compares times of {names} outside the join's condition, which is "
                "not followed"
            )
            help = "compare them in ON or WHERE"
            return (Reach(UNPROVEN_CODE, message, place, help),)
        if self.timed & made_of or (times and (untied.grouped or on_spine)):
            message = (
                f"`{view.node}` joins {names} without time: its rows of all time reach every row"
            )
            help = (
                "compare its time with that of the row in ON or WHERE; or join it in the training "
                "set, as of each row"
            )
            return (Reach(NO_TIME_CODE, message, place, help),)
        message = (
            f"`{view.node}` joins {names} without time, and whether its rows change is unknown"
        )
        help = (
            f"where they are true at all times, say so on the source: `tags: [{TIMELESS}]`; else "
            "compare its time in ON or WHERE"
        )
        return (Reach(UNPROVEN_CODE, message, place, help),)

    # -- aggregations ---------------------------------------------------------------------------

    def _of_day_grain(
        self, node: ResolvedDayGrain, column: str, wanted: frozenset[str], rows: bool
    ) -> Reaches:
        """Rows of days: those of an event date hold its whole day, those of an application date
        the days up to `lower` before it.
        """
        features = [f for f in node.features if f.name.casefold() in wanted]
        read = {node.id.name, *(c.name for c in node.group_by), *columns_read(features)}
        date = node.as_of or node.event
        groups = {c.name.casefold(): c for c in node.group_by}
        if column.casefold() in groups:
            return self.of_node(node.input.id, column, read, rows)
        if column.casefold() != date.column.name.casefold() or not node.per_date:
            message = f"`{column}` of `{node.spec.id}` is not the date of its rows"
            return (_unproven(message, node),)
        lower = least_day(features) if node.as_of is not None else 0
        message = f"`{node.spec.id}` aggregates whole days"
        own = Reach(OWN_DAY_CODE, message, node.spec.place, delay(DAY), DAY - lower * DAY)
        exact = node.event.column.type.kind is Kind.TIMESTAMP
        later = (DAY if exact else 0) - lower * DAY
        inner = self.of_node(node.input.id, node.event.column.name, read, rows)
        found = [(own,) if features else (), together((inner,), later)]
        if node.spine is not None:
            spine = node.spine
            columns = {spine.id.name}
            found.append(self.of_node(spine.relation.id, spine.as_of.column.name, columns, rows))
        return together(found)

    def _of_event_group(
        self, node: ResolvedEventGroup, column: str, wanted: frozenset[str], rows: bool
    ) -> Reaches:
        """The group by itself is as of its run: its rows hold nothing later."""
        if column.casefold() != node.columns[len(node.keys)].name.casefold():
            message = f"`{column}` of `{node.spec.id}` is not the time of its rows"
            return (_unproven(message, node),)
        features = [f for f in node.features if f.name.casefold() in wanted]
        read = {*(key.name for key in node.keys), *columns_read(features)}
        return self.of_node(node.input.id, node.event.column.name, read, rows)

    # -- what columns are made of ---------------------------------------------------------------

    def root(self, view: View, source: Source, column: str) -> Root | None:
        """What a column of an entry of FROM is made of, where that is one column of a source."""
        if isinstance(source, Scope):
            names = output_names(source)
            if column not in names or not isinstance(source.expression, exp.Select):
                return None
            time = view.time(source, outputs(source)[names.index(column)])
            if not isinstance(time, Near) or time.table not in source.selected_sources:
                return None
            root = self.root(view, source.selected_sources[time.table][1], time.column)
            if root is None:
                return None
            return Root((time.table, *root.key), root.low + time.low, root.high + time.high)
        relation = view.relation(source)
        return self.root_of(relation.id, column) if relation is not None else None

    def root_of(self, node: str, column: str) -> Root | None:
        """The same of a node's column."""
        resolved = self.nodes[node]
        match resolved:
            case ResolvedSource():
                return Root((node, column.casefold()))
            case ResolvedQuery():
                view = self.view(node)
                if view.root is None:
                    return None
                return self.root(view, view.root, output_names(view.root)[view.position(column)])
            case ResolvedDayGrain():
                return self._root_of_day_grain(resolved, column)
            case ResolvedEventGroup():
                keys = {key.name.casefold() for key in resolved.keys}
                return (
                    self.root_of(resolved.input.id, column) if column.casefold() in keys else None
                )
            case ResolvedTrainingSet():
                spine = {c.name.casefold() for c in resolved.spine_columns}
                return (
                    self.root_of(resolved.spine.id, column) if column.casefold() in spine else None
                )
            case ResolvedPython():
                raise TypeError(f"{node} is not among the sources")

    def _root_of_day_grain(self, node: ResolvedDayGrain, column: str) -> Root | None:
        date = node.as_of or node.event
        plain = {node.id.name.casefold(), *(c.name.casefold() for c in node.group_by)}
        origin = node.input.id
        if node.spine is not None:
            plain, origin = {node.spine.id.name.casefold()}, node.spine.relation.id
        if column.casefold() in plain:
            return self.root_of(origin, column)
        if column.casefold() != date.column.name.casefold() or not node.per_date:
            return None
        root = self.root_of(origin, date.column.name)
        if root is None or date.column.type.kind is not Kind.TIMESTAMP:
            return root
        return Root(root.key, root.low - DAY, root.high)


def columns_read(features: Iterable[Feature]) -> list[str]:
    """The columns of the events that features are computed from."""
    names: dict[str, None] = {}
    for feature in features:
        for measure in feature.measures:
            if measure.column is not None:
                names[measure.column.name] = None
            names |= {a.value.name: None for a in measure.arguments if isinstance(a.value, Column)}
            if measure.rows.condition is not None:
                names |= {column.name: None for column in measure.rows.condition.columns}
    return list(names)


def least_day(features: Iterable[Feature]) -> int:
    """The latest day that a feature counts, in days back from the application date."""
    return min((m.rows.lower or 0 for f in features for m in f.measures), default=0)


def _spelt(columns: tuple[Column, ...], name: str) -> str:
    return next(c.name for c in columns if c.name.casefold() == name.casefold())


_OF_SQL = "`seeknal check leakage` tests on the data whether a later row changes an earlier value"
_OF_A_FUNCTION = (
    "let no row that the function returns hold more than was known at its event time: nothing "
    "tests it"
)


def _unproven(message: str, node: Resolved, help: str = _OF_SQL) -> Reach:
    return Reach(UNPROVEN_CODE, message, node.spec.place, help)
