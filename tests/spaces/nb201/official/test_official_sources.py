"""Every official format gives every number that was put in, and nothing else."""

import bz2
import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nasbench_suite.errors import SourceError
from nasbench_suite.spaces.nb201.official import ArchitectureRecord, SourceCurve, Trial, open_source

FORMATS = {
    "pth": "nas-bench-201-pth",
    "legacy pth": "nas-bench-201-pth",
    "pth in parts": "nas-bench-201-pth",
    "nats": "nats-tss-pickle",
    "nats in parts": "nats-tss-pickle",
    "simple": "nats-tss-folder",
    "full": "nats-tss-folder",
    "archives": "nas-bench-201-archives",
    "legacy archives": "nas-bench-201-archives",
}
NAMES = {12: "less", 200: "full"}


def flat(curve: SourceCurve | None) -> dict[int, float] | None:
    return None if curve is None else dict(zip(curve.epochs.tolist(), curve.values.tolist(), strict=True))


def from_zero(values: dict[int, float] | None) -> dict[int, float] | None:
    return None if values is None else {epoch + 1: value for epoch, value in values.items()}


def of_set(values: dict[str, float], name: str) -> dict[int, float]:
    keys = [key.split("@") for key in values]
    return {int(epoch) + 1: values[f"{part}@{epoch}"] for part, epoch in keys if part == name}


def assert_same(trial: Trial, result: dict[str, Any]) -> None:
    assert (trial.params, trial.flops) == (result["params"], result["flop"])
    assert trial.latency == tuple(result["latency"])
    assert flat(trial.train_accuracy) == from_zero(result["train_acc1es"])
    assert flat(trial.train_top5) == from_zero(result["train_acc5es"])
    assert flat(trial.train_loss) == from_zero(result["train_losses"])
    assert flat(trial.train_seconds) == from_zero(result["train_times"])
    assert list(trial.evaluations) == result["eval_names"]
    for name, evaluation in trial.evaluations.items():
        assert flat(evaluation.accuracy) == of_set(result["eval_acc1es"], name)
        assert flat(evaluation.loss) == of_set(result["eval_losses"], name)
        assert flat(evaluation.seconds) == of_set(result["eval_times"], name)


def assert_same_cell(cell: ArchitectureRecord, states: dict[str, Any], names: dict[int, str]) -> None:
    trials = {(trial.schedule, trial.dataset, trial.seed): trial for trial in cell.trials}
    expected = {
        (epochs, *trial): result
        for epochs, name in names.items()
        for trial, result in states[name]["all_results"].items()
    }
    assert trials.keys() == expected.keys()
    for key, result in expected.items():
        assert_same(trials[key], result)


@pytest.mark.parametrize("name", FORMATS)
def test_every_number_of_every_format_arrives_to_the_bit(
    name: str, files: dict[str, Path], benchmark_dict: dict[str, Any]
) -> None:
    source = open_source(files[name], processes=1)
    assert source.format == FORMATS[name]
    cells = list(source.records())
    assert [cell.index for cell in cells] == [0, 1, 2]
    for cell in cells:
        assert cell.arch == benchmark_dict["meta_archs"][cell.index]
        assert_same_cell(cell, benchmark_dict["arch2infos"][cell.index], NAMES)


def test_the_real_cells_arrive_to_the_bit(real_folder: Path) -> None:
    cells = list(open_source(real_folder, processes=1).records())
    assert [cell.index for cell in cells] == [0, 284]
    for cell in cells:
        states = pickle.loads(bz2.decompress((real_folder / f"{cell.index:06d}.pickle.pbz2").read_bytes()))
        assert_same_cell(cell, states, {12: "12", 200: "200"})


def test_several_processes_give_the_same_in_the_same_order(files: dict[str, Path]) -> None:
    alone, together = (list(open_source(files["simple"], processes).records()) for processes in (1, 2))
    assert [cell.index for cell in alone] == [cell.index for cell in together]
    for one, other in zip(alone, together, strict=True):
        assert one.arch == other.arch
        for a, b in zip(one.trials, other.trials, strict=True):
            assert a.evaluations.keys() == b.evaluations.keys()
            assert np.array_equal(a.train_loss.values, b.train_loss.values)


@pytest.mark.parametrize("name", FORMATS)
def test_progress_never_goes_back_and_ends_at_the_whole(name: str, files: dict[str, Path]) -> None:
    seen: list[tuple[int, int]] = []
    source = open_source(files[name], processes=1)
    list(source.records(lambda done, total: seen.append((done, total))))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert len({total for _, total in seen}) == 1
    assert seen[-1][0] == seen[-1][1] > 0


def test_a_source_lists_the_files_that_a_checksum_covers(files: dict[str, Path]) -> None:
    assert open_source(files["pth"]).files() == [files["pth"]]
    assert [path.name for path in open_source(files["simple"]).files()] == [
        "000000.pickle.pbz2", "000001.pickle.pbz2", "000002.pickle.pbz2", "meta.pickle.pbz2",
    ]  # fmt: skip


