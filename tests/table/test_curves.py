import tracemalloc

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nasbench_suite.errors import TableError
from nasbench_suite.table.curves import Curve, narrowest, pack, unpack

trials = st.none() | st.integers(0, 9999)
floats = st.floats(width=64) | st.floats(width=32)


@st.composite
def curve(draw: st.DrawFn) -> Curve:
    values = np.array(draw(st.lists(floats, min_size=1, max_size=20)))
    first_to_last = np.arange(1, len(values) + 1)
    gaps = np.cumsum(draw(arrays(np.int64, len(values), elements=st.integers(1, 30))))
    return Curve(draw(st.sampled_from([first_to_last, gaps])), values)


curves = st.dictionaries(trials, st.dictionaries(st.text(max_size=9), curve(), min_size=1, max_size=3), max_size=4)


def bits(values: np.ndarray) -> bytes:
    return values.astype("<f8").tobytes()


@given(curves)
def test_a_record_gives_back_every_epoch_and_value_to_the_bit(written: dict) -> None:
    read = unpack(pack(written))
    assert {t: list(m) for t, m in read.items()} == {t: list(m) for t, m in written.items()}
    for trial, metrics in written.items():
        for metric, original in metrics.items():
            assert read[trial][metric].epochs.tolist() == original.epochs.tolist()
            assert bits(read[trial][metric].values) == bits(original.values)


@given(curves)
def test_equal_curves_give_equal_bytes(written: dict) -> None:
    assert pack(written) == pack(dict(written))


@given(st.lists(floats, min_size=1, max_size=5))
def test_float32_is_chosen_exactly_where_it_loses_no_bit(values: list[float]) -> None:
    wide = np.array(values)
    chosen = narrowest(wide)
    with np.errstate(over="ignore"):
        lossless = wide.astype(np.float32).astype(np.float64).tobytes() == wide.tobytes()
    assert (chosen.dtype == np.float32) is lossless
    assert bits(chosen) == wide.tobytes()


def test_float32_keeps_the_payload_of_a_nan_and_the_sign_of_a_zero() -> None:
    odd_nan = np.array([0x7FF8000000000001], dtype=np.uint64).view(np.float64)
    assert narrowest(odd_nan).dtype == np.float64
    assert np.signbit(narrowest(np.array([-0.0]))[0])


@pytest.fixture
def record() -> bytes:
    draw = np.random.default_rng(0)
    return pack({777: {"valid_accuracy": Curve(np.arange(1, 13), draw.random(12))}})


def test_a_record_cut_at_any_length_is_refused(record: bytes) -> None:
    for length in range(len(record)):
        with pytest.raises(TableError, match="damaged"):
            unpack(record[:length])


def test_a_flipped_bit_is_refused_or_changes_nothing(record: bytes) -> None:
    original = bits(unpack(record)[777]["valid_accuracy"].values)
    refused = 0
    for at in range(len(record) * 8):
        broken = bytearray(record)
        broken[at // 8] ^= 1 << at % 8
        try:
            assert bits(unpack(bytes(broken))[777]["valid_accuracy"].values) == original
        except TableError:
            refused += 1
    assert refused > 0.9 * len(record) * 8


def test_the_worked_example_is_what_is_written() -> None:
    written = {777: {"valid_accuracy": Curve(np.arange(1, 4), np.array([10.5, 20.25, 30.5]))}}
    written[777]["test_accuracy"] = Curve(np.array([3]), np.array([30.1]))
    line = b'[[777,"valid_accuracy","<f4",3],[777,"test_accuracy","<f8",[3]]]\n'
    values = np.array([10.5, 20.25, 30.5], "<f4").tobytes() + np.array([30.1]).tobytes()
    assert zstandard.ZstdDecompressor().decompress(pack(written)) == line + values


def frame(line: bytes, values: bytes = b"") -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(line + b"\n" + values)


@pytest.mark.parametrize(
    "line",
    [
        b'[[777,"a","<f8",2000000000]]',
        b'[[777,"a","<f8",2]]',  # one more than there is
        b'[[777,"a","<f8",-1]]',
        b'[[777,"a","<f8",true]]',
        b'[[777,"a","<f8",1e9]]',
        b'[[777,"a","<f8",null]]',
        b'[[777,"a","<f8",["x"]]]',
        b'[[777,"a","<f8",[1e400]]]',
        b'[[777,"a","<f8",[99999999999999999999]]]',
        b'[[777,"a","|O",1]]',
        b'[[777,"a","O8",1]]',
        b'[[777,"a",["<f8"],1]]',
        b'[[777,"a","<f8",1,2]]',
        b'[[[1],"a","<f8",1]]',
        b'[[777,{},"<f8",1]]',
        b"[null]",
        b"null",
        b"7",
        b"{",
        b"[" * 100_000,
    ],
)
def test_a_header_that_says_what_is_not_there_is_refused_in_one_line(line: bytes) -> None:
    with pytest.raises(TableError, match="a curve record is damaged") as caught:
        unpack(frame(line, bytes(8)))
    assert "\n" not in str(caught.value)


def test_a_record_that_expands_to_gigabytes_is_refused_before_it_does() -> None:
    compressor = zstandard.ZstdCompressor()
    small = compressor.compress(bytes(17 << 20))
    said_none = b"".join([*map(compressor.compressobj().compress, [bytes(1 << 20)] * 20)])
    for record in (small, said_none):
        tracemalloc.start()
        try:
            with pytest.raises(TableError, match="expected at most 16,777,216 bytes"):
                unpack(record)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 1 << 20
