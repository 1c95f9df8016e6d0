"""Names as the target takes them: shortened with a hash where they are over its limit.

SEMANTICS "Names": the artifact maps whole names to the shortened ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlglot import exp

from seeknal.compiler.dialects.base import Dialect, identifier
from seeknal.compiler.dialects.search import nodes_of

_HASH = 8


def physical(name: str, dialect: Dialect) -> str:
    """The name itself, or its first bytes and a hash of the whole where it is too long.

    >>> from seeknal.compiler.dialects.registry import dialect
    >>> physical("x" * 70, dialect("postgres"))
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_7e1c8131'
    """
    limit = dialect.longest_name
    data = name.encode()
    if limit is None or len(data) <= limit:
        return name
    digest = hashlib.sha256(data).hexdigest()[:_HASH]
    head = data[: limit - _HASH - 1].decode(errors="ignore")
    return f"{head}_{digest}"


def name_of(name: str, dialect: Dialect, *, quoted: bool = False) -> exp.Identifier:
    """The identifier that stands for `name`."""
    return identifier(physical(name, dialect), quoted=quoted)


def column_of(name: str, dialect: Dialect, table: str | None = None) -> exp.Column:
    """A reference to the column `name`."""
    if table is None:
        return exp.Column(this=name_of(name, dialect))
    return exp.Column(this=name_of(name, dialect), table=name_of(table, dialect))


def table_of(name: str, dialect: Dialect) -> exp.Table:
    """The relation or step called `name`."""
    return exp.Table(this=name_of(name, dialect))


def free_name(name: str, taken: Iterable[str]) -> str:
    """`name`, with underscores behind it where one of `taken` is it, in whatever case."""
    folded = {other.casefold() for other in taken}
    while name.casefold() in folded:
        name += "_"
    return name


def shorten(tree: exp.Expr, dialect: Dialect) -> exp.Expr:
    """Every name of a user's tree that is over the limit, shortened in place."""
    if dialect.longest_name is not None:
        for node in nodes_of(tree, exp.Identifier):
            node.set("this", physical(node.name, dialect))
    return tree
