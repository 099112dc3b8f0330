from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from nasbench_suite.errors import (
    ConfigError,
    MissingTrialError,
    TableNotFoundError,
    UnknownDatasetError,
    UnknownFidelityError,
)
from nasbench_suite.jobs import run as running
from nasbench_suite.jobs.description import JOB
from nasbench_suite.jobs.folder import CONFIG, LOG, SCORES, TRAJECTORY, JobFolder
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.run import run

pytestmark = pytest.mark.usefixtures("installed")
MakeJob = Callable[..., Job]


def files(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in (TRAJECTORY, SCORES, JOB)}


def columns(folder: Path) -> dict[str, list[Any]]:
    read: dict[str, list[Any]] = parquet.read_table(folder / TRAJECTORY).to_pydict()
    return read


@pytest.mark.parametrize("algorithm", ["random", "rea"])
def test_results_do_not_depend_on_the_number_of_processes_and_repeat(
    make_job: MakeJob, tmp_path: Path, algorithm: str
) -> None:
    found = [
        files(run(make_job(f"algorithm={algorithm}", "seeds=6", f"cores={cores}", results=tmp_path / name)))
        for name, cores in (("one", 1), ("again", 1), ("two", 2))
    ]
    assert found[0] == found[1] == found[2]


def test_changing_the_trial_policy_leaves_the_algorithms_draws_as_they_were(make_job: MakeJob) -> None:
    settings = ("dataset=cifar100", "budget=unlimited", "budget.evaluations=40", "seeds=3")
    one = columns(run(make_job(*settings, "trial=random")))
    other = columns(run(make_job(*settings, "trial=mean")))
    assert one["architecture"] == other["architecture"]
    assert one["valid_accuracy"] != other["valid_accuracy"]
    assert set(one["trial"]) == {111, 777} and set(other["trial"]) == {None}


def test_a_seed_alone_gives_what_it_gives_among_others(make_job: MakeJob, tmp_path: Path) -> None:
    many = columns(run(make_job("seeds=4")))
    alone = columns(run(make_job("seeds=1", "seed=2", results=tmp_path / "alone")))
    rows = [at for at, seed in enumerate(many["seed"]) if seed == 2]
    assert alone == {name: [column[at] for at in rows] for name, column in many.items()}


def test_different_seeds_search_differently(make_job: MakeJob) -> None:
    found = columns(run(make_job("seeds=2", "budget=unlimited", "budget.evaluations=20")))
    assert found["architecture"][:20] != found["architecture"][20:]


def test_reas_first_ten_are_not_checked_against_the_protocols_own_seconds(make_job: MakeJob) -> None:
    rea = columns(run(make_job("algorithm=rea", "protocol.seconds=100", "seeds=1")))
    assert len(rea["step"]) == 10 and rea["seconds"][-1] > 100


def test_a_budget_that_a_user_names_holds_for_every_query(make_job: MakeJob) -> None:
    rea = columns(run(make_job("algorithm=rea", "budget.seconds=100", "seeds=1")))
    assert rea["seconds"][-1] <= 100
    assert columns(run(make_job("algorithm=rea", "budget.seconds=1", "budget.unchecked=0", "seeds=1")))["step"] == []
    with pytest.raises(ConfigError, match="evaluations: expected a number above 0, or null"):
        make_job("algorithm=rea", "budget.evaluations=0", "seeds=1")
    assert columns(run(make_job("algorithm=rea", "budget.evaluations=3", "seeds=1")))["step"] == [0, 1, 2]
    named = columns(run(make_job("algorithm=rea", "budget.seconds=100", "budget.unchecked=4", "seeds=1")))
    assert len(named["step"]) == 4


def test_random_search_has_every_query_checked(make_job: MakeJob) -> None:
    random = columns(run(make_job("algorithm=random", "budget.seconds=100", "seeds=1")))
    assert len(random["step"]) == 1 and random["seconds"][-1] <= 100


def test_nb201_discards_what_oversteps_and_nats_keeps_it(make_job: MakeJob) -> None:
    for protocol, keeps in (("nb201", False), ("nats", True)):
        found = columns(run(make_job(f"protocol={protocol}", "budget.seconds=1000", "seeds=1")))
        assert (found["seconds"][-1] > 1000) is keeps
        assert found["seconds"][-2] < 1000


