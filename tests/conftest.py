"""Fixtures of the whole suite: a home of its own for every test, and tables small enough to make anew."""

import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import filelock
import numpy as np
import pytest
from hydra import compose, initialize_config_module
from hydra.core.global_hydra import GlobalHydra

from nasbench_suite import cli as command_line
from nasbench_suite.configuration import search_path
from nasbench_suite.configuration.compose_once import composing_once
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.jobs.job import Job
from nasbench_suite.jobs.prepare import prepare
from nasbench_suite.registry.importers import import_file
from nasbench_suite.spaces.nb201 import NB201, Architecture
from nasbench_suite.table import Dataset, Source, Table
from nasbench_suite.table.curves import Curve
from nasbench_suite.table.writer import TableWriter

DATA = "NASBENCH_SUITE_TEST_DATA"
DEATHS = Path(__file__).parent / "deaths"
# what a user's machine may say otherwise, said alike for this process, the test workers and the programs they start
os.environ |= {"OMP_NUM_THREADS": "1", "COLUMNS": "80", "TZ": "UTC"}

Once = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Makes a folder of files once per run: the first worker to ask makes it, the others wait and read it."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder = root / f"once-{name}"
        with filelock.FileLock(f"{folder}.lock"):
            if not folder.exists():
                unfinished = Path(f"{folder}.unfinished")
                unfinished.mkdir()
                make(unfinished)
                unfinished.rename(folder)
        return folder

    return made


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, no table that comes with the package, no W&B, no environment variable that changes errors."""
    folder = tmp_path / "home"
    monkeypatch.setattr("nasbench_suite.folders.SHIPPED_TABLES", tmp_path / "none")
    monkeypatch.setenv("NASBENCH_SUITE_HOME", str(folder))
    monkeypatch.setenv("WANDB_MODE", "disabled")
    for name in ("NASBENCH_SUITE_TRACEBACK", "HYDRA_FULL_ERROR"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real measurements."""
    if DATA not in os.environ:
        pytest.skip(f"needs the real measurements: set {DATA} to their folder")
    return Path(os.environ[DATA])


@pytest.fixture(scope="session")
def space() -> NB201:
    return NB201()


# ---- a small table with everything in it, and the plain numbers behind it ----

Values = dict[int | None, float]  # by trial


@dataclass
class Small:
    """A table of 12 cells, and what was put into it, in the source's units.

    `cifar10-valid` has three trials at 200 epochs of which some are missing, curves of the 12-epoch schedule, and
    one cell with nothing at all; `cifar10` has only stored means; `mixed` has trials for some cells and stored
    means for the others.
    """

    path: Path
    cells: list[Architecture]
    columns: dict[tuple[str, Fidelity, str], list[Values]] = field(default_factory=dict)
    curves: list[dict[int | None, dict[str, list[float]]]] = field(default_factory=list)

    def open(self) -> Table:
        return Table(self.path, NB201())


UNITS = {
    "valid_accuracy": "percent",
    "test_accuracy": "percent",
    "train_accuracy": "fraction",
    "train_seconds_per_epoch": "s",
    "valid_seconds": "s",
    "parameters": "count",
}


