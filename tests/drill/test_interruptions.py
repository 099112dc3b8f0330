"""A sweep that is interrupted ten times, anywhere and in any way, ends in the report of one that is not.

pytest -m slow tests/drill/test_interruptions.py -s
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

pytestmark = [
    pytest.mark.slow,
    pytest.mark.extra,
    pytest.mark.skipif(sys.platform != "linux", reason="finds processes as Linux shows them"),
]
SEEDS, INTERRUPTIONS = 20, 10
JOBS = 48
SWEEP = ("run", "-m", "algorithm=random,rea,reinforce,tpe", "budget.seconds=10,20,30,40,50,60", "trial=mean,random")
SWEEP += (f"seeds={SEEDS}", "protocol=digits", "tracking=disabled")
Strike = Callable[["subprocess.Popen[bytes]", random.Random], bool]
"""Interrupts a sweep; returns whether it ends of that."""


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("unbroken")
    assert start(folder).wait() == 0
    return found(folder)


def test_through_hydras_own_launcher(unbroken: Any, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    interrupt(tmp_path, (), (ctrl_c, kill_launcher), draw(request))
    assert found(tmp_path) == unbroken


def test_through_joblib(unbroken: Any, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    launcher = ("hydra/launcher=joblib", "hydra.launcher.n_jobs=2")
    interrupt(tmp_path, launcher, (ctrl_c, kill_launcher, kill_worker_of_joblib), draw(request))
    assert found(tmp_path) == unbroken


def test_through_ray(unbroken: Any, request: pytest.FixtureRequest, tmp_path: Path, two_nodes: "TwoNodes") -> None:
    launcher = ("hydra/launcher=ray_cluster", f"hydra.launcher.ray.init.address={two_nodes.cluster.address}")
    ways = (two_nodes.kill_worker, two_nodes.kill_second, ctrl_c, kill_launcher)
    interrupt(tmp_path, launcher, ways, draw(request))
    assert found(tmp_path) == unbroken


class TwoNodes:
    """A Ray cluster of two nodes, of which the second is replaced when it is killed."""

    def __init__(self) -> None:
        import nodes

        self._nodes = nodes
        self.cluster = nodes.start_cluster(1)
        self._second = nodes.another_node(self.cluster)

    def kill_worker(self, launcher: "subprocess.Popen[bytes]", choice: random.Random) -> bool:
        while launcher.poll() is None:
            raylets = map(self._nodes.raylet_of, self.cluster.list_all_nodes())
            workers = [worker for raylet in raylets for worker in self._nodes.working(raylet, b"ray::_run_job")]
            if workers:
                os.kill(choice.choice(workers), signal.SIGKILL)
                break
            time.sleep(0.02)
        return False

    def kill_second(self, launcher: "subprocess.Popen[bytes]", choice: random.Random) -> bool:
        self._nodes.kill_node(self.cluster, self._second)
        self._second = self._nodes.another_node(self.cluster)
        return False


@pytest.fixture
def two_nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoNodes]:
    monkeypatch.setenv("NASBENCH_SUITE_HOME", str(tmp_path / "home"))
    nodes = TwoNodes()
    try:
        yield nodes
    finally:
        nodes.cluster.shutdown()


def draw(request: pytest.FixtureRequest) -> random.Random:
    return random.Random(f"{request.config.getoption('--drill-seed')}/{request.node.name}")


def interrupt(folder: Path, launcher: Sequence[str], ways: Sequence[Strike], choice: random.Random) -> None:
    """Starts a sweep, interrupts it ten times at random moments, starts it again where it ended, and lets it end."""
    process, told = start(folder, *launcher), []
    started = [process]
    try:
        for left, way in zip(range(INTERRUPTIONS, 0, -1), cycle(ways), strict=False):
            before = noted(folder)
            # some of them while it starts, or skips what is finished; the last before the end
            more = choice.choice((0, choice.randint(1, (JOBS * SEEDS - before) // left), SEEDS))
            while process.poll() is None and noted(folder) < min(before + more, (JOBS - 3) * SEEDS):
                time.sleep(0.02)
            time.sleep(choice.uniform(0, 0.5 if more else 2))
            assert process.poll() is None, f"the sweep ended with {process.returncode} before it was interrupted"
            told.append(f"{way.__name__} at {noted(folder)}")
            if way(process, choice):
                process.wait()
                check(way, process.returncode, errors(folder, len(started)))
                process = start(folder, *launcher, number=len(started) + 1)
                started.append(process)
        assert process.wait() == 0, errors(folder, len(started))
        print(f"{', '.join(told)} of {JOBS * SEEDS} searches")
    finally:
        for one in started:  # whatever a failure has left running
            with contextlib.suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGKILL)


def start(folder: Path, *launcher: str, number: int = 1) -> "subprocess.Popen[bytes]":
    # an absolute folder, for Ray's workers are where their node was started
    command = [sys.executable, "-m", "nasbench_suite", *SWEEP, f"results={folder / 'r'}", *launcher]
    environment = os.environ | {"NASBENCH_SUITE_HOME": str(folder / "home")}
    with (folder / f"errors.{number}").open("wb") as file:  # one each: workers outlive their launcher for a second
        return subprocess.Popen(
            command, cwd=folder, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=file
        )


def errors(folder: Path, number: int) -> str:
    return (folder / f"errors.{number}").read_text()


def check(way: Strike, code: int, said: str) -> None:
    """A sweep that was interrupted ends with a line about that, unless it was killed itself."""
    # Python ends by the signal itself where that comes as it makes a dataclass; a shell sees 130 all the same
    codes = {ctrl_c: (130, -signal.SIGINT), kill_launcher: (-signal.SIGKILL,), kill_worker_of_joblib: (2,)}
    assert code in codes[way], (way.__name__, said)
    if way != kill_launcher:  # a worker of joblib's that is just starting has a traceback of its own
        assert said.splitlines()[-1].startswith("nasbench-suite: "), said


def ctrl_c(process: "subprocess.Popen[bytes]", choice: random.Random) -> bool:
    """As a terminal does."""
    os.killpg(process.pid, signal.SIGINT)
    return True


def kill_launcher(process: "subprocess.Popen[bytes]", choice: random.Random) -> bool:
    process.kill()
    return True


def kill_worker_of_joblib(process: "subprocess.Popen[bytes]", choice: random.Random) -> bool:
    while process.poll() is None:
        if workers := joblibs_workers(process.pid):
            os.kill(choice.choice(workers), signal.SIGKILL)
            break
        time.sleep(0.02)
    return True


def joblibs_workers(launcher: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError):  # one has just ended
        children = Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()
        return [int(one) for one in children if b"LokyProcess" in Path(f"/proc/{one}/cmdline").read_bytes()]
    return []


def noted(folder: Path) -> int:
    """How many searches of a sweep are noted as finished."""
    jobs = [path for path in (folder / "r").glob("*-*") if path.is_dir()]
    return sum(SEEDS if (job / "manifest.json").exists() else lines(job / "seeds.log") for job in jobs)


def lines(log: Path) -> int:
    with contextlib.suppress(FileNotFoundError):
        return log.read_bytes().count(b"\n")
    return 0


def found(folder: Path) -> Any:
    """Every row of every search, what the report says of them, and how far each job is; but for the machine's clock."""
    results = folder / "r"
    searches = {
        str(one.relative_to(results)): parquet.read_table(one).to_pydict() for one in results.rglob("*.parquet")
    }
    rows = [{key: row[key] for key in row if not key.startswith("wall_")} for row in said(folder, "report")]
    assert len(rows) == JOBS
    return searches, rows, [(job["config_id"], job["state"], job["seeds_done"]) for job in said(folder, "status")]


def said(folder: Path, command: str) -> Any:
    words = ("report", "r", "--format", "json") if command == "report" else ("status", "r", "--json")
    done = subprocess.run([sys.executable, "-m", "nasbench_suite", *words], cwd=folder, capture_output=True, check=True)
    return json.loads(done.stdout)
