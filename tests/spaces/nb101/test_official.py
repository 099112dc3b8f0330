"""Reading the official layout: framing, rows, metrics, and everything that can be wrong with them."""

import base64
import gzip
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from struct import pack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasbench_suite.errors import SourceError
from nasbench_suite.spaces.nb101.official import (
    OFFICIAL_SHA256,
    Evaluation,
    OfficialRow,
    TrainingMetrics,
    read_metrics,
    read_rows,
)
from nasbench_suite.spaces.nb101.tfrecord import frame, masked_crc32c, read_records

KEY = "5529e1779433733d1145e20de5d8604e"
HALFWAY = Evaluation(54.0, 612.5, 0.75, 0.625, 0.5)
FINAL = Evaluation(108.0, 1250.25, 1.0, 0.9375, 0.875)


def evaluation(values: Sequence[float], extra: bytes = b"") -> bytes:
    body = b"".join(pack("<Bd", number << 3 | 1, value) for number, value in enumerate(values, start=1)) + extra
    return b"\x0a" + bytes([len(body)]) + body


def message(*evaluations: bytes, parameters: bytes = b"\x10\xb9\x60", extra: bytes = b"") -> bytes:
    return b"".join(evaluations) + parameters + pack("<Bd", 3 << 3 | 1, 1300.0) + extra


GOOD = message(evaluation([0.0] * 5), evaluation(HALFWAY), evaluation(FINAL))


def row(metrics: bytes = GOOD, epochs: object = 108) -> bytes:
    # nasbench's own writer breaks the base64 into lines
    encoded = base64.encodebytes(metrics).decode()
    return json.dumps([KEY, epochs, "010001000", "input,conv3x3-bn-relu,output", encoded]).encode()


def write(path: Path, *records: bytes) -> Path:
    path.write_bytes(b"".join(map(frame, records)))
    return path


def test_checksum_is_the_masked_castagnoli_crc() -> None:
    # CRC-32C of "123456789" is E3069283, in every catalogue of CRCs
    crc = 0xE3069283
    assert masked_crc32c(b"123456789") == ((crc >> 15 | crc << 17 & 0xFFFFFFFF) + 0xA282EAD8) & 0xFFFFFFFF


def test_a_row_is_read_value_by_value(tmp_path: Path) -> None:
    path = write(tmp_path / "file", row(), row(epochs=4))
    first, second = read_rows(path)
    operations = "input,conv3x3-bn-relu,output"
    assert first == OfficialRow(1, 0, KEY, 108, "010001000", operations, TrainingMetrics(HALFWAY, FINAL, 12345))
    assert (second.number, second.offset, second.epochs) == (2, len(frame(row())), 4)


@pytest.mark.parametrize(
    "metrics",
    [
        message(evaluation([0.0] * 5, b"\x32\x01x"), evaluation(HALFWAY), evaluation(FINAL)),
        message(evaluation([0.0] * 5), evaluation(HALFWAY, pack("<Bd", 6 << 3 | 1, 7.0)), evaluation(FINAL)),
        message(
            evaluation([0.0] * 5),
            evaluation(HALFWAY),
            evaluation(FINAL),
            extra=b"\x20\x05\x2d\x01\x02\x03\x04",
        ),
        b"\x10\x01" + GOOD,
        GOOD.replace(b"\x10\xb9\x60", b"") + b"\x10\xb9\x60",
    ],
    ids=["path", "energy", "number and float", "overwritten", "other order"],
)
def test_unknown_fields_and_other_orders_are_tolerated(metrics: bytes) -> None:
    assert read_metrics(base64.b64encode(metrics)) == TrainingMetrics(HALFWAY, FINAL, 12345)


