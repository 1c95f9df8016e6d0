"""Which files of a project some nodes need, found without reading the YAML of the others.

A file's kind and name are nearly always lines of their own, and a pattern finds them. A file in
which it does not is read in any case, so this can only read too much, never too little.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

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
    texts: Mapping[str, str], only: Collection[str], common: Iterable[str]
) -> tuple[list[str], frozenset[str]]:
    """The files that the nodes `only` (ids or names) need, in the order of `texts`, and all ids.

    A file needs the nodes that its text mentions anywhere, and those that the `common` texts
    mention where it has parameters.
    """
    heads = {file: head_of(text) for file, text in texts.items()}
    files_of: dict[str, list[str]] = {}
    for file, head in heads.items():
        if head is not None:
            files_of.setdefault(head.id.casefold(), []).append(file)
    needed = {
        file for file, head in heads.items() if head is None or {head.id, head.name} & {*only}
    }
    shared = {name for text in common for name in _ID.findall(text)}
    pending = list(needed)
    while pending:
        text = texts[pending.pop()]
        mentioned = set(_ID.findall(text)) | (shared if "{{" in text or "{%" in text else set())
        for name in mentioned:
            for file in files_of.get(name.casefold(), ()):
                if file not in needed:
                    needed.add(file)
                    pending.append(file)
    ids = frozenset(head.id for head in heads.values() if head is not None)
    return [file for file in texts if file in needed], ids
