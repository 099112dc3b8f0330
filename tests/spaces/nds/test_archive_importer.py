"""Importing NDS's files: everything kept to the bit, and whatever is wrong named."""

import json
import math
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from nasbench_suite.benchmark import Benchmark
from nasbench_suite.errors import SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.registry.importers import import_file
from nasbench_suite.registry.spaces import find_space
from nasbench_suite.spaces.nds import FAMILIES, NDSResNet
from nasbench_suite.table import Table

FIGURES = {
    "params": "parameters",
    "flops": "flops",
    "act_mem": "act_mem",
    "exp_mem": "exp_mem",
    "iter_time": "train_seconds_per_step",
    "min_test_top1": "min_test_error",
}
CURVES = {
    "train_ep_top1": "train_accuracy",
    "train_ep_loss": "train_loss",
    "test_ep_top1": "test_accuracy",
    "train_it_loss": "train_loss_by_step",
    "train_it_top1": "train_accuracy_by_step",
}
SCALES = {"params": 1e-6, "flops": 1e-6}


def job(**changes: Any) -> dict[str, Any]:
    """A small job of ResNet's."""
    made = {
        "job_id": 5, "rng_seed": 1, "params": 100, "flops": 200, "act_mem": 1.0, "exp_mem": 2.0, "iter_time": 0.5,
        "prec_time": 0.25, "min_test_top1": 7.0, "train_ep_top1": [9.0, 8.0], "train_ep_loss": [2.0, float("nan")],
        "test_ep_top1": [8.5, 7.5],
        "net": {"block_type": "res_basic_block", "ds": [1, 2], "ws": [16, 16], "ss": [1, 1]},
        "optim": {"base_lr": 0.1, "wd": 0.0005, "max_ep": 2},
    }  # fmt: skip
    made.update(changes)
    return {key: value for key, value in made.items() if value != "absent"}


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., Table]:
    """Imports ResNet's files, given by name, as objects or as text."""

    def make(**files: Any) -> Table:
        folder = tmp_path / "nds_data"
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            text = content if isinstance(content, str) else json.dumps(content)
            (folder / f"{name.replace('__', '-')}.json").write_text(text)
        import_file(NDSResNet(), folder, tmp_path / "made.mdb", force=True)
        return Table(tmp_path / "made.mdb", NDSResNet())

    return make


def jobs_of(file: Path) -> dict[str, list[dict[str, Any]]]:
    content = json.loads(file.read_text())
    return content if isinstance(content, dict) else {"": content}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_figure_of_every_file_is_in_the_table(
    family: str, archive: Path, nds_table: Callable[[str], Table]
) -> None:
    space = FAMILIES[family]()
    table, seen = nds_table(space.name), 0
    files = [file for file in archive.glob("*.json") if file.stem.partition("_")[0] == family]
    for file in files:
        words = file.stem.removesuffix("_in").split("_")[1:]
        dataset = "_".join(["ImageNet" if file.stem.endswith("_in") else "cifar10", *words])
        for group, jobs in jobs_of(file).items():
            trial_set = f"{dataset}-{group}" if group else dataset
            repeats: dict[Any, int] = {}
            for one in jobs:
                arch = space.from_source(one["net"], one["optim"])
                count = repeats.setdefault((arch, one["rng_seed"]), 0)
                repeats[arch, one["rng_seed"]] += 1
                check_job(table, trial_set, table.row(arch), one, one["rng_seed"] + count * 2**32)
                seen += 1
    assert table.metadata.counts["trainings"] == seen > 0
    table.verify()


