"""Whatever is killed and started again ends in the bytes of what was not, seconds of a machine's clock aside.

pytest -m slow tests/drill/test_kills.py --drill-kills 100
"""

import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet
from subjects import DEATHS, HEADER

from nasbench_suite import journal
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.spaces.nb201 import NB201
from nasbench_suite.table import Table
from nasbench_suite.table.annotation import read_annotation
from performance.generators import nb201_files

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="kills by SIGKILL")]
Content = Mapping[str, Any]
NO_TRACKING = "tracking=disabled"
SUPERNET = ("supernet.epochs=4", "supernet.network.channels=2", "supernet.network.cells=1", "supernet.batch=200")
TRAINED = (
    "evaluator=train",
    "trial=random",
    "fidelities=[[3,3]]",
    "evaluator.checkpoints=true",
    "evaluator.score_trials=[0]",
)
TRAINED += tuple(f"evaluator.training.{one}" for one in ("schedules=[3]", "network.channels=2", "network.cells=1"))
# a lock, and what Hydra notes of a sweep: the folder that it was started from
NOT_COMPARED = (".lock", "multirun.yaml")
MACHINE = ("seconds", "memory_mib")
WALL_SECONDS = "wall_seconds.json"


def whole(folder: Path) -> Content:
    """Every file to the byte, but for those that name the folder itself, and the seconds of the machine's clock."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in NOT_COMPARED)
    return {str(path.relative_to(folder)): _content(path) for path in files if ".checked" not in path.parts}


def _content(path: Path) -> Any:
    if path.name == WALL_SECONDS:
        return list(json.loads(path.read_text()))  # the seeds
    if path.name == "manifest.json":
        found = json.loads(path.read_text())
        # and its checksum of itself, which depends on them
        return {**found, "files": {**found["files"], WALL_SECONDS: None}, "manifest_sha256": None}
    return path.read_bytes()


def apart_from_seconds(folder: Path) -> Content:
    """The names of the files, and the columns that do not come from the machine's clock."""
    found: dict[str, Any] = {}
    for path in folder.rglob("*.parquet"):
        columns = parquet.read_table(path).to_pydict()
        found[str(path.relative_to(folder))] = {name: repr(columns[name]) for name in columns if name not in MACHINE}
    names = sorted(path.name for path in folder.rglob("*") if path.is_file() and path.name != ".lock")
    return {**found, "names": names}


def scores(folder: Path) -> Content:
    """The scores, in the CSV and in the columns beside the table, and how often each architecture was computed."""
    (job,) = (folder / "r").iterdir()
    with (job / "scores.csv").open(newline="") as file:
        rows = [{name: row[name] for name in row if "seconds" not in name} for row in csv.DictReader(file)]
    (columns,) = (folder / "home/tables").glob("*.columns")
    found = {
        column.name: np.where(column.known, column.values, -1).tolist()
        for column in read_annotation(columns).columns
        if "seconds" not in column.name
    }
    records = journal.recover(job / "finished.log").records
    names = sorted(path.name for path in folder.rglob("*") if path.is_file() and ".checked" not in path.parts)
    return {"rows": rows, **found, "computed": sorted(arch for arch, _ in records), "names": names}


def measurements(folder: Path) -> Content:
    """Everything in a built table but the seconds."""
    table = Table(folder / "built.mdb", NB201())
    found: dict[str, Any] = {}
    for series in table.metadata.series:
        for epoch, metrics in series.columns.items():
            for metric in metrics:
                column = table.metric(series.trial_set, Fidelity(series.schedule, epoch), metric)
                if column is not None and "seconds" not in metric:
                    values, known = column.matrix(np.arange(len(table)))
                    found[f"{series.trial_set}/{epoch}/{metric}"] = np.where(known, values, -1).tolist()
    return found


@dataclass(frozen=True)
class Activity:
    """A command that is killed.

    Attributes:
        name: for the test.
        arguments: of the command line.
        share: of all kills.
        content: of the folder that it ran in, to compare.
    """

    name: str
    arguments: Sequence[str]
    share: float
    content: Callable[[Path], Content] = whole


