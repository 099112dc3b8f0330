"""Pages that a stranger wrote, in a file that is sealed as it should be: opened in another process, which may die."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.errors import TableError
from nasbench_suite.table import pages, seal

# Changes bytes of the pages at random places, seals the file again, opens it, and reads all of it.
TRY = """
import random, sys
from pathlib import Path
from nasbench_suite.errors import NasBenchSuiteError
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table, measurements, seal

original, place = Path(sys.argv[1]), Path(sys.argv[2])
sealed, draw, ends = seal.read(original), random.Random(int(sys.argv[3])), [0, 0]
values = original.read_bytes()[: sealed.pages]
# where there is something: headers, places and nodes, among them what LMDB follows
places = [at for at in range(0, len(values)) if values[at : at + 8] != bytes(8)]
for _ in range(int(sys.argv[4])):
    broken = bytearray(values)
    for _ in range(draw.choice([1, 1, 4])):
        page = draw.randrange(0, len(values), 4096)
        at = draw.choice([draw.choice(places), page + draw.randrange(60), page + draw.randrange(200)])
        broken[at % len(values)] = draw.choice([0, 1, 255, draw.randrange(256)])
    place.unlink(missing_ok=True)
    place.write_bytes(broken)
    try:
        seal.append(place, sealed.metadata)
        table = Table(place, NB201())
        for row in range(len(table)):
            list(measurements(table, table.architecture(row)))
        table.verify()
        ends[0] += 1
    except NasBenchSuiteError as error:
        assert "\\n" not in str(error)
        ends[1] += 1
print(*ends)
"""


@pytest.mark.parametrize("seed", range(2))
def test_no_changed_page_kills_the_process_or_ends_in_another_error(small: Any, tmp_path: Path, seed: int) -> None:
    command = [sys.executable, "-c", TRY, small.path, tmp_path / "t.mdb", str(seed), "250"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    refused = int(done.stdout.split()[1])
    assert refused > 100


@pytest.fixture
def changed(small: Any, tmp_path: Path) -> Callable[..., Path]:
    """Writes the small table with bytes put at a place, well sealed."""

    def write(at: int, content: bytes) -> Path:
        sealed, path = seal.read(small.path), tmp_path / "t.mdb"
        values = bytearray(small.path.read_bytes()[: sealed.pages])
        values[at : at + len(content)] = content
        path.write_bytes(values)
        seal.append(path, sealed.metadata)
        return path

    return write


def root(small: Any) -> int:
    with small.path.open("rb") as file:
        metas = pages._metas(file)
    return max(metas, key=lambda meta: meta.transaction).root * 4096


def test_a_sound_table_passes(small: Any) -> None:
    pages.check(small.path)
    with small.path.open("rb") as file:
        assert pages.size(file) == seal.read(small.path).pages


@pytest.mark.parametrize(
    ("offset", "content", "message"),
    [
        (10, b"\x08\x00", "of an unknown kind"),
        (12, b"\xff\xff", "of an unknown kind"),
        (12, b"\x10\x00", "of an unknown kind"),
        (16, b"\xfc\xff", "make no sense"),
        (16, b"\x00\x00", "goes beyond it"),
    ],
)
def test_a_page_that_lmdb_would_follow_out_of_the_file_is_refused(
    small: Any, changed: Callable[..., Path], offset: int, content: bytes, message: str
) -> None:
    with pytest.raises(TableError, match=message):
        pages.check(changed(root(small) + offset, content))
