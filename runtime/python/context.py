"""`ctx`: what a function of a node or a hook sees of the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seeknal.runtime.feature_frame import FeatureFrame
from seeknal.runtime.python.call import Call
from seeknal.runtime.python.errors import PythonFailed
from seeknal.runtime.python.state import PipelineState

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from seeknal.runtime.python.llm import PipelineLLM


class PipelineContext:
    """What a function is given. Nothing is read before it is asked for."""

    def __init__(self, call: Call) -> None:
        """Take what the call says; files are opened when they are read."""
        self._call = call
        self._connection: DuckDBPyConnection | None = None
        self._own: DuckDBPyConnection | None = None
        self._state: PipelineState | None = None
        # What the function does to them is not seen by the next one.
        self.params: Mapping[str, Any] = deepcopy(dict(call.params))
        self.config: Mapping[str, Any] = deepcopy(dict(call.config))

    @classmethod
    def open(
        cls,
        project: str | Path = ".",
        params: Mapping[str, object] | None = None,
        run_date: date | None = None,
    ) -> PipelineContext:
        """The results of a project as they were last published, outside of any run.

        `params` and `run_date` (UTC, today where left out) are those of a run. Raises
        CompileFailed for a project with errors.
        """
        from seeknal.runtime.open_context import open_context

        return open_context(project, params, run_date)

    @property
    def node_id(self) -> str:
        """The node, `<kind>.<name>`."""
        return self._call.node_id

    @property
    def node_kind(self) -> str:
        """The node's kind."""
        return self._call.kind

    @property
    def node_meta(self) -> Mapping[str, Any]:
        """What the spec says of the node, and the digests of its code, SQL and inputs."""
        return self._call.meta

    @property
    def project_path(self) -> Path:
        """The project's folder."""
        return self._call.root

    @property
    def target_dir(self) -> Path:
        """The project's `target/`, to write to what is no output of a node."""
        return self._call.target

    @property
    def state(self) -> PipelineState:
        """What the node keeps from one run to the next."""
        if self._state is None:
            self._state = PipelineState(self._call.target, self._call.node_id)
        return self._state

    @property
    def has_changed_state(self) -> bool:
        """True where the state was changed and is not saved."""
        return self._state is not None and self._state.changed

    @property
    def duckdb(self) -> DuckDBPyConnection:
        """A DuckDB database in memory, in UTC, with a view of each input by its relation's name.

        Its `sql` sees the variables of the function, frames of all kinds among them.
        """
        if self._connection is None:
            self._connection = self._opened()
        return self._connection

    @property
    def llm(self) -> PipelineLLM:
        """The language model that the project file names (`llm: file.py:function`)."""
        from seeknal.runtime.python.llm import model_of

        return model_of(self._call)

    def get_param(self, name: str, default: Any = None) -> Any:
        """A parameter of the node or of the run, or `default`."""
        return self.params.get(name, default)

    def ref(self, node: str, as_: str | None = None) -> Any:
        """The rows of an input: a FeatureFrame for a feature group, else a DataFrame.

        `as_` is `pandas`, `polars`, `arrow` or `duckdb` for rows of that kind; those of Arrow and
        DuckDB are not copied. Raises PythonFailed for what is no input of the node.
        """
        from seeknal.runtime.python import frames

        if as_ is not None and as_ not in frames.LIBRARIES:
            known = ", ".join(f"`{name}`" for name in frames.LIBRARIES)
            raise PythonFailed(
                "wrong-value", f"there are no frames of `{as_}`", f"as_ is one of {known}"
            )
        path = self._file(node)
        if as_ == "duckdb":
            return self._relation(self.duckdb, path)
        table = frames.read_arrow(path)
        if as_ is not None:
            return frames.to_library(table, as_)
        frame = frames.to_pandas(table)
        sidecar = self._call.sidecars.get(node)
        if sidecar is None:
            return frame
        from seeknal.runtime.python.groups import group_of

        group = group_of(sidecar, frame.columns)
        event_time = None if group.is_clock else group.event_time
        return FeatureFrame(frame, group.entity, group.join_keys, event_time, group.knowledge_time)

    def features(
        self,
        entity_name: str,
        feature_list: Sequence[str],
        as_of: Any = None,
        spine: Any = None,
        date_col: str | None = None,
        keep_cols: Sequence[str] | None = None,
    ) -> pd.DataFrame:
        """Features of an entity, `<feature group>.<feature>` each, in columns `<group>__<feature>`.

        With `spine` and `date_col` a row a spine row, in its order, with what a training set has
        for it: windows and latest rows as of that time. Else the rows of all entities, as of
        `as_of` (UTC) or with their whole history.
        """
        from seeknal.runtime.python.features import features_of

        return features_of(self, entity_name, feature_list, as_of, spine, date_col, keep_cols)

    def entity(self, entity_name: str, as_of: Any = None) -> pd.DataFrame:
        """The consolidated features of an entity: keys, `event_time`, a column of dicts a group.

        With `as_of` (UTC) the latest row of each key by then.
        """
        from seeknal.runtime.python.features import entity_of

        return entity_of(self, entity_name, as_of)

    def close(self) -> None:
        """Close the databases that were opened."""
        for connection in filter(None, (self._connection, self._own)):
            connection.close()
        self._connection = self._own = None

    @property
    def call(self) -> Call:
        """The call that the context belongs to."""
        return self._call

    @contextmanager
    def own_database(self) -> Iterator[DuckDBPyConnection]:
        """Another database as `duckdb` is at first, in which the function has changed nothing.

        It is opened once: to answer for one key takes less than to open a database.
        """
        if self._own is None:
            self._own = self._opened()
        yield self._own

    def _opened(self) -> DuckDBPyConnection:
        import duckdb

        from seeknal.compiler.relation_names import relation_of

        connection = duckdb.connect(":memory:")
        connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        for id, path in {**self._call.below, **self._call.inputs}.items():
            name = relation_of(id)
            if path.suffix == ".parquet":
                self._relation(connection, path).create_view(name)
            elif path.suffix == ".arrow":
                from seeknal.runtime.python.frames import read_arrow

                connection.register(name, read_arrow(path))
        return connection

    def _file(self, node: str) -> Path:
        path = self._call.inputs.get(node)
        if path is not None:
            return path
        known = ", ".join(f"`{id}`" for id in self._call.inputs) or "none"
        raise PythonFailed(
            "not-an-input",
            f"`{node}` is not an input of `{self.node_id}`, so nothing says that it ran before",
            f"write its id out, as ctx.ref({node!r}), or add it to inputs=[…]; the inputs are: "
            f"{known}",
        )

    def _relation(self, connection: DuckDBPyConnection, path: Path) -> DuckDBPyRelation:
        if path.suffix == ".parquet":
            return connection.read_parquet(str(path))
        from seeknal.runtime.python.frames import read_arrow

        return connection.from_arrow(read_arrow(path))
