"""Columns by which relations are joined: whether their values compare (SEMANTICS "Keys")."""

from __future__ import annotations

from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.model import Relation
from seeknal.compiler.types import Column, common_type


def comparable(
    one: tuple[Relation, Column], other: tuple[Relation, Column], place: Place, findings: Findings
) -> bool:
    """True where values of the two columns are equal or not on every engine; else a finding."""
    (left_relation, left), (right_relation, right) = one, other
    if common_type(left.type, right.type) is not None:
        return True
    why = ""
    if left.type.is_number and right.type.is_number:
        why = ": no type holds the values of both to the last digit"
    findings.error(
        "wrong-key-type",
        f"`{left.name}` of `{left_relation.id}` is {left.type} and `{right.name}` of "
        f"`{right_relation.id}` is {right.type}{why}",
        place,
        help="cast one of them in a transform",
    )
    return False