def test_a_curve_knows_what_it_has_not() -> None:
    curve = SourceCurve(np.array([1, 200], dtype=np.int32), np.array([0.5, float("nan")]))
    assert curve.at(1) == 0.5
    assert curve.at(200) is not None
    assert np.isnan(curve.at(200))
    assert (curve.at(0), curve.at(2), curve.at(201)) == (None, None, None)


# What is not an official file


def trial_of(benchmark: dict[str, Any]) -> dict[str, Any]:
    return next(iter(benchmark["arch2infos"][1]["less"]["all_results"].values()))


def another_architecture(benchmark: dict[str, Any]) -> None:
    benchmark["meta_archs"][1] = "|none~0|"


def another_index(benchmark: dict[str, Any]) -> None:
    benchmark["arch2infos"][1]["less"]["arch_index"] = 2


def a_schedule_twice(benchmark: dict[str, Any]) -> None:
    benchmark["arch2infos"][1]["12"] = benchmark["arch2infos"][1]["less"]


def another_schedule(benchmark: dict[str, Any]) -> None:
    benchmark["arch2infos"][1]["90"] = benchmark["arch2infos"][1].pop("less")


def no_schedule(benchmark: dict[str, Any]) -> None:
    benchmark["arch2infos"][1].clear()


def other_epochs(benchmark: dict[str, Any]) -> None:
    trial_of(benchmark)["epochs"] = 13


def an_epoch_too_many(benchmark: dict[str, Any]) -> None:
    trial_of(benchmark)["train_losses"][12] = 1.0


def an_unknown_set(benchmark: dict[str, Any]) -> None:
    trial_of(benchmark)["eval_names"][0] = "y-valid"


def a_value_of_an_unlisted_set(benchmark: dict[str, Any]) -> None:
    trial_of(benchmark)["eval_acc1es"]["x-test@0"] = 1.0


def a_word_for_a_number(benchmark: dict[str, Any]) -> None:
    trial_of(benchmark)["train_losses"][0] = "1.0"


def no_parameters(benchmark: dict[str, Any]) -> None:
    del trial_of(benchmark)["params"]


def a_list_for_a_state(benchmark: dict[str, Any]) -> None:
    benchmark["arch2infos"][1]["less"] = []


def the_size_space(benchmark: dict[str, Any]) -> None:
    benchmark["meta_archs"][:] = ["8:8:8:8:8", "8:8:8:8:16", "8:8:8:8:24"]


@pytest.mark.parametrize(
    "damage",
    [
        another_architecture, another_index, a_schedule_twice,
        another_schedule, no_schedule, other_epochs, an_epoch_too_many, an_unknown_set,
        a_value_of_an_unlisted_set, a_word_for_a_number, no_parameters, a_list_for_a_state,
        the_size_space,
    ],
)  # fmt: skip
def test_a_contradiction_is_refused_in_one_line(
    damage: Callable[[dict[str, Any]], None], benchmark_dict: dict[str, Any], tmp_path: Path
) -> None:
    benchmark = copy.deepcopy(benchmark_dict)
    damage(benchmark)
    torch.save(benchmark, tmp_path / "file.pth")
    with pytest.raises(SourceError, match=r"file\.pth: ") as raised:
        list(open_source(tmp_path / "file.pth").records())
    assert "\n" not in str(raised.value)


def test_results_count_where_the_list_of_seeds_says_otherwise(benchmark_dict: dict[str, Any], tmp_path: Path) -> None:
    benchmark = copy.deepcopy(benchmark_dict)
    seeds = benchmark["arch2infos"][1]["less"]["dataset_seed"]
    seeds["cifar10"].append(888)
    seeds["cifar100"].clear()
    torch.save(benchmark, tmp_path / "file.pth")
    cells = list(open_source(tmp_path / "file.pth").records())
    assert [cell.unlisted for cell in cells] == [0, 2, 0]
    assert_same_cell(cells[1], benchmark["arch2infos"][1], NAMES)


def test_cells_that_are_listed_but_absent_are_counted(benchmark_dict: dict[str, Any], tmp_path: Path) -> None:
    benchmark = copy.deepcopy(benchmark_dict)
    benchmark["evaluated_indexes"] += [77, 78]
    torch.save(benchmark, tmp_path / "file.pth")
    source = open_source(tmp_path / "file.pth")
    assert len(list(source.records())) == 3
    assert source.counts == {"cells_listed_but_absent": 2}


def test_the_list_of_architectures_may_come_behind_their_results(
    benchmark_dict: dict[str, Any], tmp_path: Path
) -> None:
    turned = dict(sorted(benchmark_dict.items()))
    assert next(iter(turned)) == "arch2infos"
    torch.save(turned, tmp_path / "file.pth")
    cells = list(open_source(tmp_path / "file.pth").records())
    assert [cell.arch for cell in cells] == benchmark_dict["meta_archs"][:3]
    turned["meta_archs"] = [*turned["meta_archs"][::-1]]
    torch.save(turned, tmp_path / "file.pth")
    with pytest.raises(SourceError, match="which meta_archs does not have there"):
        list(open_source(tmp_path / "file.pth").records())


