"""The files of `target/compiled/<dialect>/` as snapshots of syrupy, one a file.

They are the same files that `seeknal compile --update` writes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from syrupy.data import Snapshot, SnapshotCollection
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from seeknal.testing.compiled_files import is_ours

if TYPE_CHECKING:
    from seeknal.testing.pytest_items import Session


class CompiledFile(SingleFileSnapshotExtension):
    """A file of a compiled node. The name of a snapshot is the name of its file.

    `session` is the project; in a process that collects nothing it knows of no node.
    """

    _write_mode = WriteMode.TEXT
    file_extension = ""
    session: ClassVar[Session | None] = None

    @classmethod
    def dirname(cls, *, test_location: Any) -> str:
        """The folder of the item's dialect; syrupy's own for items that are none of ours."""
        name = str(test_location.testname)
        if cls.session is None or not name.startswith("sql[") or not _is_spec(test_location):
            return super().dirname(test_location=test_location)
        return str(cls.session.root / "target" / "compiled" / name[4:-1])

    @classmethod
    def discovery_dirname(cls, *, test_location: Any) -> str:
        """The folder that holds the folders of all dialects."""
        return str(Path(cls.dirname(test_location=test_location)).parent)

    @classmethod
    def get_file_basename(cls, *, test_location: Any, index: Any) -> str:
        """The name of the file."""
        return str(index)

    @classmethod
    def matches_test_location(cls, *, test_location: Any, snapshot_location: str) -> bool:
        """True for a file in the folder of the item."""
        folder = Path(cls.dirname(test_location=test_location))
        return Path(snapshot_location).parent == folder

    def is_snapshot_location(self, *, location: str) -> bool:
        """True for what the compiler wrote."""
        return is_ours(Path(location))

    def owns_snapshot_collection(self, *, filepath: str, test_location: Any) -> bool:
        """True for files that the compiler wrote and no node compiles to: these are stale.

        Only dialects that this session compiled are looked at.
        """
        path = Path(filepath)
        if self.session is None or path.parent.parent != self.session.root / "target" / "compiled":
            return False
        return is_ours(path) and self.session.is_left_over(path.parent.name, path.name)

    def read_snapshot_collection(self, *, snapshot_location: str) -> SnapshotCollection:
        """The one snapshot of a file, named as the item names it."""
        path = Path(snapshot_location)
        found = SnapshotCollection(location=snapshot_location)
        found.add(Snapshot(name=f"sql[{path.parent.name}][{path.name}]"))
        return found

    def read_snapshot_data_from_location(
        self, *, snapshot_location: str, snapshot_name: str, session_id: str
    ) -> str | None:
        """The text of a file, whatever ends its lines; None where there is none."""
        try:
            data = Path(snapshot_location).read_bytes()
        except FileNotFoundError:
            return None
        return data.decode("utf-8", errors="replace").replace("\r\n", "\n")


def _is_spec(test_location: Any) -> bool:
    return str(test_location.filepath).endswith(".yml")