def check_job(table: Table, trial_set: str, row: int, one: dict[str, Any], trial: int) -> None:
    schedule = one["optim"]["max_ep"]
    final = Fidelity(schedule, schedule)
    curves = table.curves(trial_set, schedule, row)[trial]
    for key, metric in CURVES.items():
        if key in one:
            # compared as bits, so that NaN is NaN
            assert np.array_equal(np.array(one[key]).view("u8"), curves[metric].values.astype("f8").view("u8"))
    benchmark = Benchmark(table, trial_set)
    expected = {metric: one[key] * SCALES.get(key, 1.0) for key, metric in FIGURES.items()}
    expected |= {"job_id": one["job_id"], "rng_seed": one["rng_seed"]}
    expected |= {f"prec_time.{key}": value for key, value in one.get("prec_time", {}).items()}
    expected |= {"test_accuracy": 100 - one["test_ep_top1"][-1], "train_accuracy": 100 - one["train_ep_top1"][-1]}
    for metric, value in expected.items():
        assert benchmark.value(row, trial_set, final, metric, trial) == value
    loss = benchmark.value(row, trial_set, final, "train_loss", trial)
    assert loss == one["train_ep_loss"][-1] or (loss != loss and math.isnan(one["train_ep_loss"][-1]))
    assert (
        benchmark.value(row, trial_set, Fidelity(schedule, 1), "test_accuracy", trial) == 100 - one["test_ep_top1"][0]
    )


def test_the_generator_writes_every_odd_case(nds_table: Callable[[str], Table]) -> None:
    counts = nds_table("nds_resnet").metadata.counts
    assert counts["diverged"] > 0
    assert counts["repeated_seeds"] > 0
    sets = {series.trial_set: series.trials for series in nds_table("nds_resnet").metadata.series}
    assert set(sets) == {
        "cifar10", "cifar10_lr-wd", "ImageNet_lr-wd", "cifar10_reruns-top", "cifar10_reruns-mid",
        *(f"cifar10_rng{seed}" for seed in (1, 2, 3)),
    }  # fmt: skip
    assert len(sets["cifar10_reruns-top"]) == 20  # 19 seeds, of which the last came twice
    assert [sets[f"cifar10_rng{seed}"] for seed in (1, 2, 3)] == [(1,), (2,), (3,)]


def test_a_network_trained_under_three_seeds_is_one_architecture(nds_table: Callable[[str], Table]) -> None:
    table = nds_table("nds_vanilla")
    rows = [table.measured(f"cifar10_rng{seed}", 100, "test_accuracy") for seed in (1, 2, 3)]
    assert rows[0] == rows[1] == rows[2] != []


def test_the_mean_of_reruns_is_over_their_trainings(archive: Path, nds_table: Callable[[str], Table]) -> None:
    table = nds_table("nds_resnet")
    reruns = jobs_of(archive / "ResNet_reruns.json")["top"]
    arch = NDSResNet().from_source(reruns[0]["net"], reruns[0]["optim"])
    mine = [one["test_ep_top1"][-1] for one in reruns if NDSResNet().from_source(one["net"], one["optim"]) == arch]
    assert len(mine) == 20
    benchmark = Benchmark(table, "cifar10_reruns-top", objective="test_error")
    mean = benchmark.query(arch, Fidelity(100, 100), "mean").valid_accuracy
    assert mean == pytest.approx(100 - np.mean(mine), abs=1e-9)


def test_seconds_of_reruns_come_from_their_own_step_times(archive: Path, nds_table: Callable[[str], Table]) -> None:
    path = nds_table("nds_resnet").path
    table = Table(path, NDSResNet(batch_size=128))
    reruns = jobs_of(archive / "ResNet_reruns.json")["top"]
    arch = NDSResNet().from_source(reruns[0]["net"], reruns[0]["optim"])
    benchmark = Benchmark(table, "cifar10_reruns-top", objective="test_error")
    for seed in (1, 7):
        expected = next(one["iter_time"] for one in reruns if one["rng_seed"] == seed) * 391 * 100
        assert benchmark.query(arch, Fidelity(100, 100), seed).seconds == pytest.approx(expected)
    many = benchmark.query_many([arch], Fidelity(100, 100), 7)
    assert many.seconds == pytest.approx([expected])


