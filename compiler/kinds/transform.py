"""`kind: transform`: SQL over upstream nodes, or a function over them."""

from __future__ import annotations

from seeknal.compiler.document import Document
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds.fields import read_function, read_head, read_inputs, read_params
from seeknal.compiler.kinds.spec import TransformSpec


def parse(document: Document, findings: Findings) -> TransformSpec | None:
    """The spec of a transform whose document fits the schema."""
    params, places = read_params(document)
    return TransformSpec(
        **read_head(document),
        inputs=read_inputs(document, findings),
        sql=document.sql_at("transform") if document.code is None else None,
        call=read_function(document, findings),
        params=params,
        param_places=places,
    )
