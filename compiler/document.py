"""Reading YAML: a text becomes plain data in which every value knows its line and column.

The tree that PyYAML composes is turned into data here, not by PyYAML's constructor, because the
constructor guesses: `on` becomes true, `12:30` becomes 750, a date becomes an object. Here a plain
scalar is null, `true` or `false`, a decimal number, or else the text that is written. Keys are
always text. Duplicate keys and several documents in one file are findings.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import Any

import yaml

from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import PythonCode, SqlText, Text
from seeknal.compiler.records import dataclass
from seeknal.compiler.yaml_text import literal_sql, runs_of, span_of, syntax_finding

Step = str | int
Pair = tuple[yaml.Node | None, yaml.Node]
"""The nodes of a key and of its value; an item of a list has no key."""

_TAG = "tag:yaml.org,2002:"
_STR = _TAG + "str"
_MERGE = _TAG + "merge"
_PLAIN_TAGS = frozenset(
    _TAG + name for name in ("null", "bool", "int", "float", "timestamp", "value", "merge")
)
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)$")
_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$")
_DEEPEST = 60
_LARGEST = 200_000


class CodeScalar(yaml.ScalarNode):
    """A text that is written in Python; `runs` say where its characters stand (see `SqlText`)."""

    runs: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class YamlFile:
    """A YAML file that holds one mapping: its text, its plain data and the places of its values.

    `file` is relative to the project root. A path is the keys and indexes that lead to a value.
    """

    file: str
    text: str
    data: dict[str, Any]
    node: yaml.MappingNode
    _pairs: dict[int, dict[str, Pair]] = field(default_factory=dict, init=False, repr=False)

    def has(self, *path: Step) -> bool:
        """True where a value stands at `path`, null included."""
        return len(self._walk(path)) == len(path)

    def get(self, *path: Step) -> Any:
        """The value at `path`; None where there is none."""
        value: Any = self.data
        for step in path:
            if isinstance(step, int):
                if not isinstance(value, list) or step >= len(value):
                    return None
                value = value[step]
            else:
                if not isinstance(value, dict) or step not in value:
                    return None
                value = value[step]
        return value

    def place(self, *path: Step, key: bool = False) -> Place:
        """Where the value at `path` stands; with `key`, where its key stands.

        A mapping or list written over several lines is pointed at by its key. Where nothing
        stands at `path`, the nearest mapping or list around it is pointed at.
        """
        steps = self._walk(path)
        if not steps:
            return self._root_place()
        key_node, node = steps[-1]
        if key or len(steps) < len(path) or _is_block(node):
            if key_node is not None:
                return span_of(self.file, self.text, key_node)
            return span_of(self.file, self.text, _first_scalar(node))
        return span_of(self.file, self.text, node)

    def text_at(self, *path: Step) -> Text:
        """The scalar at `path` as it is written, quotes taken off, and its place."""
        node = self._scalar(path)
        return Text(node.value, span_of(self.file, self.text, node))

    def sql_at(self, *path: Step) -> SqlText:
        """The SQL at `path`, with what is needed to point into it."""
        node = self._scalar(path)
        value: str = node.value
        start = node.start_mark
        if isinstance(node, CodeScalar):
            return SqlText(value, self.file, start.line + 1, start.column + 1, 0, node.runs)
        if node.style == "|":
            return literal_sql(self.file, self.text, node)
        quote = 1 if node.style in ("'", '"') else 0
        if self.text.startswith(value, start.index + quote) and "\n" not in value:
            return SqlText(value, self.file, start.line + 1, start.column + 1 + quote, 0)
        runs = runs_of(self.text, node)
        return SqlText(value, self.file, start.line + 1, start.column + 1, 0, runs)

    def _scalar(self, path: tuple[Step, ...]) -> yaml.ScalarNode:
        steps = self._walk(path)
        node = steps[-1][1] if len(steps) == len(path) and steps else None
        if not isinstance(node, yaml.ScalarNode):
            raise LookupError(f"no scalar at {path} of {self.file}")
        return node

    def _root_place(self) -> Place:
        pairs = self.node.value
        named = next((value for name, value in pairs if name.value == "name"), None)
        if isinstance(named, yaml.ScalarNode) and named.value:
            return span_of(self.file, self.text, named)
        return span_of(self.file, self.text, pairs[0][0]) if pairs else Place(self.file)

    def _walk(self, path: tuple[Step, ...]) -> list[Pair]:
        """The (key, value) nodes along `path`, as far as it exists."""
        found: list[Pair] = []
        node: yaml.Node = self.node
        for step in path:
            if isinstance(step, int):
                if not isinstance(node, yaml.SequenceNode) or step >= len(node.value):
                    break
                found.append((None, node.value[step]))
            else:
                pair = self._members(node).get(step)
                if pair is None:
                    break
                found.append(pair)
            node = found[-1][1]
        return found

    def _members(self, node: yaml.Node) -> dict[str, Pair]:
        """The nodes of each key of a mapping, those of merged mappings included; kept."""
        members = self._pairs.get(id(node))
        if members is None:
            members = self._pairs[id(node)] = {}
            for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
                if key.tag == _MERGE:
                    for source in _merged(value):
                        members.update({**self._members(source), **members})
                else:
                    members[key.value] = (key, value)
        return members


@dataclass(frozen=True, slots=True, eq=False)
class Document(YamlFile):
    """A spec as read: `kind` and `name` are known, nothing else is checked.

    `name` is empty where the spec has none; that is found when the document is checked. `broken`
    holds the paths of entries that do not fit the schema, so that the others can still be looked
    at. `code` is the function of a node that is written in Python; `schema` is the JSON Schema
    that the document has to fit.
    """

    kind: str
    name: str
    broken: frozenset[tuple[Step, ...]] = frozenset()
    code: PythonCode | None = None

    @property
    def id(self) -> str:
        """The node's id, `<kind>.<name>`."""
        return f"{self.kind}.{self.name}"

    @property
    def schema(self) -> str:
        """The name of the document's JSON Schema."""
        return f"python_{self.kind}" if self.code is not None else self.kind

    def entries(self, *path: Step) -> list[tuple[Step, ...]]:
        """The paths of what the mapping or list at `path` holds, broken entries left out."""
        value = self.get(*path) or ()
        steps = value if isinstance(value, dict) else range(len(value))
        return [(*path, step) for step in steps if (*path, step) not in self.broken]


