"""The environment variables that a function finds."""

from __future__ import annotations

import json
import re

from seeknal.runtime.python.call import Call


def call_variables(call: Call) -> dict[str, str]:
    """`SEEKNAL_PROJECT_PATH`, and `SEEKNAL_PARAM_<KEY>` for each parameter.

    The key is in capitals, with `_` for what a variable's name cannot hold. Text is as it is;
    other values are JSON, dates ISO 8601, and nothing is "".
    """
    found = {"SEEKNAL_PROJECT_PATH": str(call.root)}
    for key, value in call.params.items():
        name = re.sub(r"[^A-Z0-9_]", "_", str(key).upper())
        found[f"SEEKNAL_PARAM_{name}"] = _text(value)
    return found


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool | int | float | list | tuple | dict):
        text = json.dumps(value, default=str, ensure_ascii=False)
    else:
        text = str(value)
    # No variable can hold a NUL.
    return text.replace("\0", "")
