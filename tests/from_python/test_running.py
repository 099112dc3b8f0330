from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra.core.global_hydra import GlobalHydra

import nasbench_suite as nbs
from nasbench_suite.configuration.arguments import parse
from nasbench_suite.errors import ConfigError
from nasbench_suite.from_python.running import _words

SHORT: dict[str, Any] = {
    "protocol": "nb201",
    "seeds": 2,
    "budget": {"seconds": None, "evaluations": 12},
    "tracking": "disabled",
}


@pytest.mark.usefixtures("installed")
def test_it_is_the_job_of_the_command_line(cli: Callable, tmp_path: Path) -> None:
    found = nbs.run(algorithm="rea", results=tmp_path / "python", **SHORT)
    words = ["seeds=2", "budget.seconds=null", "budget.evaluations=12", "tracking=disabled"]
    done = cli("run", "algorithm=rea", *words, f"results={tmp_path / 'cli'}")
    assert done.code == 0, done.err
    (folder,) = (tmp_path / "cli").iterdir()
    (other,) = nbs.load_results(folder)
    assert found.folders[0].name == folder.name
    assert found.to_arrow().equals(other.to_arrow())
    commands = (found.description["command"].replace("/python", "/cli"), other.description["command"])
    assert len({tuple(sorted(command.split())) for command in commands}) == 1


@pytest.mark.usefixtures("installed")
def test_finished_seeds_are_not_searched_again(tmp_path: Path) -> None:
    first = nbs.run(results=tmp_path, **SHORT)
    more = nbs.run(results=tmp_path, **{**SHORT, "seeds": 3})
    assert more.seeds == (0, 1, 2)
    assert more.wall_seconds.items() >= first.wall_seconds.items()


@pytest.mark.usefixtures("installed")
def test_it_leaves_the_program_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["mine", "--own"])
    nbs.run("seeds=1", results=tmp_path, **{**SHORT, "seeds": 1})
    import sys

    assert sys.argv == ["mine", "--own"]
    assert not GlobalHydra.instance().is_initialized()


class Mine(nbs.Algorithm[Any]):
    """Random search."""

    def ask(self) -> nbs.Proposal[Any]:
        return self.propose(self.space.sample(self.rng))

    def tell(self, proposal: nbs.Proposal[Any], observation: nbs.Observation) -> None:
        """Learns nothing."""


@pytest.mark.usefixtures("installed")
def test_an_algorithm_of_ones_own_is_named_by_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "my conf" / "algorithm"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("# @package _global_\nalgorithm: {_target_: my_module.Mine}\n")
    module = type(pytest)("my_module")
    module.Mine = Mine  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, "my_module", module)
    found = nbs.run(algorithm="mine", results=tmp_path / "results", config_dir=folder.parent, **SHORT)
    assert found.description["algorithm"] == "mine"
    assert len(found.trajectory["seed"]) == 24


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"algorithm": "raa"}, "did you mean rea"),
        ({"algorithmm": "rea"}, "did you mean algorithm"),
        ({"seeds": "many"}, "seeds"),
        ({"seeds": 2.5}, "seeds"),
        ({"budget": {"second": 3}}, "did you mean budget.seconds"),
        ({"algorithm": ["rea", "random"]}, "algorithm: expected the name"),
        ({"algorithm": 3}, "algorithm: expected the name"),
        ({"space": object()}, "space: expected a name"),
        ({"budget": {5: 3}}, "expected a key"),
        ({"experiment": "nb201_table"}, "sweeps algorithm.*nasbench-suite run"),
        ({"config_dir": "nowhere"}, "config_dir: expected a folder"),
    ],
)
def test_a_mistake_is_one_line(settings: dict[str, Any], words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        nbs.run(tracking="disabled", results=tmp_path, **settings)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("word", ["rea", "-m", "--help", 5, None, ""])
def test_an_override_is_key_and_value(word: Any) -> None:
    with pytest.raises(ConfigError, match="expected key=value"):
        nbs.run(word)


@pytest.mark.parametrize(
    "value",
    ["rea", "a b", "it's", "true", "null", "5", "1e3", "x'\\", "\\", "a,b", "[a]", "${x}", "/tmp/a b", "ü", "", " x ",
     5, -1, 2.5, 1e-12, True, False, None, ["a", "b c"], [1, 2.5], [[12, 12]], []],
)  # fmt: skip
def test_hydra_reads_the_value_that_was_given(value: Any) -> None:
    (word,) = _words("", {"key": value})
    (override,) = parse([word])
    read = override.value()
    assert (str(read) if isinstance(value, str) else read) == value or _plain(read) == value


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return getattr(value, "text", value)


def test_numbers_of_numpy_are_numbers() -> None:
    assert list(_words("", {"budget": {"epochs": np.int64(5), "seconds": np.float64(2.5)}})) == [
        "budget.epochs=5",
        "budget.seconds=2.5",
    ]
