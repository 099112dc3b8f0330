import gzip
import math
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.errors import SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.folders import table_path
from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Metadata, Table

CELL = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|"
OTHER = CELL.replace("none~2", "skip_connect~2")
HEADER = "arch,dataset,epochs,seed,valid_accuracy,test_accuracy"


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Table]:
    """Imports lines of a CSV."""

    def make(*lines: str, header: str = HEADER, zipped: bool = False) -> Table:
        content = "\n".join([header, *lines, ""]).encode()
        source = tmp_path / "mine.csv"
        source.write_bytes(gzip.compress(content, mtime=0) if zipped else content)
        import_file(NB201(), source, table_path("mine"))
        return Table(table_path("mine"), NB201())

    return make


def refused(table: Callable[..., Table], *lines: str, message: str, header: str = HEADER) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        table(*lines, header=header)
    assert "\n" not in str(caught.value)
    assert not list(table_path("mine").parent.glob("*"))


@pytest.mark.parametrize("zipped", [False, True])
def test_a_csv_becomes_a_table_plain_or_gzip(table: Callable[..., Table], zipped: bool) -> None:
    made = table(f"{CELL},a,12,777,50.5,60", f"{OTHER},a,12,777,nan,", zipped=zipped)
    valid = made.metric("a", Fidelity(12, 12), "valid_accuracy")
    test = made.metric("a", Fidelity(12, 12), "test_accuracy")
    assert (valid.value(0, (0,)), test.value(0, (0,))) == (50.5, 60.0)
    assert valid.known(1) == (0,) and math.isnan(valid.value(1, (0,)))  # the source says NaN
    assert test.known(1) == ()  # the source says nothing
    assert (made.architecture(0), made.architecture(1)) == (CELL, OTHER)


def test_an_empty_seed_is_a_stored_mean_and_trials_are_in_the_order_of_their_seeds(
    table: Callable[..., Table],
) -> None:
    made = table(f"{CELL},a,12,888,1,2", f"{OTHER},a,12,,3,4", f"{CELL},a,12,777,5,6")
    assert made.series("a", 12).trials == (777, 888, None)


def test_an_epoch_within_a_schedule_is_not_the_end_of_a_shorter_one(table: Callable[..., Table]) -> None:
    header = "arch,dataset,epochs,epoch,seed,valid_accuracy"
    made = table(f"{CELL},a,200,12,777,10", f"{CELL},a,12,,777,20", header=header)
    assert made.fidelities("a") == [Fidelity(12, 12), Fidelity(200, 12)]
    assert made.metric("a", Fidelity(200, 12), "valid_accuracy").value(0, (0,)) == 10


def test_the_two_trial_sets_of_cifar10_are_one_data_set(table: Callable[..., Table]) -> None:
    made = table(f"{CELL},cifar10-valid,12,777,50,", f"{CELL},cifar10,12,777,,60", f"{CELL},mine,12,777,2,3")
    assert made.metadata.datasets == {"cifar10": ("cifar10-valid", "cifar10"), "mine": ("mine", "mine")}


def test_one_trial_set_of_cifar10_alone_is_a_data_set_of_its_own(table: Callable[..., Table]) -> None:
    assert set(table(f"{CELL},cifar10,12,777,50,60").metadata.datasets) == {"cifar10"}


def test_the_source_is_named_and_hashed(table: Callable[..., Table], tmp_path: Path) -> None:
    import hashlib

    metadata: Metadata = table(f"{CELL},a,12,777,50,60").metadata
    assert (metadata.source.format, metadata.source.file) == ("tidy", "mine.csv")
    assert metadata.source.sha256 == hashlib.sha256((tmp_path / "mine.csv").read_bytes()).hexdigest()
    assert metadata.counts == {"trainings": 1}


