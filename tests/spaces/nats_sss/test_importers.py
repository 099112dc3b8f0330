"""The official size-space files give every number, in every layout, and searches run on the space's tables."""

from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nats_sss import NATSSizeSpace
from nasbench_suite.spaces.nats_sss.importers import SIZE_SPACE
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table, measurements

SPACE = NATSSizeSpace()
SETS = {"valid": "x-valid", "test": "x-test", "original_test": "ori-test"}


@pytest.mark.parametrize("layout", ["simple", "full", "whole"])
def test_a_table_has_every_number_of_the_files(
    layout: str, layouts: dict[str, Path], states: dict[int, dict[str, Any]], tmp_path: Path
) -> None:
    import_file(SPACE, layouts[layout], tmp_path / "table.mdb")
    table, seen = Table(tmp_path / "table.mdb", SPACE), 0
    assert table.metadata.source.format == (SIZE_SPACE.file if layout == "whole" else SIZE_SPACE.folder)
    for infos in states.values():
        for one in measurements(table, infos["12"]["arch_str"]):
            result = infos[f"{one.schedule:02d}"]["all_results"][one.trial_set, one.trial]
            assert one.values["train_accuracy"] == result["train_acc1es"][one.epoch - 1]
            assert one.values["train_loss"] == result["train_losses"][one.epoch - 1]
            for column, name in SETS.items():
                if one.trial_set.startswith("cifar10-") or one.trial_set == "cifar10":
                    name = {"test": "ori-test"}.get(column, name)
                if f"{column}_accuracy" in one.values:
                    assert one.values[f"{column}_accuracy"] == result["eval_acc1es"][f"{name}@{one.epoch - 1}"]
                    seen += 1
    assert seen == sum(
        len(result["eval_acc1es"])
        for infos in states.values()
        for state in infos.values()
        for result in state["all_results"].values()
    )


def test_the_files_of_the_other_space_are_refused(layouts: dict[str, Path], data: Path, tmp_path: Path) -> None:
    topology = data / "nats_bench" / "NATS-tss-v1_0-3ffb9-simple"
    with pytest.raises(SourceError, match="size space"):
        import_file(SPACE, topology, tmp_path / "table.mdb")
    for layout in layouts.values():
        with pytest.raises(SourceError, match="topology space"):
            import_file(NB201(), layout, tmp_path / "table.mdb")


def test_a_tidy_csv_is_read(tmp_path: Path) -> None:
    lines = ["arch,dataset,epochs,seed,valid_accuracy", "8:8:8:8:8,cifar10-valid,12,777,66.6"]
    (tmp_path / "file.csv").write_text("\n".join(lines) + "\n")
    import_file(SPACE, tmp_path / "file.csv", tmp_path / "table.mdb")
    assert [one.values for one in measurements(Table(tmp_path / "table.mdb", SPACE), (8,) * 5)] == [
        {"valid_accuracy": 66.6}
    ]


def test_networks_parameters_are_kept_beside_the_table_when_asked(layouts: dict[str, Path], tmp_path: Path) -> None:
    import_file(SPACE, layouts["full"], tmp_path / "table.mdb", parameters=True)
    table = Table(tmp_path / "table.mdb", SPACE)
    for schedule in (1, 12, 90):
        read = table.parameters(table.architecture(1), "cifar100", 777, schedule)
        assert read["stem.0.weight"].shape == (8, 3, 3, 3)
