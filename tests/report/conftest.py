"""Results folders made by hand, so that every figure can be computed by hand."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.jobs import manifest
from nasbench_suite.jobs.description import JOB
from nasbench_suite.jobs.folder import FAILURES, JobFolder
from nasbench_suite.jobs.seed_record import SeedRecord
from nasbench_suite.one_shot.record import EpochRecord

Rows = Sequence[tuple[str, float, float, bool]]  # architecture, validation accuracy seen, clock, incumbent
Scores = Mapping[str, Mapping[str, tuple[float | None, float | None]]]
DESCRIPTION = {
    "config_id": "c0", "space": "nb201", "algorithm": "rea", "protocol": "nb201", "label": None, "dataset": "cifar10",
    "trial": "mean", "fidelities": [[12, 12]], "multi_fidelity": False, "workers": 1, "table": "t",
    "table_hash": "ab" * 32,
    "budget": {"seconds": 100, "epochs": None, "evaluations": None, "overstep": "keep"},
    "objectives": ["valid_accuracy"], "seconds_from": None, "clock": "simulated", "one_shot": None, "best": {},
}  # fmt: skip


@pytest.fixture
def description() -> dict[str, Any]:
    """What a job says of itself."""
    return dict(DESCRIPTION)


@pytest.fixture
def results(tmp_path: Path) -> Callable[..., Path]:
    """Writes a job's folder."""

    def write(
        name: str,
        searches: Mapping[int, Rows],
        scores: Scores,
        *,
        finish: bool = True,
        answered: int | None = None,
        config: Mapping[str, Any] | None = None,
        **description: Any,
    ) -> Path:
        described = {**DESCRIPTION, **description}
        with JobFolder.open(tmp_path / name, described, config or {"algorithm": {"population": 10}}) as folder:
            folder.begin()
            for seed, rows in searches.items():
                columns = {
                    "seconds": [clock for _, _, clock, _ in rows],
                    "schedule": [12] * len(rows),
                    "epoch": [12] * len(rows),
                    "trial": [answered] * len(rows),
                    "architecture": [arch for arch, *_ in rows],
                    "valid_accuracy": [accuracy for _, accuracy, _, _ in rows],
                    "incumbent": [leads for *_, leads in rows],
                }
                if described.get("tradeoff"):
                    columns["figure_fast"] = [1.0] * len(rows)
                leaders = [arch for arch, *_, leads in rows if leads]
                folder.append(
                    SeedRecord(seed, columns, {a: {d: [200, *s] for d, s in scores[a].items()} for a in leaders})
                )
            if finish:
                folder.compact()
        return tmp_path / name

    return write


@pytest.fixture
def record() -> Callable[..., EpochRecord]:
    """Makes an epoch, of which a test says what it is about."""

    def make(epoch: int, architecture: str = "a", **values: Any) -> EpochRecord:
        shown = {
            "seconds": 10.0 * epoch, "train_loss": 2.0, "train_accuracy": 30.0, "valid_loss": None,
            "valid_accuracy": 25.0, "entropy": None, "operation_counts": (0, 1, 2), "parametric_edges": 2,
            "memory_mib": 500.0, "edge_weights": None, "kendall_tau": None, **values,
        }  # fmt: skip
        return EpochRecord(epoch=epoch, architecture=architecture, **shown)

    return make


@pytest.fixture
def one_shot(tmp_path: Path) -> Callable[..., Path]:
    """Writes the folder of a one-shot job: a supernet of two edges and three operations."""

    def write(
        name: str,
        searches: Mapping[int, Sequence[EpochRecord]],
        scores: Scores,
        *,
        config: Mapping[str, Any] | None = None,
        **description: Any,
    ) -> Path:
        described = {
            **DESCRIPTION, "config_id": "o0", "algorithm": "darts1", "fidelities": [], "trial": None,
            "budget": {"seconds": None, "epochs": None, "evaluations": None, "overstep": "keep"}, "clock": "machine",
            "one_shot": {
                "operations": ["none", "skip_connect", "conv"], "parameterless": ["none", "skip_connect"],
                "edges": ["1<-0", "2<-0"], "images_sha256": "cd" * 32, "torch_version": "2.9.0",
            }, **description,
        }  # fmt: skip
        with JobFolder.open(tmp_path / name, described, config or {"algorithm": {"order": 1}}) as folder:
            folder.begin()
            for seed, records in searches.items():
                columns = {
                    "seconds": [record.seconds for record in records],
                    "schedule": [len(records)] * len(records),
                    "epoch": [record.epoch for record in records],
                    "trial": [None] * len(records),
                    "architecture": [record.architecture for record in records],
                    "valid_accuracy": [record.valid_accuracy for record in records],
                    "incumbent": [True] * len(records),
                }
                found = {record.architecture for record in records} & scores.keys()
                judged = {a: {d: [200, *s] for d, s in scores[a].items()} for a in found}
                folder.append(SeedRecord(seed, columns, judged, [asdict(record) for record in records]))
            folder.compact()
        return tmp_path / name

    return write


SCORES: Scores = {
    "a": {"cifar10": (90.0, 80.0), "cifar100": (70.0, 60.0)},
    "b": {"cifar10": (92.0, 81.0), "cifar100": (71.0, 63.0)},
    "c": {"cifar10": (94.0, 85.0), "cifar100": (75.0, 63.0)},
}
SEARCHES: Mapping[int, Rows] = {
    0: [("a", 50.0, 10.0, True), ("c", 40.0, 20.0, False), ("b", 60.0, 30.0, True)],  # ends with b
    1: [("c", 55.0, 20.0, True), ("a", 55.0, 40.0, False)],  # ends with c
    2: [("a", 50.0, 10.0, True)],  # ends with a
}


@pytest.fixture
def rewrite() -> Callable[..., None]:
    """Changes what a job's `job.json` says, without the keys whose value is "absent"."""

    def change(folder: Path, **values: Any) -> None:
        described = json.loads((folder / JOB).read_text()) | values
        (folder / JOB).write_text(json.dumps({key: value for key, value in described.items() if value != "absent"}))
        seal(folder)

    return change


@pytest.fixture(name="seal")
def _seal() -> Callable[[Path], None]:
    return seal


def seal(folder: Path) -> None:
    """Writes the manifest of a folder anew, as if the job had written what is there."""
    known = manifest.read(folder)
    assert known is not None
    names = {*known.files, *([FAILURES] if (folder / FAILURES).exists() else [])}
    manifest.write(folder, {name: manifest.checksum((folder / name).read_bytes()) for name in names}, known.seeds)


@pytest.fixture
def tradeoff() -> Callable[..., dict[str, Any]]:
    """Makes what searches of one objective weigh under constraints on a figure `fast`."""

    def make(*constraints: str) -> dict[str, Any]:
        return {
            "figures": [
                {"name": "valid_accuracy", "unit": "%", "device": None, "direction": "max"},
                {"name": "fast", "unit": "ms", "device": None, "direction": None},
            ],
            "objectives": 1, "constraints": list(constraints), "measurement_seconds": 0.0, "split": "test",
            "ideal": [85.0], "reference": [83.9], "front": [["c", [85.0]]], "architectures": 3, "without": 0,
            "feasible": 3, "figures_sha256": "ab" * 32,
        }  # fmt: skip

    return make


@pytest.fixture
def by_hand(results: Callable[..., Path]) -> Path:
    return results("job", SEARCHES, SCORES)


@pytest.fixture
def searches() -> Mapping[int, Rows]:
    return SEARCHES


@pytest.fixture
def scores() -> Scores:
    return SCORES