def test_plain_and_gzip_have_the_same_content_hash(table: Callable[..., Table]) -> None:
    plain = table(f"{CELL},a,12,777,50,60").metadata.content_sha256
    table_path("mine").unlink()
    assert table(f"{CELL},a,12,777,50,60", zipped=True).metadata.content_sha256 == plain


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f"{CELL.replace('none~2', 'nope~2')},a,12,777,1,2", "line 3: .*unknown operation 'nope'"),
        (f"{CELL},a,12,777,1", "line 3: expected 6 fields, got 5"),
        (f"{CELL},a,,777,1,2", "line 3: expected the length of the training"),
        (f"{CELL},a,0,777,1,2", "line 3: expected epochs to be at least 1, got 0"),
        (f"{CELL},a,12,x,1,2", "line 3: expected a whole number as seed, got 'x'"),
        (f"{CELL},a,12,-1,1,2", "line 3: expected seed to be at least 0"),
        (f"{CELL},a,12,777,many,2", "line 3: expected a number as valid_accuracy, got 'many'"),
        (f"{CELL},a,12,777,100.1,2", "line 3: expected valid_accuracy in percent, 0 to 100"),
        (f"{CELL},a,12,777,1,-1", "line 3: expected test_accuracy in percent, 0 to 100"),
        (f"{OTHER},a,12,777,3,4", "line 3: .*is there for the second time"),
        (f"{OTHER},a,12,,3,4", "both trials and a mean"),
    ],
)
def test_a_line_that_makes_no_sense_is_named(table: Callable[..., Table], line: str, message: str) -> None:
    refused(table, f"{OTHER},a,12,777,1,2", line, message=message)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("arch,dataset,epochs,colour", "expected the columns .* got arch,|colour"),
        ("arch,dataset,epochs,seed,seed", "each once"),
        ("arch,dataset", "not a format that space nb201 knows"),
        ("", "not a format that space nb201 knows"),
    ],
)
def test_columns_that_are_unknown_missing_or_twice_are_named(
    table: Callable[..., Table], header: str, message: str
) -> None:
    refused(table, f"{CELL},a,12,777", header=header, message=message)


def test_an_epoch_beyond_the_schedule_is_refused(table: Callable[..., Table]) -> None:
    refused(
        table,
        f"{CELL},a,12,13,777,1",
        header="arch,dataset,epochs,epoch,seed,valid_accuracy",
        message=r"expected an epoch in 1\.\.12, got 13",
    )


@pytest.mark.parametrize("seconds", ["-1", "inf", "nan"])
def test_times_are_finite_and_not_negative(table: Callable[..., Table], seconds: str) -> None:
    refused(table, f"{CELL},a,12,{seconds}", header="arch,dataset,epochs,train_seconds", message="0 or more and finite")


def test_a_csv_without_rows_is_refused(table: Callable[..., Table]) -> None:
    refused(table, message="at least one row")


def test_a_truncated_gzip_file_is_refused_at_any_length(tmp_path: Path, small_csv: Path) -> None:
    whole, cut = gzip.compress(small_csv.read_bytes()), tmp_path / "cut.csv.gz"
    for length in [*range(0, 40), *range(40, len(whole), 97), len(whole) - 1]:
        cut.write_bytes(whole[:length])
        with pytest.raises(SourceError):
            import_file(NB201(), cut, table_path("mine"))
    assert not list(table_path("mine").parent.glob("*"))


def test_a_damaged_gzip_file_is_refused(tmp_path: Path, small_csv: Path) -> None:
    whole, broken = gzip.compress(small_csv.read_bytes()), tmp_path / "broken.csv.gz"
    for at in range(20, len(whole), 61):
        content = bytearray(whole)
        content[at] ^= 255
        broken.write_bytes(content)
        with pytest.raises(SourceError):
            import_file(NB201(), broken, table_path("mine"))


def test_the_real_file_imports_whole(real_table: Path) -> None:
    metadata = Table(real_table, NB201()).metadata
    assert metadata.architectures == 15_625
    assert metadata.counts["trainings"] == 196_382
    assert set(metadata.datasets) == {"cifar10", "cifar100", "ImageNet16-120"}
    trials = {(series.trial_set, series.schedule): series.trials for series in metadata.series}
    assert trials["cifar10-valid", 12] == (None,) and trials["cifar10-valid", 200] == (777, 888, 999)


def test_7456_cells_of_the_real_file_lack_seed_999_and_nothing_stands_in_for_it(real_table: Path) -> None:
    import numpy as np

    metric = Table(real_table, NB201()).metric("cifar10-valid", Fidelity(200, 200), "valid_accuracy")
    _, known = metric.matrix(np.arange(15_625))
    assert (~known).sum(axis=0).tolist() == [0, 0, 7456]


