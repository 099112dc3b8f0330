"""Parameters of trained networks, from the file beside a table or from the folder that an API was given."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from nasbench_suite.compat.nats_bench.archives import as_tensors, read_states
from nasbench_suite.spaces.nb201.official.release import SCHEDULES
from nasbench_suite.table import Table
from nasbench_suite.table.parameters import NetworkKey, parameters_path


class NetworkParameters:
    """Finds the parameters of a table's networks.

    Attributes:
        kept: whether there is a file of them beside the table.
    """

    def __init__(self, table: Table, indexes: dict[int, int], folder: str | None = None) -> None:
        """
        Args:
            table: that may have parameters beside it.
            indexes: official index by row.
            folder: a `-full` folder, or one of `NNNNNN-FULL.pth`, where the table has none.
        """
        self._table, self._indexes, self._folder = table, indexes, folder
        self.kept = parameters_path(table.path).exists()

    def read(self, row: int, trial_set: str, schedule: int, trial: int | None) -> dict[str, Any] | None:
        """Returns a network's parameters as tensors; None where they were not kept.

        Raises:
            TableError: the file beside the table is damaged, or belongs to a table of other content.
            SourceError: the folder's file is damaged.
        """
        if trial is None:
            return None
        store, key = self._table.parameters_store, NetworkKey(row, trial_set, schedule, trial)
        if store is not None:
            return as_tensors(store.read(key)) if key in store else None
        if self._folder is None:
            return None
        states = _states(self._folder, self._indexes[row])
        fitting = [state for name, state in states.items() if SCHEDULES.get(name) == schedule]
        results = [state["all_results"].get((trial_set, trial)) for state in fitting]
        return next((result["net_state_dict"] for result in results if result is not None), None)


# whoever asks for one trial of an architecture asks for its others next
@lru_cache(maxsize=1)
def _states(folder: str, index: int) -> dict[str, Any]:
    names = (f"{index:06d}.pickle.pbz2", f"{index:06d}-FULL.pth")
    return read_states(folder, names) if any((Path(folder) / name).is_file() for name in names) else {}
