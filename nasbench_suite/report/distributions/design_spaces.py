"""Design spaces side by side: their error distributions, as they are and under matched complexity."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from nasbench_suite.errors import ConfigError
from nasbench_suite.report.distributions.edf import EDF, edf, matched_weights
from nasbench_suite.report.distributions.measured_networks import MeasuredNetworks

MATCHINGS = {"parameters": "parameters (M)", "flops": "FLOPs (M)"}


@dataclass(frozen=True)
class DesignSpaces:
    """Design spaces side by side.

    Attributes:
        networks: those measured of each space, at least one.
        bins: of complexity, for matching.
        ranges: of parameters and of FLOPs, in millions; None for the range that all spaces cover.
    """

    networks: Sequence[MeasuredNetworks]
    bins: int
    ranges: tuple[tuple[float, float] | None, tuple[float, float] | None] = (None, None)

    @cached_property
    def plain(self) -> list[EDF]:
        """The distributions of the spaces as they were sampled."""
        return [edf(one.errors) for one in self.networks]

    def range(self, matching: str) -> tuple[float, float]:
        """Returns the range in which complexities are matched, in millions.

        Raises:
            ConfigError: no complexity is common to all spaces.
        """
        given = self.ranges[list(MATCHINGS).index(matching)]
        if given is not None:
            return given
        sizes = [getattr(one, matching) for one in self.networks]
        low, high = max(float(size.min()) for size in sizes), min(float(size.max()) for size in sizes)
        if not low < high:
            raise ConfigError(
                f"the spaces have no {matching} in common: the smallest of one are above another's largest"
            )
        return low, high

    def matched(self, matching: str) -> list[EDF]:
        """Returns the distributions under matched `parameters` or `flops`.

        Raises:
            ConfigError: a space has no network in one of the bins.
        """
        low, high = self.range(matching)
        found = []
        for one in self.networks:
            try:
                found.append(edf(one.errors, matched_weights(getattr(one, matching), low, high, self.bins)))
            except ConfigError as error:
                raise ConfigError(f"{one.label}, {matching} in millions: {error}") from None
        return found
