"""One LMDB file a table: see docs/table-format.md."""

from nasbench_suite.table.home import find_space, find_table, open_table, table_path, table_paths
from nasbench_suite.table.metadata import Dataset, Metadata, Series, Source
from nasbench_suite.table.metric import ColumnMetric, Metric
from nasbench_suite.table.reader import Table, read_metadata
from nasbench_suite.table.writer import TableWriter

__all__ = [
    "ColumnMetric",
    "Dataset",
    "Metadata",
    "Metric",
    "Series",
    "Source",
    "Table",
    "TableWriter",
    "find_space",
    "find_table",
    "open_table",
    "read_metadata",
    "table_path",
    "table_paths",
]