def make_small(path: Path, *, change: bool = False, force: bool = False) -> Small:
    """Writes the small table; with `change`, one of its values differs."""
    draw = random.Random(7)
    cells = [tuple(draw.randrange(5) for _ in range(6)) for _ in range(12)]
    small = Small(path, cells)

    def column(
        trial_set: str, schedule: int, metric: str, trials: Sequence[int | None], low: float, high: float
    ) -> None:
        values: list[Values] = [{trial: draw.uniform(low, high) for trial in trials} for _ in cells]
        small.columns[trial_set, Fidelity(schedule, schedule), metric] = values

    for metric, low, high in (("valid_accuracy", 60, 95), ("train_seconds_per_epoch", 5, 20), ("valid_seconds", 1, 3)):
        column("cifar10-valid", 200, metric, (777, 888, 999), low, high)
    for metric, low, high in (("train_seconds_per_epoch", 5, 20), ("valid_seconds", 1, 3)):
        column("cifar10-valid", 12, metric, (111, 777), low, high)
    for metric, low, high in (("test_accuracy", 60, 95), ("train_accuracy", 0.5, 1), ("parameters", 1e5, 2e6)):
        column("cifar10", 200, metric, (None,), low, high)
    column("mixed", 200, "valid_accuracy", (777, 888, None), 20, 70)
    column("mixed", 200, "test_accuracy", (777, 888, None), 20, 70)

    final = Fidelity(200, 200)
    for row, values in enumerate(small.columns["cifar10-valid", final, "valid_accuracy"]):
        if row % 3 == 0:
            del values[999]
        if row == 5:
            values.clear()
        if row == 7:
            values[888] = float("nan")
    for metric in ("valid_accuracy", "test_accuracy"):
        for row, values in enumerate(small.columns["mixed", final, metric]):
            for trial in (777, 888) if row % 2 else (None,):
                del values[trial]
    if change:
        small.columns["cifar10", final, "test_accuracy"][0][None] += 0.5

    for row in range(len(cells)):
        lengths = {111: 12, 777: 12 if row % 2 else 6}
        small.curves.append(
            {t: {"valid_accuracy": [draw.uniform(10, 90) for _ in range(n)]} for t, n in lengths.items() if row != 3}
        )

    datasets = {"cifar10": Dataset("cifar10-valid", "cifar10"), "mixed": Dataset("mixed", "mixed")}
    with TableWriter(path, NB201(), UNITS, Source("made", "small.csv", "0" * 64), datasets, force=force) as writer:
        writer.set_architectures(cells)
        trials: dict[tuple[str, int], list[int | None]] = {
            ("cifar10-valid", 12): [111, 777],
            ("cifar10-valid", 200): [777, 888, 999],
            ("cifar10", 200): [None],
            ("mixed", 200): [777, 888, None],
        }
        for (trial_set, schedule), seeds in trials.items():
            writer.add_series(trial_set, schedule, seeds)
        for (trial_set, fidelity, metric), rows in small.columns.items():
            seeds = trials[trial_set, fidelity.schedule]
            missing = np.array([[seed not in values for seed in seeds] for values in rows])
            array = np.array([[values.get(seed, 0.0) for seed in seeds] for values in rows])
            writer.add_column(trial_set, fidelity, metric, array, missing)
        for row, by_trial in enumerate(small.curves):
            if by_trial:
                curves = {
                    t: {m: Curve(np.arange(1, len(v) + 1), np.array(v)) for m, v in metrics.items()}
                    for t, metrics in by_trial.items()
                }
                writer.add_curves("cifar10-valid", 12, row, curves)
        writer.counts["trainings"] = 12
        writer.finish()
    return small


@pytest.fixture
def write_small() -> Callable[..., Small]:
    return make_small


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return make_small(tmp_path_factory.mktemp("small") / "small.mdb")


# ---- a table of all 15,625 cells, so that searches can move freely ----


def write_full_csv(path: Path) -> None:
    """A tidy CSV of the whole space: a stored mean at 12 epochs, trials with gaps at 200, two data sets."""
    draw, space = random.Random(3), NB201()
    names = ["arch", "dataset", "epochs", "seed", "valid_accuracy", "test_accuracy"]
    names += ["train_seconds_per_epoch", "valid_seconds"]
    with path.open("w", newline="") as file:
        write = csv.writer(file)
        write.writerow(names)
        for cell in space.enumerate():
            text = space.format(cell)
            worth = 50 + sum((0, 3, 5, 7, 2)[operation] for operation in cell) * 0.9
            pace = round(5 + sum(operation == 3 for operation in cell) * 1.5, 3)

            def near(worth: float = worth) -> float:
                return round(worth + draw.uniform(-2, 2), 3)

            write.writerow((text, "cifar10-valid", 12, "", near(), "", pace, 2.5))
            write.writerow((text, "cifar10-valid", 200, 777, near(), "", pace, 2.5))
            if draw.random() < 0.5:
                write.writerow((text, "cifar10-valid", 200, 888, near(), "", pace, 2.5))
            write.writerow((text, "cifar10", 200, "", "", near(), 2 * pace, ""))
            for seed in (111, 777):
                write.writerow((text, "cifar100", 12, seed, near(worth - 20), near(worth - 20), 2 * pace, 0.5))
            write.writerow((text, "cifar100", 200, 777, near(worth - 20), near(worth - 20), 2 * pace, 0.5))


@pytest.fixture(scope="session")
def full_csv(once: Once) -> Path:
    """A made-up measurement of every cell, as a tidy CSV."""
    return once("full-csv", lambda folder: write_full_csv(folder / "full.csv")) / "full.csv"


@pytest.fixture(scope="session")
def small_csv(full_csv: Path, once: Once) -> Path:
    """The first rows of the full one."""

    def write(folder: Path) -> None:
        (folder / "small.csv").write_text("".join(full_csv.read_text().splitlines(keepends=True)[:100]))

    return once("small-csv", write) / "small.csv"


@pytest.fixture(scope="session")
def full_table(full_csv: Path, once: Once) -> Path:
    """The full CSV, imported."""
    return once("full", lambda folder: import_file(NB201(), full_csv, folder / "nb201.mdb")) / "nb201.mdb"


