"""How many channels each vertex of a cell has, and so how many parameters its network, without building it.

Ying et al. (2019): the output concatenates the inner vertices that feed it, so that they share its channels;
every other vertex is as wide as the widest that it feeds. Which vertex takes an uneven share follows from the
numbering, so the canonical one counts, as in the official files.
"""

from collections import Counter

from nasbench_suite.errors import ConfigError
from nasbench_suite.spaces.nb101.cell import Cell
from nasbench_suite.spaces.nb101.enumeration import canonical
from nasbench_suite.spaces.nb101.pruning import check

STACKS = 3
_KERNELS = (9, 1, 0)  # parameters of a convolution per pair of channels, by digit


def vertex_channels(cell: Cell, entering: int, leaving: int) -> list[int]:
    """Returns the channels of each vertex of a pruned cell that is entered by and left with so many.

    Raises:
        ConfigError: fewer channels leave than there are vertices to share them.
    """
    matrix, last = cell.matrix, cell.vertices - 1
    channels = [entering, *[0] * (last - 1), leaving]
    sharing = [vertex for vertex in range(1, last) if matrix[vertex][last]]
    if sharing:
        share, rest = divmod(leaving, len(sharing))
        if not share:
            raise ConfigError(f"{leaving} channels cannot be shared by {len(sharing)} vertices; use more channels")
        for place, vertex in enumerate(sharing):
            channels[vertex] = share + (place < rest)
    for vertex in range(last - 1, 0, -1):
        if vertex not in sharing:
            channels[vertex] = max(channels[fed] for fed in range(vertex + 1, last) if matrix[vertex][fed])
    return channels


def widths(channels: int, cells: int) -> list[tuple[int, int]]:
    """Returns the channels that enter and leave each cell, through three stacks of which two double them."""
    entering, pairs = channels, []
    for stack in range(STACKS):
        for _ in range(cells):
            pairs.append((entering, channels << stack))
            entering = channels << stack
    return pairs


def parameters(arch: Cell, classes: int = 10, channels: int = 128, cells: int = 3, in_channels: int = 3) -> int:
    """Counts the trainable parameters of `network.NB101Network` without building it.

    Raises:
        ArchitectureError: `arch` is not a valid cell.
        ConfigError: a size is below 1, or too few channels.
    """
    check_sizes(classes, channels, cells, in_channels)
    cell = canonical(check(arch))
    inner = sum(
        count * _cell_parameters(cell, entering, leaving)
        for (entering, leaving), count in Counter(widths(channels, cells)).items()
    )
    return _convolution(9, in_channels, channels) + inner + ((channels << STACKS - 1) + 1) * classes


def check_sizes(classes: int, channels: int, cells: int, in_channels: int) -> None:
    """Raises ConfigError where a network's size is below 1."""
    if min(classes, channels, cells, in_channels) < 1:
        raise ConfigError(
            "classes, channels, cells and in_channels must be at least 1, got "
            f"{classes}, {channels}, {cells}, {in_channels}"
        )


def _cell_parameters(cell: Cell, entering: int, leaving: int) -> int:
    widths = vertex_channels(cell, entering, leaving)
    from_input = cell.matrix[0]
    projections = sum(_convolution(1, entering, widths[y]) for y in range(1, cell.vertices) if from_input[y])
    operations = sum(
        _convolution(_KERNELS[digit], width, width) if _KERNELS[digit] else 0
        for digit, width in zip(cell.digits, widths[1:-1], strict=True)
    )
    return projections + operations


def _convolution(kernel: int, entering: int, leaving: int) -> int:
    """Parameters without bias, and the scale and shift of the normalisation after them."""
    return kernel * entering * leaving + 2 * leaving
