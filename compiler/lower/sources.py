"""Sources: a SELECT over the file or relation that gives each column its promised type.

SEMANTICS "Values": NaN is read as NULL, timestamps are UTC, text parses strictly.
"""

from __future__ import annotations

from functools import partial

from sqlglot import exp

from seeknal.compiler.dialects import duckdb
from seeknal.compiler.dialects.base import Dialect, cast
from seeknal.compiler.lower.names import column_of, name_of, table_of
from seeknal.compiler.model import ResolvedSource
from seeknal.compiler.readers import reader_call
from seeknal.compiler.types import DOUBLE, STRING, Column, DataType, Kind


def lower_source(source: ResolvedSource, dialect: Dialect) -> exp.Expr:
    """The statement of a source; where the engine cannot read the file, the table to load."""
    if not source.path:
        return _select(source, relation(source, dialect), dialect)
    if not dialect.reads_files:
        return _table_to_load(source, dialect)
    return _select(source, exp.Table(this=file_reader(source)), dialect)


def file_reader(source: ResolvedSource) -> exp.Expr:
    """The call that reads the source's file."""
    call = reader_call(
        source.spec.format,
        source.path,
        source.spec.params,
        as_text=source.as_text,
        names=[column.name for column in source.columns],
    )
    if source.as_text and source.spec.format in ("json", "jsonl"):
        fields = [
            exp.PropertyEQ(this=exp.Literal.string(c.name), expression=exp.Literal.string(_json(c)))
            for c in source.columns
        ]
        columns = exp.EQ(this=exp.Var(this="columns"), expression=exp.Struct(expressions=fields))
        call.append("expressions", columns)
    return call


def _json(column: Column) -> str:
    return column.type.detail if column.type.kind is Kind.OTHER else "VARCHAR"


def relation(source: ResolvedSource, dialect: Dialect) -> exp.Table:
    """The existing relation that a source names: `table`, `schema.table` or `db.schema.table`."""
    name = source.spec.relation_name
    assert name is not None
    parts = [name_of(part, dialect) for part in name.value.split(".")]
    this, db, catalog = (*reversed(parts), None, None)[:3]
    return exp.Table(this=this, db=db, catalog=catalog)


def _select(source: ResolvedSource, table: exp.Table, dialect: Dialect) -> exp.Select:
    raw_types = source.raw_types or ("",) * len(source.columns)
    columns = [
        _column(source, column, raw, dialect)
        for column, raw in zip(source.columns, raw_types, strict=True)
    ]
    return exp.Select(expressions=columns, from_=exp.From(this=table))


def _column(source: ResolvedSource, column: Column, raw: str, dialect: Dialect) -> exp.Expr:
    expression: exp.Expr = column_of(column.name, dialect)
    if source.as_text:
        expression = _from_text(source, column, dialect)
    elif raw.upper() == "FLOAT" or source.declared:
        if column.type.kind is not Kind.OTHER:
            read_as = dialect.read_as if source.spec.relation_name is not None else None
            expression = (read_as or partial(_cast, dialect=dialect))(expression, column.type)
    elif raw.upper().startswith("TIMESTAMP WITH"):
        expression = _cast(expression, column.type, dialect)
    if column.type == DOUBLE:
        expression = dialect.nan_as_null(expression)
    if isinstance(expression, exp.Column):
        return expression
    return exp.Alias(this=expression, alias=name_of(column.name, dialect))


def _cast(value: exp.Expr, data_type: DataType, dialect: Dialect) -> exp.Expr:
    return cast(value, dialect.type_name(data_type))


def _from_text(source: ResolvedSource, column: Column, dialect: Dialect) -> exp.Expr:
    plain = column_of(column.name, dialect)
    if column.type == STRING or column.type.kind is Kind.OTHER:
        return plain
    if source.spec.on_bad_value == "error":
        return duckdb.text_to(plain, column.type)
    fits = duckdb.text_fits(plain, column.type)
    parsed = duckdb.text_to(plain.copy(), column.type)
    return exp.Case(ifs=[exp.If(this=fits, true=parsed)])


def _table_to_load(source: ResolvedSource, dialect: Dialect) -> exp.Create:
    definitions = [
        exp.ColumnDef(
            this=name_of(column.name, dialect),
            kind=exp.DataType.build(dialect.type_name(column.type), dialect=dialect.printer),
        )
        for column in source.columns
    ]
    schema = exp.Schema(this=table_of(source.spec.relation, dialect), expressions=definitions)
    return exp.Create(this=schema, kind="TABLE")
