"""What an official file holds is in its table, to the bit; nothing else is."""

import copy
import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nasbench_suite.benchmark import Benchmark
from nasbench_suite.errors import SourceError, TableExistsError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.registry.importers import import_file
from nasbench_suite.registry.tables import open_table
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.spaces.nb201.official import TOPOLOGY
from nasbench_suite.spaces.nb201.official.parameters import read_with_parameters
from nasbench_suite.table import Table
from nasbench_suite.table.writer import TableWriter

FORMATS = (
    "pth", "legacy pth", "pth in parts", "nats", "nats in parts", "simple", "full", "archives", "legacy archives",
)  # fmt: skip
COLUMNS = {
    "cifar10-valid": {"x-valid": "valid", "ori-test": "test"},
    "cifar10": {"ori-test": "test"},
    "cifar100": {"x-valid": "valid", "x-test": "test", "ori-test": "original_test"},
    "ImageNet16-120": {"x-valid": "valid", "x-test": "test", "ori-test": "original_test"},
}
SEARCHED = {"cifar10": "cifar10-valid", "cifar100": "cifar100", "ImageNet16-120": "ImageNet16-120"}
Damage = Callable[[dict[str, Any]], None]


def imported(source: Path, folder: Path, name: str = "table") -> Table:
    import_file(NB201(), source, folder / f"{name}.mdb")
    return open_table(folder / f"{name}.mdb")


def changed(benchmark: dict[str, Any], folder: Path, change: Damage) -> Path:
    """Writes the benchmark with a change of its own."""
    other = copy.deepcopy(benchmark)
    change(other)
    torch.save(other, folder / "changed.pth")
    return folder / "changed.pth"


def value(table: Table, row: int, trial_set: str, schedule: int, epoch: int, seed: int, metric: str) -> float | None:
    found = table.metric(trial_set, Fidelity(schedule, epoch), metric)
    if found is None:
        return None
    at = found.picker.trials.index(seed)
    return found.value(row, (at,)) if at in found.known(row) else None


def trials(states: dict[str, Any]) -> list[tuple[int, str, int, dict[str, Any]]]:
    return [
        (schedule, dataset, seed, result)
        for schedule, name in ((12, "less"), (200, "full"))
        for (dataset, seed), result in states[name]["all_results"].items()
    ]


def expected_curves(dataset: str, result: dict[str, Any]) -> dict[str, dict[int, float]]:
    """Everything that was measured at epochs, by our names."""
    found = {
        "train_accuracy": {epoch + 1: value for epoch, value in result["train_acc1es"].items()},
        "train_loss": {epoch + 1: value for epoch, value in result["train_losses"].items()},
    }
    if result["train_acc5es"] is not None:
        found["train_top5_accuracy"] = {epoch + 1: value for epoch, value in result["train_acc5es"].items()}
    for set_name, column in COLUMNS[dataset].items():
        for field, metric in (("eval_acc1es", "accuracy"), ("eval_losses", "loss")):
            found[f"{column}_{metric}"] = {
                int(key.split("@")[1]) + 1: value
                for key, value in result[field].items()
                if key.split("@")[0] == set_name
            }
    return found


@pytest.fixture(scope="module")
def tables(files: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Table]:
    """The table of each format's file."""
    folder = tmp_path_factory.mktemp("tables")
    return {name: imported(files[name], folder, name.replace(" ", "-")) for name in FORMATS}


def test_every_number_is_in_the_table_to_the_bit(tables: dict[str, Table], benchmark_dict: dict[str, Any]) -> None:
    table, seen = tables["pth"], 0
    for row, arch in enumerate(benchmark_dict["meta_archs"][:3]):
        assert table.row(table.space.parse(arch)) == row
        for schedule, dataset, seed, result in trials(benchmark_dict["arch2infos"][row]):
            curves = table.curves(dataset, schedule, row)[seed]
            for metric, values in expected_curves(dataset, result).items():
                assert value(table, row, dataset, schedule, schedule, seed, metric) == values[schedule]
                if len(values) > 1:
                    curve = curves[metric]
                    assert dict(zip(curve.epochs.tolist(), curve.values.tolist(), strict=True)) == values
                seen += len(values)
            finals = {
                "parameters": result["params"],
                "flops": result["flop"],
                "latency": result["latency"][0],
                "train_seconds_per_epoch": result["train_times"][0],
                **{f"{column}_seconds": result["eval_times"][f"{name}@0"] for name, column in COLUMNS[dataset].items()},
            }
            for metric, number in finals.items():
                assert value(table, row, dataset, schedule, schedule, seed, metric) == number
    assert seen > 10_000


