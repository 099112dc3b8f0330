"""Results folders made by hand, so that every figure can be computed by hand."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.results import JobFolder, SeedRecord

Rows = Sequence[tuple[str, float, float, bool]]  # architecture, validation accuracy seen, clock, incumbent
Scores = Mapping[str, Mapping[str, tuple[float | None, float | None]]]


@pytest.fixture
def results(tmp_path: Path) -> Callable[..., Path]:
    """Writes a job's folder."""

    def write(
        name: str,
        searches: Mapping[int, Rows],
        scores: Scores,
        *,
        finish: bool = True,
        trial: int | None = None,
        config: Mapping[str, Any] | None = None,
        **description: Any,
    ) -> Path:
        described = {
            "config_id": "c0", "space": "nb201", "algorithm": "rea", "protocol": "nb201", "label": None,
            "dataset": "cifar10", "seed_policy": "mean", "fidelities": [[12, 12]], "workers": 1, "table": "t",
            "budget": {"seconds": 100, "epochs": None, "evaluations": None, "overstep": "keep"},
            "objective": "valid_accuracy", "seconds_from": None,
            "table_hash": "ab" * 32, **description,
        }  # fmt: skip
        with JobFolder.open(tmp_path / name, described, config or {"algorithm": {"population": 10}}) as folder:
            for seed, rows in searches.items():
                columns = {
                    "seconds": [clock for _, _, clock, _ in rows],
                    "schedule": [12] * len(rows),
                    "epoch": [12] * len(rows),
                    "trial": [trial] * len(rows),
                    "architecture": [arch for arch, *_ in rows],
                    "valid_accuracy": [accuracy for _, accuracy, _, _ in rows],
                    "incumbent": [leads for *_, leads in rows],
                }
                leaders = [arch for arch, *_, leads in rows if leads]
                folder.append(
                    SeedRecord(seed, columns, {a: {d: [200, *s] for d, s in scores[a].items()} for a in leaders})
                )
            if finish:
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
def by_hand(results: Callable[..., Path]) -> Path:
    return results("job", SEARCHES, SCORES)


@pytest.fixture
def searches() -> Mapping[int, Rows]:
    return SEARCHES


@pytest.fixture
def scores() -> Scores:
    return SCORES
