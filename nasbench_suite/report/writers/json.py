"""A report's figures as JSON, for programs."""

import json

from nasbench_suite.report.model import Report


def to_json(report: Report) -> str:
    """Returns a list of objects, one per configuration and scored data set, of the keys that programs rely on."""
    return json.dumps([row.record() for row in report.rows], indent=2)
