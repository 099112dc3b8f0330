"""Damaged files. Those that could crash the interpreter are opened in another process."""

import gc
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
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table, read_metadata
from nasbench_suite.table.environment import open_shared, seal

# Opens and verifies each variant of a file that the loop makes, and counts how that ends. Any way but these two is
# an exception that is not ours, or the death of the process.
TRY = """
import json, sys
from pathlib import Path
from nasbench_suite.errors import TableError
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table
from nasbench_suite.table.environment import check_seal

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
        if kind == "flip":
            check_seal(place)
        Table(place, NB201()).verify()
        ends["sound"] += 1
    except TableError as error:
        assert "\\n" not in str(error)
        ends["refused"] += 1
print(json.dumps(ends))
"""


FINAL = Fidelity(200, 200)


def seal_again(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-32])
    seal(path)


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
    lengths = sorted({*range(0, 200), *range(0, size, 509), *range(size - 20, size)})
    assert try_all("cut", lengths) == {"refused": len(lengths), "sound": 0}


def test_a_flipped_bit_is_found_and_kills_no_process(small, try_all: Callable) -> None:
    bits = small.path.stat().st_size * 8
    places = sorted({int(at) for at in np.random.default_rng(0).integers(bits, size=1000)})
    assert try_all("flip", places) == {"refused": len(places), "sound": 0}


def test_a_damaged_page_tree_is_told_as_a_table_error(small, tmp_path: Path) -> None:
    content = bytearray(small.path.read_bytes())
    for page in (0, 1):  # the root's page number, in both of LMDB's headers
        content[page * 4096 + 128] ^= 4
    path = tmp_path / "t.mdb"
    path.write_bytes(content)
    with pytest.raises(TableError, match="is damaged"):
        read_metadata(path)


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


def test_somebody_elses_lmdb_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.mdb"
    with lmdb.open(str(path), subdir=False, lock=False) as other, other.begin(write=True) as transaction:
        transaction.put(b"key", b"value")
    seal(path)
    with pytest.raises(TableError, match="an LMDB file of something else"):
        read_metadata(path)


def test_a_damaged_value_is_found_by_verify(small, tmp_path: Path) -> None:
    content = small.path.read_bytes()
    value = np.float64(small.columns["cifar10", FINAL, "test_accuracy"][4][None]).tobytes()
    assert value in content
    path = tmp_path / "t.mdb"
    path.write_bytes(content.replace(value, np.float64(99.9).tobytes()))
    table = Table(path, NB201())
    with pytest.raises(TableError, match="does not agree with its checksum"):
        table.verify()
    seal_again(path)
    with pytest.raises(TableError, match="does not agree with its hash"):
        table.verify()


def test_one_file_is_mapped_once_a_process(small) -> None:
    assert open_shared(small.path) is open_shared(small.path)


def test_arrays_outlive_the_table_that_gave_them(small, tmp_path: Path) -> None:
    path = tmp_path / "t.mdb"
    path.write_bytes(small.path.read_bytes())
    metric = Table(path, NB201()).metric("cifar10", FINAL, "test_accuracy")
    gc.collect()
    assert metric.value(0, (0,)) == small.columns["cifar10", FINAL, "test_accuracy"][0][None]