def test_folder_zip_and_single_file_give_the_same_content(generator: ModuleType, tmp_path: Path) -> None:
    (file,) = generator.write(tmp_path / "nds_data", 0.002, ["PNAS"])
    packed = tmp_path / "nds_data.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(file, "nds_data/PNAS.json")
        archive.writestr("__MACOSX/nds_data/._PNAS.json", b"\0\1")
        archive.writestr("nds_data/README.md", "read me")
    space = find_space("nds_pnas")
    sources = (file, file.parent, packed)
    made = [import_file(space, source, tmp_path / f"{at}.mdb") for at, source in enumerate(sources)]
    assert len({metadata.content_sha256 for metadata in made}) == 1
    assert made[0].source.format == "nds"


def test_the_same_import_gives_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        import_file(find_space("nds_enas"), archive, tmp_path / f"{name}.mdb")
    assert (tmp_path / "one.mdb").read_bytes() == (tmp_path / "two.mdb").read_bytes()


def test_a_text_as_job_id_is_kept(imported: Callable[..., Table]) -> None:
    table = imported(ResNet=[job(job_id="jöb-1")])
    curve = table.curves("cifar10", 2, 0)[1]["job_id_utf8"]
    assert bytes(curve.values.astype("u1")).decode() == "jöb-1"


def test_what_a_job_leaves_out_is_missing(imported: Callable[..., Table]) -> None:
    table = imported(ResNet=[job(), job(job_id=6, act_mem=None, prec_time="absent", net=job()["net"] | {"ds": [1, 3]})])
    benchmark = Benchmark(table, "cifar10")
    assert benchmark.value(0, "cifar10", Fidelity(2, 2), "act_mem", "mean") == 1.0
    assert benchmark.value(1, "cifar10", Fidelity(2, 2), "act_mem", "mean") is None
    assert benchmark.value(0, "cifar10", Fidelity(2, 2), "prec_time", "mean") == 0.25
    assert benchmark.value(1, "cifar10", Fidelity(2, 2), "prec_time", "mean") is None


def test_schedules_are_kept_apart(imported: Callable[..., Table]) -> None:
    longer = job(
        optim={"base_lr": 0.1, "wd": 0.0005, "max_ep": 3},
        train_ep_top1=[1.0] * 3, train_ep_loss=[1.0] * 3, test_ep_top1=[3.0, 2.0, 1.0],
    )  # fmt: skip
    table = imported(ResNet=[job(), longer])
    assert len(table) == 1
    assert table.schedules("cifar10") == [2, 3]


def test_an_infinite_loss_is_kept(imported: Callable[..., Table]) -> None:
    table = imported(ResNet=[job(train_ep_loss=[1.0, float("inf")])])
    assert table.curves("cifar10", 2, 0)[1]["train_loss"].values.tolist() == [1.0, float("inf")]
    assert table.metadata.counts["diverged"] == 1


BROKEN = [
    ({"surprise": 1}, "unknown key 'surprise'"),
    ({"net": "absent"}, "no net"),
    ({"rng_seed": "absent"}, "no rng_seed"),
    ({"net": {"block_type": "res_basic_block", "ds": [1], "ws": [16], "ss": [1], "more": 1}}, "unknown key 'more'"),
    ({"net": {"block_type": "mystery", "ds": [1, 1], "ws": [1, 1], "ss": [1, 1]}}, "begins with"),
    ({"optim": {"base_lr": 0.1, "wd": 0.0, "max_ep": 2, "momentum": 0.9}}, "unknown key 'momentum'"),
    ({"optim": {"base_lr": "0.1", "wd": 0.0, "max_ep": 2}}, "base_lr"),
    ({"optim": {"base_lr": 0.1, "wd": 0.0, "max_ep": 3}}, "max_ep = 3 values, got 2"),
    ({"test_ep_top1": [1.0, 101.0]}, "0 to 100"),
    ({"test_ep_top1": [1.0, None]}, "list of numbers"),
    ({"test_ep_top1": [[1.0], [2.0]]}, "list of numbers"),
    ({"test_ep_top1": []}, "list of numbers"),
    ({"train_ep_loss": [1.0, 10**400]}, "a float can hold"),
    ({"rng_seed": -1}, "rng_seed"),
    ({"rng_seed": 1.5}, "rng_seed"),
    ({"job_id": None}, "job_id"),
    ({"job_id": ""}, "job_id"),
    ({"job_id": 2**60}, "job_id"),
    ({"params": "many"}, "params"),
    ({"params": 10**400}, "params"),
    ({"iter_time": -1.0}, "iter_time"),
    ({"min_test_top1": 101}, "0 to 100"),
    ({"prec_time": {"a/b": 1.0}}, "prec_time"),
    ({"prec_time": {"train": "slow"}}, "prec_time train"),
]


