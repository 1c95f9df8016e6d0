"""Specs written in a test: parsed, or the errors that they give."""

from textwrap import dedent

from seeknal.compiler.document import read_document
from seeknal.compiler.findings import Findings
from seeknal.compiler.kinds import KINDS
from seeknal.compiler.kinds.spec import AggregationUse, Spec


def parse(text: str) -> tuple[Spec | None, Findings]:
    findings = Findings()
    document = read_document("a.yml", dedent(text), findings)
    assert document is not None, list(findings)
    return KINDS[document.kind](document, findings), findings


def spec_of(text: str) -> Spec:
    spec, findings = parse(text)
    assert spec is not None, list(findings)
    assert list(findings) == []
    return spec


def errors(text: str) -> list[str]:
    """What is said, one `line:column code: message | help` each."""
    spec, findings = parse(text)
    assert spec is None
    return [
        f"{item.place.line}:{item.place.column} {item.code}: {item.message} | {item.help}"
        for item in findings
        if item.place
    ]


def words(uses: tuple[AggregationUse, ...]) -> list[tuple[str, ...]]:
    return [(use.word, *use.arguments) for use in uses]
