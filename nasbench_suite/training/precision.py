"""The precision of a forward and backward pass. Parameters are float32 always."""

from typing import Literal, get_args

from nasbench_suite.errors import ConfigError

Precision = Literal["float32", "tf32", "bfloat16"]
PRECISIONS: tuple[str, ...] = get_args(Precision)


def check_precision(key: str, precision: str, device: str) -> None:
    """Checks that there is such a precision, and that the device has it.

    Args:
        key: as errors name it.
        precision: the setting.
        device: PyTorch's name of it.

    Raises:
        ConfigError: no such precision, or `tf32` on a CPU, which has none.
    """
    if precision not in PRECISIONS:
        raise ConfigError(f"{key}: expected {', '.join(PRECISIONS[:-1])} or {PRECISIONS[-1]}, got {precision!r}")
    if precision == "tf32" and device.startswith("cpu"):
        raise ConfigError(f"{key}: expected float32 or bfloat16 on a CPU, got 'tf32', which GPUs alone have")
