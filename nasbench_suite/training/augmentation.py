"""Random flip and crop of a whole batch at once, on the batch's device."""

import torch
from torch import Tensor


def augment(pixels: Tensor, flip: bool, pad: int, generator: torch.Generator) -> Tensor:
    """Mirrors each image with probability 1/2, then crops it at random out of itself padded with zeros.

    Every image gets its own draw. Padding is made of raw zeros, so it happens before normalisation.

    Args:
        pixels: uint8 (B, C, H, W).
        flip: whether to mirror at all.
        pad: zeros on each side; 0 for no crop.
        generator: on the same device; consumed.

    Returns:
        uint8 (B, C, H, W).
    """
    if not flip and not pad:
        return pixels
    batch, _, height, width = pixels.shape
    device = pixels.device
    padded = torch.nn.functional.pad(pixels, (pad, pad, pad, pad)) if pad else pixels
    rows = torch.arange(height, device=device).expand(batch, -1)  # (B, H)
    columns = torch.arange(width, device=device).expand(batch, -1)  # (B, W)
    if pad:
        offsets = torch.randint(2 * pad + 1, (2, batch, 1), device=device, generator=generator)
        rows, columns = rows + offsets[0], columns + offsets[1]
    if flip:
        mirrored = torch.randint(2, (batch, 1), device=device, generator=generator).bool()
        columns = torch.where(mirrored, width + 2 * pad - 1 - columns, columns)
    images = torch.arange(batch, device=device)
    # channels come last because the slice stands between index tensors
    crop = padded[images[:, None, None], :, rows[:, :, None], columns[:, None, :]]
    return crop.permute(0, 3, 1, 2)
