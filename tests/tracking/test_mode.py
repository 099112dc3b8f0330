"""W&B is told as the configuration says, unless the environment turns it off."""

import pytest

from nasbench_suite.errors import ConfigError
from nasbench_suite.tracking.mode import mode


@pytest.mark.parametrize("wanted", ["offline", "online", "disabled"])
def test_the_configuration_says_the_mode(wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WANDB_MODE", raising=False)
    assert mode({"mode": wanted}) == wanted


def test_the_environment_turns_tracking_off_and_not_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", "disabled")
    assert mode({"mode": "online"}) == "disabled"
    monkeypatch.setenv("WANDB_MODE", "online")
    assert mode({"mode": "disabled"}) == "disabled"


def test_another_mode_is_refused() -> None:
    with pytest.raises(ConfigError, match="offline, online, disabled; got 'dryrun'"):
        mode({"mode": "dryrun"})