@pytest.fixture(scope="session")
def real_table(data: Path, once: Once) -> Path:
    """The real NAS-Bench-201, imported."""
    source = data / "nb201" / "nas_bench_201.csv.gz"
    return once("real", lambda folder: import_file(NB201(), source, folder / "nb201.mdb")) / "nb201.mdb"


def _install(table: Path, home: Path) -> Path:
    (home / "tables").mkdir(parents=True)
    place = home / "tables" / "nb201.mdb"
    place.symlink_to(table)
    return place


@pytest.fixture
def installed(full_table: Path, home: Path) -> Path:
    """The synthetic table under its name in the test's home."""
    return _install(full_table, home)


@pytest.fixture
def real_installed(real_table: Path, home: Path) -> Path:
    """The real table under its name in the test's home."""
    return _install(real_table, home)


# ---- configurations and the command line ----


def on_nb201(*overrides: str) -> tuple[str, ...]:
    """Names NAS-Bench-201's protocol, which `installed` is a table for, where no other protocol or file is named."""
    named = any(word.startswith("protocol=") or word in ("-cn", "--config-name") for word in overrides)
    return overrides if named else (*overrides, "protocol=nb201")


@dataclass(frozen=True)
class Composed:
    config: dict[str, Any]
    choices: dict[str, str]


@pytest.fixture
def composed() -> Iterator[Callable[..., Composed]]:
    """Composes a configuration as `run` does."""
    from omegaconf import OmegaConf

    search_path.register()
    with composing_once(), initialize_config_module("nasbench_suite.conf", version_base="1.3"):

        def make(*overrides: str, name: str = "config") -> Composed:
            config = compose(name, list(overrides), return_hydra_config=True)
            groups = config.hydra.runtime.choices
            choices = {key: value for key, value in groups.items() if not key.startswith("hydra/")}
            ours = OmegaConf.masked_copy(config, [key for key in config if key != "hydra"])
            plain = OmegaConf.to_container(ours, resolve=True, throw_on_missing=True)
            assert isinstance(plain, dict)
            return Composed({str(key): value for key, value in plain.items()}, choices)

        yield make
    GlobalHydra.instance().clear()


@pytest.fixture
def make_job(composed: Callable[..., Composed], tmp_path: Path) -> Callable[..., Job]:
    """Prepares a job on NAS-Bench-201's protocol unless another is named; its results go below the test's folder."""

    def make(*overrides: str, results: Path = tmp_path / "results") -> Job:
        made = composed(*on_nb201(*overrides), f"results={results}")
        return prepare(made.config, made.choices)

    return make


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Answer]:
    """Runs a command in this process, in the test's folder; searches as `make_job` does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["nasbench-suite"])

    def run(*arguments: str | Path) -> Answer:
        capsys.readouterr()
        code = 0
        try:
            words = [str(argument) for argument in arguments]
            command_line.main(list(on_nb201(*words)) if words[:1] == ["run"] else words)
        except SystemExit as stop:
            code = int(stop.code or 0)
        finally:
            GlobalHydra.instance().clear()
        return Answer(code, *capsys.readouterr())

    return run


@pytest.fixture
def python(tmp_path: Path) -> Callable[..., Answer]:
    """Runs Python in another process, in the test's folder."""

    def run(*arguments: str | Path) -> Answer:
        command = [sys.executable, "-W", "error", *map(str, arguments)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        return Answer(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def killed(tmp_path: Path) -> Callable[..., str]:
    """Runs Python, in the test's folder, until it begins to write a file for the n-th time, which kills it.

    With `worker`, one of its worker processes is killed, and the program must end with code 2. Returns what it wrote on
    standard error.
    """

    def run(*arguments: str | Path, at: str, number: int, worker: bool = False) -> str:
        path = os.pathsep.join(filter(None, [str(DEATHS), os.environ.get("PYTHONPATH")]))
        environment = os.environ | {
            "PYTHONPATH": path,
            "DIE_AT": f"{at}:{number}",
            "DIE": "worker" if worker else "all",
        }
        command = [sys.executable, *map(str, arguments)]
        # in a group of its own, which is killed whole
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, start_new_session=True, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == (2 if worker else -signal.SIGKILL), done.stderr
        return done.stderr

    return run


# ---- the size of the drill, tests/drill ----


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--drill-kills", type=int, default=3, help="kills in the drill; 100 is its full size")
    parser.addoption("--drill-files", type=int, default=300, help="damaged files in the drill; 20000 is its full size")
    parser.addoption("--drill-seed", type=int, default=0, help="of the drill's random choices")


BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    found, driver = next(filter(None, map(shutil.which, BROWSERS)), None), shutil.which("chromedriver")
    assert found and driver, "expected chromium and chromedriver; Debian: apt-get install chromium chromium-driver"
    options = Options()
    options.binary_location = found
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(options=options, service=Service(driver)) as opened:
        yield opened