def test_nothing_is_in_the_table_that_was_not_measured(
    tables: dict[str, Table], benchmark_dict: dict[str, Any]
) -> None:
    table = tables["pth"]
    for row in range(3):
        there = {(schedule, dataset, seed) for schedule, dataset, seed, _ in trials(benchmark_dict["arch2infos"][row])}
        for series in table.metadata.series:
            for seed in series.trials:
                assert seed is not None
                key = (series.schedule, series.trial_set, seed)
                known = value(table, row, series.trial_set, series.schedule, series.schedule, seed, "train_loss")
                assert (known is not None) == (key in there)
    assert table.metadata.counts["missing_trainings"] > 0
    assert table.metric("cifar10", Fidelity(200, 200), "valid_accuracy") is None
    assert table.metric("cifar100", Fidelity(200, 199), "valid_accuracy") is None


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_benchmark_in_any_format_is_the_same_table(name: str, tables: dict[str, Table]) -> None:
    assert tables[name].metadata.content_sha256 == tables["pth"].metadata.content_sha256
    tables[name].verify()


def test_the_format_is_recorded_and_can_be_forced(files: dict[str, Path], tmp_path: Path) -> None:
    metadata = import_file(NB201(), files["simple"], tmp_path / "t.mdb", format="nats-tss-folder")
    assert metadata.source.format == "nats-tss-folder"
    with pytest.raises(SourceError, match="expected format nas-bench-201-pth, found nats-tss-pickle"):
        import_file(NB201(), files["nats"], tmp_path / "u.mdb", format="nas-bench-201-pth")
    assert not (tmp_path / "u.mdb").exists()


def test_what_is_no_format_of_the_space_is_told_which_there_are(tmp_path: Path) -> None:
    (tmp_path / "file.pth").write_bytes(b"hello")
    with pytest.raises(SourceError, match=r"nas-bench-201-pth.*nats-tss-folder.*tidy"):
        imported(tmp_path / "file.pth", tmp_path)


def test_data_sets_are_those_of_the_tidy_table(tables: dict[str, Table]) -> None:
    metadata = tables["pth"].metadata
    assert {name: tuple(pair) for name, pair in metadata.datasets.items()} == {
        "cifar10": ("cifar10-valid", "cifar10"),
        "cifar100": ("cifar100", "cifar100"),
        "ImageNet16-120": ("ImageNet16-120", "ImageNet16-120"),
    }


def test_what_disagrees_with_the_formula_is_kept_and_counted(benchmark_dict: dict[str, Any], tmp_path: Path) -> None:
    def an_edge_less(benchmark: dict[str, Any]) -> None:
        for states in benchmark["arch2infos"].values():
            for _, dataset, _, result in trials(states):
                result["params"] += {"cifar100": 0.00585, "ImageNet16-120": 0.00715}.get(dataset, 0.0)
        benchmark["arch2infos"][1]["full"]["all_results"]["cifar100", 777]["params"] -= 0.028

    table = imported(changed(benchmark_dict, tmp_path, an_edge_less), tmp_path)
    assert table.metadata.counts["cells_with_other_parameters_than_the_formula"] == 1
    stated = benchmark_dict["arch2infos"][1]["full"]["all_results"]["cifar100", 777]["params"] + 0.00585 - 0.028
    assert value(table, 1, "cifar100", 200, 200, 777, "parameters") == pytest.approx(stated, abs=1e-12)


