"""The environment's variables, with a note of which ones were looked at."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping


class RecordedEnviron(Mapping[str, str]):
    """`os.environ`, read only; `names` are the variables that were asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return os.environ[name]

    def __iter__(self) -> Iterator[str]:
        return iter(os.environ)

    def __len__(self) -> int:
        return len(os.environ)
