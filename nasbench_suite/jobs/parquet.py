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

    claims = parquet.read_metadata(pa.BufferReader(content))
    groups = [claims.row_group(at) for at in range(claims.num_row_groups)]
    columns = [group.column(at) for group in groups for at in range(group.num_columns)]
    values = sum(column.num_values for column in columns)
    held = sum(column.total_uncompressed_size for column in columns)
    if max(claims.num_rows, values // 16, held // 100) > 100_000 + 4 * len(content):
        raise ValueError(f"it claims {claims.num_rows:,} rows and {held:,} bytes, in {len(content):,} bytes")
    there = {claims.schema.column(at).path for at in range(claims.num_columns)}
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
    """Returns a table whose column of texts is stored as numbers into a list of the different texts.

    The list is in the order of first appearance; what `dictionary_encode` of pyarrow does.
    """
    import pyarrow as pa

    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(text, len(numbers)) for text in table[name].to_pylist()]
    column = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(list(numbers), pa.string()))
    return table.set_column(table.column_names.index(name), name, column)


def to_bytes(table: Any) -> bytes:
    """Returns a table as the content of a Parquet file."""
    import pyarrow as pa
    from pyarrow import parquet

    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content
