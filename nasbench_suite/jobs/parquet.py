"""Reading and writing the columnar files of a job; pyarrow is loaded when it is needed and not before.

Loading `pyarrow.compute` and `pyarrow.dataset` takes longer than writing a job's files, so that nothing here needs them
but the joining of old rows and new.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def make_table(columns: Mapping[str, Any], types: Mapping[str, Any]) -> Any:
    """Returns a table of columns that have these types, in their order."""
    import pyarrow as pa

    return pa.table({name: pa.array(columns[name], kind) for name, kind in types.items()})


def join_rows(earlier: Path | None, new: Any, order: Sequence[str]) -> Any:
    """Returns the rows of a file and of a table, ordered by columns; the table alone where there is no file.

    What is written of them does not depend on which rows came from where.
    """
    import pyarrow as pa

    if earlier is None:
        return new
    old = read_table(earlier).cast(new.schema)
    return pa.concat_tables([old, new]).sort_by([(name, "ascending") for name in order]).combine_chunks()


def as_dictionary(table: Any, name: str) -> Any:
    """Returns a table whose column of texts is numbers into the different texts, in the order of their appearance."""
    import pyarrow as pa

    column = pa.array(table[name].to_pylist(), pa.dictionary(pa.int32(), pa.string()))
    return table.set_column(table.column_names.index(name), name, column)


def read_table(source: Path | bytes) -> Any:
    """Reads a Parquet file, or its content.

    Raises:
        pyarrow.ArrowException: it is damaged, or no such file.
        OSError: it cannot be read.
    """
    import pyarrow as pa
    from pyarrow import parquet

    with parquet.ParquetFile(pa.BufferReader(source if isinstance(source, bytes) else source.read_bytes())) as file:
        return file.read()


def to_bytes(table: Any) -> bytes:
    """Returns a table as the content of a Parquet file."""
    import pyarrow as pa
    from pyarrow import parquet

    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content
