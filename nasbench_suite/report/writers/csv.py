"""A report's figures as CSV, for spreadsheets and data frames."""

import csv
import io
import json
from typing import Any

from nasbench_suite.report.model import Report


def to_csv(report: Report) -> str:
    """Returns a header and a row per configuration and scored data set: JSON's keys, what is unknown left empty.

    A list, as of objectives, and an object are written as JSON.
    """
    records = [row.record() for row in report.rows]
    columns = list(dict.fromkeys(key for record in records for key in record))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows([{key: _field(value) for key, value in record.items()} for record in records])
    return text.getvalue().rstrip("\n")


def _field(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, list | dict) else value
