"""Figures that others published for NAS-Bench-201 reach the architectures that they are of."""

import csv
import gzip
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.importing.annotate import annotate
from nasbench_suite.progress import Progress
from nasbench_suite.registry.column_readers import find_column_readers
from nasbench_suite.registry.tables import open_table
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.spaces.nb201.column_readers import (
    HARDWARE,
    SCORES,
    HardwareCsvReader,
    HardwarePickleReader,
    ScoreCsvReader,
    ScoreJsonReader,
)
from nasbench_suite.spaces.nb201.complexity import published_parameters

SPACE = NB201()
ARCHS = list(SPACE.enumerate())
HARDWARE_CSV = "hw_nas_bench/nas_bench_201_hardware.csv.gz"


def read(reader: Any, path: Path) -> list[Any]:
    with Progress("read", path.stat().st_size) as progress:
        return list(reader.read(path, SPACE, progress))


@pytest.fixture(scope="module")
def hardware(data: Path) -> list[Any]:
    """The records of the real hardware file."""
    return read(HardwareCsvReader(), data / HARDWARE_CSV)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "figures.csv"
    path.write_text(text)
    return path


def test_each_format_is_recognised(data: Path, tmp_path: Path) -> None:
    readers = find_column_readers(SPACE)

    def recognised(path: Path) -> list[str]:
        return [reader.format for reader in readers if reader.recognises(path)]

    assert recognised(data / HARDWARE_CSV) == ["hw_nas_bench"]
    assert recognised(data / "zero_cost/nb201_cifar10.csv.gz") == ["zero_cost"]
    assert recognised(data / "zero_cost/nb201_ImageNet16-120.csv.gz") == ["zero_cost"]
    assert recognised(written(tmp_path, "arch,t [ms]\n")) == ["tidy"]
    assert recognised(data / "nb201/nas_bench_201.csv.gz") == []


def test_the_real_hardware_rows_are_translated_to_the_official_order(hardware: list[Any]) -> None:
    for dataset in ("cifar10", "cifar100", "ImageNet16-120"):
        assert [record.arch for record in hardware if record.dataset == dataset] == ARCHS
    # as HW-NAS-Bench's own README prints them
    assert SPACE.format(ARCHS[0]).startswith("|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|")
    first = next(record for record in hardware if record.dataset == "cifar10" and record.arch == ARCHS[0])
    assert first.values["edgegpu_latency"] == 5.807418537139893
    assert first.values["pixel3_latency"] == 3.6058499999999998
    assert first.values["fpga_energy"] == 18.01072


def test_a_3x3_convolution_costs_more_than_a_1x1(hardware: list[Any]) -> None:
    """The estimators' figures are sums over edges, so that a fit gives each operation's share."""
    records = [record for record in hardware if record.dataset == "cifar10"]
    counts = np.array([[record.arch.count(operation) for operation in range(5)] for record in records])
    for name in ("eyeriss_energy", "fpga_latency"):
        costs, (residual,), _, _ = np.linalg.lstsq(counts, [record.values[name] for record in records], rcond=None)
        none, skip, conv_1x1, conv_3x3, _ = costs
        assert residual < 1e-6
        assert none == pytest.approx(skip)
        assert conv_3x3 > 2 * conv_1x1 > 2 * skip


def test_codes_and_edges_are_translated_by_name(tmp_path: Path) -> None:
    (record,) = read(
        HardwareCsvReader(), written(tmp_path, 'net,dataset,fpga_latency\n"(4, 3, 2, 1, 0, 1)",cifar10,2.5\n')
    )
    assert SPACE.format(record.arch) == (
        "|avg_pool_3x3~0|+|nor_conv_1x1~0|none~1|+|nor_conv_3x3~0|skip_connect~1|none~2|"
    )
    assert (record.dataset, record.values) == ("cifar10", {"fpga_latency": 2.5})


