"""PyTorch, which is an extra: who imports, reads and searches tables does without."""

import sys
from importlib.util import find_spec

from nasbench_suite.errors import ConfigError

INSTALL = 'pip install "nasbench-suite[torch]"'


def need_pytorch(what: str) -> None:
    """Raises ConfigError where PyTorch is not installed; without loading it.

    Args:
        what: needs it, such as `build`; the sentence's subject.
    """
    absent = sys.modules["torch"] is None if "torch" in sys.modules else find_spec("torch") is None
    if absent:
        raise missing_pytorch(what)


def missing_pytorch(what: str) -> ConfigError:
    """Returns the complaint that something needs PyTorch."""
    return ConfigError(f"{what} needs PyTorch, which is not installed; {INSTALL}")


def is_without_pytorch(error: BaseException | None) -> bool:
    """Whether an error is that PyTorch was not found, or comes from that."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] == "torch":
            return True
        error = error.__cause__
    return False