def read_yaml(file: str, text: str, findings: Findings) -> YamlFile | None:
    """The mapping that `text` holds; None, and findings, where it holds something else.

    An empty text has no mapping and gives None without a finding.
    """
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
    except yaml.YAMLError as error:
        findings.items.append(syntax_finding(file, text, error))
        return None
    finally:
        loader.dispose()
    if node is None:
        return None
    if not isinstance(node, yaml.MappingNode):
        findings.error(
            "wrong-type",
            f"the file holds {'a list' if isinstance(node, yaml.SequenceNode) else 'text'} "
            "where a mapping is expected",
            span_of(file, text, _first_scalar(node)),
            "one file is one mapping of keys and values, as `kind: source`",
        )
        return None
    reader = _Reader(file, text, findings)
    data = reader.mapping(node, 0)
    return None if reader.broken else YamlFile(file, text, data, node)


def tree_document(
    file: str,
    text: str,
    node: yaml.MappingNode,
    findings: Findings,
    code: PythonCode | None = None,
) -> Document | None:
    """The spec of a tree with a `kind`; None, and findings, where a key stands twice."""
    reader = _Reader(file, text, findings)
    data = reader.mapping(node, 0)
    name = data.get("name")
    if reader.broken:
        return None
    kind, named = str(data["kind"]), name if isinstance(name, str) else ""
    return Document(file, text, data, node, kind, named, code=code)


def read_document(file: str, text: str, findings: Findings) -> Document | None:
    """The spec that `text` holds; None, and findings, where it is no mapping with a `kind`."""
    before = len(findings)
    read = read_yaml(file, text, findings)
    if read is None:
        if len(findings) == before:
            findings.error(
                "empty-file",
                "the file holds no spec",
                Place(file),
                "a spec starts with `kind:` and `name:`",
            )
        return None
    kind, name = read.data.get("kind"), read.data.get("name")
    if not isinstance(kind, str) or not kind:
        findings.error(
            "missing-key",
            "the spec has no `kind`" if kind is None else "`kind` is not text",
            read.place("kind"),
            "name what the file defines, as `kind: source`",
        )
        return None
    return Document(file, text, read.data, read.node, kind, name if isinstance(name, str) else "")


