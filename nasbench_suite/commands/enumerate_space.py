"""`nasbench-suite enumerate`: the architectures of a space."""

from nasbench_suite.registry.spaces import find_space


def show(name: str) -> None:
    """Prints a space's architectures, one per line, in the official order.

    Raises:
        ConfigError: there is no such space.
    """
    space = find_space(name)
    for arch in space.enumerate():
        print(space.format(arch))
