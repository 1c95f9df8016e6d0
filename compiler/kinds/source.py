"""`kind: source`: a file or an existing relation, with the columns that it promises."""

from __future__ import annotations

from seeknal.compiler.document import Document
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.fields import (
    optional_text,
    read_head,
    read_inputs,
    read_params,
    read_schema,
)
from seeknal.compiler.kinds.spec import SourceSpec


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
        schema=read_schema(document, findings),
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