@pytest.mark.parametrize(("dataset", "seconds"), [("cifar10", 20_000), ("cifar100", 40_000)])
def test_natss_budget_follows_the_data_set(make_job: MakeJob, dataset: str, seconds: int) -> None:
    job = make_job("protocol=nats", f"dataset={dataset}")
    assert job.config["budget"]["seconds"] == seconds
    assert job.config["budget"]["overstep"] == "keep"


def test_every_incumbent_is_scored_on_every_data_set(make_job: MakeJob) -> None:
    folder = run(make_job("seeds=2"))
    trajectory, scores = columns(folder), parquet.read_table(folder / SCORES).to_pydict()
    leaders = {a for a, leads in zip(trajectory["architecture"], trajectory["incumbent"], strict=True) if leads}
    scored = list(zip(scores["architecture"], scores["dataset"], strict=True))
    assert set(scored) == {(arch, name) for arch in leaders for name in ("cifar10", "cifar100")}
    assert len(scored) == len(set(scored))


def test_a_finished_job_is_not_run_again(make_job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = run(make_job("seeds=2"))
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    monkeypatch.setattr(running, "open_searcher", None)
    assert run(make_job("seeds=2")) == folder
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


def test_a_job_goes_on_from_the_seeds_that_are_finished(make_job: MakeJob, tmp_path: Path) -> None:
    whole = files(run(make_job("seeds=5", results=tmp_path / "whole")))
    job = make_job("seeds=5")
    searcher = running.open_searcher(job)
    with JobFolder.open(job.folder, job.describe(), job.config) as folder:
        folder.begin()
        for seed in (3, 1):
            folder.append(searcher.run(seed, None))
    log = job.folder / LOG
    log.write_bytes(log.read_bytes() + b"deadbeef {half a line")
    assert files(run(job)) == whole
    assert not log.exists()


def test_more_seeds_are_added_to_those_that_are_there(make_job: MakeJob, tmp_path: Path) -> None:
    whole = files(run(make_job("seeds=5", results=tmp_path / "whole")))
    few = run(make_job("seeds=2", "seed=1"))
    assert set(columns(few)["seed"]) == {1, 2}
    assert run(make_job("seeds=5")) == few
    assert files(few) == whole


def test_fewer_seeds_than_are_there_need_no_search(make_job: MakeJob, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(run(make_job("seeds=3")))
    monkeypatch.setattr(running, "open_searcher", None)
    assert files(run(make_job("seeds=1"))) == before


def test_the_folders_name_comes_from_the_configuration_and_not_from_what_cannot_change_a_result(
    make_job: MakeJob, tmp_path: Path
) -> None:
    base = make_job("seeds=3")
    assert base.folder.name == f"nb201-cifar10-random-nb201-{base.id}"
    neutral = make_job("seeds=3", "cores=2", "label=mine", "table=nb201", results=tmp_path / "elsewhere")
    assert neutral.id == base.id
    assert make_job("seeds=50", "seed=7").folder == base.folder
    for same in ("budget.seconds=12000.0", "budget.seconds=12e3", "overhead=0.0", "protocol.seconds=12000"):
        assert make_job(same).id == base.id
    others = [
        make_job(*change).id
        for change in (
            ["algorithm=rea"],
            ["protocol=nats"],
            ["dataset=cifar100"],
            ["trial=mean"],
            ["budget.seconds=100"],
            ["budget.overstep=keep"],
            ["fidelities=[[200,200]]"],
        )
    ]
    assert len({base.id, *others}) == 8


def test_another_table_is_another_configuration(make_job: MakeJob, home: Path, small_csv: Path, space: Any) -> None:
    from nasbench_suite.folders import table_path
    from nasbench_suite.registry.importers import import_file

    import_file(space, small_csv, table_path("part"))
    assert make_job("table=part").id != make_job("table=nb201").id


def test_the_folder_holds_the_config_the_table_hash_and_the_versions(make_job: MakeJob) -> None:
    import json

    import yaml

    job = make_job("seeds=1", "label=mine")
    folder = run(job)
    described = json.loads((folder / JOB).read_text())
    assert described["table_hash"] == job.table_sha256
    assert (described["algorithm"], described["label"], described["config_id"]) == ("random", "mine", job.id)
    assert set(described["versions"]) == {"nasbench-suite", "numpy", "python"}
    assert yaml.safe_load((folder / CONFIG).read_text()) == job.config


@pytest.mark.parametrize(
    ("override", "error", "message"),
    [
        ("seeds=0", ConfigError, "seeds: expected a whole number of 1 or more, got 0"),
        ("seeds=-3", ConfigError, "seeds"),
        ("seeds=true", ConfigError, "seeds"),
        ("seeds=1.5", ConfigError, "seeds"),
        ("seed=-1", ConfigError, "seed: expected a whole number of 0 or more"),
        ("seed=9223372036854775808", ConfigError, "seed: expected at most 922337203685477"),
        ("seed=99999999999999999999", ConfigError, "seed: expected at most 922337203685477"),
        ("trial=9223372036854775808", ConfigError, "trial: expected at most 9223372036854775807"),
        ("cores=0", ConfigError, "cores"),
        ("budget.seconds=-1", ConfigError, "budget.seconds: expected a number of 0 or more"),
        ("budget.seconds=plenty", ConfigError, "budget.seconds: expected a number or null"),
        ("budget.evaluations=-5", ConfigError, "budget.evaluations"),
        ("budget.overstep=forgive", ConfigError, "keep or discard"),
        ("budget=unlimited", ConfigError, "never ends by itself: set budget.seconds"),
        ("budget.charge_repeats=false", ConfigError, "needs budget.evaluations"),
        ("trial=median", ConfigError, "trial: expected a whole number or mean or random or random_or_mean"),
        ("dataset=svhn", TableNotFoundError, "no table of space nb201 has data set 'svhn'.*have: cifar10, cifar100"),
        ("table=lost", TableNotFoundError, "no table 'lost'"),
        ("fidelities=[[12,13]]", UnknownFidelityError, "got epoch 13 of 12"),
        ("fidelities=[[99,99]]", UnknownFidelityError, "got epoch 99 of 99"),
        ("fidelities=[]", UnknownFidelityError, "got none"),
        ("fidelities=12", ConfigError, "fidelities"),
        ("fidelities=[[12]]", ConfigError, "fidelities"),
        ("fidelities=[[200,1],[12,12]]", ConfigError, r"^fidelities: .* as \[\[12,12\],\[200,1\]\], got \[\[200,1"),
        ("fidelities=[[12,12],[12,1]]", ConfigError, r"cheapest first and each once, as \[\[12,1\],\[12,12\]\], got"),
        ("fidelities=[[12,12],[12,12]]", ConfigError, r"each once, as \[\[12,12\]\], got \[\[12,12\],\[12,12\]\]"),
        ("protocol.rungs=[[12,12],[12,1]]", ConfigError, r"^protocol\.rungs: .* as \[\[12,1\],\[12,12\]\], got"),
    ],
)
def test_a_value_that_makes_no_sense_is_told_before_anything_is_written(
    make_job: MakeJob, tmp_path: Path, override: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        make_job(override)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "results").exists()


def test_the_last_seed_of_a_job_fits_64_bits_too(make_job: MakeJob) -> None:
    last = 2**63 - 1
    with pytest.raises(ConfigError, match=f"^seed: expected at most {last - 1}, got {last}$"):
        make_job(f"seed={last}", "seeds=2")
    assert set(columns(run(make_job(f"seed={last}", "seeds=1")))["seed"]) == {last}


def test_a_data_set_that_the_named_table_lacks_is_told(make_job: MakeJob) -> None:
    with pytest.raises(UnknownDatasetError, match="cifar10, cifar100"):
        make_job("table=nb201", "dataset=svhn")


def test_a_seed_that_cells_lack_is_told_by_the_search(make_job: MakeJob) -> None:
    with pytest.raises(MissingTrialError, match="not trial 999"):
        run(make_job("trial=999", "seeds=1"))


def test_an_error_in_another_process_comes_back_as_itself(make_job: MakeJob) -> None:
    with pytest.raises(MissingTrialError, match="not trial 999"):
        run(make_job("trial=999", "seeds=2", "cores=2"))
