"""The names of relations, which ids of nodes give (SEMANTICS "Names of relations")."""

from __future__ import annotations


def returned_by(node: str) -> str:
    """The id of what a node's function returns, where the node is made of it by SQL."""
    return f"{node}()"


def relation_of(id: str) -> str:
    """The name of a node's relation, or of what its function returns.

    >>> relation_of("source.orders"), relation_of(returned_by("transform.scored"))
    ('source_orders', 'returned_by_transform_scored')
    """
    name = id.removesuffix("()").replace(".", "_", 1)
    return name if not id.endswith("()") else f"returned_by_{name}"