def test_times_that_vary_are_summed_up_to_the_epoch(benchmark_dict: dict[str, Any], tmp_path: Path) -> None:
    times = [1.0 + epoch / 7 for epoch in range(12)]

    def vary(benchmark: dict[str, Any]) -> None:
        # of one seed of one cell: the others keep their one time an epoch
        result = benchmark["arch2infos"][1]["less"]["all_results"]["cifar10-valid", 111]
        result["train_times"] = dict(enumerate(times))
        result["eval_times"] = {key: 0.1 + int(key.split("@")[1]) / 9 for key in result["eval_times"]}

    table = imported(changed(benchmark_dict, tmp_path, vary), tmp_path)
    benchmark, space = Benchmark(table, "cifar10"), table.space
    varied, steady = (space.parse(table.architecture(row)) for row in (1, 2))
    for epoch in (1, 5, 12):
        seconds = benchmark.query(varied, Fidelity(12, epoch), 111).seconds
        assert seconds == pytest.approx(sum(times[:epoch]) + 0.1 + (epoch - 1) / 9, rel=1e-12)
        result = benchmark_dict["arch2infos"][2]["less"]["all_results"]["cifar10-valid", 111]
        seconds = benchmark.query(steady, Fidelity(12, epoch), 111).seconds
        assert seconds == pytest.approx(result["train_times"][0] * epoch + result["eval_times"]["x-valid@0"], rel=1e-12)
        both = benchmark.query_many([varied, steady], Fidelity(12, epoch), 111).seconds
        assert both.tolist() == [benchmark.query(cell, Fidelity(12, epoch), 111).seconds for cell in (varied, steady)]
    curves = table.curves("cifar10-valid", 12, 1)[111]
    assert curves["train_epoch_seconds"].values.tolist() == times


def test_times_of_some_epochs_are_not_made_up_for_the_others(benchmark_dict: dict[str, Any], tmp_path: Path) -> None:
    def gap(benchmark: dict[str, Any]) -> None:
        del benchmark["arch2infos"][1]["less"]["all_results"]["cifar10-valid", 111]["train_times"][5]

    table = imported(changed(benchmark_dict, tmp_path, gap), tmp_path)
    cell = table.space.parse(table.architecture(1))
    benchmark = Benchmark(table, "cifar10")
    assert benchmark.query(cell, Fidelity(12, 5), 111).seconds is not None
    assert benchmark.query(cell, Fidelity(12, 6), 111).seconds is None
    assert benchmark.query(cell, Fidelity(12, 12), 111).seconds is None


def test_latencies_are_shown_as_their_mean_and_kept(benchmark_dict: dict[str, Any], tmp_path: Path) -> None:
    def repeat(benchmark: dict[str, Any]) -> None:
        benchmark["arch2infos"][1]["full"]["all_results"]["cifar10", 777]["latency"] = [0.1, 0.2, 0.4]

    table = imported(changed(benchmark_dict, tmp_path, repeat), tmp_path)
    assert value(table, 1, "cifar10", 200, 200, 777, "latency") == pytest.approx(0.7 / 3)
    assert table.curves("cifar10", 200, 1)[777]["latency_repeats"].values.tolist() == [0.1, 0.2, 0.4]


def test_a_short_schedule_that_knows_one_data_set_gives_that_one(
    benchmark_dict: dict[str, Any], tmp_path: Path
) -> None:
    def as_in_v1_0(benchmark: dict[str, Any]) -> None:
        for states in benchmark["arch2infos"].values():
            results = states["less"]["all_results"]
            for key in [key for key in results if key[0] != "cifar10-valid"]:
                del results[key]

    table = imported(changed(benchmark_dict, tmp_path, as_in_v1_0), tmp_path)
    assert table.schedules("cifar10-valid") == [12, 200]
    assert table.schedules("cifar100") == [200]
    assert table.metadata.counts["trainings_listed_otherwise"] == 9


def test_a_benchmark_of_one_data_set_lists_that_one(benchmark_dict: dict[str, Any], tmp_path: Path) -> None:
    def one(benchmark: dict[str, Any]) -> None:
        for states, name in itertools.product(benchmark["arch2infos"].values(), ("less", "full")):
            results = states[name]["all_results"]
            for key in [key for key in results if key[0] != "cifar10-valid"]:
                del results[key]

    metadata = imported(changed(benchmark_dict, tmp_path, one), tmp_path).metadata
    assert set(metadata.datasets) == {"cifar10-valid"}
    assert "original_test_loss" not in metadata.units


