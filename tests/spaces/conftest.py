import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def altered(tmp_path: Path) -> Callable[[Path, str], Path]:
    """Copies a database, and changes the copy by an SQL statement."""

    def make(database: Path, statement: str) -> Path:
        copy = tmp_path / database.name
        copy.write_bytes(database.read_bytes())
        connection = sqlite3.connect(copy)
        connection.execute(statement)
        connection.commit()
        connection.close()
        return copy

    return make
