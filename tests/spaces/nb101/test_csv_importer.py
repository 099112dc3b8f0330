"""NAS-Bench-101 as a CSV with its own columns, and in the tidy layout."""

import gzip
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasbench_suite.benchmark import Benchmark
from nasbench_suite.errors import MissingArchitectureError, NasBenchSuiteError, SourceError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nb101 import NB101
from nasbench_suite.spaces.nb101.cell import parse_cell
from nasbench_suite.spaces.nb101.graphs import cell_hash
from nasbench_suite.table import Table

HEADER = "module_hash,adjacency,operations,epochs,validation_accuracy,training_seconds,trainable_parameters"
ONE = "010001000|input,conv3x3-bn-relu,output"
LEFT = "0110000100010000|input,conv3x3-bn-relu,conv1x1-bn-relu,output"
RIGHT = "0110000100010000|input,conv1x1-bn-relu,conv3x3-bn-relu,output"
FINAL = Fidelity(108, 108)


def line(cell: str, rest: str, key: str | None = None) -> str:
    adjacency, operations = cell.split("|")
    return f'{key or cell_hash(parse_cell(cell))},{adjacency},"{operations}",{rest}'


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Table]:
    def make(*lines: str, header: str = HEADER, zipped: bool = False) -> Table:
        source, destination = tmp_path / "made.csv", tmp_path / "tables" / "made.mdb"
        content = "\n".join([header, *lines, ""]).encode()
        source.write_bytes(gzip.compress(content, mtime=0) if zipped else content)
        import_file(NB101(), source, destination)
        return Table(destination, NB101())

    return make


@pytest.mark.parametrize("zipped", [False, True])
def test_a_line_is_the_end_of_a_training(table: Callable[..., Table], zipped: bool) -> None:
    made = table(line(ONE, "108,0.875,1200.5,1234567"), line(LEFT, "4,0.5,,1000"), zipped=zipped)
    benchmark = Benchmark(made, "cifar10")
    seen = benchmark.query(made.space.parse(ONE), FINAL, 0)
    assert (seen.valid_accuracy, seen.seconds, seen.trial) == (87.5, 1200.5, 0)
    seen = benchmark.query(made.space.parse(RIGHT), Fidelity(4, 4), "mean")  # the row of LEFT
    assert (seen.valid_accuracy, seen.seconds) == (50.0, None)
    assert benchmark.value(0, "cifar10", FINAL, "parameters", 0) == pytest.approx(1.234567)
    assert (made.metadata.source.format, made.metadata.counts) == ("nb101-csv", {"trainings": 2})


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (line(ONE, "108,0.5,1,1", key="0" * 32), "line 3: the cell's hash is [0-9a-f]{32}, the line says '0000"),
        (line(RIGHT, "12,0.5,1,1"), "line 3: .* is 0110000100010000.input,conv3x3-bn-relu.* in another form"),
        (line(LEFT, "108,0.5,1,1"), "line 3: .* is there for the second time under the 108-epoch schedule"),
        (line(ONE, ",0.5,1,1"), "line 3: expected the length of the training in epochs"),
        (line(ONE, "0,0.5,1,1"), "line 3: expected epochs to be at least 1, got 0"),
        (line(ONE, "108,90.5,1,1"), "line 3: expected validation_accuracy in fractions of 1, 0 to 1, got 90.5"),
        (line(ONE, "108,0.5,-1,1"), "line 3: expected training_seconds to be 0 or more and finite, got -1"),
        (line(ONE, "108,0.5,nan,1"), "line 3: expected training_seconds to be 0 or more and finite, got nan"),
        (line(ONE, "108,half,1,1"), "line 3: expected a number as validation_accuracy, got 'half'"),
        (line(ONE, "108,0.5,1"), "line 3: expected 7 fields, got 6"),
        ('x,000000000,"input,conv3x3-bn-relu,output",108,0.5,1,1', "line 3: .*no path leads from input to output"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(table: Callable[..., Table], tmp_path: Path, bad: str, says: str) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        table(line(LEFT, "108,0.25,1,1"), bad)
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "tables").glob("*"))


def test_an_unknown_column_is_refused(table: Callable[..., Table]) -> None:
    with pytest.raises(SourceError, match="expected the columns module_hash, adjacency, operations, epochs and any of"):
        table(line(ONE, "108,0.5,1,1"), header=HEADER.replace("training_seconds", "hours"))


def test_a_tidy_csv_that_lists_a_cell_in_two_numberings_is_refused_with_its_line(table: Callable[..., Table]) -> None:
    with pytest.raises(SourceError, match=r"line 4: .*conv1x1-bn-relu,conv3x3.* in another form; use one of them"):
        table(
            f'"{ONE}",cifar10,108,0,90',
            f'"{LEFT}",cifar10,108,0,90',
            f'"{RIGHT}",cifar10,4,0,50',
            header="arch,dataset,epochs,seed,valid_accuracy",
        )


def test_the_real_subset_imports_value_for_value(data: Path, tmp_path: Path) -> None:
    source = data / "nb101" / "nas_bench_101_subset.csv.gz"
    metadata = import_file(NB101(), source, tmp_path / "subset.mdb")
    assert (metadata.architectures, metadata.counts["trainings"]) == (30_001, 120_004)
    table = Table(tmp_path / "subset.mdb", NB101())
    benchmark = Benchmark(table, "cifar10")
    with gzip.open(source, "rt") as file:
        rows = [row.rstrip("\n").replace('"', "").split(",") for row in file][1::997]
    for key, adjacency, *operations, epochs, accuracy, seconds, parameters in rows:
        cell = parse_cell(f"{adjacency}|{','.join(operations)}")
        assert cell_hash(cell) == key
        fidelity = Fidelity(int(epochs), int(epochs))
        seen = benchmark.query(cell, fidelity, "random")
        assert seen.valid_accuracy == float(accuracy) * 100
        assert seen.seconds == (float(seconds) if seconds else None)
        row = table.row(cell)
        assert table.metric("cifar10", fidelity, "parameters").values[row, 0] == int(parameters)
    absent = next(cell for cell in NB101().enumerate() if cell not in table)
    with pytest.raises(MissingArchitectureError, match="holds 30,001 architectures"):
        benchmark.query(absent, FINAL, "random")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=80) | st.from_regex(r"[0-9a-f]{32},01[01]{7},input,108,[0-9.]{1,5},,", fullmatch=True))
def test_nonsense_is_refused_in_one_line(table: Callable[..., Table], tmp_path: Path, text: str) -> None:
    with pytest.raises(NasBenchSuiteError) as caught:
        table(text)
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "tables").glob("*"))


def test_a_diverged_training_is_kept_as_such(table: Callable[..., Table]) -> None:
    made = table(line(ONE, "108,nan,1,1"))
    assert math.isnan(Benchmark(made, "cifar10").query(made.space.parse(ONE), FINAL, 0).valid_accuracy)