class _Reader:
    """Builds plain data from a tree of YAML nodes; `broken` where a finding was added."""

    def __init__(self, file: str, text: str, findings: Findings) -> None:
        self.file = file
        self.text = text
        self.findings = findings
        self.broken = False
        self.count = 0

    def value(self, node: yaml.Node, depth: int) -> Any:
        """The plain value of `node`."""
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.tag == _STR else self.scalar(node)
        self.count += 1
        if depth > _DEEPEST or self.count > _LARGEST:
            if not self.broken:
                self.error(node, "yaml-syntax", "the values nest without end", "untie the aliases")
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, depth)
        return [self.value(item, depth + 1) for item in node.value]

    def scalar(self, node: yaml.ScalarNode) -> Any:
        """The value of a scalar whose tag is not that of text."""
        text: str = node.value
        if node.tag not in _PLAIN_TAGS:
            self.error(
                node, "yaml-syntax", f"the tag `{_shown(node.tag)}` has no meaning", "take it out"
            )
            return None
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.match(text):
            return int(text)
        if _NUMBER.match(text):
            return float(text)
        return text

    def mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Any]:
        """The dict of a mapping, merge keys (`<<`) applied below its own keys."""
        data: dict[str, Any] = {}
        merged: list[yaml.Node] = []
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.complex_key(key)
            elif key.tag == _MERGE:
                merged.append(value)
            elif key.value in data:
                self.duplicate(node, key)
            else:
                data[key.value] = self.value(value, depth + 1)
        for value in merged:
            for source in _merged(value):
                if isinstance(source, yaml.MappingNode) and depth < _DEEPEST:
                    data = {**self.mapping(source, depth + 1), **data}
                else:
                    self.error(value, "yaml-syntax", "`<<` merges mappings only", None)
        return data

    def complex_key(self, key: yaml.Node) -> None:
        """Report a mapping or list that stands as a key: mostly an unquoted `{{ … }}`."""
        if self.text.startswith("{", key.start_mark.index):
            self.error(
                key,
                "yaml-syntax",
                "a value that begins with `{{` is read as a mapping",
                'put quotes around it, as "{{ run_date }}"',
            )
        else:
            self.error(key, "yaml-syntax", "a key is a list or a mapping", "keys are plain names")

    def duplicate(self, node: yaml.MappingNode, key: yaml.ScalarNode) -> None:
        """Report a key that stands twice in one mapping."""
        first = next(
            k for k, _ in node.value if isinstance(k, yaml.ScalarNode) and k.value == key.value
        )
        self.error(
            key,
            "duplicate-key",
            f"the key `{key.value}` stands twice in one mapping",
            "keep one of them",
            ((span_of(self.file, self.text, first), "the first one"),),
        )

    def error(
        self,
        node: yaml.Node,
        code: str,
        message: str,
        help: str | None,
        related: tuple[tuple[Place, str], ...] = (),
    ) -> None:
        """Add an error at `node`."""
        self.broken = True
        place = span_of(self.file, self.text, node)
        self.findings.error(code, message, place, help, related)


def _merged(value: yaml.Node) -> list[yaml.Node]:
    """The nodes that a merge key (`<<`) names: one, or a list of them."""
    return list(value.value) if isinstance(value, yaml.SequenceNode) else [value]


def _is_block(node: yaml.Node) -> bool:
    """True for a mapping or list over several lines."""
    return not isinstance(node, yaml.ScalarNode) and node.start_mark.line != node.end_mark.line


def _first_scalar(node: yaml.Node) -> yaml.Node:
    """The first scalar of a mapping or list: the place to point at where there is no key."""
    while isinstance(node, yaml.CollectionNode) and node.value:
        first = node.value[0]
        node = first[0] if isinstance(node, yaml.MappingNode) else first
    return node


def _shown(tag: str) -> str:
    return tag.replace(_TAG, "!!")
