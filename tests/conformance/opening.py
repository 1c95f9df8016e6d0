"""Engines that are opened when a test asks for them, and closed in the end."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType

from tests.engines import MissingEngine, open_engine
from tests.engines.base import TestedEngine


class Engines:
    """Each engine once, and so the failure of one that is not there."""

    def __init__(self) -> None:
        self._opened: dict[str, TestedEngine] = {}
        self._missing: dict[str, MissingEngine] = {}
        self._stack = ExitStack()

    def open(self, name: str) -> TestedEngine:
        """Raises MissingEngine, without another try where one has failed."""
        if name in self._missing:
            raise self._missing[name]
        if name not in self._opened:
            try:
                engine = open_engine(name)
            except MissingEngine as error:
                self._missing[name] = error
                raise
            self._stack.callback(engine.close)
            self._opened[name] = engine
        return self._opened[name]

    def __enter__(self) -> Engines:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
