"""A call and what became of it as JSON, for another process to read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from seeknal.runtime.python.call import Call
from seeknal.runtime.python.errors import PythonFailed

_TAG = "$seeknal"
_PATHS = ("file", "root", "target")


def call_to_json(call: Call) -> str:
    """The text of a call; dates, times and decimals of its plain data keep their type."""
    values = {each.name: getattr(call, each.name) for each in fields(call)}
    values |= {name: str(values[name]) for name in _PATHS}
    values["inputs"] = {name: str(path) for name, path in call.inputs.items()}
    return json.dumps(_packed(values))


def call_from_json(text: str) -> Call:
    """The call of a text that `call_to_json` made."""
    values = _unpacked(json.loads(text))
    values |= {name: Path(values[name]) for name in _PATHS}
    values["inputs"] = {name: Path(path) for name, path in values["inputs"].items()}
    values["entities"] = {name: tuple(ids) for name, ids in values["entities"].items()}
    values["dependencies"] = tuple(values["dependencies"])
    return Call(**values)


def failure_to_json(error: PythonFailed) -> dict[str, Any]:
    """A failure as plain data."""
    return {
        "code": error.code,
        "message": error.message,
        "help": error.help,
        "detail": error.detail,
        "line": error.line,
    }


def failure_from_json(data: Mapping[str, Any]) -> PythonFailed:
    """The failure of the data that `failure_to_json` made."""
    return PythonFailed(**data)


def _packed(value: Any) -> Any:
    """Plain data as JSON knows it: what JSON has no form for is a mapping with a tag."""
    if isinstance(value, Mapping):
        if all(isinstance(key, str) for key in value) and _TAG not in value:
            return {key: _packed(each) for key, each in value.items()}
        return {_TAG: "mapping", "value": [[_packed(k), _packed(v)] for k, v in value.items()]}
    if isinstance(value, list | tuple):
        return [_packed(each) for each in value]
    # A datetime is a date as well, so it comes first.
    for kind, of in (("datetime", datetime), ("date", date), ("time", time)):
        if isinstance(value, of):
            return {_TAG: kind, "value": value.isoformat()}
    if isinstance(value, Decimal):
        return {_TAG: "decimal", "value": str(value)}
    if isinstance(value, Path):
        return {_TAG: "path", "value": str(value)}
    return value


def _unpacked(value: Any) -> Any:
    if isinstance(value, list):
        return [_unpacked(each) for each in value]
    if not isinstance(value, dict):
        return value
    kind = value.get(_TAG)
    if kind is None:
        return {key: _unpacked(each) for key, each in value.items()}
    held = value["value"]
    if kind == "mapping":
        return {_unpacked(key): _unpacked(each) for key, each in held}
    readers = {
        "datetime": datetime.fromisoformat,
        "date": date.fromisoformat,
        "time": time.fromisoformat,
        "decimal": Decimal,
        "path": Path,
    }
    return readers[kind](held)
