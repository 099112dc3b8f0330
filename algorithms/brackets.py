"""The arithmetic of successive halving and Hyperband (Li et al. 2018, arXiv:1603.06560), as HpBandSter does it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple

from nasbench_suite.checked_settings import check_settings
from nasbench_suite.errors import ConfigError
from nasbench_suite.fidelity import Fidelity
from nasbench_suite.variables import ArchT


@check_settings
@dataclass(frozen=True)
class BracketSettings:
    """The rungs of successive halving, and how many brackets climb them. Defaults are Hyperband's (section 3, table 1).

    Attributes:
        eta: one in so many is promoted; a whole number of 2 or more.
        min_budget: of the lowest rung where one fidelity is on offer and rungs are nominal; above 0, in any unit.
        max_budget: of the highest rung, in the same unit.
        iterations: brackets to run; None for no end.
        top_rung_only: whether only the highest rung's results may become the incumbent.
    """

    eta: int = 3
    min_budget: float = 1
    max_budget: float = 81
    iterations: int | None = None
    top_rung_only: bool = False

    def __post_init__(self) -> None:
        count_rungs(self.min_budget, self.max_budget, self.eta)
        if self.iterations is not None and self.iterations < 1:
            raise ConfigError(f"iterations: expected a number of brackets of 1 or more, or null, got {self.iterations}")


def count_rungs(minimum: float, maximum: float, eta: int) -> int:
    """Returns how many budgets there are in `maximum, maximum / eta, ...` down to `minimum`.

    Args:
        minimum: lowest budget, above 0.
        maximum: highest budget.
        eta: factor between two rungs, 2 or more.

    Raises:
        ConfigError: the arguments make no ladder.
    """
    if eta < 2 or eta != int(eta) or not 0 < minimum <= maximum:
        raise ConfigError(
            f"expected a whole eta of 2 or more and 0 < min_budget <= max_budget; got eta {eta}, {minimum} to {maximum}"
        )
    count = 1
    # not by logarithms, whose rounding loses a rung: log(1000) / log(10) is below 3. A rung may start a rounding
    # error below the minimum
    while maximum >= minimum * eta**count * (1 - 1e-9):
        count += 1
    return count


def bracket_sizes(rungs: int, eta: int) -> list[list[int]]:
    """Returns how many architectures reach each rung of each of Hyperband's brackets, the most exploratory first.

    Three rungs and eta 3 give [9, 3, 1], [3, 1], [3]; a bracket of fewer rungs skips the lowest.
    """
    sizes = []
    for halvings in range(rungs - 1, -1, -1):
        first = rungs // (halvings + 1) * eta**halvings
        sizes.append([max(first // eta**rung, 1) for rung in range(halvings + 1)])
    return sizes


def make_ladder(fidelities: Sequence[Fidelity], settings: BracketSettings) -> tuple[Fidelity, ...]:
    """Returns the fidelity of each rung, lowest first.

    Where several fidelities are on offer, they are the rungs. Where there is one, rungs are nominal: as many as the
    budgets give, and each queries that fidelity at its full cost.
    """
    rungs = count_rungs(settings.min_budget, settings.max_budget, settings.eta)
    return tuple(fidelities) if len(fidelities) > 1 else tuple(fidelities) * rungs


class Slot(NamedTuple, Generic[ArchT]):
    """An architecture's place in a bracket.

    Attributes:
        number: of the member, in the order in which they joined.
        rung: within the bracket, 0 the lowest.
        arch: the member.
    """

    number: int
    rung: int
    arch: ArchT


class Bracket(Generic[ArchT]):
    """One run of synchronous successive halving: a rung is filled, measured, and its best go on."""

    def __init__(self, sizes: Sequence[int]) -> None:
        """
        Args:
            sizes: members at each rung.
        """
        self.sizes = tuple(sizes)
        self._rung = 0
        self._joined = 0
        self._waiting: list[Slot[ArchT]] = []
        self._done: list[tuple[float, Slot[ArchT]]] = []

    def next(self, new: Callable[[], ArchT]) -> Slot[ArchT] | None:
        """Returns the next evaluation; None while results of the rung are awaited, or at the end.

        Args:
            new: makes an architecture that joins at the lowest rung.
        """
        if self._rung == 0 and self._joined < self.sizes[0]:
            self._joined += 1
            return Slot(self._joined - 1, 0, new())
        return self._waiting.pop(0) if self._waiting else None

    def tell(self, slot: Slot[ArchT], accuracy: float) -> None:
        """Takes a result; the last one of a rung promotes the best, the first of equals, a diverged one last."""
        self._done.append((accuracy if accuracy == accuracy else float("-inf"), slot))
        if len(self._done) < self.sizes[self._rung]:
            return
        self._rung += 1
        if self._rung < len(self.sizes):
            best = sorted(self._done, key=lambda done: (-done[0], done[1].number))[: self.sizes[self._rung]]
            numbers = sorted(slot.number for _, slot in best)
            members = {slot.number: slot for _, slot in best}
            self._waiting = [members[number]._replace(rung=self._rung) for number in numbers]
        self._done = []

    @property
    def finished(self) -> bool:
        """Whether the highest rung is measured."""
        return self._rung == len(self.sizes)
