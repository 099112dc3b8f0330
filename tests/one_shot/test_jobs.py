"""A one-shot algorithm in the same job, folder and judge as any other."""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
import yaml
from pyarrow import parquet

from nasbench_suite.benchmark import Benchmark
from nasbench_suite.errors import ConfigError, DatasetError, NasBenchSuiteError, ResultsError
from nasbench_suite.evaluators.judge import Judge
from nasbench_suite.evaluators.training import TrainingEvaluator
from nasbench_suite.jobs import one_shot
from nasbench_suite.jobs import run as running
from nasbench_suite.jobs.description import JOB
from nasbench_suite.jobs.folder import (
    CONFIG,
    EPOCHS,
    FAILURES,
    LOG,
    SCORES,
    TRAJECTORY,
    WALL_SECONDS,
    JobFolder,
    checkpoint_file,
)
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.manifest import MANIFEST
from nasbench_suite.jobs.run import open_searcher, run
from nasbench_suite.ledger import Ledger
from nasbench_suite.observation import Score
from nasbench_suite.one_shot.data import SearchData
from nasbench_suite.one_shot.record import EpochRecord
from nasbench_suite.progress import Progress
from nasbench_suite.report.model import make_report
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table
from nasbench_suite.testing.isolation import reachable

MakeJob = Callable[..., Job]
# the judge trains what was found, as shortly as can be
TRAINED = (
    "evaluator=train",
    "trial=random",
    "evaluator.score_trials=[0]",
    "evaluator.training.schedules=[1]",
    "evaluator.training.network.channels=1",
    "evaluator.training.network.cells=1",
    "evaluator.training.recipe.batch=200",
)


def columns(folder: Path, name: str = TRAJECTORY) -> dict[str, list[Any]]:
    read: dict[str, list[Any]] = parquet.read_table(folder / name).to_pydict()
    return read


def apart_from_the_machine(folder: Path) -> list[dict[str, list[Any]]]:
    tables = [columns(folder, name) for name in (TRAJECTORY, EPOCHS, SCORES)]
    return [{key: t[key] for key in t if key not in ("seconds", "memory_mib")} for t in tables]


def test_a_run_ends_in_the_files_of_any_other_and_its_epochs(
    overrides: Callable, cli: Callable, tmp_path: Path
) -> None:
    answer = cli("run", *overrides(epochs=2))
    assert answer.code == 0, answer.err
    (folder,) = (path.parent for path in (tmp_path / "results").rglob(TRAJECTORY))
    assert str(folder.relative_to(tmp_path)) in answer.out
    written = {TRAJECTORY, SCORES, EPOCHS, WALL_SECONDS, MANIFEST}
    assert {path.name for path in folder.iterdir()} == {".lock", CONFIG, JOB, *written}
    trajectory, epochs = columns(folder), columns(folder, EPOCHS)
    assert trajectory["step"] == [0, 1] and trajectory["epoch"] == epochs["epoch"] == [1, 2]
    assert trajectory["schedule"] == [2, 2] and trajectory["trial"] == [None, None]
    assert trajectory["incumbent"] == [True, True]
    for name in ("seed", "seconds", "architecture", "valid_accuracy"):
        assert trajectory[name] == epochs[name]
    assert 0 < epochs["seconds"][0] < epochs["seconds"][1]
    assert [len(weights) for weights in epochs["edge_weights"]] == [30, 30]
    described = json.loads((folder / JOB).read_text())
    assert described["clock"] == "machine" and described["fidelities"] == [] and described["trial"] is None
    assert described["one_shot"]["operations"] == list(NB201.variables[0].choices)
    assert described["one_shot"]["edges"] == [variable.name for variable in NB201.variables]
    assert described["one_shot"]["torch_version"] == torch.__version__
    assert cli("report", "results", "--format", "json").code == 0


def test_a_search_that_asks_says_that_its_seconds_are_simulated(make_job: MakeJob, installed: Path) -> None:
    described = make_job().describe()
    assert described["clock"] == "simulated" and described["one_shot"] is None


