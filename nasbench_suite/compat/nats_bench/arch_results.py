"""What is known of one architecture under one schedule, as `nats_bench` and `nas_201_api` show it."""

import copy
import random
from collections.abc import Callable, Mapping
from typing import Any

from nasbench_suite.compat.nats_bench.results_count import PYTHON, Arithmetic, ResultsCount

IsRandom = bool | int | None
"""True: a trial drawn from Python's `random`; False: the mean; a training seed: that trial."""


class ArchResults:
    """The trials of one architecture under one schedule.

    Attributes:
        arch_index: in the official order.
        arch_str: its text.
        all_results: by data set and training seed.
        dataset_seed: training seeds by data set.
        clear_net_done: whether networks' parameters were left out.
    """

    def __init__(self, arch_index: int, arch_str: str | int) -> None:
        self.arch_index, self.arch_str = int(arch_index), arch_str
        self.all_results: dict[tuple[str, Any], ResultsCount] = {}
        self.dataset_seed: dict[str, list[Any]] = {}
        self.clear_net_done = False
        self._arithmetic = PYTHON

    def get_compute_costs(self, dataset: str) -> dict[str, Any]:
        """Returns parameters and FLOPs in millions, latency and times in seconds, as means over the trials."""
        results, seeds = self._results(dataset), self.dataset_seed[dataset]
        times = [result.get_times() for result in results]
        return self._means(
            {
                "flops": self._mended([result.flop for result in results], seeds),
                "params": self._mended([result.params for result in results], seeds),
                "latency": [latency for latency in (result.get_latency() for result in results) if latency > 0],
                **{key: [each[key] for each in times if key in each] for key in times[0]},
            }
        )

    def _mended(self, values: list[Any], seeds: list[Any]) -> list[Any]:
        """Trials of about 1% of the cells disagree; that of seed 888 is right."""
        if self._arithmetic.mends_costs and None not in values and len({f"{value:.5f}" for value in values}) > 1:
            return [values[seeds.index(888)]]
        return values

    def _results(self, dataset: str) -> list[ResultsCount]:
        return [self.all_results[dataset, seed] for seed in self.dataset_seed[dataset]]

    def _means(self, values: Mapping[str, list[Any]]) -> dict[str, Any]:
        return {
            key: None if not known or None in known else self._arithmetic.mean(known) for key, known in values.items()
        }

    def get_metrics(
        self, dataset: str, setname: str, iepoch: int | None = None, is_random: IsRandom = False
    ) -> dict[str, Any]:
        """Returns loss, accuracy and seconds on a set after an epoch.

        Args:
            dataset: what was trained on: `cifar10-valid`, `cifar10`, `cifar100` or `ImageNet16-120`.
            setname: `train`, `x-valid`, `x-test` or `ori-test`.
            iepoch: counted from 0; None for the last.
            is_random: True draws a trial from Python's `random`, False takes the mean, a number is a training seed.

        Raises:
            KeyError: there is no such data set, set, or value at the epoch.
            ValueError: there is no such trial.
        """
        results, seeds = self._results(dataset), self.dataset_seed[dataset]
        train = setname == "train"
        infos = [result.get_train(iepoch) if train else result.get_eval(setname, iepoch) for result in results]
        if is_random is True:
            return infos[random.randint(0, len(infos) - 1)]
        if is_random is False:
            return self._means({key: [info[key] for info in infos] for key in infos[0]})
        if is_random in seeds:
            return infos[seeds.index(is_random)]
        raise ValueError(f"expected one of the training seeds {seeds}, True or False, got {is_random!r}")

    def get_dataset_names(self) -> list[str]:
        """Lists what it was trained on."""
        return list(self.dataset_seed)

    def get_dataset_seeds(self, dataset: str) -> list[Any]:
        """Lists the training seeds."""
        return list(self.dataset_seed[dataset])

    def get_net_param(self, dataset: str, seed: int | None = None) -> Any:
        """Returns the parameters of a trial's network; without a seed, of all trials by seed.

        Raises:
            ValueError: there is no such trial.
        """
        if seed is None:
            return {each: result.get_net_param() for each, result in self.query(dataset).items()}
        if (dataset, seed) not in self.all_results:
            raise ValueError(f"expected one of {list(self.all_results)}, got {(dataset, seed)}")
        return self.all_results[dataset, seed].get_net_param()

    def reset_latency(self, dataset: str, seed: int | None, latency: float) -> None:
        """Sets the latency of a trial, or of all."""
        self._each(dataset, seed, lambda result: result.update_latency([latency]))

    def reset_pseudo_train_times(self, dataset: str, seed: int | None, estimated_per_epoch_time: float) -> None:
        """Sets the seconds of an epoch of a trial, or of all."""
        self._each(dataset, seed, lambda result: result.reset_pseudo_train_times(estimated_per_epoch_time))

    def reset_pseudo_eval_times(
        self, dataset: str, seed: int | None, eval_name: str, estimated_per_epoch_time: float
    ) -> None:
        """Sets the seconds of a pass over an evaluation set of a trial, or of all."""
        self._each(dataset, seed, lambda result: result.reset_pseudo_eval_times(eval_name, estimated_per_epoch_time))

    def _each(self, dataset: str, seed: int | None, change: Callable[[ResultsCount], None]) -> None:
        for result in self._results(dataset) if seed is None else [self.all_results[dataset, seed]]:
            change(result)

    def get_latency(self, dataset: str) -> float:
        """Returns the mean latency in seconds.

        Raises:
            ValueError: it is unknown for a trial.
        """
        latencies = [result.get_latency() for result in self._results(dataset)]
        if min(latencies) <= 0:
            raise ValueError(f"the latency of some trial on {dataset} is unknown")
        return sum(latencies) / len(latencies)

    def get_total_epoch(self, dataset: str | None = None) -> int:
        """Returns the length of the schedule.

        Raises:
            ValueError: trials have several.
        """
        names = self.get_dataset_names() if dataset is None else [dataset]
        lengths = {result.get_total_epoch() for name in names for result in self._results(name)}
        if len(lengths) != 1:
            raise ValueError(f"expected trials of one length, got {sorted(lengths)}")
        return lengths.pop()

    def query(self, dataset: str, seed: int | None = None) -> Any:
        """Returns a trial; without a seed, all by seed.

        Raises:
            KeyError: there is no such data set or trial.
        """
        if seed is None:
            return {each: self.all_results[dataset, each] for each in self.dataset_seed[dataset]}
        return self.all_results[dataset, seed]

    def arch_idx_str(self) -> str:
        """Returns the index with six digits."""
        return f"{self.arch_index:06d}"

    def update(self, dataset_name: str, seed: int, result: ResultsCount) -> None:
        """Adds a trial.

        Raises:
            ValueError: it is there.
        """
        seeds = self.dataset_seed.setdefault(dataset_name, [])
        if seed in seeds:
            raise ValueError(f"architecture {self.arch_index} has training seed {seed} on {dataset_name} already")
        self.dataset_seed[dataset_name] = sorted([*seeds, seed])
        self.all_results[dataset_name, seed] = result
        self.clear_net_done = False

    def clear_params(self) -> None:
        """Lets go of the networks' parameters."""
        for result in self.all_results.values():
            result.net_state_dict = None
        self.clear_net_done = True

    def state_dict(self) -> dict[str, Any]:
        """Returns everything as plain values."""
        results = {key: result.state_dict() for key, result in self.all_results.items()}
        return {
            "arch_index": self.arch_index,
            "arch_str": self.arch_str,
            "all_results": results,
            "dataset_seed": copy.deepcopy(self.dataset_seed),
            "clear_net_done": self.clear_net_done,
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Sets everything that a state has."""
        for name, value in state_dict.items():
            made = value
            if name == "all_results":
                made = {key: ResultsCount.create_from_state_dict(state) for key, state in value.items()}
            setattr(self, name, made)

    @classmethod
    def create_from_state_dict(cls, state_dict: Mapping[str, Any], arithmetic: Arithmetic = PYTHON) -> "ArchResults":
        """Makes it from plain values, as the official files have them."""
        made = cls(-1, -1)
        made.load_state_dict(state_dict)
        made.calculate_with(arithmetic)
        return made

    def calculate_with(self, arithmetic: Arithmetic) -> None:
        """Takes means and sums as one of the packages does."""
        self._arithmetic = arithmetic
        for result in self.all_results.values():
            result._arithmetic = arithmetic

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(arch-index={self.arch_index}, arch={self.arch_str}, "
            f"{len(self.all_results)} runs, clear={self.clear_net_done})"
        )
