"""Rendered macros of earlier compilations, so that most need no template engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from seeknal.compiler.macros import MacroLibrary
from seeknal.compiler.project_files import replace_text


def open_library(root: Path, dialect: str) -> tuple[MacroLibrary, Mapping[str, str]]:
    """The macro library of the project at `root`, and what was remembered of it."""
    remembered = _read(_path(root, dialect))
    return MacroLibrary(dialect, root / "macros", remembered), remembered


def remember(root: Path, library: MacroLibrary, remembered: Mapping[str, str]) -> None:
    """Keep what `library` rendered, where it is more than was remembered."""
    rendered = library.rendered()
    if rendered == remembered:
        return
    replace_text(_path(root, library.dialect), json.dumps(rendered))


def _path(root: Path, dialect: str) -> Path:
    return root / f"target/.cache/macros-{dialect}.json"


def _read(path: Path) -> dict[str, str]:
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