def test_nan_is_a_value(benchmark_dict: dict[str, Any], tmp_path: Path) -> None:
    def diverge(benchmark: dict[str, Any]) -> None:
        benchmark["arch2infos"][1]["full"]["all_results"]["cifar10", 777]["train_losses"][199] = float("nan")

    table = imported(changed(benchmark_dict, tmp_path, diverge), tmp_path)
    found = value(table, 1, "cifar10", 200, 200, 777, "train_loss")
    assert found is not None
    assert np.isnan(found)


def too_many_seeds(benchmark: dict[str, Any]) -> None:
    results = benchmark["arch2infos"][1]["full"]["all_results"]
    results.update({("cifar10", seed): results["cifar10", 777] for seed in range(20)})


def a_set_of_another_data_set(benchmark: dict[str, Any]) -> None:
    result = benchmark["arch2infos"][1]["full"]["all_results"]["cifar10", 777]
    result["eval_names"] = ["x-test"]
    for field in ("eval_acc1es", "eval_losses", "eval_times"):
        result[field] = {key.replace("ori-test", "x-test"): number for key, number in result[field].items()}


def no_cell_of_the_space(benchmark: dict[str, Any]) -> None:
    benchmark["meta_archs"][1] = other = "|none~0|+|none~0|none~1|"
    for name in ("less", "full"):
        benchmark["arch2infos"][1][name]["arch_str"] = other
        for result in benchmark["arch2infos"][1][name]["all_results"].values():
            result["arch_config"]["arch_str"] = other


@pytest.mark.parametrize("damage", [too_many_seeds, a_set_of_another_data_set, no_cell_of_the_space])
def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    damage: Damage, benchmark_dict: dict[str, Any], tmp_path: Path
) -> None:
    source = changed(benchmark_dict, tmp_path, damage)
    with pytest.raises(SourceError, match=r"changed\.pth: architecture 1: expected|architecture 1: nb201: ") as raised:
        imported(source, tmp_path / "home")
    assert "\n" not in str(raised.value)
    assert list((tmp_path / "home").iterdir()) == []


def test_two_archives_of_one_architecture_are_refused(files: dict[str, Path], tmp_path: Path) -> None:
    first = torch.load(files["archives"] / "000000-FULL.pth", weights_only=False)
    for index in (0, 7):
        for state in first.values():
            state["arch_index"] = index
        torch.save(first, tmp_path / f"{index:06d}-FULL.pth")
    with pytest.raises(SourceError, match=r"architecture 7 is .*, which was there before"):
        imported(tmp_path, tmp_path / "home")


