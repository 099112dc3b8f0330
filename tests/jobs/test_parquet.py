"""Columnar files that may be anybody's."""

import pyarrow as pa
import pytest

from nasbench_suite.jobs.parquet import read, to_bytes


def test_what_is_written_is_read() -> None:
    table = pa.table({"seed": [1, 2], "architecture": ["a", "b"]})
    assert read(to_bytes(table)).equals(table)


def test_a_text_is_held_once_however_often_it_occurs() -> None:
    long = "x" * 1_000_000
    found = read(to_bytes(pa.table({"architecture": pa.array([long] * 200)})), ("architecture", "dataset"))
    assert found.nbytes < 3_000_000
    assert found["architecture"].combine_chunks().dictionary.to_pylist() == [long]


def test_a_small_file_that_claims_millions_of_rows_is_refused() -> None:
    content = to_bytes(pa.table({"seed": pa.array([0]).take(pa.array([0] * 5_000_000))}))
    assert len(content) < 1_000_000
    with pytest.raises(ValueError, match="it claims 5,000,000 rows"):
        read(content)


def test_a_file_that_is_no_parquet_is_refused() -> None:
    with pytest.raises((pa.ArrowException, OSError, ValueError)):
        read(b"PAR1 no more PAR1")
