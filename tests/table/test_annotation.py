import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.errors import TableError
from nasbench_suite.table import Column, Source
from nasbench_suite.table.annotation import Annotation, read_annotation

NAN = float("nan")


def annotation() -> Annotation:
    columns = (
        Column("latency", "ms", "pixel3", "cifar10", np.array([1.5, 0.0, NAN]), np.array([True, False, True])),
        Column("synflow", "score", None, None, np.array([-1e300, np.inf, 3.0]), np.array([True, True, True])),
    )
    return Annotation("a" * 64, Source("tidy", "costs.csv", "b" * 64), {"architectures": 3}, columns)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "small.costs.columns"
    path.write_bytes(annotation().to_bytes())
    return path


def resealed(content: bytes) -> bytes:
    return content[:-32] + hashlib.sha256(content[:-32]).digest()


def test_everything_comes_back_to_the_bit(place: Path) -> None:
    found, put = read_annotation(place), annotation()
    assert (found.table_sha256, found.source, found.counts) == (put.table_sha256, put.source, put.counts)
    for one, other in zip(found.columns, put.columns, strict=True):
        assert (one.name, one.unit, one.device, one.dataset) == (other.name, other.unit, other.device, other.dataset)
        assert one.values.tobytes() == other.values.tobytes()
        assert one.known.tolist() == other.known.tolist()


def test_missing_is_apart_from_nan(place: Path) -> None:
    latency, synflow = read_annotation(place).columns
    assert latency.value(0) == 1.5
    assert latency.value(1) is None
    assert latency.value(2) != latency.value(2)
    assert synflow.value(1) == float("inf")


def test_the_same_figures_are_the_same_file() -> None:
    assert annotation().to_bytes() == annotation().to_bytes()


@pytest.mark.parametrize("cut", [False, True])
def test_no_flipped_bit_and_no_cut_goes_unnoticed(place: Path, cut: bool) -> None:
    whole = place.read_bytes()
    for at in range(len(whole)):
        content = bytearray(whole)
        if cut:
            del content[at:]
        else:
            content[at] ^= 1 << at % 8
        place.write_bytes(content)
        with pytest.raises(TableError) as caught:
            read_annotation(place)
        assert "\n" not in str(caught.value) and str(place) in str(caught.value)


def test_what_is_no_annotation_or_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "small.x.columns"
    with pytest.raises(TableError, match="cannot be read"):
        read_annotation(path)
    path.write_bytes(b"PK" * 100)
    with pytest.raises(TableError, match="expected a file of columns"):
        read_annotation(path)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"architectures": 4},
        {"architectures": -1},
        {"architectures": 1 << 39},
        {"architectures": True},
        {"table_sha256": "a"},
        {"source": {"format": "x"}},
        {"source": None},
        {"counts": {"x": "many"}},
        {"columns": []},
        {"columns": [["latency", "ms", None, None]] * 2},
        {"columns": [["late\u001bncy", "ms", None, None], ["synflow", "score", None, None]]},
        {"columns": [["latency", "m\ns", None, None], ["synflow", "score", None, None]]},
        {"columns": [["latency", "ms", 3, None], ["synflow", "score", None, None]]},
        {"columns": [["latency"], ["synflow"]]},
    ],
    ids=str,
)
def test_a_sealed_header_that_makes_no_sense_is_refused(place: Path, change: dict[str, object]) -> None:
    content = place.read_bytes()
    length = int.from_bytes(content[8:16], "little")
    header = json.dumps(json.loads(content[16 : 16 + length]) | change).encode()
    header += b" " * (-len(header) % 8)
    place.write_bytes(resealed(content[:8] + len(header).to_bytes(8, "little") + header + content[16 + length :]))
    with pytest.raises(TableError, match="annotate the table again"):
        read_annotation(place)


@pytest.mark.parametrize("length", [0, 7, 1 << 62])
def test_a_header_of_another_length_is_refused(place: Path, length: int) -> None:
    content = place.read_bytes()
    place.write_bytes(resealed(content[:8] + length.to_bytes(8, "little") + content[16:]))
    with pytest.raises(TableError):
        read_annotation(place)


def test_a_header_that_is_nested_without_end_is_refused(place: Path) -> None:
    header = b"[" * 100_000
    place.write_bytes(resealed(b"NBSCOLUM" + len(header).to_bytes(8, "little") + header + b"\0" * 32))
    with pytest.raises(TableError):
        read_annotation(place)
