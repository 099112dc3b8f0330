import csv
import io
from collections.abc import Callable
from pathlib import Path

from nasbench_suite.report.model import make_report
from nasbench_suite.report.writers.csv import to_csv


def test_csv_has_jsons_keys_and_a_row_per_record(results: Callable, by_hand: Path, searches, scores) -> None:
    named = results("named", searches, scores, config_id="c1", settings="nb201_rea", label='a, "b"\nc')
    report = make_report([by_hand, named])
    rows = list(csv.DictReader(io.StringIO(to_csv(report))))
    assert list(rows[0]) == list(dict.fromkeys(key for row in report.rows for key in row.record()))
    assert [row["label"] for row in rows] == ["rea", "rea", 'a, "b"\nc', 'a, "b"\nc']
    assert (rows[0]["valid_mean"], rows[0]["regret_mean"], rows[0]["settings"]) == ("92.0", "", "")
    assert (rows[0]["objectives"], rows[2]["fidelities"]) == ('["valid_accuracy"]', "[[12, 12]]")