def test_every_incumbent_is_scored_by_the_judge_whatever_it_is(tiny_job: MakeJob) -> None:
    job = tiny_job(*TRAINED, epochs=2)
    folder = run(job)
    scores = columns(folder, SCORES)
    assert set(scores["architecture"]) == set(columns(folder)["architecture"])
    searcher = open_searcher(job)
    assert isinstance(searcher, one_shot.OneShotSearcher) and searcher._judge is not None
    for at, arch in enumerate(scores["architecture"]):
        figures = [scores[name][at] for name in ("schedule", "valid_accuracy", "test_accuracy")]
        assert searcher._judge.score(NB201().parse(arch)) == {"digits": figures}
    assert set(scores["schedule"]) == {1} and all(0 <= value <= 100 for value in scores["test_accuracy"])


def test_without_an_evaluator_scores_are_missing_and_not_made_up(tiny_job: MakeJob) -> None:
    folder = run(tiny_job(epochs=1))
    scores = columns(folder, SCORES)
    assert scores["dataset"] == ["digits"]
    assert scores["schedule"] == scores["valid_accuracy"] == scores["test_accuracy"] == [None]
    (row,) = make_report([folder]).rows
    assert row.test_mean is None and row.seconds_mean is not None


def test_an_algorithm_that_asks_needs_an_evaluator(make_job: MakeJob) -> None:
    with pytest.raises(ConfigError, match="evaluator=none evaluates nothing"):
        make_job("evaluator=none", "algorithm=rea")


