"""Variables, which Spark puts in the place of text in names and quotes."""

from __future__ import annotations

from sqlglot import exp

from seeknal.compiler.dialects.base import Unsupported

VARIABLE = "${"
"""Where a variable begins that Spark puts in the place of text, in quotes too."""


def check_name(node: exp.Identifier) -> None:
    """Raise `Unsupported` for a name in which Spark finds a variable."""
    if VARIABLE in node.name:
        raise Unsupported(node, f"the name `{node.name}`", "give it a name without `${`")
