"""The pickle machine gives what Python's gives on plain values, and refuses the rest without running it."""

import io
import os
import pickle
import random
import struct
import tracemalloc
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasbench_suite.errors import SourceError
from nasbench_suite.unpickle import OPAQUE, Unpickler
from nasbench_suite.unpickle.damage import DamageError
from nasbench_suite.unpickle.memo import Memo

MIB = 1 << 20
PROTOCOLS = st.integers(0, 5)
KEYS = st.one_of(
    st.text(max_size=12),
    st.integers(-(2**63), 2**63 - 1),
    st.tuples(st.text(max_size=3), st.integers(0, 999)),
)
ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(),
    st.binary(min_size=1, max_size=64),
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner, inner),
        st.tuples(inner),
        st.dictionaries(KEYS, inner),
    ),
    max_leaves=30,
)
CURVES = st.dictionaries(
    st.one_of(
        st.integers(0, 300),
        st.builds("{}@{}".format, st.sampled_from(["x-valid", "ori-test", "é"]), st.integers(0, 200)),
    ),
    st.floats(),
    max_size=400,
)


def load(data: bytes, piece: int = MIB, in_bulk: bool = True) -> Any:
    stream = io.BytesIO(data)
    return Unpickler(lambda size: stream.read(min(size, piece)), "file", in_bulk=in_bulk).load()


def entries(data: bytes) -> tuple[dict[Any, Any], dict[Any, Any]]:
    machine = Unpickler(io.BytesIO(data).read, "file")
    items = dict(machine.entries("arch2infos"))
    return items, machine.head


@given(VALUES, PROTOCOLS, st.sampled_from([1, 7, MIB]))
def test_plain_values_are_read_as_python_reads_them(value: object, protocol: int, piece: int) -> None:
    assert repr(load(pickle.dumps(value, protocol), piece)) == repr(value)


@given(CURVES, PROTOCOLS)
def test_bulk_reading_changes_nothing(curve: dict[Any, float], protocol: int) -> None:
    data = pickle.dumps([curve, curve, dict(curve)], protocol)
    assert repr(load(data)) == repr(load(data, in_bulk=False)) == repr([curve, curve, curve])


@given(CURVES, PROTOCOLS)
def test_names_that_were_read_in_bulk_can_be_referred_to(curve: dict[Any, float], protocol: int) -> None:
    names = [key for key in curve if isinstance(key, str)]
    assert load(pickle.dumps([curve, names], protocol))[1] == names


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("value", [np.float64(0.1), np.float32(0.1), np.int64(-3), np.uint8(200), np.float64("nan")])
def test_numpy_scalars_become_numbers_to_the_bit(value: Any, protocol: int) -> None:
    assert repr(load(pickle.dumps([value, value], protocol))[1]) == repr(value.item())


def test_a_big_endian_scalar_keeps_its_value() -> None:
    little = pickle.dumps(np.float64(0.1), 4)
    big = little.replace(b"\x8c\x01<", b"\x8c\x01>").replace(struct.pack("<d", 0.1), struct.pack(">d", 0.1))
    assert big != little
    assert load(big) == 0.1


@pytest.mark.parametrize("protocol", range(6))
def test_an_ordered_dict_becomes_a_dict_in_its_order(protocol: int) -> None:
    value = OrderedDict([("b", 1.0), ("a", 2.0)])
    assert list(load(pickle.dumps(value, protocol)).items()) == [("b", 1.0), ("a", 2.0)]


def test_an_ordered_dict_of_python_2_is_read() -> None:
    pairs = (
        b"ccollections\nOrderedDict\n](](K\x01G"
        + struct.pack(">d", 0.5)
        + b"e](K\x02G"
        + struct.pack(">d", 0.25)
        + b"ee\x85R."
    )
    assert load(b"\x80\x02" + pairs) == {1: 0.5, 2: 0.25}


@pytest.mark.parametrize("argument", [b"K\x01", b"](K\x01e", b"](](K\x01ee", b"](](]K\x01ee"])
def test_an_ordered_dict_of_anything_else_is_refused(argument: bytes) -> None:
    with pytest.raises(SourceError, match=r"an OrderedDict of something else|a dict key other than"):
        load(b"\x80\x02ccollections\nOrderedDict\n" + argument + b"\x85R.")


def test_a_second_pickle_of_a_stream_has_words_of_its_own() -> None:
    first, second = {"zz": 1.0, "ab": 2.0, "cd": 3.0}, {"ab": 4.0, "cd": 5.0}
    stream = io.BytesIO(pickle.dumps(first, 2) + pickle.dumps([second, "ab", "cd", second], 2))
    machine = Unpickler(stream.read, "file")
    names = list(second)
    assert machine.load() == first
    assert machine.load() == [second, *names, second]


