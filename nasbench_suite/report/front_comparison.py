"""Configurations whose searches weighed the same objectives under the same constraints, as plain values."""

from dataclasses import dataclass
from functools import cached_property

from nasbench_suite.fidelity import Fidelity
from nasbench_suite.objective import ACCURACIES, Tradeoff
from nasbench_suite.report.final_comparison import FinalComparison
from nasbench_suite.report.fronts import Fronts
from nasbench_suite.report.tradeoff import axis_name, narrow_front


@dataclass(frozen=True, eq=False)
class FrontComparison:
    """What can be compared by its fronts.

    Attributes:
        labels: of the configurations, the highest mean hypervolume first; those that found nothing last.
        fronts: of each.
        at_end: the tests of the final hypervolumes; None where nothing compares.
    """

    labels: tuple[str, ...]
    fronts: tuple[Fronts, ...]
    at_end: FinalComparison | None

    @property
    def tradeoff(self) -> Tradeoff:
        """What all of them weighed."""
        return self.fronts[0].tradeoff

    @property
    def title(self) -> str:
        """What was weighed, in words."""
        names = ", ".join(figure.name for figure in self.tradeoff.figures[: self.tradeoff.objectives])
        held = ", ".join(self.tradeoff.constraints)
        return f"Fronts of {names}{f' under {held}' if held else ''}"

    @property
    def _seen(self) -> str:
        """Says by which accuracies a constraint on accuracy is met; empty without one."""
        on_accuracy = any(text.startswith(ACCURACIES) for text in self.tradeoff.constraints)
        fidelities = self.fronts[0].results.description["fidelities"]
        return f" by the accuracies at {Fidelity(*fidelities[-1])}" if on_accuracy and fidelities else ""

    @cached_property
    def scale(self) -> str:
        """The reference point and the scaling, and where they come from."""
        tradeoff, first = self.tradeoff, self.fronts[0]
        axes = [axis_name(tradeoff, figure) for figure in tradeoff.figures[: tradeoff.objectives]]
        triples = zip(axes, tradeoff.ideal, tradeoff.reference, strict=True)
        ranges = ", ".join(f"{axis} {ideal:.6g} and {reference:.6g}" for axis, ideal, reference in triples)
        table = first.results.description["table"]
        lacking = f"; {tradeoff.without:,} lack a figure or a score and are on no front" if tradeoff.without else ""
        held = f"; {tradeoff.feasible:,} meet the constraints{self._seen}" if tradeoff.constraints else ""
        prices = sorted({each.tradeoff.measurement_seconds for each in self.fronts})
        costs = " or ".join(f"{price:g}" for price in prices)
        priced = f" Measuring the figures costs {costs} s per evaluation." if any(prices) else ""
        said = narrow_front(tradeoff)
        narrow = f" {said}." if said else ""
        return (
            "A front is what no other evaluation of its search dominates, by what the search was told; what is on it "
            "counts with the judge's scores. Hypervolume and IGD+ are of scaled objectives: 0 is the best value of the "
            f"true front of table {table}, 1.1 the reference point, a tenth of that front's range beyond its worst "
            f"({ranges}). The true front has {len(tradeoff.front):,} of {tradeoff.architectures:,} architectures"
            f"{lacking}{held}, and the hypervolume {first.best_hypervolume:.4f}; IGD+ is the mean distance from it."
            f"{priced}{narrow}"
        )
