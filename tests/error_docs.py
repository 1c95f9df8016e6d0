"""`docs/errors.md`, made from the table of codes and the snapshots of their messages.

`python -m tests.error_docs` writes it.
"""

from __future__ import annotations

from pathlib import Path

from seeknal.compiler.codes import STAGES
from tests.cases import ERRORS
from tests.extensions import SNAPSHOTS

PAGE = Path(__file__).parents[1] / "docs" / "errors.md"

_LANGUAGES = {
    ".yml": "yaml",
    ".yaml": "yaml",
    ".csv": "csv",
    ".sql": "sql",
    ".lock": "json",
    ".py": "python",
}
_HEAD = """\
# Errors

<!-- Made by `python -m tests.error_docs`; a test holds it to the sources. -->

A finding has a severity, a code, a message that states a fact, the place it is about with that
line of the file, and, where there is one, the way out:

```text
seeknal/trend.yml:7:28: error[unknown-aggregation]: there is no aggregation `summ`
   7 |   - {name: amount, basic: [summ]}
     |                            ^^^^
     = help: did you mean `sum`?
```

All that can be found is found in one go. An error stops the command, and its exit code is 1; a
warning does not. `--json` prints findings as data: severity, code, message, help and place. Codes
do not change between versions; messages may.

The examples below belong to a project with one source, `orders`, of `order_id`, `customer_id`,
`order_date`, `application_date`, `amount` and `status`.
"""


def page() -> str:
    """The text of the page."""
    parts = [_HEAD]
    for stage, codes in STAGES.items():
        parts.append(f"\n## {stage}\n")
        parts += [_entry(code, meaning) for code, meaning in codes.items()]
    return "".join(parts)


def _entry(code: str, meaning: str) -> str:
    text = (SNAPSHOTS / "errors" / f"{code}.txt").read_text("utf-8").rstrip("\n")
    lines = [line for line in text.split("\n") if not line.startswith("stopped: ")]
    message = "\n".join(lines).rstrip("\n")
    kind = "" if f"error[{code}]" in message else " A warning."
    parts = [f"\n### {code}\n\n{meaning}{kind}\n"]
    for path in sorted((ERRORS / code).rglob("*")):
        file = path.relative_to(ERRORS / code).as_posix()
        if path.is_file() and path.suffix in _LANGUAGES and file in message:
            parts.append(_block(f"`{file}`:\n\n", _LANGUAGES[path.suffix], path))
    parts.append(f"\n```console\n{message}\n```\n")
    return "".join(parts)


def _block(title: str, language: str, path: Path) -> str:
    try:
        content = path.read_text("utf-8").rstrip("\n")
    except UnicodeDecodeError:
        return ""
    return f"\n{title}```{language}\n{content}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
