"""Needs Optuna; `make test-adapters` has its current release, `make test-extras` the one that the sweeper pins."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from nasbench_suite.adapters.optuna import OptunaSearch, TableObjective, distributions
from nasbench_suite.algorithm import Algorithm
from nasbench_suite.benchmark import Benchmark
from nasbench_suite.errors import ConfigError, MissingArchitectureError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.ledger import Ledger
from nasbench_suite.registry.importers import import_file
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.registry.tables import open_table
from nasbench_suite.space import Space
from nasbench_suite.testing import AlgorithmContract
from nasbench_suite.testing.algorithms import drive

pytestmark = [pytest.mark.extra, pytest.mark.filterwarnings("ignore::Warning")]  # those of Optuna's own code
optuna = pytest.importorskip("optuna")
SPACES = ("nb101", "nb201")
NB101_CSV = """arch,dataset,epochs,seed,valid_accuracy,test_accuracy
"010001000|input,conv3x3-bn-relu,output",cifar10,108,0,87.5,86.5
"""


class TestOptunaSearch(AlgorithmContract):
    clocks = frozenset({"datetime.now", "time.time"})  # when a trial began and ended, which no sampler reads

    def make_algorithm(self, space: Space, fidelities: Sequence[Fidelity], rng: np.random.Generator) -> Algorithm:
        return OptunaSearch(space, fidelities, rng, settings={"n_startup_trials": 5})


@pytest.fixture
def benchmark(full_table: Path) -> Benchmark:
    return Benchmark(open_table(full_table), "cifar100", Ledger(epochs=12 * 30))


@pytest.fixture
def study() -> "optuna.Study":
    return optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))


def test_a_study_maximises_what_the_table_says_until_the_budget_is_spent(
    benchmark: Benchmark, study: "optuna.Study"
) -> None:
    study.optimize(TableObjective(benchmark, 12), n_trials=100)
    assert benchmark.ledger.evaluations == 30
    best = study.best_trial
    twin = Benchmark(benchmark.table, "cifar100").query(best.user_attrs["architecture"], 12, "mean")
    assert (best.value, best.user_attrs["seconds"]) == (twin.valid_accuracy, twin.seconds)


def test_a_suggestion_that_is_no_architecture_is_pruned(study: "optuna.Study", tmp_path: Path) -> None:
    source = tmp_path / "one_cell.csv"
    source.write_text(NB101_CSV)
    import_file(find_space("nb101"), source, tmp_path / "one_cell.mdb")
    benchmark = Benchmark(open_table(tmp_path / "one_cell.mdb"), "cifar10", Ledger(epochs=108 * 30))
    # many random graphs are no cell, and of those that are the table has one
    study.optimize(TableObjective(benchmark, 108), n_trials=20, catch=(MissingArchitectureError,))
    states = [trial.state for trial in study.trials]
    assert states.count(optuna.trial.TrialState.PRUNED) >= 1
    assert benchmark.ledger.evaluations == states.count(optuna.trial.TrialState.COMPLETE)


@pytest.mark.parametrize("name", SPACES)
def test_every_variable_is_a_categorical_distribution(name: str) -> None:
    space = find_space(name)
    found = distributions(space)
    assert {key: one.choices for key, one in found.items()} == {one.name: one.choices for one in space.variables}


def test_a_sample_has_no_variables_before_its_members_are_known() -> None:
    with pytest.raises(ConfigError, match="confined_to"):
        distributions(find_space("nds_darts"))


@pytest.mark.parametrize(
    ("sampler", "settings", "complaint"),
    [("TPE", None, "expected one of .*TPESampler"), ("TPESampler", {"startup": 3}, "startup"), (5, None, "got 5")],
)
def test_a_sampler_that_is_not_there_is_named(sampler: str, settings: dict | None, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        OptunaSearch(find_space("nb201"), [Fidelity(9, 9)], np.random.default_rng(0), sampler, settings)


@pytest.mark.parametrize("wrong", [5, "digits", None])
def test_an_objective_takes_a_benchmark_only(wrong: object) -> None:
    with pytest.raises(ConfigError, match="expected a Benchmark"):
        TableObjective(wrong, 12)  # type: ignore[arg-type]


def test_most_graphs_are_no_cell_and_the_search_goes_on() -> None:
    space = find_space("nb101")
    proposals = drive(OptunaSearch(space, [Fidelity(9, 9)], np.random.default_rng(0)), space, evaluations=15)
    assert len(proposals) == 15


@pytest.mark.usefixtures("installed")
def test_the_command_runs_it_under_the_ledger(cli: Callable, tmp_path: Path) -> None:
    words = ["algorithm=optuna", "seeds=1", "budget.evaluations=20", "tracking=disabled", f"results={tmp_path / 'r'}"]
    done = cli("run", "protocol=nb201", *words)
    assert done.code == 0, done.err
    assert "optuna on nb201/cifar10" in done.out
