"""Sources: the columns they promise, from `schema:` or from the file itself.

A `schema:` is a contract: where the file is here, it must have every declared column, and in a
typed format (parquet) of a type that becomes the declared one without loss.
"""

from __future__ import annotations

from seeknal.compiler.discover import LOCK_FILE, Discovery, Unreadable
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import SourceSpec
from seeknal.compiler.model import ResolvedSource
from seeknal.compiler.readers import reader_call
from seeknal.compiler.resolve.binder import column_type
from seeknal.compiler.suggest import suggest
from seeknal.compiler.types import Column, DataType, Kind


def resolve_source(
    spec: SourceSpec, path: str, discovery: Discovery, findings: Findings
) -> ResolvedSource | None:
    """The source with its columns, or None and a finding. `path` has its parameters filled in."""
    if spec.schema:
        columns = tuple(Column(line.name.value, line.type) for line in spec.schema)
        source = ResolvedSource(spec, path, columns, declared=True)
        return source if not path or _keeps_contract(source, discovery, findings) else None
    if not path:
        findings.error(
            "needs-schema",
            f"`{spec.id}` names a relation of a warehouse, and its columns are not known",
            spec.place,
            help="declare them: `schema: [{name: id, data_type: int64}, …]`",
        )
        return None
    place = _table_place(spec)
    call = reader_call(spec.format, path, spec.params, as_text=False).sql(dialect="duckdb")
    try:
        found = discovery.columns(spec.id, path, call)
    except Unreadable as error:
        _unreadable(spec, path, error, findings)
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


def _table_place(spec: SourceSpec) -> Place:
    return spec.table.place(0, max(1, len(spec.table.value))) if spec.table else spec.place


def _unreadable(spec: SourceSpec, path: str, error: Unreadable, findings: Findings) -> None:
    findings.error(
        "unreadable-file",
        f"`{path}` does not read as {spec.format}: {error}",
        _table_place(spec),
        help="check `source:` and `params:`, or open the file",
    )


def _keeps_contract(source: ResolvedSource, discovery: Discovery, findings: Findings) -> bool:
    """True where the file, if it is here, has what the schema declares; else findings."""
    spec = source.spec
    as_text = spec.format == "csv"
    names = [column.name for column in source.columns]
    call = reader_call(spec.format, source.path, spec.params, as_text=as_text, names=names)
    try:
        found = discovery.of_file(source.path, call.sql(dialect="duckdb"))
    except Unreadable as error:
        _unreadable(spec, source.path, error, findings)
        return False
    if found is None:
        return True
    types = {name.casefold(): text for name, text in found}
    kept = True
    for line in spec.schema:
        text = types.get(line.name.value.casefold())
        if text is None:
            findings.error(
                "schema-mismatch",
                f"`{source.path}` has no column `{line.name}`",
                line.name.place,
                help=suggest(line.name.value, [name for name, _ in found], "columns"),
            )
            kept = False
        elif not source.as_text and not _becomes(column_type(text), line.type):
            findings.error(
                "schema-mismatch",
                f"`{line.name}` of `{source.path}` is {column_type(text)}, and the schema "
                f"declares {line.type}",
                line.name.place,
                help=f"declare {column_type(text)}, and cast in a transform where that is meant",
            )
            kept = False
    return kept


def _becomes(found: DataType, declared: DataType) -> bool:
    """True where every value of `found` is one of `declared`, unchanged."""
    if found.kind is declared.kind:
        if found.kind is not Kind.DECIMAL:
            return True
        whole = found.precision - found.scale <= declared.precision - declared.scale
        return whole and found.scale <= declared.scale
    if found.kind is Kind.INT64 and declared.kind is Kind.DECIMAL:
        return declared.precision - declared.scale >= 19
    return (found.kind, declared.kind) == (Kind.DATE, Kind.TIMESTAMP)
