"""Which files of a project some nodes need, found without reading the YAML of the others.

A file's kind and name are nearly always lines of their own, and a pattern finds them. A file in
which it does not is read in any case, so this can only read too much, never too little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping

from seeknal.compiler.records import dataclass

_LINE = re.compile(
    r"^(kind|name):[ \t]+(['\"]?)([A-Za-z_][A-Za-z0-9_]*)\2[ \t]*(?:#.*)?\r?$", re.MULTILINE
)
_ID = re.compile(r"\b[a-z_]+\.[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Head:
    """The kind and name that a file's text shows."""

    kind: str
    name: str

    @property
    def id(self) -> str:
        """The node's id, `<kind>.<name>`."""
        return f"{self.kind}.{self.name}"


def head_of(text: str) -> Head | None:
    """The head of a spec; None where its lines do not show it plainly.

    >>> head_of("kind: source\\nname: 'orders'  # raw\\n").id
    'source.orders'
    >>> head_of("{kind: source, name: orders}") is None
    True
    """
    lines = [(match[1], match[3]) for match in _LINE.finditer(text)]
    values = dict(lines)
    return Head(values["kind"], values["name"]) if len(lines) == len(values) == 2 else None


def needed_files(
    ids: Mapping[str, str],
    text_of: Callable[[str], str],
    only: Collection[str],
    common: Iterable[str],
) -> list[str]:
    """The files that the nodes `only` (ids or names) need, in the order of `ids`.

    `ids` has the node of each file, "" where nobody knows. A file needs the nodes that its text
    mentions anywhere, and those that the `common` texts mention where it has parameters.
    """
    files_of: dict[str, list[str]] = {}
    for file, id in ids.items():
        if id:
            files_of.setdefault(id.casefold(), []).append(file)
    needed = {file for file, id in ids.items() if not id or {id, id.partition(".")[2]} & {*only}}
    shared = {name for text in common for name in _ID.findall(text)}
    pending = list(needed)
    while pending:
        text = text_of(pending.pop())
        mentioned = set(_ID.findall(text)) | (shared if "{{" in text or "{%" in text else set())
        for name in mentioned:
            for file in files_of.get(name.casefold(), ()):
                if file not in needed:
                    needed.add(file)
                    pending.append(file)
    return [file for file in ids if file in needed]
