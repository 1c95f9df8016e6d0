"""The pages for readers, as data: their blocks, what marks say of them, and what is true.

A mark is an HTML comment on a line before a block. It says how the block is held to the program:

    run: examples/ecommerce   the commands run in a copy of that folder; what is shown is printed
    run: new                  the same in an empty folder; `; exit 1` ends a mark where they fail
    run: clone                the same in a folder that has `examples/`, as a clone does
    write: FOLDER FILE        the block is written to that file of the folder
    not run: why              nobody runs this
    file: PATH                the block is that file, without its line for editors
    sql: FOLDER NODE OPTIONS  the block is what `seeknal compile NODE OPTIONS` prints there
    part of: KIND             the YAML fits into a spec of that kind
    schema: NAME              the YAML fits the JSON Schema of that name
    node: FILE                the Python is that file of the project which the page's specs make
    guide, guide: WORDS       tests/test_guides.py or tests/test_macros.py follows it
    generated: NAME           a table that `TABLES` makes

The blocks of a page that run in one folder share one copy of it, and are taken in their order. A
folder may go on below `new` and `clone`: `clone/examples/churn`. A line `...` in an output stands
for any lines. `python -m tests.documents` writes anew what commands, compiler and tables say.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner

from seeknal.cli import main
from seeknal.compiler.macros import AggregationHeader, MacroLibrary
from tests.processes import plain_environ

ROOT = Path(__file__).parents[1]
HOMES = ("new", "clone")
GENERATED_PAGES = frozenset({"errors.md"})
"""Pages that another test holds."""

_FENCE = re.compile(r"^```(\w*)$")
_MARK = re.compile(r"^<!-- (.*?) -->$")
_IN_A_SHELL = re.compile(r"[|&;<>$*`]")
_EDITOR_LINE = re.compile(r"\A# yaml-language-server:.*\n")
_ID = re.compile(r"^[a-z_]+\.\w+ +.*\d\.\d\d$")
_VOLATILE = (
    (re.compile(r"\b\d+\.\d\ds\b"), "0.00s"),
    (re.compile(r"(?<!\d)\d{8}_\d{6}(?!\d)"), "RUN"),
    (re.compile(r"\bas of \d{4}-\d\d-\d\d"), "as of DATE"),
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d\b"), "TIME"),
    (re.compile(r"\bconsolidated: \S+"), "consolidated: TIME"),
    (re.compile(r"(version|seeknal|python|duckdb|sqlglot)( +)\d+(\.\d+)+"), r"\1\2VERSION"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block, or a table below a mark. Its text is lines `start` to `end`, from 0."""

    page: Path
    language: str
    text: str
    mark: str
    start: int
    end: int

    @property
    def name(self) -> str:
        """Page and line, as test ids show them."""
        return f"{self.page.relative_to(ROOT)}:{self.start}"

    def says(self, word: str) -> str | None:
        """What the mark says after `word:`; None where it says something else."""
        if self.mark == word:
            return ""
        head, colon, rest = self.mark.partition(": ")
        return rest if colon and head == word else None


