"""Claims are PyArrow's of a sound file; a damaged footer raises, and nothing else."""

import random

import pyarrow as pa
import pytest
from pyarrow import parquet

from nasbench_suite.jobs.parquet import to_bytes
from nasbench_suite.jobs.parquet_footer import Claims, read_claims


@pytest.fixture
def content() -> bytes:
    columns = {"seed": list(range(300)), "text": ["a", None, "c"] * 100, "lists": [[1.5, 2.5], [], None] * 100}
    return to_bytes(pa.table(columns))


def test_claims_are_those_that_pyarrow_reads(content: bytes) -> None:
    metadata = parquet.read_metadata(pa.BufferReader(content))
    group = metadata.row_group(0)
    columns = [group.column(at) for at in range(group.num_columns)]
    expected = Claims(300, sum(one.num_values for one in columns), sum(one.total_uncompressed_size for one in columns))
    assert read_claims(content) == expected
    assert expected.values == 300 + 300 + 400


@pytest.mark.parametrize(
    "damaged", [b"", b"PAR1", b"PAR1 no more PAR1", b"PAR1\x00\x01\x00\x00\x00PAR1", b"PAR1\x4c\x01\x00\x00\x00PAR1"]
)
def test_what_is_no_parquet_file_is_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match=r"Parquet file|damaged"):
        read_claims(damaged)


def test_a_damaged_footer_raises_and_nothing_else(content: bytes) -> None:
    draw = random.Random(1)
    length = int.from_bytes(content[-8:-4], "little")
    refused = 0
    for _ in range(2000):
        at = len(content) - 8 - draw.randint(1, length)
        try:
            read_claims(content[:at] + draw.randbytes(draw.choice((1, 1, 4))) + content[at + draw.choice((1, 4)) :])
        except ValueError:
            refused += 1
    assert 100 < refused < 2000


def test_nesting_without_an_end_is_refused() -> None:
    footer = b"\x1c" * 5000
    with pytest.raises(ValueError, match="too deep"):
        read_claims(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")
