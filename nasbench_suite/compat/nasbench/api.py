"""nasbench's `api` on a table: opened in milliseconds, with its answers, budget counters and draws.

Ying et al., "NAS-Bench-101: Towards Reproducible Neural Architecture Search" (2019), arXiv:1902.09635.

    from nasbench_suite.compat.nasbench import api

    nasbench = api.NASBench("nasbench_only108.tfrecord")  # imported once; or a table's name
    data = nasbench.query(api.ModelSpec(matrix, ops))
"""

import os
import random
from collections.abc import KeysView
from typing import Any

from nasbench_suite.compat.nasbench.lib.config import build_config
from nasbench_suite.compat.nasbench.lib.model_spec import ModelSpec
from nasbench_suite.compat.nasbench.statistics import (
    ComputedByHash,
    ComputedStatistics,
    FixedByHash,
    FixedStatistics,
)
from nasbench_suite.compat.opening import open_source
from nasbench_suite.errors import ArchitectureError, MissingArchitectureError, MissingValueError, NasBenchSuiteError
from nasbench_suite.spaces.nb101.cell import Cell
from nasbench_suite.table import Table

__all__ = ["ModelSpec", "NASBench", "OutOfDomainError"]


class OutOfDomainError(NasBenchSuiteError):
    """A graph outside of the search space, or a number of epochs that no network was trained for."""


class NASBench:
    """NAS-Bench-101 as google-research/nasbench answers it.

    Attributes:
        config: nasbench's settings.
        fixed_statistics: by hash: `module_adjacency`, `module_operations`, `trainable_parameters`.
        computed_statistics: by hash: by epochs: for each repeat, what it measured half-way and at the end.
        valid_epochs: the schedules that can be queried.
        history: empty, as nasbench's is.
        training_time_spent: seconds that queries were charged.
        total_epochs_spent: epochs that queries were charged.
    """

    def __init__(self, dataset_file: str | os.PathLike[str] | Table, seed: int | None = None) -> None:
        """
        Args:
            dataset_file: the official file, imported the first time; or a table's name, `.mdb` file, or a table.
            seed: of Python's own generator, from which the repeats are drawn; None seeds it from the system.

        Raises:
            TableError: no such file or table, or no table of NAS-Bench-101.
            SourceError: the file cannot be imported.
        """
        self.config: dict[str, Any] = build_config()
        random.seed(seed)
        self._table = open_source(dataset_file, "nb101")
        self.fixed_statistics = FixedByHash(self._table)
        self.computed_statistics = ComputedByHash(self._table)
        self.valid_epochs = {series.schedule for series in self._table.metadata.series}
        self.history: dict[str, Any] = {}
        self.training_time_spent = 0.0
        self.total_epochs_spent = 0

    def query(self, model_spec: ModelSpec, epochs: int = 108, stop_halfway: bool = False) -> dict[str, Any]:
        """Returns what one training measured, drawn among the repeats, and charges it.

        Args:
            model_spec: the graph, unpruned or not.
            epochs: length of the training.
            stop_halfway: whether to see, and be charged, half of it.

        Raises:
            OutOfDomainError: the graph is outside of the space, or nothing was trained for so many epochs.
            KeyError: the table lacks the cell.
            MissingValueError: the table lacks what the training measured then.
        """
        if epochs not in self.valid_epochs:
            raise OutOfDomainError(f"invalid number of epochs, must be one of {self.valid_epochs}, got {epochs!r:.50}")
        self._check_spec(model_spec)
        row = self._row(model_spec)
        repeat = random.randint(0, self.config["num_repeats"] - 1)
        moment = "halfway" if stop_halfway else "final"
        seen = self.computed_statistics.repeat(row, epochs, repeat, moment)
        if "training_time" not in seen:
            raise MissingValueError(f"table {self._table.name} has no {moment} seconds of {epochs} epochs to charge")
        self.training_time_spent += seen["training_time"]
        self.total_epochs_spent += epochs // 2 if stop_halfway else epochs
        return self.fixed_statistics.at(row) | seen

    def is_valid(self, model_spec: ModelSpec) -> bool:
        """Whether a graph is in the search space; costs nothing."""
        try:
            self._check_spec(model_spec)
        except OutOfDomainError:
            return False
        return True

    def get_budget_counters(self) -> tuple[float, int]:
        """Returns the seconds and epochs that queries were charged."""
        return self.training_time_spent, self.total_epochs_spent

    def reset_budget_counters(self) -> None:
        """Sets both counters to nothing."""
        self.training_time_spent, self.total_epochs_spent = 0.0, 0

    def hash_iterator(self) -> KeysView[str]:
        """Returns the hashes of all cells, in the file's order."""
        return self.fixed_statistics.keys()

    def get_metrics_from_hash(self, module_hash: str) -> tuple[FixedStatistics, ComputedStatistics]:
        """Returns all that is known of a cell; costs nothing.

        Raises:
            KeyError: the table lacks the cell.
        """
        return self.fixed_statistics[module_hash], self.computed_statistics[module_hash]

    def get_metrics_from_spec(self, model_spec: ModelSpec) -> tuple[FixedStatistics, ComputedStatistics]:
        """Returns all that is known of a cell; costs nothing.

        Raises:
            OutOfDomainError: the graph is outside of the space.
            KeyError: the table lacks the cell.
        """
        self._check_spec(model_spec)
        row = self._row(model_spec)
        return self.fixed_statistics.at(row), self.computed_statistics.at(row)

    def _row(self, spec: ModelSpec) -> int:
        """Finds the row of a spec in the space without hashing it."""
        assert spec.matrix is not None and spec.ops is not None
        try:
            return self._table.row(Cell.of(spec.matrix, spec.ops))
        except (ArchitectureError, MissingArchitectureError):
            raise KeyError(self._hash_spec(spec)) from None

    def _check_spec(self, model_spec: ModelSpec) -> None:
        if not model_spec.valid_spec or model_spec.matrix is None or model_spec.ops is None:
            raise OutOfDomainError("invalid spec, provided graph is disconnected.")
        limits, ops, edges = self.config, model_spec.ops, int(model_spec.matrix.sum())
        if len(ops) > limits["module_vertices"]:
            raise OutOfDomainError(f"too many vertices, got {len(ops)} (max vertices = {limits['module_vertices']})")
        if edges > limits["max_edges"]:
            raise OutOfDomainError(f"too many edges, got {edges} (max edges = {limits['max_edges']})")
        if ops[0] != "input":
            raise OutOfDomainError(f"first operation should be 'input', got {ops[0]!r:.50}")
        if ops[-1] != "output":
            raise OutOfDomainError(f"last operation should be 'output', got {ops[-1]!r:.50}")
        for op in ops[1:-1]:
            if op not in limits["available_ops"]:
                raise OutOfDomainError(f"unsupported op {op!r:.50} (available ops = {limits['available_ops']})")

    def _hash_spec(self, model_spec: ModelSpec) -> str:
        return model_spec.hash_spec(self.config["available_ops"])