def test_scores_do_not_say_their_data_set(tmp_path: Path) -> None:
    (record,) = read(ScoreCsvReader(), written(tmp_path, 'net,synflow\n"(4, 0, 3, 1, 4, 3)",44.5\n'))
    assert SPACE.format(record.arch) == (
        "|avg_pool_3x3~0|+|skip_connect~0|none~1|+|nor_conv_1x1~0|avg_pool_3x3~1|nor_conv_1x1~2|"
    )
    assert (record.dataset, record.values) == (None, {"synflow": 44.5})


def test_the_published_strings_and_parameters_agree_with_the_translated_codes(data: Path) -> None:
    for dataset in ("cifar10", "ImageNet16-120"):
        records = read(ScoreCsvReader(), data / f"zero_cost/nb201_{dataset}.csv.gz")  # refuses another net_str
        assert len({record.arch for record in records}) == 9445
        for record in records:
            assert record.values["params"] == pytest.approx(published_parameters(record.arch, dataset), abs=1e-9)
            assert set(record.values) == set(SCORES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('net,dataset,fpga_latency\n"(0, 1, 2, 3, 4, 5)",cifar10,2\n', "line 2: expected six codes"),
        ('net,dataset,fpga_latency\n"(0, 1, 2, 3, 4)",cifar10,2\n', "line 2: expected six codes"),
        ('net,dataset,fpga_latency\n"(0, 1, 2, 3, 4, 0)",cifar10,fast\n', "line 2: expected a number"),
        ("net,dataset,fpga_latency,more\n", "expected the columns"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(HardwareCsvReader(), written(tmp_path, text))


def test_codes_that_disagree_with_the_string_are_refused(tmp_path: Path) -> None:
    text = f'net,net_str,synflow\n"(4, 0, 3, 1, 4, 3)",{SPACE.format((0,) * 6)},1\n'
    with pytest.raises(SourceError, match="and net_str says"):
        read(ScoreCsvReader(), written(tmp_path, text))


def official(
    change: Callable[[dict[str, Any]], object] = lambda figures: None, as_arrays: bool = False
) -> dict[str, Any]:
    """The official file's layout, with made-up numbers."""
    listed = np.arange(15_625) / 7
    figures: dict[str, Any] = {name: listed if as_arrays else listed.tolist() for name in HARDWARE}
    figures["config"] = [{"name": "infer.tiny", "C": 16, "N": 5, "arch_str": SPACE.format(arch)} for arch in ARCHS]
    change(figures)
    return {"nasbench201": {"cifar10": figures}, "fbnet": {"cifar100": {"raspi4_latency": [[1.0]]}}}


@pytest.mark.parametrize(("protocol", "as_arrays"), [(2, False), (4, False), (4, True)])
def test_the_official_pickle_is_read_by_the_official_index(tmp_path: Path, protocol: int, as_arrays: bool) -> None:
    path = tmp_path / "HW-NAS-Bench-v1_0.pickle"
    path.write_bytes(pickle.dumps(official(as_arrays=as_arrays), protocol))
    records = read(HardwarePickleReader(), path)
    assert [record.arch for record in records] == ARCHS
    assert [record.values["pixel3_latency"] for record in records] == [at / 7 for at in range(15_625)]
    assert set(records[0].values) == set(HARDWARE)


@pytest.mark.parametrize(
    "change",
    [
        lambda figures: figures["fpga_energy"].pop(),
        lambda figures: figures["fpga_energy"].__setitem__(3, "x"),
        lambda figures: figures.__setitem__("fpga_energy", 3),
        lambda figures: figures["fpga_energy"].__setitem__(3, True),
    ],
)
def test_a_pickle_with_other_lists_is_refused(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = tmp_path / "HW-NAS-Bench-v1_0.pickle"
    path.write_bytes(pickle.dumps(official(change), 4))
    with pytest.raises(SourceError, match="fpga_energy: expected a list"):
        read(HardwarePickleReader(), path)


def test_a_pickle_in_another_order_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "HW-NAS-Bench-v1_0.pickle"
    path.write_bytes(pickle.dumps(official(lambda figures: figures["config"].reverse()), 4))
    with pytest.raises(SourceError, match="as architecture 0, got"):
        read(HardwarePickleReader(), path)


@pytest.mark.parametrize("value", [[], {"nasbench201": 3}, {"nasbench201": {"cifar10": 3}}, {"other": {}}])
def test_a_pickle_of_something_else_is_refused(tmp_path: Path, value: object) -> None:
    path = tmp_path / "HW-NAS-Bench-v1_0.pickle"
    path.write_bytes(pickle.dumps(value, 4))
    with pytest.raises(SourceError, match="expected"):
        read(HardwarePickleReader(), path)


NET = "(4, 0, 3, 1, 4, 3)"


def test_naslibs_json_is_read_by_data_set(tmp_path: Path) -> None:
    path = tmp_path / "zc_nasbench201.json"
    scores = {"synflow": {"score": 44.5, "time": 0.1}, "jacov": {"score": float("nan"), "time": 0.1}}
    path.write_text(json.dumps({"cifar10": {NET: {"id": 3, "val_accuracy": 84.9, **scores}}, "svhn": {NET: {}}}))
    first, second = read(ScoreJsonReader(), path)
    (by_csv,) = read(ScoreCsvReader(), written(tmp_path, f'net,synflow\n"{NET}",44.5\n'))
    assert (first.arch, first.dataset) == (by_csv.arch, "cifar10")
    assert set(first.values) == {"synflow", "jacov"} and first.values["synflow"] == 44.5
    assert (second.dataset, second.values) == ("svhn", {})


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{",
        '{"cifar10": 3}',
        '{"cifar10": {"(1, 2)": {}}}',
        f'{{"cifar10": {{"{NET}": {{"synflow": {{"score": "high"}}}}}}}}',
        f'{{"cifar10": {{"{NET}": {{"synflow": true}}}}}}',
        f'{{"cifar10": {{"{NET}": {{"synflow": 1{"0" * 400}}}}}}}',
        f'{{"cifar10": {{"{NET}": {{}}, "{NET}": {{}}}}}}',
        "[" * 100_000,
    ],
)
def test_other_json_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "zc_nasbench201.json"
    path.write_text(content)
    with pytest.raises(SourceError) as caught:
        read(ScoreJsonReader(), path)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500


def test_a_pickle_that_names_a_function_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "HW-NAS-Bench-v1_0.pickle"
    path.write_bytes(b"cos\nsystem\n(S'touch gone'\ntR.")
    with pytest.raises(SourceError):
        read(HardwarePickleReader(), path)
    assert not (tmp_path / "gone").exists()


def test_figures_of_a_data_set_that_nobody_names_are_refused(installed: Path, tmp_path: Path) -> None:
    scores = written(tmp_path, 'net,synflow,flops\n"(4, 3, 3, 0, 0, 0)",1.5,2\n')
    table, readers = open_table("nb201"), find_column_readers(SPACE)
    with pytest.raises(SourceError, match=r"line 2: does not say .* with --dataset, one of cifar10"):
        annotate(table, readers, scores)
    annotate(table, readers, scores, dataset="cifar10")
    assert set(open_table("nb201").columns.of("cifar10")) == {"synflow", "flops"}
    assert not open_table("nb201").columns.of("cifar100")
    costs = tmp_path / "hardware.csv"
    costs.write_text('net,dataset,fpga_latency\n"(4, 3, 3, 0, 0, 0)",,1.5\n')
    with pytest.raises(SourceError, match="does not say whose images"):
        annotate(table, readers, costs)


def test_the_real_figures_land_on_their_rows(installed: Path, data: Path) -> None:
    annotate(open_table("nb201"), find_column_readers(SPACE), data / HARDWARE_CSV)
    table = open_table("nb201")
    column = table.columns.find("pixel3_latency", "cifar100")
    with gzip.open(data / HARDWARE_CSV, "rt", newline="") as file:
        real = [float(line["pixel3_latency"]) for line in csv.DictReader(file) if line["dataset"] == "cifar100"]
    assert [column.value(table.row(arch)) for arch in ARCHS] == real
    # isomorphic architectures were measured apart, and stay so
    by_class: dict[Any, set[float | None]] = {}
    for arch in ARCHS:
        by_class.setdefault(SPACE.canonical(arch), set()).add(column.value(table.row(arch)))
    assert any(len(values) > 1 for values in by_class.values())
