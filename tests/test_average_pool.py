"""Averages over windows, worked out by hand; their gradient on a GPU is in tests/training/test_on_a_gpu.py."""

import torch

from nasbench_suite.average_pool import AveragePool, average_pool


def test_the_padding_is_not_counted() -> None:
    image = torch.arange(9.0).view(1, 1, 3, 3)
    expected = torch.tensor([[2.0, 2.5, 3.0], [3.5, 4.0, 4.5], [5.0, 5.5, 6.0]])
    for layout in (torch.contiguous_format, torch.channels_last):
        torch.testing.assert_close(average_pool(image.contiguous(memory_format=layout), 3, 1, 1)[0, 0], expected)
    assert AveragePool(3, 2, 1)(image)[0, 0].tolist() == [[2.0, 3.0], [5.0, 6.0]]
    assert AveragePool(3)(image).item() == 4.0


def test_the_gradient_is_the_share_in_every_window() -> None:
    image = torch.zeros(1, 1, 3, 3, requires_grad=True)
    average_pool(image, 3, 1, 1).sum().backward()
    # windows of 4 images at a corner, 6 at a side, 9 in the middle
    corner, side = 1 / 4 + 2 / 6 + 1 / 9, 2 / 4 + 3 / 6 + 1 / 9
    assert image.grad is not None
    torch.testing.assert_close(image.grad[0, 0, 0], torch.tensor([corner, side, corner]))
    torch.testing.assert_close(image.grad[0, 0, 1, 1], torch.tensor(4 / 4 + 4 / 6 + 1 / 9))
