"""From a row to a hash and back."""

from hashlib import md5

import pytest

from nasbench_suite.errors import TableError
from nasbench_suite.table.hashes import Hashes, build_arrays, is_hash

HASHES = [md5(str(number).encode()).hexdigest() for number in range(1000)]


def test_each_hash_leads_to_its_row_and_each_row_to_its_hash() -> None:
    arrays = build_arrays(HASHES, 16)
    hashes = Hashes(arrays["digests"], arrays["order"])  # type: ignore[arg-type]
    assert list(hashes) == HASHES
    assert [hashes.row(text) for text in HASHES] == list(range(1000))
    assert hashes.row(md5(b"another").hexdigest()) == hashes.row("zz") == -1
    assert hashes[-1] == HASHES[-1]
    with pytest.raises(IndexError):
        hashes[1000]


def test_none_at_all_is_fine() -> None:
    arrays = build_arrays([], 16)
    hashes = Hashes(arrays["digests"], arrays["order"])  # type: ignore[arg-type]
    assert (len(hashes), hashes.row(HASHES[0])) == (0, -1)


@pytest.mark.parametrize(
    ("hashes", "says"),
    [(["a" * 31], "32 hexadecimal digits, got 'a{31}'"), (["A" * 32], "digits"), (["a" * 32] * 2, "two architectures")],
)
def test_what_is_no_hash_or_twice_there_is_refused(hashes: list[str], says: str) -> None:
    with pytest.raises(TableError, match=says):
        build_arrays(hashes, 16)


def test_a_space_without_hashes_has_none() -> None:
    assert not is_hash("", 0) and not is_hash("ff", 0) and is_hash("ff", 1)