@given(st.sets(st.integers(-(2**63), 2**63 - 1)), PROTOCOLS)
def test_sets_of_integers_are_read(value: set[int], protocol: int) -> None:
    assert load(pickle.dumps(value, protocol)) == value


def test_long_bytes_are_left_aside() -> None:
    assert load(pickle.dumps([b"w" * 3 * MIB, "after"], 4)) == [OPAQUE, "after"]


@pytest.mark.parametrize("count", [0, 1, 2, 999, 1000, 1001, 2001])
@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("kind", [dict, OrderedDict])
def test_entries_are_those_of_the_whole_value(count: int, protocol: int, kind: type) -> None:
    infos = kind((index, {"full": {"x@0": index / 7}, 3: [index]}) for index in range(count))
    value = {"meta_archs": ["a", "b"], "arch2infos": infos, "evaluated_indexes": list(range(count))}
    items, head = entries(pickle.dumps(value, protocol))
    assert list(items.items()) == list(infos.items())
    assert head == {**value, "arch2infos": {}}


def test_what_came_before_the_entries_is_known_at_the_first() -> None:
    machine = Unpickler(io.BytesIO(pickle.dumps({"meta_archs": ["a"], "arch2infos": {0: {}}}, 2)).read, "file")
    next(machine.entries("arch2infos"))
    assert machine.head == {"meta_archs": ["a"]}


@pytest.mark.parametrize("protocol", range(1, 6))  # protocol 0 is read whole
def test_entries_share_words_but_not_containers(protocol: int) -> None:
    word, container = "".join(["sha", "red"]), [1]
    infos = {index: {"word": word} for index in range(3)}
    assert entries(pickle.dumps({"meta": 0, "arch2infos": infos}, protocol))[0] == infos
    with pytest.raises(SourceError, match="part of another entry"):
        entries(pickle.dumps({"meta": 0, "arch2infos": {index: {"list": container} for index in range(3)}}, protocol))


def test_an_entry_is_let_go_before_the_next() -> None:
    data = pickle.dumps(
        {"meta": 0, "arch2infos": {i: {"curve": [float(j) for j in range(20_000)]} for i in range(40)}}, 2
    )
    machine = Unpickler(io.BytesIO(data).read, "file")
    tracemalloc.start()
    try:
        for _ in machine.entries("arch2infos"):
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * MIB  # forty entries have 26


def test_a_memo_of_ten_million_words_takes_four_bytes_each() -> None:
    memo = Memo()
    numbers = memo.numbers([f"x-valid@{epoch}" for epoch in range(200)])
    tracemalloc.start()
    try:
        for _ in range(50_000):
            memo.put_numbers(len(memo), numbers)
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert len(memo) == 10_000_000
    assert held < 48 * MIB
    assert memo.get(9_999_999) == "x-valid@199"


def test_a_memo_refuses_more_words_than_a_benchmark_has() -> None:
    memo = Memo()
    with pytest.raises(DamageError, match="different strings"):
        for index in range(2**21):
            memo.put(index, f"{index:x}")


class Evil:
    """Makes a file when it is unpickled by Python."""

    def __init__(self, call: Callable[..., object], *args: object) -> None:
        self.call = call
        self.args = args

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call, self.args


