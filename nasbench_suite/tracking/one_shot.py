"""A one-shot search as a W&B run that grows with every epoch."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any

from nasbench_suite.one_shot.record import EpochRecord
from nasbench_suite.tracking.name import flat_config, run_name
from nasbench_suite.tracking.run import Axes, LiveRun

Scores = Mapping[str, Sequence[Any]]  # by data set: [schedule, validation accuracy, test accuracy], None where unknown
_SHOWN = ("supernet/valid_accuracy", "train_loss", "valid_loss", "entropy", "parametric_edges")
_HIDDEN = ("epoch", "train_accuracy", "memory_mib", "edges/*", "edge_weights/*")
_FIGURES = ("entropy", "parametric_edges", "train_loss", "train_accuracy", "valid_loss")


class LiveSupernet:
    """What `live_supernet` hands out."""

    def __init__(self, run: LiveRun, one_shot: Mapping[str, Sequence[str]]) -> None:
        """
        Args:
            run: that is fed.
            one_shot: `operations` and `edges` of the supernet, see docs/results.md.
        """
        self._run = run
        self._counts = [f"edges/{operation}" for operation in one_shot["operations"]]
        self._edge_weights = [
            f"edge_weights/{edge}/{op}" for edge, op in product(one_shot["edges"], one_shot["operations"])
        ]
        self._last: tuple[EpochRecord, Scores] | None = None

    def epoch(self, record: EpochRecord, scores: Scores) -> None:
        """Adds an epoch.

        Args:
            record: what the search was like after it.
            scores: the judge's, of the record's architecture.
        """
        self._last = record, scores
        metrics = {name: getattr(record, name) for name in ("seconds", "epoch", *_FIGURES, "memory_mib")}
        metrics["supernet/valid_accuracy"] = record.valid_accuracy
        metrics["supernet/kendall_tau"] = record.kendall_tau
        metrics |= dict(zip(self._counts, record.operation_counts, strict=True)) | _accuracies(scores)
        if record.edge_weights is not None:
            metrics |= dict(zip(self._edge_weights, record.edge_weights, strict=True))
        self._run.log({name: value for name, value in metrics.items() if value is not None})

    def finish(self) -> None:
        """Sets what the search ended with beside the run's name."""
        if self._last is None:
            return
        record, scores = self._last
        figures = {name: value for name, value in _accuracies(scores, "final/").items() if value is not None}
        self._run.summarise({"found": record.architecture, "collapsed": record.parametric_edges == 0, **figures})


@contextmanager
def live_supernet(
    settings: Mapping[str, Any], folder: Path, description: Mapping[str, Any], config: Mapping[str, Any], seed: int
) -> Iterator[LiveSupernet]:
    """Opens the run of one seed, and finishes it however the `with` block ends.

    A search that goes on after a kill hands over the epochs that it has done once more: the earlier run is replaced.

    Args:
        settings: the config group `tracking`.
        folder: of the job.
        description: the contents of `job.json`.
        config: the resolved configuration.
        seed: of the search.
    """
    group = settings.get("group") or Path(config["results"]).resolve().name
    name = run_name(description, str(seed), group, settings.get("tags", ()), "train", shown=f"seed {seed}")
    shown = {**flat_config(description, config), "search_seed": seed}
    with LiveRun(settings, folder, name, shown, _axes(description)) as run:
        live = LiveSupernet(run, description["one_shot"])
        yield live
        live.finish()


def _axes(description: Mapping[str, Any]) -> Axes:
    datasets = dict.fromkeys([description["dataset"], *description.get("best", ())])
    searched = f"{description['dataset']}/valid_accuracy"
    shown = [searched, *(f"{name}/test_accuracy" for name in datasets), *_SHOWN]
    others = [f"{name}/valid_accuracy" for name in datasets if name != description["dataset"]]
    return Axes("seconds", shown, [*others, *_HIDDEN])


def _accuracies(scores: Scores, prefix: str = "") -> dict[str, Any]:
    return {
        f"{prefix}{dataset}/{split}_accuracy": value
        for dataset, (_, *pair) in scores.items()
        for split, value in zip(("valid", "test"), pair, strict=True)
    }
