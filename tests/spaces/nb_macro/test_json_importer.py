import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.folders import table_path
from nasbench_suite.registry.importers import import_file
from nasbench_suite.registry.tables import open_table
from nasbench_suite.spaces.nb_macro import NBMacro
from nasbench_suite.table import Table

FINAL = Fidelity(50, 50)
Write = Callable[[Any], Path]
Records = dict[str, dict[str, Any]]


def imported(path: Path) -> Table:
    import_file(NBMacro(), path, table_path("nb_macro"), force=True)
    return open_table("nb_macro")


def test_every_number_is_the_files(written: Write, records: Records) -> None:
    table = imported(written(records))
    found = table.metric("cifar10", FINAL, "test_accuracy")
    assert found is not None
    assert table.series("cifar10", 50).trials == (0, 1, 2)
    for text, record in records.items():
        row = table.row(text)
        assert [found.value(row, (at,)) for at in range(3)] == record["test_acc"]
        for name, field in (("parameters", "params"), ("flops", "flops")):
            metric = table.metric("cifar10", FINAL, name)
            assert metric is not None
            assert metric.value(row, (0,)) == record[field] * 1e-6
    assert table.metadata.counts == {"trainings": 12, "architectures_with_other_parameters_than_the_formula": 0}


def test_a_query_shows_the_files_flops(written: Write, records: Records, cli: Callable[..., Any]) -> None:
    imported(written(records))
    millions = records["22212220"]["flops"] * 1e-6
    assert f"{millions:.6f} M FLOPs" in cli("query", "nb_macro", "22212220").out
    found = cli("query", "nb_macro", "22212220", "--dataset", "cifar10", "--json").json
    assert found["flops_millions"] == pytest.approx(millions) and found["latency_seconds"] is None


def test_plain_and_gzip_have_the_same_content(written: Write, records: Records, tmp_path: Path) -> None:
    plain = imported(written(records)).metadata.content_sha256
    packed = tmp_path / "packed.json.gz"
    packed.write_bytes(gzip.compress(json.dumps(records).encode()))
    assert imported(packed).metadata.content_sha256 == plain


def test_architectures_of_one_class_are_kept_apart(written: Write, records: Records) -> None:
    table = imported(written(records))
    assert table.row("12000000") != table.row("10200000")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"test_acc": [80.0, 80.0]}, "three test accuracies"),
        ({"test_acc": [80.0, 80.0, 180.0]}, "three test accuracies"),
        ({"test_acc": [80.0, 80.0, float("nan")]}, "three test accuracies"),
        ({"mean_acc": 70.0}, "the mean of"),
        ({"params": 1.5}, "params to be a whole number"),
        ({"flops": -1}, "flops to be a whole number"),
        ({"more": 1}, "each once"),
    ],
)
def test_a_wrong_record_is_named(written: Write, records: Records, change: dict[str, Any], message: str) -> None:
    records["12000000"] |= change
    with pytest.raises(SourceError, match=f"'12000000'.*{message}"):
        imported(written(records))


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", "{", '{"00000000": {}, "00000000": {}}', '{"0": {}}', "[" * 100_000, "\x00"],
)
def test_what_is_no_such_file_is_refused_in_one_line(written: Write, content: str) -> None:
    with pytest.raises(SourceError) as caught:
        imported(written(content))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500


def test_a_file_that_expands_without_end_is_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.json.gz"
    bomb.write_bytes(gzip.compress(b" " * (1 << 25)))
    with pytest.raises(SourceError, match="expected at most"):
        imported(bomb)


def test_the_real_file_is_whole_and_its_best_is_the_published_one(data: Path) -> None:
    table = imported(data / "nas_bench_macro" / "nas-bench-macro_cifar10.json.gz")
    assert len(table) == 6561
    found = table.metric("cifar10", FINAL, "test_accuracy")
    assert found is not None
    values, known = found.matrix(np.arange(6561))
    assert known.all()
    best = int(values.mean(axis=1).argmax())
    assert table.architecture(best) == "22212220"
    assert values[best].mean() == pytest.approx(93.12666, abs=1e-4)
    assert table.metadata.counts["architectures_with_other_parameters_than_the_formula"] == 0
