"""Pages in a headless Chromium, driven as a reader would drive it."""

import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from nasbench_suite.cli import main
from nasbench_suite.jobs.folder import JobFolder
from nasbench_suite.jobs.seed_record import SeedRecord
from nasbench_suite.one_shot.record import EpochRecord


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of five real table configurations and a made-up one-shot one, whose label tries to be markup."""
    root = tmp_path_factory.mktemp("pages")
    before = dict(os.environ)
    os.environ["NASBENCH_SUITE_HOME"] = str(root / "home")
    try:
        plain = ["seeds=20", "tracking=disabled", f"results={root / 'results'}"]
        main(["run", "-m", "algorithm=random,rea,local_search", *plain])
        main(
            ["run", "-m", "algorithm=reinforce", "budget.seconds=10,20", 'label="<img src=x onerror=alert(1)>"', *plain]
        )
        supernet(root / "results" / "supernet")
        main(["dashboard", str(root / "results"), "--output", str(root / "page.html")])
    finally:
        os.environ.clear()
        os.environ.update(before)
    return root / "page.html"


def supernet(folder: Path) -> None:
    """Writes the folder of a one-shot job beside the others: two searches of six epochs, edge weights learned."""
    limits = {"seconds": None, "epochs": None, "evaluations": None, "overstep": "keep"}
    described = {
        "config_id": "o0", "space": "nb201", "algorithm": "darts1", "protocol": "digits", "label": None,
        "dataset": "digits", "trial": None, "fidelities": [], "multi_fidelity": False, "workers": 1, "table": "t",
        "table_hash": "ab" * 32, "budget": limits, "objectives": ["valid_accuracy"], "seconds_from": None,
        "clock": "machine", "best": {},
        "one_shot": {
            "operations": ["none", "skip_connect", "conv"], "parameterless": ["none", "skip_connect"],
            "edges": ["1<-0", "2<-0"], "images_sha256": "cd" * 32, "torch_version": "2.9.0",
        },
    }  # fmt: skip
    with JobFolder.open(folder, described, {"algorithm": {"order": 1}}) as job:
        job.begin()
        for seed in range(2):
            epochs = [epoch_of(seed, epoch) for epoch in range(1, 7)]
            columns = {
                "seconds": [each.seconds for each in epochs], "schedule": [6] * 6,
                "epoch": [each.epoch for each in epochs], "trial": [None] * 6,
                "architecture": [each.architecture for each in epochs],
                "valid_accuracy": [each.valid_accuracy for each in epochs], "incumbent": [True] * 6,
            }  # fmt: skip
            scores = {each.architecture: {"digits": [6, 80.0 + seed, 82.0 + seed]} for each in epochs}
            job.append(SeedRecord(seed, columns, scores, [asdict(each) for each in epochs]))
        job.compact()


def epoch_of(seed: int, epoch: int) -> EpochRecord:
    share = 0.3 + 0.1 * epoch
    return EpochRecord(
        epoch=epoch, architecture=f"arch{seed}", seconds=2.0 * epoch, train_loss=2.0 / epoch,
        train_accuracy=30.0 + epoch,
        valid_loss=2.2 / epoch, valid_accuracy=25.0 + epoch, entropy=1.0 / epoch, operation_counts=(0, 1, 2),
        parametric_edges=2, memory_mib=500.0, kendall_tau=0.1 * epoch,
        edge_weights=((1 - share) / 2, (1 - share) / 2, share) * 2,
    )  # fmt: skip


@pytest.fixture(name="settle")
def _settle(browser: Any) -> Callable[[Any], Any]:
    """Waits until a chart is drawn, and returns what it is drawn in."""
    return lambda figure: settle(browser, figure)


@pytest.fixture
def show(browser: Any) -> Callable[..., None]:
    """Opens a page at a width and in a scheme."""

    def opened(page: Path, width: int, scheme: str = "light") -> None:
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        browser.get_log("browser")
        browser.get_log("performance")
        browser.get(page.as_uri())

    return opened


@pytest.fixture
def chart(browser: Any) -> Callable[[str], Any]:
    """Scrolls to a chart, which draws it, and returns its figure."""

    def found(name: str) -> Any:
        figure = browser.find_element("css selector", f'[data-chart="{name}"]')
        browser.execute_script("arguments[0].scrollIntoView()", figure)
        settle(browser, figure)
        return figure

    return found


def settle(browser: Any, figure: Any) -> Any:
    """Waits until a chart is drawn, and returns what it is drawn in."""
    from selenium.webdriver.support.ui import WebDriverWait

    plot = figure.find_element("css selector", ".plot")
    WebDriverWait(browser, 60, 0.05).until(lambda _: plot.get_attribute("data-state") in ("drawn", "failed"))
    assert plot.get_attribute("data-state") == "drawn"
    return plot
