"""`kind: transform`: SQL over upstream nodes."""

from __future__ import annotations

from seeknal.compiler.document import Document
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.fields import read_head, read_inputs, read_params
from seeknal.compiler.kinds.spec import TransformSpec


def parse(document: Document, findings: Findings) -> TransformSpec | None:
    """The spec of a transform whose document fits the schema."""
    params, places = read_params(document)
    return TransformSpec(
        **read_head(document),
        inputs=read_inputs(document, findings),
        sql=document.sql_at("transform"),
        params=params,
        param_places=places,
    )
