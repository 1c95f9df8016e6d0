"""A call and what became of it as JSON, for another process to read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from seeknal.runtime.python import call as records
from seeknal.runtime.python.call import Call
from seeknal.runtime.python.errors import PythonFailed

_TAG = "$seeknal"
_READERS: Mapping[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "decimal": Decimal,
    "path": Path,
}


def call_to_json(call: Call) -> str:
    """The text of a call; all that JSON has no form for keeps its type."""
    return json.dumps(_packed(call))


def call_from_json(text: str) -> Call:
    """The call of a text that `call_to_json` made."""
    call = _unpacked(json.loads(text))
    assert isinstance(call, Call)
    return call


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
    """A value as JSON knows it: what JSON has no form for is a mapping with a tag."""
    match value:
        case Mapping() if _TAG not in value and all(isinstance(key, str) for key in value):
            return {key: _packed(each) for key, each in value.items()}
        case Mapping():
            return _tagged("mapping", [[_packed(k), _packed(v)] for k, v in value.items()])
        case list():
            return [_packed(each) for each in value]
        case tuple():
            return _tagged("tuple", [_packed(each) for each in value])
        # A datetime is a date as well, so it comes first.
        case datetime():
            return _tagged("datetime", value.isoformat())
        case date():
            return _tagged("date", value.isoformat())
        case time():
            return _tagged("time", value.isoformat())
        case Decimal():
            return _tagged("decimal", str(value))
        case Path():
            return _tagged("path", str(value))
    if is_dataclass(value):
        held = {each.name: _packed(getattr(value, each.name)) for each in fields(value)}
        return _tagged("record", [type(value).__name__, held])
    return value


def _tagged(kind: str, value: object) -> dict[str, object]:
    return {_TAG: kind, "value": value}


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
    if kind == "tuple":
        return tuple(map(_unpacked, held))
    if kind == "record":
        # The records of a call are those of its module.
        name, values = held
        return getattr(records, name)(**_unpacked(values))
    return _READERS[kind](held)
