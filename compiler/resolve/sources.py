"""Sources: the columns they promise, from `schema:` or from the file itself."""

from __future__ import annotations

from seeknal.compiler.discover import LOCK_FILE, Discovery
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.spec import SourceSpec
from seeknal.compiler.model import ResolvedSource
from seeknal.compiler.readers import reader_call
from seeknal.compiler.resolve.binder import column_type
from seeknal.compiler.types import Column


def resolve_source(
    spec: SourceSpec, path: str, discovery: Discovery, findings: Findings
) -> ResolvedSource | None:
    """The source with its columns, or None and a finding. `path` has its parameters filled in."""
    if spec.schema:
        columns = tuple(Column(line.name.value, line.type) for line in spec.schema)
        return ResolvedSource(spec, path, columns, declared=True)
    if not path:
        findings.error(
            "needs-schema",
            f"`{spec.id}` names a relation of a warehouse, and its columns are not known",
            spec.place,
            help="declare them: `schema: [{name: id, data_type: int64}, …]`",
        )
        return None
    place = spec.table.place(0, max(1, len(spec.table.value))) if spec.table else spec.place
    call = reader_call(spec.format, path, spec.params, as_text=False).sql(dialect="duckdb")
    import duckdb

    try:
        found = discovery.columns(spec.id, path, call)
    except duckdb.Error as error:
        findings.error(
            "unreadable-file",
            f"`{path}` does not read as {spec.format}: {str(error).splitlines()[0]}",
            place,
            help="check `source:` and `params:`, or open the file",
        )
        return None
    if found is None:
        findings.error(
            "unknown-columns",
            f"the columns of `{spec.id}` are not known: `{path}` is not here, no `schema:` "
            f"declares them and {LOCK_FILE} does not list them",
            place,
            help=f"declare a `schema:`, or compile once where the file is and commit {LOCK_FILE}",
        )
        return None
    columns = tuple(Column(name, column_type(text)) for name, text in found)
    return ResolvedSource(
        spec, path, columns, declared=False, raw_types=tuple(text for _, text in found)
    )
