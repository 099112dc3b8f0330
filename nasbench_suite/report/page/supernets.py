"""What supernets learned from epoch to epoch, as a page's charts hold it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.report.band import mean_and_band
from nasbench_suite.report.page import numbers
from nasbench_suite.report.page.thinning import EDGE_WEIGHTS, kept, points
from nasbench_suite.report.results import Results

COLUMNS = {
    "train_loss": "training loss",
    "valid_loss": "validation loss",
    "train_accuracy": "training accuracy of the supernet (%)",
    "valid_accuracy": "validation accuracy of the supernet (%)",
    "entropy": "entropy of the edge weights (nats)",
    "kendall_tau": "Kendall's tau, supernet and truth",
    "parametric_edges": "edges with parameters (0: collapsed)",
    "memory_mib": "largest memory (MiB)",
}


def supernets(group: Sequence[Results], dataset: str) -> dict[str, Any] | None:
    """Returns figures over epochs of a group's one-shot searches, and the edge weights; None where there are none.

    `metrics` has, by name, a line of each configuration, null where it has none: `x` epochs, `y` mean, lower and upper
    95% confidence limit over the searches that got as far.
    """
    if not any(results.one_shot for results in group):
        return None
    figures = [_figures(results, dataset) for results in group]
    names = dict.fromkeys(name for found in figures for name in found)
    lines = {name: [_line(found.get(name), len(group)) for found in figures] for name in names}
    metrics = {name: found for name, found in lines.items() if any(found)}
    return {"metrics": metrics, "edges": [_edges(results, len(group)) for results in group]}


def _figures(results: Results, dataset: str) -> dict[str, NDArray[np.float64]]:
    """Returns each figure: (searches, epochs of the longest), NaN after a search has ended."""
    epochs = results.epochs
    if epochs is None:
        return {}
    found = {title: results.epochs_table(epochs[name].astype(float)) for name, title in COLUMNS.items()}
    scores = np.array([results.score(dataset, arch) for arch in epochs["architecture"]], float).reshape(-1, 2)
    for at, split in enumerate(("validation", "test")):
        found[f"true {split} accuracy of the derived architecture (%)"] = results.epochs_table(scores[:, at])
    for at, operation in enumerate(results.description["one_shot"]["operations"]):
        found[f"edges with {operation}"] = results.epochs_table(epochs["operation_counts"][:, at].astype(float))
    return found


def _line(values: NDArray[np.float64] | None, lines: int) -> dict[str, Any] | None:
    if values is None or np.isnan(values).all():
        return None
    band = mean_and_band(values)
    measured = np.flatnonzero(~np.isnan(band[0]))
    shown = measured[kept(len(measured), points(lines))]
    return {"x": (shown + 1).tolist(), "y": [numbers.accuracies(each[shown]) for each in band]}


def _edges(results: Results, lines: int) -> dict[str, Any] | None:
    """Returns the edge weights of the first search that has any, thinned to some of its epochs."""
    if results.epochs is None:
        return None
    rows = results.first_epochs
    weights = results.epochs["edge_weights"][rows]  # (epochs, edges, operations)
    if not weights.size or np.isnan(weights).all():
        return None
    shown = kept(len(weights), max(8, EDGE_WEIGHTS // (lines * weights.shape[1] * weights.shape[2])))
    described = results.description["one_shot"]
    return {
        "seed": int(results.epochs["seed"][rows.start]),
        "edges": described["edges"],
        "operations": described["operations"],
        "x": [place + 1 for place in shown],
        "y": [[numbers.accuracies(each) for each in epoch] for epoch in weights[shown]],
    }