def pages() -> list[Path]:
    """Every page that a reader may open."""
    top = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")]
    return [*top, *sorted((ROOT / "docs").rglob("*.md")), ROOT / "examples" / "README.md"]


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page and its generated tables, in order."""
    lines = page.read_text("utf-8").split("\n")
    mark, at = "", 0
    while at < len(lines):
        line = lines[at]
        if found := _MARK.match(line):
            mark = found[1]
            if mark.startswith("generated:"):
                end = at + 1
                while end < len(lines) and lines[end]:
                    end += 1
                yield Block(page, "table", _text(lines[at + 1 : end]), mark, at + 1, end)
        elif found := _FENCE.match(line):
            end = lines.index("```", at + 1)
            yield Block(page, found[1], _text(lines[at + 1 : end]), mark, at + 1, end)
            mark, at = "", end
        elif line.strip():
            mark = ""
        at += 1


def _text(lines: list[str]) -> str:
    return "".join(line + "\n" for line in lines)


# -- commands --------------------------------------------------------------------------------


@dataclass(slots=True)
class Folders:
    """The folders that the blocks of one page run in, made when first asked for."""

    below: Path
    made: dict[str, Path] = field(default_factory=dict)

    def folder(self, name: str) -> Path:
        """A copy of the folder `name` of the project, without results; an empty one for `new`."""
        home, _, below = name.partition("/")
        if home in HOMES:
            return self._copy(home) / below
        return self._copy(name)

    def home(self, name: str) -> Path:
        """The folder that pages call /srv."""
        home = name.partition("/")[0]
        return self._copy(home) if home in HOMES else self._copy(name).parent

    def _copy(self, name: str) -> Path:
        if name not in self.made:
            made = Path(tempfile.mkdtemp(dir=self.below)).resolve()
            if name != "new":
                copied = "examples" if name == "clone" else name
                whole = made / Path(copied).name
                shutil.copytree(ROOT / copied, whole, ignore=_made)
                made = made if name == "clone" else whole
            self.made[name] = made
        return self.made[name]


def _made(folder: str, names: list[str]) -> set[str]:
    """What of a folder is no part of a clone: results, and the data that flights unpack."""
    made = {"target", "__pycache__", *(["data"] if Path(folder).name == "flights" else [])}
    return made & set(names)


def commands(block: Block) -> list[tuple[str, list[str]]]:
    """The commands of a block with the lines that it shows below each."""
    found: list[tuple[str, list[str]]] = []
    for line in block.text.splitlines():
        if block.language == "console":
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif found:
                found[-1][1].append(line)
        elif line.strip() and not line.startswith("#"):
            found.append((line.partition("  #")[0].strip(), []))
    return found


def run(command: str, folder: Path) -> tuple[str, int]:
    """What a command prints in `folder`, and its exit code; `seeknal` runs in this process."""
    words = command.split()
    if words[0] == "cd":
        return "", 0
    if words[0] == "seeknal" and not _IN_A_SHELL.search(command) and "'" not in command:
        with chdir(folder):
            done = CliRunner().invoke(main, words[1:], catch_exceptions=False)
        return done.output, done.exit_code
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    process = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**plain_environ(), "PATH": path, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return process.stdout, process.returncode


def replay(block: Block, folders: Folders) -> tuple[str, int]:
    """The block as it would read if written now, and the exit code of its last command."""
    place = (block.says("run") or "").partition(";")[0].strip()
    folder, home = folders.folder(place), folders.home(place)
    lines: list[str] = []
    code = 0
    for command, shown in commands(block):
        assert code == 0, f"{block.name}: the command before `{command}` exits with {code}"
        output, code = run(command, folder)
        output = output.replace(str(home), "/srv")
        if command.startswith("cd "):
            folder = folder / command[3:].strip()
        printed = output.rstrip("\n").split("\n") if output.strip() else []
        keep = block.language != "console" or matches(shown, printed)
        if command.split()[:2] == ["seeknal", "inspect"]:
            # The rows of an aggregation have no order.
            keep = keep or matches(sorted(_trimmed(shown)), sorted(printed))
        lines += [f"$ {command}", *(shown if keep else printed)]
    return ("\n".join(lines) + "\n" if block.language == "console" else block.text), code


def write(block: Block, folders: Folders) -> None:
    """Write the file that the mark names, as a reader would."""
    place, _, file = (block.says("write") or "").partition(" ")
    path = folders.folder(place) / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, "utf-8")


def expected_exit(block: Block) -> int:
    """The exit code that the mark names."""
    found = re.search(r"; exit (\d+)$", block.mark)
    return int(found[1]) if found else 0


def matches(shown: list[str], printed: list[str]) -> bool:
    """True where the lines shown are those printed, seconds, days and versions aside."""
    pattern = "\n".join(
        ".*" if line.strip() == "..." else re.escape(plain(line)) for line in _trimmed(shown)
    )
    return re.fullmatch(pattern, "\n".join(map(plain, _trimmed(printed))), re.DOTALL) is not None


def plain(line: str) -> str:
    """The line without what differs from run to run."""
    if _ID.match(line):
        line = re.sub(r" +\d+\.\d\d$", " SECONDS", line)
    for pattern, word in _VOLATILE:
        line = pattern.sub(word, line)
    return line.rstrip()


def _trimmed(lines: list[str]) -> list[str]:
    return "\n".join(lines).strip("\n").split("\n")


# -- what blocks show ------------------------------------------------------------------------


def shown_file(path: str) -> str:
    """A file of the project as pages show it."""
    return _EDITOR_LINE.sub("", (ROOT / path).read_text("utf-8"))


def shown_sql(arguments: str, folders: Folders) -> str:
    """The statement that `sql: FOLDER NODE OPTIONS` stands for."""
    folder, *words = arguments.split()
    output, code = run(" ".join(["seeknal", "compile", *words]), folders.folder(folder))
    assert code == 0, output
    return output


def aggregations() -> str:
    """The table of all aggregations, from the headers of their files."""
    library = MacroLibrary("duckdb")
    headers = {found.name: found for word in library.words() if (found := library.find(word))}
    rows = [
        "| aggregation | takes | returns | no rows | the value |",
        "|---|---|---|---|---|",
        *(_row(headers[name]) for name in sorted(headers)),
    ]
    return "".join(row + "\n" for row in rows)


def _row(header: AggregationHeader) -> str:
    call = header.name
    if header.parameters:
        call += f"({', '.join(name for name, _ in header.parameters)})"
    names = ", ".join(f"`{name}`" for name in (call, *header.aliases))
    returns = {"same": "the same type", "sum": "int64, double or decimal(38,s)"}
    takes = {"nothing": "rows", "ordered": "any with an order"}
    cells = (
        names,
        takes.get(header.takes, header.takes),
        returns.get(header.returns, header.returns),
        "NULL" if header.no_rows is None else str(header.no_rows),
        header.summary,
    )
    return f"| {' | '.join(cells)} |"


TABLES: dict[str, Callable[[], str]] = {"aggregations": aggregations}


# -- writing anew ----------------------------------------------------------------------------


def written_anew(block: Block, folders: Folders) -> str:
    """The text of a block as it should be; its own where nothing prints or makes it."""
    if (name := block.says("generated")) is not None:
        return TABLES[name]()
    if (path := block.says("file")) is not None and (ROOT / path).is_file():
        return shown_file(path)
    if (arguments := block.says("sql")) is not None:
        return shown_sql(arguments, folders)
    if block.says("run") is not None:
        return replay(block, folders)[0]
    if block.says("write") is not None:
        write(block, folders)
    return block.text


def update(page: Path) -> bool:
    """Write the page anew; True where it changed."""
    lines = page.read_text("utf-8").split("\n")
    with tempfile.TemporaryDirectory() as below:
        folders = Folders(Path(below))
        changed = [
            (block, text)
            for block in blocks(page)
            if (text := written_anew(block, folders)) != block.text
        ]
    for block, text in reversed(changed):
        lines[block.start : block.end] = text.splitlines()
    if changed:
        page.write_text("\n".join(lines), "utf-8")
    return bool(changed)


if __name__ == "__main__":
    for each in pages():
        if each.name not in GENERATED_PAGES and update(each):
            print(f"written anew: {each.relative_to(ROOT)}")
