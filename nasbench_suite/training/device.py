"""The device to train on, as a configuration names it."""

import torch

from nasbench_suite.errors import ConfigError


def check_device(key: str, device: object) -> str:
    """Returns a device that is here.

    Args:
        key: of the setting.
        device: `cpu`, `cuda`, or `cuda:N` for one GPU of several.

    Raises:
        ConfigError: it is no such device, or not here.
    """
    try:
        wanted = torch.device(device) if isinstance(device, str) else None
    except RuntimeError:
        wanted = None
    if wanted is None or wanted.type not in ("cpu", "cuda"):
        raise ConfigError(f"{key}: expected cpu or cuda, got {device!r}")
    if wanted.type == "cuda" and (wanted.index or 0) >= torch.cuda.device_count():
        found = f"{torch.cuda.device_count()} GPUs" if torch.cuda.is_available() else "no GPU that PyTorch can use"
        raise ConfigError(f"{key}={device}: there is {found} here; choose {key}=cpu")
    return str(device)
