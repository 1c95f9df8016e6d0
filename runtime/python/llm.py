"""`ctx.llm`: a language model, by a function of the project that asks it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from seeknal.runtime.python.call import Call
from seeknal.runtime.python.errors import PythonFailed
from seeknal.runtime.python.load import load_function


class PipelineLLM:
    """A language model: `complete` takes a prompt and returns what the model says.

    Which one it is, and how it is reached, is the project's own: no model comes with seeknal.
    """

    def __init__(self, complete: Callable[[str], str]) -> None:
        """Keep the function that asks the model."""
        self._complete = complete

    def generate_text(self, prompt: str) -> str:
        """What the model says to `prompt`."""
        return self._complete(prompt)

    def generate_json(self, prompt: str) -> Any:
        """What the model says, read as JSON. Raises ValueError where it is none."""
        said = self._complete(prompt)
        text = said.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"the model's answer is no JSON: {said[:200]!r}") from error


def model_of(call: Call) -> PipelineLLM:
    """The model that the project file names. Raises PythonFailed where it names none."""
    named = call.config.get("llm")
    file, _, function = str(named or "").rpartition(":")
    if not file or not (call.root / file).is_file():
        raise PythonFailed(
            "needs-llm",
            "the project names no language model"
            if not named
            else f"there is no file for the language model `{named}`",
            "write `llm: <file>.py:<function>` in seeknal_project.yml; the function takes a prompt "
            "and returns what the model says",
        )
    asked = replace(call, file=call.root / file, function=function)
    return PipelineLLM(load_function(asked))
