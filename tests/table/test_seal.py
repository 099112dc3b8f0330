"""Damaged and foreign files. Those that could crash the interpreter are opened in another process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import lmdb
import numpy as np
import pytest

from nasbench_suite.errors import TableError
from nasbench_suite.table import read_metadata, seal

# Opens each variant of a file that the loop makes, answers from it, and counts how that ends. Any way but these two is
# an exception that is not ours, or the death of the process.
TRY = """
import json, sys
from pathlib import Path
from nasbench_suite.errors import TableError
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table, measurements

original, place, kind = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2]), sys.argv[3]
ends = {"refused": 0, "sound": 0}
for at in json.loads(sys.stdin.read()):
    broken = bytearray(original)
    if kind == "cut":
        del broken[at:]
    else:
        broken[at // 8] ^= 1 << at % 8
    place.unlink(missing_ok=True)
    place.write_bytes(broken)
    print(at, file=sys.stderr, flush=True)
    try:
        table = Table(place, NB201())
        list(measurements(table, table.space.parse(table.architecture(0))))
        ends["sound"] += 1
    except TableError as error:
        assert "\\n" not in str(error) and str(place) in str(error)
        ends["refused"] += 1
print(json.dumps(ends))
"""


@pytest.fixture
def try_all(small, tmp_path: Path) -> Callable[[str, list[int]], dict[str, int]]:
    def run(kind: str, places: list[int]) -> dict[str, int]:
        command = [sys.executable, "-c", TRY, str(small.path), str(tmp_path / "broken.mdb"), kind]
        done = subprocess.run(command, input=json.dumps(places), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{kind} at {done.stderr.splitlines()[-3:]}"
        ends: dict[str, int] = json.loads(done.stdout)
        return ends

    return run


def test_a_table_cut_anywhere_is_refused_and_kills_no_process(small, try_all: Callable) -> None:
    size = small.path.stat().st_size
    lengths = sorted({*range(0, 200), *range(0, size, 509), *range(size - 200, size)})
    assert try_all("cut", lengths) == {"refused": len(lengths), "sound": 0}


def test_a_bit_flipped_anywhere_is_found_at_opening_and_kills_no_process(small, try_all: Callable) -> None:
    bits = small.path.stat().st_size * 8
    end = seal.read(small.path).pages * 8
    places = {int(at) for at in np.random.default_rng(0).integers(bits, size=700)}
    places |= {int(at) for at in np.random.default_rng(1).integers(end, bits, size=300)}
    assert try_all("flip", sorted(places)) == {"refused": len(places), "sound": 0}


def test_the_end_alone_says_what_a_table_is_whatever_its_pages_are(small, tmp_path: Path) -> None:
    content = bytearray(small.path.read_bytes())
    content[8192 : seal.read(small.path).pages] = bytes(seal.read(small.path).pages - 8192)
    path = tmp_path / "t.mdb"
    path.write_bytes(content)
    assert read_metadata(path) == small.open().metadata
    with pytest.raises(TableError, match=r"t\.mdb: is damaged"):
        seal.check(path)


@pytest.mark.parametrize("content", [b"", b"\0" * 20_000, b"arch,dataset,epochs\n" * 1000, b"\x89PNG" + bytes(9000)])
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.mdb"
    path.write_bytes(content)
    with pytest.raises(TableError, match="expected a table"):
        read_metadata(path)


def test_a_folder_in_the_place_of_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="cannot be read"):
        read_metadata(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_refused(small, tmp_path: Path) -> None:
    path = tmp_path / "t.mdb"
    path.write_bytes(small.path.read_bytes())
    path.chmod(0)
    with pytest.raises(TableError, match="cannot be read"):
        read_metadata(path)


@pytest.fixture
def others(tmp_path: Path) -> Path:
    """Somebody else's LMDB file."""
    path = tmp_path / "t.mdb"
    with lmdb.open(str(path), subdir=False, lock=False) as other, other.begin(write=True) as transaction:
        transaction.put(b"key", b"value")
    return path


def test_somebody_elses_lmdb_file_is_refused(others: Path) -> None:
    with pytest.raises(TableError, match="an LMDB file of something else"):
        read_metadata(others)


def test_a_table_of_format_1_is_answered_with_the_import_that_replaces_it(others: Path) -> None:
    with others.open("ab") as file:
        file.write(bytes(32))  # format 1 ended in the seal alone
    with pytest.raises(TableError, match=r"table format 1, .* reads format 2; .*import SPACE PATH --name t --force"):
        read_metadata(others)


def test_another_format_is_refused_and_named(small, tmp_path: Path) -> None:
    content = bytearray(small.path.read_bytes())
    content[-44:-40] = (7).to_bytes(4, "little")
    path = tmp_path / "t.mdb"
    path.write_bytes(content)
    with pytest.raises(TableError, match="table format 7, this version of nasbench-suite reads format 2"):
        read_metadata(path)


def test_a_record_longer_than_any_is_not_read(small, tmp_path: Path) -> None:
    content = bytearray(small.path.read_bytes())
    content[-52:-44] = (1 << 40).to_bytes(8, "little")
    path = tmp_path / "t.mdb"
    path.write_bytes(content)
    with pytest.raises(TableError, match="it says that its metadata has 1,099,511,627,776 bytes"):
        read_metadata(path)
