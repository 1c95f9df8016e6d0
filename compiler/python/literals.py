"""What a Python file writes out becomes the tree that a YAML file gives, with its places.

Texts, numbers, lists and mappings stand for themselves, a module's constant for what it is set to,
and a class of `seeknal.pipeline` for the mapping of its keywords. What is computed cannot be known
without running the file, and is a finding.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

import yaml

from seeknal.compiler.document import CodeScalar
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.records import dataclass

_TAG = "tag:yaml.org,2002:"
_OPENING = re.compile(r"[rRbBuUfF]*(\"\"\"|'''|\"|')")
_ESCAPE = re.compile(
    r"\\(?:\n|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]*\}|[0-7]{1,3}|.)", re.DOTALL
)
_DEEPEST = 20
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file: its name below the project root, its text, and where each line starts."""

    file: str
    text: str
    starts: tuple[int, ...]

    @classmethod
    def of(cls, file: str, text: str) -> Source:
        """The file `file` with this text."""
        starts = [0]
        # Python ends lines at these alone, `splitlines` at ten more.
        starts += (end.end() for end in _LINE_END.finditer(text))
        return cls(file, text, tuple(starts))

    def mark(self, line: int, byte: int) -> yaml.Mark:
        """The mark of a position as `ast` counts: lines from 1, UTF-8 bytes from 0."""
        start = self.starts[line - 1]
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        column = len(self.text[start:end].encode()[:byte].decode())
        return yaml.Mark(self.file, start + column, line - 1, column, None, 0)

    def marks(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[yaml.Mark, yaml.Mark]:
        """The marks at both ends of a piece of code."""
        end_line = node.end_lineno or node.lineno
        end_byte = node.end_col_offset if node.end_col_offset is not None else node.col_offset
        return self.mark(node.lineno, node.col_offset), self.mark(end_line, end_byte)

    def place(self, node: ast.expr | ast.stmt | ast.keyword) -> Place:
        """Where a piece of code stands: all of it, or its first line."""
        start, end = self.marks(node)
        if start.line == end.line:
            return Place(self.file, start.line + 1, start.column + 1, end.column - start.column)
        first = self.text[start.index : self.text.find("\n", start.index)].rstrip()
        return Place(self.file, start.line + 1, start.column + 1, max(len(first), 1))


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns expressions into nodes. `constants` are what the module sets once, by name.

    `classes` are the names that stand for classes of `seeknal.pipeline`.
    """

    source: Source
    constants: Mapping[str, ast.expr]
    classes: frozenset[str]
    findings: Findings

    def node(self, value: ast.expr, depth: int = 0) -> yaml.Node | None:
        """The node of an expression; None, and a finding, where it is computed."""
        start, end = self.source.marks(value)
        match value:
            case ast.Constant(value=str()):
                return self.text(value)
            case ast.Constant(value=bool() | None | int() | float() as found):
                return scalar(found, start, end)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as found)):
                return scalar(-found, start, end)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return self.sequence(items, start, end, depth)
            case ast.Dict():
                return self.mapping(value, depth)
            case ast.Name(id=name) if name in self.constants and depth < _DEEPEST:
                return self.node(self.constants[name], depth + 1)
            case ast.Call(func=func, args=[]) if _last_name(func) in self.classes:
                pairs = [(k.arg, k.value, k) for k in value.keywords if k.arg]
                if len(pairs) == len(value.keywords):
                    return self.keywords(pairs, start, end, depth)
        self.computed(value)
        return None

    def text(self, value: ast.Constant) -> yaml.Node:
        """The node of a text, which knows where each of its characters stands."""
        start, end = self.source.marks(value)
        written = self.source.text[start.index : end.index]
        found = CodeScalar(_TAG + "str", value.value, start, end, style='"')
        found.runs = _runs(str(value.value), written, start)
        return found

    def sequence(
        self, items: Sequence[ast.expr], start: yaml.Mark, end: yaml.Mark, depth: int
    ) -> yaml.Node:
        """The node of a list or tuple."""
        found = [self.node(item, depth + 1) for item in items]
        return yaml.SequenceNode(_TAG + "seq", [n for n in found if n is not None], start, end)

    def mapping(self, value: ast.Dict, depth: int) -> yaml.Node:
        """The node of a dict whose keys are texts."""
        pairs: list[tuple[yaml.Node, yaml.Node]] = []
        for key, item in zip(value.keys, value.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                node = self.node(item, depth + 1)
                if node is not None:
                    pairs.append((self.text(key), node))
            else:
                self.computed(key or item)
        start, end = self.source.marks(value)
        return yaml.MappingNode(_TAG + "map", pairs, start, end)

    def keywords(
        self,
        pairs: Sequence[tuple[str, ast.expr, ast.keyword]],
        start: yaml.Mark,
        end: yaml.Mark,
        depth: int,
    ) -> yaml.Node:
        """The node of a call's keywords."""
        found: list[tuple[yaml.Node, yaml.Node]] = []
        for name, value, keyword in pairs:
            node = self.node(value, depth + 1)
            if node is not None:
                found.append((self.key(name, keyword), node))
        return yaml.MappingNode(_TAG + "map", found, start, end)

    def key(self, name: str, keyword: ast.keyword) -> yaml.Node:
        """The node of a keyword's name."""
        start, _ = self.source.marks(keyword)
        end = yaml.Mark(
            start.name, start.index + len(name), start.line, start.column + len(name), None, 0
        )
        return yaml.ScalarNode(_TAG + "str", name, start, end)

    def computed(self, value: ast.expr) -> None:
        """Report what only running the file would tell."""
        help = "write it out, or name a constant of the module that is written out"
        if isinstance(value, ast.Name):
            help = f"set `{value.id}` once in this module, to something that is written out"
        self.findings.error(
            "computed-value",
            f"`{ast.unparse(value)}` is computed, and files are read, not run, to compile",
            self.source.place(value),
            help,
        )


def scalar(value: object, start: yaml.Mark, end: yaml.Mark) -> yaml.Node:
    """The node of a number, a boolean or None, as YAML would write it."""
    if value is None:
        return yaml.ScalarNode(_TAG + "null", "null", start, end)
    if isinstance(value, bool):
        return yaml.ScalarNode(_TAG + "bool", str(value).lower(), start, end)
    tag = "int" if isinstance(value, int) else "float"
    return yaml.ScalarNode(_TAG + tag, repr(value), start, end)


def _last_name(func: ast.expr) -> str:
    if isinstance(func, ast.Attribute):
        return func.attr
    return func.id if isinstance(func, ast.Name) else ""


def _runs(value: str, written: str, start: yaml.Mark) -> tuple[tuple[int, int, int], ...]:
    """Where the characters of `value` stand: (offset, line, column), as SqlText has them.

    What is `written` is followed beside the value, quotes and escapes passed over. Where texts
    are joined in a way that is not followed, the rest stands where the last known one does.
    """
    opening = _OPENING.match(written)
    if opening is None:
        return ((0, start.line + 1, start.column + 1),)
    raw = "r" in opening[0].lower()
    at, line, column = opening.end(), start.line, start.column + opening.end()
    runs = [(0, line + 1, column + 1)]
    expected = True
    for offset, character in enumerate(value):
        while not raw and written.startswith("\\\n", at):
            at, line, column, expected = at + 2, line + 1, 0, False
        if not expected:
            runs.append((offset, line + 1, column + 1))
            expected = True
        if written[at : at + 1] == character and (raw or character != "\\"):
            at += 1
            line, column = (line + 1, 0) if character == "\n" else (line, column + 1)
            expected = character != "\n"
        elif not raw and (escape := _ESCAPE.match(written, at)):
            at, column, expected = escape.end(), column + len(escape[0]), False
        else:
            break
    return tuple(runs)
