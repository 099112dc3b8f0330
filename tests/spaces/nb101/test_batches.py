import base64
import json
from pathlib import Path
from struct import pack

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasbench_suite.errors import SourceError
from nasbench_suite.spaces.nb101.batches import RowBatch, read_batches
from nasbench_suite.spaces.nb101.official import Evaluation, OfficialRow, TrainingMetrics, read_rows
from nasbench_suite.spaces.nb101.protobuf import read_fields
from nasbench_suite.spaces.nb101.tfrecord import frame

doubles = st.floats(width=64)
evaluations = st.lists(doubles, min_size=5, max_size=5)


def varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def metrics(parts: list[list[float]], parameters: int, total: float) -> bytes:
    bodies = [b"".join(pack("<Bd", at << 3 | 1, value) for at, value in enumerate(part, 1)) for part in parts]
    joined = b"".join(b"\x0a" + varint(len(body)) + body for body in bodies)
    return joined + b"\x10" + varint(parameters) + pack("<Bd", 3 << 3 | 1, total)


def record(message: bytes, epochs: int = 108, breaks: bool = True) -> bytes:
    encoded = (base64.encodebytes if breaks else base64.b64encode)(message).decode()
    return frame(json.dumps(["0" * 32, epochs, "0100", "input,output", encoded]).encode())


def as_rows(batch: RowBatch) -> list[OfficialRow]:
    return [
        OfficialRow(
            batch.first + at,
            batch.offsets[at],
            batch.names[batch.cells[at]].hash,
            int(batch.epochs[at]),
            batch.names[batch.cells[at]].adjacency,
            batch.names[batch.cells[at]].operations,
            TrainingMetrics(
                Evaluation(*batch.evaluations[at, 0].tolist()),
                Evaluation(*batch.evaluations[at, 1].tolist()),
                int(batch.parameters[at]),
            ),
        )
        for at in range(len(batch.offsets))
    ]


def agree(path: Path, rows: int) -> bool:
    """Whether both readers give the same rows, or the same error after the same rows."""

    def outcome(read: object) -> tuple[list[str], str]:
        seen: list[str] = []
        try:
            seen.extend(map(repr, read))  # type: ignore[call-overload]
        except SourceError as error:
            return seen, str(error)
        return seen, ""

    one = outcome(read_rows(path))
    many = outcome(row for batch in read_batches(path, rows) for row in as_rows(batch))
    return one[1] == many[1] and one[0][: len(many[0])] == many[0] and len(one[0]) - len(many[0]) < rows


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "file"


fuzz = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fuzz
@given(
    st.lists(
        st.tuples(
            st.lists(evaluations, min_size=3, max_size=3),
            st.integers(1, 2**31 - 1),
            doubles,
            st.integers(1, 999),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(1, 4),
)
def test_batches_hold_the_rows_value_by_value(scratch: Path, trainings, rows: int) -> None:  # type: ignore[no-untyped-def]
    scratch.write_bytes(b"".join(record(metrics(*training), epochs) for *training, epochs in trainings))
    assert agree(scratch, rows)
    batch = next(read_batches(scratch))
    assert batch.epochs.tolist() == [epochs for *_, epochs in trainings]
    assert np.array_equal(batch.evaluations, np.array([parts[1:] for parts, *_ in trainings]), equal_nan=True)
    assert batch.parameters.tolist() == [parameters for _, parameters, *_ in trainings]


GOOD = metrics([[float(at + field) for field in range(5)] for at in (0, 10, 20)], 2_694_282, 1300.0)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    flips=st.lists(st.integers(0, 8 * len(GOOD) - 1), max_size=3),
    size=st.integers(0, len(GOOD)),
    extra=st.sampled_from([b"", b"\x20\x05", b"\x10\x07", b"\x19" + bytes(8), GOOD[:47]]),
)
def test_batches_agree_with_the_plain_reader_on_damaged_messages(
    scratch: Path, flips: list[int], size: int, extra: bytes
) -> None:
    damaged = bytearray(GOOD)
    for bit in flips:
        damaged[bit // 8] ^= 1 << bit % 8
    for message in (bytes(damaged), bytes(damaged[:size]), GOOD + extra, extra + GOOD):
        scratch.write_bytes(record(GOOD) + record(message) + record(GOOD))
        assert agree(scratch, 3)


@pytest.mark.parametrize("breaks", [False, True])
def test_usual_and_unusual_records_in_one_batch_keep_their_order(tmp_path: Path, breaks: bool) -> None:
    path = tmp_path / "file"
    one, other = record(GOOD, breaks=breaks), record(GOOD, 36, not breaks)
    unusual = frame(json.dumps([" é", 12, "1", "x", base64.b64encode(GOOD + b"\x20\x05").decode()]).encode())
    path.write_bytes(one + unusual + one + other + one)
    assert agree(path, 10)
    batch = next(read_batches(path))
    assert [batch.names[cell].hash for cell in batch.cells] == ["0" * 32, " é", *["0" * 32] * 3]
    assert batch.epochs.tolist() == [108, 12, 108, 36, 108]


@pytest.mark.parametrize("breaks", [False, True])
@pytest.mark.parametrize("place", [-3, -4, -9, -200, -213])
@pytest.mark.parametrize("byte", b'=!A\\"')
def test_one_changed_byte_of_the_metrics_reads_as_the_plain_reader_does(
    tmp_path: Path, breaks: bool, place: int, byte: int
) -> None:
    path = tmp_path / "file"
    good = record(GOOD, breaks=breaks)
    data = bytearray(good[12:-4])
    data[place] = byte
    for records in (
        good + frame(bytes(data)) + good,
        frame(bytes(data)) + good,
        good + frame(bytes(data)) + frame(b"?"),
    ):
        path.write_bytes(records)
        assert agree(path, 5)


def test_the_usual_layout_is_what_the_fixture_writes() -> None:
    assert [number for number, _ in read_fields(GOOD)] == [1, 1, 1, 2, 3]


def test_a_damaged_file_gives_the_whole_batches_before_the_damage(tmp_path: Path) -> None:
    path = tmp_path / "file"
    one = record(GOOD)
    path.write_bytes(one * 5 + one[:-1] + b"?")
    batches = read_batches(path, rows=2)
    assert [next(batches).first, next(batches).first] == [1, 3]
    with pytest.raises(SourceError, match=f"record 6 at byte {5 * len(one)}"):
        next(batches)


def test_a_real_file_reads_alike_in_batches(data: Path) -> None:
    assert agree(data / "nb101" / "ecnas_4v9e.tfrecord", 500)
