"""A project as it lies on disk: its specs, its common configuration and its variables.

Specs are `seeknal/**/*.yml` and the decorated functions of `seeknal/**/*.py`; `seeknal/common/`
holds names and expressions to reuse; macros are in `macros/`; `seeknal_project.yml` is optional.
Everything is read in the order of the sorted paths.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path

from seeknal.compiler.collector import collector_paused
from seeknal.compiler.document import Document, YamlFile, read_document, read_yaml
from seeknal.compiler.findings import Findings, Place
from seeknal.compiler.kinds import KINDS, SKIPPED_KINDS
from seeknal.compiler.kinds.fields import with_inputs
from seeknal.compiler.kinds.spec import EventGroupSpec, FeatureGroupSpec, Spec, SqlText, Text
from seeknal.compiler.project_files import COMMON, PROJECT_FILE, SPECS, files_below
from seeknal.compiler.project_heads import head_of, needed_files
from seeknal.compiler.records import dataclass
from seeknal.compiler.schema_check import check_schema
from seeknal.compiler.suggest import suggest


@dataclass(frozen=True, slots=True)
class Project:
    """All that is read of a project.

    `specs` holds the nodes that are right, by id. `documents` holds every node with a known kind,
    so an id in `documents` and not in `specs` is a node with errors. `skipped` holds the nodes of
    kinds that this version does not run, and the places of their names. `config` is what the
    project file says. `common` is keyed as it is
    written in `{{ }}`. `unread` are the ids of the nodes that were not asked for.
    """

    root: Path
    name: str
    config: Mapping[str, object] = field(default_factory=dict)
    common: Mapping[str, SqlText] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    specs: Mapping[str, Spec] = field(default_factory=dict)
    skipped: Mapping[str, Place] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    @property
    def vars(self) -> Mapping[str, object]:
        """The variables of the project file."""
        found: Mapping[str, object] = self.config.get("vars") or {}  # type: ignore[assignment]
        return found


def load_project(
    root: Path,
    findings: Findings,
    only: Collection[str] | None = None,
    ids: Mapping[str, str] | None = None,
    drafts: Mapping[str, str] | None = None,
) -> Project:
    """The project at `root`; what is wrong in any of its files is added to `findings`.

    With `only` (ids or names of nodes) just these and what they mention, directly or not, is read
    and checked, which takes a tenth of the time in a project of hundreds of nodes. `ids` has the
    nodes of files that are as they were when their ids were read: these need not be opened.
    `drafts` are specs by the names of their files; each stands in for the node that it defines.
    """
    with collector_paused():
        return _load(root, findings, only, ids or {}, drafts or {})


def _load(
    root: Path,
    findings: Findings,
    only: Collection[str] | None,
    known: Mapping[str, str],
    drafts: Mapping[str, str],
) -> Project:
    name, config = _read_project_file(root, findings)
    common = _read_common(root, findings)
    found: dict[str, Document] = {}
    specs: dict[str, Spec] = {}
    skipped: dict[str, Place] = {}
    names: dict[str, tuple[str, Place]] = {}
    if not (root / SPECS).is_dir():
        findings.error(
            "no-project",
            f"there is no folder `{SPECS}` in {root}",
            None,
            "run the command in a project's folder, or start a project with `seeknal init`",
        )
    texts: dict[str, str] = {}
    ids: dict[str, str] = {}
    for file in _spec_files(root, findings):
        if only is not None and known.get(file):
            ids[file] = known[file]
            continue
        text = _read_text(root, file, findings)
        if text is not None:
            texts[file] = text
            is_head = only is not None and not file.endswith(".py")
            head = head_of(text) if is_head else None
            ids[file] = head.id if head is not None else ""

    def text_of(file: str) -> str:
        if file not in texts:
            texts[file] = _read_text(root, file, findings) or ""
        return texts[file]

    files = list(texts)
    if only is not None:
        files = needed_files(ids, text_of, only, (sql.value for sql in common.values()))
    drafted: set[str] = set()
    for file in [*drafts, *(file for file in files if file not in drafts)]:
        text = drafts[file] if file in drafts else texts[file]
        for document in _documents(root, file, text, findings):
            if document.id.casefold() in drafted and file not in drafts:
                continue
            if file in drafts:
                drafted.add(document.id.casefold())
            if document.kind in SKIPPED_KINDS:
                _skip(document, findings)
                skipped.setdefault(document.id, document.place("name"))
                continue
            spec = _spec(root, document, findings)
            if document.kind in KINDS and document.name and _is_new(document, names, findings):
                found[document.id] = document
                if spec is not None:
                    specs[document.id] = spec
    specs = _with_entities(specs, findings)
    unread = frozenset(filter(None, ids.values())) - found.keys() - skipped.keys()
    return Project(root, name, config, common, found, specs, skipped, unread)


def _documents(root: Path, file: str, text: str, findings: Findings) -> list[Document]:
    """The nodes of a file: one of YAML, any number of Python."""
    if file.endswith(".py"):
        from seeknal.compiler.python.read import read_python

        return read_python(root, file, text, findings)
    document = read_document(file, text, findings)
    return [document] if document is not None else []


def _spec(root: Path, document: Document, findings: Findings) -> Spec | None:
    """The spec of a document; None, and findings, where it is not right."""
    if document.kind not in KINDS:
        findings.error(
            "unknown-kind",
            f"there is no kind of node `{document.kind}`",
            document.place("kind"),
            suggest(document.kind, KINDS, "kinds"),
        )
        return None
    spec = KINDS[document.kind](document, findings)
    if spec is None:
        return None
    if spec.call is not None:
        spec = replace(spec, inputs=with_inputs(spec.inputs, *spec.call.code.reads))
    if not document.get("post_hooks"):
        return spec
    from seeknal.compiler.python.hooks import read_hooks

    before = len(findings)
    hooks = read_hooks(root, document, findings)
    return replace(spec, hooks=hooks) if len(findings) == before else None


def _with_entities(specs: dict[str, Spec], findings: Findings) -> dict[str, Spec]:
    """The specs; a function that reads an entity reads the feature groups of it."""
    whole = not findings.has_errors
    groups: dict[str, list[str]] = {}
    for spec in specs.values():
        if isinstance(spec, FeatureGroupSpec | EventGroupSpec) and spec.entity:
            groups.setdefault(spec.entity, []).append(spec.id)
    found = {}
    for id, spec in specs.items():
        for entity in spec.call.code.entities if spec.call and whole else ():
            if entity.value not in groups:
                findings.error(
                    "unknown-entity",
                    f"no feature group has the entity `{entity}`",
                    entity.place,
                    suggest(entity.value, groups, "entities"),
                )
        more = [
            Text(group, entity.place)
            for entity in (spec.call.code.entities if spec.call else ())
            for group in groups.get(entity.value, ())
            if group != id
        ]
        found[id] = replace(spec, inputs=with_inputs(spec.inputs, *more)) if more else spec
    return found


def _spec_files(root: Path, findings: Findings) -> list[str]:
    """The spec files; files that look like specs and are not read are warnings."""
    specs: list[str] = []
    for file in sorted(files_below(root, SPECS)):
        name = file.rpartition("/")[2]
        if file.endswith(".yaml"):
            findings.warn(
                "skipped-file",
                "the file is not read: specs end in `.yml`",
                Place(file),
                f"rename it to `{name.removesuffix('.yaml')}.yml`",
            )
        elif file.startswith(f"{COMMON}/"):
            continue
        elif file.endswith(".yml") or (file.endswith(".py") and _is_read(file)):
            specs.append(file)
    return specs


def _is_read(file: str) -> bool:
    """False for a Python file that is a template, or that its name keeps to itself."""
    return not file.rpartition("/")[2].startswith("_") and "/templates/" not in file


def _read_text(root: Path, file: str, findings: Findings) -> str | None:
    """The text of a file; None, and a finding, where it is not UTF-8."""
    try:
        return (root / file).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.error(
            "not-utf8",
            f"the file is not UTF-8 text: byte {error.start} is 0x{error.object[error.start]:02x}",
            Place(file),
            "save it as UTF-8",
        )
    except OSError as error:
        findings.error("unreadable-file", f"the file cannot be read: {error.strerror}", Place(file))
    return None


def _skip(document: Document, findings: Findings) -> None:
    findings.warn(
        "skipped-kind",
        f"`{document.id}` is left out: this version does not run nodes of kind `{document.kind}`",
        document.place("kind"),
    )


def _is_new(document: Document, names: dict[str, tuple[str, Place]], findings: Findings) -> bool:
    """False, and an error, where an earlier file defines a node of this id in any case."""
    place = document.place("name")
    folded = document.id.casefold()
    if folded not in names:
        names[folded] = (document.id, place)
        return True
    other, first = names[folded]
    message = f"two files define `{document.id}`"
    if other != document.id:
        message = f"`{document.id}` and `{other}` differ by case alone"
    elif first.file == place.file:
        message = f"the file defines `{document.id}` twice"
    findings.error(
        "duplicate-node",
        message,
        place,
        "rename one of them",
        [(first, "the first one")],
    )
    return False


def _read_project_file(root: Path, findings: Findings) -> tuple[str, Mapping[str, object]]:
    """The project's name and its file; the folder's name and nothing without a project file."""
    fallback = root.resolve().name
    if not (root / PROJECT_FILE).is_file():
        return fallback, {}
    read = _read_yaml(root, PROJECT_FILE, findings)
    if read is None or not check_schema(read, "project", findings):
        return fallback, {}
    return str(read.data.get("name") or fallback), read.data


def _read_common(root: Path, findings: Findings) -> Mapping[str, SqlText]:
    """The entries of `seeknal/common/`, by the names that stand for them in `{{ }}`."""
    entries: dict[str, SqlText] = {}
    for name, prefixes, key in (
        ("rules", ("rules",), "value"),
        ("transformations", ("transforms", "transformations"), "sql"),
    ):
        for read, index in _common_items(root, name, findings):
            entry = read.text_at(name, index, "id").value
            for prefix in prefixes:
                entries[f"{prefix}.{entry}"] = read.sql_at(name, index, key)
    for read, index in _common_items(root, "sources", findings):
        entry = read.text_at("sources", index, "id").value
        if read.get("sources", index, "ref"):
            entries[f"{entry}.ref"] = read.sql_at("sources", index, "ref")
        for key in read.get("sources", index, "params") or ():
            entries[f"{entry}.{key}"] = read.sql_at("sources", index, "params", key)
    return entries


def _common_items(root: Path, name: str, findings: Findings) -> Iterator[tuple[YamlFile, int]]:
    """The items of one common file; two with one id are an error."""
    file = f"{COMMON}/{name}.yml"
    if not (root / file).is_file():
        return
    read = _read_yaml(root, file, findings)
    if read is None or not check_schema(read, f"common_{name}", findings):
        return
    seen: dict[str, Place] = {}
    for index, item in enumerate(read.data[name] or ()):
        place = read.place(name, index, "id")
        first = seen.setdefault(item["id"], place)
        if first is not place:
            findings.error(
                "duplicate-name",
                f"two entries have the id `{item['id']}`",
                place,
                "rename one of them",
                [(first, "the first one")],
            )
            continue
        yield read, index


def _read_yaml(root: Path, file: str, findings: Findings) -> YamlFile | None:
    text = _read_text(root, file, findings)
    return None if text is None else read_yaml(file, text, findings)
