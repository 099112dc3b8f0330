import torch

from nasbench_suite.training.augmentation import augment


def images(batch: int = 64, size: int = 6) -> torch.Tensor:
    return torch.arange(1, 1 + 2 * size * size, dtype=torch.uint8).view(1, 2, size, size).repeat(batch, 1, 1, 1)


def test_every_image_is_a_mirrored_crop_of_itself_padded_with_zeros() -> None:
    pixels = images()
    found = augment(pixels, True, 2, torch.Generator().manual_seed(0))
    padded = torch.nn.functional.pad(pixels[0], (2, 2, 2, 2))
    crops = {
        (dy, dx, flip): (padded.flip(2) if flip else padded)[:, dy : dy + 6, dx : dx + 6]
        for dy in range(5)
        for dx in range(5)
        for flip in (False, True)
    }
    drawn = [next(name for name, crop in crops.items() if torch.equal(crop, image)) for image in found]
    assert {flip for *_, flip in drawn} == {False, True}
    assert len(set(drawn)) > 25  # of 50, so every image has its own draw


def test_without_flip_no_image_is_mirrored() -> None:
    found = augment(images(), False, 1, torch.Generator().manual_seed(0))
    inner = found[:, :, 1:-1, 1:-1].int()
    assert bool((inner[..., 1:] > inner[..., :-1]).all())


def test_the_draw_is_the_generators() -> None:
    first, again, other = (augment(images(), True, 1, torch.Generator().manual_seed(s)) for s in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_nothing_asked_for_changes_nothing() -> None:
    generator = torch.Generator().manual_seed(0)
    before = generator.get_state()
    assert torch.equal(augment(images(), False, 0, generator), images())
    assert torch.equal(generator.get_state(), before)