@pytest.mark.parametrize(("changes", "message"), BROKEN)
def test_a_broken_job_is_named_with_its_file(
    changes: dict[str, Any], message: str, imported: Callable[..., Table], tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        imported(ResNet=[job(job_id=4), job(**changes)])
    assert "ResNet.json, job " in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("*.mdb"))


def test_the_very_same_job_twice_is_refused(imported: Callable[..., Table]) -> None:
    with pytest.raises(SourceError, match=r"ResNet\.json, job 5: is there for the second time"):
        imported(ResNet=[job(), job()])


@pytest.mark.parametrize(
    "text",
    [
        "", "[", "[]", "{}", "null", "[1]", '"text"', '{"top": []}', '{"top": [], "top": []}', '{"best": []}', "[] []",
        "[,]", '{"top": 1}', '{"top": [] "mid": []}', '{1: []}', "[{}, ]", "[" * 100_000, '{"top": [',
        '[{"job_id": 1}', "[" + "9" * 5000 + "]",
    ],
)  # fmt: skip
def test_what_is_no_list_of_jobs_is_refused(text: str, imported: Callable[..., Table]) -> None:
    with pytest.raises(SourceError) as caught:
        imported(ResNet=text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("name", ["DenseNet", "ResNet_fast", "ResNet_in_lr__wd", "ResNet_rng", "resnet"])
def test_an_unknown_family_or_variant_is_refused(name: str, imported: Callable[..., Table]) -> None:
    with pytest.raises(SourceError, match=name.replace("__", "-")):
        imported(ResNet=[job()], **{name: [job()]})


def test_files_of_another_family_only_are_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="expected files of ResNet; there are those of: DARTS"):
        import_file(NDSResNet(), archive / "DARTS.json", tmp_path / "made.mdb")


def test_a_folder_without_json_is_not_recognised(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing of NDS")
    with pytest.raises(SourceError, match="NDS's JSON files"):
        import_file(NDSResNet(), tmp_path, tmp_path / "made.mdb")


def test_random_damage_never_escapes_as_another_error(generator: ModuleType, tmp_path: Path) -> None:
    (file,) = generator.write(tmp_path / "nds_data", 0.0001, ["ResNeXt-A"])
    text, draw = file.read_bytes(), random.Random(0)
    space, survived = find_space("nds_resnext_a"), 0
    for _ in range(150):
        at = draw.randrange(len(text))
        how = draw.randrange(3)
        junk = bytes(draw.choice(b'0123456789[]{},:"-.eNaN \xff') for _ in range(draw.randrange(1, 5)))
        damaged = (text[:at], text[:at] + junk + text[at:], text[:at] + junk + text[at + len(junk) :])[how]
        file.write_bytes(damaged)
        try:
            import_file(space, file, tmp_path / "made.mdb", force=True)
            survived += 1  # a digit for a digit is no damage that can be seen
        except SourceError as error:
            assert "\n" not in str(error)
    assert survived < 120


def test_a_damaged_zip_is_refused(generator: ModuleType, tmp_path: Path) -> None:
    (file,) = generator.write(tmp_path / "nds_data", 0.001, ["ENAS"])
    packed = tmp_path / "nds.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(file, "ENAS.json")
    whole = bytearray(packed.read_bytes())
    for at in (60, len(whole) // 2, len(whole) - 30):
        packed.write_bytes(bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]))
        with pytest.raises(SourceError):
            import_file(find_space("nds_enas"), packed, tmp_path / "made.mdb", format="nds")
    packed.write_bytes(bytes(whole[: len(whole) // 2]))
    with pytest.raises(SourceError):
        import_file(find_space("nds_enas"), packed, tmp_path / "made.mdb", format="nds")
