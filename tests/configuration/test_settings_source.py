"""Whose settings an algorithm has in a protocol."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml


@pytest.fixture
def with_files(tmp_path: Path, cli: Callable) -> Callable[..., Any]:
    """Composes beside files of a user's own."""

    def make(files: dict[str, str], *overrides: str) -> Any:
        for name, text in files.items():
            path = tmp_path / f"{name}.yaml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        answer = cli("run", "--config-dir", tmp_path, "--cfg", "job", "--resolve", *overrides)
        assert answer.code == 0, answer.err
        return yaml.safe_load(answer.out)

    return make


MINE = {"algorithm/mine": "# @package _global_\ndefaults: [rea, _self_]\nalgorithm: {tournament: 5}\n"}


def test_a_variant_has_the_settings_of_what_it_derives_from_and_its_own_say(with_files: Callable) -> None:
    made = with_files(MINE, "protocol=nb201", "algorithm=mine")
    assert made["settings"] == "nb201_rea"
    assert (made["algorithm"]["population"], made["algorithm"]["tournament"]) == (10, 5)
    assert made["budget"]["unchecked"] == 10


def test_a_variant_under_a_variant_of_a_protocol_has_them_too(with_files: Callable) -> None:
    files = {**MINE, "protocol/ours": "defaults: [nb201, _self_]\ntrial: mean\n"}
    made = with_files(files, "protocol=ours", "algorithm=mine")
    assert (made["settings"], made["trial"]) == ("nb201_rea", "mean")


def test_settings_of_its_own_come_before_inherited_ones(with_files: Callable) -> None:
    files = {**MINE, "settings/nb201_mine": "# @package _global_\nalgorithm: {population: 33, tournament: 7}\n"}
    made = with_files(files, "protocol=nb201", "algorithm=mine")
    assert made["settings"] == "nb201_mine"
    assert (made["algorithm"]["population"], made["algorithm"]["tournament"]) == (33, 7)


def test_the_command_line_has_the_last_word(with_files: Callable) -> None:
    assert (
        with_files(MINE, "protocol=nb201", "algorithm=mine", "algorithm.tournament=9")["algorithm"]["tournament"] == 9
    )


def test_an_experiments_variant_keeps_its_protocols_settings(composed: Callable) -> None:
    config = composed("protocol=nb201", "algorithm=reinforce_documented").config
    assert config["settings"] == "nb201_reinforce"
    assert config["algorithm"]["learning_rate"] == 0.5 and config["budget"]["overstep"] == "keep"


def test_a_pair_without_settings_says_so(composed: Callable) -> None:
    assert composed("protocol=free", "algorithm=rea").config["settings"] is None
