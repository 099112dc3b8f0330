import csv
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from nasbench_suite.errors import ConfigError, TableError
from nasbench_suite.planned_folder import LOG
from nasbench_suite.registry.tables import open_table
from nasbench_suite.scores import OURS, compute_score
from nasbench_suite.scoring.plan import ScorePlan
from nasbench_suite.scoring.run import run
from nasbench_suite.scoring.worker import draw_batch
from nasbench_suite.table import Table
from nasbench_suite.training.datasets import load_dataset

MakePlan = Callable[..., ScorePlan]
RESNET = "block=res_basic_block ds=1,1,1 ws=4,4,8 ss=1,1,2 lr=0.1 wd=0.0005"


def rows(path: Path) -> list[dict[str, str]]:
    """Reads scores without their seconds."""
    with path.open(newline="") as file:
        return [{key: value for key, value in row.items() if "seconds" not in key} for row in csv.DictReader(file)]


def test_a_score_is_that_of_a_network_whose_first_values_are_the_seeds(make_plan: MakePlan) -> None:
    plan = make_plan("architectures=2", "scores=[nwot,zen]", "seed=7")
    done = run(plan)
    data = load_dataset("digits")
    batch = draw_batch(data, 16, 7)
    found = {row["arch"]: row for row in rows(done.csv)}
    for arch in plan.archs:
        torch.manual_seed(7)
        network = plan.space.network(arch, classes=10, in_channels=1, channels=2, cells=1)
        row = found[plan.space.format(arch)]
        for name in ("nwot", "zen"):
            value = compute_score(name, network, batch.images, batch.labels, seed=7)
            assert float(row[f"{name} [score]"]) == value
    assert done.known == {"nwot": 2, "zen": 2} and all(seconds > 0 for seconds in done.seconds.values())


def test_a_batch_is_of_different_normalised_training_images_and_belongs_to_the_seed() -> None:
    data = load_dataset("digits")
    batch = draw_batch(data, 64, 0)
    assert batch.images.shape == (64, 1, 8, 8) and batch.network == {"classes": 10, "in_channels": 1}
    everything = draw_batch(data, len(data.train), 0).images
    assert everything.mean().item() == pytest.approx(0, abs=0.02) and len(everything.unique(dim=0)) > 390
    assert torch.equal(batch.images, everything[:64])
    assert not torch.equal(batch.images, draw_batch(data, 64, 1).images)
    with pytest.raises(ConfigError, match=r"batch: expected at most 397.*got 398"):
        draw_batch(data, 398, 0)


def test_what_a_kill_left_goes_on_to_the_same_scores(make_plan: MakePlan, tmp_path: Path) -> None:
    wanted = ("architectures=5", "scores=[synflow,jacov]")
    whole = run(make_plan(*wanted, f"results={tmp_path}/whole"))
    plan = make_plan(*wanted)
    run(plan)
    log = plan.folder / LOG
    log.write_bytes(log.read_bytes()[:-200])  # two architectures, one of them half-written
    (plan.folder / "scores.csv").unlink()
    kept = log.read_bytes()
    again = run(make_plan(*wanted))
    assert log.read_bytes().startswith(kept[:200]) and rows(again.csv) == rows(whole.csv)
    before = log.read_bytes(), again.csv.read_bytes()
    run(make_plan(*wanted))  # nothing is computed twice
    assert (log.read_bytes(), again.csv.read_bytes()) == before


@pytest.mark.slow  # two starts of torch
def test_several_workers_compute_the_same(make_plan: MakePlan, tmp_path: Path) -> None:
    wanted = ("architectures=4", "scores=[synflow,zen]")
    alone = run(make_plan(*wanted))
    assert rows(run(make_plan(*wanted, "workers=2", f"results={tmp_path}/two")).csv) == rows(alone.csv)


