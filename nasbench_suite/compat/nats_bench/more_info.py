"""What `get_more_info` returns: the figures of one architecture on every set of a data set, by name."""

from typing import Any

from nasbench_suite.compat.nats_bench.arch_results import ArchResults, IsRandom

_SETS = {
    "cifar10-valid": {"valid": "x-valid", "test": "ori-test"},
    "cifar10": {"test": "ori-test", "valid": "x-valid"},
}
_HALVED = {"test": "x-test", "valid": "x-valid", "valtest": "ori-test"}

_COMMENTS = {"cifar10-valid": ("train set", "train set"), "cifar10": ("train+valid sets", "train+valid sets")}


def more_info(
    results: ArchResults, dataset: str, iepoch: int | None, hp: str, is_random: IsRandom, comments: bool
) -> dict[str, Any]:
    """Returns `train-loss`, `train-accuracy`, `valid-per-time` and so on; a set that is not known is left out.

    Args:
        results: of the architecture under the schedule.
        dataset: what was trained on.
        iepoch: counted from 0; None for the last.
        hp: the schedule's name.
        is_random: a training seed, or False for the mean over trials.
        comments: whether to explain the figures on CIFAR-10, as `nats_bench` does.
    """
    train = results.get_metrics(dataset, "train", iepoch, is_random)
    info = _named("train", train, train["iepoch"] + 1)
    if comments and dataset in _COMMENTS:
        info["comment"] = _comment(dataset, hp)
    for name, setname in _SETS.get(dataset, _HALVED).items():
        try:
            found = results.get_metrics(dataset, setname, iepoch, is_random)
        except KeyError:
            if (dataset, name) == ("cifar10-valid", "valid"):
                raise
            continue
        info |= _named(name, found, train["iepoch"] + 1)
    return info


def _named(name: str, metrics: dict[str, Any], epochs: int) -> dict[str, Any]:
    seconds = metrics["all_time"]
    return {
        f"{name}-loss": metrics["loss"],
        f"{name}-accuracy": metrics["accuracy"],
        f"{name}-per-time": None if seconds is None else seconds / epochs,
        f"{name}-all-time": seconds,
    }


def _comment(dataset: str, hp: str) -> str:
    # word by word what the package answers, for programs that compare answers
    on, after = _COMMENTS[dataset]
    return (
        f"In this dict, train-loss/accuracy/time is the metric on the {on} of CIFAR-10. The test-loss/accuracy/time is "
        f"the performance of the CIFAR-10 test set after training on the {after} by {hp} epochs. The per-time and "
        "total-time indicate the per epoch and total time costs, respectively."
    )
