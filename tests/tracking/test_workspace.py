"""A workspace is what its package's own models take, of metric keys that runs have; and a server takes it."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from nasbench_suite.tracking.workspace import DATASETS, VERSION, check_package, make_workspace, specification

pytestmark = [pytest.mark.extra, pytest.mark.filterwarnings("ignore::DeprecationWarning")]  # the package's own
Call = Callable[..., Any]
ROOT = Path(__file__).parents[2]
SECTIONS = ["Accuracy and regret over seconds", "Final tables", "One-shot diagnostics", "Hardware"]
# what W&B itself notes of a machine, and calls a table of all runs
OF_WANDB = re.compile(r"system/.*|final|_runtime")


def panels(spec: dict[str, Any], section: str) -> list[dict[str, Any]]:
    (found,) = [each for each in spec["section"]["panelBankConfig"]["sections"] if each["name"] == section]
    return list(found["panels"])


@pytest.fixture
def spec() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(specification(make_workspace("me", "p", ["cifar10", "cifar100"])))
    return made


def test_the_package_is_the_one_that_is_pinned() -> None:
    check_package()
    assert f'dashboard = ["wandb-workspaces=={VERSION}"]' in (ROOT / "pyproject.toml").read_text()


def test_the_packages_models_take_the_specification_and_give_it_back() -> None:
    from wandb_workspaces.workspaces import Workspace
    from wandb_workspaces.workspaces.internal import View, WorkspaceViewspec

    text = specification(make_workspace("me", "p", DATASETS))
    taken = WorkspaceViewspec.model_validate_json(text)
    view = View(entity="me", project="p", display_name="x", name="nw-x-v", id="1", spec=taken)
    assert json.loads(specification(Workspace._from_model(view))) == json.loads(text)


def test_there_are_sections_for_curves_finals_diagnostics_and_hardware(spec: dict[str, Any]) -> None:
    assert [each["name"] for each in spec["section"]["panelBankConfig"]["sections"]] == SECTIONS
    (runs,) = spec["section"]["runSets"]
    assert [(key["section"], key["name"]) for key in runs["grouping"]] == [("config", "algorithm.value")]
    assert spec["section"]["settings"]["xAxis"] == "seconds"


def test_curves_are_means_with_bands_over_seconds_for_each_algorithm(spec: dict[str, Any]) -> None:
    for panel in (each["config"] for each in panels(spec, SECTIONS[0])):
        assert (panel["xAxis"], panel["groupBy"], panel["groupAgg"]) == ("seconds", "algorithm.value", "mean")
        assert panel["groupArea"] in ("stddev", "minmax") and panel["aggregate"] is True
    drawn = [metric for each in panels(spec, SECTIONS[0]) for metric in each["config"]["metrics"]]
    assert {"cifar10/test_accuracy", "cifar10/test_regret", "cifar100/test_accuracy"} <= set(drawn)


@pytest.mark.usefixtures("installed")
def test_every_metric_of_a_panel_is_one_that_runs_have(
    cli: Call, tmp_path: Path, read_runs: Callable[[Path], list[Any]]
) -> None:
    from test_one_shot import SCORES, open_live, record

    assert cli("run", "seeds=2", "budget.seconds=3000", "tracking=offline").code == 0
    with open_live(tmp_path) as live:
        live.epoch(record(1), SCORES)
    known = {"final", "found_architecture"}
    for run in read_runs(tmp_path):
        known |= {key for row in run.history for key in row} | run.summary.keys()
    spec = json.loads(specification(make_workspace("me", "p", ["cifar10", "cifar100"])))
    for panel in (panel for section in SECTIONS for panel in panels(spec, section)):
        config = panel["config"]
        for name in [*config.get("metrics", []), *config.get("mediaKeys", []), config.get("xAxis", "seconds")]:
            assert name in known or OF_WANDB.fullmatch(name), name
        if "metricRegex" in config:
            assert any(re.fullmatch(config["metricRegex"], name) for name in known)
    (runs,) = spec["section"]["runSets"]
    columns = [name.partition(":")[2] for name in runs["runFeed"]["columnOrder"] if name.startswith("summary:")]
    assert set(columns) <= known


def test_a_specification_is_written_without_a_server(
    cli: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    answer = cli("dashboard", "wandb", "thesis", "--dataset", "digits", "--save", "w.json")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == "specification, with panels for digits: w.json\n"
    text = (tmp_path / "w.json").read_text()
    assert "digits/test_regret" in text and "cifar10" not in text


@pytest.mark.usefixtures("installed")
def test_the_server_takes_a_workspace_with_panels_for_the_data_sets_of_its_runs(cli: Call, server: Any) -> None:
    assert cli("run", "seeds=2", "budget.seconds=3000", "tracking=online", "tracking.project=thesis").code == 0
    answer = cli("dashboard", "wandb", "thesis")
    assert (answer.code, answer.err) == (0, "")
    (view,) = server.project("thesis").views.values()
    assert answer.out.startswith("workspace, with panels for cifar10, cifar100: " + server.url)
    expected = json.loads(specification(make_workspace("me", "thesis", ["cifar10", "cifar100"])))
    assert _plain(view.spec) == _plain(expected)


def test_another_entitys_project_and_named_data_sets(cli: Call, server: Any) -> None:
    answer = cli("dashboard", "wandb", "thesis", "--entity", "team", "--dataset", "digits")
    assert (answer.code, answer.err) == (0, "")
    (view,) = server.project("thesis", "team").views.values()
    assert "digits/test_accuracy" in yaml.safe_dump(view.spec)


def test_a_project_without_a_search_and_a_server_in_trouble_end_in_one_line(cli: Call, server: Any) -> None:
    answer = cli("dashboard", "wandb", "thesis")
    assert (answer.code, answer.err.count("\n")) == (2, 1) and "me/thesis has no search" in answer.err
    server.status = 403
    answer = cli("dashboard", "wandb", "thesis", "--dataset", "digits")
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1) and answer.err.startswith(
        "nasbench-suite: W&B: "
    )


def _plain(spec: Any) -> Any:
    """Returns a specification without the ids that are made anew each time."""
    if isinstance(spec, dict):
        return {key: _plain(value) for key, value in spec.items() if key not in ("id", "__id__")}
    return [_plain(value) for value in spec] if isinstance(spec, list) else spec
