"""What DuckDB's binder says of a query, in words about the spec."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from seeknal.compiler.records import dataclass
from seeknal.compiler.resolve.binder import BindError
from seeknal.compiler.suggest import closest, suggest


@dataclass(frozen=True, slots=True)
class Unbound:
    """Why a query has no meaning, and the word of its text where that shows."""

    code: str
    message: str
    help: str
    offset: int = 0
    length: int = 1


_DIALECT = "SQL is written in DuckDB's dialect"


def explain(error: BindError, sql: str, text: str, columns: Sequence[str]) -> Unbound:
    """The finding of `error` in `sql`, which was made from `text`; `columns` are those read."""
    found = _said(error, columns)
    word = _word_at(sql, error.position) if error.position is not None else ""
    offset = _find(text, word, _occurrence(sql, word, error.position or 0)) if word else None
    if offset is None and (named := re.search(r"`(\w+)`", found.message)):
        word = named[1]
        offset = _find(text, word, 0)
    return found if offset is None else replace(found, offset=offset, length=len(word))


def _said(error: BindError, columns: Sequence[str]) -> Unbound:
    for pattern, words in _WORDS:
        if match := pattern.match(error.message):
            return words(match, error, columns)
    first = error.message.split(". ")[0].rstrip("!. ")
    lower = first[:1].lower() + first[1:] if first[1:2].islower() else first
    return Unbound("bad-sql", lower, _DIALECT)


def _column(match: re.Match[str], error: BindError, columns: Sequence[str]) -> Unbound:
    name = match["column"]
    known = [*columns, *(candidate.strip('"') for candidate in error.candidates)]
    message = f"nothing that is read here has a column `{name}`"
    if table := match.groupdict().get("table"):
        message = f"`{table}` has no column `{name}`"
    return Unbound("unknown-column", message, suggest(name, known, "columns") or _DIALECT)


def _ambiguous(match: re.Match[str], *_: object) -> Unbound:
    message = f"`{match['column']}` may be a column of several relations"
    uses = " or ".join(f"`{use}`" for use in re.findall(r"'([^']+)'", match["uses"]))
    return Unbound("bad-sql", message, f"write {uses}")


def _table(match: re.Match[str], *_: object) -> Unbound:
    message = f"nothing in FROM is called `{match['table']}`"
    return Unbound("bad-sql", message, "use a name or an alias that stands in FROM")


def _types(match: re.Match[str], *_: object) -> Unbound:
    call = match["call"].replace("_LITERAL", "")
    message = f"`{call}` does not exist: the function takes other types"
    return Unbound("bad-sql", message, "cast the arguments, as `CAST(x AS DOUBLE)`")


def _missing(match: re.Match[str], error: BindError, _: object) -> Unbound:
    what = match["what"].rpartition(" ")[2].lower()
    near = closest(match["name"], error.candidates)
    help = f"did you mean `{near}`?" if near else _DIALECT
    return Unbound("bad-sql", f"there is no {what} `{match['name']}`", help)


def _ungrouped(match: re.Match[str], *_: object) -> Unbound:
    message = f"`{match['column']}` is neither in GROUP BY nor inside an aggregate"
    return Unbound("bad-sql", message, "add it to GROUP BY, or aggregate it")


_Words = Callable[[re.Match[str], BindError, Sequence[str]], Unbound]
_WORDS: tuple[tuple[re.Pattern[str], _Words], ...] = (
    (re.compile(r'Referenced column "(?P<column>.+?)" not found'), _column),
    (re.compile(r'Table "(?P<table>.+?)" does not have a column named "(?P<column>.+?)"'), _column),
    (re.compile(r'Referenced table "(?P<table>.+?)" not found'), _table),
    (re.compile(r'Ambiguous reference to column name "(?P<column>.+?)" (?P<uses>.+)'), _ambiguous),
    (re.compile(r"No function matches .*? argument types '(?P<call>.+?)'"), _types),
    (re.compile(r"(?P<what>[A-Z][\w ]*) with name (?P<name>\S+) does not exist"), _missing),
    (re.compile(r'column "(?P<column>.+?)" must appear in the GROUP BY'), _ungrouped),
)


def _word_at(sql: str, position: int) -> str:
    match = re.compile(r'"[^"]+"|\w+(?:\."?\w+"?)*').match(sql, position)
    return match[0] if match else ""


def _occurrence(sql: str, word: str, position: int) -> int:
    return len(re.findall(rf"(?i)\b{re.escape(word)}(?!\w)", sql[:position]))


def _find(text: str, word: str, occurrence: int) -> int | None:
    matches = list(re.finditer(rf"(?i)(?<!\w){re.escape(word)}(?!\w)", text))
    if not matches:
        return None
    return matches[min(occurrence, len(matches) - 1)].start()
