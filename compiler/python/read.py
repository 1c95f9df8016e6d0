"""A Python file of a project becomes the documents of the nodes that it defines."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import yaml

from seeknal.compiler.document import Document, tree_document
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds.spec import PythonCode
from seeknal.compiler.python.calls import Function, calls_of
from seeknal.compiler.python.decorators import (
    CLASSES,
    DECORATORS,
    MATERIALIZE,
    Decorator,
)
from seeknal.compiler.python.digest import code_of, decorator_name
from seeknal.compiler.python.literals import Reader, Source
from seeknal.compiler.python.metadata import Metadata, read_metadata
from seeknal.compiler.python.names import imported_names, parse_module
from seeknal.compiler.records import dataclass

_TAG = "tag:yaml.org,2002:"
Pair = tuple[yaml.Node, yaml.Node]


@dataclass(frozen=True, slots=True)
class _Use:
    """A decorator as it is used: `call` is None where it has no parentheses."""

    name: str
    node: ast.expr
    call: ast.Call | None


def read_python(root: Path, file: str, text: str, findings: Findings) -> list[Document]:
    """The nodes that a file defines; what is wrong with one is a finding, and leaves it out."""
    tree = parse_module(file, text, findings)
    if tree is None:
        return []
    names = imported_names(tree)
    if not names:
        return []
    source = Source.of(file, text)
    metadata = read_metadata(file, text, findings)
    module = _Module(root, source, tree, names, metadata, findings)
    return [document for document in module.documents() if document is not None]


def read_function(
    root: Path, file: str, text: str, name: str, findings: Findings
) -> PythonCode | None:
    """The function `name` of a module, as a hook calls it; None where there is none."""
    tree = parse_module(file, text, findings)
    if tree is None:
        return None
    functions = {s.name: s for s in tree.body if isinstance(s, Function)}
    if name not in functions:
        return None
    source = Source.of(file, text)
    return _code(root, source, tree, functions[name], set(), read_metadata(file, text, findings))


class _Module:
    """One file and what its documents share."""

    def __init__(
        self,
        root: Path,
        source: Source,
        tree: ast.Module,
        names: dict[str, str],
        metadata: Metadata,
        findings: Findings,
    ) -> None:
        self.root = root
        self.source = source
        self.tree = tree
        self.names = names
        self.metadata = metadata
        self.findings = findings
        self.reader = Reader(
            source,
            _constants(tree),
            frozenset(
                name.rpartition(".")[2] for name, stands in names.items() if stands in CLASSES
            ),
            findings,
        )

    def documents(self) -> Iterator[Document | None]:
        """The document of every decorated function, in the order of the file."""
        nodes = {s.name for s in self.tree.body if isinstance(s, Function) and self.uses(s)}
        top = {id(statement) for statement in self.tree.body}
        last = {s.name: s for s in self.tree.body if isinstance(s, Function)}
        for statement in ast.walk(self.tree):
            if isinstance(statement, Function) and (uses := self.uses(statement)):
                if id(statement) not in top:
                    self.misplaced(statement, "is nested in another statement")
                elif last[statement.name] is not statement:
                    # The module knows the last one by the name.
                    self.misplaced(statement, "is defined again below")
                elif isinstance(statement, ast.AsyncFunctionDef):
                    self.misplaced(statement, "is a coroutine")
                else:
                    yield self.document(statement, uses, nodes - {statement.name})

    def uses(self, function: Function) -> list[_Use]:
        """The decorators of `seeknal.pipeline` on a function."""
        found = []
        for node in function.decorator_list:
            call = node if isinstance(node, ast.Call) else None
            name = self.names.get(decorator_name(node), "")
            if name in DECORATORS or name == MATERIALIZE:
                found.append(_Use(name, node, call))
        return found

    def misplaced(self, function: Function, what: str) -> None:
        """Report a decorated function that cannot be a node."""
        self.findings.error(
            "bad-function",
            f"the function `{function.name}` {what}, and cannot be a node",
            _name_place(self.source, function),
            "write it as a plain function of the module",
        )

    def document(
        self, function: ast.FunctionDef, uses: list[_Use], others: set[str]
    ) -> Document | None:
        """The document of one function."""
        kinds = [use for use in uses if use.name != MATERIALIZE]
        if len(kinds) != 1:
            what = "has two kinds of node" if kinds else "is materialized and is no node"
            self.misplaced(function, what)
            return None
        use = kinds[0]
        decorator = DECORATORS[use.name]
        before = len(self.findings)
        pairs = self.pairs(function, decorator, use)
        if tables := [self.keywords(use) for use in uses if use.name == MATERIALIZE]:
            start, end = self.source.marks(uses[0].node)
            key = yaml.ScalarNode(_TAG + "str", "materializations", start, end)
            pairs[key.value] = (key, yaml.SequenceNode(_TAG + "seq", tables, start, end))
        start, end = self.source.marks(use.node)
        tree = yaml.MappingNode(_TAG + "map", list(pairs.values()), start, end)
        if len(self.findings) > before:
            return None
        code = None
        if _is_called(decorator, pairs):
            code = _code(self.root, self.source, self.tree, function, others, self.metadata)
        return tree_document(self.source.file, self.source.text, tree, self.findings, code)

    def pairs(self, function: ast.FunctionDef, decorator: Decorator, use: _Use) -> dict[str, Pair]:
        """The keys and values of the spec, by key."""
        start, end = self.source.marks(use.node)
        name_start, name_end = _name_marks(self.source, function)
        kind = yaml.ScalarNode(_TAG + "str", decorator.kind, start, end)
        name = yaml.ScalarNode(_TAG + "str", function.name, name_start, name_end)
        pairs: dict[str, Pair] = {
            "kind": (_key("kind", kind), kind),
            "name": (_key("name", name), name),
        }
        if docstring := _docstring(function):
            text = yaml.ScalarNode(_TAG + "str", docstring, name_start, name_end, style='"')
            pairs["description"] = (_key("description", text), text)
        params: list[Pair] = []
        for key, value, mark in self.arguments(decorator, use):
            node = self.reader.node(value)
            if node is None or (isinstance(value, ast.Constant) and value.value is None):
                continue
            key_node = mark if isinstance(mark, yaml.Node) else self.reader.key(key, mark)
            named = decorator.renamed.get(key, key)
            if named == "inputs":
                node = _inputs(node)
            if key == "params" and isinstance(node, yaml.MappingNode):
                params += node.value
            elif key in decorator.own or key in decorator.renamed:
                written = yaml.ScalarNode(
                    _TAG + "str", named, key_node.start_mark, key_node.end_mark
                )
                pairs[named] = (written, node)
            else:
                params.append((key_node, node))
        for key, (default, beside) in decorator.defaults.items():
            if key not in pairs and beside in pairs:
                node = yaml.ScalarNode(_TAG + "str", default, start, end)
                pairs[key] = (_key(key, node), node)
        if params:
            key_node = yaml.ScalarNode(_TAG + "str", "params", start, end)
            pairs["params"] = (key_node, yaml.MappingNode(_TAG + "map", params, start, end))
        return pairs

    def arguments(
        self, decorator: Decorator, use: _Use
    ) -> Iterator[tuple[str, ast.expr, ast.keyword | yaml.Node]]:
        """The arguments of a decorator by the names of its parameters."""
        if use.call is None:
            return
        for position, value in enumerate(use.call.args):
            if isinstance(value, ast.Starred) or position >= len(decorator.order):
                self.reader.computed(value)
                continue
            start, end = self.source.marks(value)
            name = decorator.order[position]
            yield name, value, yaml.ScalarNode(_TAG + "str", name, start, end)
        for keyword in use.call.keywords:
            if keyword.arg is None:
                self.reader.computed(keyword.value)
            else:
                yield keyword.arg, keyword.value, keyword

    def keywords(self, use: _Use) -> yaml.Node:
        """The mapping of `@materialize(…)`."""
        start, end = self.source.marks(use.node)
        keywords = use.call.keywords if use.call else []
        pairs = [(k.arg, k.value, k) for k in keywords if k.arg]
        if use.call and (use.call.args or len(pairs) < len(keywords)):
            self.reader.computed(use.call)
        return self.reader.keywords(pairs, start, end, 0)


def _is_called(decorator: Decorator, pairs: dict[str, Pair]) -> bool:
    """False where the spec says all: a source, SQL, or features computed from events."""
    if decorator.kind == "source" or "transform" in pairs:
        return False
    if decorator.kind == "feature_group" and "features" in pairs:
        features = pairs["features"][1]
        entries = features.value if isinstance(features, yaml.MappingNode) else ()
        return not any(
            isinstance(entry, yaml.MappingNode)
            and any(key.value in ("agg", "ratio") for key, _ in entry.value)
            for _, entry in entries
        )
    return True


def _code(
    root: Path,
    source: Source,
    tree: ast.Module,
    function: Function,
    others: set[str],
    metadata: Metadata,
) -> PythonCode:
    helpers = {s.name: s for s in tree.body if isinstance(s, Function) and s.name not in others}
    calls = calls_of(function, helpers, source)
    named = imported_names(tree)
    decorators = {spelt for spelt, name in named.items() if name not in CLASSES}
    code = code_of(root, source.file, tree, function, others, decorators)
    return PythonCode(
        file=source.file,
        function=function.name,
        place=_name_place(source, function),
        digest=code.digest,
        files=code.files,
        absent=code.absent,
        reads=calls.reads,
        entities=calls.entities,
        parameters=calls.parameters,
        dependencies=metadata.dependencies,
        requires_python=metadata.requires_python,
    )


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """What the module sets once, and never changes by name."""
    found: dict[str, ast.expr] = {}
    several: set[str] = set()
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.AugAssign):
            targets = [node.target]
        for target in targets:
            if isinstance(target, ast.Name):
                if target.id in found or isinstance(node, ast.AugAssign):
                    several.add(target.id)
                value = getattr(node, "value", None)
                if value is not None and node in tree.body:
                    found[target.id] = value
    return {name: value for name, value in found.items() if name not in several}


def _inputs(node: yaml.Node) -> yaml.Node:
    """A list of ids as the list of `{ref: id}` that a spec holds; one id is a list of it."""
    if isinstance(node, yaml.ScalarNode):
        node = yaml.SequenceNode(_TAG + "seq", [node], node.start_mark, node.end_mark)
    if not isinstance(node, yaml.SequenceNode):
        return node
    items = [
        yaml.MappingNode(_TAG + "map", [(_key("ref", item), item)], item.start_mark, item.end_mark)
        if isinstance(item, yaml.ScalarNode)
        else item
        for item in node.value
    ]
    return yaml.SequenceNode(_TAG + "seq", items, node.start_mark, node.end_mark)


def _key(name: str, node: yaml.Node) -> yaml.Node:
    return yaml.ScalarNode(_TAG + "str", name, node.start_mark, node.end_mark)


def _docstring(function: Function) -> str:
    text = ast.get_docstring(function) or ""
    return text.strip().partition("\n")[0].rstrip()


def _name_marks(source: Source, function: Function) -> tuple[yaml.Mark, yaml.Mark]:
    """The marks of a function's name."""
    start, _ = source.marks(function)
    at = source.text.index(function.name, source.text.index("def", start.index) + 3)
    column = start.column + at - start.index
    first = yaml.Mark(source.file, at, start.line, column, None, 0)
    length = len(function.name)
    return first, yaml.Mark(source.file, at + length, start.line, column + length, None, 0)


def _name_place(source: Source, function: Function) -> Place:
    start, end = _name_marks(source, function)
    return Place(source.file, start.line + 1, start.column + 1, end.column - start.column)
