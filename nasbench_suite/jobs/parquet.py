"""Reading and writing the columnar files of a job; pyarrow is loaded when it is needed and not before.

Loading `pyarrow.compute` and `pyarrow.dataset` takes longer than writing a job's files, so that nothing here needs them
but the joining of old rows and new.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nasbench_suite.jobs.parquet_footer import read_claims


def make_table(columns: Mapping[str, Any], types: Mapping[str, Any]) -> Any:
    """Returns a table of columns that have these types, in their order."""
    import pyarrow as pa

    return pa.table({name: pa.array(columns[name], kind) for name, kind in types.items()})


def read(content: bytes, coded: Sequence[str] = ()) -> Any:
    """Reads a table, which may be anybody's: one that claims far more than its bytes can hold is refused.

    Args:
        content: of the Parquet file.
        coded: columns of text to leave as codes into the texts that occur, so that a long one is held once.

    Raises:
        pyarrow.ArrowException, OSError, ValueError: it is damaged, or claims too much.
    """
    import pyarrow as pa
    from pyarrow import parquet

    claims = read_claims(content)
    if max(claims.rows, claims.values // 16, claims.size // 100) > 100_000 + 4 * len(content):
        raise ValueError(f"it claims {claims.rows:,} rows and {claims.size:,} bytes, in {len(content):,} bytes")
    there = parquet.read_schema(pa.BufferReader(content)).names
    found = [name for name in coded if name in there]
    with parquet.ParquetFile(pa.BufferReader(content), read_dictionary=found, pre_buffer=False) as file:
        # no thread of Arrow's: one that still runs when the program ends aborts it
        return file.read(use_threads=False)


def join_rows(earlier: Path | None, new: Any, order: Sequence[str]) -> Any:
    """Returns the rows of a file and of a table, ordered by columns; the table alone where there is no file.

    What is written of them does not depend on which rows came from where.
    """
    import pyarrow as pa

    if earlier is None:
        return new
    old = read(earlier.read_bytes()).cast(new.schema)
    return pa.concat_tables([old, new]).sort_by([(name, "ascending") for name in order]).combine_chunks()


def as_dictionary(table: Any, name: str) -> Any:
    """Returns a table whose column of texts is numbers into the different texts, in the order of their appearance."""
    import pyarrow as pa

    column = pa.array(table[name].to_pylist(), pa.dictionary(pa.int32(), pa.string()))
    return table.set_column(table.column_names.index(name), name, column)


def to_bytes(table: Any) -> bytes:
    """Returns a table as the content of a Parquet file."""
    import pyarrow as pa
    from pyarrow import parquet

    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content
