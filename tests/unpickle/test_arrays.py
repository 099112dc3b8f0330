"""Pickles of arrays: those that NumPy writes are read to the bit, and nothing else reaches memory or code."""

import io
import os
import pickle
import random
import struct
import tracemalloc
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nasbench_suite.errors import SourceError
from nasbench_suite.unpickle.arrays import load_arrays

PROTOCOLS = range(6)
DTYPES = ["u1", "i1", "b1", "<i2", "<u2", "<f2", "<i4", "<f4", "<i8", "<f8", ">f8", ">i4"]


@given(
    arrays.arrays(st.sampled_from(DTYPES), arrays.array_shapes(min_dims=0, min_side=0)),
    st.sampled_from(PROTOCOLS),
    st.booleans(),
    st.booleans(),
)
def test_an_array_is_read_to_the_bit(array: np.ndarray, protocol: int, fortran: bool, numpy_1: bool) -> None:
    array = np.asfortranarray(array) if fortran else array
    data = pickle.dumps({"data": array, "again": array}, protocol)
    if numpy_1:
        data = data.replace(b"numpy._core", b"numpy.core").replace(b"\x8c\x16numpy.core", b"\x8c\x15numpy.core")
        data = data.replace(b"\x8c\x13numpy.core", b"\x8c\x12numpy.core")
        data = data[:2] + data[11:] if protocol > 3 else data  # without the frame, whose length changed
    found = load_arrays(data, "file")
    for name in (b"data", b"again"):
        assert found[name].dtype == array.dtype and found[name].shape == array.shape
        assert found[name].tobytes() == array.tobytes()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_lies_beside_arrays_is_read(protocol: int) -> None:
    value = {"labels": [3, 255, 256, 70_000, -1, 2**40], "names": ["a", "\u00e9\n", "x" * 300], "mean": np.float64(0.1)}
    value |= {"flags": [True, False, None], "nothing": b"", "bytes": b"\x00'\n"}
    assert load_arrays(pickle.dumps(value, protocol), "file") == {key.encode(): item for key, item in value.items()}


def test_an_array_larger_than_a_piece_is_read_in_memory_of_its_size() -> None:
    array = np.arange(24 << 20, dtype=np.uint8)
    data = pickle.dumps({"data": array}, 4)
    tracemalloc.start()
    try:
        found = load_arrays(data, "file")[b"data"]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert np.array_equal(found, array)
    assert peak < 2.5 * len(data)


class Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2 wrote its text."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def save_text(self, text: bytes) -> None:
        if not self.bin:
            self.write(pickle.STRING + repr(text)[1:].encode() + b"\n")
        elif len(text) < 256:
            self.write(pickle.SHORT_BINSTRING + bytes([len(text)]) + text)
        else:
            self.write(pickle.BINSTRING + len(text).to_bytes(4, "little") + text)
        self.memoize(text)

    dispatch[bytes] = save_text

    def save_name(self, text: str) -> None:
        # names of dtypes and byte orders were text, too
        self.save_text(text.encode())

    dispatch[str] = save_name


@pytest.mark.parametrize("protocol", [0, 1, 2])
def test_the_layout_that_python_2_wrote_is_read(protocol: int) -> None:
    array = np.arange(600, dtype=np.uint8).reshape(20, 30)
    file = io.BytesIO()
    value = {b"data": array, b"labels": [1, 2], b"batch_label": b"one of 5", b"filenames": [b"a.png", b"b\xff'.png"]}
    Python2Pickler(file, protocol=protocol).dump(value)
    content = load_arrays(file.getvalue().replace(b"numpy._core", b"numpy.core"), "file")
    assert np.array_equal(content.pop(b"data"), array)
    del value[b"data"]
    assert content == value


class Attack:
    def __init__(self, call: Any = os.system, *args: Any, state: Any = None) -> None:
        self.parts = (call, args or ("echo attacked",), state)

    def __reduce__(self) -> tuple[Any, ...]:
        return self.parts


