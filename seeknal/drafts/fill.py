"""Templates of drafts, and the forms in which texts stand in them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from seeknal.compiler.findings import Findings, Place

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

    from seeknal.drafts.templates import Ask

HERE = Path(__file__).parent
_PLAIN = re.compile(
    r"(?!(?:true|false|null|yes|no|on|off)$)[a-z_]([\w ./-]*[\w.])?", re.ASCII | re.IGNORECASE
)


def fill_template(
    template: Path, ask: Ask, values: Mapping[str, object], findings: Findings
) -> str | None:
    """The text that a template makes of what was asked for; None, and a finding, where it fails."""
    from jinja2 import TemplateError, TemplateSyntaxError

    environment = _environment()
    try:
        made = environment.from_string(template.read_text("utf-8"))
        return made.render(
            {**values, "name": ask.name, "description": ask.description, "deps": list(ask.deps)}
        )
    except (TemplateError, UnicodeDecodeError) as error:
        line = error.lineno if isinstance(error, TemplateSyntaxError) else 1
        findings.error(
            "bad-template",
            f"the template cannot be filled in: {error}",
            Place(f"seeknal/templates/{template.name}", line),
            "templates are given `name`, `description`, `deps`, and what the draft reads",
        )
        return None


def _environment() -> SandboxedEnvironment:
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        loader=FileSystemLoader(HERE),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    environment.filters |= {"scalar": _scalar, "text": _text, "docstring": _docstring}
    return environment


def _scalar(text: str) -> str:
    """A text as YAML reads it back."""
    return text if _PLAIN.fullmatch(text) else _text(text)


def _text(text: str) -> str:
    """A text in quotes, as YAML, Python and TOML read it back."""
    return json.dumps(text, ensure_ascii=False)


def _docstring(text: str) -> str:
    """A text as it stands between three quotes."""
    return _text(text)[1:-1]
