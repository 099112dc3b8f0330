"""One LMDB file a table: see docs/table-format.md. Writing one is in `nasbench_suite.table.writer`."""

from nasbench_suite.table.annotation import Column
from nasbench_suite.table.columns import TableColumns
from nasbench_suite.table.measurements import Measurement, measurements
from nasbench_suite.table.metadata import Dataset, Metadata, Series, Source
from nasbench_suite.table.metric import ColumnMetric, Metric
from nasbench_suite.table.reader import Table, read_metadata

__all__ = [
    "Column",
    "ColumnMetric",
    "Dataset",
    "Measurement",
    "Metadata",
    "Metric",
    "Series",
    "Source",
    "Table",
    "TableColumns",
    "measurements",
    "read_metadata",
]