ATTACKS = {
    "a call of the system": Attack(),
    "a class of another library": io.BytesIO,
    "an array made by its class": Attack(np.ndarray, (2,), np.dtype("u1"), bytes(2)),
    "objects": np.array([None, 1], dtype=object),
    "objects by a call": Attack(np.dtype, "O8", False, True),
    "a structure": np.zeros(2, [("a", "u1"), ("b", "f8")]),
    "text": np.array(["a", "b"]),
    "dates": np.array(["2020-01-01"], "M8[D]"),
    "complex numbers": np.zeros(2, np.complex128),
    "fields by a state": Attack(np.dtype, "u1", False, True, state=(3, "|", None, ("a",), {"a": ("O", 0)}, 8, 1, 0)),
    "a subarray by a state": Attack(np.dtype, "u1", False, True, state=(3, "|", ("O", (1,)), None, None, -1, -1, 0)),
    "a size by a state": Attack(np.dtype, "u1", False, True, state=(3, "|", None, None, None, 800, 1, 0)),
    "flags by a state": Attack(np.dtype, "u1", False, True, state=(3, "|", None, None, None, -1, -1, 63)),
    "a masked array": np.ma.masked_array([1, 2]),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", ATTACKS)
def test_a_pickle_may_ask_for_plain_arrays_alone(name: str, protocol: int, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SourceError) as caught:
        load_arrays(pickle.dumps({b"data": ATTACKS[name]}, protocol), "file")
    assert "\n" not in str(caught.value)
    assert "attacked" not in capfd.readouterr().out


RECONSTRUCT = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
U1 = b"cnumpy\ndtype\n(S'u1'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\nI-1\nI0\ntb"


def with_state(shape: bytes, data: bytes, fortran: bytes = b"I00\n", dtype: bytes = U1) -> bytes:
    return b"(dS'data'\n" + RECONSTRUCT + b"(I1\n" + shape + dtype + fortran + data + b"tbs."


def test_the_parts_of_the_attacks_below_make_an_array_where_they_fit() -> None:
    array = load_arrays(with_state(b"(I2\nI1\nt", b"S'ab'\n"), "file")[b"data"]
    assert array.tolist() == [[97], [98]]


@pytest.mark.parametrize(
    ("shape", "data"),
    [
        (b"(I3\nt", b"S'ab'\n"),  # one byte more than there is
        (b"(I1\nt", b"S'ab'\n"),
        (b"(I1000000000000\nt", b"S'ab'\n"),
        (b"(I-2\nI-1\nt", b"S'ab'\n"),
        (b"(I9223372036854775807\nI9223372036854775807\nI0\nt", b"S''\n"),
        (b"(F2.0\nt", b"S'ab'\n"),
        (b"(I01\nI2\nt", b"S'ab'\n"),
        (b"S'ab'\n", b"S'ab'\n"),
        (b"(" + b"I1\n" * 65 + b"t", b"S'a'\n"),
        (b"(I1\nt", b"(lN"),
        (b"(I1\nt", b"N"),
        (b"(I1\nt", b"I4096\n"),  # an address
    ],
)
def test_a_shape_that_does_not_fit_the_bytes_is_refused(shape: bytes, data: bytes) -> None:
    with pytest.raises(SourceError):
        load_arrays(with_state(shape, data), "file")


BOMBS = {
    "a memo index": b"\x80\x02}r" + struct.pack("<I", 268_435_455) + b".",
    "a memo index in a line": b"(dp268435455\n.",
    "a negative memo index": b"(dp-1\n.",
    "a length of text": b"\x80\x02T\xff\xff\xff\x7fa.",
    "a length of bytes": b"\x80\x04\x8e" + struct.pack("<Q", 1 << 62) + b"a.",
    "a length of a bytearray": b"\x80\x05\x96" + struct.pack("<Q", 1 << 40) + b"a.",
    "a long of many digits": b"L" + b"9" * 200 + b"L\n.",
    "a text that never ends": b"S'" + b"a" * (1 << 21),
    "nothing": b"",
    "no dictionary": pickle.dumps([1]),
    "nonsense": b"nonsense",
    "an array with two states": (
        b"(dS'a'\n" + RECONSTRUCT + b"p1\n(I1\n(I1\nt" + U1 + b"I00\nS'a'\ntb(I1\n(I1\nt" + U1 + b"I00\nS'a'\ntbs."
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_size_in_a_file_is_bounded_by_the_file(name: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(SourceError) as caught:
            load_arrays(BOMBS[name], "file")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "\n" not in str(caught.value) and peak < 16 << 20


SAMPLES = [
    pickle.dumps({"data": np.arange(12, dtype=np.uint8).reshape(3, 4), "labels": [1, 2, 300], "m": np.float32(1)}, p)
    for p in PROTOCOLS
]


def reads_or_refuses(data: bytes) -> None:
    try:
        load_arrays(data, "file")
    except SourceError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_flipped_bit_is_read_or_refused(protocol: int) -> None:
    sample = SAMPLES[protocol]
    for place in range(len(sample)):
        for bit in range(8):
            reads_or_refuses(sample[:place] + bytes([sample[place] ^ 1 << bit]) + sample[place + 1 :])


@settings(max_examples=300)
@given(st.sampled_from(SAMPLES), st.randoms(use_true_random=False), st.integers(1, 8))
def test_swapped_pieces_are_read_or_refused(sample: bytes, rng: random.Random, swaps: int) -> None:
    data = bytearray(sample)
    for _ in range(swaps):
        a, b, size = rng.randrange(len(data)), rng.randrange(len(data)), rng.randrange(1, 12)
        data[a : a + size], data[b : b + size] = data[b : b + size], data[a : a + size]
    reads_or_refuses(bytes(data))