RUN = ("run", "protocol=digits", NO_TRACKING, "results=r")
ACTIVITIES = (
    Activity("import", ("import", "nb201", "../tidy.csv"), 0.15),
    Activity("run", (*RUN, "algorithm=rea", "seeds=60", "cores=2"), 0.15),
    Activity("sweep", (*RUN, "-m", "algorithm=rea,random,reinforce", "seeds=8"), 0.15),
    Activity(
        "build",
        ("build", "name=built", "output=built.mdb", "results=r", "architectures=4", "schedules=[2]", "checkpoints=true",
         "training.network.channels=2", "training.network.cells=1"),
        0.13,
        measurements,
    ),
    Activity(
        "score",
        ("score", "table=nb201_digits", "architectures=24", "scores=[synflow,nwot]", "results=r", "workers=2",
         "network.channels=2", "network.cells=1"),
        0.15,
        scores,
    ),
    Activity("one-shot", (*RUN, "algorithm=darts1", "evaluator=none", "seeds=2", *SUPERNET), 0.14, apart_from_seconds),
    Activity(
        "training",
        (*RUN, "algorithm=random", "seeds=1", "budget=unlimited", "budget.evaluations=2", *TRAINED),
        0.13,
        apart_from_seconds,
    ),
)  # fmt: skip


@pytest.mark.parametrize("activity", ACTIVITIES, ids=lambda activity: activity.name)
def test_what_was_killed_ends_as_what_was_not(
    activity: Activity, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    kills = max(1, round(request.config.getoption("--drill-kills") * activity.share))
    draw = random.Random(f"{request.config.getoption('--drill-seed')}/{activity.name}")
    trainings = [f"cifar100,{epochs},{seed}" for epochs, seed in ((12, 111), (200, 777), (200, 888))]
    rows = (f"{arch},{one},90.5,91.25,5.5,1\n" for arch in nb201_files.strings() for one in trainings)
    (tmp_path / "tidy.csv").write_text(HEADER + "".join(rows))
    unbroken = tmp_path / "unbroken"
    seconds = run(activity, unbroken)
    expected = activity.content(unbroken)
    writes, done, at = 400, 0, []
    while done < kills:
        folder = tmp_path / "killed"
        deaths = 0
        # some are killed twice, for what goes on must bear it too
        for _ in range(draw.choice((1, 1, 2))):
            if done + deaths >= kills:
                break
            number = draw.randint(1, writes)
            wait = draw.uniform(0.2, 1) * seconds
            if draw.random() < 0.5:
                if not dies_at_write(activity, folder, number):
                    writes = max(1, number - 1)
                    break
                at.append(f"write {number}")
            elif dies_after(activity, folder, wait):
                at.append(f"{wait:.2f} s")
            else:
                break
            deaths += 1
        run(activity, folder)
        assert activity.content(folder) == expected, f"killed at {at[-deaths:]}"
        leftovers = [path.name for path in folder.rglob("*") if path.name.endswith((".tmp", ".next"))]
        assert leftovers == [] or activity.name not in ("run", "score"), leftovers
        shutil.rmtree(folder)
        done += deaths
    print(f"{activity.name}: {done} kills, at {', '.join(at)}")


def environment(folder: Path, **more: str) -> dict[str, str]:
    path = os.pathsep.join(filter(None, [more.pop("first", ""), os.environ.get("PYTHONPATH")]))
    fixed = {"NASBENCH_SUITE_HOME": str(folder / "home"), "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    return os.environ | fixed | more


def start(activity: Activity, folder: Path, **more: str) -> "subprocess.Popen[bytes]":
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "nasbench_suite", *activity.arguments]
    output = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=folder, env=environment(folder, **more), start_new_session=True, **output)


def run(activity: Activity, folder: Path) -> float:
    """Runs it to its end; returns its seconds."""
    began = time.monotonic()
    process = start(activity, folder)
    _, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    return time.monotonic() - began


def dies_at_write(activity: Activity, folder: Path, number: int) -> bool:
    """Kills it as it begins to write a file for the n-th time; False where it ended before."""
    process = start(activity, folder, first=str(DEATHS), DIE_AT=f"*:{number}")
    process.communicate()
    return process.returncode == -signal.SIGKILL


def dies_after(activity: Activity, folder: Path, seconds: float) -> bool:
    """Kills it, and the processes that it started, after a while; False where it ended before."""
    process = start(activity, folder)
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    return process.returncode == -signal.SIGKILL