def test_more_scores_and_architectures_are_added_to_what_is_there(make_plan: MakePlan) -> None:
    first = run(make_plan("architectures=2"))
    kept = rows(first.csv)
    second = run(make_plan("architectures=4", "scores=[l2_norm]"))
    assert second.csv == first.csv
    found = {row["arch"]: row for row in rows(second.csv)}
    assert len(found) == 4 and [found[row["arch"]]["synflow [score]"] for row in kept] == [
        row["synflow [score]"] for row in kept
    ]
    assert sum(not row["synflow [score]"] for row in found.values()) == 2


def test_an_architecture_without_a_score_is_missing(make_plan: MakePlan) -> None:
    nothing = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
    done = run(make_plan(f"architectures='{nothing}'", f"scores=[{','.join(OURS)}]"))
    (row,) = rows(done.csv)
    assert row["synflow [score]"] == "" and float(row["l2_norm [score]"]) > 0
    assert done.known["synflow"] == 0 and done.known["l2_norm"] == 1


@pytest.mark.parametrize(
    ("space", "tiny"),
    [
        ("nats_sss", ()),
        ("nb101", ("network.channels=8", "network.cells=1")),
        ("nb_macro", ("network.channels=4",)),
        ("nds_resnet", ()),
    ],
)
def test_every_space_with_networks_has_every_score(make_plan: MakePlan, space: str, tiny: tuple[str, ...]) -> None:
    which = f"architectures='{RESNET}'" if space == "nds_resnet" else "architectures=1"
    if space == "nb101":
        which = "architectures='0-0'"  # a count lists all of them
    done = run(make_plan(f"space={space}", which, f"scores=[{','.join(OURS)}]", tiny=("batch=8", *tiny)))
    assert done.known == dict.fromkeys(OURS, 1)


def test_scores_of_a_table_are_its_columns(make_plan: MakePlan, mine: Table) -> None:
    plan = make_plan("table=mine", "architectures=all", "dataset=null")
    done = run(plan)
    table = open_table("mine")
    column, seconds = (table.columns.find(name, "digits") for name in ("synflow", "synflow_seconds"))
    assert column.known.all() and (column.unit, seconds.unit, seconds.device) == ("score", "s", "cpu")
    found = {row["arch"]: float(row["synflow [score]"]) for row in rows(done.csv)}
    assert {table.architecture(row): column.value(row) for row in range(4)} == found
    run(make_plan("table=mine", "architectures=2", "scores=[plain]"))  # takes the place of the first
    assert [file.path for file in open_table("mine").columns.files] == [done.columns]
    assert {one.name for one in open_table("mine").columns} > {"synflow", "plain"}


def test_a_column_of_another_source_is_refused_before_anything_is_computed(
    make_plan: MakePlan, mine: Table, tmp_path: Path
) -> None:
    run(make_plan("table=mine", "architectures=2"))
    with pytest.raises(TableError, match=r"has scores of digits by `score` with seed=0, in .* keep both"):
        run(make_plan("table=mine", "architectures=2", "seed=1"))
    assert len(list(tmp_path.glob("scores/*"))) == 1


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("device=tpu", "device: expected cpu or cuda, got 'tpu'"),
        ("device=cuda:99", "device=cuda:99: there is "),
        ("++batch=100000", "batch: expected at most 397,"),
        ("seed=9223372036854775808", "seed: expected "),
        ("++network.nosuch=1", "network.nosuch: expected a setting of space nb201's networks"),
    ],
)
def test_settings_are_checked_before_anybody_is_told_to_remove_scores(
    make_plan: MakePlan, mine: Table, setting: str, message: str
) -> None:
    run(make_plan("table=mine", "architectures=2"))
    with pytest.raises(ConfigError, match=message):
        run(make_plan("table=mine", "architectures=2", setting))


def test_what_pytorch_takes_for_its_first_time_is_not_charged(
    make_plan: MakePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def noted(name: str, *arguments: object) -> float:
        calls.append(name)
        return 1.0

    monkeypatch.setattr("nasbench_suite.scoring.worker.compute_score", noted)
    run(make_plan("architectures=2", "scores=[nwot,zen]"))
    assert calls == ["nwot", "zen", "nwot", "zen", "nwot", "zen"]