@pytest.mark.parametrize(
    ("metrics", "says"),
    [
        (b"", "expected evaluations at the start, half-way and at the end, got 0"),
        (message(evaluation(HALFWAY), evaluation(FINAL)), "got 2"),
        (message(*[evaluation(FINAL)] * 4), "got 4"),
        (message(*[evaluation(FINAL[:4])] * 3), "an evaluation lacks its test_accuracy"),
        (message(*[evaluation(FINAL)] * 3, parameters=b""), "trainable parameters, got None"),
        (message(*[evaluation(FINAL)] * 3, parameters=b"\x10\x00"), "trainable parameters, got 0"),
        (message(*[evaluation(FINAL)] * 3, parameters=b"\x10" + b"\xff" * 11), "more than 10 bytes"),
        (GOOD[:-3], "cut off: 5 bytes of 8 are left in field 3"),
        (GOOD[:100], "cut off: 4 bytes of 45 are left in field 1"),
        (GOOD + b"\x10", "cut off within a number"),
        (GOOD + b"\x23", "wire type 3"),
    ],
)
def test_what_is_wrong_with_metrics_is_said_with_the_place(tmp_path: Path, metrics: bytes, says: str) -> None:
    path = write(tmp_path / "file", row(), row(metrics))
    rows = read_rows(path)
    next(rows)
    with pytest.raises(SourceError, match=says) as caught:
        next(rows)
    assert str(caught.value).startswith(f"{path}: record 2 at byte {len(frame(row()))}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[1, 2]",
        b"\xff\xfe",
        b"[" * 100_000,
        row(epochs="108"),
        row(epochs=True),
        row(epochs=1.5),
        row().replace(KEY.encode(), b"\xff" * 32),
        b'["a", ' + b"9" * 5_000 + b', "b", "c", "d"]',
    ],
)
def test_data_that_are_no_row_are_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(SourceError, match=r"record 1 at byte 0: expected a JSON list of hash, epochs"):
        list(read_rows(write(tmp_path / "file", data)))


@pytest.mark.parametrize("epochs", [0, -4, 1 << 31, 10**40])
def test_impossible_schedules_are_refused(tmp_path: Path, epochs: int) -> None:
    with pytest.raises(SourceError, match="record 1 at byte 0: expected a positive number of epochs, got"):
        list(read_rows(write(tmp_path / "file", row(epochs=epochs))))


def test_json_written_otherwise_reads_the_same(tmp_path: Path) -> None:
    loose = json.dumps(json.loads(row()), indent=1).encode()
    compact = json.dumps(json.loads(row()), separators=(",", ":")).encode()
    escaped = row().replace(KEY.encode(), rb"\u0035" + KEY[1:].encode())
    rows = list(read_rows(write(tmp_path / "file", row(), loose, compact, escaped)))
    assert len({one[2:] for one in rows}) == 1


def test_metrics_that_are_no_base64_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not base64"):
        read_metrics(b"CnIJ*AAA")
    surrogate = rb'["a", 4, "0100", "input,output", "\ud800"]'.replace(b", 4", b",4")
    with pytest.raises(SourceError, match="record 1 at byte 0: the metrics are not base64"):
        list(read_rows(write(tmp_path / "file", surrogate)))


def test_an_empty_file_has_no_rows(tmp_path: Path) -> None:
    assert list(read_rows(write(tmp_path / "file"))) == []


def test_a_foreign_file_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"module_hash,adjacency,operations\n")
    with pytest.raises(SourceError, match=r"record 1 at byte 0: .* is this a TFRecord file\?"):
        list(read_rows(path))


def test_a_length_beyond_the_file_is_a_cut_file(tmp_path: Path) -> None:
    length = (1 << 62).to_bytes(8, "little")
    path = tmp_path / "file"
    path.write_bytes(frame(b"") + length + pack("<I", masked_crc32c(length)) + b"x" * 50)
    with pytest.raises(SourceError, match="record 2 at byte 16: the file is cut off"):
        list(read_records(path))


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "file"


