"""What the field calls our algorithms, spaces and data sets besides, so that such a name finds ours."""

import re
from collections.abc import Iterable, Mapping

from nasbench_suite.closest import closest

# by a name without case and signs, as `_plain` makes it
_USUAL: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "algorithm": {
        "darts": ("darts1", "darts2"),
        "dartsv1": ("darts1",),
        "dartsv2": ("darts2",),
        "re": ("rea",),
        "ea": ("rea",),
        "evolution": ("rea",),
        "agingevolution": ("rea",),
        "regularizedevolution": ("rea",),
        "regularisedevolution": ("rea",),
        "ga": ("nsga2", "rea"),
        "nsga": ("nsga2",),
        "nsgaii": ("nsga2",),
        "rl": ("reinforce",),
        "reinforcementlearning": ("reinforce",),
        "rs": ("random",),
        "randomsearch": ("random",),
        "rsws": ("rsps",),
        "randomnas": ("rsps",),
        "bo": ("tpe", "bohb"),
        "bayesian": ("tpe", "bohb"),
        "ls": ("local_search",),
        "hillclimbing": ("local_search",),
        "hb": ("hyperband",),
        "sh": ("successive_halving",),
        "sha": ("successive_halving",),
    },
    "space": {
        "101": ("nb101",),
        "201": ("nb201",),
        "nasbench101": ("nb101",),
        "nasbench201": ("nb201",),
        "natstss": ("nb201",),
        "tss": ("nb201",),
        "sss": ("nats_sss",),
        "darts": ("nds_darts",),
        "nds": ("nds_darts", "nds_resnet"),
    },
    "hydra/launcher": {
        "slurm": ("submitit_slurm",),
        "submitit": ("submitit_local", "submitit_slurm"),
        "local": ("basic", "joblib"),
        "parallel": ("joblib",),
    },
    "dataset": {
        "cifar": ("cifar10", "cifar100"),
        "c10": ("cifar10",),
        "c100": ("cifar100",),
        "imagenet": ("ImageNet", "ImageNet16-120"),
        "imagenet16": ("ImageNet16-120",),
        "in16": ("ImageNet16-120",),
    },
}


def suggestion(group: str, name: str, known: Iterable[str]) -> str:
    """Returns the hint for a name that a group lacks: the names that were probably meant, or all that there are.

    Args:
        group: the key that takes such names, such as `algorithm`.
        name: that was given.
        known: names that there are.
    """
    options = list(known)
    usual = _USUAL.get(group, {}).get(re.sub(r"[^a-z0-9]", "", name.casefold()), ())
    found = [one for one in usual if one in options]
    close = None if found else closest(name, options)
    if close is not None:
        found = [close]
    if not found:
        return f"there is: {', '.join(options)}"
    return f"did you mean {' or '.join(found)}?"