def test_an_interrupted_import_leaves_nothing(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(self: TableWriter, *_: object) -> None:
        raise KeyboardInterrupt

    imported(files["simple"], tmp_path)
    before = (tmp_path / "table.mdb").read_bytes()
    monkeypatch.setattr(TableWriter, "add_curves", press)
    for name in ("simple", "pth"):
        with pytest.raises(KeyboardInterrupt):
            imported(files[name], tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["table.mdb"]
    assert (tmp_path / "table.mdb").read_bytes() == before


def test_a_name_that_is_taken_is_told_before_the_work(
    files: dict[str, Path], tmp_path: Path, benchmark_dict: dict[str, Any]
) -> None:
    (tmp_path / "tidy.csv").write_text(
        f"arch,dataset,epochs,test_accuracy\n{benchmark_dict['meta_archs'][0]},cifar10,200,90\n"
    )
    imported(tmp_path / "tidy.csv", tmp_path)
    broken = tmp_path / "broken.pth"
    broken.write_bytes(files["pth"].read_bytes()[:-2000])
    with pytest.raises(TableExistsError, match="other content"):
        imported(broken, tmp_path)


# The genuine cells


@pytest.fixture(scope="module")
def two_cells(real_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Table:
    """A folder of two cells and the list of all 15,625."""
    return imported(real_folder, tmp_path_factory.mktemp("real"))


def test_a_folder_of_two_cells_is_a_table_of_two_cells(two_cells: Table) -> None:
    assert len(two_cells) == 2
    assert dict(two_cells.metadata.counts) == {
        "trainings": 34,
        "missing_trainings": 0,
        "cells_with_other_parameters_than_the_formula": 0,
        "cells_with_other_flops_than_the_formula": 0,
        "cells_of_the_space_absent": 15_623,
    }


@pytest.mark.parametrize("dataset", SEARCHED)
@pytest.mark.parametrize("fidelity", [(12, 1), (12, 4), (12, 12), (200, 1), (200, 12), (200, 67), (200, 200)])
@pytest.mark.extra
def test_queries_answer_and_cost_what_nats_bench_says(
    dataset: str, fidelity: tuple[int, int], two_cells: Table, nats_api: Any
) -> None:
    schedule, epoch = fidelity
    benchmark, rng = Benchmark(two_cells, dataset), random.Random(0)
    for row, index in enumerate((0, 284)):
        cell = two_cells.space.parse(two_cells.architecture(row))
        for seed in two_cells.series(SEARCHED[dataset], schedule).trials:
            assert seed is not None
            random.seed(rng.random())
            _, _, seconds, _ = nats_api.simulate_train_eval(index, dataset, iepoch=epoch - 1, hp=str(schedule))
            theirs = nats_api.get_more_info(index, SEARCHED[dataset], epoch - 1, str(schedule), is_random=seed)
            assert benchmark.seconds(row, Fidelity(*fidelity), seed) == pytest.approx(seconds, rel=1e-9)
            if "valid-accuracy" in theirs:
                seen = benchmark.query(cell, Fidelity(*fidelity), seed)
                assert seen.valid_accuracy == pytest.approx(theirs["valid-accuracy"], rel=1e-12)
                assert seen.seconds == pytest.approx(seconds, rel=1e-9)
                assert seen.trial == seed
        if "valid-accuracy" in theirs:
            mean = nats_api.get_more_info(index, SEARCHED[dataset], epoch - 1, str(schedule), is_random=False)
            seen = benchmark.query(cell, Fidelity(*fidelity), "mean")
            assert seen.valid_accuracy == pytest.approx(mean["valid-accuracy"], rel=1e-12)


@pytest.mark.extra
def test_scores_are_the_means_that_nats_bench_gives(two_cells: Table, nats_api: Any) -> None:
    for row, index in enumerate((0, 284)):
        scores = Benchmark(two_cells, "cifar10").score(two_cells.space.parse(two_cells.architecture(row)))
        for dataset, trial_set in SEARCHED.items():
            valid = nats_api.get_more_info(index, trial_set, hp="200", is_random=False)
            test = nats_api.get_more_info(index, dataset, hp="200", is_random=False)
            assert scores[dataset].valid_accuracy == pytest.approx(valid["valid-accuracy"], rel=1e-12)
            assert scores[dataset].test_accuracy == pytest.approx(test["test-accuracy"], rel=1e-12)


@pytest.mark.parametrize("layout", ["full", "archives", "legacy archives"])
def test_networks_parameters_are_kept_beside_the_table_when_asked(
    layout: str, files: dict[str, Path], tmp_path: Path
) -> None:
    space = NB201()
    metadata = import_file(space, files[layout], tmp_path / "with.mdb", parameters=True)
    plain = import_file(space, files[layout], tmp_path / "without.mdb")
    assert metadata.content_sha256 == plain.content_sha256
    table, compared = open_table(tmp_path / "with.mdb"), 0
    for index in range(3):
        path = next(files[layout].glob(f"{index:06d}*"))
        for schedule, state in read_with_parameters(path).items():
            for (trial_set, trial), result in state["all_results"].items():
                epochs = TOPOLOGY.schedules[schedule]
                read = table.parameters(state["arch_str"], trial_set, trial, epochs)
                assert read.keys() == result["net_state_dict"].keys()
                for name, array in result["net_state_dict"].items():
                    np.testing.assert_array_equal(read[name], array, strict=True)
                compared += 1
    assert table.parameters_store is not None
    assert compared == table.parameters_store.networks == metadata.counts["trainings"]


@pytest.mark.parametrize("layout", ["simple", "pth", "nats"])
def test_files_without_parameters_are_refused_where_they_are_wanted(
    layout: str, files: dict[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="--weights"):
        import_file(NB201(), files[layout], tmp_path / "t.mdb", parameters=True)
    assert list(tmp_path.iterdir()) == []
