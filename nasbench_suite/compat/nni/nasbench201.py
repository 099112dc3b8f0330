"""NNI's `nasbench201`: its constants and the query. An architecture is a dictionary of operations by edge, `0_1`..`2_3`."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from nasbench_suite.compat.nni.query import query_trials

NONE = "none"
SKIP_CONNECT = "skip_connect"
CONV_1X1 = "conv_1x1"
CONV_3X3 = "conv_3x3"
AVG_POOL_3X3 = "avg_pool_3x3"
PRIMITIVES = [NONE, SKIP_CONNECT, CONV_1X1, CONV_3X3, AVG_POOL_3X3]


def query_nb201_trial_stats(
    arch: Mapping[str, str] | None,
    num_epochs: int | None,
    dataset: str | None,
    reduction: str | None = None,
    include_intermediates: bool = False,
    *,
    path: str | os.PathLike[str] | None = None,
) -> Iterator[dict[str, Any]]:
    """Yields trainings of NAS-Bench-201: accuracies in percent, parameters and FLOPs in millions, times in seconds.

    Args:
        arch: None for all.
        num_epochs: 12 or 200; None for all.
        dataset: `cifar10`, `cifar10-valid`, `cifar100` or `imagenet16-120`; None for all.
        reduction: None or `none`; `mean` for the mean over each config's trainings.
        include_intermediates: whether to add what was measured after every epoch.
        path: `nasbench201.db` or its folder; None for the folder that `NASBENCHMARK_DIR` names.

    Raises:
        ConfigError: no such reduction, or no path.
        SourceError: no such database.
    """
    conditions = {"arch": None if arch is None else dict(arch), "num_epochs": num_epochs, "dataset": dataset}
    return query_trials("nb201", conditions, reduction, include_intermediates, path)
