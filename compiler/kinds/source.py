"""`kind: source`: a file or an existing relation, with the columns that it promises."""

from __future__ import annotations

from seeknal.compiler.document import Document
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.fields import optional_text, read_head, read_inputs, read_params
from seeknal.compiler.kinds.spec import ColumnDeclaration, SourceSpec
from seeknal.compiler.suggest import suggest
from seeknal.compiler.types import parse_type

_TYPE_NAMES = ("boolean", "int64", "double", "string", "date", "timestamp", "decimal(18,3)")


def parse(document: Document, findings: Findings) -> SourceSpec | None:
    """The spec of a source whose document fits the schema."""
    data = document.data
    params, places = read_params(document)
    if "delimiter" in params and "delim" in params:
        findings.error(
            "wrong-value",
            "`delimiter` and `delim` are two names of one parameter",
            document.place("params", "delim", key=True),
            "keep one of them",
            [(document.place("params", "delimiter", key=True), "the other one")],
        )
    return SourceSpec(
        **read_head(document),
        inputs=read_inputs(document, findings),
        format=data.get("source", "relation"),
        table=document.sql_at("table") if "table" in data else None,
        relation_name=optional_text(document, "relation"),
        params=params,
        param_places=places,
        schema=_schema(document, findings),
        on_bad_value=_on_bad_value(document, findings),
    )


def _on_bad_value(document: Document, findings: Findings) -> str:
    """`error` or `null`, which YAML reads as nothing; a key without a value is a finding."""
    if document.has("on_bad_value") and not document.text_at("on_bad_value").value:
        findings.error(
            "wrong-value",
            "`on_bad_value` is empty",
            document.place("on_bad_value", key=True),
            "write `error` or `null`",
        )
    return document.data.get("on_bad_value", "error") or "null"


def _schema(document: Document, findings: Findings) -> tuple[ColumnDeclaration, ...]:
    """The declared columns; an unknown type and a column declared twice are findings."""
    declared: list[ColumnDeclaration] = []
    seen: dict[str, Place] = {}
    for path in document.entries("schema"):
        name = document.text_at(*path, "name")
        written = document.text_at(*path, "data_type")
        first = seen.setdefault(name.value.casefold(), name.place)
        if first is not name.place:
            findings.error(
                "duplicate-column",
                f"the column `{name}` is declared twice",
                name.place,
                "keep one of them: names that differ by case alone are one column",
                [(first, "the first one")],
            )
        type_ = parse_type(written.value)
        if type_ is None:
            findings.error(
                "unknown-type",
                f"there is no type `{written}`",
                written.place,
                suggest(written.value, _TYPE_NAMES, "types"),
            )
            continue
        declared.append(ColumnDeclaration(name, type_))
    return tuple(declared)
