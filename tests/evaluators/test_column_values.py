"""Searches that look architectures up in a column of an annotated table."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from nasbench_suite.errors import ConfigError, TableError, UnknownMetricError
from nasbench_suite.evaluators.column_values import ColumnValues
from nasbench_suite.evaluators.table_objectives import own_metric
from nasbench_suite.importing.annotate import annotate
from nasbench_suite.jobs.run import run
from nasbench_suite.registry.column_readers import find_column_readers
from nasbench_suite.registry.tables import open_table
from nasbench_suite.table import Table
from nasbench_suite.table.annotation import Annotation, Column
from nasbench_suite.testing.isolation import forbidden_in

Make = Callable[..., Any]
QUICK = ("algorithm=zero_cost", "algorithm.column=guess", "algorithm.sample=100", "seeds=2")


@pytest.fixture
def annotated(installed: Path, tmp_path: Path) -> Table:
    """The table of all cells with a made-up score that every fifth lacks."""
    table = open_table("nb201")
    lines = ["arch,dataset,guess [score],slow [ms@phone]"]
    for at, text in enumerate(table.architectures(range(len(table)))):
        lines.append(f"{text},cifar10,{'' if at % 5 == 0 else at % 1009},{at % 7}")
    (tmp_path / "guess.csv").write_text("\n".join(lines) + "\n")
    annotate(table, find_column_readers(table.space), tmp_path / "guess.csv", None, None)
    return open_table("nb201")


def rows(job: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(job.folder / "trajectory.parquet").to_pylist()
    return found


def test_a_search_trains_the_highest_and_nothing_without_a_value(annotated: Table, make_job: Make) -> None:
    job = make_job(*QUICK, "algorithm.trained=20")
    run(job)
    asked = [row["architecture"] for row in rows(job) if row["seed"] == 0]
    places = [annotated.row(arch) for arch in asked]
    assert len(asked) == 20 and all(place % 5 for place in places)
    guesses = [place % 1009 for place in places]
    assert guesses == sorted(guesses, reverse=True)


def test_lower_is_better_where_the_unit_or_the_user_says_so(annotated: Table, make_job: Make) -> None:
    for column, sign in (("slow", 1), ("guess:min", 1), ("slow:max", -1)):
        job = make_job(*QUICK, "algorithm.trained=10", f"algorithm.column={column}")
        run(job)
        found = annotated.columns.find(column.partition(":")[0], "cifar10").values
        values = [sign * found[annotated.row(row["architecture"])] for row in rows(job) if row["seed"] == 0]
        assert values == sorted(values)


def test_a_metric_of_the_table_itself_is_a_column_too(real_installed: Path, make_job: Make) -> None:
    assert not list(open_table("nb201").columns)
    parameters = own_metric(open_table("nb201"), "cifar10", "parameters")
    assert parameters is not None
    for column, sign in (("parameters", 1), ("parameters:max", -1)):
        job = make_job(*QUICK, "algorithm.trained=10", f"algorithm.column={column}", "evaluator.only_measured=true")
        run(job)
        found = [row["architecture"] for row in rows(job) if row["seed"] == 0]
        values = [sign * parameters[open_table("nb201").row(arch)] for arch in found]
        assert len(values) > 1 and values == sorted(values)


def test_a_column_of_an_annotation_goes_before_the_tables_own(real_installed: Path, make_job: Make) -> None:
    table = open_table("nb201")
    own = make_job(*QUICK, "algorithm.column=parameters:max")
    values = np.zeros(len(table)) + 4
    column = Column("parameters", "score", None, "cifar10", values, values == 4)
    annotation = Annotation(table.metadata.content_sha256, table.metadata.source, {}, (column,))
    table.path.with_name("nb201.scores.columns").write_bytes(annotation.to_bytes())
    assert make_job(*QUICK, "algorithm.column=parameters:max").id != own.id


def test_what_a_look_up_costs_passes_before_the_first_evaluation(annotated: Table, make_job: Make) -> None:
    free = make_job(*QUICK, "algorithm.trained=5")
    priced = make_job(*QUICK, "algorithm.trained=5", "+measurement_seconds.guess=2")
    for job in (free, priced):
        run(job)
    assert free.id != priced.id
    by_seed = [[row for row in rows(job) if row["seed"] == 0] for job in (free, priced)]
    assert [row["architecture"] for row in by_seed[0]] == [row["architecture"] for row in by_seed[1]]
    later = {round(two["seconds"] - one["seconds"], 6) for one, two in zip(*by_seed, strict=True)}
    assert len(later) == 1
    (cost,) = later
    assert cost % 2 == 0 and 100 <= cost <= 200  # of 100 draws those that have a value, each once


def test_a_price_beyond_the_budget_leaves_nothing_to_train(annotated: Table, make_job: Make) -> None:
    job = make_job(*QUICK, "+measurement_seconds.guess=1000")
    run(job)
    assert rows(job) == []


@pytest.mark.parametrize(
    ("overrides", "error", "message"),
    [
        (["algorithm.column=gess"], UnknownMetricError, "did you mean guess"),
        (["algorithm.column=guess:up"], ConfigError, "guess:min or guess:max"),
        (["+measurement_seconds.slow=1"], ConfigError, r"the algorithm's column \(here: guess\), got slow"),
        (["algorithm=rea", "+measurement_seconds.guess=1"], ConfigError, r"\(here: none\), got guess"),
        (["+measurement_seconds.guess=-1"], ConfigError, "seconds of 0 or more"),
        (["+algorithm.columns=guess"], ConfigError, "algorithm.columns"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(
    annotated: Table, make_job: Make, overrides: list[str], error: type[Exception], message: str
) -> None:
    words = overrides if "algorithm=rea" in overrides else [*QUICK, *overrides]
    with pytest.raises(error, match=message):
        make_job(*words)


def test_a_job_is_another_where_the_column_is(annotated: Table, make_job: Make, tmp_path: Path) -> None:
    job = make_job(*QUICK)
    (file,) = annotated.path.parent.glob("*.columns")
    file.unlink()
    (tmp_path / "other.csv").write_text(f"arch,dataset,guess [score]\n{annotated.architecture(1)},cifar10,4\n")
    annotate(annotated, find_column_readers(annotated.space), tmp_path / "other.csv", None, None)
    assert make_job(*QUICK).id != job.id
    with pytest.raises(TableError, match="column guess of table nb201 has changed"):
        run(job)


def test_a_column_leads_to_no_table_and_knows_its_name_only(annotated: Table) -> None:
    values = annotated.columns.find("guess", "cifar10").values
    column = ColumnValues("guess", values, False, annotated.locate, 0.0)
    assert not forbidden_in(column)
    with pytest.raises(KeyError):
        column("synflow", annotated.space.parse(annotated.architecture(1)))
