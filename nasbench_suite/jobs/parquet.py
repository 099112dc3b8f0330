"""Reading and writing the columnar files of a job; pyarrow is loaded when it is needed and not before."""

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
    from pyarrow import parquet

    if earlier is None:
        return new
    old = parquet.read_table(earlier).cast(new.schema)
    return pa.concat_tables([old, new]).sort_by([(name, "ascending") for name in order]).combine_chunks()


def to_bytes(table: Any) -> bytes:
    """Returns a table as the content of a Parquet file."""
    import pyarrow as pa
    from pyarrow import parquet

    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content
