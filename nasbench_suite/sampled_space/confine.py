"""Which space a search over a table moves in."""

from collections.abc import Callable, Sequence

from nasbench_suite.sampled_space.measured_space import MeasuredSpace
from nasbench_suite.sampled_space.space import SampledSpace
from nasbench_suite.space import Space
from nasbench_suite.variables import ArchT


def confine(space: Space[ArchT], measured: Callable[[], Sequence[ArchT]], only_measured: bool) -> Space[ArchT]:
    """Returns the space that a search moves in; it may know which architectures were measured, and no score.

    A sample is searched among its members always, any other space where it is asked for.

    Args:
        space: of the table.
        measured: lists the architectures that were measured, in the table's order; called only where needed.
        only_measured: whether a search proposes measured architectures only.
    """
    if isinstance(space, SampledSpace):
        return space.confined_to(measured())
    return MeasuredSpace(space, measured()) if only_measured else space
