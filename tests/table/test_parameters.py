"""Networks' parameters beside a table: read one by one, checked, and never by a stranger's word."""

import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasbench_suite.errors import MissingValueError, TableError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Source, Table
from nasbench_suite.table.parameters import ENDING, KINDS, NetworkKey, ParametersWriter, parameters_path
from nasbench_suite.table.writer import TableWriter

SPACE = NB201()
ARCHS = list(SPACE.enumerate())[:2]
ONE = {"stem.0.weight": np.arange(12, dtype=np.float32).reshape(3, 4), "count": np.array(7), "empty": np.ones((0, 3))}
OTHER = {"stem.0.weight": np.full((2, 2), np.nan)}
SOURCE = Source("test", "source", "0" * 64)


def write(path: Path, accuracy: float = 50.0, parameters: bool = True) -> None:
    with TableWriter(path, SPACE, {"valid_accuracy": "percent"}, SOURCE, {}, parameters=parameters) as writer:
        writer.set_architectures(ARCHS)
        writer.add_series("cifar10", 12, [777, 888])
        writer.add_column("cifar10", Fidelity(12, 12), "valid_accuracy", np.full((2, 2), accuracy))
        if writer.parameters is not None:
            writer.parameters.add(NetworkKey(0, "cifar10", 12, 777), ONE)
            writer.parameters.add(NetworkKey(1, "cifar10", 12, 888), OTHER)
        writer.finish()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write(tmp_path / "t.mdb")
    return tmp_path / "t.mdb"


def test_a_network_is_read_as_it_was_written(path: Path) -> None:
    table = Table(path, SPACE)
    read = table.parameters(ARCHS[0], "cifar10", 777)
    assert list(read) == list(ONE)
    for name, array in ONE.items():
        np.testing.assert_array_equal(read[name], array, strict=True)
        assert read[name].flags.writeable
    assert np.isnan(table.parameters(SPACE.format(ARCHS[1]), "cifar10", 888, 12)["stem.0.weight"]).all()
    table.verify()


@pytest.mark.parametrize("asked", [(0, "cifar10", 888), (1, "cifar10", 777), (0, "cifar100", 777)])
def test_what_is_not_there_is_missing(asked: Any, path: Path) -> None:
    row, *rest = asked
    with pytest.raises(MissingValueError):
        Table(path, SPACE).parameters(ARCHS[row], *rest)
    with pytest.raises(MissingValueError, match="36 epochs"):
        Table(path, SPACE).parameters(ARCHS[0], "cifar10", 777, 36)


def test_a_table_without_them_says_which_command_keeps_them(tmp_path: Path) -> None:
    write(tmp_path / "t.mdb", parameters=False)
    with pytest.raises(MissingValueError, match="--weights"):
        Table(tmp_path / "t.mdb", SPACE).parameters(ARCHS[0], "cifar10", 777)


def test_the_table_is_the_same_with_and_without_them(tmp_path: Path) -> None:
    write(tmp_path / "with.mdb")
    write(tmp_path / "without.mdb", parameters=False)
    assert (tmp_path / "with.mdb").read_bytes() == (tmp_path / "without.mdb").read_bytes()


def test_those_of_a_table_with_other_content_are_refused(path: Path, tmp_path: Path) -> None:
    write(tmp_path / "other.mdb", 51.0, parameters=False)
    parameters_path(path).rename(tmp_path / f"other{ENDING}")
    table = Table(tmp_path / "other.mdb", SPACE)
    for schedule in (None, 12):
        with pytest.raises(TableError, match="belongs to a table with content"):
            table.parameters(ARCHS[0], "cifar10", 777, schedule)
    table.verify()  # the table itself is whole


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError),
        TableWriter(tmp_path / "t.mdb", SPACE, {}, SOURCE, {}, parameters=True) as writer,
    ):
        assert writer.parameters is not None
        writer.parameters.add(NetworkKey(0, "cifar10", 12, 777), ONE)
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_damage_to_one_network_costs_that_network(path: Path) -> None:
    file = parameters_path(path)
    content = bytearray(file.read_bytes())
    content[content.index(ONE["stem.0.weight"].tobytes())] ^= 1
    file.write_bytes(content)
    table = Table(path, SPACE)
    with pytest.raises(TableError, match="network 0 does not agree"):
        table.parameters(ARCHS[0], "cifar10", 777)
    table.parameters(ARCHS[1], "cifar10", 888)
    with pytest.raises(TableError, match="network 0 does not agree"):
        table.verify()


