"""How well the supernets of one-shot searches rank, after the last epoch in which it was measured."""

import numpy as np
from numpy.typing import NDArray

from nasbench_suite.report.results import Results


def last_taus(results: Results) -> NDArray[np.float64]:
    """Returns the last Kendall's tau of each search that has one: (searches,)."""
    if results.epochs is None:
        return np.empty(0)
    measured = [results.epochs["kendall_tau"][rows] for rows in results.epochs_by_seed]
    known = [taus[~np.isnan(taus)] for taus in measured]
    return np.array([taus[-1] for taus in known if len(taus)], np.float64)


def ranking_note(results: Results) -> str | None:
    """Says how well they rank; None where it was not measured."""
    taus = last_taus(results)
    if not len(taus):
        return None
    spread = f"±{taus.std(ddof=1):.2f}" if len(taus) > 1 else ""
    searches = f"{len(taus)} search" + "es" * (len(taus) > 1)
    return f"Kendall's tau {taus.mean():.2f}{spread} between the supernet's accuracies and the true ones, {searches}"
