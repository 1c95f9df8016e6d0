"""Which nodes a command line means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from seeknal.compiler.findings import Findings
from seeknal.compiler.suggest import suggest


def find_nodes(words: Iterable[str], ids: Sequence[str], findings: Findings) -> tuple[str, ...]:
    """The ids that `words` mean: an id, or a bare name that one node has."""
    found: dict[str, None] = {}
    for word in words:
        if word in ids:
            found[word] = None
            continue
        matches = [id for id in ids if id.partition(".")[2] == word]
        if len(matches) == 1:
            found[matches[0]] = None
        elif matches:
            findings.error(
                "ambiguous-node",
                f"{len(matches)} nodes are named `{word}`",
                help="say which: " + " or ".join(f"`{id}`" for id in sorted(matches)),
            )
        else:
            names = ids if "." in word else [id.partition(".")[2] for id in ids]
            findings.error(
                "unknown-node", f"there is no node `{word}`", help=suggest(word, names, "nodes")
            )
    return tuple(found)
