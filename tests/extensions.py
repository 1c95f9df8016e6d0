"""Snapshots as one readable file each, named after the parameters of the test."""

from __future__ import annotations

from pathlib import Path

from syrupy.data import Snapshot, SnapshotCollection
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex

SNAPSHOTS = Path(__file__).parent / "__snapshots__"


class _NamedFile(SingleFileSnapshotExtension):
    """`__snapshots__/<folder>/<id of the test's parameters>.<extension>`, of one `test`.

    syrupy finds a test's snapshots by the names of its module and of itself. These paths do
    without them, so the methods below say which test a file belongs to.
    """

    folder = ""
    test = ""
    _write_mode = WriteMode.TEXT

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(SNAPSHOTS / cls.folder)

    @classmethod
    def get_file_basename(cls, *, test_location: PyTestLocation, index: SnapshotIndex) -> str:
        return test_location.testname.removeprefix(f"{cls.test}[").removesuffix("]")

    @classmethod
    def matches_test_location(
        cls, *, test_location: PyTestLocation, snapshot_location: str
    ) -> bool:
        return snapshot_location == cls.get_location(test_location=test_location, index=0)

    def read_snapshot_collection(self, *, snapshot_location: str) -> SnapshotCollection:
        collection = SnapshotCollection(location=snapshot_location)
        basename = Path(snapshot_location).name.removesuffix(f".{self.file_extension}")
        collection.add(Snapshot(name=f"{self.test}[{basename}]"))
        return collection


class SqlFile(_NamedFile):
    """`__snapshots__/sql/<case>.<dialect>.sql`: highlighted by editors, pasted into consoles."""

    folder = "sql"
    test = "test_sql"
    file_extension = "sql"


class ErrorText(_NamedFile):
    """`__snapshots__/errors/<case>.txt`: what a terminal shows."""

    folder = "errors"
    test = "test_error"
    file_extension = "txt"


class LeakageText(_NamedFile):
    """`__snapshots__/leakage/<project>.txt`: all that is said of a project with training sets."""

    folder = "leakage"
    test = "test_findings"
    file_extension = "txt"


class RefusedText(_NamedFile):
    """`__snapshots__/refused/<dialect>.txt`: what a dialect refuses of users' SQL, and why."""

    folder = "refused"
    test = "test_refused"
    file_extension = "txt"
