"""Searches with several objectives and under constraints, on a table with annotations."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from nasbench_suite.errors import ConfigError, UnknownMetricError
from nasbench_suite.evaluators.table_objectives import TableObjectives
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.importing.annotate import annotate
from nasbench_suite.jobs.run import run
from nasbench_suite.registry.column_readers import find_column_readers
from nasbench_suite.registry.tables import open_table
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table

Make = Callable[..., Any]
MISSING = 500  # every so many architectures have no latency


def latency(at: int) -> float:
    return 1.0 + at % 97 / 10


@pytest.fixture(scope="session")
def columns(full_table: Path, once: Callable[..., Path]) -> Path:
    """A made-up latency of all cells on cifar10, which some lack, and two other figures."""

    def write(folder: Path) -> None:
        (folder / "nb201.mdb").symlink_to(full_table)
        table = Table(folder / "nb201.mdb", NB201())
        lines = ["arch,dataset,slow [ms@phone],intensity [operations/word],rate [img/s]"]
        for at, text in enumerate(table.architectures(range(len(table)))):
            lines.append(f"{text},cifar10,{'' if at % MISSING == 0 else latency(at)},{at % 7},{at % 11}")
        (folder / "costs.csv").write_text("\n".join(lines) + "\n")
        annotate(table, find_column_readers(table.space), folder / "costs.csv", None, None)

    return once("annotated", write)


@pytest.fixture
def annotated(installed: Path, columns: Path) -> Table:
    """The table of all cells with its annotation."""
    (file,) = columns.glob("*.columns")
    (installed.parent / file.name).symlink_to(file)
    return open_table("nb201")


def made(table: Table, *objectives: str, constraints: tuple[str, ...] = (), **prices: float) -> TableObjectives:
    return TableObjectives(table, "cifar10", objectives, constraints, prices)


def test_a_search_is_told_every_objective_and_no_test_score(annotated: Table) -> None:
    told = made(annotated, "valid_accuracy", "slow", constraints=("rate>=5",))
    seen = told.of(12, 81.5)
    assert seen == (("valid_accuracy", "slow", "rate"), (81.5, latency(12), 1.0), (-81.5, latency(12)), 0.8)
    assert told.of(5, 81.5).violation == 0
    assert not [name for name in seen._fields if "test" in name]


def test_directions_come_from_units_or_are_said(annotated: Table) -> None:
    assert [figure.direction for figure in made(annotated, "valid_accuracy", "slow", "rate").figures] == [
        "max",
        "min",
        "max",
    ]
    assert made(annotated, "valid_accuracy", "slow:max").figures[1].direction == "max"
    with pytest.raises(ConfigError, match="intensity:min or intensity:max, for its unit 'operations/word'"):
        made(annotated, "valid_accuracy", "intensity")
    with pytest.raises(ConfigError, match=r"expected slow, slow:min or slow:max, got 'slow:low'"):
        made(annotated, "valid_accuracy", "slow:low")
    with pytest.raises(ConfigError, match="valid_accuracy:max, got valid_accuracy:min"):
        made(annotated, "valid_accuracy:min", "slow")


def test_an_architecture_without_a_figure_is_told_as_missing(annotated: Table) -> None:
    seen = made(annotated, "valid_accuracy", "slow").of(MISSING, 90.0)
    assert math.isnan(seen.values[1]) and seen.losses == (-90.0, math.inf) and seen.violation == math.inf
    under = made(annotated, "valid_accuracy", constraints=("slow<5",)).of(MISSING, 90.0)
    assert under.violation == math.inf


def test_a_diverged_training_is_no_candidate_either(annotated: Table) -> None:
    assert made(annotated, "valid_accuracy", "slow").of(1, math.nan).violation == math.inf


def test_the_true_front_is_what_nothing_in_the_table_dominates(annotated: Table) -> None:
    told = made(annotated, "valid_accuracy", "slow", constraints=("slow<9", "slow>=2"))
    found = told.tradeoff(Fidelity(12, 12))
    test = np.array([each if each is not None else np.nan for each in _tests(annotated)])
    slow = np.array([latency(at) if at % MISSING else np.nan for at in range(len(annotated))])
    can = (slow < 9) & (slow >= 2)
    wanted = {
        (float(a), float(s))
        for a, s in zip(test[can], slow[can], strict=True)
        if not (((test[can] >= a) & (slow[can] <= s)) & ((test[can] > a) | (slow[can] < s))).any()
    }
    assert {values for _, values in found.front} == wanted
    assert found.split == "test" and found.without == -(-len(annotated) // MISSING) and found.feasible == can.sum()
    accuracies, costs = zip(*wanted, strict=True)
    assert found.ideal == (max(accuracies), min(costs))
    assert found.spans == pytest.approx((np.ptp(test[can]), np.ptp(slow[can])))
    assert found.reference == pytest.approx(
        (min(accuracies) - 0.1 * np.ptp(accuracies), max(costs) + 0.1 * np.ptp(costs))
    )


def _tests(table: Table) -> list[float | None]:
    from nasbench_suite.benchmark import Benchmark

    benchmark = Benchmark(table, "cifar10")
    return [
        benchmark.score(table.space.parse(text))["cifar10"].test_accuracy
        for text in table.architectures(range(len(table)))
    ]


@pytest.mark.parametrize("name", ["test_accuracy", "train_accuracy", "test_loss", "valid_loss", "train_seconds"])
def test_other_results_of_a_training_are_no_objectives(annotated: Table, name: str) -> None:
    with pytest.raises(ConfigError, match=f"columns beside it; got {name}"):
        made(annotated, "valid_accuracy", name)


def test_an_unknown_figure_names_the_closest_and_without_any_the_command(annotated: Table) -> None:
    with pytest.raises(UnknownMetricError, match="no column 'slo' for cifar10; did you mean slow"):
        made(annotated, "valid_accuracy", "slo")
    with pytest.raises(UnknownMetricError, match="`nasbench-suite annotate nb201 PATH` adds columns"):
        TableObjectives(annotated, "cifar100", ["valid_accuracy", "slow"], (), {})


def test_a_tables_own_parameters_need_no_annotation(real_installed: Path) -> None:
    table = open_table("nb201")
    told = made(table, "valid_accuracy", "parameters")
    assert told.figures[1].unit == "millions"
    assert told.of(0, 90.0).values[1] == pytest.approx(0.34, abs=1)


def test_only_what_is_searched_has_a_price(annotated: Table) -> None:
    assert made(annotated, "valid_accuracy", "slow", slow=2.5).measurement_seconds == 2.5
    with pytest.raises(ConfigError, match=r"measurement_seconds\.rate: .* \(here: slow\), got rate"):
        made(annotated, "valid_accuracy", "slow", rate=2.5)
    with pytest.raises(ConfigError, match="expected seconds of 0 or more, got -1"):
        made(annotated, "valid_accuracy", "slow", slow=-1)


def test_constraints_that_nothing_meets_are_refused(annotated: Table) -> None:
    with pytest.raises(ConfigError, match=r"none of them that has a score meets slow<0\.5"):
        _ = made(annotated, "valid_accuracy", constraints=("slow<0.5",)).tradeoff(Fidelity(12, 12))


def test_a_constraint_on_accuracy_is_one_on_what_searches_see(real_installed: Path, make_job: Make) -> None:
    table, seen = open_table("nb201"), Fidelity(12, 12)
    told = TableObjectives(table, "cifar10", ["valid_accuracy", "parameters"], ["valid_accuracy>80"], {})
    metric = table.metric("cifar10-valid", seen, "valid_accuracy")
    assert metric is not None
    means = [metric.value(row, metric.pick(row, "mean", None)) for row in range(len(table))]
    found = told.tradeoff(seen)
    assert told.feasible(seen).tolist() == [mean > 80 for mean in means]
    assert found.feasible == 1390 and told.tradeoff(Fidelity(200, 200)).feasible == 13344
    # the front's values are the judge's
    assert all(means[table.row(table.space.parse(arch))] > 80 and values[0] > 85 for arch, values in found.front)
    job = make_job("protocol=nats", "dataset=cifar10", "algorithm=rea", "constraints=['valid_accuracy>80']")
    assert job.tradeoff is not None and job.tradeoff.feasible == 1390
    with pytest.raises(ConfigError, match=r"that has a score meets valid_accuracy>90 at epoch 12 of 12$"):
        make_job("protocol=nats", "dataset=cifar10", "algorithm=rea", "constraints=['valid_accuracy>90']")


SEVERAL = "objectives=[valid_accuracy,slow]"


@pytest.mark.parametrize("algorithm", ["random", "nsga2", "mo_rea"])
def test_a_job_keeps_what_was_told_and_the_judge_scores_the_front(
    annotated: Table, make_job: Make, algorithm: str
) -> None:
    folder = run(make_job(f"algorithm={algorithm}", SEVERAL, "seeds=2", "budget.seconds=2000"))
    rows = pq.read_table(folder / "trajectory.parquet").to_pylist()
    scored = set(pq.read_table(folder / "scores.parquet")["architecture"].to_pylist())
    assert {row["architecture"] for row in rows if row["front"] or row["incumbent"]} == scored
    for row in rows:
        at = annotated.row(row["architecture"])
        assert row["figure_slow"] == (None if at % MISSING == 0 else latency(at))
        assert not (row["front"] and row["figure_slow"] is None)
    said = json.loads((folder / "job.json").read_text())
    assert said["objectives"] == ["valid_accuracy", "slow"] and said["tradeoff"]["split"] == "test"


def test_a_figure_costs_nothing_unless_it_has_a_price(annotated: Table, make_job: Make) -> None:
    def clock(*overrides: str) -> list[float]:
        folder = run(make_job("seeds=1", "budget=unlimited", "budget.evaluations=5", *overrides))
        seconds: list[float] = pq.read_table(folder / "trajectory.parquet")["seconds"].to_pylist()
        return seconds

    alone = clock()
    assert clock(SEVERAL) == alone
    priced = clock(SEVERAL, "++measurement_seconds.slow=10")
    assert priced == pytest.approx([second + 10 * at for at, second in enumerate(alone, 1)])


def test_under_constraints_no_incumbent_violates_one_and_regret_is_against_those_that_do_not(
    annotated: Table, make_job: Make
) -> None:
    job = make_job("algorithm=rea", "constraints=['slow<3']", "seeds=2", "budget.seconds=2000")
    feasible = [each for at, each in enumerate(_tests(annotated)) if at % MISSING and latency(at) < 3]
    assert job.best["cifar10"][1] == max(feasible)
    rows = pq.read_table(run(job) / "trajectory.parquet").to_pylist()
    assert any(row["incumbent"] for row in rows)
    assert all(row["figure_slow"] < 3 for row in rows if row["incumbent"])
    assert "front" not in rows[0]


def test_other_annotations_make_another_job(annotated: Table, columns: Path, make_job: Make, tmp_path: Path) -> None:
    before = make_job(SEVERAL)
    plain = make_job()
    (file,) = annotated.path.parent.glob("*.columns")
    file.unlink()
    text = (columns / "costs.csv").read_text().replace(",cifar10,1.1,", ",cifar10,1.15,")
    (tmp_path / "costs.csv").write_text(text)
    table = open_table("nb201")
    annotate(table, find_column_readers(table.space), tmp_path / "costs.csv", None, None)
    assert make_job(SEVERAL).id != before.id
    assert make_job().id == plain.id


def test_seeds_that_are_added_later_make_the_same_files(annotated: Table, make_job: Make, tmp_path: Path) -> None:
    few = ("algorithm=nsga2", SEVERAL, "budget.seconds=1000")
    run(make_job(*few, "seeds=1"))
    added = run(make_job(*few, "seeds=3"))
    at_once = run(make_job(*few, "seeds=3", results=tmp_path / "other"))
    for name in ("trajectory.parquet", "scores.parquet"):
        assert (added / name).read_bytes() == (at_once / name).read_bytes()


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (("algorithm=bohb", SEVERAL), "objectives: expected one objective for algorithm bohb, got valid_accuracy, "
         "slow; those that take several objectives: mo_rea, nsga2, random"),
        (("algorithm=rea", SEVERAL), "expected one objective for algorithm rea"),
        (("algorithm=tpe", "constraints=[slow<5]"), "constraints: expected none for algorithm tpe, got slow<5; those "
         "that take constraints: mo_rea, nsga2, random, rea"),
        (("objectives=[slow,rate]",), "expected valid_accuracy and others beside it, got slow, rate"),
        (("objectives=[test_error,valid_accuracy]",), "valid_accuracy or test_error, one objective, got it twice"),
        (("constraints=[test_error<10]",), "expected bounds on valid_accuracy, which this search sees, got test_error"),
        (("objectives=[valid_accuracy,slow,slow]",), "expected one name or several different ones"),
        (("objectives=[]",), "expected one name or several different ones"),
        (("constraints=[slow<5ms]",), "a number in the figure's unit, such as pixel3_latency<5; got 'slow<5ms'"),
        (("constraints=slow",), "a number in the figure's unit"),
        (("measurement_seconds={slow:3}",), "expected a figure among the objectives or constraints, or the"),
        (("evaluator=train", "trial=random", "constraints=[slow<5]"), "evaluator=train: expected no constraints"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_a_line(
    annotated: Table, cli: Make, overrides: tuple[str, ...], said: str
) -> None:
    done = cli("run", *overrides)
    assert done.code == 2 and done.err.count("\n") == 1
    assert said in done.err


def test_constraints_need_no_quotes_and_have_one_form(annotated: Table, cli: Make) -> None:
    few = ("algorithm=rea", "seeds=1", "budget=unlimited", "budget.evaluations=30")
    folders = set()
    for form in ("constraints=slow<3", "constraints=[slow<3.0]", "constraints=['slow < 3']", 'constraints=["slow<3"]'):
        done = cli("run", *few, form)
        assert done.code == 0, done.err
        folders.add(next(line.split()[1] for line in done.out.splitlines() if line.startswith("results: ")))
    assert len(folders) == 1


def test_a_finished_job_runs_again_under_other_constraints(annotated: Table, cli: Make) -> None:
    few = ("algorithm=rea", "seeds=1", "budget=unlimited", "budget.evaluations=30")
    done = cli("run", *few, "constraints=[slow<3]")
    folder = next(line for line in done.out.splitlines() if line.startswith("results")).removeprefix("results: ")
    assert cli("verify", folder).code == 0
    again = cli("rerun", folder, "constraints=[slow<2.5]", "measurement_seconds.slow=3")
    assert again.code == 0, again.err
    new = next(line for line in again.out.splitlines() if line.startswith("results")).removeprefix("results: ")
    said = json.loads(Path(new, "job.json").read_text())["tradeoff"]
    assert said["constraints"] == ["slow<2.5"] and said["measurement_seconds"] == 3
