"""NNI's `nds`: its constants and the query."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from nasbench_suite.compat.nni.query import query_trials

NONE = "none"
SKIP_CONNECT = "skip_connect"
AVG_POOL_3X3 = "avg_pool_3x3"
MAX_POOL_3X3 = "max_pool_3x3"
MAX_POOL_5X5 = "max_pool_5x5"
MAX_POOL_7X7 = "max_pool_7x7"
CONV_1X1 = "conv_1x1"
CONV_3X3 = "conv_3x3"
CONV_3X1_1X3 = "conv_3x1_1x3"
CONV_7X1_1X7 = "conv_7x1_1x7"
DIL_CONV_3X3 = "dil_conv_3x3"
DIL_CONV_5X5 = "dil_conv_5x5"
SEP_CONV_3X3 = "sep_conv_3x3"
SEP_CONV_5X5 = "sep_conv_5x5"
SEP_CONV_7X7 = "sep_conv_7x7"
DIL_SEP_CONV_3X3 = "dil_sep_conv_3x3"


def query_nds_trial_stats(
    model_family: str | None,
    proposer: str | None,
    generator: str | None,
    model_spec: Mapping[str, Any] | None,
    cell_spec: Mapping[str, Any] | None,
    dataset: str | None,
    num_epochs: float | None = None,
    reduction: str | None = None,
    include_intermediates: bool = False,
    *,
    path: str | os.PathLike[str] | None = None,
) -> Iterator[dict[str, Any]]:
    """Yields trainings of NDS: accuracies in percent, parameters and FLOPs in millions, seconds per iteration.

    Args:
        model_family: `nas_cell`, `residual_bottleneck`, `residual_basic` or `vanilla`; None for all.
        proposer: the design space, such as `amoeba` or `resnext-a`; None for all.
        generator: `random`, `fix_w_d` or `tune_lr_wd`; None for all.
        model_spec: sizes of the network; None for all.
        cell_spec: operations and inputs of its cells; None for all.
        dataset: `cifar10` or `imagenet`; None for all.
        num_epochs: length of the training; None for all.
        reduction: None or `none`; `mean` for the mean over each config's trainings.
        include_intermediates: whether to add what was measured after every epoch.
        path: `nds.db` or its folder; None for the folder that `NASBENCHMARK_DIR` names.

    Raises:
        ConfigError: no such reduction, or no path.
        SourceError: no such database.
    """
    conditions = {
        "model_family": model_family,
        "proposer": proposer,
        "generator": generator,
        "model_spec": None if model_spec is None else dict(model_spec),
        "cell_spec": None if cell_spec is None else dict(cell_spec),
        "dataset": dataset,
        "num_epochs": num_epochs,
    }
    return query_trials("nds", conditions, reduction, include_intermediates, path)