MISPRINTED = "|skip_connect~0|+|none~0|nor_conv_3x3~1|+|avg_pool_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|"


def test_the_real_files_parameters_that_are_not_the_formulas_are_counted_and_shown(
    real_installed: Path, cli: Callable[..., Any]
) -> None:
    counts = Table(real_installed, NB201()).metadata.counts
    assert 0 < counts["architectures_with_other_parameters_than_the_formula"] < 0.03 * 15_625
    out = cli("query", "nb201", MISPRINTED, "--dataset", "cifar10").out
    assert "0.559386 M parameters (by the space's formula 0.802426)" in out
    sound = "|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|none~2|"
    assert "formula" not in cli("query", "nb201", sound, "--dataset", "cifar10").out


def test_parameters_are_held_against_the_formula_of_their_trial_set(table: Callable[..., Table]) -> None:
    header = "arch,dataset,epochs,params_millions"
    right, wrong = f"{CELL},cifar100,12,0.079156", f"{OTHER},cifar100,12,0.073306"
    counts = table(right, wrong, f"{CELL},svhn,12,5.0", header=header).metadata.counts
    assert counts["architectures_with_other_parameters_than_the_formula"] == 1
    table_path("mine").unlink()
    assert "parameters" not in str(table(f"{CELL},svhn,12,5.0", header=header).metadata.counts)


def test_accuracies_that_are_fractions_are_refused_or_declared(tmp_path: Path) -> None:
    source = tmp_path / "mine.csv"
    source.write_text(f"{HEADER}\n{CELL},a,12,777,0.85,nan\n{OTHER},a,12,777,1,0\n{CELL},b,12,777,85,80\n")

    def value(**options: Any) -> float:
        import_file(NB201(), source, table_path("mine"), force=True, **options)
        metric = Table(table_path("mine"), NB201()).metric("a", Fidelity(12, 12), "valid_accuracy")
        assert metric is not None
        return metric.value(0, (0,))

    with pytest.raises(SourceError, match=r"valid_accuracy in percent, but on a no value is above 1; .*fraction"):
        value()
    assert value(accuracy="percent") == 0.85
    with pytest.raises(SourceError, match="line 4: expected valid_accuracy in fraction, 0 to 1, got 85"):
        value(accuracy="fraction")
    source.write_text(source.read_text().replace("85,80", ".5,.5"))
    assert value(accuracy="fraction") == 85.0


def test_a_unit_of_accuracies_that_applies_to_nothing_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "mine.csv"
    source.write_text(f"arch,dataset,epochs,train_loss\n{CELL},a,12,0.5\n")
    with pytest.raises(SourceError, match="has no column of accuracies"):
        import_file(NB201(), source, table_path("mine"), accuracy="fraction")


@pytest.mark.parametrize("zipped", [False, True])
def test_a_field_of_hundreds_of_megabytes_is_refused_in_little_memory(tmp_path: Path, zipped: bool) -> None:
    source = tmp_path / "mine.csv.gz"
    with gzip.open(source, "wb") if zipped else source.open("wb") as file:
        file.write(f"{HEADER}\n{CELL},a,12,777,1,".encode())
        for _ in range(100):
            file.write(b"9" * (1 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match="line 2: expected a line of at most 1,048,576 letters"):
            import_file(NB201(), source, table_path("mine"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 30 << 20


def test_a_schedule_beyond_any_is_refused(table: Callable[..., Table]) -> None:
    refused(table, f"{CELL},a,2000000000,777,1,2", message="line 2: expected epochs to be at most 65536")


def test_trainings_without_any_figure_are_refused(table: Callable[..., Table]) -> None:
    refused(table, f"{CELL},a,12,777", header="arch,dataset,epochs,seed", message="expected a figure of some training")
    refused(table, f"{CELL},a,12,777,,", message="in a column such as valid_accuracy or test_accuracy, got none")


@pytest.mark.parametrize("heading", ["ARCH", "Arch"])
def test_a_required_column_in_other_letters_is_named(table: Callable[..., Table], heading: str) -> None:
    header = HEADER.replace("arch", heading)
    message = f"mine.csv: there is no column arch, but '{heading}'; did you mean arch.$"
    refused(table, f"{CELL},a,12,777,1,2", header=header, message=message)