def test_what_other_releases_leave_out_is_no_damage(benchmark_dict: dict[str, Any], tmp_path: Path) -> None:
    benchmark = copy.deepcopy(benchmark_dict)
    del benchmark["evaluated_indexes"], benchmark["arch2infos"][0]["less"]["dataset_seed"]
    trial = trial_of(benchmark)
    del trial["arch_config"]
    trial["latency"] = 0.25
    torch.save(benchmark, tmp_path / "file.pth")
    cells = list(open_source(tmp_path / "file.pth").records())
    assert cells[1].trials[0].latency == (0.25,)


def test_absent_times_and_latencies_stay_absent(benchmark_dict: dict[str, Any], tmp_path: Path) -> None:
    benchmark = copy.deepcopy(benchmark_dict)
    trial_of(benchmark).update(train_times=None, eval_times={}, latency=None)
    torch.save(benchmark, tmp_path / "file.pth")
    cell = list(open_source(tmp_path / "file.pth").records())[1]
    trial = cell.trials[0]
    assert (trial.train_seconds, trial.latency) == (None, None)
    assert [evaluation.seconds for evaluation in trial.evaluations.values()] == [None, None]


def test_a_schedule_may_know_one_data_set_only(benchmark_dict: dict[str, Any], tmp_path: Path) -> None:
    benchmark = copy.deepcopy(benchmark_dict)
    for states in benchmark["arch2infos"].values():
        less = states["less"]
        for dataset in ("cifar10", "cifar100", "ImageNet16-120"):
            for seed in less["dataset_seed"].pop(dataset):
                del less["all_results"][dataset, seed]
    torch.save(benchmark, tmp_path / "v1_0.pth")
    cell = next(iter(open_source(tmp_path / "v1_0.pth").records()))
    assert {trial.dataset for trial in cell.trials if trial.schedule == 12} == {"cifar10-valid"}
    assert len({trial.dataset for trial in cell.trials if trial.schedule == 200}) == 4


def test_weights_are_not_loaded_even_if_they_are_cut_off(files: dict[str, Path], tmp_path: Path) -> None:
    whole = (files["legacy archives"] / "000000-FULL.pth").read_bytes()
    (tmp_path / "000000-FULL.pth").write_bytes(whole[:-10_000])
    assert len(list(open_source(tmp_path).records())) == 1


@pytest.mark.parametrize("name", ["pth", "legacy pth", "nats"])
def test_a_cut_file_is_refused(name: str, files: dict[str, Path], tmp_path: Path) -> None:
    data = files[name].read_bytes()
    for part in (0.02, 0.5, 0.95):
        (tmp_path / "cut").write_bytes(data[: int(len(data) * part)])
        with pytest.raises(SourceError, match="cut: "):
            list(open_source(tmp_path / "cut").records())


@pytest.mark.parametrize("name", ["pth", "nats", "simple"])
def test_a_flipped_bit_in_a_file_with_checksums_is_refused(name: str, files: dict[str, Path], tmp_path: Path) -> None:
    path = files[name] / "000000.pickle.pbz2" if name == "simple" else files[name]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 16
    (tmp_path / path.name).write_bytes(bytes(data))
    with pytest.raises(SourceError, match=r"expected|cannot be read"):
        list(open_source(tmp_path if name == "simple" else tmp_path / path.name).records())


def test_a_damaged_file_in_a_folder_is_named_from_any_process(files: dict[str, Path], tmp_path: Path) -> None:
    for path in files["simple"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "000001.pickle.pbz2").write_bytes(bz2.compress(b"\x80\x02cposix\nsystem\n."))
    with pytest.raises(SourceError, match=r"000001\.pickle\.pbz2.*posix\.system"):
        list(open_source(tmp_path, processes=2).records())


def test_a_file_under_another_index_is_refused(files: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "000007.pickle.pbz2").write_bytes((files["simple"] / "000001.pickle.pbz2").read_bytes())
    with pytest.raises(SourceError, match=r"000007.*architecture 7"):
        list(open_source(tmp_path).records())


def test_what_is_no_official_file_is_refused(tmp_path: Path, files: dict[str, Path]) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.pth").write_text("hello")
    for path in (
        tmp_path / "empty",
        tmp_path / "text.pth",
        tmp_path / "nothing",
        files["simple"] / "meta.pickle.pbz2",
    ):
        with pytest.raises(SourceError, match="expected") as raised:
            list(open_source(path).records())
        assert "\n" not in str(raised.value)


def test_a_bomb_in_bz2_is_refused(tmp_path: Path) -> None:
    compressor = bz2.BZ2Compressor()
    with (tmp_path / "bomb.pickle.pbz2").open("wb") as file:
        file.write(compressor.compress(b"\x80\x04("))
        for _ in range(12):
            file.write(compressor.compress(b"N0" * (1 << 19)))
        file.write(compressor.flush())
    with pytest.raises(SourceError, match="an entry of more than"):
        list(open_source(tmp_path / "bomb.pickle.pbz2").records())
