import pytest
import torch

from nasbench_suite.errors import ArchitectureError, ConfigError
from nasbench_suite.spaces.nb_macro.network import NBMacroNetwork


def network(text: str) -> NBMacroNetwork:
    torch.manual_seed(0)
    return NBMacroNetwork(tuple(map(int, text)), channels=4).eval()


def test_images_become_logits_and_gradients_reach_every_parameter() -> None:
    made = NBMacroNetwork((1, 2, 0, 1, 2, 2, 0, 1), classes=7, channels=4, in_channels=1)
    logits = made(torch.randn(2, 1, 28, 28))
    assert logits.shape == (2, 7)
    logits.sum().backward()
    assert all(parameter.grad is not None for parameter in made.parameters())


def test_each_stage_halves_the_size_and_doubles_the_channels() -> None:
    made = network("12210012")
    assert made.layers(made.stem(torch.zeros(1, 3, 32, 32))).shape == (1, 32, 4, 4)


@pytest.mark.parametrize(("one", "other"), [("00002012", "00020012"), ("10101102", "10110120")])
def test_architectures_of_one_class_are_one_network(one: str, other: str) -> None:
    first, second = network(one), network(other)
    # identities have no parameters, so that those of both come in one order
    second.load_state_dict(dict(zip(second.state_dict(), first.state_dict().values(), strict=True)))
    images = torch.randn(2, 3, 32, 32)
    torch.testing.assert_close(first(images), second(images), rtol=0, atol=0)


def test_a_block_adds_its_input_where_the_size_stays() -> None:
    made = network("01000000")
    block = made.layers[1]
    x = torch.randn(2, 8, 16, 16)
    torch.testing.assert_close(block(x) - x, block.body(x))
    assert made.layers[0](torch.zeros(1, 4, 32, 32)).shape == (1, 8, 16, 16)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ArchitectureError):
        NBMacroNetwork((0,) * 7)
    with pytest.raises(ConfigError, match="at least 1"):
        NBMacroNetwork((0,) * 8, classes=0)