FILE = b"".join(map(frame, [row(), row(epochs=4), row(epochs=12)]))
STARTS = [0, len(frame(row())), len(frame(row())) + len(frame(row(epochs=4))), len(FILE)]
fuzz = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fuzz
@given(bit=st.integers(0, 8 * len(FILE) - 1))
def test_a_flipped_bit_is_found_and_its_record_named(scratch: Path, bit: int) -> None:
    damaged = bytearray(FILE)
    damaged[bit // 8] ^= 1 << bit % 8
    scratch.write_bytes(damaged)
    number = sum(start <= bit // 8 for start in STARTS)
    with pytest.raises(SourceError, match=f"record {number} at byte {STARTS[number - 1]}: .* checksum"):
        list(read_rows(scratch))


@fuzz
@given(size=st.integers(0, len(FILE) - 1))
def test_a_cut_file_gives_its_whole_records_then_says_so(scratch: Path, size: int) -> None:
    scratch.write_bytes(FILE[:size])
    whole = sum(start <= size for start in STARTS[1:])
    rows = read_rows(scratch)
    for _ in range(whole):
        next(rows)
    if size in STARTS:
        assert next(rows, None) is None
    else:
        with pytest.raises(SourceError, match=f"record {whole + 1} at byte {STARTS[whole]}: .* cut off"):
            next(rows)


@fuzz
@given(flips=st.lists(st.integers(0, 8 * len(row()) - 1), max_size=4), size=st.integers(0, len(row())))
def test_rows_damaged_under_a_right_checksum_never_crash_the_reader(scratch: Path, flips: list[int], size: int) -> None:
    damaged = bytearray(row())
    for bit in flips:
        damaged[bit // 8] ^= 1 << bit % 8
    try:
        rows = list(read_rows(write(scratch, bytes(damaged), bytes(damaged[:size]))))
    except SourceError as error:
        assert "\n" not in str(error)
    else:
        assert len(rows) == 2


@settings(max_examples=500)
@given(flips=st.lists(st.integers(0, 8 * len(GOOD) - 1), max_size=4), size=st.integers(0, len(GOOD)))
def test_damaged_messages_never_crash_the_reader(flips: list[int], size: int) -> None:
    damaged = bytearray(GOOD)
    for bit in flips:
        damaged[bit // 8] ^= 1 << bit % 8
    for candidate in (damaged, damaged[:size]):
        try:
            assert read_metrics(base64.b64encode(candidate)).parameters > 0
        except SourceError as error:
            assert "\n" not in str(error)


def test_a_real_file_reads_as_nasbench_itself_answers(data: Path) -> None:
    with gzip.open(data / "nb101" / "ecnas_4v9e_answers.json.gz", "rt") as file:
        answers = json.load(file)["cells"]
    trials: dict[tuple[str, int], list[TrainingMetrics]] = defaultdict(list)
    for one in read_rows(data / "nb101" / "ecnas_4v9e.tfrecord"):
        trials[one.hash, one.epochs].append(one.metrics)
        cell = answers[one.hash]
        assert one.adjacency == "".join(str(entry) for entries in cell["adjacency"] for entry in entries)
        assert one.operations == ",".join(cell["operations"])
        assert one.metrics.parameters == cell["trainable_parameters"]
    assert len(answers) == 91
    assert trials.keys() == {(key, int(epochs)) for key, cell in answers.items() for epochs in cell["metrics"]}
    for (key, epochs), metrics in trials.items():
        read = [
            {
                f"{when}_{name}": value
                for when in ("halfway", "final")
                for name, value in zip(
                    ("training_time", "train_accuracy", "validation_accuracy", "test_accuracy"),
                    getattr(one, when)[1:],
                    strict=True,
                )
            }
            for one in metrics
        ]
        assert read == answers[key]["metrics"][str(epochs)]


def test_official_checksums_are_well_formed_and_different() -> None:
    assert sorted(OFFICIAL_SHA256.values()) == ["nasbench_full.tfrecord", "nasbench_only108.tfrecord"]
    assert all(len(bytes.fromhex(digest)) == 32 for digest in OFFICIAL_SHA256)