def test_every_cut_and_every_changed_byte_is_noticed(path: Path) -> None:
    file = parameters_path(path)
    content = file.read_bytes()
    for end in [0, 7, 8, len(content) // 2, len(content) - 1]:
        file.write_bytes(content[:end])
        with pytest.raises(TableError):
            Table(path, SPACE).parameters(ARCHS[0], "cifar10", 777)
    for at in range(8, len(content), 5):  # the magic at the start is for those who look at the file
        file.write_bytes(content[:at] + bytes([content[at] ^ 0x41]) + content[at + 1 :])
        with pytest.raises(TableError):
            Table(path, SPACE).verify()


def forged(index: bytes, header: bytes, body: bytes) -> bytes:
    foot = struct.pack(
        "<32s Q Q 8s", hashlib.sha256(header + index).digest(), len(header), len(index) // 64, b"NBSPARAM"
    )
    return b"NBSPARAM" + body + header + index + foot


def record(described: object, numbers: bytes = b"") -> bytes:
    text = json.dumps(described).encode()
    return struct.pack("<I", len(text)) + text + numbers


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xff\xff\xff",
        b"",
        record([["a", "<f4", [1 << 39]]]),
        record([["a", "<f4", [1 << 20] * 8]]),
        record([["a", "<f4", [-1]]]),
        record([["a", "<f4", [1.0]]], b"0000"),
        record([["a", "|O8", [1]]], b"00000000"),
        record([["a", "<f4", [1]], ["a", "<f4", [1]]], b"00000000"),
        record([["a", "<f4", [1]]], b"00000"),
        record([["\x1b[2J", "<f4", [1]]], b"0000"),
        record([[1, "<f4", [1]]], b"0000"),
        record({"a": 1}),
        record(7),
        b"\x04\x00\x00\x00[[[[",
    ],
)
def test_a_network_that_says_what_makes_no_sense_is_refused(body: bytes, path: Path) -> None:
    sha256 = Table(path, SPACE).metadata.content_sha256
    header = json.dumps({"format": 1, "table_sha256": sha256, "series": [["cifar10", 12]]}).encode()
    index = struct.pack("<I I q Q Q 32s", 0, 0, 777, 8, len(body), hashlib.sha256(body).digest())
    parameters_path(path).write_bytes(forged(index, header, body))
    with pytest.raises(TableError, match="is damaged"):
        Table(path, SPACE).parameters(ARCHS[0], "cifar10", 777)


@pytest.mark.parametrize("said", [{}, {"format": 2}, {"series": [[3, 12]]}, {"series": 5}, {"table_sha256": 7}, 3])
@pytest.mark.parametrize("place", [(8, 0), (1 << 63, 1 << 63), (8, 1 << 40)])
def test_an_index_that_says_what_makes_no_sense_is_refused(said: Any, place: tuple[int, int], path: Path) -> None:
    sha256 = Table(path, SPACE).metadata.content_sha256
    header = {"format": 1, "table_sha256": sha256, "series": [["cifar10", 12]]}
    if said == {} and place == (8, 0):
        return
    whole = said if isinstance(said, int) else header | said
    index = struct.pack("<I I q Q Q 32s", 0, 0, 777, *place, b"")
    parameters_path(path).write_bytes(forged(index, json.dumps(whole).encode(), b""))
    with pytest.raises(TableError):
        Table(path, SPACE).parameters(ARCHS[0], "cifar10", 777)


def test_only_numbers_are_written(tmp_path: Path) -> None:
    writer = ParametersWriter(tmp_path / "t.mdb")
    for wrong in (np.array(["text"]), np.array([None]), np.array([1j])):
        with pytest.raises(TableError, match="expected numbers"):
            writer.add(NetworkKey(0, "cifar10", 12, 777), {"a": wrong})
    for kind in KINDS:
        writer.add(NetworkKey(0, "cifar10", 12, 777), {"a": np.zeros(2, kind)})
    writer.close()
    assert list(tmp_path.iterdir()) == []
