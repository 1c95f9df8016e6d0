"""From the marks of a YAML tree to places: spans, SQL inside scalars, and syntax errors in words.

Marks count lines, columns and characters from 0; places count from 1.
"""

from __future__ import annotations

import yaml

from seeknal.compiler.findings import Finding, Place
from seeknal.compiler.kinds.spec import SqlText

_ESCAPE_LENGTHS = {"x": 4, "u": 6, "U": 10}


def span_of(file: str, text: str, node: yaml.Node) -> Place:
    """The place of a node: all of it where it is on one line, else its first line."""
    start, end = node.start_mark, node.end_mark
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        length = 1
    elif start.line == end.line:
        length = max(end.column - start.column, 1)
    else:
        stop = text.find("\n", start.index)
        length = max(len(text[start.index : stop if stop >= 0 else None].rstrip()), 1)
    return Place(file, start.line + 1, start.column + 1, length)


def literal_sql(file: str, text: str, node: yaml.ScalarNode) -> SqlText:
    """The SQL of a `|` block: each line of the value is a line of the file, less the indent."""
    value: str = node.value
    first = node.start_mark.line + 1
    indent = 0
    source = text[node.start_mark.index : node.end_mark.index].split("\n")[1:]
    for line, written in zip(value.split("\n"), source, strict=False):
        if line:
            indent = len(written.rstrip("\r")) - len(line)
            break
    return SqlText(value, file, first + 1, indent + 1, indent)


def runs_of(text: str, node: yaml.ScalarNode) -> tuple[tuple[int, int, int], ...]:
    """Where the characters of a folded, quoted or plain scalar stand: (offset, line, column).

    Characters from `offset` on stand at (`line`, `column`) and right of it, up to the next run.
    White space is folded and escapes are shorter in the value than in the text, so the two are
    walked side by side.
    """
    style = node.style
    start = node.start_mark
    at = start.index + (1 if style in ("'", '"') else 0)
    line_start, line = start.index - start.column, start.line
    if style == ">":
        at = line_start = text.find("\n", at) + 1
        line += 1
    runs: list[tuple[int, int, int]] = []
    expected = -1
    for offset, character in enumerate(node.value):
        if not character.isspace():
            at = _skip_space(text, at, style)
        at = min(at, max(node.end_mark.index - 1, 0))
        while (newline := text.find("\n", line_start, at)) >= 0:
            line_start, line = newline + 1, line + 1
        if at != expected:
            runs.append((offset, line + 1, at - line_start + 1))
        step = _step(text, at, style, character)
        expected = at + 1 if step == 1 else -1
        at += step
    return tuple(runs)


def _skip_space(text: str, at: int, style: str | None) -> int:
    """The next character that is not white space, nor a line joined by a backslash."""
    while at < len(text):
        if text[at].isspace():
            at += 1
        elif style == '"' and text[at] == "\\" and text[at + 1 : at + 2] in ("\n", "\r"):
            at += 2
        else:
            break
    return at


def _step(text: str, at: int, style: str | None, character: str) -> int:
    """How many characters of the text stand for one `character` of the value."""
    written = text[at : at + 1]
    if style == '"' and written == "\\":
        return _ESCAPE_LENGTHS.get(text[at + 1 : at + 2], 2)
    if style == "'" and character == "'":
        return 2
    if character.isspace() and not written.isspace():
        return 0
    return 1


def syntax_finding(file: str, text: str, error: yaml.YAMLError) -> Finding:
    """What is wrong with a text that is not YAML, in plain words, at YAML's line and column."""
    problem = getattr(error, "problem", None) or ""
    context = getattr(error, "context", None) or ""
    mark = getattr(error, "problem_mark", None)
    opened = getattr(error, "context_mark", None)
    if mark is None:
        offset = getattr(error, "position", 0)
        before = text[:offset]
        place = Place(file, before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)
        character = text[offset : offset + 1]
        message = f"the character U+{ord(character):04X} cannot stand in YAML" if character else ""
        return _syntax(message or "the text is not YAML", place, "take it out")
    place = Place(file, mark.line + 1, mark.column + 1)
    start = Place(file, opened.line + 1, opened.column + 1) if opened else place
    if "another document" in problem:
        return _syntax(
            "the file holds more than one document", place, "write one spec a file, without `---`"
        )
    character = text[mark.index : mark.index + 1]
    if "tab character" in problem or ("cannot start any token" in problem and character == "\t"):
        return _syntax("a tab indents this line", place, "indent with spaces")
    if "cannot start any token" in problem:
        return _syntax(
            f"a value cannot begin with `{character}`", place, "put quotes around the value"
        )
    if "mapping values are not allowed" in problem:
        return _syntax(
            "a `:` stands where no key can be",
            place,
            "quote a value that holds `: `, and indent the keys of one mapping alike",
        )
    if "flow node" in context:
        opening = _unclosed(text, mark.index)
        if text[mark.index :].strip() or opening is None:
            return _syntax("a value is missing here", place, "write it, or take out the comma")
        before = text[:opening]
        start = Place(file, before.count("\n") + 1, opening - (before.rfind("\n") + 1) + 1)
        other = "]" if text[opening] == "[" else "}"
        return _syntax(f"this `{text[opening]}` is not closed", start, f"add `,` or `{other}`")
    if "flow" in context:
        bracket, other = ("[", "]") if "sequence" in context else ("{", "}")
        return _syntax(f"this `{bracket}` is not closed", start, f"add `,` or `{other}`")
    if "quoted scalar" in context and "end of stream" in problem:
        return _syntax("this quote is not closed", start, "add the closing quote")
    if "escape" in problem:
        return _syntax(
            "this backslash starts no known escape",
            place,
            "use single quotes, in which a backslash is a backslash",
        )
    if "second occurrence" in problem:
        return _syntax("this anchor is defined twice", place, "give one of them another name")
    if "undefined alias" in problem:
        return _syntax("this alias has no anchor", place, "define it before, as `key: &name value`")
    if "block sequence entries" in problem:
        return _syntax("a `-` stands where no list can begin", place, "begin lists on a new line")
    if "did not find expected '-'" in problem or "expected key" in problem:
        return _syntax(
            "this line fits neither the lines above it nor a new level",
            place,
            "indent the keys, or the `-`, of one mapping or list alike",
        )
    return _syntax(f"the text is not YAML: {problem}", place, None)


def _unclosed(text: str, end: int) -> int | None:
    """The last bracket before `end` that nothing closes."""
    depth = 0
    for index in range(end - 1, -1, -1):
        if text[index] in "]}":
            depth += 1
        elif text[index] in "[{":
            if not depth:
                return index
            depth -= 1
    return None


def _syntax(message: str, place: Place, help: str | None) -> Finding:
    return Finding("yaml-syntax", message, place, help)
