"""Runs go where the configuration says, else where W&B's variables say."""

import pytest

from nasbench_suite.errors import ConfigError
from nasbench_suite.tracking.mode import mode

MODES = ["offline", "online", "disabled"]


@pytest.mark.parametrize("wanted", MODES)
@pytest.mark.parametrize("said", [*MODES, "nonsense", ""])
def test_the_configuration_comes_first(wanted: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", said)
    assert mode({"mode": wanted}) == wanted


@pytest.mark.parametrize(
    ("said", "expected"), [(name, name) for name in MODES] + [("dryrun", "offline"), ("run", "online"), ("", "offline")]
)
def test_then_comes_what_wandb_calls_it(said: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WANDB_MODE", said)
    assert mode({"mode": None}) == expected


def test_under_an_agent_runs_go_online_unless_somebody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mode({"mode": None}) == "offline"
    monkeypatch.setenv("WANDB_SWEEP_ID", "s")
    assert mode({"mode": None}) == "offline"  # as in a shell that an agent has left it in
    monkeypatch.setenv("WANDB_RUN_ID", "r")
    assert mode({"mode": None}) == "online"
    assert mode({"mode": "offline"}) == "offline"
    monkeypatch.setenv("WANDB_MODE", "disabled")
    assert mode({"mode": None}) == "disabled"


def test_another_mode_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match=r"tracking.mode: expected offline, online, disabled; got 'dryrun'"):
        mode({"mode": "dryrun"})
    monkeypatch.setenv("WANDB_MODE", "shared")
    with pytest.raises(ConfigError, match="WANDB_MODE: expected offline, online, disabled; got 'shared'"):
        mode({"mode": None})