def test_an_incumbent_that_the_table_lacks_has_no_score(tiny_job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    from nasbench_suite.errors import MissingArchitectureError
    from nasbench_suite.evaluators.none import NoEvaluator

    def missing(self: NoEvaluator, arch: Any) -> dict[str, Score]:
        raise MissingArchitectureError("the table lacks it")

    monkeypatch.setattr(NoEvaluator, "score", missing)
    assert columns(run(tiny_job(epochs=1)), SCORES)["test_accuracy"] == [None]


def test_no_attribute_or_closure_leads_from_the_algorithm_to_a_score(tiny_job: MakeJob) -> None:
    searcher = open_searcher(tiny_job(*TRAINED, epochs=1))
    assert isinstance(searcher, one_shot.OneShotSearcher)
    trainer = searcher._make(0, lambda: None, searcher._settings)
    trainer.run_epoch()
    forbidden = (Judge, TrainingEvaluator, Benchmark, Table, Ledger, Score, EpochRecord, one_shot.OneShotSearcher, Job)
    found = list(reachable(trainer._algorithm))
    assert len(found) > 100 and not any(isinstance(thing, forbidden) for thing in found)
    # the images without those of the test are all that it can reach
    images = [thing for thing in found if isinstance(thing, torch.Tensor) and thing.dtype == torch.uint8]
    assert {800} & {len(thing) for thing in images if thing.ndim == 4} == set()


def test_two_processes_find_what_one_does_and_move_one_bar(
    tiny_job: MakeJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [tiny_job("seeds=2", f"cores={cores}", results=tmp_path / str(cores), epochs=1) for cores in (1, 2)]
    one, steps = run(jobs[0]), list[float]()
    monkeypatch.setattr(Progress, "shown", True)
    monkeypatch.setattr(Progress, "advance", lambda self, amount=1: steps.append(amount))
    two = run(jobs[1])
    assert apart_from_the_machine(one) == apart_from_the_machine(two)
    assert sum(steps) == 2 * jobs[1].plan.steps


def test_a_job_goes_on_in_the_middle_of_a_seed(tiny_job: MakeJob, tmp_path: Path) -> None:
    whole = run(tiny_job("seeds=2", results=tmp_path / "whole"))
    job = tiny_job("seeds=2")
    with JobFolder.open(job.folder, job.describe(), job.config) as folder:
        searcher = open_searcher(job)
        folder.append(searcher.run(1, None))
        assert not checkpoint_file(job.folder, 1).exists()
        with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(one_shot.OneShotSearcher, "_score", interrupting := Interrupting(2))
            searcher.run(0, None)
        assert interrupting.left == 0 and checkpoint_file(job.folder, 0).exists()
    assert (job.folder / LOG).exists()
    assert apart_from_the_machine(run(job)) == apart_from_the_machine(whole)
    assert {path.name for path in job.folder.iterdir()} == {path.name for path in whole.iterdir()}


class Interrupting:
    """Stands where the judge is, and presses Ctrl-C behind the checkpoint of an epoch."""

    def __init__(self, epochs: int) -> None:
        self.left = epochs

    def __call__(self, architecture: str) -> dict[str, list[Any]]:
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt
        return {}


def test_a_finished_job_is_not_run_again(tiny_job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = run(tiny_job(epochs=1))
    before = written(folder)
    monkeypatch.setattr(running, "open_searcher", None)
    assert run(tiny_job(epochs=1)) == folder
    assert written(folder) == before


def written(folder: Path) -> dict[Path, int]:
    """When each file was written, but for the lock, which older releases of filelock write again."""
    return {path: path.stat().st_mtime_ns for path in folder.iterdir() if path.name != ".lock"}


def test_a_checkpoint_of_another_configuration_in_the_folder_is_told(tiny_job: MakeJob) -> None:
    job, other = tiny_job(epochs=2), tiny_job(epochs=3)
    for one in (job, other):
        with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(one_shot.OneShotSearcher, "_score", Interrupting(1))
            run(one)
    checkpoint_file(other.folder, 0).replace(checkpoint_file(job.folder, 0))
    with pytest.raises(ResultsError, match=f"expected the checkpoint of {job.id}, seed 0.* got that of {other.id}"):
        run(job)


def test_a_loss_that_is_no_number_is_recorded_and_the_other_seeds_go_on(
    tiny_job: MakeJob, capsys: pytest.CaptureFixture[str]
) -> None:
    exploding = ("algorithm._target_=tiny_one_shot.Exploding", "seeds=2")
    folder = run(tiny_job(*exploding, "+algorithm.epoch=1"))
    assert len(capsys.readouterr().err.splitlines()) == 2
    trajectory = columns(folder)
    assert trajectory["seed"] == [0, 0, 1, 1] and trajectory["incumbent"] == [True, False, True, False]
    assert math.isnan(trajectory["valid_accuracy"][1])
    assert trajectory["architecture"][0] == trajectory["architecture"][1]
    failures = json.loads((folder / FAILURES).read_text())
    assert failures["1"].startswith("training loss nan in epoch 2, at learning rate") and len(failures) == 2
    assert columns(folder, EPOCHS)["epoch"] == [1, 1]
    assert make_report([folder]).rows[0].seeds == 2
    at_once = run(tiny_job(*exploding, "+algorithm.epoch=0"))
    assert columns(at_once)["architecture"] == ["", ""]
    (row,) = make_report([at_once]).rows
    assert row.seeds == 2 and row.test_mean is None


def test_the_run_of_wandb_is_fed_every_epoch_also_those_from_before_an_interruption(
    tiny_job: MakeJob,
) -> None:
    fed: list[tuple[int, EpochRecord, Mapping[str, Any]]] = []

    class Live:
        def __init__(self, seed: int) -> None:
            self.seed = seed

        def epoch(self, record: EpochRecord, scores: Mapping[str, Any]) -> None:
            fed.append((self.seed, record, scores))

    @contextmanager
    def live(settings: Any, folder: Path, description: Any, config: Any, seed: int) -> Iterator[Live]:
        assert settings == job.config["tracking"] and folder == job.folder and config == job.config
        assert description == job.describe()
        yield Live(seed)

    job = tiny_job("seed=4", epochs=3)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(one_shot.OneShotSearcher, "_score", Interrupting(2))
        run(job, live)
    assert [(seed, record.epoch) for seed, record, _ in fed] == [(4, 1)]
    fed.clear()
    run(job, live)
    assert [(seed, record.epoch) for seed, record, _ in fed] == [(4, 1), (4, 2), (4, 3)]
    assert all(scores == {"digits": [None, None, None]} for _, _, scores in fed)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ("workers=2", ConfigError, "workers: expected 1 for a one-shot algorithm"),
        ("overhead=measured", ConfigError, "overhead: expected 0"),
        ("objectives=test_error", ConfigError, "objectives: expected valid_accuracy"),
        ("budget.overstep=discard", ConfigError, "budget.overstep: expected keep"),
        ("budget.unchecked=10", ConfigError, "budget.unchecked: expected 0"),
        ("budget.charge_repeats=false", ConfigError, "budget.charge_repeats: expected True"),
        ("budget.seconds=-1", ConfigError, "budget.seconds"),
        ("seeds=0", ConfigError, "seeds"),
        ("cores=0", ConfigError, "cores"),
        ("space=nb101", ConfigError, "space nb101 has no supernet to search"),
        ("dataset=cifar10", DatasetError, r"expected cifar-10-python\.tar\.gz"),
        ("dataset=svhn", NasBenchSuiteError, "svhn"),
        ("supernet.batch=0", ConfigError, "supernet.batch: expected a whole number of 1 or more"),
        ("supernet.threads=1.5", ConfigError, "supernet.threads"),
        ("supernet.device=tpu", ConfigError, "supernet.device: expected cpu or cuda, got 'tpu'"),
        ("supernet.device=cuda:99", ConfigError, "supernet.device=cuda:99: there .* here; choose supernet.device=cpu"),
        ("+supernet.momentun=1", ConfigError, r"supernet\.momentun: .* did you mean supernet\.momentum"),
        ("+supernet.network.chanels=1", ConfigError, "did you mean supernet.network.channels?"),
        ("+algorithm.speed=1", Exception, "speed"),
    ],
)
def test_a_value_that_makes_no_sense_is_told_before_anything_is_written(
    tiny_job: MakeJob, tmp_path: Path, change: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        tiny_job(change)
    assert not (tmp_path / "results").exists()


def test_an_algorithm_without_a_supernet_in_its_configuration_is_told(make_job: MakeJob, plugins: None) -> None:
    with pytest.raises(ConfigError, match="supernet: expected the settings of a supernet's training"):
        make_job("algorithm._target_=tiny_one_shot.Tiny", "protocol=digits", "evaluator=none", "budget=unlimited")


def test_what_is_told_is_one_line(overrides: Callable, cli: Callable) -> None:
    for change in ("space=nb101", "dataset=cifar10", "+algorithm.speed=1"):
        answer = cli("run", *overrides(change))
        assert answer.code == 2 and len(answer.err.splitlines()) == 1


def test_a_device_that_is_left_open_is_chosen_and_recorded(tiny_job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    job = tiny_job("supernet.device=null", epochs=1)
    assert job.config["supernet"]["device"] == "cpu" and job.id == tiny_job("supernet.device=cpu", epochs=1).id
    folder = run(job)
    assert yaml.safe_load((folder / CONFIG).read_text())["supernet"]["device"] == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    on_gpu = tiny_job("supernet.device=null", epochs=1)
    assert on_gpu.config["supernet"]["device"] == "cuda" and on_gpu.id != job.id


def test_the_configurations_id_stands_for_the_settings_and_the_images(
    tiny_job: MakeJob, monkeypatch: pytest.MonkeyPatch, tiny: ModuleType
) -> None:
    base = tiny_job()
    assert tiny_job("cores=2", "seeds=5", "label=mine").id == base.id
    others = [tiny_job(epochs=4).id, tiny_job("supernet.network.channels=3").id, tiny_job("budget.epochs=2").id]
    images: SearchData = tiny.digits()
    monkeypatch.setattr(one_shot, "load_search_data", lambda *_: SearchData(**{**vars(images), "checksum": "other"}))
    assert len({base.id, *others, tiny_job().id}) == 5


def test_the_budget_ends_a_search(tiny_job: MakeJob) -> None:
    assert columns(run(tiny_job("budget.epochs=1", epochs=3)))["epoch"] == [1]


def test_a_bar_of_searches_that_end_early_ends_whole(tiny_job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    moved: dict[str, list[float]] = {"advance": [], "skip": []}
    monkeypatch.setattr(Progress, "shown", True)
    for name, amounts in moved.items():
        monkeypatch.setattr(Progress, name, lambda self, amount=1, amounts=amounts: amounts.append(amount))
    job = tiny_job("budget.epochs=1", epochs=3)
    run(job)
    assert sum(moved["advance"]) == job.plan.steps and sum(moved["skip"]) == 0

    failing = tiny_job("algorithm._target_=tiny_one_shot.Exploding", "+algorithm.epoch=1", epochs=3)
    with Progress("failing", failing.plan.steps) as progress:
        record = open_searcher(failing).run(0, progress)
    assert record.failure and sum(moved["advance"]) + sum(moved["skip"]) == job.plan.steps + failing.plan.steps
