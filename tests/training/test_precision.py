"""Precisions that there are, and what PyTorch is told of them."""

import pytest
import torch

from nasbench_suite.errors import ConfigError
from nasbench_suite.training.arithmetic import autocast, float32_products
from nasbench_suite.training.precision import check_precision


def test_a_precision_that_the_device_lacks_is_refused() -> None:
    for precision, device in (("float32", "cpu"), ("bfloat16", "cpu"), ("tf32", "cuda:1")):
        check_precision("supernet.precision", precision, device)
    with pytest.raises(ConfigError, match=r"^supernet.precision: expected float32, tf32 or bfloat16, got 'float16'$"):
        check_precision("supernet.precision", "float16", "cuda")
    with pytest.raises(ConfigError, match=r"^precision: expected float32 or bfloat16 on a CPU, got 'tf32'"):
        check_precision("precision", "tf32", "cpu")


def told() -> tuple[str, bool]:
    return torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32


def test_float32_is_rounded_where_it_is_asked_for_and_nowhere_else() -> None:
    before = told()
    with float32_products("tf32"):
        assert told() == ("high", True)
        with float32_products("float32"):
            assert told() == ("highest", False)
        assert told() == ("high", True)
    assert told() == before


def test_bfloat16_is_of_the_pass() -> None:
    matrix = torch.ones(2, 2)
    with autocast("bfloat16", torch.device("cpu")):
        assert (matrix @ matrix).dtype is torch.bfloat16
    with autocast("float32", torch.device("cpu")):
        assert (matrix @ matrix).dtype is torch.float32
