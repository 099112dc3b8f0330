import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from nasbench_suite.errors import ResultsError
from nasbench_suite.jobs.description import JOB
from nasbench_suite.jobs.folder import CONFIG, EPOCHS, FAILURES, SCORES, TRAJECTORY
from nasbench_suite.report.read import read_folder


@pytest.mark.parametrize("name", [CONFIG, JOB, SCORES, TRAJECTORY])
@pytest.mark.parametrize("content", [b"{\x00[", b"", b"\xff\xfe", b"[" * 100_000])
def test_a_damaged_file_is_named_in_a_line(by_hand: Path, name: str, content: bytes) -> None:
    (by_hand / name).write_bytes(content)
    with pytest.raises(ResultsError, match=f"^{name}: ") as caught:
        read_folder(by_hand, [])
    assert len(str(caught.value)) < 500 and "\n" not in str(caught.value)


def test_a_link_is_not_followed(by_hand: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("password: 12345")
    (by_hand / CONFIG).unlink()
    (by_hand / CONFIG).symlink_to(secret)
    with pytest.raises(ResultsError, match=r"config.yaml: is a link") as caught:
        read_folder(by_hand, [])
    assert "12345" not in str(caught.value)


def test_yaml_that_stands_for_a_billion_values_is_refused(by_hand: Path) -> None:
    rows = ["a0: &a0 [x, x]", *(f"a{at}: &a{at} [*a{at - 1}, *a{at - 1}]" for at in range(1, 40))]
    (by_hand / CONFIG).write_text("\n".join(rows))
    with pytest.raises(ResultsError, match="aliases"):
        read_folder(by_hand, [])


def test_the_epochs_of_a_one_shot_search_are_columns(one_shot: Callable, record: Callable, scores) -> None:
    edge_weights = (0.5, 0.25, 0.25, 0.1, 0.2, 0.7)
    searches = {0: [record(1), record(2, "b", edge_weights=edge_weights, operation_counts=(1, 0, 1))]}
    found = read_folder(one_shot("job", searches, scores), [])
    assert (found.clock, found.epochs["architecture"].tolist()) == ("machine", ["a", "b"])
    assert np.isnan(found.epochs["edge_weights"][0]).all()
    assert found.epochs["edge_weights"][1].tolist() == [[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]]  # by edge
    assert found.epochs["operation_counts"].tolist() == [[0, 1, 2], [1, 0, 1]]
    assert np.isnan(found.epochs["entropy"]).all()


def test_a_table_search_has_no_epochs(by_hand: Path) -> None:
    found = read_folder(by_hand, [])
    assert (found.clock, found.epochs, found.epochs_by_seed) == ("simulated", None, [])


def test_a_one_shot_search_without_its_epochs_is_refused(one_shot: Callable, record: Callable, scores) -> None:
    folder = one_shot("job", {0: [record(1)]}, scores)
    (folder / EPOCHS).unlink()
    with pytest.raises(ResultsError, match=r"epochs.parquet: is missing"):
        read_folder(folder, [])


def test_epochs_of_another_supernet_are_refused(one_shot: Callable, record: Callable, scores) -> None:
    folder = one_shot("job", {0: [record(1, operation_counts=(1, 2))]}, scores)
    with pytest.raises(ResultsError, match=r"epochs.parquet: expected 2 edges of 3 operations"):
        read_folder(folder, [])


def change(path: Path, **columns: Any) -> None:
    table = parquet.read_table(path)
    for name, values in columns.items():
        table = table.set_column(table.column_names.index(name), name, pa.array(values))
    parquet.write_table(table, path)


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("seed", [0.0] * 6, "column seed has values of type float64"),
        ("seed", [2, 1, 1, 0, 0, 0], "ordered by seed"),
        ("incumbent", [True, None, True, True, False, True], "column incumbent"),
        ("architecture", list(range(6)), "column architecture"),
        ("seconds", [1.0, 2.0, float("inf"), 1.0, 2.0, 1.0], "column seconds has values that nothing measured"),
    ],
)
def test_columns_are_checked(by_hand: Path, column: str, values: list[Any], says: str) -> None:
    change(by_hand / TRAJECTORY, **{column: values})
    with pytest.raises(ResultsError, match=says):
        read_folder(by_hand, [])


def test_a_trajectory_that_lacks_a_column_is_refused(by_hand: Path) -> None:
    parquet.write_table(parquet.read_table(by_hand / TRAJECTORY).drop_columns(["step"]), by_hand / TRAJECTORY)
    with pytest.raises(ResultsError, match="expected the columns seed, step"):
        read_folder(by_hand, [])


def test_failures_are_reasons_by_seed(by_hand: Path) -> None:
    (by_hand / FAILURES).write_text(json.dumps({"one": "reason"}))
    with pytest.raises(ResultsError, match=r"failures.json: expected reasons by seed"):
        read_folder(by_hand, [])