@pytest.mark.parametrize("protocol", range(6))
def test_another_class_is_refused_by_name_and_nothing_is_run(protocol: int, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    data = pickle.dumps({"arch2infos": {0: Evil(os.mkdir, str(trace))}}, protocol)
    with pytest.raises(SourceError, match=r"names 'posix\.mkdir'.*nothing was run"):
        load(data)
    with pytest.raises(SourceError, match=r"posix\.mkdir"):
        entries(data)
    assert not trace.exists()
    pickle.loads(data)
    assert trace.exists()  # so the trap was armed


@pytest.mark.parametrize("call", [eval, exec, getattr, __import__, np.array, bytearray, print])
def test_no_builtin_gets_through(call: Callable[..., object]) -> None:
    with pytest.raises(SourceError, match="names "):
        load(pickle.dumps(Evil(call, "1"), 2))


def test_a_dotted_name_does_not_reach_into_an_allowed_class() -> None:
    data = b"\x80\x04\x8c\x0bcollections\x8c\x14OrderedDict.fromkeys\x93)R."
    with pytest.raises(SourceError, match=r"OrderedDict\.fromkeys"):
        load(data)


def u32(number: int) -> bytes:
    return struct.pack("<I", number)


def u64(number: int) -> bytes:
    return struct.pack("<Q", number)


COLLIDING = (
    b"\x80\x02}(" + b"".join(b"\x8a\x0a" + (k * (2**61 - 1)).to_bytes(10, "little") + b"N" for k in range(9)) + b"u."
)
BOMBS = {
    "memo index": b"\x80\x02Nr" + u32(2**32 - 1) + b".",
    "memo index from nowhere": b"\x80\x02j" + u32(2**32 - 1) + b".",
    "string length": b"\x80\x02X" + u32(2**32 - 1) + b"a.",
    "long string length": b"\x80\x04\x8d" + u64(2**63) + b"a.",
    "bytes length": b"\x80\x04\x8e" + u64(2**63) + b"a.",
    "frame length": b"\x80\x04\x95" + u64(2**63) + b"N",
    "integer length": b"\x80\x02\x8a\xff" + b"\x01" * 255 + b".",
    "marks": b"\x80\x02" + b"(" * 2_000_000 + b".",
    "nested lists": b"\x80\x02" + b"]" * 2_000_000 + b"a" * 1_999_999 + b".",
    "nested tuples": b"\x80\x02)" + b"\x85" * 2_000_000 + b".",
    "nested key": b"\x80\x02})" + b"\x85" * 200_000 + b"Ns.",
    "dicts": b"\x80\x02(" + b"}" * 9_000_000 + b"t.",
    "sets": b"\x80\x04(" + b"\x8f" * 9_000_000 + b"t.",
    "memo": b"\x80\x04N" + b"\x94" * 9_000_000 + b".",
    "colliding keys": COLLIDING,
    "no mark": b"\x80\x02u.",
    "no value": b"\x80\x02.",
    "an item without a key": b"\x80\x02}(Nu.",
    "a call of a string": b"\x80\x02U\x01a)R.",
    "a list in place of a dict": b"\x80\x02](NNu.",
    "state of a class": b"\x80\x02ccollections\nOrderedDict\n}b.",
    "an endless name": b"\x80\x02c" + b"a" * 10_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_ends_in_one_line_and_little_memory(bomb: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(SourceError) as raised:
            load(BOMBS[bomb])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "\n" not in str(raised.value)
    assert peak < 400 * MIB


def test_a_list_that_holds_itself_is_harmless() -> None:
    assert isinstance(load(b"\x80\x02]q\x00h\x00a."), list)


SAMPLE = pickle.dumps(
    {
        "arch2infos": OrderedDict(
            {i: {"x": {e: e / 3 for e in range(9)}, "y": {f"s@{e}": e / 7 for e in range(9)}} for i in range(3)}
        ),
        "params": np.float64(0.3),
        "seeds": [("cifar10", 777), {("cifar10", 777): (None, True)}],
    },
    2,
)


def reads_or_refuses(data: bytes) -> None:
    """Anything but a value or a one-line SourceError fails the test."""
    for read in (load, entries):
        try:
            read(data)
        except SourceError as error:
            assert "\n" not in str(error)


def test_a_file_that_is_cut_anywhere_is_refused() -> None:
    for size in range(len(SAMPLE)):
        with pytest.raises(SourceError):
            load(SAMPLE[:size])


def test_every_flipped_bit_is_read_or_refused() -> None:
    for place in range(len(SAMPLE)):
        for bit in range(8):
            reads_or_refuses(SAMPLE[:place] + bytes([SAMPLE[place] ^ 1 << bit]) + SAMPLE[place + 1 :])


OPCODES = [
    b"(", b"0", b"N", b"\x88", b"K\x01", b"M\x01\x01", b"J\xff\xff\xff\xff", b"\x8a\x01\x01", b"G" + bytes(8),
    b"\x8c\x01a", b"X\x01\x00\x00\x00a", b"\x8c\x0aarch2infos", b"C\x01a", b"}", b"]", b"\x8f", b")",
    b"t", b"\x85", b"\x86", b"\x87", b"a", b"e", b"\x90", b"s", b"u", b"b", b"R", b"Q", b".", b"\x93",
    b"ccollections\nOrderedDict\n", b"cnumpy\ndtype\n", b"cnumpy.core.multiarray\nscalar\n", b"\x8c\x02f8",
    b"c_codecs\nencode\n", b"c__builtin__\nset\n", b"q\x00", b"q\x01", b"r\x02\x00\x00\x00", b"\x94",
    b"h\x00", b"h\x01", b"j\x02\x00\x00\x00", b"\x95" + bytes(8),
]  # fmt: skip


@settings(max_examples=1000)
@given(st.lists(st.sampled_from(OPCODES), max_size=40))
def test_any_opcodes_are_read_or_refused(opcodes: list[bytes]) -> None:
    reads_or_refuses(b"\x80\x02}(" + b"".join(opcodes) + b".")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    reads_or_refuses(data)


@given(st.randoms(use_true_random=False), st.integers(1, 8))
def test_swapped_pieces_are_read_or_refused(rng: random.Random, swaps: int) -> None:
    data = bytearray(SAMPLE)
    for _ in range(swaps):
        a, b, size = rng.randrange(len(data)), rng.randrange(len(data)), rng.randrange(1, 12)
        data[a : a + size], data[b : b + size] = data[b : b + size], data[a : a + size]
    reads_or_refuses(bytes(data))
